using System.Globalization;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Recovery;
using Recoup.Simulation.Auditing;
using Recoup.Simulation.Worlds;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Simulation.Business;

/// <summary>
/// The people who work the worklist: on weekdays, from the top, as many as the day has room for. Before they dial they
/// look at the customer's record as Recoup shows it, and leave alone who may not be rung.
/// </summary>
/// <param name="hasArrived">Party and message: whether the customer, when asked, has got it.</param>
internal sealed class Agents(Store store, World world, Auditor auditor, int accounts, Func<string, string, bool> hasArrived)
{
    /// <summary>One agent's calls of a day, for every so many accounts.</summary>
    private const int AccountsACall = 120;

    private const int ContactsAWeekMax = 3;

    /// <summary>One of a manager's decisions of a day, for every so many accounts.</summary>
    private const int AccountsAPlacement = 250;

    private readonly int callsADay = Math.Max(2, accounts / AccountsACall);
    private readonly int placementsADay = Math.Max(1, accounts / AccountsAPlacement);

    /// <summary>What the agents have to tell at the end of their day.</summary>
    public List<Input> Work(DateOnly day, DateTimeOffset at)
    {
        var told = new List<Input>();
        if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) return told;
        var readings = new Readings(store);
        Placements(at, told);
        var calls = 0;
        var rung = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in new WorklistReadings(store, at).List("agent", null, null, callsADay * 4).Rows)
        {
            if (calls >= callsADay) break;
            var work = entry.Work;
            if (!rung.Add(entry.Party) || !MayRing(readings, entry.Party, work, day)) continue;
            calls++;
            auditor.Called(day, at.AddMinutes(calls), entry.Party, work.Account);
            Call(entry.Party, work, world.Ring(entry.Party, work.Account), day, at.AddMinutes(calls), told);
        }
        foreach (var (message, account) in readings.Messages().Unknown)
            if (readings.PartyOf(account) is { } state)
                told.Add(Tell.Of("message_settled", $"settled/{message}", "ann", ("account", account), ("message", message),
                    ("outcome", hasArrived(state.Id, message) ? "sent" : "failed")));
        return told;
    }

    private static bool MayRing(Readings readings, string party, WorkItemState work, DateOnly day)
    {
        var state = readings.StateOf(party)!;
        return !state.Erased && !state.Contact.HasOptedOut(Channel.Call, null, day) && !state.Holds.Any(h => h.Account == work.Account && h.StandsOn(day))
            && state.Contact.OutboundWithin(day, 7, "UTC") < ContactsAWeekMax;
    }

    private static void Call(string party, WorkItemState work, CallAnswer answer, DateOnly day, DateTimeOffset at, List<Input> told)
    {
        var key = $"{party}/call/{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
        if (answer.Promise is var (minor, currency, by))
            told.Add(Tell.Of("promise", key + "/promise", "ann", ("account", work.Account), ("on", day), ("due_on", by),
                ("amount", Tell.Amount(minor, currency))));
        told.Add(Tell.Of("contact", key, "ann", ("account", work.Account), ("at", at), ("channel", Channel.Call), ("direction", "outbound"),
            ("outcome", answer.Outcome), ("agent", "ann"),
            ("result", answer.Promise is not null ? "promise" : answer.Outcome == "right_party" ? "no_commitment" : null),
            ("minutes", (long)answer.Minutes), ("promise", answer.Promise is null ? null : key + "/promise")));
    }

    /// <summary>A manager decides on agency proposals: most are accepted. What an agency brings in is not part of these worlds.</summary>
    private void Placements(DateTimeOffset at, List<Input> told)
    {
        foreach (var entry in new WorklistReadings(store, at).List("manager", null, null, placementsADay).Rows)
            told.Add(Tell.Of("work_item_done", $"done/{entry.Work.Id}", "max", ("account", entry.Work.Account), ("work_item", entry.Work.Id),
                ("disposition", entry.Work.Score < 50 ? "placed with an agency" : "keep trying")));
    }
}
