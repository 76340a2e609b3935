using System.Diagnostics;
using System.Globalization;

namespace Recoup.Tests.Properties;

/// <summary>
/// Tries a property on many histories: on a quarter of the usual number, unless <see cref="Long"/> is asked for. RECOUP_CASES sets how many
/// in a hundred of it, RECOUP_SEED one seed alone. A history that fails is cut down to what is needed to fail, and told with its seed.
/// </summary>
internal static class Many
{
    private static readonly TimeSpan ShrinkingMax = TimeSpan.FromSeconds(25);

    public static int Cases(int usual) =>
        Environment.GetEnvironmentVariable("RECOUP_CASES") is { Length: > 0 } text
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? Math.Max(1, usual * percent / 100)
            // Each history has a database of its own there; what a history means is the same code on both stores.
            : Stores.TestStores.IsPostgres ? Math.Max(Long.Or(2, 1), usual / Long.Or(10, 20)) : Math.Max(2, usual / Long.Or(1, 4));

    private static int? OnlySeed =>
        Environment.GetEnvironmentVariable("RECOUP_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <param name="usual">Histories tried where nothing else is asked for.</param>
    /// <param name="make">The history of a seed.</param>
    /// <param name="check">Throws where the property does not hold.</param>
    public static void Histories(int usual, Func<int, History> make, Action<History> check)
    {
        foreach (var seed in OnlySeed is { } only ? [only] : Enumerable.Range(1, Cases(usual)))
        {
            var history = make(seed);
            if (Fails(history, check) is not { } failure) continue;
            var (smaller, why) = Shrink(history, failure, check);
            var stack = why.StackTrace?.Split('\n').Where(l => l.Contains("Recoup.", StringComparison.Ordinal)).Take(8).Aggregate("", (a, l) => a + "\n" + l);
            throw new PropertyFailedException($"{why.Message}\n\nafter {smaller}\n{why.GetType().Name}{stack}");
        }
    }

    private static Exception? Fails(History history, Action<History> check)
    {
        try { check(history); return null; }
        catch (Exception e) { return e; }
    }

    /// <summary>Leaves out ever smaller stretches of steps for as long as it fails in the same way.</summary>
    private static (History, Exception) Shrink(History history, Exception failure, Action<History> check)
    {
        var watch = Stopwatch.StartNew();
        for (var size = history.Steps.Count / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2)
            for (var again = true; again;)
            {
                again = false;
                for (var from = history.Steps.Count - size; from >= 0 && watch.Elapsed < ShrinkingMax; from -= size)
                {
                    var smaller = history with { Steps = [.. history.Steps.Take(from), .. history.Steps.Skip(from + size)] };
                    if (Fails(smaller, check) is not { } other || Kind(other) != Kind(failure)) continue;
                    (history, failure) = (smaller, other);
                    again = size == 1;
                    from = Math.Min(from, history.Steps.Count - size + 1);
                }
            }
        return (history, failure);
    }

    // The words before the first figure: another amount or day is the same failure, another law is not.
    private static string Kind(Exception e) => e.GetType().Name + string.Concat(e.Message.TakeWhile(c => !char.IsDigit(c) && c != '\n').Take(60));
}

internal sealed class PropertyFailedException(string message) : Exception(message);
