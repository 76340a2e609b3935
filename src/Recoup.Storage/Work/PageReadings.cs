using System.Globalization;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>Rows of a list and where the next ones begin; null at the end.</summary>
public sealed record Slice<T>(IReadOnlyList<T> Rows, string? Next);

/// <summary>An account as a list shows it. Sums are by currency, minor units.</summary>
public sealed record AccountLine(string Account, string Party, string Portfolio, string? Name, IReadOnlyList<(string Currency, long Open, long Overdue)> Sums)
{
    /// <summary>In order.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>An open item with whose it is. Minor units of the item's currency, at the end of the day asked for.</summary>
public sealed record ItemLine(string Account, string? Name, string Portfolio, string Segment, string Number, ItemKind Kind, DateOnly IssuedOn, DateOnly DueOn,
    string Currency, long Amount, long Open, bool Disputed)
{
    /// <summary>In a payment plan that is open.</summary>
    public bool Planned { get; init; }
}

/// <summary>A payment plan as a list shows it.</summary>
/// <param name="AsOf">The day up to which what was paid is counted.</param>
public sealed record PlanLine(PlanState Plan, string Party, string? Name, string Portfolio, DateOnly AsOf);

/// <summary>A message as a list shows it.</summary>
public sealed record MessageLine(Intent Message, string? Name)
{
    public IntentBody.Written Written => (IntentBody.Written)Message.Body;

    /// <summary>Where its account is now; the message's own is where it was when the message was decided.</summary>
    public string Portfolio { get; init; } = Message.Portfolio;
}

/// <summary>A message, its text as sent (null: not sent yet, or the party's key is gone), the decision for it, and what became of it, oldest first.</summary>
public sealed record MessageLook(Intent Message, string Party, string? Name, MessageText? Text, Explained? Decision, IReadOnlyList<JournalRow> Events)
{
    public IntentBody.Written Written => (IntentBody.Written)Message.Body;
}

/// <summary>The end of one chain.</summary>
public sealed record ChainEnd(int Partition, long Seq, string Hash, DateTimeOffset RecordedAt);

/// <summary>
/// What pages list: each reading in one snapshot, along an index, so that a page costs what it shows and not what
/// there is. Cursors are opaque; a page's link holds one.
/// </summary>
public sealed class PageReadings
{
    /// <summary>A list that is filtered looks at so many rows for one page, then offers to go on.</summary>
    public const int LookedAtMax = 4000;

    private readonly Store store;
    private readonly Readings readings;

    private readonly Viewer viewer;

    /// <param name="viewer">Who sees it; null: somebody who sees everything.</param>
    public PageReadings(Store store, Viewer? viewer = null)
    {
        this.viewer = viewer ?? Viewer.Everything("");
        readings = new Readings(store, this.viewer);
        this.store = store;
    }

    /// <summary>Changes with everything recorded: what was computed under one version holds until the next.</summary>
    public string Version() => readings.Read(_ => string.Create(CultureInfo.InvariantCulture, $"{store.WorkspaceId}/{store.Heads().Sum(h => h.Seq)}"));

    /// <summary>The workspace, folded from its partition, which is small.</summary>
    public WorkspaceState Workspace() => readings.Workspace();

    /// <summary>What happened to the workspace as a whole, newest first.</summary>
    public IReadOnlyList<JournalRow> WorkspaceHistory(int limit) => readings.Read(_ =>
    {
        var rows = new List<JournalRow>();
        for (var seq = store.Heads()[Partition.Workspace].Seq; seq > 0 && rows.Count < limit; seq--)
            if (store.JournalAt(Partition.Workspace, seq) is { } row) rows.Add(row);
        return rows;
    });

    public IReadOnlyList<ChainEnd> Chains() => readings.Read(_ => store.Heads().Where(h => h.Seq > 0)
        .Select(h => new ChainEnd(h.Partition, h.Seq, Convert.ToHexStringLower(h.Hash), DateTimeOffset.FromUnixTimeMilliseconds(h.RecordedAt))).ToList());

    // --- accounts ---

    /// <summary>Accounts whose id begins so, in order of id; an empty prefix lists all.</summary>
    /// <param name="tag">Only those that have it; null: all.</param>
    public Slice<AccountLine> Accounts(string prefix, string? tag, DateOnly asOf, string? after, int limit) =>
        Narrowing.Page(viewer, after, limit, (from, most) => AllAccounts(prefix, tag, asOf, from, most), l => viewer.Sees(l.Portfolio));

