using System.Text.Json;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>A channel: takes cleared messages, says of each what became of it.</summary>
/// <param name="IsIdempotent">Given the same message again it sends nothing twice, so after a crash it may be asked again.</param>
/// <param name="Send">Answers for each message, in their order.</param>
public sealed record ChannelPort(bool IsIdempotent, Func<IReadOnlyList<Outgoing>, DateTimeOffset, IReadOnlyList<ChannelAnswer>> Send);

public sealed class DispatchReport
{
    public int Sent { get; set; }
    public int Failed { get; set; }
    public int Unknown { get; set; }
    public int Deferred { get; set; }
    public int Withdrawn { get; set; }

    /// <summary>Why nothing was sent at all; null where sending is on.</summary>
    public string? Off { get; set; }
}

/// <summary>
/// Drains the outbox: releases what is due (state read again, gate asked again, recorded), hands it to its
/// channel, records the answer. Between the two records a crash leaves `sending`: an idempotent channel is asked
/// again, of any other the message becomes unknown and waits for a person.
/// </summary>
public sealed class Dispatcher(Door door, IReadOnlyDictionary<string, ChannelPort> channels)
{
    public const int PartSize = 256;

    public DispatchReport Dispatch(DateTimeOffset now, Action<int>? progress = null)
    {
        var report = new DispatchReport();
        // Messages under way are those of a crash only while nobody else sends.
        using var turn = door.Store.TakeTurn("dispatch");
        var workspace = door.Look();
        FinishInterrupted(now, report);
        if (workspace.Mode != "live")
        {
            report.Off = workspace.Mode == "shadow"
                ? "the workspace is in shadow: it decides and sends nothing. `recoup sending live` switches sending on."
                : "sending is stopped. `recoup sending live` switches it on again.";
            return report;
        }
        var at = now > door.LastRecordedAt ? now : door.LastRecordedAt;
        while (true)
        {
            var due = Due(at);
            if (due.Count == 0) break;
            var result = door.Take([.. due.Select(m => new InputUnit(0, [new Input.Release { Key = $"release/{m.Id}", Party = m.Party, Message = m.Id }], at))]);
            if (result.Events == 0) break;
            var released = result.Outgoing.Count;
            Send(result.Outgoing, at, report);
            report.Withdrawn += Count(due, MessageStatus.Withdrawn);
            report.Deferred += due.Count - released - Count(due, MessageStatus.Withdrawn);
            progress?.Invoke(report.Sent + report.Failed + report.Unknown);
        }
        door.MergeCells(always: true);
        return report;
    }

    private void Send(IReadOnlyList<Outgoing> outgoing, DateTimeOffset at, DispatchReport report)
    {
        foreach (var group in outgoing.GroupBy(o => o.Channel))
        {
            Failpoint.Hit("dispatch.before-send");
            var messages = group.ToList();
            IReadOnlyList<ChannelAnswer> answers = channels.TryGetValue(group.Key, out var port)
                ? port.Send(messages, at)
                : [.. messages.Select(m => ChannelAnswer.Failed($"there is no channel for {m.Channel}"))];
            Failpoint.Hit("dispatch.after-send");
            Take([.. messages.Zip(answers, (m, a) => (m.Party, m.Message, a))], at, report);
        }
    }

    private void Take(IReadOnlyList<(string Party, string Message, ChannelAnswer Answer)> answers, DateTimeOffset at, DispatchReport report)
    {
        door.Take([.. answers.Select(a => new InputUnit(0, [new Input.ChannelResult { Key = $"result/{a.Message}", Party = a.Party, Message = a.Message, Outcome = a.Answer.Outcome, Detail = a.Answer.Detail }], at))]);
        report.Sent += answers.Count(a => a.Answer.Outcome == "sent");
        report.Failed += answers.Count(a => a.Answer.Outcome == "failed");
        report.Unknown += answers.Count(a => a.Answer.Outcome == "unknown");
    }

    /// <summary>Messages that a crash left between release and answer.</summary>
    private void FinishInterrupted(DateTimeOffset now, DispatchReport report)
    {
        var store = door.Store;
        var left = new List<(string Id, long Pid)>();
        var s = store.Statement("SELECT id, pid FROM message WHERE status = 1 ORDER BY id");
        while (s.Step()) left.Add((s.Text(0), s.Long(1)));
        foreach (var chunk in left.Chunk(PartSize))
        {
            var again = new List<Outgoing>();
            var lost = new List<(string, string, ChannelAnswer)>();
            foreach (var (id, pid) in chunk)
            {
                var state = store.Party(pid)!;
                store.LoadMessage(state, pid, id);
                var message = state.Messages[id];
                if (channels.TryGetValue(message.Channel, out var port) && port.IsIdempotent && TextOf(state.Id, state.LastSeq, id) is { } text) again.Add(new Outgoing(state.Id, id, message.Channel, text));
                else lost.Add((state.Id, id, ChannelAnswer.Unknown("the program ended before the channel answered")));
            }
            var at = now > door.LastRecordedAt ? now : door.LastRecordedAt;
            if (lost.Count > 0) Take(lost, at, report);
            if (again.Count > 0) Send(again, at, report);
        }
    }

    /// <summary>The text as it was released; null where the party's key is gone.</summary>
    public MessageText? TextOf(string party, long lastSeq, string message)
    {
        foreach (var row in door.Store.History(party, lastSeq))
            if (row.Kind == "message_released" && EventCodec.Decode(row.Kind, row.Version, row.Payload) is Event.MessageReleased released && released.Message == message)
                return door.Store.Vault.Open(party, released.Sealed) is { } plain ? JsonSerializer.Deserialize(plain, MessageJson.Default.MessageText) : null;
        return null;
    }

    private List<(string Id, string Party)> Due(DateTimeOffset at)
    {
        var due = new List<(string, string)>();
        var s = door.Store.Statement("SELECT m.id, p.id FROM message m JOIN party p ON p.pid = m.pid WHERE m.status = 0 AND m.not_before <= ? ORDER BY m.not_before, m.id LIMIT ?").Bind(at.ToUnixTimeMilliseconds()).Bind(PartSize);
        while (s.Step()) due.Add((s.Text(0), s.Text(1)));
        return due;
    }

    private int Count(IReadOnlyList<(string Id, string Party)> messages, MessageStatus status)
    {
        var count = 0;
        foreach (var (id, _) in messages)
        {
            var s = door.Store.Statement("SELECT status FROM message WHERE id = ?").Bind(id);
            if (s.Step()) { if (s.Int(0) == (int)status) count++; s.Reset(); }
        }
        return count;
    }
}
