using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Statistics;
using Recoup.Storage.Work;
using Recoup.Tests.Properties;
using Step = Recoup.Tests.Properties.Step;

namespace Recoup.Tests.Stories;

/// <summary>How long items take, from the store's own cells: waiting, merged, folded again, and as known before.</summary>
public sealed class DaysToPayTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 20, 10, 0, 0, TimeSpan.Zero);

    private static readonly DateOnly Day = new(2026, 6, 20);

    [Fact]
    public void What_ends_is_taken_back_where_it_opens_again_and_counted_anew_where_it_ends_again()
    {
        using var play = new Play();
        Send(play, """{"type":"account","key":"a","account":"A1"}""", Invoice("I1"), Invoice("I2"), Invoice("I3"), Invoice("I4"),
            """{"type":"charge","key":"f1","account":"A1","number":"F1","on":"2026-04-02","due_on":"2026-04-10","kind":"fee","""
                + "\"amount\":\"5.00\",\"currency\":\"EUR\"}",
            Pay("p1", "I1", "2026-04-05"), Pay("p2", "I2", "2026-04-20"),
            """{"type":"write_off","key":"w3","account":"A1","invoice":"I3","on":"2026-05-10","reason":"small"}""",
            """{"type":"invoice_cancelled","key":"x4","account":"A1","invoice":"I4","on":"2026-04-12"}""",
            """{"type":"waiver","key":"v1","account":"A1","charge":"F1","on":"2026-04-13"}""");
        string[] first =
        [
            "cancelled_after 2 1 of 100.00", "cancelled_after 3 1 of 5.00", "settled_after -5 1 of 100.00", "settled_after 10 1 of 100.00",
            "written_off_after 30 1 of 100.00",
        ];
        Check(first);
        play.Door.MergeCells(always: true);
        Check(first);

        Send(play,
            """{"type":"payment_reversed","key":"r1","account":"A1","payment":"p1","on":"2026-05-01","reason":"returned"}""", Pay("p3", "I1", "2026-05-05"),
            """{"type":"write_off_reversed","key":"wr","account":"A1","invoice":"I3","on":"2026-05-20","reason":"a mistake"}""",
            """{"type":"waiver_reversed","key":"vr","account":"A1","charge":"F1","on":"2026-05-20","reason":"a mistake"}""");
        string[] again = ["cancelled_after 2 1 of 100.00", "settled_after 10 1 of 100.00", "settled_after 25 1 of 100.00"];
        Check(again);
        play.Door.MergeCells(always: true);
        Check(again);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
        Audit.Rebuild(play.Store).Ok.ShouldBeTrue();
        Check(again);
        // As of a day before, what came after it has not happened.
        Histogram(new Readings(play.Store).Read(cells => cells.Flows(ItemEnds.SettledAfter, DateOnly.MinValue, new DateOnly(2026, 4, 30)).ToList()))
            .ShouldBe(["settled_after -5 1 of 100.00", "settled_after 10 1 of 100.00"]);

        // Another due date, from before it was paid, is the one from which it was late.
        Send(play,
            """{"type":"invoice_corrected","key":"c2","account":"A1","invoice":"I2","on":"2026-04-15","due_on":"2026-05-02"}""");
        Check(["cancelled_after 2 1 of 100.00", "settled_after -12 1 of 100.00", "settled_after 25 1 of 100.00"]);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();

        void Check(string[] expected)
        {
            var readings = new Readings(play.Store);
            readings.Read(live =>
            {
                foreach (var cells in new[] { live, readings.KnownAt(At.AddDays(1)) })
                    Histogram([.. ItemEnds.Measures.SelectMany(m => cells.Flows(m, DateOnly.MinValue, Day))]).ShouldBe(expected);
                return 0;
            });
        }
    }

    [Fact]
    public void The_medians_are_told_from_the_store()
    {
        using var play = new Play();
        Send(play, """{"type":"account","key":"a","account":"A1"}""");
        for (var i = 0; i < 40; i++)
        {
            Send(play, Invoice($"N{i}"));
            // Half of them in time, some late, the last ten not yet.
            if (i < 30) Send(play, Pay($"q{i}", $"N{i}", new DateOnly(2026, 4, 10).AddDays(i - 19).ToString("yyyy-MM-dd")));
        }
        foreach (var merge in new[] { false, true })
        {
            if (merge) play.Door.MergeCells(always: true);
            var rows = new Readings(play.Store).Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95)
                .Answer(new KpiQuestion(Day) { Kpis = ["median_days_to_pay", "time_to_recover"] }));
            rows.Select(r => (r.Value, Detail(r, "items"), Detail(r, "at_risk_at_median"))).ShouldBe([(0m, 40m, 21m), (null, 20m, null)]);
            rows[0].Details.Where(d => d.Name.StartsWith("interval", StringComparison.Ordinal)).Select(d => d.Value).ShouldBe([-6m, 6m]);
            rows[1].NoValue.ShouldBe("of its items (20) only 10 settled, and fewer than 20 say nothing of the others");
        }
    }

    private static decimal? Detail(KpiRow row, string name) => row.Details.Single(d => d.Name == name).Value;

    private static string[] Histogram(List<KeyValuePair<CellKey, CellValue>> cells) =>
    [
        .. cells.GroupBy(c => (c.Key.Measure.Name, Days: c.Key.CountDays())).Select(g => (g.Key.Name, g.Key.Days, Count: g.Sum(c => c.Value.Count),
                Minor: g.Sum(c => c.Value.Minor))).Where(g => g.Count != 0 || g.Minor != 0).OrderBy(g => g.Name, StringComparer.Ordinal).ThenBy(g => g.Days)
            .Select(g => $"{g.Name} {g.Days} {g.Count} of {g.Minor / 100m:0.00}"),
    ];

    private static string Invoice(string number) =>
        $$"""{"type":"invoice","key":"{{number}}","account":"A1","number":"{{number}}","issued_on":"2026-03-11","due_on":"2026-04-10","""
        + "\"amount\":\"100.00\",\"currency\":\"EUR\"}";

    private static string Pay(string key, string invoice, string on) =>
        $$"""{"type":"payment","key":"{{key}}","account":"A1","on":"{{on}}","amount":"100.00","currency":"EUR","for":"""
        + $$"""[{"invoice":"{{invoice}}","amount":"100.00"}]}""";

    private static void Send(Play play, params string[] lines)
    {
        foreach (var line in lines) play.Take([new Step.Send(At, [line])])[0].Result.Refused.ShouldBeNull(line);
    }
}
