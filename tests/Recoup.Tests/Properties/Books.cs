using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Storage;

namespace Recoup.Tests.Properties;

/// <summary>Plays a history and keeps the books by hand beside it, then holds what the store says against them.</summary>
internal sealed class Books : IDisposable
{
    private readonly List<(Input Input, DateOnly Learned)> payments = [];

    public Books(History history, Action<Books, Step, IReadOnlyList<Taken>, IReadOnlyList<JournalRow>>? after = null)
    {
        Play = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody };
        Ledger = new Ledger(Policies.Of(history.Policy));
        foreach (var step in history.Steps)
        {
            var taken = Play.Do(step);
            var news = Play.News();
            foreach (var unit in taken)
                if (unit.Result.Status == UnitStatus.Accepted) Enter(unit.Inputs, news);
            foreach (var row in news.Where(r => r.Kind is "decided" or "promise_closed" or "promise_reopened")) Ledger.Note(row);
            after?.Invoke(this, step, taken, news);
        }
    }

    public Play Play { get; }

    public Ledger Ledger { get; }

    private readonly HashSet<string> entered = new(StringComparer.Ordinal);

    private void Enter(IReadOnlyList<Input> inputs, List<JournalRow> news)
    {
        foreach (var input in inputs)
        {
            // The same key again, beside others that are new, changes nothing.
            if (!entered.Add(input.Key)) continue;
            Ledger.Take(input, news.Find(r => r.Cause == input.Key)?.RecordedOn ?? default);
        }
    }

    public DateOnly First => Ledger.Documents.Select(d => d.Issued).Concat(Ledger.AllCash.Select(c => c.On)).DefaultIfEmpty(RandomHistory.Begin).Min();

    // --- what must agree ---

    /// <summary>Documents in, less documents out, are what is open less what is unapplied: on every day, not only at the end.</summary>
    public void MoneyIsConserved()
    {
        foreach (var (party, states) in Parties())
            foreach (var currency in Ledger.Documents.Select(d => d.Currency).Concat(Ledger.AllCash.Select(c => c.Currency)).Distinct())
            {
                bool Mine(string account) => Ledger.Accounts[account].Party == party;
                var documents = Ledger.Documents.FindAll(d => Mine(d.Account) && d.Currency == currency);
                var cash = Ledger.AllCash.FindAll(c => Mine(c.Account) && c.Currency == currency);
                var open = documents.Sum(d => states.Items[(d.Account, d.Number)].Balance);
                var unapplied = cash.Sum(c => states.Cash[c.Key].Unapplied);
                (open - unapplied).ShouldBe(documents.Sum(d => d.Balance) - cash.Sum(c => c.UnappliedInAll), $"money of party {party} in {currency}");
                foreach (var c in cash)
                    (c.Reversed ? 0 : c.Minor).ShouldBe(c.UnappliedInAll + c.Parts.Sum(p => p.Minor) + c.Refunded, $"payment {c.Key}, by hand");
            }
    }

    /// <summary>Every item on every day: balance and due date.</summary>
    public void ItemsAgree()
    {
        var states = Parties();
        var items = states.Values.Sum(s => s.Items.Count);
        items.ShouldBe(Ledger.Documents.Count, "items there are");
        foreach (var document in Ledger.Documents)
        {
            var item = states[Ledger.Accounts[document.Account].Party].Items[(document.Account, document.Number)];
            item.WrittenOff.ShouldBe(document.WrittenOff, $"written off of {document.Number}");
            item.Amount.ShouldBe(document.Amount, $"amount of {document.Number}");
            for (var day = First.AddDays(-1); day <= Last; day = day.AddDays(1))
            {
                item.BalanceOn(day).ShouldBeGreaterThanOrEqualTo(0, $"balance of {document.Number} on {day:yyyy-MM-dd}");
                item.BalanceOn(day).ShouldBe(document.BalanceOn(day), $"balance of {document.Number} on {day:yyyy-MM-dd}");
                if (document.BalanceOn(day) != 0)
                    item.DueAt(day).ShouldBe(document.DueOn(day), $"due date of {document.Number} as it stood on {day:yyyy-MM-dd}");
            }
        }
    }

    public DateOnly Last => RandomHistory.Begin.AddDays(120);

    public void CashAgrees()
    {
        var states = Parties();
        foreach (var cash in Ledger.AllCash)
        {
            var state = states[Ledger.Accounts[cash.Account].Party].Cash[cash.Key];
            for (var day = First.AddDays(-1); day <= Last; day = day.AddDays(1))
                state.UnappliedOn(day).ShouldBeGreaterThanOrEqualTo(0, $"unapplied of {cash.Key} on {day:yyyy-MM-dd}");
            state.Unapplied.ShouldBe(cash.UnappliedInAll, $"unapplied of {cash.Key}");
            foreach (var document in Ledger.Documents.FindAll(d => d.Account == cash.Account))
                foreach (var recovery in new[] { false, true })
                    state.Allocations.Where(a => a.Number == document.Number && a.Recovery == recovery).Sum(a => a.Minor)
                        .ShouldBe(cash.Parts.Where(p => p.Document == document && p.Recovery == recovery).Sum(p => p.Minor),
                            $"what {cash.Key} has on {document.Number}{(recovery ? ", recovered" : "")}");
        }
    }

    /// <summary>Exposure and unapplied cash of a day, as the cells give them.</summary>
    public void CellsAgree(DateOnly day)
    {
        var open = Ledger.Documents.Where(d => d.BalanceOn(day) != 0)
            .GroupBy(d => (Portfolio: Ledger.Accounts[d.Account].PortfolioOn(day),
                Segment: Ledger.SegmentOn(d.Account, day), d.Currency, Due: d.DueOn(day).DayNumber))
            .Select(g => $"{g.Key.Portfolio} {g.Key.Segment} {g.Key.Currency} due {DateOnly.FromDayNumber(g.Key.Due):yyyy-MM-dd}: "
                + $"{g.Sum(d => d.BalanceOn(day))} in {g.Count()}").Order(StringComparer.Ordinal).ToList();
        var unapplied = Ledger.AllCash
            .GroupBy(c => (Portfolio: Ledger.Accounts[c.Account].PortfolioOn(day), Segment: Ledger.SegmentOn(c.Account, day), c.Currency))
            .Select(g => (g.Key, Minor: g.Sum(c => c.UnappliedOn(day)))).Where(u => u.Minor != 0)
            .Select(u => $"{u.Key.Portfolio} {u.Key.Segment} {u.Key.Currency} unapplied: {u.Minor}").Order(StringComparer.Ordinal).ToList();
        var (cellsOpen, cellsUnapplied) = new Storage.Work.Readings(Play.Store).Read(cells => (
            cells.ExposureByDue(day).Select(e => $"{e.Portfolio} {e.Segment} {e.Currency} due {DateOnly.FromDayNumber(e.DueDay):yyyy-MM-dd}: "
                + $"{e.Value.Minor} in {e.Value.Count}").Order(StringComparer.Ordinal).ToList(),
            cells.Unapplied(day).Select(u => $"{u.Portfolio} {u.Segment} {u.Currency} unapplied: {u.Minor}").Order(StringComparer.Ordinal).ToList()));
        Same(cellsOpen, open, $"open by due day as of {day:yyyy-MM-dd}");
        // What a figure is opened to is the figure.
        var readings = new Storage.Work.Readings(Play.Store);
        var items = readings.Read(_ => readings.OpenItemsOn(day).ToList()).GroupBy(o => (o.Portfolio, o.Segment, o.Currency, o.Due))
            .Select(g => $"{g.Key.Portfolio} {g.Key.Segment} {g.Key.Currency} due {g.Key.Due:yyyy-MM-dd}: {g.Sum(o => o.Minor)} in {g.Count()}")
            .Order(StringComparer.Ordinal).ToList();
        Same(cellsOpen, items, $"items opened by due day as of {day:yyyy-MM-dd}");
        Same(cellsUnapplied, unapplied, $"unapplied as of {day:yyyy-MM-dd}");
    }

    private static void Same(List<string> cells, List<string> hand, string what)
    {
        if (cells.SequenceEqual(hand)) return;
        throw new ShouldAssertException($"{what}\n only in the cells: {string.Join("; ", cells.Except(hand))}\n"
            + $" only by hand: {string.Join("; ", hand.Except(cells))}");
    }

    /// <summary>The header of a party is the sum of its items as of the day it stands on.</summary>
    public void HeadersAgree()
    {
        foreach (var (party, state) in Parties())
        {
            var day = state.AsOf;
            var documents = Ledger.Documents.FindAll(d => Ledger.Accounts[d.Account].Party == party);
            bool IsDisputed(Ledger.Document d) => Ledger.Disputes.Exists(x => x.Account == d.Account && x.Number == d.Number && x.StandsOn(day));
            Same(
                [.. state.Exposures.GroupBy(e => (e.Account, e.Currency, e.DueOn, e.EnteredOn, e.Disputed))
                    .Select(g => $"{g.Key.Account} {g.Key.Currency} due {g.Key.DueOn:yyyy-MM-dd} entered "
                        + $"{g.Key.EnteredOn:yyyy-MM-dd} {(g.Key.Disputed ? "disputed" : "")}: "
                        + $"{g.Sum(e => e.Minor)} in {g.Sum(e => e.Items)}")
                    .Order(StringComparer.Ordinal)],
                [.. documents.Where(d => d.BalanceOn(day) != 0)
                    .GroupBy(d => (d.Account, d.Currency, Due: d.DueOn(day), Entered: d.EnteredOn, Disputed: IsDisputed(d)))
                    .Select(g => $"{g.Key.Account} {g.Key.Currency} due {g.Key.Due:yyyy-MM-dd} entered {g.Key.Entered:yyyy-MM-dd} "
                        + $"{(g.Key.Disputed ? "disputed" : "")}: {g.Sum(d => d.BalanceOn(day))} in {g.Count()}").Order(StringComparer.Ordinal)],
                $"header of {party} as of {day:yyyy-MM-dd}");
            var settled = documents.Where(d => !d.IsCharge && !d.IsCancelledOn(day) && d.WriteOffs.Where(w => w.On <= day).Sum(w => w.Minor) == 0)
                .Select(d => (Document: d, On: d.SettledOn(day))).Where(d => d.On is not null)
                .Select(d => Math.Max(0, d.On!.Value.DayNumber - d.Document.DueOn(d.On.Value).DayNumber)).ToList();
            $"{state.Behaviour.Settled} settled, {state.Behaviour.SettledLate} late by {state.Behaviour.LateDays} days"
                .ShouldBe($"{settled.Count} settled, {settled.Count(late => late > 0)} late by {settled.Sum()} days",
                    $"behaviour of {party} as of {day:yyyy-MM-dd}");
            Same(
                [.. Unapplied(state).Order(StringComparer.Ordinal)],
                [.. Ledger.AllCash.Where(c => Ledger.Accounts[c.Account].Party == party).GroupBy(c => (c.Account, c.Currency))
                    .Select(g => (g.Key, Minor: g.Sum(c => c.UnappliedOn(day)))).Where(u => u.Minor != 0)
                    .Select(u => $"{u.Key.Account} {u.Key.Currency} {u.Minor}").Order(StringComparer.Ordinal)],
                $"unapplied of {party} as of {day:yyyy-MM-dd}");
        }
    }

    private static IEnumerable<string> Unapplied(PartyState state) =>
        state.Unapplied.Where(u => u.Minor != 0).GroupBy(u => (u.Account, u.Currency)).Select(g => (g.Key, Minor: g.Sum(u => u.Minor))).Where(u => u.Minor != 0)
            .Select(u => $"{u.Key.Account} {u.Key.Currency} {u.Minor}");

    /// <summary>The parties as they are stored, with everything that belongs to them.</summary>
    public Dictionary<string, PartyState> Parties()
    {
        var parties = new Dictionary<string, PartyState>(StringComparer.Ordinal);
        foreach (var party in Ledger.Accounts.Values.Select(a => a.Party).Distinct())
        {
            var (pid, state) = Play.Store.Party(party)!.Value;
            foreach (var document in Ledger.Documents.Where(d => Ledger.Accounts[d.Account].Party == party))
                Play.Store.Load(state.Items, pid, (document.Account, document.Number));
            foreach (var cash in Ledger.AllCash.Where(c => Ledger.Accounts[c.Account].Party == party)) Play.Store.Load(state.Cash, pid, cash.Key);
            parties[party] = state;
        }
        return parties;
    }

    public void Dispose() => Play.Dispose();
}
