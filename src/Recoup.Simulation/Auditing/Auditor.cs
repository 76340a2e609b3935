using System.Globalization;
using Recoup.Core.Policies;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Receivables;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Simulation.Auditing;

/// <summary>
/// Looks over the business's shoulder. It knows what was told to Recoup (its books) and sees what Recoup wrote (the
/// journal and the tables, through a connection of its own) and what left (the letters and calls as they arrive). What it
/// does each day costs in proportion to what changed that day.
/// </summary>
internal sealed class Auditor : IDisposable
{
    /// <summary>House rule of the shipped pack: three-a-week.</summary>
    private const int ContactsAWeekMax = 3;

    /// <summary>12 CFR 1006.6(b)(1) as the shipped pack has it: waking-hours.</summary>
    private const int FromHour = 8, BeforeHour = 21;

    private ReadOnlyStore store;
    private readonly JournalFold fold = new();
    private readonly long[] read = new long[Partition.Count];
    private readonly long[] recordedAt = new long[Partition.Count];
    private readonly HashSet<string> decided = new(StringComparer.Ordinal), released = new(StringComparer.Ordinal), handedOver = new(StringComparer.Ordinal);
    private readonly HashSet<string> changed = new(StringComparer.Ordinal);
    private long recordedBefore;

    public Auditor(string folder, Findings findings)
    {
        store = new ReadOnlyStore(folder);
        Findings = findings;
    }

    /// <summary>Recoup goes on in another folder; what the auditor knows it keeps.</summary>
    public void MoveTo(string folder) => store = new ReadOnlyStore(folder);

    /// <summary>Holds the folder no longer; <see cref="MoveTo"/> comes next.</summary>
    public void LetGo() => store.Dispose();

    public ReadOnlyStore Reader => store;

    /// <summary>Is shown each row of the journal, in the order of its partition.</summary>
    public Action<DateOnly, JournalEntry> Shown { get; init; } = static (_, _) => { };

    public Findings Findings { get; }

    public Books Books { get; init; } = new();

    public (string Hash, long Events) JournalHash() => store.JournalHash();

    private bool Check(string invariant, bool holds, DateOnly day, string party, Func<string> what) => Findings.Check(invariant, holds, day, party, what);

    /// <summary>Everything told must be taken; the world tells nothing that has a reason to be refused.</summary>
    public void Taken(DateOnly day, IReadOnlyList<Input> told, BatchResult result)
    {
        for (var i = 0; i < told.Count && i < result.Units.Count; i++)
        {
            var (input, unit) = (told[i], result.Units[i]);
            Check(Findings.Inputs, unit.Status != UnitStatus.Refused, day, input.AccountId, () => $"{input.Key} was refused: {unit.Refused!.Message}");
        }
    }

    // --- what leaves ---

    /// <summary>A message arrives at the post: as the customer's side of it sees it.</summary>
    /// <param name="cameTo">Whether it reached a mailbox.</param>
    public void HandedOver(DateOnly day, DateTimeOffset at, string party, string account, string message, string channel, bool cameTo)
    {
        Check(Findings.Once, handedOver.Add(message), day, party, () => $"message {message} was handed over before");
        Contact(Books.DayOf(account, at), at, party, account, channel, $"message {message}");
        if (cameTo) Books.Contacted(party, at);
        Check(Findings.Week, Books.ContactsOfAWeek(party, at) <= ContactsAWeekMax, day, party,
            () => $"message {message} is contact number {Books.ContactsOfAWeek(party, at)} in seven days");
    }

    public void Called(DateOnly day, DateTimeOffset at, string party, string account)
    {
        Contact(day, at, party, account, Channel.Call, "a call");
        Check(Findings.Week, Books.ContactsOfAWeek(party, at) < ContactsAWeekMax, day, party,
            () => $"a call comes after {Books.ContactsOfAWeek(party, at)} contacts in seven days");
    }

    private void Contact(DateOnly day, DateTimeOffset at, string party, string account, string channel, string what)
    {
        Check(Findings.Holds, !Books.IsHeld(account, day), day, party, () => $"{what} about account {account}, which is on hold");
        Check(Findings.OptOuts, !Books.HasOptedOut(party, channel), day, party, () => $"{what} by {channel}, for which consent was withdrawn");
        Check(Findings.Erased, !Books.IsErased(party), day, party, () => $"{what} to a party that asked to be forgotten");
        foreach (var zone in Books.ZonesOf(party))
        {
            var local = Books.Local(at, zone);
            Check(Findings.Hours, local.Hour is >= FromHour and < BeforeHour, day, party,
                () => $"{what} at {local.ToString("HH:mm", CultureInfo.InvariantCulture)} in {zone}");
        }
    }

