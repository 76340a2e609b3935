using System.CommandLine;
using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Statistics;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>bridge: why a figure changed, between two days or between two instants at which one day was known.</summary>
internal static class BridgeVerb
{
    public static Command Bridge()
    {
        var id = new Argument<string>("KPI") { Description = "a KPI" };
        var from = new Option<string?>("--from") { Description = "the day of the first figure", HelpName = "DATE" };
        var to = new Option<string?>("--to") { Description = "the day of the last; else the last on which anything was recorded", HelpName = "DATE" };
        var by = new Option<string?>("--by")
        {
            Description = $"tell parts apart by any of {string.Join(", ", Dimension.All)}; else by segment, of two instants not at all",
            HelpName = "DIMENSIONS",
        };
        var only = FigureVerbs.Only();
        var currency = new Option<string?>("--currency") { Description = "of this currency, where there are several", HelpName = "CURRENCY" };
        var window = new Option<string?>("--window") { Description = "another window than the KPI's own, such as 3mo or 30d", HelpName = "SPAN" };
        var knownAt = new Option<string[]>("--known-at")
        {
            Description = "as it was known then; given twice: one day, as it was known first and later", HelpName = "INSTANT", Arity = ArgumentArity.ZeroOrMore,
        };
        var verb = new Command("bridge", "Why a figure changed: parts that add up to the change exactly.")
        {
            id, from, to, by, only, currency, window, knownAt,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var catalog = session.Kpis();
            var name = parsed.GetValue(id)!;
            var kpi = catalog.Find(name)
                ?? throw new UsageException($"there is no KPI '{name}'{(catalog.Nearest(name) is { } near ? $"; did you mean {near}?" : "")}");
            var instants = (parsed.GetValue(knownAt) ?? []).Select(Session.Instant).ToList();
            var readings = new Readings(session.Open());
            var last = parsed.GetValue(to) is { } t ? Session.Day(t, "--to") : FigureVerbs.Day(session, null, readings);
            var first = parsed.GetValue(from) is { } f ? Session.Day(f, "--from") : last;
            if (KpiBridgeReadings.WhyNot(first, last, parsed.GetValue(from) is not null, instants) is { } wrong) throw new UsageException(wrong);
            KpiWindow? span = null;
            if (parsed.GetValue(window) is { } text)
                span = KpiWindow.TryParse(text, out var w) ? w : throw new UsageException($"--window: '{text}' is no span; write 3mo or 30d");
            var question = new KpiBridgeQuestion(kpi, first, last)
            {
                By = Dimension.Parse(FigureVerbs.List(parsed.GetValue(by)), out var problem) ?? throw new UsageException($"--by {problem}"),
                Only = FigureVerbs.OnlyOf(parsed.GetValue(only) ?? []), Window = span, Currency = parsed.GetValue(currency),
            };
            var bridge = new KpiBridgeReadings(readings, catalog, Estimates.At95).Answer(question, instants, out var why) ?? throw new UsageException(why);
            session.Output.Print(bridge.WriteTo, SheetOf(bridge, kpi));
            if (bridge.NoParts is { } none) Output.Say($"No parts: {none}.");
            return 0;
        });
        return verb;
    }

    private static Sheet SheetOf(KpiBridge bridge, KpiDefinition kpi)
    {
        var known = bridge.Known is var (then, now) ? $", as known {then.UtcDateTime:yyyy-MM-dd HH:mm} and {now.UtcDateTime:yyyy-MM-dd HH:mm}" : "";
        var sheet = new Sheet("part", "segment", "amount")
        {
            Title = $"{kpi.Name}, {(bridge.Known is null ? $"{bridge.From.AsOf:yyyy-MM-dd} to " : "")}{bridge.To.AsOf:yyyy-MM-dd}{known}", Empty = "no parts",
        };
        sheet.Add("from", null, bridge.Text(bridge.FromValue));
        foreach (var part in bridge.Parts) sheet.Add(part.Part, part.Segment, bridge.Text(part.Amount));
        sheet.Add("to", null, bridge.Text(bridge.ToValue));
        return sheet;
    }
}
