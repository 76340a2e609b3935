using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>A channel: takes cleared messages, says of each what became of it.</summary>
/// <param name="IsIdempotent">Given the same message again it sends nothing twice, so after a crash it may be asked again.</param>
/// <param name="Send">Answers for each message, in their order.</param>
public sealed record ChannelPort(bool IsIdempotent, Func<IReadOnlyList<Outgoing>, DateTimeOffset, IReadOnlyList<ChannelAnswer>> Send)
{
    /// <summary>Messages released at once; so many, at most, a crash can leave of unknown fate where the channel is not idempotent.</summary>
    public int PartSize { get; init; } = Dispatcher.PartSizeMax;

    /// <summary>Why the channel takes nothing now, asked before anything is released; null: it takes messages.</summary>
    public Func<string?>? Trouble { get; init; }

    /// <summary>Whether one more message may go to an address now, asked before it is released; null: the channel does not mind how many.</summary>
    public Func<string, DateTimeOffset, bool>? Admits { get; init; }

    /// <summary>The last message of a dispatch was answered; at the instant it is dated by.</summary>
    public Action<DateTimeOffset>? Done { get; init; }
}

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
}

/// <summary>
/// Drains the outbox: releases what is due (state read again, gate asked again, recorded), hands it to its
/// channel, records the answer. Between the two records a crash leaves `sending`: an idempotent channel is asked
/// again, of any other the message becomes unknown and waits for a person.
/// </summary>
public sealed class Dispatcher(Door door, IReadOnlyDictionary<string, ChannelPort> channels)
{
    public const int PartSizeMax = 256;

