using System.Text.RegularExpressions;

namespace Recoup.House;

/// <summary>What is in the repository is of use to whoever takes it, on any machine.</summary>
public sealed partial class HygieneTests
{
    private static readonly string Own = $"tests/Recoup.House/{nameof(HygieneTests)}.cs";

    private static IEnumerable<string> TextFiles => Repository.Files.Where(f => f != Own && f != "LICENSE" && !IsBinary(f));

    public static TheoryData<string> Pages => [.. Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal))];

    [Fact]
    public void No_file_names_a_place_on_some_machine() => Repository.Lines(TextFiles, line => MachinePath().IsMatch(line)).ShouldBeEmpty();

    [Fact]
    public void No_file_names_where_packages_come_from() => Repository.Lines(TextFiles, line => PackageHost().IsMatch(line)).ShouldBeEmpty();

    [Fact]
    public void No_file_tells_how_it_came_to_be_or_what_is_left_to_do() => Repository.Lines(TextFiles, line => Making().IsMatch(line)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_between_files_lead_somewhere(string page)
    {
        var dead = new List<string>();
        foreach (Match link in Link().Matches(Code().Replace(Repository.Read(page), "")))
        {
            var target = link.Groups["target"].Value;
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
            var parts = target.Split('#');
            var path = parts[0].Length == 0
                ? page
                : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, parts[0])).Replace('\\', '/').TrimEnd('/');
            if (!Repository.Files.Any(f => f == path || f.StartsWith(path + "/", StringComparison.Ordinal))) dead.Add($"{target}: {path} is no tracked file");
            else if (parts.Length > 1 && path.EndsWith(".md", StringComparison.Ordinal) && !Anchors(Repository.Read(path)).Contains(parts[1]))
                dead.Add($"{target}: {path} has no such heading");
        }
        dead.ShouldBeEmpty(page);
    }

    [Fact]
    public void The_two_commands_of_the_readme_are_there_and_one_of_them_is_what_CI_runs()
    {
        foreach (var file in new[] { "README.md", ".ci/run" }) Repository.Files.ShouldContain(file, $"{file} is missing");
        var shell = Shell().Matches(Repository.Read("README.md")).Select(m => m.Groups["code"].Value.Trim()).Take(2).ToList();
        shell.ShouldBe(["dotnet run --project src/Recoup.Cli -c Release -- demo", "dotnet test -c Release"]);
        Repository.Has("src/Recoup.Cli/Recoup.Cli.csproj").ShouldBeTrue();
        var ci = Repository.Read(".ci/run");
        ci.Split('\n').ShouldContain(line => line.StartsWith("dotnet test", StringComparison.Ordinal));
        ci.ShouldContain("dotnet format whitespace --verify-no-changes", customMessage: "CI holds the formatting; the tests do not, since it takes an SDK");
    }

    [Fact]
    public void Files_end_with_a_line_and_lines_with_a_line_feed()
    {
        foreach (var file in TextFiles)
        {
            if (IsSample(file)) continue;
            var text = Repository.Read(file);
            text.ShouldNotContain('\r', file);
            if (text.Length > 0) text[^1].ShouldBe('\n', file);
        }
    }

    /// <summary>Data of tests and approved output stand as somebody else wrote them.</summary>
    private static bool IsSample(string file) => Path.GetExtension(file) is ".csv" or ".ndjson" or ".eml"
        || file.Contains("/approved/", StringComparison.Ordinal) || file.EndsWith("packages.lock.json", StringComparison.Ordinal);

    private static bool IsBinary(string file) =>
        Path.GetExtension(file) is ".gz" or ".db" or ".png" or ".svg" or ".woff2" or ".ico" or ".zip" or ".pdf" or ".ttf";

    /// <summary>As the usual renderers make them of headings.</summary>
    private static IEnumerable<string> Anchors(string page) => Heading().Matches(Code().Replace(page, ""))
        .Select(m => NoAnchor().Replace(m.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    // Paths below such a folder; "/tmp" alone, or a path a test makes up at the root, is no place.
    [GeneratedRegex(@"(?<![\w.~<])/(work|root|home|Users|tmp|mnt|opt|srv|var/folders)/\w|\b[A-Z]:\\\\?\w",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"nuget\.org|npmjs\.|pypi\.org|pkgs\.dev\.azure|artifactory|<packageSources>|localhost:\d",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex PackageHost();

    [GeneratedRegex(@"\b(co-authored-by|generated (by|with|using)|language model|TODO|FIXME|HACK)\b|^(<{7}|>{7}|={7})( |$)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Making();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)( ""[^""]*"")?\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    [GeneratedRegex(@"^```sh\n(?<code>.*?)^```",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shell();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex NoAnchor();
}
