using System.CommandLine;
using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Server.Api;
using Recoup.Core.Recovery;
using Recoup.Statistics;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>ageing, kpi, drill, catalog: the figures and what stands behind them.</summary>
internal static class FigureVerbs
{
    private static Option<string?> AsOf() =>
        new("--as-of") { Description = "the business date; else the last on which anything was recorded", HelpName = "DATE" };

    private static Option<string?> By(string dimensions) => new("--by") { Description = $"split by {dimensions}", HelpName = dimensions };

    private static HashSet<string> Split(string? by, params string[] known)
    {
        var parts = (by ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        foreach (var part in parts)
            if (!known.Contains(part)) throw new UsageException($"--by takes {string.Join(", ", known)}, not '{part}'");
        return parts;
    }

    public static string[] List(string? joined) =>
        (joined ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static Option<string[]> Only() => new("--only")
    {
        Description = "only this, such as channel=call; may be given again", HelpName = "DIMENSION=VALUE", Arity = ArgumentArity.ZeroOrMore,
    };

    private static Option<string?> In() =>
        new("--in") { Description = "all amounts in this currency, by the rates that fx_rate told", HelpName = "CURRENCY" };

    private static Currency? CurrencyOf(string? code) => code is null ? null
        : Currency.TryOf(code, out var currency) ? currency : throw new UsageException($"--in: '{code}' is not an ISO 4217 currency code, such as EUR");

    public static IReadOnlyDictionary<Dimension, string> OnlyOf(IEnumerable<string> texts) =>
        KpiPart.Parse(texts, out var problem) ?? throw new UsageException($"--only {problem}");

    public static DateOnly Day(Session session, string? given, Readings readings)
    {
        if (given is not null) return Session.Day(given, "--as-of");
        if (session.GivenNow is { } now) return new PageReadings(session.Open()).Workspace().Today(now);
        var last = readings.LastRecordedOn();
        // Before anything is recorded there is no portfolio either.
        return last == DateOnly.MinValue ? LocalDay.Of(session.Clock.GetUtcNow(), "UTC") : last;
    }

    public static Command Ageing()
    {
        var asOf = AsOf();
        var by = By("portfolio,segment,account");
        var knownAt = new Option<string?>("--known-at") { Description = "as it was known then: a slower path over the journal", HelpName = "INSTANT" };
        var buckets = new Option<string?>("--buckets")
        {
            Description = "days past due at which it is cut, rising; else 30,60,90", HelpName = "15,30,60,90",
        };
        var inCurrency = In();
        var verb = new Command("ageing", "Open receivables by days past due.") { asOf, by, knownAt, buckets, inCurrency };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var split = Split(parsed.GetValue(by), "portfolio", "segment", "account");
            if (split.Contains("account") && split.Count > 1) throw new UsageException("--by account stands alone: an account is in one portfolio");
            var readings = new Readings(session.Open());
            var day = Day(session, parsed.GetValue(asOf), readings);
            if (split.Contains("account") && parsed.GetValue(knownAt) is not null) throw new UsageException("--by account and --known-at do not go together");
            var cut = AgeingCut.Usual;
            if (parsed.GetValue(buckets) is { } text) cut = AgeingCut.Parse(text, out var problem) ?? throw new UsageException($"--buckets: {problem}");
            var (byPortfolio, bySegment) = (split.Contains("portfolio"), split.Contains("segment"));
            IReadOnlyList<AgeingRow> rows = split.Contains("account")
                ? readings.Read(_ => AgeingReport.ByAccount(day, readings.OpenByAccount(day), readings.UnappliedByAccount(day), cut))
                : parsed.GetValue(knownAt) is { } known
                    ? readings.Read(_ => AgeingReport.Of(readings.KnownAt(Session.Instant(known)), day, byPortfolio, bySegment, cut))
                    : readings.Read(cells => AgeingReport.Of(cells, day, byPortfolio, bySegment, cut));
            if (CurrencyOf(parsed.GetValue(inCurrency)) is { } currency)
            {
                DateTimeOffset? then = parsed.GetValue(knownAt) is { } at ? Session.Instant(at) : null;
                rows = AgeingReport.In(currency, rows, readings.Read(_ => readings.Controlling(then)).Rates);
            }
            Print(session.Output, rows, day, split, cut);
            session.TellRowTroubles();
            return 0;
        });
        return verb;
    }