    private Slice<AccountLine> AllAccounts(string prefix, string? tag, DateOnly asOf, string? after, int limit) => readings.Read(_ =>
    {
        var found = new List<(string Account, string Party)>();
        // An account of another party, as one that came along when its own became part of that, is there once: no page ends between the two.
        var s = tag is null
            ? store.Statement("""
            SELECT id, id FROM party WHERE id >= ? AND id > ? AND id < ? AND NOT EXISTS(SELECT 1 FROM account WHERE account = party.id)
            UNION ALL SELECT account, party FROM account WHERE account >= ? AND account > ? AND account < ? ORDER BY 1 LIMIT ?
            """)
            : store.Statement("SELECT account, party.id FROM account_tag JOIN party ON party.pid = account_tag.pid WHERE is_set = 1 AND tag = ? "
                + "AND account >= ? AND account > ? AND account < ? ORDER BY account LIMIT ?").Bind(tag);
        for (var twice = tag is null ? 0 : 1; twice < 2; twice++) s.Bind(prefix).Bind(after ?? "").Bind(prefix + "\U0010FFFF");
        s.Bind(limit + 1);
        while (s.Step()) found.Add((s.Text(0), s.Text(1)));
        var lines = new List<AccountLine>();
        foreach (var (account, party) in found.Take(limit))
        {
            var known = true;
            var line = store.OrTrouble(store.PidOf(party), () =>
            {
                known = false;
                var read = store.Party(party) is var (_, state) ? Line(state, account, asOf) : null;
                known = true;
                return read;
            });
            if (line is not null) lines.Add(line);
            // Of one that can't be read the list says that it is there.
            else if (!known) lines.Add(new AccountLine(account, party, "–", null, []));
        }
        return new Slice<AccountLine>(lines, found.Count > limit ? found[limit - 1].Account : null);
    });

    private AccountLine? Line(PartyState state, string account, DateOnly asOf)
    {
        if (state.Account(account) is not { } details) return null;
        var sums = state.Exposures.Where(e => e.Account == account).GroupBy(e => e.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, g.Sum(e => e.Minor), g.Where(e => Ageing.IsOverdue(e.DueOn, asOf)).Sum(e => e.Minor))).ToList();
        return new AccountLine(account, state.Id, details.Portfolio, NameOf(state, account), sums) { Tags = [.. state.TagsOf(account)] };
    }

    /// <summary>The tags that accounts have, and how many have each; in order.</summary>
    public IReadOnlyList<(string Tag, int Accounts)> Tags() => readings.Read(_ =>
    {
        var tags = new List<(string, int)>();
        if (viewer.IsNarrow)
        {
            var found = new List<(string Tag, string Account, long Pid)>();
            var each = store.Statement("SELECT tag, account, pid FROM account_tag WHERE is_set = 1 ORDER BY tag, account LIMIT ?").Bind(LookedAtMax);
            while (each.Step()) found.Add((each.Text(0), each.Text(1), each.Long(2)));
            return [.. found.Where(f => store.OrTrouble(f.Pid, () => store.Party(f.Pid)) is { } party
                    && party.Account(f.Account) is { } details && viewer.Sees(details.Portfolio))
                .GroupBy(f => f.Tag).Select(g => (g.Key, g.Count()))];
        }
        var s = store.Statement("SELECT tag, count(*) FROM account_tag WHERE is_set = 1 GROUP BY tag ORDER BY tag LIMIT ?").Bind(TagsMax);
        while (s.Step()) tags.Add((s.Text(0), s.Int(1)));
        return tags;
    });

    /// <summary>So many tags a list can be narrowed by; one with more narrows by what is written.</summary>
    private const int TagsMax = 200;

    private string? NameOf(PartyState state, string account) => PartyAddresses.OpenPersonal(store.Vault, state.Id, state.Account(account))?.Name;

    /// <summary>Items whose number begins so, open or not, in order of number.</summary>
    public IReadOnlyList<ItemLine> ItemsByNumber(string prefix, DateOnly asOf, int limit) => readings.Read(_ =>
    {
        var found = new List<(long Pid, byte[] State)>();
        var s = store.Statement("SELECT pid, state FROM item WHERE number >= ? AND number < ? ORDER BY number LIMIT "
            + "?").Bind(prefix).Bind(prefix + "\U0010FFFF").Bind(limit);
        while (s.Step()) found.Add((s.Long(0), s.Blob(1).ToArray()));
        return found.Select(f => store.OrTrouble(f.Pid, () => Line(ReceivableChapter.ItemRows.Decode(f.State), store.Party(f.Pid)!, asOf)))
            .OfType<ItemLine>().Where(l => viewer.Sees(l.Portfolio)).ToList();
    });