    // Of the channels there are, the most careful.
    private readonly int partSize = channels.Values.Select(c => c.PartSize).Append(PartSizeMax).Min();

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
        aside = new Aside(door, SetAsides.Dispatch, MessageOf);
        FinishInterrupted(now, slot, report);
        if (workspace.Mode != "live")
        {
            report.Off = workspace.Mode == "shadow"
                ? "the workspace is in shadow: it decides and sends nothing. `recoup sending live` switches sending on."
                : "sending is stopped. `recoup sending live` switches it on again.";
            return;
        }
        var at = now > door.LastRecordedAt ? now : door.LastRecordedAt;
        try
        {
            // Each is looked at once: what stays pending has its turn in the next dispatch.
            for (var (next, last) = (Due(at, slot, default), default(DueMessage)); next.Count > 0; next = Due(at, slot, last))
            {
                stop.ThrowIfCancellationRequested();
                last = next[^1];
                var due = Admitted(next, at, report);
                if (due.Count == 0) continue;
                var result = aside.Take([.. due.Select(m => new InputUnit(0, [new Input.Release { Key = $"release/{m.Id}", Party = m.Party, Message = m.Id }],
                    at))]);
                var released = result.Outgoing.Count;
                var failed = result.Units.Count(u => u.Status == UnitStatus.SetAside);
                report.SetAside += failed;
                Send(result.Outgoing, at, report);
                var withdrawn = Count(due, MessageStatus.Withdrawn);
                report.Withdrawn += withdrawn;
                report.Deferred += due.Count - released - withdrawn - failed;
                progress?.Invoke(report.Sent + report.Failed + report.Unknown);
            }
        }
        finally
        {
            foreach (var channel in channels.Values) channel.Done?.Invoke(at);
        }
        if (!door.TryMergeCells(always: true)) report.SetAside++;
    }

    private Aside aside = null!;

    private static string MessageOf(Input input) => input switch
    {
        Input.Release release => release.Message,
        Input.ChannelResult result => result.Message,
        _ => input.Key,
    };

    /// <summary>Does what concerns one message; where that fails it is set aside, and the others go on.</summary>
    private void Try(string party, string message, DispatchReport report, Action work)
    {
        try { work(); }
        catch (Exception e) when (SetAsides.MayBeOf(e))
        {
            aside.Note(party, message, e);
            report.SetAside++;
        }
    }

    /// <summary>Those whose channel takes them now: nothing is released, and nothing written, for those that must wait anyway.</summary>
    private List<DueMessage> Admitted(IReadOnlyList<DueMessage> due, DateTimeOffset at, DispatchReport report)
    {
        if (channels.Values.All(c => c.Trouble is null && c.Admits is null)) return [.. due];
        var store = door.Store;
        var troubles = new Dictionary<string, string?>(StringComparer.Ordinal);
        var admitted = new List<DueMessage>(due.Count);
        foreach (var m in due) Try(m.Party, m.Id, report, () => Admit(m));
        return admitted;

        void Admit(DueMessage m)
        {
            var (pid, state) = store.Party(m.Party)!.Value;
            store.Load(state.Messages, pid, m.Id);
            var message = state.Messages[m.Id];
            if (channels.GetValueOrDefault(message.Channel) is not { } port)
            {
                admitted.Add(m);
                return;
            }
            if (!troubles.TryGetValue(message.Channel, out var trouble)) troubles[message.Channel] = trouble = port.Trouble?.Invoke();
            if (trouble is not null)
            {
                report.Troubles[message.Channel] = trouble;
                report.Waiting++;
            }
            // Without an address there is nothing to count; the gate will say so.
            else if (port.Admits is { } admits && PartyAddresses.Of(store.Vault, state, Addressee(state, message), message.Channel) is { } to
                && !admits(to.Address, at)) report.Throttled++;
            else admitted.Add(m);
        }
    }

    private static AccountDetails Addressee(PartyState state, MessageState message) =>
        PartyAddresses.AddresseeOf(state, state.Account(message.Account)!, message.Channel);

    private void Send(IReadOnlyList<Outgoing> outgoing, DateTimeOffset at, DispatchReport report)
    {
        foreach (var group in outgoing.GroupBy(o => o.Channel))
        {
            Failpoint.Hit("dispatch.before-send");
            var messages = group.ToList();
            var answers = channels.TryGetValue(group.Key, out var port)
                ? Hand(port, ref messages, at, report)
                : [.. messages.Select(m => ChannelAnswer.Failed($"there is no channel for {m.Channel}"))];
            Failpoint.Hit("dispatch.after-send");
            Take([.. messages.Zip(answers, (m, a) => (m.Party, m.Message, a))], at, report);
        }
    }

    /// <summary>
    /// Where a channel fails over all together, one that is idempotent is given each by itself, and what fails alone is set
    /// aside. Of one that is not nobody knows what it did by then.
    /// </summary>
    /// <param name="messages">Those that were answered, afterwards.</param>
    private IReadOnlyList<ChannelAnswer> Hand(ChannelPort port, ref List<Outgoing> messages, DateTimeOffset at, DispatchReport report)
    {
        try { return port.Send(messages, at); }
        catch (Exception e) when (SetAsides.MayBeOf(e))
        {
            if (!port.IsIdempotent)
            {
                foreach (var message in messages) aside.Note(message.Party, message.Message, e);
                report.SetAside += messages.Count;
                return [.. messages.Select(_ => ChannelAnswer.Unknown($"its channel failed: {e.GetType().Name}"))];
            }
        }
        var (answered, answers) = (new List<Outgoing>(), new List<ChannelAnswer>());
        foreach (var message in messages)
            Try(message.Party, message.Message, report, () =>
            {
                answers.AddRange(port.Send([message], at));
                answered.Add(message);
            });
        messages = answered;
        return answers;
    }

    private void Take(IReadOnlyList<(string Party, string Message, ChannelAnswer Answer)> answers, DateTimeOffset at, DispatchReport report)
    {
        if (answers.Count == 0) return;
        var result = aside.Take([.. answers.Select(a => new InputUnit(0,
            [new Input.ChannelResult { Key = $"result/{a.Message}", Party = a.Party, Message = a.Message, Outcome = a.Answer.Outcome, Detail = a.Answer.Detail,
                Until = a.Answer.Until, BadAddress = a.Answer.BadAddress }], at))]);
        report.SetAside += result.Units.Count(u => u.Status == UnitStatus.SetAside);
        var kept = answers.Where((_, i) => result.Units[i].Status != UnitStatus.SetAside).Select(a => a.Answer.Outcome).ToList();
        report.ToRetry += kept.Count(o => o == "deferred");
        report.Sent += kept.Count(o => o == "sent");
        report.Failed += kept.Count(o => o == "failed");
        report.Unknown += kept.Count(o => o == "unknown");
    }

    /// <summary>Messages that a crash left between release and answer.</summary>
    private void FinishInterrupted(DateTimeOffset now, Slot slot, DispatchReport report)
    {
        var store = door.Store;
        var left = new List<(string Id, long Pid)>();
        var s = store.Statement("SELECT id, pid FROM message WHERE status = 1 AND pid >= ? AND pid < ? ORDER BY id").Bind(slot.FromPid).Bind(slot.ToPid);
        while (s.Step()) left.Add((s.Text(0), s.Long(1)));
        foreach (var chunk in left.Chunk(partSize))
        {
            var again = new List<Outgoing>();
            var lost = new List<(string, string, ChannelAnswer)>();
            foreach (var (id, pid) in chunk) Try(store.PartyIdAt(pid) ?? "", id, report, () => Finish(id, pid, again, lost));
            var at = now > door.LastRecordedAt ? now : door.LastRecordedAt;
            if (lost.Count > 0) Take(lost, at, report);
            if (again.Count > 0) Send(again, at, report);
        }

        void Finish(string id, long pid, List<Outgoing> again, List<(string, string, ChannelAnswer)> lost)
        {
            var state = store.Party(pid)!;
            store.Load(state.Messages, pid, id);
            var message = state.Messages[id];
            if (channels.TryGetValue(message.Channel, out var port) && port.IsIdempotent && TextOf(state.Id, state.LastSeq, id) is { } text)
                again.Add(new Outgoing(state.Id, id, message.Channel, text));
            else lost.Add((state.Id, id, ChannelAnswer.Unknown("the program ended before the channel answered")));
        }
    }

    /// <summary>The text as it was released; null where the party's key is gone.</summary>
    public MessageText? TextOf(string party, long lastSeq, string message) => Settling.ReleasedText(door.Store, party, lastSeq, message);

    private readonly record struct DueMessage(string Id, string Party, long NotBefore);

    /// <summary>The next part of what is due, behind another, in the order of their time.</summary>
    private List<DueMessage> Due(DateTimeOffset at, Slot slot, DueMessage after)
    {
        var due = new List<DueMessage>();
        var s = door.Store.Statement("SELECT m.id, p.id, m.not_before FROM message m JOIN party p ON p.pid = m.pid WHERE m.status = 0 AND m.pid >= ? AND "
            + "m.pid < ? AND m.not_before <= ? AND (m.not_before, m.id) > (?, ?) ORDER BY m.not_before, m.id LIMIT ?")
            .Bind(slot.FromPid).Bind(slot.ToPid).Bind(at.ToUnixTimeMilliseconds()).Bind(after.Id is null ? long.MinValue : after.NotBefore).Bind(after.Id
                ?? "").Bind(partSize);
        while (s.Step()) due.Add(new DueMessage(s.Text(0), s.Text(1), s.Long(2)));
        return due;
    }

    private int Count(IReadOnlyList<DueMessage> messages, MessageStatus status)
    {
        var count = 0;
        foreach (var (id, _, _) in messages)
        {
            var s = door.Store.Statement("SELECT status FROM message WHERE id = ?").Bind(id);
            if (s.Step()) { if (s.Int(0) == (int)status) count++; s.Reset(); }
        }
        return count;
    }
}
