using System.Xml.Linq;

namespace Recoup.House;

/// <summary>
/// Cli → Server → Storage, Connectors → Core and Cli → Simulation → Storage → Core, and beside them Statistics → Core; and what
/// each may use besides.
/// </summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Recoup.Core"] = [],
        ["Recoup.Statistics"] = ["Recoup.Core"],
        ["Recoup.Storage"] = ["Recoup.Core"],
        ["Recoup.Connectors"] = ["Recoup.Core"],
        ["Recoup.Simulation"] = ["Recoup.Core", "Recoup.Statistics", "Recoup.Storage"],
        ["Recoup.Server"] = ["Recoup.Connectors", "Recoup.Core", "Recoup.Statistics", "Recoup.Storage"],
        ["Recoup.Cli"] = ["Recoup.Connectors", "Recoup.Core", "Recoup.Server", "Recoup.Simulation", "Recoup.Statistics", "Recoup.Storage"],
    };

    public static TheoryData<string> Projects => [.. Repository.Projects];

    public static TheoryData<string> SourceProjects => [.. Repository.Projects.Where(p => p.StartsWith("src/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void References_go_one_way(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Allowed.ShouldContainKey(name, "a new project: say here what it may know");
        Values(project, "ProjectReference").Select(p => Path.GetFileNameWithoutExtension(p)).Except(Allowed[name]).ShouldBeEmpty(project);
        var assembly = CompiledCode.All.Single(a => a.GetName().Name == (name == "Recoup.Cli" ? "recoup" : name));
        assembly.GetReferencedAssemblies().Select(a => a.Name!).Where(a => a.StartsWith("Recoup", StringComparison.OrdinalIgnoreCase))
            .Except(Allowed[name]).ShouldBeEmpty($"{name} as compiled");
    }

    /// <summary>Time zones and YAML are computation; whatever opens a file or a socket belongs outside.</summary>
    [Fact]
    public void Core_uses_no_package_but_these() => Values("src/Recoup.Core/Recoup.Core.csproj", "PackageReference")
        .ShouldBe(["NodaTime", "PublicHoliday", "YamlDotNet", "libphonenumber-csharp"], ignoreOrder: true);

    [Fact]
    public void Core_as_compiled_does_no_io_and_reads_no_clock_and_no_randomness()
    {
        string[] kept = ["System.IO.StringReader", "System.IO.StringWriter", "System.IO.TextReader", "System.IO.TextWriter", "System.IO.Stream",
            "System.IO.StreamReader", "System.IO.MemoryStream"];
        CompiledCode.Of(CompiledCode.Core).Where(IsBanned).Select(m => m.ToString()).Distinct(StringComparer.Ordinal).ShouldBeEmpty();

        bool IsBanned(Mention m)
        {
            var type = m.Type.FullName ?? m.Type.Name;
            if (type.StartsWith("System.IO.", StringComparison.Ordinal)) return !kept.Contains(type);
            if (type.StartsWith("System.Net.", StringComparison.Ordinal) || type.StartsWith("System.Data.", StringComparison.Ordinal)) return true;
            if (type is "System.Console" or "System.Diagnostics.Process" or "System.Diagnostics.Stopwatch" or "System.Random" or "System.TimeProvider"
                or "System.TimeZoneInfo" or "NodaTime.SystemClock") return true;
            return m.Member is { } member && $"{member.DeclaringType?.FullName}.{member.Name}" is
                "System.DateTime.get_Now" or "System.DateTime.get_UtcNow" or "System.DateTime.get_Today"
                or "System.DateTimeOffset.get_Now" or "System.DateTimeOffset.get_UtcNow"
                or "System.Guid.NewGuid" or "System.Environment.get_TickCount" or "System.Environment.get_TickCount64"
                or "System.Environment.GetEnvironmentVariable" or "System.Security.Cryptography.RandomNumberGenerator.Fill";
        }
    }

    /// <summary>The lists stand in Directory.Build.targets, which every project takes in, unless it says that it does not.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_is_held_to_the_banned_names(string project)
    {
        var text = Repository.Read(project);
        text.ShouldNotContain("ImportDirectoryBuildTargets");
        text.ShouldNotContain("RS0030");
        var targets = Repository.Read("Directory.Build.targets");
        targets.ShouldContain("<PackageReference Include=\"Microsoft.CodeAnalysis.BannedApiAnalyzers\"");
        targets.ShouldContain("<AdditionalFiles Include=\"$(MSBuildThisFileDirectory)BannedSymbols.txt\" />");
        targets.ShouldContain("<AdditionalFiles Include=\"$(MSBuildThisFileDirectory)BannedSymbols.Core.txt\" "
            + "Condition=\"'$(MSBuildProjectName)' == 'Recoup.Core'\" />");
        Repository.Has(Path.Combine(Path.GetDirectoryName(project)!, "Directory.Build.targets")).ShouldBeFalse();
    }

    [Fact]
    public void Nobody_switches_the_ban_off() =>
        Repository.Lines(Repository.Sources.Append(".editorconfig"), line => line.Contains("RS0030", StringComparison.Ordinal)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_has_its_lock_file_and_stands_in_the_solution(string project)
    {
        Repository.Files.ShouldContain($"{Path.GetDirectoryName(project)!.Replace('\\', '/')}/packages.lock.json");
        Repository.Read("Recoup.slnx").ShouldContain($"Path=\"{project}\"");
        XDocument.Parse(Repository.Read(project)).Descendants("PackageReference").Attributes("Version")
            .ShouldBeEmpty("versions stand in Directory.Packages.props");
    }

    private static IEnumerable<string> Values(string project, string element) =>
        XDocument.Parse(Repository.Read(project)).Descendants(element).Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));
}
