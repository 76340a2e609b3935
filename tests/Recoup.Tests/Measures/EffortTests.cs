using Recoup.Core.Accounts;
using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Recovery;
using Recoup.Statistics;
using Recoup.Storage.Journal;
using Recoup.Tests.Cli;
using Recoup.Tests.Properties;

namespace Recoup.Tests.Measures;

/// <summary>Minutes that people spent, held against what cases were worth as the month began.</summary>
public sealed class EffortTests
{
    private const string Kpi = "recovery_priority_alignment";

    /// <summary>Cases with a room of one minute each; two minutes of effort.</summary>
    [Theory]
    [InlineData(new[] { 1, 2 }, 0)]
    [InlineData(new[] { 1, 4 }, 20)]
    [InlineData(new[] { 1, 1 }, 33.3)]
    [InlineData(new[] { 3, 4 }, 66.7)]
    [InlineData(new int[0], 100)]
    [InlineData(new[] { 0, 0 }, 100)]
    [InlineData(new[] { 1, 2, 3, 4 }, 0)]
    public void Of_priorities_100_50_30_and_20_it_is_as_the_definition_says(int[] effortOn, double expected)
    {
        var (cells, state, seq) = (new CellDeltas(), new PartyState { Id = "P" }, 0L);
        int[] priorities = [100, 50, 30, 20];
        for (var n = 0; n < 5; n++)
            Core.Fold.Apply(state, At($"A{n}", "2026-01-10"), new AccountEvent.Opened(new AccountDetails($"A{n}", $"p{n}", "business")), cells);
        // The first is held: what goes to it earns nothing.
        for (var n = 0; n < 5; n++)
            EffortChapter.Weigh(state, At($"A{n}", "2026-01-31"), cells, $"p{n}", "all", "EUR", isOverdue: true,
                dunnable: n == 0 ? 900 : priorities[n - 1] * 2, score: 50, said: n == 0 ? 0 : 1);
        foreach (var n in effortOn) Spend($"A{n}", "2026-02-10", 1);
        var row = Row("2026-02-28");
        row.Value.ShouldBeAbout((decimal)expected, 0.05m);
        row.Detail("minutes").ShouldBe(effortOn.Length);
        row.Detail("room").ShouldBe(4);
        // Nobody had a case as January began, so nothing is known of it.
        Row("2026-01-31").Value.ShouldBeNull();

        KpiRow Row(string asOf) => new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95)
            .Answer(new KpiQuestion(Books.Day(asOf)) { Kpis = [Kpi] }).Single();

        void Spend(string account, string on, int minutes) => Core.Fold.Apply(state, At(account, on),
            new ContactEvent.Made(default, Channel.Call, "outbound", "right_party", null, minutes, null, false), cells);

