using Recoup.Core.Foundation;

namespace Recoup.Core.Recovery;

/// <summary>How far apart the instalments of a payment plan are. Payday: on a day of the month on which the customer has their pay.</summary>
public enum InstalmentEvery { Week, TwoWeeks, Month, Payday }

/// <summary>Where goes what does not divide: a smallest part each to the first of them, all to the first, all to the last.</summary>
public enum InstalmentRemainder { Spread, First, Last }

/// <summary>The arithmetic of payment plans: amounts that add up to the total exactly, and days that are counted from the first one.</summary>
public static class Instalments
{
    /// <summary>More than ten years by the month: a typing error.</summary>
    public const int CountMax = 130;

    /// <param name="total">Minor units, above zero; so the step.</param>
    /// <param name="step">What each instalment is a multiple of, but for the rest of the total, which the last takes.</param>
    /// <returns>One may be zero where there is less than a step for each.</returns>
    public static long[] Split(long total, int count, InstalmentRemainder remainder, long step = 1)
    {
        var (steps, rest) = (total / step, total % step);
        var (each, over) = (steps / count, steps % count);
        var parts = new long[count];
        for (var i = 0; i < count; i++) parts[i] = (each + (remainder == InstalmentRemainder.Spread && i < over ? 1 : 0)) * step;
        if (remainder == InstalmentRemainder.First) parts[0] += over * step;
        if (remainder == InstalmentRemainder.Last) parts[^1] += over * step;
        parts[^1] += rest;
        return parts;
    }

    /// <summary>So much each, as often as it goes; the rest is one of its own, or joins the last where it is under <paramref name="least"/>.</summary>
    public static long[] ByAmount(long total, long amount, long least)
    {
        var parts = new List<long>();
        for (var left = total; left > 0; left -= amount) parts.Add(Math.Min(left, amount));
        if (parts.Count > 1 && parts[^1] < least)
        {
            parts[^2] += parts[^1];
            parts.RemoveAt(parts.Count - 1);
        }
        return [.. parts];
    }

    /// <summary>
    /// Equal monthly instalments of a loan at a rate a year, a twelfth of it a month on what is left; the last takes what rounding
    /// left over. Together they are the total and its interest.
    /// </summary>
    /// <param name="percentAYear">Above zero: 8 is 8%.</param>
    public static long[] WithInterest(long total, int count, decimal percentAYear)
    {
        var monthly = percentAYear / 1200m;
        var growth = 1m;
        for (var i = 0; i < count; i++) growth *= 1m + monthly;
        var each = (long)Math.Round(total * monthly * growth / (growth - 1m), MidpointRounding.AwayFromZero);
        var parts = new long[count];
        var left = total;
        for (var i = 0; i < count; i++)
        {
            left += (long)Math.Round(left * monthly, MidpointRounding.AwayFromZero);
            parts[i] = i < count - 1 ? Math.Min(each, left) : left;
            left -= parts[i];
        }
        return parts;
    }

    /// <summary>Each counted from the first and none from the one before it: 31 January is followed by 28 February and 31 March.</summary>
    /// <param name="first">Of paydays, the day on which or after which the first is.</param>
    /// <param name="payday">Day of the month; in a shorter month its last. Where nobody works then, the last business day before.</param>
    public static DateOnly[] Days(DateOnly first, InstalmentEvery every, int count, int payday, BusinessCalendar calendar)
    {
        var skipped = every == InstalmentEvery.Payday && PaydayOf(first, payday, calendar) < first ? 1 : 0;
        var days = new DateOnly[count];
        for (var i = 0; i < count; i++)
            days[i] = every switch
            {
                InstalmentEvery.Week => first.Plus(7 * i),
                InstalmentEvery.TwoWeeks => first.Plus(14 * i),
                InstalmentEvery.Month => first.PlusMonths(i),
                InstalmentEvery.Payday => PaydayOf(new DateOnly(first.Year, first.Month, 1).PlusMonths(i + skipped), payday, calendar),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        return days;
    }

    private static DateOnly PaydayOf(DateOnly month, int payday, BusinessCalendar calendar) =>
        calendar.PreviousBusinessDay(new DateOnly(month.Year, month.Month, Math.Min(payday, DateTime.DaysInMonth(month.Year, month.Month))));
}