    private ItemLine Line(ItemState item, PartyState party, DateOnly asOf)
    {
        var (portfolio, segment) = party.PlaceOn(item.Account, asOf);
        return new ItemLine(item.Account, NameOf(party, item.Account), portfolio, segment, item.Number, item.Kind, item.IssuedOn, item.DueAt(asOf),
            item.Currency, item.Amount, item.BalanceOn(asOf), item.IsDisputedOn(asOf) || party.IsDisputedOn(item.Account, asOf))
        {
            Planned = item.IsPlannedOn(asOf),
        };
    }

    /// <summary>Items of an account: the open ones by due day, or all by number.</summary>
    public Slice<ItemLine> ItemsOf(PartyState state, string account, bool openOnly, DateOnly asOf, string? after, int limit) => readings.Read(_ =>
    {
        var pid = store.Party(state.Id)!.Value.Pid;
        var at = Cursor.Read(after, 2);
        var s = openOnly
            ? store.Statement("SELECT state FROM item WHERE pid = ? AND open = 1 AND account = ? AND (due, number) > (?, ?) ORDER BY due, number LIMIT "
                + "?").Bind(pid).Bind(account).Bind(Cursor.Number(at?[0])).Bind(at?[1] ?? "").Bind(limit + 1)
            : store.Statement("SELECT state FROM item WHERE pid = ? AND account = ? AND number > ? ORDER BY number LIMIT "
                + "?").Bind(pid).Bind(account).Bind(at?[1] ?? "").Bind(limit + 1);
        var items = new List<ItemState>();
        while (s.Step()) items.Add(ReceivableChapter.ItemRows.Decode(s.Blob(0)));
        var next = items.Count > limit ? Cursor.Write(items[limit - 1].DueOn.DayNumber, items[limit - 1].Number) : null;
        return new Slice<ItemLine>([.. items.Take(limit).Select(i => Line(i, state, asOf)).Where(l => !openOnly || l.Open != 0)], next);
    });

    /// <summary>Open items due from one day to another, both included, oldest first, as they stand at the end of <paramref name="asOf"/>.</summary>
    public Slice<ItemLine> OpenItemsDue(DateOnly from, DateOnly to, DateOnly asOf, Func<ItemLine, bool> wanted, string? after, int limit) => readings.Read(_ =>
    {
        var at = Cursor.Read(after, 4);
        var lines = new List<ItemLine>();
        var parties = new Dictionary<long, PartyState>();
        string? last = null;
        var looked = 0;
        var s = store.Statement("SELECT pid, due, account, number, state FROM item WHERE open = 1 AND due >= ? AND due <= ? AND (due, pid, account, number) > "
            + "(?, ?, ?, ?) ORDER BY due, pid, account, number")
            .Bind(from.DayNumber).Bind(to.DayNumber).Bind(at is null ? -1 : Cursor.Number(at[0])).Bind(Cursor.Number(at?[1])).Bind(at?[2] ?? "").Bind(at?[3]
                ?? "");
        while (s.Step())
        {
            if (lines.Count == limit || looked == LookedAtMax)
            {
                s.Reset();
                return new Slice<ItemLine>(lines, last);
            }
            looked++;
            var pid = s.Long(0);
            last = Cursor.Write(s.Int(1), pid, s.Text(2), s.Text(3));
            var state = s.Blob(4).ToArray();
            var line = store.OrTrouble(pid, () =>
            {
                var item = ReceivableChapter.ItemRows.Decode(state);
                if (item.BalanceOn(asOf) == 0) return null;
                if (!parties.TryGetValue(pid, out var party)) parties[pid] = party = store.Party(pid)!;
                return Line(item, party, asOf);
            });
            if (line is not null && line.DueOn >= from && line.DueOn <= to && viewer.Sees(line.Portfolio) && wanted(line)) lines.Add(line);
        }
        return new Slice<ItemLine>(lines, null);
    });

