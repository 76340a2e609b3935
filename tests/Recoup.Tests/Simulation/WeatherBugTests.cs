using Recoup.Core.Outbox;
using Recoup.Core.Receivables;
using Recoup.Simulation.Auditing;
using Recoup.Simulation.Weather;

namespace Recoup.Tests.Simulation;

/// <summary>Bugs of the kind that only bad weather brings out, planted one at a time; each is caught under its right name.</summary>
public sealed class WeatherBugTests
{
    /// <summary>Not every seed has the fault at the place where the bug is; one of a few has.</summary>
    private const int SeedsMax = 6;

    private static WeatherReport Caught(string invariant, WeatherSeams seams, string faults = "all")
    {
        var report = Enumerable.Range(11, SeedsMax)
            .Select(seed => WeatherSeeds.Play(WeatherTests.Plan((ulong)seed, 120) with { Seams = seams, Faults = FaultTable.Parse(faults) }))
            .First(r => !r.Findings.Ok || r.Plan.Seed == 10 + SeedsMax);
        report.Findings.Ok.ShouldBeFalse();
        report.Findings.Breaches.ShouldContain(b => b.Invariant == invariant, $"caught as something else:\n{string.Join('\n', report.Findings.Breaches)}");
        return report;
    }

    [Fact]
    public void Without_a_bug_nothing_is_caught() => WeatherSeeds.Play(WeatherTests.Plan(11, 120)).Findings.Breaches.ShouldBeEmpty();

    // --- what is told ---

    [Fact]
    public void A_duplicate_taken_for_another_fact() => Caught(Findings.Money, new WeatherSeams
    {
        Post = told => [.. told.Select((row, i) => row.Inputs is [PaymentInput.Received payment] && told.Take(i).Any(r => r.Inputs[0].Key == payment.Key)
            ? Told.Fact(payment with { Key = payment.Key + "/again", Digest = [1, .. payment.Digest[1..]] })
            : row)],
    }, "duplicate");

    [Fact]
    public void A_conflict_that_gets_through() => Caught(WeatherInvariants.Refused, new WeatherSeams
    {
        Post = told => [.. told.Select(row => row.Expected.Contains(Recoup.Core.Inputs.Refusal.KeyUsedWithOtherContent)
            ? row with { Inputs = [row.Inputs[0] with { Key = row.Inputs[0].Key + "/changed" }] }
            : row)],
    }, "conflict");

    [Fact]
    public void A_batch_that_is_forgotten_after_a_crash() => Caught(Findings.Money, new WeatherSeams { ForgetsInterrupted = true }, "crash");

    [Fact]
    public void A_refusal_that_uses_its_key_up() => Caught(WeatherInvariants.Nothing, new WeatherSeams
    {
        AfterCrash = folder => Played.Tamper(folder, "INSERT OR IGNORE INTO key(key, content) SELECT key || '/other', x'00' FROM key"),
    });

    // --- the disk ---

    [Fact]
    public void A_disk_that_says_it_has_synced() => Caught(WeatherInvariants.Kept, new WeatherSeams { DiskLies = true }, "unsynced-lost");

    [Fact]
    public void A_row_that_a_crash_altered() => Caught(WeatherInvariants.Kept, new WeatherSeams
    {
        AfterCrash = folder => Played.Tamper(folder,
            "UPDATE journal SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM journal WHERE partition = 64) AND partition = 64"),
    }, "crash-before-commit");

    [Fact]
    public void A_crash_that_leaves_a_file_nobody_can_open() => Caught(WeatherInvariants.Reopens, new WeatherSeams
    {
        AfterCrash = folder => File.WriteAllText(Path.Combine(folder, "recoup.db"), new string('x', 8192)),
    }, "crash");

    // --- channels ---

    [Fact]
    public void A_message_sent_again_after_its_answer_was_lost() =>
        Caught(Findings.Once, new WeatherSeams { Channel = port => port with { IsIdempotent = true } }, "crash-after-send");

    [Fact]
    public void A_message_of_unknown_fate_that_is_called_failed() => Caught(WeatherInvariants.Unknown, new WeatherSeams
    {
        Channel = port => port with
        {
            Send = (messages, at) => [.. port.Send(messages, at).Select(a => a.Outcome == "unknown" ? ChannelAnswer.Failed("no answer") : a)],
        },
    }, "channel-silent");

    [Fact]
    public void A_message_tried_again_though_it_may_have_left() => Caught(WeatherInvariants.Unknown, new WeatherSeams
    {
        Channel = port => port with
        {
            Send = (messages, at) => [.. port.Send(messages, at)
            .Select(a => a.Outcome == "unknown" ? ChannelAnswer.Deferred("no answer", at.AddMinutes(5)) : a)]
        },
    }, "channel-silent");

    // --- shrinking ---

    [Fact]
    public void A_failing_plan_is_made_small_and_its_command_plays_it_again()
    {
        var failing = Caught(Findings.Once, new WeatherSeams { Channel = port => port with { IsIdempotent = true } });
        var small = WeatherSeeds.Shrink(failing);
        small.Plan.Faults.ShouldBe([Fault.CrashAfterSend], ignoreOrder: true);
        small.Plan.Customers.ShouldBeLessThanOrEqualTo(120);
        small.Plan.Days.ShouldBeLessThan(60);
        small.Plan.Command.ShouldBe($"recoup simulate --faults crash-after-send --seed {failing.Plan.Seed} --accounts {small.Plan.Customers} --days "
            + $"{small.Plan.Days} --from {failing.Plan.Start:yyyy-MM-dd}{(small.Plan.World.Name == "everyday" ? "" : " --world " + small.Plan.World.Name)}");
        small.Findings.Breaches.ShouldContain(b => b.Invariant == Findings.Once);
        WeatherSeeds.Play(small.Plan).Findings.Breaches[0].ToString().ShouldBe(small.Findings.Breaches[0].ToString());
    }
}
