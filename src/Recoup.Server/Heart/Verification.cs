using Recoup.Storage.Work;

namespace Recoup.Server.Heart;

/// <summary>How far a check of the audit trail is, or what it found.</summary>
public sealed record VerificationState(DateTimeOffset StartedAt, int Done, int Of)
{
    public DateTimeOffset? EndedAt { get; init; }
    public AuditReport? Report { get; init; }

    /// <summary>Why it could not be made.</summary>
    public string? Failure { get; init; }

    public bool IsRunning => EndedAt is null;
}

/// <summary>Checks the audit trail when somebody asks, one check at a time, in the background: closing the page does not end it.</summary>
public sealed class Verification(ServeOptions options)
{
    private readonly Lock gate = new();
    private VerificationState? state;

    public VerificationState? State => Volatile.Read(ref state);

    /// <summary>Begins a check; one under way goes on.</summary>
    public void Begin()
    {
        lock (gate)
        {
            if (state is { IsRunning: true }) return;
            state = new VerificationState(options.Clock.GetUtcNow(), 0, 1);
        }
        _ = Task.Run(Verify);
    }

    private void Verify()
    {
        try
        {
            using var store = options.OpenStore();
            // A folder without an anchor, as before the first run, is not asked: the report says so.
            var anchored = Directory.Exists(store.AnchorFolder) && Directory.EnumerateFiles(store.AnchorFolder, "*.json").Any();
            var report = Audit.Verify(store, anchored ? [store.AnchorFolder] : [], (done, of) => Change(s => s with { Done = done, Of = of }), alone: false);
            Change(s => s with { Report = report, EndedAt = options.Clock.GetUtcNow() });
        }
        catch (Exception e)
        {
            Change(s => s with { Failure = e.Message, EndedAt = options.Clock.GetUtcNow() });
        }
    }

    private void Change(Func<VerificationState, VerificationState> change)
    {
        lock (gate) state = change(state!);
    }
}
