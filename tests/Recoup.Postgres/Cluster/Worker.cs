using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Recoup.Tests.Cluster;

/// <summary>A worker: the built command as a process of its own.</summary>
internal sealed partial class Worker : IDisposable
{
    private readonly Process process;
    private readonly List<string> lines = [];

    public Worker(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        Name = name;
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "recoup.dll"), "serve", "--role", "worker", "--urls", "http://127.0.0.1:0",
            "--log", "json", .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    public int Id => process.Id;

    public bool IsAlive => !process.HasExited;

    public IReadOnlyList<string> Lines { get { lock (lines) return [.. lines]; } }

    public string Said => string.Join('\n', Lines);

    /// <summary>How often it logged an event.</summary>
    public int Events(string name) => Lines.Count(line => line.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal));

    private void Add(string? line) { lock (lines) if (line is not null) lines.Add(line); }

    /// <summary>Where its health is asked.</summary>
    public string Address => Until(() => Where().Match(Said) is { Success: true } match ? match.Value : null, $"{Name} tells no address");

    /// <summary>Waits until it takes part in the work.</summary>
    public void ShouldWork() => Until(() => Events("node_working") > 0 ? "" : null, $"{Name} does not begin");

    private string Until(Func<string?> found, string trouble)
    {
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(50))
        {
            if (found() is { } value) return value;
            if (waited.Elapsed > TimeSpan.FromMinutes(2) || !IsAlive) Assert.Fail($"{trouble}:\n{Said}");
        }
    }

    /// <summary>As the power goes.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>It stands still, with all that it holds.</summary>
    public void Hang() => Signal("STOP");

    public void GoOn() => Signal("CONT");

    /// <summary>As a service is stopped. It ends by itself, and without complaint.</summary>
    public void End()
    {
        if (!IsAlive) return;
        Signal("TERM");
        if (!process.WaitForExit(TimeSpan.FromMinutes(2))) Assert.Fail($"{Name} does not end:\n{Said}");
        process.ExitCode.ShouldBe(0, Said);
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (IsAlive) Kill();
        process.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+(?=/health)")]
    private static partial Regex Where();
}