    /// <summary>
    /// What happened about an account, newest first: by the day on which it took effect, then by when it was recorded. Ordered
    /// so are the newest <see cref="TimelineBlock"/> events, then as many before them, so that a page never reads all there is.
    /// </summary>
    public Slice<JournalRow> Timeline(PartyState state, string account, string? after, int limit) => readings.Read(_ =>
    {
        var at = Cursor.Read(after, 3);
        var party = at?[2] ?? state.Id;
        var (from, skip) = (at is null ? state.LastSeq : Cursor.Number(at[0]), at is null ? 0 : (int)Math.Clamp(Cursor.Number(at[1]), 0, TimelineBlock));
        if (!state.KeyIds.Contains(party) || store.JournalAt(Partition.Of(party), from) is not { } first || first.Party != party)
            return new Slice<JournalRow>([], null);
        var block = store.HistoryOf(account, party, from).Where(row => row.Account == account).Take(TimelineBlock + 1).ToList();
        var before = block.Count > TimelineBlock ? block[^1] : null;
        var ordered = block.Take(TimelineBlock).OrderByDescending(r => r.EffectiveOn).ThenByDescending(r => r.RecordedAt).ThenByDescending(r => r.Seq)
            .Skip(skip).ToList();
        var next = ordered.Count > limit ? Cursor.Write(from, skip + limit, party) : before is not null ? Cursor.Write(before.Seq, 0, before.Party) : null;
        return new Slice<JournalRow>([.. ordered.Take(limit).Select(row => SealedWords.Open(store.Vault, row))], next);
    });

    public const int TimelineBlock = 2000;

    /// <summary>The events about an account that were recorded last, newest first.</summary>
    public IReadOnlyList<JournalRow> LastRecorded(PartyState state, string account, int limit) =>
        readings.Read(_ => store.HistoryOf(account, state.Id, state.LastSeq).Where(row => row.Account == account).Take(limit)
            .Select(row => SealedWords.Open(store.Vault, row)).ToList());

    // --- messages ---

    /// <summary>Newest first by the time from which they may leave.</summary>
    public Slice<MessageLine> Messages(IntentStatus? status, string? after, int limit) =>
        Narrowing.Page(viewer, after, limit, (from, most) => AllMessages(status, from, most), l => viewer.Sees(l.Portfolio));

    private Slice<MessageLine> AllMessages(IntentStatus? status, string? after, int limit) => readings.Read(_ =>
    {
        var at = Cursor.Read(after, 2);
        var (time, id) = (at is null ? long.MaxValue : Cursor.Number(at[0]), at?[1] ?? "");
        var s = status is { } wanted
            ? store.Statement("SELECT pid, not_before, id, state FROM message WHERE status = ? AND (not_before, id) < (?, ?) ORDER BY not_before DESC, id "
                + "DESC LIMIT ?").Bind((long)wanted).Bind(time).Bind(id).Bind(limit + 1)
            : store.Statement("SELECT pid, not_before, id, state FROM message WHERE (not_before, id) < (?, ?) ORDER BY not_before DESC, id DESC LIMIT "
                + "?").Bind(time).Bind(id).Bind(limit + 1);
        var found = new List<(long Pid, string Cursor, byte[] State)>();
        while (s.Step()) found.Add((s.Long(0), Cursor.Write(s.Long(1), s.Text(2)), s.Blob(3).ToArray()));
        var lines = found.Take(limit).Select(f => store.OrTrouble(f.Pid, () =>
        {
            var message = MessageChapter.Rows.Decode(f.State);
            return store.OrTrouble(f.Pid, () => Line(message, store.Party(f.Pid)!)) ?? new MessageLine(message, null);
        }));
        return new Slice<MessageLine>([.. lines.OfType<MessageLine>()], found.Count > limit ? found[limit - 1].Cursor : null);
    });

    private MessageLine Line(Intent message, PartyState party)
    {
        if (message.Detail is { } detail) message.Detail = SealedWords.Open(store.Vault, party.Id, detail);
        return new MessageLine(message, NameOf(party, message.Account)) { Portfolio = PlaceOf(message, party) };
    }

    /// <summary>Where the message's account is now: who may see that sees its messages, those of before it moved too, and nobody else does.</summary>
    private static string PlaceOf(Intent message, PartyState party) => party.Account(message.Account)?.Portfolio ?? message.Portfolio;

