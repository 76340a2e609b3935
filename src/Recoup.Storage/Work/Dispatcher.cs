using Recoup.Core;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

public sealed class DispatchReport
{
    public int Sent { get; set; }
    public int Failed { get; set; }
    public int Unknown { get; set; }
    public int Deferred { get; set; }
    public int Withdrawn { get; set; }

    /// <summary>Their channel could not take them for now; they are tried again.</summary>
    public int ToRetry { get; set; }

    /// <summary>More than may go to one domain at once; the next dispatch takes them.</summary>
    public int Throttled { get; set; }

    /// <summary>Left alone because their channel takes nothing now; nothing of them changed.</summary>
    public int Waiting { get; set; }

    /// <summary>Messages whose handling failed, so that they were left out; see <see cref="SetAsides"/>. The next dispatch tries again.</summary>
    public int SetAside { get; set; }

    /// <summary>By channel, why it takes nothing now.</summary>
    public SortedDictionary<string, string> Troubles { get; } = new(StringComparer.Ordinal);

    /// <summary>Why nothing was sent at all; null where sending is on.</summary>
    public string? Off { get; set; }

    /// <summary>Outcomes that ports gave.</summary>
    internal void Count(IEnumerable<string> outcomes)
    {
        foreach (var outcome in outcomes)
            switch (outcome)
            {
                case "sent": Sent++; break;
                case "failed": Failed++; break;
                case "deferred": ToRetry++; break;
                default: Unknown++; break;
            }
    }
}

/// <summary>
/// Drains the outbox: releases what is due (state read again, gate asked again, recorded), hands it to its
/// port, records the answer. Between the two records a crash leaves `sending`: see <see cref="Drain{T}"/>.
/// </summary>
public sealed class Dispatcher(Door door, IReadOnlyDictionary<string, ChannelPort> channels)
{
    public DispatchReport Dispatch(DateTimeOffset now, Action<int>? progress = null)
    {
        var report = new DispatchReport();
        foreach (var slot in Slots.Of(door.Store)) Dispatch(now, slot, report, progress, default);
        return report;
    }

    /// <summary>Drains the outbox of some partitions, beside others who drain theirs.</summary>
    public DispatchReport DispatchSlot(DateTimeOffset now, Slot slot, CancellationToken stop)
    {
        var report = new DispatchReport();
        Dispatch(now, slot, report, null, stop);
        return report;
    }

    private void Dispatch(DateTimeOffset now, Slot slot, DispatchReport report, Action<int>? progress, CancellationToken stop)
    {
        // Messages under way are those of a crash only while nobody else sends.
        using var turn = door.Store.TakeTurn(slot.TurnOf("dispatch"));
        var workspace = door.Look();
        var ports = channels.ToDictionary(c => c.Key, Port<Outgoing> (c) => c.Value, StringComparer.Ordinal);
        var drain = new Drain<Outgoing>(new LetterOutbox(door, slot, report), ports, report);
        drain.FinishInterrupted(() => now > door.LastRecordedAt ? now : door.LastRecordedAt);
        if (workspace.Mode != "live")
        {
            report.Off = workspace.Mode == "shadow"
                ? "the workspace is in shadow: it decides and sends nothing. `recoup sending live` switches sending on."
                : "sending is stopped. `recoup sending live` switches it on again.";
            return;
        }
        drain.Run(now > door.LastRecordedAt ? now : door.LastRecordedAt, () => progress?.Invoke(report.Sent + report.Failed + report.Unknown), stop);
        if (!door.TryMergeCells(always: true)) report.SetAside++;
    }

    /// <summary>The text as it was released; null where the party's key is gone.</summary>
    public MessageText? TextOf(string party, long lastSeq, string message) => Settling.ReleasedText(door.Store, party, lastSeq, message);
}