    // --- what was written ---

    /// <summary>Reads the day's rows, adds them up, and holds them against books, tables and figures.</summary>
    public void EndOfDay(DateOnly day, Store live)
    {
        var heads = store.Heads();
        recordedBefore = recordedAt.Max();
        for (var p = 0; p < Partition.Count; p++)
        {
            var head = heads.GetValueOrDefault(p);
            if (head == read[p]) continue;
            foreach (var row in store.Journal(p, read[p])) Read(day, row);
            Check(Findings.Journal, read[p] == head, day, "", () => $"partition {p} ends at {read[p]}, its head says {head}");
        }
        // What was told of must have arrived, and what changed must have been told of.
        changed.UnionWith(Books.TakeTouched());
        foreach (var party in changed.Order(StringComparer.Ordinal))
        {
            CompareMoney(day, party);
            CompareTables(day, party);
        }
        changed.Clear();
        CompareCells(day, live);
        var aside = SetAsides.List(live, limit: 1);
        Check(Findings.Aside, aside.Count == 0, day, aside.Count == 0 ? "" : aside[0].Party, () => $"{aside[0].Work} {aside[0].Subject}: {aside[0].Cause}");
    }

    /// <summary>Computes every hash anew, folds everything from zero, and looks at every party once more: for quarters and the end.</summary>
    /// <param name="anchors">Files to hold the chains against.</param>
    public void Thoroughly(DateOnly day, Store live, params IReadOnlyList<string> anchors)
    {
        foreach (var party in fold.Parties.Order(StringComparer.Ordinal))
        {
            var counted = fold.Party(party);
            counted.ChangedItems.UnionWith(counted.Items.Keys);
            counted.ChangedCash.UnionWith(counted.Cash.Keys);
            CompareMoney(day, party);
            CompareTables(day, party);
        }
        var report = Audit.Verify(live, anchors);
        Check(Findings.Chains, !report.Problems.Exists(p => p.Check is "chain" or "head" or "anchor"), day, "",
            () => Listed(report, p => p.Check is "chain" or "head" or "anchor"));
        Check(Findings.Rebuild, report.Ok || report.Problems.TrueForAll(p => p.Check is "chain" or "head" or "anchor"), day, "",
            () => Listed(report, p => p.Check is not ("chain" or "head" or "anchor")));
    }

    private static string Listed(AuditReport report, Func<AuditProblem, bool> which) =>
        string.Join("; ", report.Problems.Where(which).Take(3).Select(p => p.Message));

    private void Read(DateOnly day, JournalEntry row)
    {
        var p = row.Partition;
        Check(Findings.Journal, row.Seq == read[p] + 1 && row.RecordedAt >= Math.Max(recordedAt[p], recordedBefore), day, row.Party,
            () => row.Seq == read[p] + 1
                ? $"row {row.Seq} of partition {p} was recorded before the row before it, or before another of a day before"
                : $"row {read[p] + 1} of partition {p} is missing");
        (read[p], recordedAt[p]) = (row.Seq, row.RecordedAt);
        Shown(day, row);
        if (row.Party.Length == 0 || row.Kind is "contact_made" or "consent_changed" or "account_changed") return;
        var e = EventCodec.Decode(row.Kind, row.Version, row.Payload);
        if (fold.Add(row.Party, row.Account, e)) changed.Add(row.Party);
        switch (e)
        {
            case DecisionEvent.Made { Decision: { } decision }:
                changed.Add(row.Party);
                if (decision is { Action: Act.Writing, Intent: { } intent, Clearance.Length: > 0, Shadow: false }) decided.Add(intent);
                CheckFacts(day, row, decision);
                break;
            case MessageEvent.Released message:
                Check(Findings.Cleared, decided.Contains(message.Message) && message.Clearance.Length > 0, day, row.Party,
                    () => $"message {message.Message} left without a decision that was cleared");
                Check(Findings.Once, released.Add(message.Message), day, row.Party, () => $"message {message.Message} was released before");
                break;
            // Its channel did not take it for certain; it is cleared and released anew.
            case MessageEvent.Deferred message: released.Remove(message.Message); break;
            case MessageEvent.Settled { Outcome: "sent" } message:
                Check(Findings.Once, handedOver.Contains(message.Message) && released.Contains(message.Message), day, row.Party,
                    () => $"message {message.Message} is said to be sent and never left");
                break;
            default: break;
        }
    }

