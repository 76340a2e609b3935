using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Parties;
using Recoup.Core.Recovery;

namespace Recoup.Storage.Work;

/// <summary>A note as a list shows it, its text opened.</summary>
public sealed record NoteLine(NoteState Note, string Party, string? Name, string Portfolio);

/// <summary>A callback as a list shows it, what it is about opened.</summary>
public sealed record CallbackLine(CallbackState Callback, string Party, string? Name, string Portfolio);

/// <summary>What was spoken and what was agreed with customers: notes and callbacks, each list along an index.</summary>
/// <param name="viewer">Who sees it; null: somebody who sees everything.</param>
public sealed class ConversationReadings(Store store, Viewer? viewer = null)
{
    private readonly Viewer viewer = viewer ?? Viewer.Everything("");
    private readonly Readings readings = new(store, viewer);

    /// <summary>Notes that stand, newest first.</summary>
    /// <param name="account">Of this one; null: everybody's.</param>
    public Slice<NoteLine> Notes(string? account, string? after, int limit) =>
        Narrowing.Page(viewer, after, limit, (from, most) => AllNotes(account, from, most), l => viewer.Sees(l.Portfolio));

    private Slice<NoteLine> AllNotes(string? account, string? after, int limit) => readings.Read(_ =>
    {
        var at = Cursor.Read(after, 2);
        var s = store.Statement("SELECT pid, at, note, state FROM note WHERE stands = 1 AND (at, note) < (?, ?)" + (account is null ? "" : " AND account = ?")
            + " ORDER BY at DESC, note DESC LIMIT ?").Bind(at is null ? long.MaxValue : Cursor.Number(at[0])).Bind(at?[1] ?? "");
        return Listed(account is null ? s : s.Bind(account), limit, (bytes, party) =>
        {
            var note = NoteChapter.Rows.Decode(bytes);
            note.Text = SealedWords.Open(store.Vault, party.Id, note.Text);
            return new NoteLine(note, party.Id, NameOf(party, note.Account), party.Account(note.Account)!.Portfolio);
        });
    });

    /// <summary>Callbacks: those still to be done the soonest first, all and those that ended the latest first.</summary>
    /// <param name="state">One of <see cref="CallbackState.Statuses"/>, where open has the missed ones too; null: all.</param>
    /// <param name="account">Of this one; null: everybody's.</param>
    public Slice<CallbackLine> Callbacks(string? state, string? account, string? after, int limit) =>
        Narrowing.Page(viewer, after, limit, (from, most) => AllCallbacks(state, account, from, most), l => viewer.Sees(l.Portfolio));

    private Slice<CallbackLine> AllCallbacks(string? state, string? account, string? after, int limit) => readings.Read(_ =>
    {
        var at = Cursor.Read(after, 2);
        IReadOnlyList<string> statuses = state == "open" ? CallbackState.OpenStatuses : state is null ? [] : [state];
        var isSoonest = state is not null && CallbackState.OpenStatuses.Contains(state);
        var order = isSoonest ? "" : " DESC";
        var s = store.Statement($"SELECT pid, at, callback, state FROM callback WHERE (at, callback) {(isSoonest ? ">" : "<")} (?, ?)"
            + (statuses.Count == 0 ? "" : $" AND status IN ({string.Join(", ", statuses.Select(_ => "?"))})") + (account is null ? "" : " AND account = ?")
            + $" ORDER BY at{order}, callback{order} LIMIT ?")
            .Bind(at is not null ? Cursor.Number(at[0]) : isSoonest ? long.MinValue : long.MaxValue).Bind(at?[1] ?? "");
        foreach (var status in statuses) s.Bind(status);
        return Listed(account is null ? s : s.Bind(account), limit, (bytes, party) =>
        {
            var callback = CallbackChapter.Rows.Decode(bytes);
            if (callback.About is { } about) callback.About = SealedWords.Open(store.Vault, party.Id, about);
            return new CallbackLine(callback, party.Id, NameOf(party, callback.Account), party.Account(callback.Account)!.Portfolio);
        });
    });

    private string? NameOf(PartyState party, string account) => PartyAddresses.OpenPersonal(store.Vault, party.Id, party.Account(account))?.Name;

    private Slice<T> Listed<T>(Statement s, int limit, Func<byte[], PartyState, T> line) where T : class
    {
        s.Bind(limit + 1);
        var found = new List<(long Pid, string Place, byte[] State)>();
        while (s.Step()) found.Add((s.Long(0), Cursor.Write(s.Long(1), s.Text(2)), s.Blob(3).ToArray()));
        var lines = found.Take(limit).Select(f => store.OrTrouble(f.Pid, () => line(f.State, store.Party(f.Pid)!))).OfType<T>().ToList();
        return new Slice<T>(lines, found.Count > limit ? found[limit - 1].Place : null);
    }
}
