using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Storage.Work;

/// <summary>A work item, or a callback that is due, as a list shows it.</summary>
/// <param name="Phone">Null too where nobody may call; <see cref="DoNotCall"/> says why.</param>
public sealed record WorklistEntry(WorkItemState Work, string Party, string? Name, string? Phone, decimal Priority)
{
    /// <summary>The kind of the work that a callback is.</summary>
    public const string CallbackKind = "callback";

    /// <summary>The callback that it is, with what the customer wants to speak about opened; null: it is a work item, which a decision made.</summary>
    public CallbackState? Callback { get; init; }

    /// <summary>Of the account, in order.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Why the customer may not be called on the last business day; null: nothing forbids it.</summary>
    public string? DoNotCall { get; init; }

    /// <summary>The number as people read it, and as it is dialled; null: there is none, or it must not be called.</summary>
    public (string Shown, string Dialled)? Number { get; init; }

    /// <summary>The item as a person may act on it: what was decided then may be forbidden by now.</summary>
    internal static WorklistEntry Of(WorkItemState work, PartyState state, IVault vault, decimal priority, DateOnly today)
    {
        var account = state.Account(work.Account)!;
        var personal = PartyAddresses.OpenPersonal(vault, state.Id, account);
        var called = PartyAddresses.AddresseeOf(state, account, Channel.Call);
        var number = state.Contact.Point(Channel.Call)?.Token ?? called.PhoneToken;
        var forbidden =
            state.Erased ? "the person was erased"
            : state.Contact.HasOptedOut(Channel.Call, number, today, PartyAddresses.OtherTokens(vault, state, called, Channel.Call)) ? "consent was withdrawn"
            : state.Holds.Any(h => h.Account == work.Account && h.StandsOn(today)) ? "the account is on hold"
            : work.Kind != CallbackKind && state.CalledBackOn(today) is { } day ? $"a callback is agreed for {day:yyyy-MM-dd}"
            : null;
        var phone = forbidden is null ? PartyAddresses.Of(vault, state, called, Channel.Call)?.Address : null;
        return new WorklistEntry(work, state.Id, personal?.Name, phone, priority)
        {
            DoNotCall = forbidden,
            Number = phone is null ? null : (PhoneNumber.Shown(phone, called.Country), PhoneNumber.E164(phone, called.Country) ?? phone),
            Tags = [.. state.TagsOf(work.Account)],
        };
    }

    /// <summary>A callback as work: what is at stake is what its account has overdue, in the currency of most items.</summary>
    internal static WorklistEntry Of(CallbackState callback, PartyState state, IVault vault, DateOnly today)
    {
        var overdue = state.Exposures.Where(e => e.Account == callback.Account && Ageing.IsOverdue(e.DueOn, today)).GroupBy(e => e.Currency)
            .MaxBy(g => g.Sum(e => e.Items));
        callback.About = callback.About is { } about ? Core.SealedWords.Open(vault, state.Id, about) : null;
        var work = new WorkItemState
        {
            Id = callback.Callback, Kind = CallbackKind, Portfolio = state.Account(callback.Account)!.Portfolio, Account = callback.Account,
            Rule = CallbackKind, Owner = callback.Agent, CreatedOn = callback.MadeOn, DueOn = callback.Day,
            Minor = overdue?.Sum(e => e.Minor) ?? 0,
            Currency = overdue?.Key ?? state.Exposures.FirstOrDefault(e => e.Account == callback.Account)?.Currency ?? "EUR",
        };
        return Of(work, state, vault, 0, today) with { Callback = callback };
    }
}

/// <summary>
/// What people should do next: callbacks that are due, in the order of their times, then work items, the most valuable first. Each reading in
/// one snapshot, along an index.
/// </summary>
/// <param name="now">Callbacks are due from the beginning of their day on.</param>
/// <param name="viewer">Who sees it; null: somebody who sees everything.</param>
public sealed class WorklistReadings(Store store, DateTimeOffset now, Viewer? viewer = null)
{
    private readonly Viewer viewer = viewer ?? Viewer.Everything("");
    private readonly Readings readings = new(store, viewer);

    private const int PartSize = 1000;

    private const string Due = "status IN ('open', 'missed') AND day_begins <= ?";

    /// <summary>What is to be done.</summary>
    /// <param name="owner">Whose: agent, manager, or the name of who promised to call; null: everybody's.</param>
    /// <param name="tag">Only that of accounts that have it; null: all.</param>
    public Slice<WorklistEntry> List(string? owner, string? tag, string? after, int limit) => readings.Read(_ =>
    {
        var lines = new List<WorklistEntry>();
        var today = store.Heads().Max(h => h.RecordedOn);
        var (last, looked) = (after, 0);
        foreach (var (place, pid, read) in From(after, owner, Math.Min(limit + 1, PartSize)))
        {
            if (lines.Count == limit || ((tag is not null || viewer.IsNarrow) && looked == PageReadings.LookedAtMax))
                return new Slice<WorklistEntry>(lines, last);
            looked++;
            last = place;
            if (store.OrTrouble(pid, () => read(store.Party(pid)!, today)) is { } entry
                && viewer.Sees(entry.Work.Portfolio) && (tag is null || entry.Tags.Contains(tag))) lines.Add(entry);
        }
        return new Slice<WorklistEntry>(lines, null);
    });

