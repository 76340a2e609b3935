using System.Globalization;
using NodaTime;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Simulation.Business;
using Recoup.Simulation.Worlds;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Simulation.Weather;

/// <summary>
/// A business like <see cref="SimulatedBusiness"/>, with everything around Recoup going wrong: what is told, the disk, the
/// power, the channels, the clock, the calendar, the policy. The same plan goes wrong in the same way each time.
/// </summary>
public sealed class WeatherBusiness : IDisposable
{
    private static readonly TimeOnly Night = new(1, 0), Morning = new(6, 0),
        RunTime = new(7, 0), FirstPost = new(10, 5), Calls = new(15, 0), SecondPost = new(17, 5);

    /// <summary>Rows of a batch, on average.</summary>
    private const int BatchMean = 12;

    private readonly WeatherPlan plan;
    private readonly Tally tally;
    private readonly WeatherClock clock = new();
    private readonly World world;
    private readonly WeatherAuditor auditor;
    private readonly Letters letters;
    private readonly MoodyChannel channel;
    private readonly PostRoom post;
    private readonly PolicyEdits policies;
    private readonly Power power;
    private readonly Premises premises;
    private int decisions;

    /// <param name="scratch">A folder of its own; everything in it is gone afterwards.</param>
    public WeatherBusiness(WeatherPlan plan, string scratch)
    {
        this.plan = plan;
        tally = new Tally(plan);
        world = new World(plan.World, plan.Seed, plan.Customers, plan.Start);
        auditor = new WeatherAuditor(plan);
        power = new Power(plan, tally, clock) { Scratch = scratch, Folder = Path.Combine(scratch, "data") };
        policies = new PolicyEdits(tally);
        letters = new Letters(plan.Writer, world, () => auditor.Inner);
        channel = new MoodyChannel(tally, letters);
        post = new PostRoom(tally);
        premises = new Premises(plan, tally, power, clock, letters, policies, auditor);
    }

    /// <summary>The store as it stands at the end.</summary>
    public Store Store => premises.Store;

    /// <summary>All days, then the thorough check. Stops at the end of a day on which an invariant did not hold.</summary>
    /// <param name="progress">After each day: the day, and the share of days done.</param>
    public WeatherReport Play(Action<DateOnly, double>? progress = null)
    {
        var day = plan.Start;
        power.On();
        try
        {
            for (var i = 0; i < plan.Days; i++, day = day.AddDays(1))
            {
                PlayDay(day, live: i >= plan.QuietDays, first: i == plan.QuietDays);
                auditor.Worked(day);
                progress?.Invoke(day, (i + 1d) / plan.Days);
                // What is broken once breaks on: the first day tells the most.
                if (!auditor.Findings.Ok || i + 1 == plan.Days) break;
            }
            Power.Off();
            auditor.AtTheEnd(day, premises.Store);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever it is, it is a finding: the seed is worth more than the trace.
            auditor.Failed(day, e);
        }
        finally { Power.Off(); }
        var (hash, events) = auditor.Findings.Ok ? auditor.Inner.JournalHash() : ("", 0);
        return new WeatherReport(plan, hash, events, auditor.Findings)
        {
            Faults = tally.Counts, Moments = power.Moments, Decisions = decisions, MessagesArrived = channel.Arrived.Count, EndedOn = day,
        };
    }

    private void PlayDay(DateOnly day, bool live, bool first)
    {
        letters.Today = day;
        power.Begin(day);
        premises.Begin();
        clock.Ahead = TimeSpan.Zero;
        Calendar(day);
        if (policies.Night(day)) premises.Do(day, premises.Restart);
        if (live && !first && IsChangeOfClocks(day)) Post(day, Night, fillDisk: false);
        var disk = FullDisk(day);
        var turns = Turns(day);

        clock.Reach(At(day, Morning));
        Turn(0);
        Tell(day, post.Morning(day, world.Day(day)), disk == "import");
        if (first)
            Tell(day, [Told.Fact(Worlds.Tell.Of("sending", "go-live", "max", ("mode", "live"), ("reason", "the simulation begins to send")))], fillDisk: false);
        if (live)
        {
            Answers(day);
            clock.Reach(At(day, RunTime));
            Turn(1);
            Run(day, disk == "run");
            Turn(2);
            Post(day, FirstPost, disk == "dispatch");
            clock.Reach(At(day, Calls));
            var told = new List<Input>();
            premises.Do(day, () =>
            {
                var agents = new Agents(premises.Store, world, auditor.Inner, plan.Customers, (_, message) => channel.Arrived.Contains(message));
                told = agents.Work(day, clock.True);
            });
            Tell(day, post.Afternoon(day, told), fillDisk: false);
            foreach (var settled in told.OfType<MessageInput.Settled>()) channel.Silent.Remove(settled.Message);
            Turn(3);
            Post(day, SecondPost, fillDisk: false);
            letters.EndOfDay();
        }
        clock.Ahead = TimeSpan.Zero;
        auditor.EndOfDay(day, premises.Store);

        void Turn(int part)
        {
            foreach (var (fault, at, ahead) in turns)
                if (at == part)
                {
                    tally.Count(fault);
                    clock.Ahead += ahead;
                }
        }
    }

    // --- what strikes ---

