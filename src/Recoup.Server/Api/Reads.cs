using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Recovery;
using Recoup.Statistics;
using Recoup.Storage.Access;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>What a GET answers.</summary>
internal sealed record Reply(Action<Utf8JsonWriter> Json)
{
    /// <summary>How much was read for it; null where no cells were.</summary>
    public long? CellsRead { get; init; }
}

/// <summary>The questions that the API answers, each by the same readings as the command line's verb of that name.</summary>
internal static class Reads
{
    private const int LimitMax = 1000;

    private static readonly QueryField AsOf = new("as_of", "the business date, YYYY-MM-DD; else the last on which anything was recorded");
    private static readonly QueryField KnownAt = new("known_at", "as it was known at this instant: a slower path over the journal");
    private static readonly QueryField InCurrency = new("in", "all amounts in this currency, such as EUR, by the rates that fx_rate told");
    private static readonly QueryField After = new("after", "where the list goes on: the next of the answer before");

    private static readonly QueryField Tag = new("tag", "of accounts that have this tag alone");
    private static readonly QueryField OfAccount = new("account", "of this account alone");

    private static QueryField Limit(int otherwise) => new("limit", $"at most so many, {otherwise} by default, {LimitMax} at most");

    // --- figures ---

    public static readonly IReadOnlyList<QueryField> KpiFields =
    [
        new("ids", "KPI ids joined by commas; else all"), AsOf, new("from", "a series from this day on"),
        new("to", "the series' last day"), new("every", "week, month or quarter; month by default"),
        new("by", $"split by any of {string.Join(", ", Dimension.All)}, joined by commas, that all measures of the KPIs have"),
        new("only", "only this, such as channel=call; more joined by commas"), new("window", "another window than the KPI's own, such as 3mo or 30d"), KnownAt,
        InCurrency,
        new("basis", "crf: on the Credit Research Foundation's inputs, to compare with its figures; else each KPI's own"),
    ];

    public static Reply Kpis(Desk desk, Query query)
    {
        var catalog = desk.Catalog;
        var ids = query.List("ids");
        foreach (var id in ids)
            if (catalog.Find(id) is null)
                throw new QueryException($"ids: there is no KPI '{id}'{(catalog.Nearest(id) is { } near ? $"; did you mean {near}?" : ".")}");
        IReadOnlyList<DateOnly> days;
        if (query.Day("from") is { } first)
        {
            if (query.Text("as_of") is not null) throw new QueryException("as_of is one day, from and to a series: give one or the other.");
            var last = query.Day("to") ?? desk.AsOf;
            if (last < first) throw new QueryException("to is before from.");
            days = KpiSeries.Days(first, last, query.Choice("every", KpiEvery.Month));
            if (days.Count > LimitMax) throw new QueryException($"from and to make a series of {days.Count} days; at most {LimitMax}.");
        }
        else if (query.Text("to") is not null || query.Text("every") is not null) throw new QueryException("to and every need from; for one day write as_of.");
        else days = [query.Day("as_of") ?? desk.AsOf];
        var question = new KpiQuestion(days)
        {
            Kpis = ids, Window = query.Window("window"), Only = OnlyOf(query), In = CurrencyOf(query), Basis = query.Choice("basis", KpiBasis.Own),
            By = Dimension.Parse(query.List("by"), out var problem) ?? throw new QueryException($"by {problem}."),
        };
        foreach (var id in ids)
            if (question.WhyNot(catalog.Find(id)!) is { } why) throw new QueryException($"{why}.");
        var known = query.Instant("known_at");
        var (rows, cells) = desk.Readings.Read(live =>
        {
            var source = known is { } instant ? desk.Readings.KnownAt(instant) : live;
            var engine = new KpiEngine(catalog, source, Estimates.At95) { Controlling = desk.Readings.Controlling(known) };
            return (engine.Answer(question), source.CellsRead);
        });
        return new Reply(json => Rows(json, rows, static (row, to) => row.WriteTo(to))) { CellsRead = cells };
    }

    private static Currency? CurrencyOf(Query query) => query.Text("in") is not { } code ? null
        : Currency.TryOf(code, out var currency) ? currency : throw new QueryException($"in: '{Query.Short(code)}' is not an ISO 4217 currency code, such as "
            + "EUR.");

