using Microsoft.Data.Sqlite;
using Recoup.Core.Accounts;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Storage;

/// <summary>Work on one party that failed and was left out, so that everybody else's went on.</summary>
/// <param name="Party">Empty: it is about no one party, such as the merging of figures.</param>
/// <param name="Work">One of <see cref="SetAsides.Run"/> and its like.</param>
/// <param name="Subject">Of an import the input's key, of a dispatch the message's id; else empty.</param>
/// <param name="Cause">What failed, in one line. It may quote what the party's rows hold, so it goes into no log.</param>
/// <param name="Trace">Where in the program it failed, for an engineer.</param>
/// <param name="Since">When it failed first.</param>
/// <param name="TriedAt">When it failed last.</param>
/// <param name="Times">How often it failed.</param>
public sealed record SetAside(string Party, string Work, string Subject, string Cause, string Trace, DateTimeOffset Since, DateTimeOffset TriedAt, long Times);

/// <summary>
/// What is set aside, in a table beside the journal: it survives a restart, is told of by `recoup status`, a page and
/// /health, and goes when the same work goes through, the party is erased, or a person dismisses it. No decision reads it.
/// </summary>
public static class SetAsides
{
    public const string Run = "run";
    public const string Import = "import";
    public const string Dispatch = "dispatch";

    /// <summary>Merging what transactions add to the figures; of no one party.</summary>
    public const string Figures = "figures";

    /// <summary>Telling the outside of one event; its subject is the call's id, or the event's place where there is none yet.</summary>
    public const string Webhooks = "webhooks";

    private const int CauseMax = 500;

    private const int TraceMax = 4000;

    /// <summary>
    /// Whether a failure may be one party's alone. What lies with the store, with the machine, or ends the work on purpose
    /// is everybody's.
    /// </summary>
    public static bool MayBeOf(Exception e) => Plain(e) switch
    {
        OperationCanceledException or OutOfMemoryException or CrashException or IOException or UnauthorizedAccessException => false,
        StoreRefusedException => true,
        StoreException => false,
        // A rule that a row breaks; anything else is the file's.
        SqliteException sqlite => sqlite.SqliteErrorCode == 19,
        System.Data.Common.DbException => false,
        _ => true,
    };

    private static Exception Plain(Exception e) => e is AggregateException { InnerExceptions: [var inner, ..] } ? Plain(inner) : e;

    /// <summary>Writes it down; within the caller's transaction.</summary>
    internal static void Note(Store store, string party, string work, string subject, Exception failure, DateTimeOffset at)
    {
        var e = Plain(failure);
        var trace = e.ToString();
        store.Statement("""
            INSERT INTO set_aside(party, work, subject, cause, trace, since, tried_at, times) VALUES(?, ?, ?, ?, ?, ?, ?, 1)
            ON CONFLICT(party, work, subject) DO UPDATE SET cause = excluded.cause, trace = excluded.trace, tried_at = excluded.tried_at,
                times = set_aside.times + 1
            """)
            .Bind(party).Bind(work).Bind(subject).Bind(CauseOf(e)).Bind(trace.Length <= TraceMax ? trace : trace[..TraceMax])
            .Bind(at.ToUnixTimeMilliseconds()).Bind(at.ToUnixTimeMilliseconds()).Run();
    }

    /// <summary>Writes down that the input of a unit failed, in a transaction of its own.</summary>
    public static void Note(Store store, InputUnit unit, Exception failure, DateTimeOffset at)
    {
        var input = unit.Inputs[0];
        store.Atomically(() => Note(store, PartyOf(store, input), Import, input.Key, failure, at));
    }

    /// <summary>A failure in one line.</summary>
    public static string CauseOf(Exception failure)
    {
        var e = Plain(failure);
        var message = e.Message.ReplaceLineEndings(" ");
        // Our own exceptions say it in words; of others the kind tells more than the message does.
        var text = e is InvariantBrokenException or Core.Events.JournalDamagedException or StoreException ? message : $"{e.GetType().Name}: {message}";
        return text.Length <= CauseMax ? text : text[..CauseMax];
    }

