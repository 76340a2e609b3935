using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Recoup.Tests.Stores;

namespace Recoup.Bench;

/// <summary>
/// A section runs in a process of its own, so that its peak memory is its own, and keeps all that it makes in one folder.
/// Whoever of the two is left when the other has ended, however it ended, ends what runs there and removes the folder.
/// </summary>
internal static class Scratch
{
    private const string RootVariable = "RECOUP_BENCH_ROOT";
    private const string FiguresFile = "figures.json", ProcessesFile = "processes";

    /// <summary>The folder of the section that this process is; null in the process that begins them.</summary>
    public static string? Root { get; } = Environment.GetEnvironmentVariable(RootVariable) is { Length: > 0 } root ? root : null;

    // --- the process that begins sections ---

    /// <summary>Runs a section. Where it failed, the figures are those of the parts that it had come through.</summary>
    public static (bool Whole, IReadOnlyList<Figure> Figures) InOwnProcess(params IReadOnlyList<string> arguments)
    {
        var root = Directory.CreateTempSubdirectory("recoup-bench-").FullName;
        // A PostgreSQL server runs as another user and has its folder within.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(root,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Process? section = null;
        var ended = false;
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended = true;
            try { section?.Kill(entireProcessTree: true); }
            catch (InvalidOperationException) { /* it has ended */ }
            Sweep(root);
            Environment.Exit(128 + (context.Signal == PosixSignal.SIGINT ? 2 : 15));
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        try
        {
            // Its standard input is the line by which it sees that this process is gone.
            var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardInput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Scratch).Assembly.Location);
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            foreach (var name in new[] { "TMPDIR", "TMP", "TEMP", RootVariable }) start.Environment[name] = root;
            section = Process.Start(start)!;
            section.WaitForExit();
            // The signal's thread ends this process.
            if (ended) Thread.Sleep(Timeout.Infinite);
            var figures = Path.Combine(root, FiguresFile);
            if (section.ExitCode != 0)
                Console.Error.WriteLine($"{string.Join(' ', arguments)}: FAILED with {section.ExitCode.ToString(CultureInfo.InvariantCulture)}");
            return (section.ExitCode == 0, File.Exists(figures) ? JsonSerializer.Deserialize<List<Figure>>(File.ReadAllText(figures))! : []);
        }
        finally
        {
            Sweep(root);
            section?.Dispose();
        }
    }

    // --- the process of a section ---

    /// <summary>To be called first: ends this process when the one that began it is gone.</summary>
    public static void Watch()
    {
        var alone = false;
        // What is being measured fails as its server goes, and must not take the sweeping along.
        AppDomain.CurrentDomain.UnhandledException += (_, _) => { if (alone) Thread.Sleep(Timeout.Infinite); };
        new Thread(() =>
        {
            using var line = Console.OpenStandardInput();
            while (line.Read(new byte[16]) > 0) { /* nothing is ever said */ }
            alone = true;
            Sweep(Root!);
            Environment.Exit(1);
        })
        { IsBackground = true }.Start();
    }

    /// <summary>To be called after each part, so that the next one's end, whatever it is, takes nothing along.</summary>
    public static void Keep(IReadOnlyList<Figure> figures) => File.WriteAllText(Path.Combine(Root!, FiguresFile), JsonSerializer.Serialize(figures));

    /// <summary>Starts a program that must not outlive the section; what it says is thrown away.</summary>
    public static Process Start(string assembly, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [assembly, .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment.Remove(RootVariable);
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        File.AppendAllText(Path.Combine(Root!, ProcessesFile), string.Create(CultureInfo.InvariantCulture, $"{process.Id} {process.StartTime.Ticks}\n"));
        return process;
    }

    // --- both ---

    private static readonly Lock Sweeping = new();

    private static void Sweep(string root)
    {
        // A signal comes on a thread of its own, while the first one sees the section end.
        lock (Sweeping)
        {
            var processes = Path.Combine(root, ProcessesFile);
            if (File.Exists(processes)) foreach (var line in File.ReadLines(processes)) End(line);
            // A server that was just being made when its section was killed may still write.
            for (var attempt = 1; Directory.Exists(root); attempt++)
            {
                try
                {
                    foreach (var server in Directory.EnumerateDirectories(root, "recoup-pg-*")) StopServer(Path.Combine(server, "data"));
                    Directory.Delete(root, recursive: true);
                }
                catch (IOException) when (attempt < SweepAttemptsMax) { Thread.Sleep(250); }
                catch (IOException e)
                {
                    Console.Error.WriteLine($"{root} can't be removed: {e.Message}");
                    return;
                }
            }
        }
    }

    private const int SweepAttemptsMax = 40;

    private static void StopServer(string data)
    {
        if (!File.Exists(Path.Combine(data, "postmaster.pid"))) return;
        try { PostgresServer.Shell($"'{PostgresServer.Bin}/pg_ctl' -D '{data}' -m immediate -w stop"); }
        catch (InvalidOperationException) { /* it had ended already, or has not begun yet */ }
    }

    /// <summary>A number is given to another process once its own has ended; the moment of its start tells them apart.</summary>
    private static void End(string line)
    {
        var parts = line.Split(' ');
        try
        {
            using var process = Process.GetProcessById(int.Parse(parts[0], CultureInfo.InvariantCulture));
            var apart = new TimeSpan(process.StartTime.Ticks - long.Parse(parts[1], CultureInfo.InvariantCulture)).Duration();
            if (apart > TimeSpan.FromSeconds(1)) return;
            process.Kill();
            process.WaitForExit();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException) { /* it has ended */ }
    }
}