        Envelope At(string account, string on) => new(++seq, account, Books.Day(on), Books.Day(on), 0, $"k{seq}");
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(999, 999, 999)]
    [InlineData(1000, 1100, 1000)]
    [InlineData(12_345, 2123, 12_300)]
    [InlineData(12_355, 2124, 12_400)]
    [InlineData(99_949, 2999, 99_900)]
    [InlineData(99_950, 3100, 100_000)]
    [InlineData(1_000_000_000_000_000, 13100, 1_000_000_000_000_000)]
    [InlineData(100_000_000_000_000_000, 13100, 1_000_000_000_000_000)]
    public void A_priority_is_kept_to_three_digits(long minor, int priority, long kept)
    {
        Priority.Of(minor).ShouldBe(priority);
        Priority.Minor(priority).ShouldBe(kept);
    }

    /// <summary>
    /// Two customers, one of whom owes eight times as much; a score and the caps as shipped. What is decided in February is of March, and a call of
    /// February that is told of in March still counts.
    /// </summary>
    [Fact]
    public void Calls_of_a_month_are_held_against_the_cases_as_it_began()
    {
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Account("A1"), Account("A2"), Account("A3"), Invoice("i1", "A1", "2026-01-10", "800.00"),
            Invoice("i2", "A2", "2026-01-10", "100.00"), Invoice("i3", "A3", "2026-02-10", "900.00")), "--now", "2026-01-05T08:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-01-20", "--now", "2026-01-20T09:00:00Z").Expect(0);
        Value("2026-02-28").ShouldBe(100);
        Send("2026-02-05", Call("k1", "A2", "2026-02-05", ",\"minutes\":6"), Call("k2", "A3", "2026-02-05"));
        // All six minutes could have been on the eight times as much; the third owes nothing as the month begins.
        Value("2026-02-28").ShouldBe(87.5m);
        Send("2026-02-20", """{"type":"hold","key":"h","account":"A1","from":"2026-02-20","to":"2026-04-10","reason":"asked"}""");
        folder.Run("run", "--as-of", "2026-02-20", "--now", "2026-02-20T12:00:00Z").Expect(0);
        Value("2026-02-28").ShouldBe(87.5m);
        Send("2026-03-02", Call("k3", "A1", "2026-02-19", ",\"minutes\":12"), Call("k4", "A1", "2026-03-02"));
        Value("2026-02-28").ShouldBeAbout(100 * (1 - (12 * 8 + 6m) / (18 * 8)), 0.0001m);
        // In March the first is held, so what went to it earned nothing.
        Value("2026-03-31").ShouldBe(100);
        folder.ShouldBeSound();

        decimal? Value(string asOf) => folder.Run("kpi", Kpi, "--as-of", asOf, "--format", "json").Expect(0).Json[0].GetProperty("value") is
        { ValueKind: System.Text.Json.JsonValueKind.Number } n ? n.GetDecimal() : null;

        void Send(string day, params string[] lines) => folder.Send(string.Join('\n', lines), "--now", $"{day}T10:00:00Z").Expect(0);

        static string Account(string account) => $$"""{"type":"account","key":"{{account}}","account":"{{account}}","name":"{{account}}"}""";

        static string Invoice(string number, string account, string due, string amount) =>
            $$"""{"type":"invoice","key":"{{number}}","account":"{{account}}","number":"{{number}}","issued_on":"2026-01-02","due_on":"{{due}}",""" +
            $"\"amount\":\"{amount}\",\"currency\":\"EUR\"}}";

        static string Call(string key, string account, string day, string more = "") =>
            $$"""{"type":"contact","key":"{{key}}","account":"{{account}}","at":"{{day}}T09:00:00Z","channel":"call","direction":"outbound",""" +
            $"\"outcome\":\"right_party\"{more}}}";
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    /// <summary>Random histories; cases, minutes and the best of them counted anew from the journal alone, the best minute by minute over all cases.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_is_what_the_journal_says(int seed)
    {
        var history = RandomHistory.Of(4700 + seed, new Weather { Calls = true, InputsMax = 8 });
        using var play = new Play(Properties.Policies.Of(history.Policy)).Do(history);
        var source = new CellsInMemory(play.Door.Cells.All());
        var journal = play.Journal();
        foreach (var end in (DateOnly[])[new(2026, 1, 31), new(2026, 2, 28), new(2026, 3, 31), new(2026, 4, 30)])
        {
            var told = journal.GroupBy(r => r.Party).SelectMany(p => CasesOf([.. p], new DateOnly(end.Year, end.Month, 1))).ToLookup(c => c.Currency);
            var rows = new KpiEngine(KpiCatalog.Shipped, source, Estimates.At95).Answer(new KpiQuestion(end) { Kpis = [Kpi] });
            foreach (var currency in told.Select(c => c.Key))
            {
                var cases = told[currency].ToList();
                var (row, minutes) = (rows.Single(r => r.Currency == currency), cases.Sum(c => c.Minutes));
                var best = Best(cases, Math.Max(1, minutes));
                row.Detail("minutes").ShouldBe(minutes, $"{currency} {end}");
                row.Detail("room").ShouldBe(cases.Where(c => c.Priority > 0).Sum(c => c.Room), $"{currency} {end}");
                row.Value.ShouldBe(best == 0 ? null : 100m * (best - cases.Sum(c => c.Priority * Math.Min(c.Minutes, c.Room))) / best, $"{currency} {end}");
            }
            rows.Where(r => r.Value is not null).ShouldAllBe(r => told.Contains(r.Currency!));
        }
    }

    private sealed record Counted(string Currency, long Priority, int Room, int Minutes);

    /// <summary>Each minute by itself: what so many minutes over the first cases can come to at most.</summary>
    private static long Best(List<Counted> cases, int minutes)
    {
        var most = new long[minutes + 1];
        foreach (var c in cases)
            for (var m = minutes; m > 0; m--)
                for (var on = 1; on <= Math.Min(m, c.Room); on++) most[m] = Math.Max(most[m], most[m - on] + c.Priority * on);
        return most[minutes];
    }

    private static IEnumerable<Counted> CasesOf(List<JournalRow> party, DateOnly first)
    {
        var (cases, minutes, said) = (new Dictionary<string, Counted>(), new Dictionary<string, int>(), new Dictionary<string, int>());
        var places = new Dictionary<string, List<(DateOnly From, string Portfolio)>>();
        foreach (var row in party)
            switch (Play.EventOf(row))
            {
                case AccountEvent.Opened o: places[row.Account] = [(DateOnly.MinValue, o.Details.Portfolio)]; break;
                case AccountEvent.Moved m:
                    places[row.Account].RemoveAll(p => p.From >= row.EffectiveOn);
                    places[row.Account].Add((row.EffectiveOn, m.Portfolio));
                    foreach (var left in cases.Keys.Where(p => !places.Values.Any(a => a[^1].Portfolio == p)).ToList())
                    {
                        // Nobody is there any more from then on, and what was said there is forgotten.
                        if (row.EffectiveOn < first) cases.Remove(left);
                        said.Remove(left);
                    }
                    break;
                case DecisionEvent.Made { Decision: { Document: null } d }:
                    if (d.EffortMinutes is { } room) said[d.Portfolio] = room;
                    if (row.EffectiveOn >= first) break;
                    cases.Remove(d.Portfolio);
                    if (d.Facts.OverdueMinor > 0)
                        cases[d.Portfolio] = new Counted(d.Facts.Currency, Rounded((d.Facts.DunnableMinor ?? d.Facts.OverdueMinor) * (100 - d.Score) / 100),
                            said.GetValueOrDefault(d.Portfolio), 0);
                    break;
                case ContactEvent.Made { Direction: "outbound" } c when Month(row.EffectiveOn) == Month(first) && row.EffectiveOn <= row.RecordedOn
                    && Month(row.RecordedOn) <= Month(first) + 1:
                    var at = places[row.Account].Last(p => p.From <= row.EffectiveOn).Portfolio;
                    if (cases.ContainsKey(at))
                        minutes[at] = minutes.GetValueOrDefault(at) + (c.Minutes ?? c.Channel switch { "letter" => 10, "sms" => 2, _ => 5 });
                    break;
                default: break;
            }
        return cases.Select(c => c.Value with { Minutes = minutes.GetValueOrDefault(c.Key) });

        static int Month(DateOnly day) => day.Year * 12 + day.Month;

        static long Rounded(long minor)
        {
            var unit = 1L;
            while (minor / unit >= 1000) unit *= 10;
            return (minor + unit / 2) / unit * unit;
        }
    }
}
