using System.Globalization;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>Where an ageing table is cut: buckets of not past due, then up to each of some days past due, then older.</summary>
public sealed record AgeingCut
{
    /// <summary>The trade's: 30, 60 and 90 days.</summary>
    public static readonly AgeingCut Usual = new([.. Ageing.BucketStarts.Skip(1).Select(start => start - 1)]);

    /// <summary>Ends at most.</summary>
    public const int EndsMax = 12;

    /// <summary>The longest end, days past due: ten years.</summary>
    public const int DaysMax = 3650;

    private AgeingCut(IReadOnlyList<int> ends)
    {
        Ends = ends;
        Starts = [1, .. ends.Select(e => e + 1)];
        Labels = ["current", .. ends.Select((end, i) => Invariantly($"{(i == 0 ? 1 : ends[i - 1] + 1)}-{end}")), Invariantly($"{ends[^1]}+")];
        Names = [Labels[0], .. Labels.Skip(1).Select(l => "d" + l.Replace('-', '_').Replace("+", "_plus", StringComparison.Ordinal))];
    }

    /// <summary>The last day past due of each bucket between the first and the last, rising.</summary>
    public IReadOnlyList<int> Ends { get; }

    /// <summary>Days past due at which each bucket after the first begins.</summary>
    public IReadOnlyList<int> Starts { get; }

    /// <summary>As people and addresses write them: current, 1-30, …, 90+.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>As JSON has them: current, d1_30, …, d90_plus.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public string Text => string.Join(',', Ends.Select(e => Invariantly($"{e}")));

    public bool IsUsual => Ends.SequenceEqual(Usual.Ends);

    /// <summary>Days past due with commas between, rising, such as 15,30,60,90,180.</summary>
    /// <returns>Null where the text is none; <paramref name="problem"/> says how it is right.</returns>
    public static AgeingCut? Parse(string text, out string? problem)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var ends = new List<int>();
        foreach (var part in parts)
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                && end is >= 1 and <= DaysMax && (ends.Count == 0 || end > ends[^1])) ends.Add(end);
        if (ends.Count == parts.Length && ends.Count <= EndsMax)
        {
            problem = null;
            return ends.SequenceEqual(Usual.Ends) ? Usual : new AgeingCut(ends);
        }
        problem = $"'{text}' are no buckets: days past due, rising, with commas between, such as 15,30,60,90,180; at most {EndsMax}, each at most {DaysMax}";
        return null;
    }

    private static string Invariantly(FormattableString text) => FormattableString.Invariant(text);
}
