namespace Recoup.Simulation;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): a small generator whose numbers follow from the seed alone, on every
/// machine and in every version, which the framework's own does not promise.
/// </summary>
public sealed class SplitMix(ulong seed)
{
    private ulong state = seed;

    /// <summary>
    /// A stream of its own for one purpose of one customer: what it gives depends on these four alone, so no draw moves
    /// because somebody else drew, or because Recoup did one thing more.
    /// </summary>
    /// <param name="customer">Its number in the world; -1 for what belongs to no customer.</param>
    /// <param name="which">Tells occasions of the same purpose apart, such as an invoice's number or a day.</param>
    public static SplitMix Of(ulong seed, int customer, string purpose, int which = 0)
    {
        unchecked
        {
            // FNV-1a over the purpose: the framework's string hash differs from process to process.
            var mixed = 14695981039346656037UL;
            foreach (var c in purpose) mixed = (mixed ^ c) * 1099511628211UL;
            foreach (var part in (ReadOnlySpan<ulong>)[seed, (ulong)(customer + 1), (ulong)which]) mixed = new SplitMix(mixed ^ part).Next();
            return new SplitMix(mixed);
        }
    }

    public ulong Next()
    {
        unchecked
        {
            var z = state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>From 0 to <paramref name="below"/> - 1.</summary>
    public int Below(int below) => (int)(Next() % (ulong)below);

    /// <summary>From <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public int Between(int from, int to) => from + Below(to - from + 1);

    /// <summary>True in <paramref name="percent"/> of a hundred cases.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    public void Fill(byte[] bytes)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(Next() >> 56);
    }
}
