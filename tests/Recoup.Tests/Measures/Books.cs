using System.Text;
using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

/// <summary>Cells written by hand, in whole major units, as an accountant would set up an example.</summary>
internal sealed class Books
{
    private readonly CellDeltas cells = new();

    public string Portfolio { get; set; } = "EU";

    public string Segment { get; set; } = "all";

    public string Currency { get; set; } = "EUR";

    public CellsInMemory Source => new(cells);

    public static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd");

    /// <summary>An invoice: a sale, and open from then on.</summary>
    public Books Invoice(string issued, string due, long amount)
    {
        Cell(InvoiceChapter.Sales, issued, null, amount, 1);
        return Open(issued, due, amount);
    }

    /// <summary>A sale that leaves nothing open at the day's end.</summary>
    public Books PaidSale(string day, long amount) => Cell(InvoiceChapter.Sales, day, null, amount, 1);

    /// <summary>Something open without a sale, as a balance taken over or a charge.</summary>
    public Books Open(string from, string due, long amount) => Cell(ReceivableChapter.ExposureStock, from, due, amount, 1);

    /// <summary>Cash on an item, which settles it where it is the last of it.</summary>
    public Books Pay(string on, string issued, string due, long amount, bool settles = true)
    {
        Cell(ReceivableChapter.ExposureStock, on, due, -amount, settles ? -1 : 0);
        Cell(ReceivableChapter.CashApplied, on, issued, amount, 0);
        Cell(ReceivableChapter.CashReceived, on, null, amount, 1);
        return Day(on) > Day(due) ? Cell(ReceivableChapter.CashOnOverdue, on, due, amount, 0) : this;
    }

    /// <summary>Cash that had met an item on a day is taken back on another.</summary>
    public Books Back(string on, string since, string issued, string due, long amount)
    {
        var unit = Recoup.Core.Foundation.Currency.Of(Currency).MinorPerMajor;
        Cell(ReceivableChapter.ExposureStock, on, due, amount, 0);
        foreach (var (measure, reference) in new[] { (ReceivableChapter.CashApplied, issued), (ReceivableChapter.CashOnOverdue, due) })
            cells.Add(measure, Day(on), Day(reference), Portfolio, Segment, Currency, -amount * unit, 0,
                OwnValues.OfDays(Day(since).DayNumber - Day(reference).DayNumber, Day(on), Day(reference)));
        return this;
    }

    public Books WriteOff(string on, string due, long amount)
    {
        Cell(ReceivableChapter.ExposureStock, on, due, -amount, -1);
        return Cell(WriteOffChapter.WrittenOff, on, due, amount, 1);
    }

    public Books Cell(Measure measure, string day, string? reference, long major, long count)
    {
        cells.Add(measure, Day(day), reference is null ? null : Day(reference), Portfolio, Segment, Currency,
            major * Recoup.Core.Foundation.Currency.Of(Currency).MinorPerMajor, count);
        return this;
    }

    public Books Action(string day, bool proactive, int count = 1, string? channel = null, string? owner = null)
    {
        var own = OwnValues.Of(channel, owner);
        cells.Add(ContactChapter.Actions, Day(day), null, Portfolio, Segment, "", 0, count, own);
        if (proactive) cells.Add(ContactChapter.ProactiveActions, Day(day), null, Portfolio, Segment, "", 0, count, own);
        return this;
    }

    public IReadOnlyList<KpiRow> Ask(KpiQuestion question) => new KpiEngine(KpiCatalog.Shipped, Source, Estimates.At95).Answer(question);

    public IReadOnlyList<KpiRow> Rows(string kpi, string asOf, string? window = null) =>
        Ask(new KpiQuestion(Day(asOf))
        {
            Kpis = [kpi], Window = window is null ? null : KpiWindow.TryParse(window, out var w) ? w : throw new ArgumentException(window, nameof(window)),
        });

    public KpiRow Row(string kpi, string asOf, string? window = null) => Rows(kpi, asOf, window).ShouldHaveSingleItem();

    public decimal? Value(string kpi, string asOf, string? window = null) => Row(kpi, asOf, window).Value;

    public static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) write(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

internal static class KpiAssertions
{
    public static void ShouldBeAbout(this decimal? value, decimal expected, decimal tolerance = 0.005m) =>
        value.ShouldNotBeNull().ShouldBe(expected, tolerance);

    public static decimal? Detail(this KpiRow row, string name) => row.Details.Single(d => d.Name == name).Value;
}
