using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

/// <summary>Why a figure changed: published splits, and that parts add up to the last digit whatever happened.</summary>
public sealed class KpiBridgeTests
{
    private static KpiEngine Engine(CellDeltas cells) => new(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95);

    private static KpiBridgeQuestion Ask(string kpi, string from, string to, params IReadOnlyList<Dimension> by) =>
        new(KpiCatalog.Shipped.Find(kpi)!, Books.Day(from), Books.Day(to)) { By = by };

    private static KpiBridge Between(Books books, KpiBridgeQuestion question) =>
        KpiBridge.Between(new KpiEngine(KpiCatalog.Shipped, books.Source, Estimates.At95), question, out var problem).ShouldNotBeNull(problem);

    private static string Parts(KpiBridge bridge, int places) =>
        string.Join(", ", bridge.Parts.Select(p => $"{p.Part} {p.Segment} {Math.Round(p.Amount, places).ToString("0.####")}"));

    /// <summary>Three segments over 90 days of each quarter: half of the rise is the mix of customers.</summary>
    [Fact]
    public void Days_of_sales_are_split_into_rate_and_mix()
    {
        var books = new Books();
        void Quarter(string segment, string day, long sales, long open, string? settles, long settled)
        {
            books.Segment = segment;
            books.PaidSale(day, sales).Open(day, "2027-12-31", open);
            if (settles is not null) books.Cell(ReceivableChapter.ExposureStock, settles, "2027-12-31", -settled, 0);
        }
        // Windows of 90 days, one after the other.
        foreach (var (segment, sales, open, then, now) in new[] { ("A", 600, 200, 650, 230), ("B", 300, 160, 300, 180), ("C", 100, 80, 200, 150) })
        {
            Quarter(segment, "2025-12-01", sales, open, "2026-03-01", open);
            Quarter(segment, "2026-03-02", then, now, null, 0);
        }
        var question = Ask("dso", "2026-02-28", "2026-05-29", Dimension.Segment) with { Window = KpiWindow.Days(90) };
        var bridge = Between(books, question);
        (bridge.FromValue, bridge.ToValue).ShouldBe((39.6m, 43.826087m));
        Parts(bridge, 4).ShouldBe("rate A 1.0756, mix A 0.3753, rate B 1.6826, mix B -0.3634, rate C -0.6163, mix C 2.0723");
        bridge.Parts.Sum(p => p.Amount).ShouldBe(4.226087m);
    }

    /// <summary>The better figure hides a worse portal.</summary>
    [Fact]
    public void Promises_kept_are_split_into_rate_and_mix()
    {
        var books = new Books();
        foreach (var (segment, day, kept, made) in new[]
        {
            ("phone", "2026-01-15", 56, 80), ("portal", "2026-01-15", 18, 20), ("phone", "2026-02-15", 45, 60), ("portal", "2026-02-15", 48, 60),
        })
        {
            books.Segment = segment;
            books.Cell(PromiseFigures.PromisesKept, day, null, kept, kept).Cell(PromiseFigures.PromisesBroken, day, null, made - kept, made - kept);
        }
        var bridge = Between(books, Ask("promise_kept_rate", "2026-01-31", "2026-02-28", Dimension.Segment));
        // 74.0 of 100 and 93 of 120.
        (bridge.FromValue, bridge.ToValue).ShouldBe((74, 77.5m));
        bridge.Parts.Where(p => p.Part == "rate").Select(p => p.Amount).ShouldBe([3.25m, -3.5m]);
        bridge.Parts.Where(p => p.Part == "mix").Sum(p => p.Amount).ShouldBe(3.75m);
    }

    [Fact]
    public void A_segment_that_comes_goes_or_lacks_a_denominator_has_its_part()
    {
        var books = new Books { Segment = "old" }.PaidSale("2026-01-05", 100).Open("2026-01-05", "2026-12-31", 50);
        books.Segment = "new";
        books.PaidSale("2026-02-05", 100).Open("2026-02-05", "2026-12-31", 20);
        var bridge = Between(books, Ask("dso", "2026-01-31", "2026-02-28", Dimension.Segment) with { Window = KpiWindow.Months(1) });
        (bridge.FromValue, bridge.ToValue).ShouldBe((15.5m, 19.6m));
        // The old one has receivables without sales in the second window: 50 / 100 x 28. The new one came: all mix.
        bridge.Parts.ShouldContain(p => p.Part == "no_denominator" && p.Segment == "old" && p.Amount == 14);
        bridge.Parts.Single(p => p.Part == "rate" && p.Segment == "new").Amount.ShouldBe(0);
        bridge.Parts.Sum(p => p.Amount).ShouldBe(4.1m);
    }

    /// <summary>Cut to cents, and the missing ones given to the largest rests.</summary>
    [Fact]
    public void Parts_are_rounded_by_largest_remainder()
    {
        KpiBridgePart[] parts = [new("volume", null, 36.349947m), new("mix", null, 2.401611m), new("timing", null, 23.891119m), new("rate", null, 4.657323m)];
        KpiBridge.LargestRemainder(parts, 67.30m, 2).Select(p => p.Amount).ShouldBe([36.35m, 2.40m, 23.89m, 4.66m]);
        // The provision of 47,631.94 whose parts round to 47,631.95.
        KpiBridge.LargestRemainder([.. new[] { 1271.3376m, 3531.4912m, 8387.2911m, 14920.5409m, 19521.2818m }.Select(a => new KpiBridgePart("p", null, a))],
            47631.94m, 2).Sum(p => p.Amount).ShouldBe(47631.94m);
        KpiBridge.LargestRemainder([new("a", "s", -0.4m), new("b", "s", 0.4m)], -3, 0).Sum(p => p.Amount).ShouldBe(-3);
    }

    [Theory]
    [InlineData("median_days_to_pay", "medians do not add or subtract")]
    [InlineData("time_to_recover", "medians do not add or subtract")]
    [InlineData("dso_countback", "counts back month by month")]
    [InlineData("roll_rate", "a row for each ageing bucket")]
    public void A_figure_that_is_no_sum_of_parts_is_refused_in_words(string kpi, string why)
    {
        KpiBridge.Between(Engine(new CellDeltas()), Ask(kpi, "2026-01-31", "2026-02-28", Dimension.Segment), out var problem).ShouldBeNull();
        problem.ShouldContain(why);
    }

    [Fact]
    public void Several_currencies_are_never_added_up_and_no_value_says_why()
    {
        var books = new Books().Invoice("2026-01-05", "2026-02-04", 100);
        books.Currency = "USD";
        books.Invoice("2026-01-05", "2026-02-04", 100);
        var question = Ask("dso", "2026-01-31", "2026-02-28", Dimension.Segment);
        KpiBridge.Between(new KpiEngine(KpiCatalog.Shipped, books.Source, Estimates.At95), question, out var problem).ShouldBeNull();
        problem.ShouldBe("dso has figures in EUR, USD, which are never added up; name one currency");
        Between(books, question with { Currency = "USD" }).To.Currency.ShouldBe("USD");
        var none = Between(books, question with { Currency = "USD", From = Books.Day("2025-12-31") });
        (none.FromValue, none.Parts.Count, none.NoParts).ShouldBe((null, 0, "the first figure has no value: nothing of what it reads was recorded"));
        Books.Json(none.WriteTo).ShouldContain("\"from_value\":null");
    }

    private static readonly string[] Split = ["dso", "dso_average", "bpdso", "add", "cei", "cei_simple", "ar_turnover", "percent_current", "recovery_rate",
        "promise_kept_rate", "right_party_contact_rate", "proactive_collection_actions"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Parts_add_up_to_the_change_to_its_last_digit(int seed)
    {
        var cells = new RandomBooks(seed).Live(Books.Day("2024-11-30")).Cells;
        var told = 0;
        foreach (var kpi in Split)
            foreach (var by in new Dimension[][] { [Dimension.Segment], [Dimension.Portfolio], [Dimension.Portfolio, Dimension.Segment] })
                foreach (var currency in new[] { "EUR", "USD", "JPY" })
                {
                    var isCount = kpi is "right_party_contact_rate" or "proactive_collection_actions";
                    var question = Ask(kpi, "2024-06-30", "2024-09-15", by) with { Currency = isCount ? null : currency };
                    if (KpiBridge.Between(Engine(cells), question, out _) is not { NoParts: null } bridge) continue;
                    told++;
                    bridge.Parts.Sum(p => p.Amount).ShouldBe(bridge.ToValue!.Value - bridge.FromValue!.Value, $"seed {seed}, {kpi}, {currency}");
                    bridge.Parts.ShouldAllBe(p => p.Amount == Math.Round(p.Amount, 6));
                    // To fewer places, as it is printed, the values are those of the rows and the parts add up once more.
                    foreach (var places in new[] { 0, 1, 2 })
                    {
                        var printed = bridge.ToPlaces(places);
                        printed.ToValue.ShouldBe(Math.Round(bridge.To.Value!.Value, places, MidpointRounding.AwayFromZero));
                        printed.Parts.Sum(p => p.Amount).ShouldBe(printed.ToValue!.Value - printed.FromValue!.Value, $"seed {seed}, {kpi}, {currency}");
                        printed.Parts.ShouldAllBe(p => p.Amount == Math.Round(p.Amount, places));
                    }
                }
        told.ShouldBeGreaterThan(30);
    }

    /// <summary>What each kind of event adds is the whole change together; no part is left out.</summary>
    [Fact]
    public void A_restatement_adds_up_over_the_events_between()
    {
        var told = 0;
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            var (then, now) = (new CellDeltas(), new CellDeltas());
            var between = new Dictionary<string, CellDeltas>(StringComparer.Ordinal) { ["a"] = new(), ["b"] = new(), ["c"] = new() };
            foreach (var (key, value) in new RandomBooks(seed).Live(Books.Day("2024-11-30")).Cells.NonZero)
            {
                now.Add(key, value);
                (random.Next(20) is var at && at > 2 ? then : between[$"{(char)('a' + at)}"]).Add(key, value);
            }
            var engines = between.ToDictionary(b => b.Key, b => Engine(b.Value), StringComparer.Ordinal);
            foreach (var kpi in Split.Where(k => k is not ("right_party_contact_rate" or "proactive_collection_actions")))
                foreach (var by in new Dimension[][] { [], [Dimension.Portfolio] })
                {
                    var question = Ask(kpi, "2024-09-15", "2024-09-15", by) with { Currency = "EUR" };
                    if (KpiBridge.Restated(Engine(then), Engine(now), engines, question, out _) is not { NoParts: null } bridge) continue;
                    told++;
                    bridge.Parts.Sum(p => p.Amount).ShouldBe(bridge.ToValue!.Value - bridge.FromValue!.Value, $"seed {seed}, {kpi}");
                    bridge.Parts.Select(p => p.Part).Distinct().ShouldBeSubsetOf(["a", "b", "c"]);
                }
        }
        told.ShouldBeGreaterThan(200);
    }
}
