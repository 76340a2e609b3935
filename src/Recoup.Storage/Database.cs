using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Storage.Journal;

namespace Recoup.Storage;

/// <summary>A party's header as it is stored.</summary>
internal readonly record struct StoredParty(string Id, long Pid, byte[] State);

/// <summary>Open items of an account that are wanted by due day: oldest first, at most so many.</summary>
internal readonly record struct OpenItemsKey(long Pid, string Account, int DueThrough, int Limit);

/// <summary>What a transaction writes after the journal: all of it is read by nobody before the commit.</summary>
internal sealed record Changes(
    IReadOnlyList<Head> Heads, IReadOnlyCollection<KeyValuePair<string, byte[]>> Keys, IReadOnlyCollection<KeyValuePair<string, string>> Aliases,
        IReadOnlyList<StateForm> States, byte[]? Cells)
{
    /// <summary>Parties that became part of another, with the other.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> Joins { get; init; } = [];

    /// <summary>Places of parties of which nothing but the header is left: their rows beside it go before the states are written.</summary>
    public IReadOnlyList<long> Emptied { get; init; } = [];
}

/// <summary>
/// One connection to what a store is kept in. Rows that are looked at are read by <see cref="Statement"/>, in SQL that
/// both kinds share; what is read or written for a whole batch has a method, since there the two are fast in different ways.
/// </summary>
internal abstract class Database : IDisposable
{
    /// <summary>A statement that is kept for its next use. Where the connection was lost meanwhile it is made anew.</summary>
    public abstract Statement Statement(string sql);

    /// <summary>A statement of the caller's own, which it disposes of.</summary>
    public abstract Statement Own(string sql);

    /// <summary>Many rows; the numbers are what the `?` of the text stand for. No other statement is run on the connection before it is disposed of.</summary>
    public abstract Scan Scan(string sql, params ReadOnlySpan<long> numbers);

    /// <summary>Several statements in one text, without parameters.</summary>
    public abstract void Exec(string sql);

    /// <summary>What the schema holds that its steps did not make, such as a trigger, and what they made and is gone or is otherwise: in words, each.</summary>
    public virtual IReadOnlyList<string> ForeignParts() => [];

    // --- transactions ---

    public abstract void Begin();

    /// <summary>A snapshot for reading: what others commit meanwhile stays unseen.</summary>
    public abstract void BeginRead();

    public abstract void Commit();

    /// <summary>Ends the transaction that is open; without one nothing happens.</summary>
    public abstract void Rollback();

    public abstract bool InTransaction { get; }

    /// <summary>For work that one process at a time may do; the turn ends with the process, however it ends. Null: not within the time.</summary>
    public abstract IDisposable? TakeTurn(string work, TimeSpan wait);

    /// <summary>The ends of the chains that a transaction will append to stay as they are for it; the workspace's stays unchanged for all.</summary>
    /// <param name="partitions">In ascending order.</param>
    /// <param name="workspace">The transaction appends to the workspace's chain too.</param>
    /// <returns>The database's time. Null where the transaction has everything to itself and the machine's time is the database's.</returns>
    public abstract DateTimeOffset? Lock(IReadOnlyList<int> partitions, bool workspace);

    /// <summary>A database that keeps to the types of its columns; in SQLite any column may hold any value.</summary>
    public abstract bool IsTyped { get; }

    /// <summary>Nobody else writes until the transaction's end, however long it takes.</summary>
    public abstract void LockAll();

    /// <summary>Transactions of different partitions go on beside each other.</summary>
    public abstract bool HasManyWriters { get; }

    /// <summary>Rows that are known to be new are written in another way, so it is worth knowing which are.</summary>
    public virtual bool TellsNewRows => false;

    /// <summary>Only one transaction at a time does what the word names; until its end.</summary>
    public abstract void LockFor(string what);

    /// <summary>The same transaction may succeed when it is made anew: it met another, or the connection was lost.</summary>
    public abstract bool IsPassing(Exception e);

    /// <summary>A further connection that sees what this one's reading transaction sees; null where that can't be promised.</summary>
    public abstract string? ExportSnapshot();

    public abstract void BeginRead(string snapshot);

    /// <summary>Tables are gone through from end to end on this connection: what was read is not kept for another time.</summary>
    public virtual void ReadsOnce() { }

    /// <summary>Leaves no copy behind of what was deleted, as far as the database can.</summary>
    public abstract void Compact();

    /// <summary>Deletes, and overwrites where it stood, as far as the database can.</summary>
    /// <param name="delete">Deletes within the transaction that is open.</param>
    public virtual void DeleteForGood(Action delete) => delete();

    /// <summary>
    /// Where many commits follow each other, none of them pays for what the store has to bring into its files now and then: see <see cref="Checkpoint"/>.
    /// </summary>
    public virtual void PaceCheckpoints(bool paced) { }

    /// <summary>To be called between two transactions where checkpoints are paced.</summary>
    public virtual void Checkpoint() { }

    /// <summary>The database's time; null where the machine's is the database's.</summary>
    public abstract DateTimeOffset? Time { get; }

    /// <summary>The database's clock less this machine's; zero where they are the same.</summary>
    public abstract TimeSpan ClockAhead(TimeProvider clock);

    // --- bulk reading ---

    public abstract Dictionary<string, string> PartiesOf(IReadOnlyCollection<string> accounts);

    /// <summary>Those of some parties that became part of another, with the other.</summary>
    public abstract Dictionary<string, string> JoinedTo(IReadOnlyCollection<string> parties);

    public abstract List<StoredParty> Parties(IReadOnlyCollection<string> ids);

    public abstract List<StoredParty> Parties(IReadOnlyCollection<long> pids);

    public abstract Dictionary<string, byte[]> KeyContents(IReadOnlyCollection<string> keys);

    /// <summary>Those that exist, each with its place among the wanted.</summary>
    public abstract List<(int Index, byte[] State)> Rows(RowKind kind, IReadOnlyList<RowPlace> wanted);

    public abstract List<(int Index, string Number, string Currency, byte[] State)> OpenItems(IReadOnlyList<OpenItemsKey> wanted);

    // --- bulk writing ---

    public abstract void Append(IReadOnlyList<JournalRow> rows);

    public abstract void Write(Changes changes);

    /// <summary>States of parties of which nothing stands there: where every row is known to be new, none is looked for.</summary>
    public virtual void Fill(IReadOnlyList<StateForm> states) => Write(new Changes([], [], [], states, null));

    /// <summary>Cells of which none stands there, in the order of the table.</summary>
    public virtual void FillCells(IReadOnlyList<KeyValuePair<CellKey, CellValue>> cells) => AddCells(cells);

    /// <summary>Adds to merged cells.</summary>
    public abstract void AddCells(IReadOnlyList<KeyValuePair<CellKey, CellValue>> cells);

    /// <param name="stocks">Keys whose day is the month's end.</param>
    public abstract void AddStocks(IReadOnlyList<KeyValuePair<CellKey, CellValue>> stocks);

    public abstract void Dispose();
}
