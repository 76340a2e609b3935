using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Storage.Work;

namespace Recoup.Tests.Properties;

/// <summary>Who has the next move, in random histories: all moves together are what is overdue, and cells and headers say the same.</summary>
public sealed class NextMoveProperties
{
    [Fact]
    public void Moves_add_up_to_what_is_overdue_and_cover_no_more() => Many.Histories(12, seed =>
        RandomHistory.Of(9100 + seed, new Weather { InputsMax = 9, Days = 60, Plans = true, Conversations = true }), history =>
    {
        using var play = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody };
        var last = EndOf(play, history);
        var readings = new Readings(play.Store);
        readings.Read(cells =>
        {
            for (var day = last.AddDays(-70); day <= last; day = day.AddDays(1))
            {
                var rows = NextMoveReport.Of(cells, day, byPortfolio: true, bySegment: true, null);
                var overdue = AgeingReport.Of(cells, day, byPortfolio: true, bySegment: true).Where(r => r.Total != r.Current)
                    .ToDictionary(r => r.Group, r => r.Total - r.Current);
                foreach (var row in rows) (row.Minor >= 0).ShouldBeTrue($"{row} on {day:yyyy-MM-dd}");
                rows.GroupBy(r => r.Group).Where(g => g.Sum(r => r.Minor) != 0).ToDictionary(g => g.Key, g => g.Sum(r => r.Minor))
                    .ShouldBe(overdue, ignoreOrder: true, $"on {day:yyyy-MM-dd}");
            }
            return 0;
        });
        // As the parties stand, item by item and account by account.
        readings.Read(cells =>
        {
            var waiting = readings.Waiting(last)!;
            foreach (var account in waiting.GroupBy(w => (w.Account, w.Currency)))
            {
                foreach (var share in account) (share.Value.Minor > 0).ShouldBeTrue($"{share} of a positive amount");
                var items = readings.OpenItemsOn(last).Where(i => i.Account == account.Key.Account && i.Currency == account.Key.Currency && i.Due < last);
                account.Sum(w => w.Value.Minor).ShouldBe(items.Sum(i => i.Minor), account.Key.ToString());
            }
            var sums = waiting.Where(w => w.Move != NextMove.Nobody).GroupBy(w => (w.Portfolio, w.Segment, w.Currency, w.Move))
                .ToDictionary(g => g.Key, g => g.Sum(w => w.Value.Minor));
            cells.NextMoves(last).ToDictionary(s => (s.Portfolio, s.Segment, s.Currency, s.Move), s => s.Value.Minor).ShouldBe(sums, ignoreOrder: true);
            return 0;
        });
    });

    /// <summary>What covers an account is worked out from its items here, one by one, and from sums of them there.</summary>
    [Fact]
    public void Disputes_plans_and_holds_cover_what_they_name() => Many.Histories(12, seed =>
        RandomHistory.Of(9300 + seed, new Weather { InputsMax = 9, Days = 60, Plans = true, Conversations = true }), history =>
    {
        using var play = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody };
        EndOf(play, history);
        var readings = new Readings(play.Store);
        foreach (var shares in readings.Read(_ => readings.Waiting(DateOnly.MaxValue.AddDays(-1))!.GroupBy(w => w.Account).ToList()))
        {
            var party = readings.PartyOf(shares.Key)!;
            if (party.NextMoves.All(s => s.Account != shares.Key)) continue;
            var day = party.AsOf;
            var (held, disputed, planned) = (0L, 0L, 0L);
            foreach (var item in readings.Read(_ => readings.OpenItemsOn(day).Where(i => i.Account == shares.Key && i.Due < day).ToList()))
            {
                var state = readings.Item(shares.Key, item.Number)!;
                if (party.Holds.Any(h => h.Account == shares.Key && h.From <= day && day <= h.To && h.To != DateBounds.NoEnd)) held += item.Minor;
                else if (state.IsDisputedOn(day) || party.IsDisputedOn(shares.Key, day)) disputed += item.Minor;
                else if (state.IsPlannedOn(day)) planned += item.Minor;
            }
            long Of(NextMove move) => party.NextMoves.Where(s => s.Account == shares.Key && s.Move == move.Number).Sum(s => s.Minor);
            (Of(NextMove.Hold), Of(NextMove.Dispute), Of(NextMove.Plan)).ShouldBe((held, disputed, planned), shares.Key);
        }
    });

    /// <summary>Plays it, and looks at everybody a day later: what was to come by then has come.</summary>
    private static DateOnly EndOf(Play play, History history)
    {
        foreach (var step in history.Steps) play.Do(step);
        var at = history.Steps.Count == 0 ? new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero) : history.Steps[^1].At.AddDays(2);
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        play.Run(new Step.Run(at, day, All: true));
        return day;
    }
}