    public static readonly IReadOnlyList<QueryField> CohortFields =
    [
        AsOf, new("by", $"cohorts by {string.Join(", ", CohortReport.Splits)}, joined by commas; by month where it is not given"),
        new("age", "by so many days alone; else by 30, 60, 90 and 180"),
    ];

    public static Reply Cohorts(Desk desk, Query query)
    {
        var by = query.Split("by", [.. CohortReport.Splits]);
        var day = query.Day("as_of") ?? desk.AsOf;
        int? age = query.Text("age") is null ? null : query.Number("age", 0, CohortReport.AgeMax);
        var split = by.Count > 0 ? by : new HashSet<string>(["month"], StringComparer.Ordinal);
        var rows = desk.Cohorts(day, split, age);
        return new Reply(json => Rows(json, rows, static (row, to) => row.WriteTo(to)));
    }

    public static readonly IReadOnlyList<QueryField> BridgeFields =
    [
        new("kpi", "a KPI's id") { Required = true }, new("from", "the day of the first figure"),
        new("to", "the day of the last; else the last on which anything was recorded"),
        new("by", $"tell parts apart by any of {string.Join(", ", Dimension.All)}, joined by commas; else by segment, of two instants not at all"),
        new("only", "only this, such as channel=call; more joined by commas"), new("currency", "of this currency, where there are several"),
        new("window", "another window than the KPI's own, such as 3mo or 30d"),
        new("known_at", "as it was known at this instant; two joined by a comma: one day, as it was known first and later. A slower path over the journal"),
    ];

    public static Reply Bridge(Desk desk, Query query)
    {
        var id = query.Text("kpi")!;
        var kpi = desk.Catalog.Find(id)
            ?? throw new QueryException($"kpi: there is no KPI '{Query.Short(id)}'{(desk.Catalog.Nearest(id) is { } near ? $"; did you mean {near}?" : ".")}");
        var instants = query.Instants("known_at");
        var last = query.Day("to") ?? desk.AsOf;
        var first = query.Day("from") ?? last;
        if (KpiBridgeReadings.WhyNot(first, last, query.Text("from") is not null, instants) is { } wrong) throw new QueryException($"{wrong}.");
        var question = new KpiBridgeQuestion(kpi, first, last)
        {
            Window = query.Window("window"), Only = OnlyOf(query), Currency = query.Text("currency"),
            By = Dimension.Parse(query.List("by"), out var problem) ?? throw new QueryException($"by {problem}."),
        };
        var bridge = new KpiBridgeReadings(desk.Readings, desk.Catalog, Estimates.At95).Answer(question, instants, out var why)
            ?? throw new QueryException($"{why}.");
        return new Reply(bridge.WriteTo);
    }

    private static IReadOnlyDictionary<Dimension, string> OnlyOf(Query query) =>
        KpiPart.Parse(query.List("only"), out var problem) ?? throw new QueryException($"only {problem}.");

    public static readonly IReadOnlyList<QueryField> AgeingFields = [AsOf, new("by", "split by portfolio, segment, or both; or by account"), KnownAt,
        new("buckets", "days past due at which it is cut, rising, such as 15,30,60; else 30,60,90"), InCurrency];

    public static Reply Ageing(Desk desk, Query query)
    {
        var by = query.Split("by", "portfolio", "segment", "account");
        var day = query.Day("as_of") ?? desk.AsOf;
        var known = query.Instant("known_at");
        var currency = CurrencyOf(query);
        var cut = AgeingCut.Usual;
        if (query.Text("buckets") is { } text) cut = AgeingCut.Parse(text, out var problem) ?? throw new QueryException($"buckets: {problem}.");
        if (by.Contains("account"))
        {
            if (by.Count > 1) throw new QueryException("by=account stands alone: an account is in one portfolio.");
            if (known is not null) throw new QueryException("by=account and known_at do not go together.");
            var accounts = desk.Readings.Read(_ => AgeingReport.ByAccount(day, desk.Readings.OpenByAccount(day), desk.Readings.UnappliedByAccount(day),
                cut));
            if (currency is not null) accounts = AgeingReport.In(currency, accounts, desk.Readings.Read(_ => desk.Readings.Controlling()).Rates);
            return new Reply(json => Rows(json, accounts, static (row, to) => row.WriteTo(to)));
        }
        var (rows, cells) = desk.Readings.Read(live =>
        {
            var source = known is { } instant ? desk.Readings.KnownAt(instant) : live;
            var all = AgeingReport.Of(source, day, by.Contains("portfolio"), by.Contains("segment"), cut);
            return (currency is null ? all : AgeingReport.In(currency, all, desk.Readings.Controlling(known).Rates), source.CellsRead);
        });
        return new Reply(json => Rows(json, rows, static (row, to) => row.WriteTo(to))) { CellsRead = cells };
    }

