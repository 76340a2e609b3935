using System.Globalization;
using System.Threading.Channels;
using Recoup.Storage;
using Recoup.Storage.Access;

namespace Recoup.Server.Access;

/// <summary>
/// Records who came in, looked and took away, before they are answered. What comes while a commit is under way goes together into the
/// next one, so that many requests at once cost as many commits as one after the other would, and no less is durable. It is written
/// beside the journal and waits for nobody who writes there.
/// </summary>
public sealed class AccessLog : IAsyncDisposable
{
    /// <summary>Notes of one commit.</summary>
    private const int TogetherMax = 1000;

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(10_000) { SingleReader = true });
    private readonly StorePlace place;
    private readonly TimeProvider clock;
    private readonly Task writing;

    private sealed record Waiting(AccessNote Note, TaskCompletionSource Kept);

    public AccessLog(ServeOptions options)
    {
        (place, clock) = (options.Place, options.MachineClock);
        writing = Task.Run(Write);
    }

    /// <summary>Commits so far.</summary>
    public long Commits { get; private set; }

    /// <summary>Ends when it is durable. Throws where it can't be recorded: then nobody is shown anything.</summary>
    public async Task Record(string actor, string way, string kind, string subject, string detail)
    {
        var one = new Waiting(new AccessNote(clock.GetUtcNow(), actor, way, kind, subject, detail),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await waiting.Writer.WriteAsync(one);
        await one.Kept.Task;
    }

    /// <summary>Somebody was not let in. Who tries again and again is recorded every few seconds, with how often.</summary>
    public Task RecordRefused(string way)
    {
        lock (waiting)
        {
            if (Environment.TickCount64 - refusedAt < RefusedEveryMs)
            {
                if (unrecorded++ == 0) _ = RecordRest(way);
                return Task.CompletedTask;
            }
            refusedAt = Environment.TickCount64;
        }
        return Record("nobody", way, AccessKind.Refused, "", "");
    }

    /// <summary>What was refused since the last that was recorded, when its time is over.</summary>
    private async Task RecordRest(string way)
    {
        await Task.Delay(RefusedEveryMs);
        int count;
        lock (waiting) (refusedAt, count, unrecorded) = (Environment.TickCount64, unrecorded, 0);
        try { await Record("nobody", way, AccessKind.Refused, "", string.Create(CultureInfo.InvariantCulture, $"{count} more")); }
        // The server ends, or nothing can be recorded, which whoever looks at something is told.
        catch (Exception e) when (e is StoreException or ChannelClosedException) { }
    }

    private const int RefusedEveryMs = 5000;

    private long refusedAt = long.MinValue / 2;
    private int unrecorded;

    private async Task Write()
    {
        using var chain = new AccessChain(place);
        var together = new List<Waiting>();
        while (await waiting.Reader.WaitToReadAsync())
        {
            together.Clear();
            while (together.Count < TogetherMax && waiting.Reader.TryRead(out var one)) together.Add(one);
            try
            {
                chain.Record([.. together.Select(w => w.Note)]);
                Commits++;
                foreach (var one in together) one.Kept.SetResult();
            }
            catch (Exception e)
            {
                var words = new StoreException($"what is shown here is recorded first, and that failed: {e.Message}", e);
                foreach (var one in together) one.Kept.SetException(words);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await writing;
    }
}
