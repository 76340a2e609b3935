namespace Recoup.Simulation.Weather;

/// <summary>What can go wrong around Recoup, each drawn by itself. <see cref="FaultTable"/> tells what each is.</summary>
public enum Fault
{
    TwiceAtOnce, TwiceLater, Late, Reordered, PaymentFirst,
    OtherContent, NumberTaken, SpoiltRow, Contradiction,
    CrashBeforeCommit, CrashAfterCommit, CrashBeforeSend, CrashAfterSend, CrashInErasure,
    UnsyncedLost, UnsyncedTorn, CommitTorn, KeysTorn, DiskSlow, DiskFull,
    ChannelSilent, ChannelBusy, AnswerLate, AnswerTwice, AnswerWrong, AnswerContradicts,
    ClockForward, ClockBack,
    DaylightSaving, LeapDay, MonthEnd, YearEnd,
    PolicyChanged, PolicyReverted, PolicyMidRun,
}

/// <summary>A kind of fault as people name it.</summary>
/// <param name="Group">Kinds that are asked for together.</param>
/// <param name="Percent">How likely it strikes: of a hundred days or, as the group has it, facts or messages.</param>
/// <param name="OftenMin">How often it must at least have happened in a hundred seeds of 200 accounts and 60 days.</param>
public sealed record FaultKind(Fault Fault, string Group, int Percent, int OftenMin, string About)
{
    /// <summary>Such as <c>crash-before-commit</c>.</summary>
    public string Name { get; } = FaultTable.NameOf(Fault);
}

/// <summary>Every kind of fault. docs/weather.md is held to this table.</summary>
public static class FaultTable
{
    public static readonly IReadOnlyList<FaultKind> All =
    [
        new(Fault.TwiceAtOnce, "duplicate", 5, 2000, "a fact is told again in the same batch"),
        new(Fault.TwiceLater, "duplicate", 5, 1600, "a fact is told again 1 to 20 days later"),
        new(Fault.Late, "late", 6, 1400, "a fact is told 1 to 12 days late, and what hangs on it after it"),
        new(Fault.Reordered, "reorder", 40, 1200, "a day's facts come in another order"),
        new(Fault.PaymentFirst, "reorder", 15, 200, "an invoice is told so late that its payment comes before it"),
        new(Fault.OtherContent, "conflict", 4, 900, "a key comes again with other content"),
        new(Fault.NumberTaken, "conflict", 4, 600,
            "an invoice number comes again under another key, with another amount; the key is used for something else the next day"),
        new(Fault.SpoiltRow, "conflict", 3, 150, "a row holds a good fact and one that can't be taken; the good one is told alone afterwards"),
        new(Fault.Contradiction, "conflict", 40, 1100,
            "something is told that can't be so: an unknown dispute closed, an unknown payment reversed, another currency…"),
        new(Fault.CrashBeforeCommit, "crash", 10, 200, "the power goes before a commit: the transaction is open, its journal written, or all but committed"),
        new(Fault.CrashAfterCommit, "crash", 12, 200, "the power goes after a commit, before anybody has the answer"),
        new(Fault.CrashBeforeSend, "crash", 8, 130, "the power goes when messages are released and not yet with their channel"),
        new(Fault.CrashAfterSend, "crash", 8, 130, "the power goes when the channel has the messages and its answer is not recorded"),
        new(Fault.CrashInErasure, "crash", 50, 5, "the power goes before or after a forgotten person's key is destroyed"),
        new(Fault.UnsyncedLost, "disk", 5, 100, "the power goes, and what was written since the last commit is lost from some byte on"),
        new(Fault.UnsyncedTorn, "disk", 5, 100, "the power goes, and what was written since the last commit is rubbish"),
        new(Fault.CommitTorn, "disk", 6, 120, "the power goes within a commit: some of it is on the disk, cut or torn"),
        new(Fault.KeysTorn, "disk", 60, 30, "the power goes within the commit of new keys"),
        new(Fault.DiskSlow, "disk", 12, 300, "a commit takes minutes, and once in five times hours"),
        new(Fault.DiskFull, "disk", 6, 150, "the disk is full until somebody makes room"),
        new(Fault.ChannelSilent, "channel", 5, 600, "a channel does not answer; every second time the message has come all the same"),
        new(Fault.ChannelBusy, "channel", 5, 600, "a channel takes a message only later"),
        new(Fault.AnswerLate, "channel", 4, 400, "a channel's answer comes days after it was given up"),
        new(Fault.AnswerTwice, "channel", 6, 600, "a channel answers twice"),
        new(Fault.AnswerWrong, "channel", 20, 500, "a channel answers about a message that does not exist, or never left"),
        new(Fault.AnswerContradicts, "channel", 6, 600, "a channel says failed after it said sent, or a message bounces that was delivered"),
        new(Fault.ClockForward, "clock", 5, 150, "the machine's clock is hours ahead for the rest of a day, at times beyond midnight"),
        new(Fault.ClockBack, "clock", 5, 150, "the machine's clock is hours or days behind for the rest of a day"),
        new(Fault.DaylightSaving, "calendar", 0, 60, "a night in which the clocks change in Berlin, London or New York"),
        new(Fault.LeapDay, "calendar", 0, 10, "29 February"),
        new(Fault.MonthEnd, "calendar", 0, 100, "the last day of a month"),
        new(Fault.YearEnd, "calendar", 0, 8, "31 December"),
        new(Fault.PolicyChanged, "policy", 6, 200, "another policy is adopted between two days"),
        new(Fault.PolicyReverted, "policy", 6, 130, "the policy before is adopted again"),
        new(Fault.PolicyMidRun, "policy", 6, 120, "a run is cut off and goes on under another policy"),
    ];

    private static readonly Dictionary<Fault, FaultKind> ByFault = All.ToDictionary(k => k.Fault);

    public static FaultKind Of(Fault fault) => ByFault[fault];

    public static IReadOnlyList<string> Groups { get; } = [.. All.Select(k => k.Group).Distinct(StringComparer.Ordinal)];

    public static IReadOnlySet<Fault> Every { get; } = All.Select(k => k.Fault).ToHashSet();

    internal static string NameOf(Fault fault) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(fault.ToString());

    /// <summary>Kinds and groups by name, with commas between; all; none. Throws <see cref="ArgumentException"/> where there is none of a name.</summary>
    public static IReadOnlySet<Fault> Parse(string names)
    {
        var faults = new SortedSet<Fault>();
        foreach (var name in names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == "none") continue;
            var meant = All.Where(k => k.Name == name || k.Group == name || name == "all").ToList();
            if (meant.Count == 0)
                throw new ArgumentException($"there is no kind of fault '{name}'; there are the groups {string.Join(", ", Groups)} and the kinds "
                    + $"{string.Join(", ", All.Select(k => k.Name))}", nameof(names));
            foreach (var kind in meant) faults.Add(kind.Fault);
        }
        return faults;
    }

    /// <summary>As <see cref="Parse"/> reads them; groups where all of a group is meant.</summary>
    public static string Write(IReadOnlySet<Fault> faults)
    {
        if (faults.Count == All.Count) return "all";
        var words = new List<string>();
        foreach (var group in Groups)
        {
            var kinds = All.Where(k => k.Group == group).ToList();
            if (kinds.TrueForAll(k => faults.Contains(k.Fault))) words.Add(group);
            else words.AddRange(kinds.Where(k => faults.Contains(k.Fault)).Select(k => k.Name));
        }
        return words.Count == 0 ? "none" : string.Join(',', words);
    }
}