    public static readonly IReadOnlyList<QueryField> FiguresFields =
        [new("type", string.Join(", ", FigureList.Types)), new("portfolio", "of this portfolio alone"), After, Limit(100)];

    public static Reply Figures(Desk desk, Query query)
    {
        var figures = FigureList.List(desk.Controlling, query.OneOf("type", FigureList.Types), query.Text("portfolio"), query.Text("after"),
            query.Number("limit", 100, LimitMax));
        return new Reply(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("rows");
            FigureList.Listing.Write(json, figures.Rows);
            json.WriteString("next", figures.Next);
            json.WriteEndObject();
        });
    }

    public static readonly IReadOnlyList<QueryField> UnworkedFields =
        [AsOf, new("by", "split by portfolio, segment, or both; or by account"), new("next_move", $"of this alone: {string.Join(", ", NextMove.All)}")];

    public static Reply Unworked(Desk desk, Query query)
    {
        var by = query.Split("by", "portfolio", "segment", "account");
        var day = query.Day("as_of") ?? desk.AsOf;
        if (by.Contains("account") && by.Count > 1) throw new QueryException("by=account stands alone: an account is in one portfolio.");
        NextMove? only = null;
        if (query.Text("next_move") is { } word && (only = NextMove.All.FirstOrDefault(m => m.Word == word)) is null)
            throw new QueryException($"next_move '{word}' is none; there are {string.Join(", ", NextMove.All)}.");
        var waiting = day == desk.AsOf ? desk.Waiting : desk.Readings.Read(_ => desk.Readings.Waiting(day));
        var (rows, cells) = desk.Readings.Read(source => by.Contains("account")
            ? (NextMoveReport.ByAccount(waiting ?? throw new QueryException("by=account is of the present: leave as_of out.")), 0)
            : (NextMoveReport.Of(source, day, by.Contains("portfolio"), by.Contains("segment"), waiting), source.CellsRead));
        return new Reply(json => Rows(json, [.. rows.Where(r => only is null || r.Move == only)], (row, to) => row.WriteTo(to, day))) { CellsRead = cells };
    }

    /// <summary>Folds the journal, or looks at every item: so long that one at a time is enough.</summary>
    public static bool IsSlow(Query query) => query.Text("known_at") is not null || query.Text("by") == "account";

    // --- people ---

    public static readonly IReadOnlyList<QueryField> AccountsFields = [new("prefix", "accounts whose id begins so"), Tag, After, Limit(50)];

    public static Reply Accounts(Desk desk, Query query)
    {
        var slice = desk.Pages.Accounts(query.Text("prefix") ?? "", query.Text("tag"), desk.AsOf, query.Text("after"), query.Number("limit", 50, LimitMax));
        return new Reply(json => ContractJson.Accounts(json, slice));
    }

    public static readonly IReadOnlyList<QueryField> AccountFields = [new("items", "open, or all; open by default"), After, Limit(100)];

    private enum Items { Open, All }

    /// <summary>Null: there is no such account.</summary>
    public static Reply? Account(Desk desk, Query query, string account)
    {
        if (desk.Readings.PartyOf(account) is not { } state) return null;
        var personal = desk.Readings.PersonalOf(state, account);
        var items = desk.Pages.ItemsOf(state, account, query.Choice("items", Items.Open) == Items.Open, desk.AsOf, query.Text("after"),
            query.Number("limit", 100, LimitMax));
        return new Reply(json => ContractJson.Account(json, state, account, personal, desk.AsOf, items));
    }

    public static readonly IReadOnlyList<QueryField> DecisionsFields =
    [
        new("account", "the account that was decided about") { Required = true }, AsOf with { Meaning = "decisions up to this day" }, Limit(10),
    ];

    /// <summary>Null: there is no such account.</summary>
    public static Reply? Decisions(Desk desk, Query query)
    {
        var account = query.Text("account")!;
        if (desk.Readings.PartyOf(account) is not { } state) return null;
        var decisions = desk.Readings.Explain(state, account, query.Day("as_of"), query.Number("limit", 10, LimitMax));
        var history = decisions.Count == 0 ? [] : desk.Readings.HistoryOf(state);
        return new Reply(json => ContractJson.Decisions(json, state, decisions, history, desk.Workspace.Adopted));
    }

    public static readonly IReadOnlyList<QueryField> WorklistFields =
        [new("owner", "whose: agent, manager, or the name of who promised to call back"), Tag, Limit(20)];

    public static Reply Worklist(Desk desk, Query query)
    {
        var entries = desk.Worklist.List(query.Text("owner"), query.Text("tag"), null, query.Number("limit", 20, LimitMax)).Rows;
        return new Reply(json => ContractJson.Worklist(json, entries));
    }

    public static readonly IReadOnlyList<QueryField> PlansFields =
        [new("state", string.Join(", ", PlanState.Statuses) + "; open has the late and missed ones too"), OfAccount, Limit(100)];

    public static Reply Plans(Desk desk, Query query)
    {
        var plans = desk.Pages.Plans(query.OneOf("state", PlanState.Statuses), query.Text("account"), desk.AsOf, null, query.Number("limit", 100, LimitMax));
        return new Reply(json => PlanList.Listing.Write(json, plans.Rows));
    }

    public static readonly IReadOnlyList<QueryField> CallbacksFields =
        [new("state", string.Join(", ", CallbackState.Statuses) + "; open has the missed ones too"), OfAccount, Limit(100)];

    public static Reply Callbacks(Desk desk, Query query)
    {
        var callbacks = desk.Conversations.Callbacks(query.OneOf("state", CallbackState.Statuses), query.Text("account"), null,
            query.Number("limit", 100, LimitMax));
        return new Reply(json => ConversationLists.Callbacks.Write(json, callbacks.Rows));
    }

    public static readonly IReadOnlyList<QueryField> NotesFields = [OfAccount, Limit(100)];

    public static Reply Notes(Desk desk, Query query)
    {
        var notes = desk.Conversations.Notes(query.Text("account"), null, query.Number("limit", 100, LimitMax));
        return new Reply(json => ConversationLists.Notes.Write(json, notes.Rows));
    }

    public static readonly IReadOnlyList<QueryField> FilesFields = [OfAccount, Limit(100)];

    public static Reply Files(Desk desk, Query query)
    {
        var files = desk.Files.List(query.Text("account"), null, query.Number("limit", 100, LimitMax));
        return new Reply(json => FileList.Listing.Write(json, files.Rows));
    }

    public static readonly IReadOnlyList<QueryField> AccessFields =
        [OfAccount, new("user", "what this user did"), new("kind", string.Join(", ", AccessKind.All)), After, Limit(100)];

    public static Reply Access(Desk desk, Query query)
    {
        var filter = AccessList.Filter(query.Text("user"), query.OneOf("kind", AccessKind.All), query.Text("account"), null, null);
        var entries = desk.Store.Access.List(filter, query.Text("after"), query.Number("limit", 100, LimitMax));
        return new Reply(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("rows");
            AccessList.Listing.Write(json, entries.Rows);
            json.WriteString("next", entries.Next);
            json.WriteEndObject();
        });
    }

    public static readonly IReadOnlyList<QueryField> WebhooksFields =
        [new("endpoint", "to this endpoint alone"), new("status", "pending, sending, sent, failed, unknown or withdrawn"), After, Limit(100)];

    public static Reply Webhooks(Desk desk, Query query)
    {
        var status = query.Text("status") is null ? (IntentStatus?)null : query.Choice("status", IntentStatus.Pending);
        var calls = WebhookReadings.List(desk.Store, query.Text("endpoint"), status, query.Text("after"), query.Number("limit", 100, LimitMax));
        return new Reply(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("rows");
            WebhookList.Listing.Write(json, calls.Rows);
            json.WriteString("next", calls.Next);
            json.WriteEndObject();
        });
    }

    private static void Rows<T>(Utf8JsonWriter json, IReadOnlyList<T> rows, Action<T, Utf8JsonWriter> write)
    {
        json.WriteStartArray();
        foreach (var row in rows) write(row, json);
        json.WriteEndArray();
    }
}
