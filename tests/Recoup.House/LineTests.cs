using System.Globalization;

namespace Recoup.House;

/// <summary>A line is read without scrolling, beside another file or in a review.</summary>
public sealed class LineTests
{
    private const int CharactersMax = 160;

    /// <summary>Files that are not done yet, each with how many long lines it may have at most. Nothing is added to it.</summary>
    private const string NotDone = "tests/Recoup.House/long-lines.txt";

    private static readonly string[] Kinds = [".cs", ".razor", ".sh", ".csproj", ".md", ".yaml"];

    [Fact]
    public void No_line_is_longer_than_160_characters()
    {
        var most = Repository.Read(NotDone).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2))
            .ToDictionary(e => e[1], e => int.Parse(e[0], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        var there = Repository.Files.Where(f => Kinds.Contains(Path.GetExtension(f))).ToDictionary(f => f, LongLines, StringComparer.Ordinal);
        if (Environment.GetEnvironmentVariable("RECOUP_ACCEPT") == "1") Lower(most, there);
        var tooMany = there.Where(f => f.Value.Count > most.GetValueOrDefault(f.Key)).SelectMany(f => f.Value);
        tooMany.ShouldBeEmpty($"longer than {CharactersMax} characters: wrap them");
        var tooHigh = most.Where(e => there.GetValueOrDefault(e.Key, []).Count < e.Value)
            .Select(e => $"{e.Key} may have {e.Value} and has {there.GetValueOrDefault(e.Key, []).Count}");
        tooHigh.ShouldBeEmpty($"fewer long lines than {NotDone} allows: lower it there, or run this with RECOUP_ACCEPT=1, which does");
    }

    private static List<string> LongLines(string file) =>
        [.. Repository.Lines([file], line => line.Length > CharactersMax && line.EnumerateRunes().Count() > CharactersMax)];

    /// <summary>Takes over what was done, and never allows more than before.</summary>
    private static void Lower(Dictionary<string, int> most, Dictionary<string, List<string>> there)
    {
        foreach (var (file, allowed) in most.ToList())
        {
            most[file] = Math.Min(allowed, there.GetValueOrDefault(file, []).Count);
            if (most[file] == 0) most.Remove(file);
        }
        var list = most.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Value} {e.Key}\n"));
        File.WriteAllText(Path.Combine(Repository.Root, NotDone), string.Concat(list));
    }
}
