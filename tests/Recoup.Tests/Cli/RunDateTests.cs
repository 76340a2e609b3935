using System.Globalization;
using System.Text;
using Recoup.Connectors.Mail;
using Recoup.Core.Policies;
using Recoup.Core;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Policies;

namespace Recoup.Tests.Cli;

/// <summary>Which day a run is of where none is named, and which date what is recorded has, from Pago Pago to Kiritimati.</summary>
public sealed class RunDateTests : IDisposable
{
    private readonly DataFolder data = new();

    public void Dispose() => data.Dispose();

    // --- the command ---

    private static string Portfolio(string id, string zone) =>
        $$"""{"type":"portfolio","key":"p-{{id}}","portfolio":"{{id}}","time_zone":"{{zone}}","calendar":"every-day","sender":"ar@creditor.example"}""";

    private static string Account(string id, string portfolio) =>
        $$"""{"type":"account","key":"a-{{id}}","account":"{{id}}","portfolio":"{{portfolio}}","email":"{{id.ToLowerInvariant()}}@customer.example"}""";

    private static string Invoice(string account, string number, string due) =>
        $$"""
            {"type":"invoice","key":"i-{{number}}","account":"{{account}}","number":"{{number}}",
            """ + $$"""
            "issued_on":"2026-03-01","due_on":"{{due}}","amount":"300.00","currency":"USD"}
            """;

    [Theory]
    // 06:00 and 06:10 in Tokyo: in UTC it is the day before.
    [InlineData("Asia/Tokyo", "2026-04-05T21:00:00Z", "2026-04-05T21:10:00Z", "2026-04-06")]
    // 18:00 and 18:10 in Los Angeles: in UTC it is the day after.
    [InlineData("America/Los_Angeles", "2026-04-07T01:00:00Z", "2026-04-07T01:10:00Z", "2026-04-06")]
    [InlineData("Pacific/Kiritimati", "2026-04-05T10:30:00Z", "2026-04-05T10:40:00Z", "2026-04-06")]
    [InlineData("Pacific/Pago_Pago", "2026-04-07T10:30:00Z", "2026-04-07T10:40:00Z", "2026-04-06")]
    public void A_run_without_a_date_is_today_at_the_portfolio_s_place(string zone, string sent, string run, string day)
    {
        var lines = string.Join('\n', Portfolio("P", zone), Account("A1", "P"), Invoice("A1", "I1", "2026-04-01"));
        data.Send(lines, "--now", sent).Expect(0);
        data.Run("sending", "live", "--now", sent).Expect(0);
        data.Run("run", "--format", "json", "--now", run).Expect(0).Json.GetProperty("as_of").GetString().ShouldBe(day);
        // Of the workspace and of the party: no event has UTC's date.
        data.Rows("SELECT DISTINCT recorded_on FROM journal").ShouldBe([day]);
        data.Run("sending", "--format", "json", "--now", run).Expect(0).Json.GetProperty("live_since").GetString().ShouldBe(day);
        data.Run("ageing", "--format", "json", "--now", run).Expect(0).Json[0].GetProperty("as_of").GetString().ShouldBe(day);
    }

    // --- several zones ---

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    private static DateOnly Day(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>A workspace in several zones whose clock a test sets.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly Clock clock = new();

        public Bench(DataFolder data)
        {
            Store = data.Open(create: true);
            Door = new Door(Store, "run", clock, TemplateWriter.Shipped) { Policy = SamplePolicy.With() };
        }

        public Store Store { get; }

        public Door Door { get; }

        public void Send(string now, params string[] lines)
        {
            clock.Now = At(now);
            var inputs = lines.Select(line => InputJson.Parse(Encoding.UTF8.GetBytes(line), "test", [])!).ToList();
            foreach (var unit in Door.Take(inputs.ConvertAll(i => new InputUnit(0, [i]))).Units) unit.Refused.ShouldBeNull(unit.Refused?.Message);
        }

        /// <summary>As the command does without a date.</summary>
        public RunReport Run(string now)
        {
            clock.Now = At(now);
            var date = DailyRun.DateOf(Door, Door.Look().Today(clock.Now)).ShouldNotBeNull();
            return new DailyRun(Door).Run(date, clock.Now, ownDays: true);
        }

        public List<(string Party, DateOnly On)> Decided(string now) => [.. Journal()
            .Where(row => row.Kind == "decided" && row.RecordedAt == At(now).ToUnixTimeMilliseconds()).Select(row => (row.Party, row.EffectiveOn)).Order()];

        public IEnumerable<JournalRow> Journal() => Enumerable.Range(0, Partition.Count).SelectMany(p => Store.Journal(p, 1).Select(r => r.Row));

        public void Dispose() => Store.Dispose();
    }

