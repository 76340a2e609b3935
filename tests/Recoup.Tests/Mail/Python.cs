using System.Diagnostics;
using System.Text;

namespace Recoup.Tests.Mail;

/// <summary>Somebody else's reading: Python's standard library. Where it is missing the test is skipped, and says so.</summary>
internal static class Python
{
    /// <summary>Debian's, for which Debian's packages are; else whichever is found.</summary>
    public static string Program => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    public static string Run(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
            ArgumentList = { "-c", script },
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        Process? process = null;
        try { process = Process.Start(start); }
        catch (System.ComponentModel.Win32Exception) { Assert.Skip("python3 is not here, so nobody else reads what was written"); }
        using (process)
        {
            var errors = process!.StandardError.ReadToEndAsync();
            var read = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            errors.GetAwaiter().GetResult().ShouldBeEmpty();
            return read;
        }
    }
}
