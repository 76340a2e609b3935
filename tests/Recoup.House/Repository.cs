using System.Diagnostics;

namespace Recoup.House;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] Made = ["bin", "obj", ".git", ".vs", ".idea", "TestResults", "recoup-data", "recoup-demo", "node_modules"];

    public static string Root { get; } = Find();

    /// <summary>Paths of the tracked files, with forward slashes; without git, of all files but what a build makes.</summary>
    public static IReadOnlyList<string> Files { get; } = Tracked() ?? [.. Walk()];

    /// <summary>C# files of the program.</summary>
    public static IEnumerable<string> Sources =>
        Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> Projects => Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));

    public static bool Has(string path) => File.Exists(Path.Combine(Root, path));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Every line of text files that the pattern finds, as path:line: text.</summary>
    public static IEnumerable<string> Lines(IEnumerable<string> files, Func<string, bool> found) =>
        from file in files
        from line in Read(file).Split('\n').Select((text, i) => (Text: text, Number: i + 1))
        where found(line.Text)
        select $"{file}:{line.Number}: {line.Text.Trim()}";

    private static string[]? Tracked()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z"])
            {
                WorkingDirectory = Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var list = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            // A file deleted and not yet committed is tracked still.
            return git.ExitCode == 0 ? [.. list.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Where(Has)] : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Walk() => Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Where(f => !f.Split('/').Intersect(Made).Any()).Order(StringComparer.Ordinal);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Recoup.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run from within the repository");
    }
}
