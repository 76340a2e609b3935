using System.Globalization;
using System.Text.Json;
using Recoup.Core.Foundation;

namespace Recoup.Core.Measures;

/// <summary>How much of a cohort was recovered by an age.</summary>
/// <param name="Cohort">The month in which its items first became overdue, as 2026-03; asked for by portfolio alone, the portfolio.</param>
/// <param name="Portfolio">Null unless asked for by month and portfolio.</param>
/// <param name="Age">Days since each item first became overdue.</param>
/// <param name="Minor">What first became overdue.</param>
/// <param name="Recovered">Minor units; null: there is no value, for the reason that <paramref name="NoValue"/> says.</param>
/// <param name="Completed">Not reached yet, and told by how older cohorts went on (<see cref="ChainLadder"/>).</param>
public sealed record CohortRow(string Cohort, string? Portfolio, string Currency, int Age, long Minor, long? Recovered, bool Completed, string? NoValue)
{
    /// <summary>0 to 100, to six places; null without a value.</summary>
    public decimal? Rate => Recovered is { } recovered && Minor > 0 ? Math.Round(100m * recovered / Minor, 6, MidpointRounding.AwayFromZero) : null;

    /// <summary>A row of the contract: amounts are decimal strings in major units.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        var currency = Foundation.Currency.Of(Currency);
        json.WriteStartObject();
        json.WriteString("cohort", Cohort);
        if (Portfolio is not null) json.WriteString("portfolio", Portfolio);
        json.WriteString("currency", Currency);
        json.WriteNumber("age", Age);
        json.WriteString("amount", Money.Format(Minor, currency));
        json.WriteString("recovered", Recovered is { } recovered ? Money.Format(recovered, currency) : null);
        if (Rate is { } rate) json.WriteNumber("rate", rate / 1.000000000m); else json.WriteNull("rate");
        json.WriteBoolean("completed", Completed);
        if (NoValue is not null) json.WriteString("no_value", NoValue);
        json.WriteEndObject();
    }
}

/// <summary>Recovery curves at equal age, by when items first became overdue.</summary>
public static class CohortReport
{
    public static readonly IReadOnlyList<int> UsualAges = [30, 60, 90, 180];

    /// <summary>Ages go to it, in days.</summary>
    public const int AgeMax = 3660;

    /// <summary>By what cohorts can be told.</summary>
    public static readonly IReadOnlyList<string> Splits = ["month", "portfolio"];

    /// <summary>
    /// By month a cohort has reached an age once its youngest item could have: so many days after the month's last day. By portfolio alone each age is
    /// of the items that have reached it. In order of cohort, portfolio, currency and age.
    /// </summary>
    /// <param name="age">Null: the usual ones.</param>
    public static IReadOnlyList<CohortRow> Of(IEnumerable<(string Portfolio, OverdueItem Item)> items, DateOnly asOf, IReadOnlySet<string> by, int? age = null)
    {
        var ages = age is { } wanted ? UsualAges.Where(a => a < wanted).Append(wanted).ToArray() : [.. UsualAges];
        var all = items.ToList();
        var rows = by.Contains("month")
            ? all.GroupBy(i => (Portfolio: by.Contains("portfolio") ? i.Portfolio : null, i.Item.Currency)).SelectMany(group =>
                ByMonth(group.Key.Portfolio, group.Key.Currency, [.. group.Select(i => i.Item)], asOf, ages))
            : all.GroupBy(i => (i.Portfolio, i.Item.Currency)).SelectMany(group => ages.Select(a =>
            {
                var old = group.Select(i => i.Item).Where(i => i.First.DayNumber + a <= asOf.DayNumber).ToList();
                return new CohortRow(group.Key.Portfolio, null, group.Key.Currency, a, old.Sum(i => i.Minor),
                    old.Count == 0 ? null : old.Sum(i => i.RecoveredBy(a)), false, old.Count == 0 ? "no item has reached that age" : null);
            }));
        return [.. rows.Where(r => age is null || r.Age == age).OrderBy(r => r.Cohort, StringComparer.Ordinal).ThenBy(r => r.Portfolio, StringComparer.Ordinal)
            .ThenBy(r => r.Currency, StringComparer.Ordinal).ThenBy(r => r.Age)];
    }

    private static IEnumerable<CohortRow> ByMonth(string? portfolio, string currency, IReadOnlyList<OverdueItem> items, DateOnly asOf, int[] ages)
    {
        var months = items.GroupBy(i => new DateOnly(i.First.Year, i.First.Month, 1)).OrderBy(m => m.Key).ToList();
        var known = months.ConvertAll(month => Array.ConvertAll(ages, age =>
            month.Key.AddMonths(1).DayNumber - 1 + age <= asOf.DayNumber ? month.Sum(i => i.RecoveredBy(age)) : (decimal?)null));
        var completed = ChainLadder.Complete(known);
        for (var m = 0; m < months.Count; m++)
            for (var a = 0; a < ages.Length; a++)
            {
                var amount = months[m].Sum(i => i.Minor);
                var recovered = completed[m][a] is { } value ? (long)Math.Round(Math.Min(value, amount), MidpointRounding.AwayFromZero) : (long?)null;
                yield return new CohortRow(months[m].Key.ToString("yyyy-MM", CultureInfo.InvariantCulture), portfolio, currency, ages[a], amount, recovered,
                    known[m][a] is null && recovered is not null,
                    recovered is not null ? null : known[m][0] is null ? $"it has not reached {ages[0]} days yet, the first age"
                        : $"fewer than {ChainLadder.CohortsMin} cohorts are known at that age and the one before, or nothing was recovered by then");
            }
    }
}