    public static void Print(Output output, IReadOnlyList<AgeingRow> rows, DateOnly day, IReadOnlySet<string> split,
        AgeingCut? cut = null) => output.Print(json =>
        {
            json.WriteStartArray();
            foreach (var row in rows) row.WriteTo(json);
            json.WriteEndArray();
        }, AgeingSheet(rows, day, split, cut));

    public static Sheet AgeingSheet(IReadOnlyList<AgeingRow> rows, DateOnly day, IReadOnlySet<string> split, AgeingCut? cut = null)
    {
        var dimensions = new[] { "account", "portfolio", "segment" }.Where(split.Contains).ToArray();
        var sheet = new Sheet([.. dimensions, "currency", .. (cut ?? AgeingCut.Usual).Labels, "total", "open items", "unapplied"])
        {
            Title = $"Open receivables by days past due, as of {day:yyyy-MM-dd}", Empty = "nothing was open on that day",
        };
        foreach (var row in rows)
        {
            var currency = Currency.Of(row.Group.Currency);
            string M(long minor) => Money.Format(minor, currency);
            sheet.Add([.. dimensions.Select(d => d == "account" ? row.Group.Account : d == "portfolio" ? row.Group.Portfolio : row.Group.Segment),
                currency.Code, .. row.Buckets.Select(M), M(row.Total), row.OpenItems, M(row.Unapplied)]);
        }
        return sheet;
    }

