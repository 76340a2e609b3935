using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Recoup.Storage;

namespace Recoup.Bench;

/// <summary>`recoup serve` in a process of its own, at a free loopback port; no day is run.</summary>
internal sealed class Served : IDisposable
{
    public Served(StorePlace place, DateTimeOffset now)
    {
        var port = FreePort();
        Address = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
        string[] database = place.Connection is { } connection ? ["--database", connection] : [];
        Process = Scratch.Start(Path.Combine(AppContext.BaseDirectory, "recoup.dll"), ["--data", place.Folder, .. database, "serve", "--no-run", "--urls",
            Address.ToString().TrimEnd('/'), "--now", now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)]);
        WaitFor(Process, port);
    }

    public Process Process { get; }

    public Uri Address { get; }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Until somebody listens there.</summary>
    public static void WaitFor(Process process, int port)
    {
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(100))
            try
            {
                using var socket = new TcpClient("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (waited.Elapsed < TimeSpan.FromMinutes(1) && !process.HasExited) { /* not there yet */ }
    }

    public void Dispose()
    {
        if (!Process.HasExited) Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }
}
