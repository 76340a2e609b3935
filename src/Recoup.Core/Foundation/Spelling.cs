namespace Recoup.Core.Foundation;

/// <summary>"Did you mean …?" for names that people type.</summary>
public static class Spelling
{
    /// <summary>
    /// The known word nearest to <paramref name="word"/>, case aside, or null when none is near: one slip a started
    /// three letters is near, where a slip is a letter added, lost, changed or swapped with its neighbour. Of equally
    /// near words the first by ordinal order, so that the answer does not depend on the order given.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        // A longer "name" is not a slip of the pen, and the cost grows with its square.
        const int lettersMax = 100;
        if (word.Length is 0 or > lettersMax) return null;

        string? nearest = null;
        var slipsMin = ((word.Length + 2) / 3) + 1;
        foreach (var candidate in known.Order(StringComparer.Ordinal))
        {
            if (Math.Abs(candidate.Length - word.Length) >= slipsMin) continue;
            var slips = Slips(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            // All letters changed is another word, however short.
            if (slips >= slipsMin || slips >= Math.Max(word.Length, candidate.Length)) continue;
            (nearest, slipsMin) = (candidate, slips);
        }

        return nearest;
    }

    /// <summary>Optimal string alignment distance, by rows.</summary>
    private static int Slips(string a, string b)
    {
        var beforeLast = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(changed, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[b.Length];
    }
}
