using System.Text.RegularExpressions;

namespace Recoup.House;

/// <summary>Core's folders are layers: what one knows does not know it back. The files at the root stand above them all.</summary>
public sealed partial class FolderTests
{
    private const string Top = "(root)";

    /// <summary>Folder to what it knows. Empty, and to stay so: an entry here would be a cycle that we live with, and why.</summary>
    private static readonly IReadOnlyDictionary<(string From, string To), string> Tolerated = new Dictionary<(string, string), string>();

    [Fact]
    public void A_file_lies_in_the_folder_of_its_namespace()
    {
        foreach (var file in Repository.Sources)
        {
            var parts = file.Split('/');
            if (Namespace().Match(Repository.Read(file)) is not { Success: true } match) continue;
            // Foundation/Expressions is a folder for the eye: its types are of Foundation.
            var folders = parts[2..^1].Where(f => f != "Expressions");
            match.Groups["name"].Value.ShouldBe(string.Join('.', folders.Prepend(parts[1])), file);
        }
    }

    [Fact]
    public void Folders_form_no_cycles()
    {
        var edges = Edges().ToLookup(e => e.From, e => e.To);
        var order = new List<string>();
        var open = new List<string>();
        foreach (var folder in edges.Select(e => e.Key).Order(StringComparer.Ordinal)) Visit(folder);
        TestContext.Current.TestOutputHelper?.WriteLine("From the bottom up: " + string.Join(", ", order));
        // What the layers rest on and what rests on them; else the edges were not found at all.
        order[0].ShouldBe("Foundation");
        order[^1].ShouldBe(Top);

        void Visit(string folder)
        {
            if (order.Contains(folder)) return;
            if (open.Contains(folder))
            {
                var cycle = open.SkipWhile(f => f != folder).Append(folder).ToList();
                var why = cycle.Zip(cycle.Skip(1)).Select(e => Edges(e.First, e.Second).First());
                Assert.Fail($"{string.Join(" → ", cycle)}\n{string.Join('\n', why)}");
            }
            open.Add(folder);
            foreach (var next in edges[folder].Distinct().Where(n => !Tolerated.ContainsKey((folder, n))).Order(StringComparer.Ordinal)) Visit(next);
            open.Remove(folder);
            order.Add(folder);
        }
    }

    [Fact]
    public void What_is_tolerated_is_still_there() => Tolerated.Keys.Except(Edges().Select(e => (e.From, e.To))).ShouldBeEmpty();

    private static IEnumerable<string> Edges(string from, string to) =>
        Edges().Where(e => e.From == from && e.To == to).Select(e => $"  {e.From} → {e.To} by {e.Why}");

    /// <summary>From the compiled code; and from using lines, which show what constants are taken from.</summary>
    private static IEnumerable<(string From, string To, string Why)> Edges()
    {
        foreach (var mention in CompiledCode.Of(CompiledCode.Core))
        {
            if (mention.Type.Assembly != CompiledCode.Core) continue;
            if (FolderOf(mention.From) is { } from && FolderOf(mention.Type) is { } to && from != to) yield return (from, to, mention.ToString());
        }
        foreach (var file in Repository.Sources.Where(f => f.StartsWith("src/Recoup.Core/", StringComparison.Ordinal)))
        {
            var from = file.Split('/') is [_, _, var folder, _, ..] ? folder : Top;
            foreach (Match use in Using().Matches(Repository.Read(file)))
                if (use.Groups["folder"].Value != from) yield return (from, use.Groups["folder"].Value, file);
        }
    }

    private static string? FolderOf(Type type)
    {
        // What the compiler adds for its own use has no namespace of ours.
        if (CompiledCode.Outermost(type).Namespace is not { } name || !name.StartsWith("Recoup.Core", StringComparison.Ordinal)) return null;
        return name.Split('.') is [_, _, var folder, ..] ? folder : Top;
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(global )?using (static |\w+ = )?Recoup\.Core\.(?<folder>\w+)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Using();
}
