using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Recovery;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

/// <summary>Figures of promises, held against all events of random histories.</summary>
public sealed class PromiseFigureTests
{
    private static readonly DateOnly Begin = new(2026, 3, 1);

    private static DateOnly Day(int day) => Begin.AddDays(day);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    /// <summary>Random promises that are kept, broken, kept in part, withdrawn and reopened; the figures are those of the words that stand.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Promises_are_counted_by_the_word_that_stands_on_each(int seed)
    {
        var random = new Random(seed);
        var (state, cells) = (new PartyState { Id = "P" }, new CellDeltas());
        var stand = new Dictionary<string, (DateOnly MadeOn, DateOnly LastDay, long Minor, string? Word)>();
        long seq = 0;
        var today = Begin;
        Fold.Apply(state, Envelope(), new AccountEvent.Opened(new AccountDetails("A1", "EU", "business")), cells);
        for (; today < Day(90); today = today.AddDays(1))
        {
            if (random.Next(3) == 0)
            {
                var (key, due, minor) = ($"pr{seq}", today.AddDays(random.Next(20)), random.NextInt64(1, 1000));
                Fold.Apply(state, Envelope(), new PromiseEvent.Made(key, due, minor, "EUR"), cells);
                stand[key] = (today, due.AddDays(2), minor, null);
            }
            foreach (var (key, p) in stand.Where(_ => random.Next(12) == 0).ToList())
                if (p.Word is null)
                {
                    var word = new[] { "kept", "partial", "broken", "withdrawn" }[random.Next(4)];
                    Fold.Apply(state, Envelope(), new PromiseEvent.Closed(key, word, 0, "EUR") { LastDay = word == "withdrawn" ? null : p.LastDay }, cells);
                    stand[key] = p with { Word = word };
                }
                else if (PromiseChapter.Slice.In(state).Closed.Exists(c => c.Promise == key))
                {
                    Fold.Apply(state, Envelope(), new PromiseEvent.Reopened(key, 0, "EUR"), cells);
                    stand[key] = p with { Word = null };
                }
        }
        foreach (var asOf in new[] { Day(30), Day(60), Day(89), Day(120) })
        {
            var row = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95).Answer(new KpiQuestion(asOf)
            {
                Kpis = ["promise_kept_rate"], Window = KpiWindow.Days(30),
            }).Single();
            bool Matured((DateOnly, DateOnly LastDay, long, string?) p) => p.LastDay > asOf.AddDays(-30) && p.LastDay <= asOf;
            var kept = stand.Values.Where(p => p.Word == "kept" && Matured(p)).ToList();
            var broken = stand.Values.Where(p => p.Word is "partial" or "broken" && Matured(p)).ToList();
            var made = stand.Values.Count(p => p.Word != "withdrawn" && p.MadeOn > asOf.AddDays(-30) && p.MadeOn <= asOf);
            (row.Numerator ?? 0, row.Denominator ?? 0).ShouldBe((kept.Count, kept.Count + broken.Count));
            (row.Details.Single(d => d.Name == "kept").Value ?? 0).ShouldBe(kept.Sum(p => p.Minor) / 100m);
            (row.Details.Single(d => d.Name == "broken").Value ?? 0).ShouldBe(broken.Sum(p => p.Minor) / 100m);
            (row.Details.Single(d => d.Name == "made").Value ?? 0).ShouldBe(made);
        }

        Envelope Envelope() => new(++seq, "A1", today, today, today.DayNumber * 86_400_000L, $"k{seq}");
    }

    /// <summary>The evening's run gives the customer another segment; what was told in the morning is taken back from where it was told.</summary>
    [Fact]
    public void A_promise_that_is_withdrawn_on_its_day_leaves_nothing_in_any_segment()
    {
        using var folder = new Cli.DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","name":"Acme"}
            {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
            {"type":"promise","key":"p","account":"A1","on":"2026-02-09","due_on":"2026-02-20","amount":"900.00","currency":"EUR"}
            """, "--now", "2026-02-09T08:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T18:00:00Z").Expect(0);
        folder.Rows("SELECT count FROM cell WHERE measure = 17").ShouldBe(["1"]);
        folder.Send("""
            {"type":"promise_withdrawn","key":"w","account":"A1","promise":"p","on":"2026-02-09","reason":"mistaken"}
            """, "--now", "2026-02-09T19:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-10", "--now", "2026-02-10T18:00:00Z").Expect(0);
        folder.Rows("SELECT segment, count FROM cell WHERE measure = 17 AND count <> 0").ShouldBeEmpty();
        folder.ShouldBeSound();
    }

    /// <summary>As with a promise: the plan that was completed in the morning was so in the segment of the morning, and for what it was counted then.</summary>
    [Fact]
    public void A_plan_whose_money_went_back_leaves_nothing_in_any_segment()
    {
        using var folder = new Cli.DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","name":"Acme"}
            {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
            {"type":"payment_plan","key":"p","account":"A1","on":"2026-02-09","count":2,"first_on":"2026-02-20"}
            {"type":"payment","key":"m","account":"A1","on":"2026-02-09","amount":"900.00","currency":"EUR"}
            """, "--now", "2026-02-09T08:00:00Z").Expect(0);
        folder.Rows("SELECT count FROM cell WHERE measure = 13").ShouldBe(["1"]);
        folder.Send("""
            {"type":"invoice","key":"j","account":"A1","number":"I2","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
            """, "--now", "2026-02-09T09:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T18:00:00Z").Expect(0);
        folder.Send("""
            {"type":"payment_reversed","key":"r","account":"A1","payment":"m","on":"2026-02-09","reason":"returned"}
            """, "--now", "2026-02-09T19:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-10", "--now", "2026-02-10T18:00:00Z").Expect(0);
        folder.Rows("SELECT segment, minor, count FROM cell WHERE measure = 13 AND (count <> 0 OR minor <> 0)").ShouldBeEmpty();
        folder.ShouldBeSound();
    }
}
