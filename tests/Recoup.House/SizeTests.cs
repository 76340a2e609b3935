namespace Recoup.House;

/// <summary>A file is a chapter.</summary>
public sealed class SizeTests
{
    private const int LinesMax = 600;
    private const int LinesFew = 15;

    /// <summary>Path to why it may be longer. Empty.</summary>
    private static readonly IReadOnlyDictionary<string, string> Longer = new Dictionary<string, string>(StringComparer.Ordinal);

    [Fact]
    public void Files_read_as_chapters()
    {
        var sizes = Repository.Sources.Select(f => (File: f, Lines: File.ReadLines(Path.Combine(Repository.Root, f)).Count())).OrderBy(s => s.Lines).ToList();
        var median = sizes[sizes.Count / 2].Lines;
        var few = sizes.Count(s => s.Lines < LinesFew);
        TestContext.Current.TestOutputHelper?.WriteLine($"{sizes.Count} files, {sizes.Sum(s => s.Lines)} lines, median {median}, "
            + $"longest {sizes[^1]}, {few} under {LinesFew} lines");
        sizes.Where(s => s.Lines > LinesMax && !Longer.ContainsKey(s.File)).ShouldBeEmpty();
        Longer.Keys.Except(sizes.Where(s => s.Lines > LinesMax).Select(s => s.File)).ShouldBeEmpty("no longer longer");
        median.ShouldBeInRange(80, 200);
        (few * 10).ShouldBeLessThan(sizes.Count, "more than a tenth of the files are scraps");
    }
}