    [Fact]
    public void Each_portfolio_s_parties_are_decided_as_of_their_own_day_and_none_is_left_out()
    {
        using var bench = new Bench(data);
        const string first = "2026-04-06T20:00:00Z";
        // The first level is five days past due: for T1 and L1 on 7 April, for L0 on the 6th.
        bench.Send(
            first, Portfolio("T", "Asia/Tokyo"), Portfolio("L", "America/Los_Angeles"), Account("T1", "T"), Account("L1", "L"), Account("L0", "L"),
            Invoice("T1", "IT1", "2026-04-02"), Invoice("L1", "IL1", "2026-04-02"), Invoice("L0", "IL0", "2026-04-01"),
            """{"type":"sending","key":"s","mode":"live"}""");

        // 06:10 on the 7th in Tokyo, 14:10 on the 6th in Los Angeles.
        var morning = bench.Run("2026-04-06T21:10:00Z");
        morning.AsOf.ShouldBe(Day("2026-04-07"));
        morning.Days.ShouldBe([new PortfolioDay("L", Day("2026-04-06"))]);
        bench.Decided("2026-04-06T21:10:00Z").ShouldBe([("L0", Day("2026-04-06")), ("L1", Day("2026-04-06")), ("T1", Day("2026-04-07"))]);
        morning.Actions.ShouldBe(new Dictionary<string, int> { ["email"] = 2 });

        // The same again decides nothing, and what falls due on the 7th in Los Angeles waits for it.
        bench.Run("2026-04-06T21:20:00Z").Reviewed.ShouldBe(0);

        // 06:10 on the 7th in Los Angeles, 22:10 in Tokyo.
        var evening = bench.Run("2026-04-07T13:10:00Z");
        evening.AsOf.ShouldBe(Day("2026-04-07"));
        evening.Days.ShouldBeNull();
        bench.Decided("2026-04-07T13:10:00Z").ShouldBe([("L1", Day("2026-04-07"))]);
        evening.Actions.ShouldBe(new Dictionary<string, int> { ["email"] = 1 });

        // Days are each place's: that of the last switch, and of the first run.
        var workspace = bench.Door.Look();
        (workspace.LiveSinceOf("T"), workspace.LiveSinceOf("L")).ShouldBe((Day("2026-04-07"), Day("2026-04-06")));
        (workspace.FirstRunOnOf("T"), workspace.FirstRunOnOf("L")).ShouldBe((Day("2026-04-07"), Day("2026-04-06")));
        bench.Journal().Single(r => r.Kind == "account_opened" && r.Party == "L1").RecordedOn.ShouldBe(Day("2026-04-06"));
        Audit.Verify(bench.Store, []).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Once_a_day_in_the_east_is_enough_for_the_west()
    {
        using var bench = new Bench(data);
        bench.Send("2026-03-01T00:00:00Z", Portfolio("K", "Pacific/Kiritimati"), Portfolio("S", "Pacific/Pago_Pago"), Account("S1", "S"), Account("B1", "K"),
            """{"type":"account","key":"a-B2","account":"B2","portfolio":"S","party":"B1","email":"b@customer.example"}""",
            Invoice("S1", "I1", "2026-03-10"), Invoice("B2", "I2", "2026-03-10"), """{"type":"sending","key":"s","mode":"live"}""");
        for (var day = 1; day <= 25; day++)
        {
            // Just past midnight in Kiritimati, which is a quarter to midnight two days before in Pago Pago; something is learned there each day.
            bench.Send($"2026-03-{day:D2}T10:01:00Z", Invoice("B1", $"N{day}", "2026-12-01"));
            bench.Run($"2026-03-{day:D2}T10:15:00Z");
        }
        // Three days before the due date, on the day in Pago Pago: no day early, and none late.
        var steps = bench.Journal().Where(r => r.Kind == "decided")
            .Select(r => (Row: r, Decision: ((DecisionEvent.Made)EventCodec.Decode(r.Kind, r.Version, r.Payload)).Decision))
            .Where(d => d.Decision.Action == Act.Message && d.Decision.Step == "ahead").ToList();
        steps.Single(s => s.Row.Party == "S1").Row.EffectiveOn.ShouldBe(Day("2026-03-07"));
        var both = steps.Single(s => s.Row.Party == "B1");
        // Who is at both places has the later of the two dates once something was learned of it; what leaves waits for the day in Pago Pago.
        LocalDay.Of(both.Decision.NotBefore!.Value, "Pacific/Pago_Pago").ShouldBeGreaterThanOrEqualTo(Day("2026-03-07"));
        Audit.Verify(bench.Store, []).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void A_history_is_recorded_on_its_days_wherever_the_portfolio_is()
    {
        using var bench = new Bench(data);
        var day = Day("2026-03-05");
        var lines = new[] { Portfolio("K", "Pacific/Kiritimati"), Portfolio("S", "Pacific/Pago_Pago"), Account("K1", "K"), Account("S1", "S"),
            Invoice("K1", "I1", "2026-03-31"), Invoice("S1", "I2", "2026-03-31") };
        var units = lines.Select(line => new InputUnit(0, [InputJson.Parse(Encoding.UTF8.GetBytes(line), "test", [])!], DailyRun.InstantOf(day)) { Day = day });
        bench.Door.Take([.. units]).Units.ShouldAllBe(u => u.Refused == null);
        bench.Journal().Where(r => r.Kind != "workspace_opened").Select(r => r.RecordedOn).Distinct().ShouldBe([day]);
    }
}
