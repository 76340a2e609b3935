using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Tests.Properties;

/// <summary>What always holds, holds where customers turn out to be one at any moment of a history.</summary>
public sealed class JoinProperties
{
    private static Weather Weather => new() { Joins = true, Days = 60 };

    [Fact]
    public void Money_items_cells_and_headers_agree_with_books_kept_by_hand() =>
        Many.Histories(24, seed => RandomHistory.Of(11_000 + seed, Weather with { Plans = true, Conversations = true }), history =>
    {
        using var books = new Books(history, (books, _, _, news) =>
        {
            if (news.FirstOrDefault(r => r.Kind == "party_joined") is not { RecordedOn: var day }) return;
            books.HeadersAgree();
            foreach (var days in new[] { -17, -1, 0, 1, 12 }) books.CellsAgree(day.AddDays(days));
        });
        books.ItemsAgree();
        books.CashAgrees();
        books.MoneyIsConserved();
        books.HeadersAgree();
        for (var day = books.First.AddDays(-1); day <= books.Last; day = day.AddDays(3)) books.CellsAgree(day);
    });

    [Fact]
    public void What_is_live_is_what_the_journal_makes_of_it() =>
        Many.Histories(24, seed => RandomHistory.Of(12_000 + seed, Weather with { Documents = true }), history =>
    {
        using var play = new Play(Policies.Of(history.Policy)).Do(history);
        string.Join("\n", Audit.Check(play.Store).Problems.Select(p => p.Message)).ShouldBe("", "check");
        string.Join("\n", Audit.Verify(play.Store, []).Problems.Select(p => p.Message)).ShouldBe("", "verify");
        var before = play.States().Concat(play.CellTexts()).ToList();
        Audit.Rebuild(play.Store).Ok.ShouldBeTrue();
        play.States().Concat(play.CellTexts()).ShouldBe(before, "rebuilt");
        foreach (var table in new[] { "party", "item", "cash", "message", "work", "account", "joined_party" }) play.Store.Exec($"DELETE FROM {table}");
        Audit.Rebuild(play.Store).Ok.ShouldBeTrue();
        play.States().Concat(play.CellTexts()).ShouldBe(before, "folded from nothing");
    });

    [Fact]
    public void In_whatever_batches_inputs_come_the_journal_and_the_states_are_the_same() =>
        Many.Histories(16, seed => RandomHistory.Of(13_000 + seed, Weather with { InputsMax = 9, Days = 40, Plans = true, Conversations = true }), history =>
    {
        using var one = new Play(Policies.Of(history.Policy)).Do(history);
        foreach (var most in new[] { int.MaxValue, 3 })
        {
            using var other = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody };
            foreach (var (sends, step) in Batches(history, most))
                if (step is not null) other.Do(step);
                else other.Take(sends);
            JournalProperties.Same(one, other);
        }
        using var ahead = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody };
        foreach (var (sends, step) in Batches(history, int.MaxValue))
            if (step is not null) ahead.Do(step);
            else ahead.TakeEach(sends, 2);
        JournalProperties.Same(one, ahead);
    });

#if !POSTGRESQL
    // Which histories there are is the same on both stores.
    /// <summary>Else the others would say little.</summary>
    [Fact]
    public void The_histories_join_parties_early_and_late_in_every_way()
    {
        var (joins, withMoney, together, again, takenBack, withdrawn) = (0, 0, 0, 0, 0, 0);
        for (var seed = 1; seed <= 24; seed++)
        {
            var history = RandomHistory.Of(12_000 + seed, Weather with { Documents = true });
            using var play = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody };
            foreach (var step in history.Steps)
                foreach (var taken in play.Do(step))
                    if (taken.Result.Status == UnitStatus.Refused && taken.Inputs.Count > 1
                        && taken.Inputs.Any(i => i is Core.Accounts.AccountInput.Joined)) takenBack++;
            var rows = play.Journal();
            var joined = rows.Where(r => r.Kind == "party_joined").ToList();
            joins += joined.Count;
            withdrawn += rows.Count(r => r.Kind == "message_withdrawn" && joined.Exists(j => j.Cause == r.Cause));
            foreach (var row in joined)
            {
                var left = ((Core.Parties.PartyEvent.Joined)Play.EventOf(row)).Party;
                if (rows.Exists(r => r.Party == left && r.Kind == "payment_received")
                    && rows.Exists(r => r.Party == row.Party && r.Kind == "payment_received" && r.RecordedAt < row.RecordedAt)) withMoney++;
                if (rows.Exists(r => r.Party == left && r.Kind == "decided")
                    && rows.Exists(r => r.Party == row.Party && r.Kind == "decided" && r.RecordedAt < row.RecordedAt)) together++;
                if (rows.Exists(r => r.Party == left && r.Kind == "party_joined")) again++;
            }
        }
        var there = $"{joins} joins, {withMoney} with cash on both sides, {together} decided on both, {again} of one that was joined before, "
            + $"{takenBack} in units refused, {withdrawn} letters called back";
        joins.ShouldBeGreaterThan(24, there);
        foreach (var count in new[] { withMoney, together, again, takenBack, withdrawn }) count.ShouldBeGreaterThan(2, there);
    }
#endif

    /// <summary>Sends that follow one another, at most so many together; every other step alone.</summary>
    private static IEnumerable<(List<Step.Send> Sends, Step? Other)> Batches(History history, int most)
    {
        var batch = new List<Step.Send>();
        foreach (var step in history.Steps)
        {
            if (step is Step.Send send && batch.Count < most) { batch.Add(send); continue; }
            if (batch.Count > 0) yield return (batch, null);
            batch = [];
            if (step is Step.Send first) batch.Add(first);
            else yield return ([], step);
        }
        if (batch.Count > 0) yield return (batch, null);
    }

    [Fact]
    public void A_refused_unit_leaves_nothing_and_what_was_taken_changes_nothing_when_it_comes_again() =>
        Many.Histories(12, seed => RandomHistory.Of(14_000 + seed, Weather with { Days = 40 }), history =>
    {
        using var play = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody };
        var accepted = new List<Step.Send>();
        foreach (var step in history.Steps)
        {
            var before = step is Step.Send ? Everything(play) : [];
            foreach (var taken in play.Do(step))
            {
                if (taken.Result.Status == UnitStatus.Accepted) accepted.Add(taken.Step);
                if (taken.Result.Status == UnitStatus.Refused && before.Count > 3)
                    Everything(play).ShouldBe(before, $"after the refusal of {taken.Step}: {taken.Result.Refused!.Message}");
            }
        }
        var all = Everything(play);
        var last = history.Steps.Count == 0 ? default : history.Steps[^1].At;
        foreach (var taken in accepted.Chunk(50).SelectMany(chunk => play.Take([.. chunk.Select(s => s with { At = last })])))
            (taken.Result.Status == UnitStatus.Unchanged || taken.Result.Refused?.Refusal == Core.Inputs.Refusal.PartyErased)
                .ShouldBeTrue($"{taken.Step} was {taken.Result.Status} the second time: {taken.Result.Refused?.Message}");
        Everything(play).ShouldBe(all, "after everything came again");
    });

    private static List<string> Everything(Play play) => [.. play.States(), .. play.CellTexts()];
}