    /// <summary>What stands behind something on the worklist, whether that is to be done still or not. Null: it is the last, or unknown.</summary>
    public WorklistEntry? Behind(string id, string? owner)
    {
        var at = readings.Read(_ => PlaceOf("SELECT at FROM callback WHERE callback = ?", id) is { } time ? Cursor.Write(time, id, WorklistEntry.CallbackKind)
            : PlaceOf("SELECT priority FROM work WHERE id = ?", id) is { } priority ? Cursor.Write(priority, id) : null);
        return at is null ? null : List(owner, null, at, 1).Rows.FirstOrDefault();
    }

    private long? PlaceOf(string sql, string id)
    {
        var s = store.Statement(sql).Bind(id);
        if (!s.Step()) return null;
        var place = s.Long(0);
        s.Reset();
        return place;
    }

    /// <summary>How much waits, by owner.</summary>
    public IReadOnlyDictionary<string, int> CountByOwner() => viewer.IsNarrow
        ? new SortedDictionary<string, int>(List(null, null, null, PageReadings.LookedAtMax).Rows.CountBy(e => e.Work.Owner).ToDictionary(),
            StringComparer.Ordinal)
        : readings.Read(_ =>
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var s = store.Statement("SELECT owner, count(*) FROM work WHERE open = 1 GROUP BY owner");
        while (s.Step()) counts[s.Text(0)] = s.Int(1);
        s = store.Statement($"SELECT agent, count(*) FROM callback WHERE {Due} GROUP BY agent").Bind(now.ToUnixTimeMilliseconds());
        while (s.Step()) counts[s.Text(0)] = counts.GetValueOrDefault(s.Text(0)) + s.Int(1);
        return counts;
    });

    /// <summary>Open work items of one party, newest first.</summary>
    public IReadOnlyList<WorkItemState> Of(PartyState state) => readings.Read(_ =>
    {
        var (pid, fresh) = store.Party(state.Id)!.Value;
        foreach (var pending in fresh.Pending.Where(p => p.Kind is "work" or WorkItemChapter.Reply)) store.Load(fresh.WorkItems, pid, pending.Id);
        return fresh.WorkItems.Values.OrderByDescending(w => w.CreatedOn).ThenBy(w => w.Id, StringComparer.Ordinal).ToList();
    });

    /// <summary>What is on the list behind a place, in its order, read so many at a time.</summary>
    private IEnumerable<(string Place, long Pid, Func<PartyState, DateOnly, WorklistEntry> Read)> From(string? after, string? owner, int atATime)
    {
        // A place among the callbacks has three parts, one among the work items two.
        if (Cursor.Read(after, 2) is null)
            for (var at = Cursor.Read(after, 3); ;)
            {
                var found = Callbacks(at, owner, atATime);
                foreach (var (time, id, pid, bytes) in found)
                {
                    at = [time.ToString(System.Globalization.CultureInfo.InvariantCulture), id];
                    yield return (Cursor.Write(time, id, WorklistEntry.CallbackKind), pid,
                        (party, today) => WorklistEntry.Of(CallbackChapter.Rows.Decode(bytes), party, store.Vault, today));
                }
                if (found.Count < atATime) break;
            }
        for (var at = Cursor.Read(after, 2); ;)
        {
            var found = Items(at, owner, atATime);
            foreach (var (priority, id, pid, bytes) in found)
            {
                at = [priority.ToString(System.Globalization.CultureInfo.InvariantCulture), id];
                yield return (Cursor.Write(priority, id), pid,
                    (party, today) => WorklistEntry.Of(WorkItemChapter.Rows.Decode(bytes), party, store.Vault, priority / 100m, today));
            }
            if (found.Count < atATime) break;
        }
    }

    private List<(long At, string Id, long Pid, byte[] State)> Callbacks(string[]? at, string? owner, int limit)
    {
        var s = store.Statement($"SELECT at, callback, pid, state FROM callback WHERE {Due} AND (at, callback) > (?, ?)"
            + (owner is null ? "" : " AND agent = ?") + " ORDER BY at, callback LIMIT ?")
            .Bind(now.ToUnixTimeMilliseconds()).Bind(at is null ? long.MinValue : Cursor.Number(at[0])).Bind(at?[1] ?? "");
        return Found(owner is null ? s : s.Bind(owner), limit);
    }

    private List<(long Priority, string Id, long Pid, byte[] State)> Items(string[]? at, string? owner, int limit)
    {
        var (priority, id) = (at is null ? long.MaxValue : Cursor.Number(at[0]), at?[1] ?? "");
        var s = store.Statement($"SELECT priority, id, pid, state FROM work WHERE {(owner is null ? "" : "owner = ? AND ")}"
            + "open = 1 AND priority <= ? AND (priority < ? OR id > ?) ORDER BY priority DESC, id LIMIT ?");
        if (owner is not null) s.Bind(owner);
        return Found(s.Bind(priority).Bind(priority).Bind(id), limit);
    }

    private static List<(long At, string Id, long Pid, byte[] State)> Found(Statement s, int limit)
    {
        s.Bind(limit);
        var found = new List<(long, string, long, byte[])>();
        while (s.Step()) found.Add((s.Long(0), s.Text(1), s.Long(2), s.Blob(3).ToArray()));
        return found;
    }
}