    /// <summary>The work went through; within the caller's transaction.</summary>
    internal static void Clear(Store store, string party, string work, string subject) =>
        store.Statement("DELETE FROM set_aside WHERE party = ? AND work = ? AND subject = ?").Bind(party).Bind(work).Bind(subject).Run();

    /// <summary>All of a party, which was erased.</summary>
    internal static void ClearAll(Store store, string party) => store.Statement("DELETE FROM set_aside WHERE party = ?").Bind(party).Run();

    /// <summary>
    /// A party became part of another, which any work goes on with: what a run has to try again is that one's, and what is there
    /// twice stays once.
    /// </summary>
    internal static void Join(Store store, string party, string into)
    {
        store.Statement("""
            UPDATE set_aside SET party = ? WHERE party = ? AND work <> ?
              AND NOT EXISTS(SELECT 1 FROM set_aside o WHERE o.party = ? AND o.work = set_aside.work AND o.subject = set_aside.subject)
            """).Bind(into).Bind(party).Bind(Run).Bind(into).Run();
        ClearAll(store, party);
    }

    /// <summary>A person has seen to it. Returns how many were dismissed.</summary>
    /// <param name="subject">Null: all that is set aside of the party.</param>
    public static int Dismiss(Store store, string party, string? subject = null)
    {
        var count = 0;
        store.Atomically(() => count = subject is null
            ? (int)store.Statement("DELETE FROM set_aside WHERE party = ?").Bind(party).Run()
            : (int)store.Statement("DELETE FROM set_aside WHERE party = ? AND subject = ?").Bind(party).Bind(subject).Run());
        return count;
    }

    public static long Count(Store store)
    {
        var s = store.Statement("SELECT count(*) FROM set_aside");
        s.Step();
        var count = s.Long(0);
        s.Reset();
        return count;
    }

    /// <summary>Those that have waited longest first.</summary>
    public static IReadOnlyList<SetAside> List(Store store, int limit = int.MaxValue, string? party = null)
    {
        var list = new List<SetAside>();
        var s = store.Statement($"SELECT party, work, subject, cause, trace, since, tried_at, times FROM set_aside{(party is null ? "" : " WHERE party = ?")} "
            + "ORDER BY since, party, work, subject LIMIT ?");
        if (party is not null) s.Bind(party);
        s.Bind(limit);
        while (s.Step())
            list.Add(new SetAside(s.Text(0), s.Text(1), s.Text(2), s.Text(3), s.Text(4),
                DateTimeOffset.FromUnixTimeMilliseconds(s.Long(5)), DateTimeOffset.FromUnixTimeMilliseconds(s.Long(6)), s.Long(7)));
        return list;
    }

    /// <summary>By what it is about, the parties of one kind of work: a party of a run, a key of an import, a message of a dispatch.</summary>
    internal static HashSet<(string Party, string Subject)> Of(Store store, string work)
    {
        var found = new HashSet<(string, string)>();
        var s = store.Statement("SELECT party, subject FROM set_aside WHERE work = ?").Bind(work);
        while (s.Step()) found.Add((s.Text(0), s.Text(1)));
        return found;
    }

    /// <summary>The places of parties that a run set aside, of a range.</summary>
    internal static List<long> PlacesToRun(Store store, long fromPid, long toPid)
    {
        var places = new List<long>();
        var s = store.Statement("SELECT p.pid FROM set_aside a JOIN party p ON p.id = a.party WHERE a.work = ? AND p.pid >= ? AND p.pid < "
            + "?").Bind(Run).Bind(fromPid).Bind(toPid);
        while (s.Step()) places.Add(s.Long(0));
        return places;
    }

    /// <summary>Whom an input is about; empty: the workspace.</summary>
    internal static string PartyOf(Store store, Input input) => input switch
    {
        Input.Review review => review.Party,
        Input.Release release => release.Party,
        Input.ChannelResult result => result.Party,
        Input.OfAccount of => store.PartyOf(of.Account) ?? (of as AccountInput.Set)?.Party ?? of.Account,
        _ => "",
    };
}