    /// <summary>When in the day the machine's clock is set wrong, and by how much.</summary>
    private List<(Fault Fault, int Part, TimeSpan Ahead)> Turns(DateOnly day)
    {
        var turns = new List<(Fault, int, TimeSpan)>();
        if (tally.Strikes(Fault.ClockForward, Text(day), out var forward))
            turns.Add((Fault.ClockForward, forward.Below(4), TimeSpan.FromMinutes(forward.Chance(30) ? forward.Between(900, 2400) : forward.Between(10, 540))));
        if (tally.Strikes(Fault.ClockBack, Text(day), out var back))
            turns.Add((Fault.ClockBack, back.Below(4), -TimeSpan.FromMinutes(back.Chance(30) ? back.Between(1200, 4000) : back.Between(10, 600))));
        return turns;
    }

    private string FullDisk(DateOnly day) => tally.Strikes(Fault.DiskFull, Text(day), out var random) ? random.Of("import", "run", "dispatch") : "";

    private void Calendar(DateOnly day)
    {
        Count(Fault.DaylightSaving, IsChangeOfClocks(day));
        Count(Fault.LeapDay, day is { Month: 2, Day: 29 });
        Count(Fault.MonthEnd, day.AddDays(1).Day == 1);
        Count(Fault.YearEnd, day is { Month: 12, Day: 31 });

        void Count(Fault fault, bool isToday)
        {
            if (isToday && plan.Faults.Contains(fault)) tally.Count(fault);
        }
    }

    /// <summary>A night in which the clocks change at the place of a portfolio.</summary>
    private bool IsChangeOfClocks(DateOnly day) => plan.Faults.Contains(Fault.DaylightSaving) && plan.World.Portfolios.Any(p =>
    {
        var zone = DateTimeZoneProviders.Tzdb[p.TimeZone];
        var date = LocalDate.FromDateOnly(day);
        return zone.AtStartOfDay(date).Offset != zone.AtStartOfDay(date.PlusDays(1)).Offset;
    });

    // --- the business ---

    private void Tell(DateOnly day, List<Told> rows, bool fillDisk)
    {
        var sizes = SplitMix.Of(plan.Seed, -1, "weather/batches", day.DayNumber);
        for (var from = 0; from < rows.Count;)
        {
            var batch = rows.GetRange(from, Math.Min(rows.Count - from, sizes.Between(1, Math.Max(2 * BatchMean, rows.Count / 2))));
            from += batch.Count;
            auditor.Note(batch);
            var byFile = batch.TrueForAll(r => r.Expected.Count == 0 && r.Inputs.Count == 1) && sizes.Chance(50);
            premises.Do(day, () => Take(day, plan.Seams?.Post(batch) ?? batch, byFile), fillDisk);
        }
    }

    private void Take(DateOnly day, IReadOnlyList<Told> batch, bool byFile)
    {
        if (byFile)
        {
            var rejected = new Dictionary<string, string>(StringComparer.Ordinal);
            new Intake(premises.Import).Take(batch.Select((r, i) => new InputRow(i + 1, r.Inputs, [], "")), (row, why) => rejected[row.Inputs[0].Key] = why);
            auditor.Taken(day, batch, rejected);
            return;
        }
        var result = premises.Import.Take([.. batch.Select(r => new InputUnit(0, r.Inputs))]);
        for (var i = 0; i < batch.Count; i++) auditor.Taken(day, batch[i], result.Units[i]);
        premises.Import.MergeCells(always: false);
    }

    private void Answers(DateOnly day)
    {
        const int pending = 0;
        foreach (var answer in channel.Answers(day, auditor.Inner.Reader.Messages(pending)))
        {
            if (answer is not Input.ChannelResult)
            {
                Tell(day, [Told.Fact(answer)], fillDisk: false);
                continue;
            }
            premises.Do(day, () => auditor.Answered(day, answer, premises.Import.Take([new InputUnit(0, [answer])])));
        }
    }

    private void Run(DateOnly day, bool fillDisk)
    {
        premises.Do(day, () =>
        {
            premises.Run.Look();
            var mayRun = premises.Run.LastRecordedOn <= day;
            // A run that a crash cut off was begun, and goes on.
            decisions += RunAsOf(day, day, mayRun);
        }, fillDisk);
        // Somebody whose clock is behind asks for yesterday's.
        if (clock.Ahead < TimeSpan.Zero) premises.Do(day, () => RunAsOf(day.AddDays(-1), day, mayRun: false));
    }

    private int RunAsOf(DateOnly asOf, DateOnly day, bool mayRun)
    {
        var before = auditor.Inner.JournalHash().Hash;
        try
        {
            var report = new DailyRun(premises.Run).Run(asOf, DailyRun.InstantOf(asOf, clock.GetUtcNow(), premises.Run.Workspace), acceptVolume: true);
            auditor.RanOn(asOf, day, mayRun, null, leftSomething: false);
            return report.Decisions;
        }
        catch (RunRefusedException e)
        {
            auditor.RanOn(asOf, day, mayRun, e.Message, auditor.Inner.JournalHash().Hash != before);
            return 0;
        }
    }

    private void Post(DateOnly day, TimeOnly hour, bool fillDisk)
    {
        clock.Reach(At(day, hour));
        var port = new ChannelPort(IsIdempotent: false, channel.Deliver);
        if (plan.Seams is { } seams) port = seams.Channel(port);
        premises.Do(day, () =>
        {
            new Dispatcher(premises.Dispatch, new Dictionary<string, ChannelPort>(StringComparer.Ordinal) { [Channel.Email] = port })
                .Dispatch(clock.GetUtcNow());
            auditor.Dispatched(day, premises.Store, channel.Silent);
        }, fillDisk);
    }

    private static DateTimeOffset At(DateOnly day, TimeOnly hour) => new(day, hour, TimeSpan.Zero);

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public void Dispose()
    {
        Power.Off();
        auditor.Dispose();
        premises.Dispose();
    }
}
