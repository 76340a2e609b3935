using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;

namespace Recoup.Storage.Work;

/// <summary>
/// Letters and documents, in the chains of the customers that they go to: each step is an input that the machine handles, on the state as
/// it is by then.
/// </summary>
internal sealed class LetterOutbox(Door door, Slot slot, DispatchReport report) : Outbox<Outgoing>
{
    private readonly Aside aside = new(door, SetAsides.Dispatch, MessageOf);

    private static string MessageOf(Input input) => input switch
    {
        Input.Release release => release.Message,
        Input.ChannelResult result => result.Message,
        _ => input.Key,
    };

    public override IReadOnlyList<Standing> Interrupted()
    {
        var left = new List<(string Id, long Pid, byte[] State)>();
        var s = door.Store.Statement("SELECT id, pid, state FROM message WHERE status = 1 AND pid >= ? AND pid < ? ORDER BY id")
            .Bind(slot.FromPid).Bind(slot.ToPid);
        while (s.Step()) left.Add((s.Text(0), s.Long(1), s.Blob(2).ToArray()));
        var found = new List<Standing>();
        foreach (var (id, pid, state) in left)
        {
            var party = door.Store.PartyIdAt(pid) ?? "";
            Try(party, id, () => found.Add(new Standing(id, party, MessageChapter.Rows.Decode(state).Channel, 0)));
        }
        return found;
    }

    public override IReadOnlyList<Standing> Due(DateTimeOffset at, Standing? after)
    {
        while (true)
        {
            var (due, last) = Part(at, after);
            // Where no row of a part could be read there are others behind it.
            if (due.Count > 0 || last is null) return due;
            after = last;
        }
    }

    private (List<Standing> Due, Standing? Last) Part(DateTimeOffset at, Standing? after)
    {
        var rows = new List<(Standing Row, byte[] State)>();
        var s = door.Store.Statement("SELECT m.id, p.id, m.not_before, m.state FROM message m JOIN party p ON p.pid = m.pid WHERE m.status = 0 AND "
            + "m.pid >= ? AND m.pid < ? AND m.not_before <= ? AND (m.not_before, m.id) > (?, ?) ORDER BY m.not_before, m.id LIMIT ?")
            .Bind(slot.FromPid).Bind(slot.ToPid).Bind(at.ToUnixTimeMilliseconds()).Bind(after?.Order ?? long.MinValue).Bind(after?.Id ?? "")
            .Bind(Port<Outgoing>.PartSizeMax);
        while (s.Step()) rows.Add((new Standing(s.Text(0), s.Text(1), "", s.Long(2)), s.Blob(3).ToArray()));
        var due = new List<Standing>();
        foreach (var (row, state) in rows)
            Try(row.Party, row.Id, () => due.Add(row with { Channel = MessageChapter.Rows.Decode(state).Channel }));
        return (due, rows.Count > 0 ? rows[^1].Row : null);
    }

    public override string? AddressOf(Standing intent)
    {
        var (pid, state) = door.Store.Party(intent.Party)!.Value;
        door.Store.Load(state.Messages, pid, intent.Id);
        var addressee = PartyAddresses.AddresseeOf(state, state.Account(state.Messages[intent.Id].Account)!, intent.Channel);
        return PartyAddresses.Of(door.Store.Vault, state, addressee, intent.Channel)?.Address;
    }

    public override IReadOnlyList<Outgoing> Release(IReadOnlyList<Standing> due, DateTimeOffset at)
    {
        var result = aside.Take([.. due.Select(m =>
            new InputUnit(0, [new Input.Release { Key = $"release/{m.Id}", Party = m.Party, Message = m.Id }], at))]);
        var failed = result.Units.Count(u => u.Status == UnitStatus.SetAside);
        var withdrawn = Count(due, IntentStatus.Withdrawn);
        report.SetAside += failed;
        report.Withdrawn += withdrawn;
        report.Deferred += due.Count - result.Outgoing.Count - withdrawn - failed;
        return result.Outgoing;
    }

    public override Outgoing? Again(Standing intent)
    {
        var state = door.Store.Party(intent.Party)!.Value.State;
        return Settling.ReleasedText(door.Store, state.Id, state.LastSeq, intent.Id) is { } text
            ? new Outgoing(state.Id, intent.Id, intent.Channel, text) : null;
    }

    public override void Answer(IReadOnlyList<(string Party, string Intent, ChannelAnswer Answer)> answers, DateTimeOffset at)
    {
        var result = aside.Take([.. answers.Select(a => new InputUnit(0,
            [new Input.ChannelResult { Key = $"result/{a.Intent}", Party = a.Party, Message = a.Intent, Outcome = a.Answer.Outcome, Detail = a.Answer.Detail,
                Until = a.Answer.Until, BadAddress = a.Answer.BadAddress, Blocked = a.Answer.Blocked, Reference = a.Answer.Reference }], at))]);
        report.SetAside += result.Units.Count(u => u.Status == UnitStatus.SetAside);
        report.Count(answers.Where((_, i) => result.Units[i].Status != UnitStatus.SetAside).Select(a => a.Answer.Outcome));
    }

    public override void Try(string party, string intent, Action work)
    {
        try { work(); }
        catch (Exception e) when (SetAsides.MayBeOf(e)) { Note(party, intent, e); }
    }

    public override void Note(string party, string intent, Exception e)
    {
        aside.Note(party, intent, e);
        report.SetAside++;
    }

    private int Count(IReadOnlyList<Standing> messages, IntentStatus status)
    {
        var count = 0;
        foreach (var message in messages)
        {
            var s = door.Store.Statement("SELECT status FROM message WHERE id = ?").Bind(message.Id);
            if (s.Step()) { if (s.Int(0) == (int)status) count++; s.Reset(); }
        }
        return count;
    }
}
