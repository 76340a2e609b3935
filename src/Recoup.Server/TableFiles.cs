using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Recoup.Connectors.Files;
using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Recovery;
using Recoup.Server.Api;
using Recoup.Server.Words;
using Recoup.Storage.Work;

namespace Recoup.Server;

/// <summary>
/// The tables of the pages as files, with the same parameters: whole, not a page of them, up to a limit that the last line names. As CSV
/// (RFC 4180); with for=excel as the CSV that a spreadsheet opens where a comma stands before decimals (semicolons between cells, a mark of
/// its encoding); and under .xlsx as a workbook.
/// </summary>
internal static class TableFiles
{
    /// <summary>More than a spreadsheet takes.</summary>
    private const int RowsMax = 1_000_000;

    private const int PartSize = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var ending in new[] { "csv", "xlsx" }) Map(routes, ending);
    }

    private static void Map(IEndpointRouteBuilder routes, string ending)
    {
        routes.MapGet($"/ageing.{ending}", (Desk desk, HttpContext http, string? portfolio, string? buckets) =>
        {
            var cut = string.IsNullOrEmpty(buckets) ? AgeingCut.Usual : AgeingCut.Parse(buckets, out _);
            if (cut is null) return Task.FromResult(http.Response.StatusCode = 404);
            var figures = cut.Labels.Select(label => (label, ColumnKind.Amount));
            return Write(http, "ageing",
                [("as_of", ColumnKind.Day), ("portfolio", ColumnKind.Text), ("currency", ColumnKind.Text), .. figures, ("total", ColumnKind.Amount),
                    ("open_items", ColumnKind.Amount), ("unapplied", ColumnKind.Amount)],
                desk.Ageing(Day(desk, http), byPortfolio: true, cut).Where(r => string.IsNullOrEmpty(portfolio) || r.Group.Portfolio == portfolio).Select(r =>
                {
                    string M(long minor) => Plain(minor, r.Group.Currency);
                    string?[] cells =
                    [
                        Show.Day(r.AsOf), r.Group.Portfolio, r.Group.Currency, .. r.Buckets.Select(M), M(r.Total),
                        r.OpenItems.ToString(CultureInfo.InvariantCulture), M(r.Unapplied),
                    ];
                    return cells;
                }));
        });
        routes.MapGet($"/ageing/{{bucket}}.{ending}", (Desk desk, HttpContext http, string bucket, string? portfolio, string? currency) =>
        {
            if (Show.Bucket(bucket) is not { } span) return Task.FromResult(http.Response.StatusCode = 404);
            var day = Day(desk, http);
            var (from, to) = Show.DueDays(span, day);
            var (p, c) = (string.IsNullOrEmpty(portfolio) ? null : portfolio, string.IsNullOrEmpty(currency) ? null : currency);
            return Write(http, $"ageing-{bucket}", ItemColumns, All(after => BucketItems.Of(desk, from, to, day, p, c, after, PartSize)).Select(Item));
        });
        routes.MapGet($"/account-items.{ending}", (Desk desk, HttpContext http, string account) =>
            desk.Readings.PartyOf(account) is { } state
                ? Write(http, $"items-{account}", ItemColumns,
                    All(after => desk.Pages.ItemsOf(state, account, openOnly: false, desk.AsOf, after, PartSize)).Select(Item))
                : Task.FromResult(http.Response.StatusCode = 404));
        routes.MapGet($"/worklist.{ending}", (Desk desk, HttpContext http, string? owner, string? tag) =>
            Write(http, "worklist",
                ["work_item", "kind", "owner", "account", "name", "phone", "portfolio", "rule", "created_on", "amount", "currency", "score", "priority",
                    "at", "about", "tags"],
                All(after => desk.Worklist.List(NullIfBlank(owner), NullIfBlank(tag), after, PartSize)).Select(e => new string?[]
                {
                    e.Work.Id, e.Work.Kind, e.Work.Owner, e.Work.Account, e.Name, e.Phone, e.Work.Portfolio,
                    e.Work.Rule, Show.Day(e.Work.CreatedOn), Plain(e.Work.Minor, e.Work.Currency), e.Work.Currency,
                    e.Callback is null ? e.Work.Score.ToString(CultureInfo.InvariantCulture) : null,
                    e.Callback is null ? e.Priority.ToString(CultureInfo.InvariantCulture) : null,
                    e.Callback is { } callback ? Show.Instant(callback.At) : null, e.Callback?.About, string.Join(' ', e.Tags),
                })));
        routes.MapGet($"/accounts.{ending}", (Desk desk, HttpContext http, string? q, string? tag) =>
            Write(http, "accounts", ["account", "party", "name", "portfolio", "tags", "currency", "open", "overdue"],
                All(after => desk.Pages.Accounts((q ?? "").Trim(), NullIfBlank(tag), desk.AsOf, after, PartSize)).SelectMany(Account)));
        routes.MapGet($"/callbacks.{ending}", (Desk desk, HttpContext http, string? state, string? account) => Write(http, ConversationLists.Callbacks,
            All(after => desk.Conversations.Callbacks(NullIfBlank(state), NullIfBlank(account), after, PartSize))));
        routes.MapGet($"/notes.{ending}", (Desk desk, HttpContext http, string? account) => Write(http, ConversationLists.Notes,
            All(after => desk.Conversations.Notes(NullIfBlank(account), after, PartSize))));
        routes.MapGet($"/files.{ending}", (Desk desk, HttpContext http, string? account) => Write(http, FileList.Listing,
            All(after => desk.Files.List(NullIfBlank(account), after, PartSize))));
        routes.MapGet($"/plans.{ending}", (Desk desk, HttpContext http, string? state, string? account) => Write(http, PlanList.Listing,
            All(after => desk.Pages.Plans(NullIfBlank(state), NullIfBlank(account), desk.AsOf, after, PartSize))));
        routes.MapGet($"/figures.{ending}", (Desk desk, HttpContext http, string? type, string? portfolio) => Write(http, FigureList.Listing,
            All(after => FigureList.List(desk.Controlling, NullIfBlank(type), NullIfBlank(portfolio), after, PartSize))));
        routes.MapGet($"/next-moves.{ending}", (Desk desk, HttpContext http, string? move, string? portfolio, string? currency) => Write(http,
            MoveList.Listing,
            All(after => MoveList.Of(desk, MoveList.Chosen(move), NullIfBlank(portfolio), NullIfBlank(currency), after, PartSize))));
        routes.MapGet($"/cohorts.{ending}", (Desk desk, HttpContext http, string? portfolio) => Write(http, "cohorts",
            ["cohort", "portfolio", "currency", "age", "amount", "recovered", "rate", "completed", "no_value"],
            desk.Cohorts(desk.AsOf, new HashSet<string>(CohortReport.Splits, StringComparer.Ordinal))
                .Where(r => string.IsNullOrEmpty(portfolio) || r.Portfolio == portfolio).Select(r => new string?[]
                {
                    r.Cohort, r.Portfolio, r.Currency, r.Age.ToString(CultureInfo.InvariantCulture), Plain(r.Minor, r.Currency),
                    r.Recovered is { } recovered ? Plain(recovered, r.Currency) : null, r.Rate?.ToString("0.######", CultureInfo.InvariantCulture),
                    r.Completed ? "yes" : "no", r.NoValue,
                })));
        routes.MapGet($"/webhooks.{ending}", (Desk desk, HttpContext http, string? endpoint, string? status) => Write(http, WebhookList.Listing,
            All(after => WebhookReadings.List(desk.Store, NullIfBlank(endpoint), WebhookList.StatusOf(status), after, PartSize))));
        routes.MapGet($"/access.{ending}", (Desk desk, HttpContext http, string? kind, string? user, string? account) => desk.Viewer.SeesUsers
            ? Write(http, AccessList.Listing, All(after => desk.Store.Access.List(
                AccessList.Filter(NullIfBlank(user), NullIfBlank(kind), NullIfBlank(account), null, null), after, PartSize)))
            : Task.FromResult(http.Response.StatusCode = 404));
        routes.MapGet($"/messages.{ending}", (Desk desk, HttpContext http, string? status) =>
        {
            IntentStatus? wanted = Enum.TryParse<IntentStatus>(status, ignoreCase: true, out var s) && Enum.IsDefined(s) ? s : null;
            return Write(http, "messages", ["message", "not_before", "account", "name", "portfolio", "template", "tone", "channel", "rule", "status", "detail",
                "segments", "delivered_at"],
                All(after => desk.Pages.Messages(wanted, after, PartSize)).Select(l => new string?[]
                {
                    l.Message.Id, Show.Instant(l.Message.NotBefore), l.Message.Account, l.Name, l.Message.Portfolio, l.Written.Template,
                    l.Written.Tone, l.Message.Channel, l.Written.Rule, l.Message.Status.ToString().ToLowerInvariant(), l.Message.Detail,
                    l.Message.Segments == 0 ? null : l.Message.Segments.ToString(CultureInfo.InvariantCulture),
                    l.Message.DeliveredAt is { } arrived ? Show.Instant(arrived) : null,
                }));
        });
        routes.MapGet($"/kpis.{ending}", (Desk desk, HttpContext http, string? portfolio, string? by) =>
            !KpiSplits.TryFind(by, out var dimension) ? Task.FromResult(http.Response.StatusCode = 404)
            : Kpis(http, "kpis", desk.Kpis(new KpiQuestion(desk.AsOf) { By = Trends.By(dimension, !string.IsNullOrEmpty(portfolio)) }), portfolio, dimension));
        routes.MapGet($"/kpis/{{id}}/bridge.{ending}", (Desk desk, HttpContext http, string id, string? since, string? by, string? portfolio,
            string? currency) =>
        {
            if (desk.Catalog.Find(id) is not { } kpi || !Show.TryDay(since, out var from) || from >= desk.AsOf || Dimension.Find(by ?? "") is not { } dimension
                || desk.Bridge(kpi, from, dimension, NullIfBlank(portfolio), NullIfBlank(currency), out _) is not { } bridge)
                return Task.FromResult(http.Response.StatusCode = 404);
            return Bridge(http, bridge);
        });
        routes.MapGet($"/kpis/{{id}}.{ending}", (Desk desk, HttpContext http, string id, string? portfolio, string? by) =>
        {
            if (desk.Catalog.Find(id) is not { } kpi || !KpiSplits.TryFind(by, out var dimension)
                || (dimension is not null && !kpi.Dimensions.Contains(dimension)))
                return Task.FromResult(http.Response.StatusCode = 404);
            var one = !string.IsNullOrEmpty(portfolio);
            return Kpis(http, id, dimension is null ? Trends.Kpis(desk, [id], one) : Trends.Parts(desk, id, dimension, one), portfolio, dimension);
        });
    }

    private static string? NullIfBlank(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static Task Write<T>(HttpContext http, Listing<T> listing, IEnumerable<T> rows) =>
        Write(http, listing.Name, [.. listing.Columns.Select(c => (c.Name, c.Kind))], rows.Select(listing.Cells));

    /// <summary>A line a currency in which it has something open; one where it has nothing.</summary>
    private static IEnumerable<string?[]> Account(AccountLine line) => line.Sums.Count == 0
        ? [[line.Account, line.Party, line.Name, line.Portfolio, string.Join(' ', line.Tags), null, null, null]]
        : line.Sums.Select(s => new string?[]
        {
            line.Account, line.Party, line.Name, line.Portfolio, string.Join(' ', line.Tags), s.Currency, Plain(s.Open, s.Currency),
            Plain(s.Overdue, s.Currency),
        });

    private static readonly string[] ItemColumns =
    [
        "account", "name", "portfolio", "segment", "number", "kind", "issued_on", "due_on", "currency", "amount", "open",
    ];

    private static string?[] Item(ItemLine i) =>
    [
        i.Account, i.Name, i.Portfolio, i.Segment, i.Number, i.Kind.ToString().ToLowerInvariant(),
        Show.Day(i.IssuedOn), Show.Day(i.DueOn), i.Currency, Plain(i.Amount, i.Currency), Plain(i.Open, i.Currency),
    ];

    /// <param name="by">A column of its own where it is none that the file has in any case.</param>
    private static Task Kpis(HttpContext http, string name, IReadOnlyList<KpiRow> rows, string? portfolio, Dimension? by)
    {
        Dimension[] own = by is null || by == Dimension.Portfolio ? [] : [by];
        return Write(http, name,
            ["kpi", "as_of", "from", "portfolio", .. own.Select(d => d.Name), "currency", "from_bucket", "value", "unit", "numerator", "denominator", "band",
                "target", "target_owner", "missed_by"],
            rows.Where(r => string.IsNullOrEmpty(portfolio) || r.Portfolio == portfolio).Select(r =>
            {
                string?[] cells =
                [
                    r.Kpi, Show.Day(r.AsOf), Show.Day(r.From), r.Portfolio, .. own.Select(r.Of), r.Currency, r.FromBucket,
                    r.Text(r.Value, r.Unit == KpiUnit.Amount), KpiRow.NameOf(r.Unit), r.Text(r.Numerator, r.PartsAreAmounts),
                    r.Text(r.Denominator, r.PartsAreAmounts), r.Band, r.Text(r.Target, amount: false), r.TargetOwner, r.Text(r.MissedBy, amount: false),
                ];
                return cells;
            }));
    }

    /// <summary>As the verb writes it: the figure then, its parts, and the figure now.</summary>
    private static Task Bridge(HttpContext http, KpiBridge bridge)
    {
        var (from, to) = (bridge.From, bridge.To);
        string?[] Row(string part, string? segment, decimal? amount) =>
            [to.Kpi, Show.Day(from.AsOf), Show.Day(to.AsOf), part, segment, bridge.Text(amount), KpiRow.NameOf(to.Unit), to.Currency];
        return Write(http, $"{bridge.To.Kpi}-bridge", ["kpi", "from", "to", "part", "segment", "amount", "unit", "currency"],
            [Row("from", null, bridge.FromValue), .. bridge.Parts.Select(p => Row(p.Part, p.Segment, p.Amount)), Row("to", null, bridge.ToValue)]);
    }

    private static string Plain(long minor, string currency) => Money.Format(minor, Currency.Of(currency));

    private static DateOnly Day(Desk desk, HttpContext http) =>
        Show.TryDay(http.Request.Query["as-of"], out var day) ? day : desk.AsOf;

    private static IEnumerable<T> All<T>(Func<string?, Slice<T>> read)
    {
        string? after = null;
        do
        {
            var slice = read(after);
            foreach (var row in slice.Rows) yield return row;
            after = slice.Next;
        }
        while (after is not null);
    }

    /// <summary>
    /// Columns of figures and of days in the tables that are no <see cref="Listing{T}"/>; all others are text, also where a text has digits only,
    /// as a number of an invoice has.
    /// </summary>
    private static readonly HashSet<string> Figures = new(StringComparer.Ordinal)
    {
        "amount", "open", "overdue", "score", "priority", "value", "numerator", "denominator", "target", "missed_by", "age", "recovered", "rate",
    };

    private static readonly HashSet<string> Days =
        new(StringComparer.Ordinal) { "as_of", "from", "to", "issued_on", "due_on", "created_on" };

    private static Task Write(HttpContext http, string name, string[] columns, IEnumerable<string?[]> rows) => Write(http, name,
        [.. columns.Select(c => (c, Figures.Contains(c) ? ColumnKind.Amount : Days.Contains(c) ? ColumnKind.Day : ColumnKind.Text))], rows);

    private static async Task Write(HttpContext http, string name, (string Name, ColumnKind Kind)[] columns, IEnumerable<string?[]> rows)
    {
        var isWorkbook = http.Request.Path.Value!.EndsWith(".xlsx", StringComparison.Ordinal);
        var file = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '+' ? c : '_'));
        http.Response.ContentType = isWorkbook ? Workbook.MediaType : "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{file}.{(isWorkbook ? "xlsx" : "csv")}\"";
        if (isWorkbook)
        {
            // What closes a part of a workbook is written at once, as the format's library has it.
            if (http.Features.Get<IHttpBodyControlFeature>() is { } body) body.AllowSynchronousIO = true;
            var sheet = new WorkbookSheet(name, [.. columns.Select(c => c.Name)], rows.Select(row => Typed(columns, row)));
            await Workbook.Write(http.Response.Body, [sheet], http.RequestAborted);
        }
        else await WriteCsv(http, columns, rows, http.Request.Query["for"] == "excel");
    }

    private static IReadOnlyList<object?> Typed((string Name, ColumnKind Kind)[] columns, string?[] row) =>
        [.. row.Select((cell, i) => i < columns.Length && !string.IsNullOrEmpty(cell)
            && (IsFigure(columns[i].Kind) && decimal.TryParse(cell, NumberStyles.Number, CultureInfo.InvariantCulture, out var figure) ? figure
                : columns[i].Kind == ColumnKind.Day
                    && DateOnly.TryParseExact(cell, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? (object)day
                    : null) is { } typed ? typed : cell)];

    private static bool IsFigure(ColumnKind kind) => kind is ColumnKind.Amount or ColumnKind.Count;

    private static async Task WriteCsv(HttpContext http, (string Name, ColumnKind Kind)[] columns, IEnumerable<string?[]> rows, bool forExcel)
    {
        var text = new StringBuilder(forExcel ? "\uFEFF" : "");
        StringBuilder Append(string?[] cells) => forExcel ? CsvText.AppendLineWithSemicolons(text, cells) : CsvText.AppendLine(text, cells);
        Append([.. columns.Select(c => c.Name)]);
        var left = RowsMax;
        foreach (var row in rows)
        {
            if (left-- == 0)
            {
                Append([$"there are more than {RowsMax} rows"]);
                break;
            }
            Append(forExcel ? [.. row.Select((cell, i) => i < columns.Length && IsFigure(columns[i].Kind) ? cell?.Replace('.', ',') : cell)] : row);
            if (text.Length < 32 * 1024) continue;
            await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
            text.Clear();
        }
        await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
    }
}
