using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Recoup.Server.Telemetry;

/// <summary>
/// Requests that were not done, counted by address, status and code, and told to the log every few seconds: a client that
/// is wrong thousands of times a second makes a line with its number, not thousands of lines.
/// </summary>
public sealed class ProblemTally(ServeOptions options) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private Dictionary<(string Route, int Status, string Code, string? Key), int> counts = [];

    /// <param name="key">The name of the API key; null: none in force.</param>
    public void Count(string route, int status, string code, string? key)
    {
        lock (gate) counts[(route, status, code, key)] = counts.GetValueOrDefault((route, status, code, key)) + 1;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Tell();
        }
        catch (OperationCanceledException) { Tell(); }
    }

    private void Tell()
    {
        Dictionary<(string Route, int Status, string Code, string? Key), int> told;
        lock (gate) (told, counts) = (counts, []);
        foreach (var ((route, status, code, key), count) in told)
            options.Log.Write(status >= 500 ? LogLevel.Error : LogLevel.Warning, "requests_refused", null, ("route", route), ("status", status), ("code", code),
                ("api_key", key), ("count", count));
    }
}