    public static Command Unworked()
    {
        var asOf = AsOf();
        var by = By("portfolio,segment,account");
        var move = new Option<string?>("--next-move") { Description = $"of this alone: {string.Join(", ", NextMove.All)}", HelpName = "MOVE" };
        var verb = new Command("unworked", "Overdue money by who has the next move; nobody's is unworked.") { asOf, by, move };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var split = Split(parsed.GetValue(by), "portfolio", "segment", "account");
            if (split.Contains("account") && split.Count > 1) throw new UsageException("--by account stands alone: an account is in one portfolio");
            NextMove? only = null;
            if (parsed.GetValue(move) is { } word && (only = NextMove.All.FirstOrDefault(m => m.Word == word)) is null)
                throw new UsageException($"--next-move: '{word}' is none; there are {string.Join(", ", NextMove.All)}");
            var readings = new Readings(session.Open());
            var day = Day(session, parsed.GetValue(asOf), readings);
            var rows = readings.Read(cells =>
            {
                var waiting = readings.Waiting(day);
                if (!split.Contains("account")) return NextMoveReport.Of(cells, day, split.Contains("portfolio"), split.Contains("segment"), waiting);
                return waiting is null ? throw new UsageException($"--by account is of the present: the last day recorded is later than {day:yyyy-MM-dd}")
                    : NextMoveReport.ByAccount(waiting);
            });
            PrintMoves(session.Output, [.. rows.Where(r => only is null || r.Move == only)], day, split);
            session.TellRowTroubles();
            return 0;
        });
        return verb;
    }

    private static void PrintMoves(Output output, IReadOnlyList<NextMoveRow> rows, DateOnly day, IReadOnlySet<string> split)
    {
        var dimensions = new[] { "account", "portfolio", "segment" }.Where(d => split.Contains(d) || (d == "portfolio" && split.Contains("account"))).ToArray();
        var sheet = new Sheet([.. dimensions, "currency", "next move", "amount", "items", "accounts"])
        {
            Title = $"Overdue money by who has the next move, as of {day:yyyy-MM-dd}", Empty = "nothing was overdue on that day",
        };
        foreach (var row in rows)
            sheet.Add([.. dimensions.Select(d => d == "account" ? row.Group.Account : d == "portfolio" ? row.Group.Portfolio : row.Group.Segment),
                row.Group.Currency, row.Move.Word, Money.Format(row.Minor, Currency.Of(row.Group.Currency)), row.Items, row.Accounts]);
        output.Print(json =>
        {
            json.WriteStartArray();
            foreach (var row in rows) row.WriteTo(json, day);
            json.WriteEndArray();
        }, sheet);
    }

    public static Command Kpi()
    {
        var ids = new Argument<string[]>("ID") { Description = "KPI ids; none: all", Arity = ArgumentArity.ZeroOrMore };
        var asOf = AsOf();
        var from = new Option<string?>("--from") { Description = "a series from this day…", HelpName = "DATE" };
        var to = new Option<string?>("--to") { Description = "…to this one", HelpName = "DATE" };
        var every = new Option<string>("--every") { Description = "week, month or quarter", DefaultValueFactory = _ => "month" };
        every.AcceptOnlyFromAmong("week", "month", "quarter");
        var by = new Option<string?>("--by")
        {
            Description = $"split by any of {string.Join(", ", Dimension.All)} that all measures of the KPI have", HelpName = "DIMENSIONS",
        };
        var only = Only();
        var knownAt = new Option<string?>("--known-at") { Description = "as it was known then: a slower path over the journal", HelpName = "INSTANT" };
        var window = new Option<string?>("--window") { Description = "another window than the KPI's own, such as 3mo or 30d", HelpName = "SPAN" };
        var inCurrency = In();
        var basis = new Option<string?>("--basis")
        {
            Description = "crf: on the Credit Research Foundation's inputs, to compare with its figures", HelpName = "crf",
        };
        basis.AcceptOnlyFromAmong("crf");
        var verb = new Command("kpi", "KPIs, computed now from the measures.")
        {
            ids, asOf, from, to, every, by, only, knownAt, window, inCurrency, basis, CatalogVerbs.ValidateKpis(),
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var catalog = session.Kpis();
            var wanted = parsed.GetValue(ids) ?? [];
            foreach (var id in wanted)
                if (catalog.Find(id) is null)
                    throw new UsageException(
                        $"there is no KPI '{id}'{(catalog.Nearest(id) is { } near ? $"; did you mean {near}?" : "")} `recoup catalog` lists them.");
            KpiWindow? span = null;
            if (parsed.GetValue(window) is { } text)
                span = KpiWindow.TryParse(text, out var w) ? w : throw new UsageException($"--window: '{text}' is no span; write 3mo or 30d");
            var readings = new Readings(session.Open());
            IReadOnlyList<DateOnly> days;
            if (parsed.GetValue(from) is { } f)
            {
                if (parsed.GetValue(asOf) is not null) throw new UsageException("--as-of is one day, --from and --to a series: give one or the other");
                var first = Session.Day(f, "--from");
                var last = parsed.GetValue(to) is { } t ? Session.Day(t, "--to") : Day(session, null, readings);
                if (last < first) throw new UsageException($"--to {last:yyyy-MM-dd} is before --from {first:yyyy-MM-dd}");
                days = KpiSeries.Days(first, last, Enum.Parse<KpiEvery>(parsed.GetValue(every)!, ignoreCase: true));
            }
            else days = [parsed.GetValue(to) is { } lone
                ? throw new UsageException($"--to {lone} needs --from; for one day write --as-of")
                : Day(session, parsed.GetValue(asOf), readings)];
            var question = new KpiQuestion(days)
            {
                Kpis = wanted, Window = span, By = Dimension.Parse(List(parsed.GetValue(by)), out var problem) ?? throw new UsageException($"--by {problem}"),
                Only = OnlyOf(parsed.GetValue(only) ?? []), In = CurrencyOf(parsed.GetValue(inCurrency)),
                Basis = parsed.GetValue(basis) is null ? KpiBasis.Own : KpiBasis.Crf,
            };
            foreach (var id in wanted)
                if (question.WhyNot(catalog.Find(id)!) is { } why) throw new UsageException(why);
            long cells = 0;
            var rows = readings.Read(live =>
            {
                DateTimeOffset? then = parsed.GetValue(knownAt) is { } known ? Session.Instant(known) : null;
                var source = then is { } instant ? readings.KnownAt(instant) : live;
                var answer = new KpiEngine(catalog, source, Estimates.At95) { Controlling = readings.Controlling(then) }.Answer(question);
                cells = source.CellsRead;
                return answer;
            });
            Print(session.Output, catalog, rows, question.By);
            var leftOut = wanted.Length > 0 ? 0 : catalog.Computed.Count(kpi => question.WhyNot(kpi) is not null);
            if (leftOut > 0) Output.Say($"{Plural.Of(leftOut, "KPI")} can't be told so and {(leftOut == 1 ? "is" : "are")} left out; `recoup kpi ID` with "
                + "the same options says why");
            if (session.Output.IsTable && !Terminal.IsErrorRedirected) Output.Say($"read from {Plural.Of(cells, "cell")}");
            return 0;
        });
        return verb;
    }

    public static void Print(Output output, KpiCatalog catalog, IReadOnlyList<KpiRow> rows, IReadOnlyList<Dimension> split) =>
        output.Print(json =>
        {
            json.WriteStartArray();
            foreach (var row in rows) row.WriteTo(json);
            json.WriteEndArray();
        }, KpiSheet(catalog, rows, split, dashes: output.IsTable));

    /// <param name="dashes">For people: no value is a dash, and the note says why.</param>
    public static Sheet KpiSheet(KpiCatalog catalog, IReadOnlyList<KpiRow> rows, IReadOnlyList<Dimension> split, bool dashes = false)
    {
        var (buckets, intervals) = (rows.Any(r => r.FromBucket is not null), rows.Any(r => r.HasInterval));
        string[] columns =
        [
            "kpi", "name", "as of", "from", .. split.Select(d => d.Name), .. buckets ? new[] { "of" } : [],
            "currency", "value", "unit", .. intervals ? new[] { "low", "high" } : [], "numerator", "denominator", "band", "target", "note",
        ];
        var sheet = new Sheet(columns);
        foreach (var row in rows)
        {
            var cells = new List<object?> { row.Kpi, catalog.Find(row.Kpi)?.Name, row.AsOf, row.From };
            cells.AddRange(split.Select(row.Of));
            if (buckets) cells.Add(row.FromBucket is null ? null : $"{row.FromBucket} to {row.ToBucket}");
            cells.AddRange(
            [
                row.Currency, row.Value is null && dashes ? "–" : Figure(row, row.Value, row.Unit == KpiUnit.Amount), KpiRow.NameOf(row.Unit),
                .. intervals ? new object?[] { Figure(row, row.Low, amount: false), Figure(row, row.High, amount: false) } : [],
                Figure(row, row.Numerator, row.PartsAreAmounts), Figure(row, row.Denominator, row.PartsAreAmounts), row.Band, Figure(row, row.Target, false),
            ]);
            string?[] notes =
            [
                row.Value is null ? $"no value: {row.NoValue}" : null, row.MissedBy is { } by ? $"target missed by {Figure(row, by, false)}" : null,
                row.TargetMet == true ? "target met" : null, row.Partial ? "history shorter than the window" : null,
                row.AtLeast == true ? "at least" : null, row.Basis == KpiBasis.Crf ? "on the basis crf" : null,
            ];
            cells.Add(string.Join(", ", notes.OfType<string>()));
            sheet.Add([.. cells]);
        }
        return sheet;
    }

    private static string? Figure(KpiRow row, decimal? figure, bool amount) =>
        figure is null
            ? null
            : amount ? row.Text(figure, amount: true) : Math.Round(figure.Value, 2).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>As the tables write a bucket, or as the JSON does.</summary>
    private static string BucketName(string name) =>
        name.EndsWith('+') ? $"d{name[..^1]}_plus" : name.Length > 0 && char.IsAsciiDigit(name[0]) ? "d" + name.Replace('-', '_') : name;

    public static Command Drill()
    {
        var id = new Argument<string>("ID") { Description = "a KPI, or a bucket of the ageing: current, 1-30, 31-60, 61-90, 90+" };
        var asOf = AsOf();
        var portfolio = new Option<string?>("--portfolio") { Description = "only this portfolio" };
        var segment = new Option<string?>("--segment") { Description = "only this segment" };
        var currency = new Option<string?>("--currency") { Description = "only this currency" };
        var only = Only();
        var window = new Option<string?>("--window") { Description = "another window than the KPI's own", HelpName = "SPAN" };
        var limit = SimulateVerbs.Limit("at most so many rows", byDefault: 1000);
        var verb = new Command("drill", "The events behind a number; for a stock, the items that are open.")
        {
            id, asOf, portfolio, segment, currency, only, window, limit,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var readings = new Readings(session.Open());
            var day = Day(session, parsed.GetValue(asOf), readings);
            // Portfolio and segment have words of their own, older than --only.
            var wanted = OnlyOf(
            [
                .. parsed.GetValue(portfolio) is { } p ? [$"portfolio={p}"] : Array.Empty<string>(),
                .. parsed.GetValue(segment) is { } s ? [$"segment={s}"] : Array.Empty<string>(), .. parsed.GetValue(only) ?? [],
            ]);
            var name = parsed.GetValue(id)!;
            var catalog = session.Kpis();
            var bucket = Core.Receivables.Ageing.BucketNames.ToList().IndexOf(BucketName(name));
            if (bucket >= 0)
            {
                if (wanted.Keys.FirstOrDefault(d => !d.IsOfAll) is { } lacking) throw new UsageException($"--only: open items have no {lacking}");
                PrintItems(session.Output, readings, day, wanted, parsed.GetValue(currency), bucket, parsed.GetValue(limit));
                return 0;
            }
            var kpi = catalog.Find(name)
                ?? throw new UsageException($"there is no KPI and no bucket '{name}'{(catalog.Nearest(name) is { } near ? $"; did you mean {near}?" : "")}");
            if (kpi.IsWaiting) throw new UsageException($"nothing stands behind {name} yet: it waits for {string.Join(", ", kpi.WaitsFor)}");
            KpiWindow span = kpi.Window;
            if (parsed.GetValue(window) is { } text)
                span = KpiWindow.TryParse(text, out var w) ? w : throw new UsageException($"--window: '{text}' is no span; write 3mo or 30d");
            if (new KpiQuestion(day) { Only = wanted }.WhyNot(kpi) is { } why) throw new UsageException(why);
            var part = KpiPart.Of(kpi, span.EndingOn(day)) with { Only = wanted, Currency = parsed.GetValue(currency) };
            PrintEvents(session.Output, readings, kpi, part, parsed.GetValue(limit));
            return 0;
        });
        return verb;
    }

    private static void PrintItems(Output output, Readings readings, DateOnly day, IReadOnlyDictionary<Dimension, string> only, string? currency,
        int bucket, int limit)
    {
        var sheet = new Sheet("account", "number", "portfolio", "segment", "due on", "days past due", "currency", "open")
        {
            Title = $"Open items, {Core.Receivables.Ageing.BucketNames[bucket]}, as of {day:yyyy-MM-dd}", Empty = "no item is in this bucket",
        };
        var rows = readings.Read(_ => readings.OpenItemsOn(day)
            .Where(o => Core.Receivables.Ageing.Bucket(o.Due, day) == bucket && (currency ?? o.Currency) == o.Currency
                && only.GetValueOrDefault(Dimension.Portfolio, o.Portfolio) == o.Portfolio
                && only.GetValueOrDefault(Dimension.Segment, o.Segment) == o.Segment)
            .OrderBy(o => o.Due).ThenBy(o => o.Account, StringComparer.Ordinal).ThenBy(o => o.Number, StringComparer.Ordinal).Take(limit).ToList());
        foreach (var o in rows)
            sheet.Add(o.Account, o.Number, o.Portfolio, o.Segment, o.Due, day.DayNumber - o.Due.DayNumber, o.Currency,
                Money.Format(o.Minor, Currency.Of(o.Currency)));
        output.Print(json => WriteRows(json, sheet), sheet);
    }

    private static void PrintEvents(Output output, Readings readings, KpiDefinition kpi, KpiPart part, int limit)
    {
        var own = Dimension.All.Where(d => !d.IsOfAll && kpi.Drill.Any(m => m.Has(d))).ToList();
        var sheet = new Sheet(["recorded at", "effective on", "account", "event", "measure", "day", "portfolio", "segment", .. own.Select(d => d.Name),
            "currency", "amount", "count", "partition", "seq", "cause"])
        {
            Title = $"{kpi.Name}: the events behind {part.Period.First:yyyy-MM-dd} to {part.Period.Last:yyyy-MM-dd}", Empty = "no event",
        };
        var found = readings.Read(_ => readings.Drill(kpi.Drill.ToHashSet(), part.Takes).Take(limit + 1).ToList());
        foreach (var d in found.Take(limit))
            sheet.Add([DateTimeOffset.FromUnixTimeMilliseconds(d.Row.RecordedAt)
                    .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
                d.Row.EffectiveOn, d.Row.Account, d.Row.Kind, d.Cell.Measure.Name,
                DateOnly.FromDayNumber(d.Cell.Day), d.Cell.Portfolio, d.Cell.Segment,
                .. own.Select(o => d.Cell.Measure.Has(o) && d.Cell.Of(o) is { Length: > 0 } value ? value : null), d.Cell.Currency,
                d.Cell.Currency.Length == 0 ? null : Money.Format(d.Value.Minor, Currency.Of(d.Cell.Currency)),
                d.Value.Count, d.Row.Partition, d.Row.Seq, d.Row.Cause]);
        output.Print(json => WriteRows(json, sheet), sheet);
        if (found.Count > limit) Output.Say($"There are more than {limit:N0} rows; --limit shows more.");
    }

    public static void WriteRows(Utf8JsonWriter json, Sheet sheet)
    {
        json.WriteStartArray();
        foreach (var row in sheet.Rows)
        {
            json.WriteStartObject();
            for (var i = 0; i < row.Length; i++)
            {
                var name = sheet.Columns[i].Replace(' ', '_');
                if (row[i] is int or long) json.WriteNumber(name, Convert.ToInt64(row[i], System.Globalization.CultureInfo.InvariantCulture));
                else if (row[i] is null) json.WriteNull(name);
                else json.WriteString(name, Sheet.Text(row[i]));
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static Command Figures()
    {
        var type = new Option<string?>("--type") { Description = string.Join(", ", FigureList.Types) };
        type.AcceptOnlyFromAmong([.. FigureList.Types]);
        var portfolio = new Option<string?>("--portfolio") { Description = "of this portfolio alone" };
        var limit = SimulateVerbs.Limit("at most so many, the last told first", byDefault: 1000);
        var verb = new Command("figures", "Costs, targets, rates of exchange and figures from other books, the last told first.") { type, portfolio, limit };
        verb.SetAction(parsed => Lists.Print(parsed, FigureList.Listing, "Figures", "figure",
            parsed.GetValue(type) is not null || parsed.GetValue(portfolio) is not null, (store, most) =>
            {
                var readings = new Readings(store);
                return FigureList.List(readings.Read(_ => readings.Controlling()), parsed.GetValue(type), parsed.GetValue(portfolio), null, most);
            }, parsed.GetValue(limit)));
        return verb;
    }

    public static Command Catalog()
    {
        var id = new Argument<string?>("ID") { Description = "a KPI; none: the list", Arity = ArgumentArity.ZeroOrOne };
        var search = new Option<string?>("--search") { Description = "has all these words in id, name, definition, insights or lists", HelpName = "TEXT" };
        var category = new Option<string?>("--category") { Description = "of this category, such as disputes" };
        var industry = new Option<string?>("--industry") { Description = "for this industry, such as lending, or for any" };
        var function = new Option<string?>("--function") { Description = "for who works with it, such as collections, billing or treasury" };
        var verb = new Command("catalog", "The KPIs there are, each with its twelve attributes; and your own files: validate, adopt, languages.") { id,
            search, category, industry, function, CatalogVerbs.Validate(), CatalogVerbs.Adopt(), CatalogVerbs.Languages() };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var catalog = session.Kpis();
            var sought = new KpiSearch
            {
                Text = parsed.GetValue(search), Category = parsed.GetValue(category), Industry = parsed.GetValue(industry),
                Function = parsed.GetValue(function),
            };
            if (parsed.GetValue(id) is not { } wanted)
            {
                PrintList(session.Output, sought.In(catalog));
                return 0;
            }
            if (!sought.IsEmpty) throw new UsageException($"'{wanted}' is one KPI; --search, --category, --industry and --function look through the list");
            var found = catalog.Find(wanted)
                ?? throw new UsageException($"there is no KPI '{wanted}'{(catalog.Nearest(wanted) is { } near ? $"; did you mean {near}?" : "")}");
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream)) found.WriteTo(json);
            using var document = JsonDocument.Parse(stream.ToArray());
            var sheet = new Sheet("attribute", "") { Title = found.Name };
            Flatten(sheet, "", document.RootElement);
            session.Output.Print(found.WriteTo, sheet);
            return 0;
        });
        return verb;
    }

    private static void PrintList(Output output, IReadOnlyList<KpiDefinition> kpis)
    {
        var list = new Sheet("kpi", "name", "categories", "unit", "window", "waits for", "definition") { Empty = "no KPI is like that" };
        foreach (var kpi in kpis)
            list.Add(kpi.Id, kpi.Name, string.Join(", ", kpi.Categories), KpiRow.NameOf(kpi.Unit), kpi.Window.ToString(), string.Join(", ", kpi.WaitsFor),
                kpi.Attributes.Definition);
        output.Print(json =>
        {
            json.WriteStartArray();
            foreach (var kpi in kpis) kpi.WriteTo(json);
            json.WriteEndArray();
        }, list);
    }

    private static void Flatten(Sheet sheet, string name, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                    Flatten(sheet, name.Length == 0 ? property.Name : $"{name}.{property.Name}", property.Value);
                break;
            case JsonValueKind.Array:
                if (element.GetArrayLength() == 0) sheet.Add(name.Replace('_', ' '), "");
                var first = true;
                foreach (var part in element.EnumerateArray())
                {
                    Flatten(sheet, first || part.ValueKind == JsonValueKind.Object ? name : "", part);
                    first = false;
                }
                break;
            default: sheet.Add(name.Replace('_', ' '), element.ToString()); break;
        }
    }
}