    /// <summary>How many messages of a status may leave from one instant to another, the second not included.</summary>
    public int CountMessages(IntentStatus status, DateTimeOffset? from = null, DateTimeOffset? before = null) => readings.Read(_ =>
    {
        // The table does not tell whose a message is: who sees some of them alone waits for each to be looked at.
        var s = store.Statement($"SELECT {(viewer.IsNarrow ? "pid, state" : "count(*)")} FROM message WHERE status = ? AND not_before >= ? AND not_before < ?")
            .Bind((long)status).Bind(from?.ToUnixTimeMilliseconds() ?? 0).Bind(before?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        if (viewer.IsNarrow)
        {
            var found = new List<(long Pid, Intent Message)>();
            while (s.Step()) found.Add((s.Long(0), MessageChapter.Rows.Decode(s.Blob(1))));
            return found.Count(f => store.Party(f.Pid) is { } party && viewer.Sees(PlaceOf(f.Message, party)));
        }
        s.Step();
        var count = s.Int(0);
        s.Reset();
        return count;
    });

    /// <summary>Null where there is no such message.</summary>
    public MessageLook? Message(string id) => readings.Read(_ =>
    {
        var s = store.Statement("SELECT pid, state FROM message WHERE id = ?").Bind(id);
        if (!s.Step()) return null;
        var (pid, message) = (s.Long(0), MessageChapter.Rows.Decode(s.Blob(1)));
        s.Reset();
        var state = store.Party(pid)!;
        if (!viewer.Sees(PlaceOf(message, state))) return null;
        if (message.Detail is { } detail) message.Detail = SealedWords.Open(store.Vault, state.Id, detail);
        var events = new List<JournalRow>();
        Explained? decision = null;
        foreach (var row in store.History(state.Id, state.LastSeq))
        {
            var e = EventCodec.Decode(row.Kind, row.Version, row.Payload);
            if (e is DecisionEvent.Made decided && decided.Decision.Intent == id)
            {
                // Nothing about the message is older.
                decision = new Explained(row, decided.Decision);
                break;
            }
            if (IntentOf(e) == id) events.Add(SealedWords.Open(store.Vault, row));
        }
        // One that was put off by its channel was written anew: what was sent is the text of its last release.
        var text = events.Exists(row => row.Kind == "message_released") ? Settling.ReleasedText(store, state.Id, state.LastSeq, id) : null;
        events.Reverse();
        return new MessageLook(message, state.Id, NameOf(state, message.Account), text, decision, events);
    });

    /// <summary>The message or work item that an event is about; null for other events.</summary>
    public static string? IntentOf(Event e) => e switch
    {
        MessageEvent.Released m => m.Message,
        MessageEvent.Deferred m => m.Message,
        MessageEvent.Withdrawn m => m.Message,
        MessageEvent.Settled m => m.Message,
        MessageEvent.Bounced m => m.Message,
        MessageEvent.Delivered m => m.Message,
        WorkItemEvent.ReplyWanted w => w.WorkItem,
        WorkItemEvent.Closed w => w.WorkItem,
        _ => null,
    };

    // --- payment plans ---

    /// <summary>Those of a state (open has the late and missed ones too; null: all) and of an account (null: everybody's), newest first.</summary>
    public Slice<PlanLine> Plans(string? state, string? account, DateOnly asOf, string? after, int limit) =>
        Narrowing.Page(viewer, after, limit, (from, most) => AllPlans(state, account, asOf, from, most), l => viewer.Sees(l.Portfolio));

    private Slice<PlanLine> AllPlans(string? state, string? account, DateOnly asOf, string? after, int limit) => readings.Read(_ =>
    {
        var at = Cursor.Read(after, 2);
        var statuses = state == "open" ? PlanState.OpenStatuses : state is null ? [] : [state];
        var sql = "SELECT pid, agreed_on, plan, state FROM payment_plan WHERE (agreed_on, plan) < (?, ?)"
            + (statuses.Count == 0 ? "" : $" AND status IN ({string.Join(", ", statuses.Select(_ => "?"))})")
            + (account is null ? "" : " AND account = ?") + " ORDER BY agreed_on DESC, plan DESC LIMIT ?";
        var s = store.Statement(sql).Bind(at is null ? DateOnly.MaxValue.DayNumber : Cursor.Number(at[0])).Bind(at?[1] ?? "");
        foreach (var status in statuses) s.Bind(status);
        if (account is not null) s.Bind(account);
        s.Bind(limit + 1);
        var found = new List<(long Pid, string Cursor, byte[] State)>();
        while (s.Step()) found.Add((s.Long(0), Cursor.Write(s.Long(1), s.Text(2)), s.Blob(3).ToArray()));
        var lines = found.Take(limit).Select(f => store.OrTrouble(f.Pid, () =>
        {
            var plan = PlanChapter.Rows.Decode(f.State);
            var party = store.Party(f.Pid)!;
            return new PlanLine(plan, party.Id, NameOf(party, plan.Account), party.Account(plan.Account)!.Portfolio, asOf);
        })).OfType<PlanLine>().ToList();
        return new Slice<PlanLine>(lines, found.Count > limit ? found[limit - 1].Cursor : null);
    });
}
