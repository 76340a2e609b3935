namespace Recoup.Tests.Stories;

public sealed class StoryTests
{
    public static string Folder => Path.Combine(Repository.Root, "tests", "Recoup.Tests", "Stories");

    /// <summary>On a server every third, unless <see cref="Long"/> is asked for: what a story means is the same code on both stores.</summary>
    public static TheoryData<string> All =>
        new(Directory.GetFiles(Folder, "*.story").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).Where((_, i) => i % EveryOf == 0));

    private static int EveryOf => Stores.TestStores.IsPostgres ? Long.Or(1, 3) : 1;

    [Theory, MemberData(nameof(All))]
    public void Comes_out_as_told(string story)
    {
        var path = Path.Combine(Folder, story);
        var told = File.ReadAllLines(path);
        var came = Story.Tell(path);
        if (Environment.GetEnvironmentVariable("RECOUP_ACCEPT") == "1") { File.WriteAllText(path, came); return; }
        var lines = came.Split('\n');
        var wrong = told.Index().Where(l => lines[l.Index] != l.Item)
            .Select(l => $"{story} line {l.Index + 1}\n    told: {l.Item.Trim()}\n    came: {lines[l.Index].Trim()}").ToList();
        wrong.ShouldBeEmpty($"{string.Join("\n", wrong)}\nIf what came is right, run the tests with RECOUP_ACCEPT=1.");
    }

    [Fact]
    public void There_are_stories_to_tell() => All.Count.ShouldBeGreaterThanOrEqualTo(25);

    [Theory]
    [InlineData("day 2026-01-01  invoice I1 100.00 EUR", "line 1: 'due' should stand where '' stands")]
    [InlineData("day 2026-01-01  sell I1", "line 1: 'sell' is no verb of a story")]
    [InlineData("day 2026-01-01  invoice I1 100.00 EUR due 2026-01-31\n  pay 10.00 EUR tomorrow", "line 2: 'tomorrow' is one thing too many")]
    [InlineData("day 2026-01-01  write off I9\n  run", "line 2: the line before was refused (UnknownItem")]
    [InlineData("day 2026-01-02  run\nday 2026-01-01  run", "line 2: days go forward")]
    public void What_can_t_be_told_is_said_with_its_line(string text, string error)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            Should.Throw<StoryException>(() => Story.Tell(path)).Message.ShouldContain(error);
        }
        finally { File.Delete(path); }
    }
}
