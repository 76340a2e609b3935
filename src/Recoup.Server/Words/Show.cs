using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;

namespace Recoup.Server.Words;

/// <summary>Figures, dates and links as pages write them: dates ISO, amounts with their currency's digits and thousands apart.</summary>
public static partial class Show
{
    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Day(DateOnly? day) => day is { } d ? Day(d) : "";

    /// <summary>A date in an address. False where it is none, or none that figures can be as of.</summary>
    public static bool TryDay(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && DateBounds.Problem(day) is null;

    /// <summary>Both days included; without a last day where there is no end.</summary>
    public static string Span(DateOnly from, DateOnly to) => to == DateBounds.NoEnd ? $"from {Day(from)} on" : $"from {Day(from)} to {Day(to)}";

    public static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>To the minute, in UTC.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>To the minute, at a place that it names.</summary>
    public static string TimeIn(DateTimeOffset at, string zone) => new Reader(HasComma: false, zone).Local(at).Replace('T', ' ') + " " + zone;

    public static string Time(long milliseconds) => Time(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Minor units in major ones: 1,234.50.</summary>
    public static string Amount(long minor, string currency) =>
        Money.ToMajor(minor, Currency.Of(currency))
            .ToString("N" + Currency.Of(currency).Digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static string AmountWith(long minor, string currency) => $"{Amount(minor, currency)}\u00a0{currency}";

    /// <summary>A KPI's figure to one place, or whole where it is a count; a dash where there is no value.</summary>
    public static string Figure(decimal? value, KpiUnit unit) =>
        value is not { } v ? "–" : v.ToString("N" + Places(unit).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>How many places of a KPI's figure are shown.</summary>
    public static int Places(KpiUnit unit) => unit switch { KpiUnit.Count => 0, KpiUnit.Ratio or KpiUnit.Amount => 2, _ => 1 };

    /// <summary>A change of a KPI's figure, with its sign.</summary>
    public static string Change(decimal change, KpiUnit unit) =>
        $"{(change > 0 ? "+" : change < 0 ? "−" : "")}{Figure(Math.Abs(change), unit)}";

    /// <summary>A row's numerator or denominator; a dash where there is none.</summary>
    public static string Operand(KpiRow row, decimal? operand) => operand is not { } o ? "–"
        : row.PartsAreAmounts ? $"{o.ToString("N2", CultureInfo.InvariantCulture)} {row.Currency}"
        : o.ToString("#,0.##", CultureInfo.InvariantCulture);

    public static string Unit(KpiUnit unit, string? currency) =>
        unit switch { KpiUnit.Percent => "%", KpiUnit.Days => "days", KpiUnit.Amount => currency ?? "", _ => "" };

    /// <summary>Amounts of an axis or a bar: 346k, 1.2m.</summary>
    public static string Short(decimal value) => Math.Abs(value) switch
    {
        >= 1_000_000m => (value / 1_000_000m).ToString("0.#", CultureInfo.InvariantCulture) + "m",
        >= 1_000m => (value / 1_000m).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    public static string Plain(string word) => word.Replace('_', ' ');

    /// <summary>A sentence or a cell in which no day and no time is broken over two lines: a browser breaks them at their hyphens.</summary>
    public static MarkupString Prose(string? sentence) => new(DayOrTime().Replace(WebUtility.HtmlEncode(sentence ?? ""), "<span class=\"d\">$0</span>"));

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?|\d{2}:\d{2} UTC")]
    private static partial Regex DayOrTime();

    /// <summary>Several sums in a row: 1.00 EUR, 2.00 GBP and 3.00 USD.</summary>
    public static string List(IReadOnlyList<string> parts) =>
        parts.Count < 2 ? string.Concat(parts) : $"{string.Join(", ", parts.Take(parts.Count - 1))} and {parts[^1]}";

    // --- buckets ---

    /// <summary>Days past due of a bucket as addresses and people write it: current, 31-60, 90+ (91 and more); null: it is none.</summary>
    public static (int From, int To)? Bucket(string? label)
    {
        if (label == "current") return (int.MinValue, 0);
        if (label is null or { Length: > 12 }) return null;
        if (label.EndsWith('+')) return Days(label[..^1]) is { } after ? (after + 1, int.MaxValue) : null;
        return label.Split('-') is [var first, var last] && Days(first) is { } from && Days(last) is { } to && from <= to ? (from, to) : null;

        static int? Days(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= AgeingCut.DaysMax ? days : null;
    }

    /// <summary>The due days whose items are that many days past due at the end of a day; the ends of time where there is no bound.</summary>
    public static (DateOnly From, DateOnly To) DueDays((int From, int To) daysPastDue, DateOnly asOf) => (
        daysPastDue.To == int.MaxValue ? DateOnly.MinValue : asOf.AddDays(-daysPastDue.To),
        daysPastDue.From == int.MinValue ? DateOnly.MaxValue : asOf.AddDays(-daysPastDue.From));

    // --- links ---

    /// <summary>An address with those parameters that have a value.</summary>
    public static string Link(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new List<string>();
        foreach (var (name, value) in parameters)
            if (!string.IsNullOrEmpty(value)) query.Add($"{name}={Uri.EscapeDataString(value)}");
        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }

    /// <summary>Such as 12 KB or 1.4 MB.</summary>
    public static string Bytes(long bytes) => bytes < 1000 ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B")
        : bytes < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:0} KB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:0.0} MB");

    /// <summary>Where a file is given out.</summary>
    public static string File(string file) => "/files/" + Uri.EscapeDataString(file);

    public static string Account(string account) => "/accounts/" + Uri.EscapeDataString(account);
}
