namespace Recoup.Tests;

/// <summary>The repository that the tests were built from, for files that are approved by looking at them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>
    /// The text must be that of the file. With RECOUP_ACCEPT=1 in the environment the file is written anew instead;
    /// look at the change before you commit it.
    /// </summary>
    public static void ShouldBeApproved(string text, string path)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("RECOUP_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            return;
        }
        File.Exists(file).ShouldBeTrue($"{path} is missing; run the tests with RECOUP_ACCEPT=1 to write it");
        text.ShouldBe(File.ReadAllText(file), $"{path} says otherwise; if the new text is right, run the tests with RECOUP_ACCEPT=1");
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Recoup.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run from within the repository");
    }
}