    /// <summary>All that the decision says it knew, from the rows before it alone.</summary>
    private void CheckFacts(DateOnly day, JournalEntry row, DecisionRecord decision)
    {
        var counted = fold.Party(row.Party);
        var (open, overdue, unapplied) = (0L, 0L, 0L);
        foreach (var ((account, _), item) in counted.Items)
        {
            if (item.Currency != decision.Facts.Currency || counted.PortfolioOf[account] != decision.Portfolio) continue;
            open += item.Balance;
            if (item.DueOn < row.EffectiveOn) overdue += item.Balance;
        }
        foreach (var ((account, currency), minor) in counted.Unapplied)
            if (currency == decision.Facts.Currency && counted.PortfolioOf[account] == decision.Portfolio) unapplied += minor;
        Check(Findings.Facts, (open, overdue, unapplied) == (decision.Facts.OpenMinor, decision.Facts.OverdueMinor, decision.Facts.UnappliedMinor),
            day, row.Party,
            () => $"row {row.Seq} of partition {row.Partition} decided on {decision.Facts.OpenMinor} open, {decision.Facts.OverdueMinor} overdue and "
                + $"{decision.Facts.UnappliedMinor} unapplied; before it were {open}, {overdue} and {unapplied}");
    }

    private void CompareMoney(DateOnly day, string party)
    {
        var counted = fold.Party(party);
        foreach (var currency in Books.CurrenciesOf(party))
            Check(Findings.Money, Books.Owed(party, currency) == counted.Open(currency) - counted.UnappliedIn(currency), day, party,
                () => $"{Books.Owed(party, currency)} minor units of {currency} were told; {counted.Open(currency)} are open and "
                    + $"{counted.UnappliedIn(currency)} unapplied");
    }

    private void CompareTables(DateOnly day, string party)
    {
        var counted = fold.Party(party);
        if (store.Party(party) is not var (pid, bytes))
        {
            Check(Findings.States, false, day, party, () => "the party has events and no state");
            return;
        }
        foreach (var (account, number) in counted.ChangedItems)
        {
            var balance = counted.Items.TryGetValue((account, number), out var item) ? item.Balance : 0;
            var kept = store.Item(pid, account, number) is { } state ? ReceivableChapter.ItemRows.Decode(state).Balance : (long?)null;
            Check(Findings.States, kept == balance, day, party,
                () => $"item {number} of account {account} is kept with {kept?.ToString(CultureInfo.InvariantCulture) ?? "no"} minor units open; "
                    + $"the journal adds up to {balance}");
        }
        foreach (var key in counted.ChangedCash)
        {
            var kept = store.Cash(pid, key) is { } state ? ReceivableChapter.CashRows.Decode(state).Unapplied : (long?)null;
            Check(Findings.States, kept == counted.Cash[key].Minor, day, party,
                () => $"{key} is kept with {kept?.ToString(CultureInfo.InvariantCulture) ?? "no"} minor units unapplied; "
                    + $"the journal adds up to {counted.Cash[key].Minor}");
        }
        counted.ChangedItems.Clear();
        counted.ChangedCash.Clear();
        var header = StateCodec.DecodeParty(bytes);
        // Dated ahead of the machine's clock, a fact enters the header's sums on its day.
        if (header.Awaited.Count > 0) return;
        foreach (var currency in header.Exposures.Select(e => e.Currency).Concat(counted.Items.Values.Select(i => i.Currency))
            .Concat(counted.Unapplied.Keys.Select(u => u.Currency)).Distinct(StringComparer.Ordinal))
        {
            var (open, unapplied) = (header.Exposures.Where(e => e.Currency == currency).Sum(e => e.Minor),
                header.Unapplied.Where(u => u.Currency == currency).Sum(u => u.InAll));
            Check(Findings.Headers, open == counted.Open(currency) && unapplied == counted.UnappliedIn(currency), day, party,
                () => $"the header has {open} minor units of {currency} open and {unapplied} unapplied; "
                    + $"items come to {counted.Open(currency)}, cash to {counted.UnappliedIn(currency)}");
        }
    }

    private void CompareCells(DateOnly day, Store live)
    {
        var rows = new Readings(live).Read(cells => AgeingReport.Of(cells, day));
        foreach (var currency in fold.Open.Keys.Union(fold.Unapplied.Keys))
        {
            var row = rows.FirstOrDefault(r => r.Group.Currency == currency);
            var (open, unapplied) = (fold.Open.GetValueOrDefault(currency), fold.Unapplied.GetValueOrDefault(currency));
            Check(Findings.Cells, (row?.Total ?? 0, row?.Unapplied ?? 0) == (open, unapplied), day, "",
                () => $"by the cells {row?.Total ?? 0} minor units of {currency} are open and {row?.Unapplied ?? 0} unapplied; "
                    + $"items come to {open}, cash to {unapplied}");
        }
    }

    public void Dispose() => store.Dispose();
}
