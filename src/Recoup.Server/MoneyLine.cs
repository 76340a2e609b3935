using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Server;

/// <summary>What a manager asks of the money first: one currency, of one portfolio or all, now and at the end of the month before. Minor units.</summary>
/// <param name="Since">The last day of the month before.</param>
/// <param name="Collected">Payments less reversals of the month under way.</param>
/// <param name="CollectedBefore">The same of the month before, up to the same day of it.</param>
/// <param name="Promised">Of what is overdue, what customers promised and what is still to come of that.</param>
/// <param name="Nobodys">Overdue, and nobody has the next move.</param>
internal sealed record MoneyLine(
    DateOnly Since, long Overdue, long OverdueBefore, long Collected, long CollectedBefore, long Promised, long Nobodys, long NobodysBefore)
{
    public static MoneyLine Of(Desk desk, string? portfolio, string currency) => desk.Remember($"money/{portfolio}/{currency}", () =>
    {
        var (first, asOf) = (new DateOnly(desk.AsOf.Year, desk.AsOf.Month, 1), desk.AsOf);
        var since = first.AddDays(-1);
        return desk.Readings.Read(cells =>
        {
            var (now, before) = (Moves(asOf), Moves(since));
            var sameDay = new DateOnly(since.Year, since.Month, Math.Min(asOf.Day, since.Day));
            return new MoneyLine(since, now.Sum(m => m.Minor), before.Sum(m => m.Minor), Cash(first, asOf), Cash(first.AddMonths(-1), sameDay),
                Of(now, NextMove.Promise), Of(now, NextMove.Nobody), Of(before, NextMove.Nobody));

            List<NextMoveRow> Moves(DateOnly day) => [.. NextMoveReport.Of(cells, day, byPortfolio: portfolio is not null, bySegment: false, waiting: null)
                .Where(m => m.Group.Currency == currency && (portfolio is null || m.Group.Portfolio == portfolio))];

            long Cash(DateOnly from, DateOnly to) => cells.Flows(ReceivableChapter.CashReceived, from, to)
                .Where(c => c.Key.Currency == currency && (portfolio is null || c.Key.Portfolio == portfolio)).Sum(c => c.Value.Minor);
        });

        static long Of(List<NextMoveRow> rows, NextMove move) => rows.Where(m => m.Move == move).Sum(m => m.Minor);
    });
}
