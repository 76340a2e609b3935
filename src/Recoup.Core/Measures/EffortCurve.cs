using Recoup.Core.Foundation;
using Recoup.Core.Recovery;

namespace Recoup.Core.Measures;

/// <summary>
/// Effort against the priorities of cases, month by month of a window: each month is held against what its cases were worth as it began. The best that
/// the same minutes could have been goes to the highest priorities first, each up to its room, which is the most that any order can give, since minutes
/// can be parted.
/// </summary>
internal sealed class EffortCurve
{
    private readonly List<(Dictionary<int, long> Minutes, List<(int Priority, long Room)> Cases)> months = [];

    /// <param name="effort">Minutes spent, by priority in place of a reference day.</param>
    /// <param name="room">Minutes that stand, by priority; from the first day on.</param>
    public EffortCurve(FlowTrack effort, FlowTrack room, KpiPeriod period)
    {
        for (var first = period.First; ;)
        {
            var end = new DateOnly(first.Year, first.Month, DateTime.DaysInMonth(first.Year, first.Month));
            var (minutes, rooms) = (new Dictionary<int, long>(), new Dictionary<int, long>());
            foreach (var entry in effort.Between(first, end < period.Last ? end : period.Last))
                minutes[entry.Reference] = minutes.GetValueOrDefault(entry.Reference) + entry.Value.Count;
            foreach (var entry in room.Between(DateOnly.MinValue, first.Plus(-1)))
                rooms[entry.Reference] = rooms.GetValueOrDefault(entry.Reference) + entry.Value.Count;
            months.Add((minutes, [.. rooms.Where(r => r.Value > 0).Select(r => (r.Key, r.Value)).OrderByDescending(r => Priority.Minor(r.Key))]));
            if (end >= period.Last) return;
            first = end.AddDays(1);
        }
    }

    /// <summary>
    /// The greatest sum of priority times minutes that the minutes spent allow, minor units. A month with cases and no minutes is held against one minute,
    /// so that nothing done is as far off as can be and not unknown.
    /// </summary>
    public long Best
    {
        get
        {
            long best = 0;
            foreach (var (minutes, cases) in months)
            {
                var left = Math.Max(1, minutes.Values.Sum());
                foreach (var (priority, room) in cases)
                {
                    var used = Math.Min(left, room);
                    best += Priority.Minor(priority) * used;
                    left -= used;
                }
            }
            return best;
        }
    }

    /// <summary>
    /// Of the minutes spent the percentage that went to the highest priorities which together have so many percent of the room; of the priority at the
    /// edge its part. Null: no minutes were spent, or there was no room.
    /// </summary>
    public decimal? ShareOnTop(decimal percent)
    {
        var (on, all) = (0m, 0L);
        foreach (var (minutes, cases) in months)
        {
            if (cases.Count == 0) continue;
            var left = cases.Sum(c => c.Room) * Math.Clamp(percent, 0, 100) / 100;
            all += minutes.Values.Sum();
            foreach (var (priority, room) in cases)
            {
                var part = Math.Min(1, left / room);
                on += minutes.GetValueOrDefault(priority) * part;
                left -= room * part;
            }
        }
        return all == 0 ? null : on / all * 100;
    }
}
