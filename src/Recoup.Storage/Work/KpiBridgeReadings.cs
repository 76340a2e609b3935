using Recoup.Core.Cells;
using Recoup.Core.Measures;

namespace Recoup.Storage.Work;

/// <summary>Bridges read from a store: between two days from the cells, between two instants by folding the journal.</summary>
/// <param name="estimates">Computes curves, of which no bridge is.</param>
public sealed class KpiBridgeReadings(Readings readings, KpiCatalog catalog, IKpiEstimates estimates)
{
    /// <summary>Why days and instants do not go together, for people; null: they do.</summary>
    /// <param name="hasFrom">The first day was given.</param>
    public static string? WhyNot(DateOnly from, DateOnly to, bool hasFrom, IReadOnlyList<DateTimeOffset> knownAt) => knownAt.Count switch
    {
        > 2 => "known at is an instant for both figures, or two of them for one day; there are more",
        2 when from != to => "known at two instants one day is compared with itself: leave out from, or make it the same day as to",
        2 when knownAt[0] >= knownAt[1] => "the first known at is not before the second",
        < 2 when !hasFrom => "from is missing: the day of the first figure; or give known at twice, for one day as it was known first and later",
        < 2 when from >= to => "from is not before to",
        _ => null,
    };

    /// <summary>Null, and the problem for people, where there is none.</summary>
    /// <param name="knownAt">None: as it is known now; one: as it was known then; two: one day, as it was known first and later.</param>
    public KpiBridge? Answer(KpiBridgeQuestion question, IReadOnlyList<DateTimeOffset> knownAt, out string problem)
    {
        var why = "";
        var bridge = question.WhyNot() is { } not ? Refuse(not, out why) : readings.Read(live =>
        {
            if (knownAt.Count == 2) return Restated(question, knownAt[0], knownAt[1], out why);
            var asked = question.By.Count > 0 ? question : question with { By = [Dimension.Segment] };
            var then = knownAt.Count == 0 ? (DateTimeOffset?)null : knownAt[0];
            return KpiBridge.Between(Engine(then is { } instant ? readings.KnownAt(instant) : live, then), asked, out why);
        });
        problem = why;
        return bridge;
    }

    private static KpiBridge? Refuse(string why, out string problem)
    {
        problem = why;
        return null;
    }

    private KpiBridge? Restated(KpiBridgeQuestion question, DateTimeOffset first, DateTimeOffset last, out string problem)
    {
        var known = readings.KnownBetween(first, last);
        var between = known.Between.ToDictionary(k => k.Key, k => Engine(k.Value, first), StringComparer.Ordinal);
        return KpiBridge.Restated(Engine(known.Then, first), Engine(known.Now, last), between, question, out problem) is { } bridge
            ? bridge with { Known = (first, last) } : null;
    }

    private KpiEngine Engine(IMeasureSource source, DateTimeOffset? knownAt) => new(catalog, source, estimates) { Controlling = readings.Controlling(knownAt) };
}
