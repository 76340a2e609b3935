using Recoup.Core.Foundation;
using Recoup.Storage.Journal;

namespace Recoup.Storage;

/// <summary>Units that are taken in one transaction.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Units">Names them; asked again where the transaction is made anew.</param>
/// <param name="MayCommit">Looks at the result within the transaction, on whichever thread writes it; false: nothing of it is kept, and no part after it is
/// taken.</param>
/// <param name="Kept">Is given the result the moment it is durable, on whichever thread wrote it.</param>
internal sealed record TakenTogether(
    int Count, Func<Stored, IReadOnlyList<InputUnit>> Units, Func<BatchResult, bool>? MayCommit = null, Action<BatchResult>? Kept = null)
{
    /// <summary>The same in two, one after the other; asked for where all together failed, and of more than one unit only.</summary>
    public Func<(TakenTogether First, TakenTogether Second)>? Halves { get; init; }

    /// <summary>
    /// Writes down, in a transaction of its own, that the one unit there is failed. Null: nothing was written, and no part after
    /// it is taken. Where this is not set what fails is thrown.
    /// </summary>
    public Func<Exception, UnitResult?>? SetAside { get; init; }
}

/// <content>One transaction after another: while one is written, the next is prepared.</content>
public sealed partial class Door
{
    /// <summary>
    /// Takes parts in order, each in one transaction. From the second on, a part is handled while the one before it is
    /// written and made durable by another thread: on what is stored and what is being written over it. When its turn to
    /// be written comes, the chains must end as it supposed; where somebody else wrote to them, it is handled anew.
    /// </summary>
    /// <param name="parts">Asked for one after the other on the caller's thread; it must not use this door's store meanwhile.</param>
    /// <param name="taken">Is given each part with its result, in order, on the caller's thread, once it is durable.</param>
    /// <param name="least">Smaller parts are not worth a second connection, and are taken by themselves.</param>
    internal void TakeEach(IEnumerable<TakenTogether> parts, Action<TakenTogether, BatchResult> taken, int least = 256)
    {
        using var relay = new Relay(this, taken, least, CellStore.PendingInBulkMax);
        try
        {
            foreach (var part in parts)
                if (!relay.Take(part)) return;
        }
        catch
        {
            // What was under way by then is told of all the same.
            relay.Settle();
            throw;
        }
        relay.Settle();
    }

    /// <summary>Takes parts that come by and by as <see cref="TakeEach"/> takes those of a file. This door is not to be used beside it.</summary>
    /// <param name="least">Smaller parts are taken by themselves, with nothing prepared meanwhile.</param>
    /// <param name="unmerged">Is told, on whichever thread wrote, why cells could not be merged after a part, which is kept all the same; null: it is
    /// thrown.</param>
    public Parts BeginParts(int least, Action<Exception>? unmerged = null) => new(this, least, unmerged);

    /// <summary>Parts that come by and by: while one is written, the next may be given. For one thread.</summary>
    public sealed class Parts : IDisposable
    {
        private readonly Relay relay;

        internal Parts(Door door, int least, Action<Exception>? unmerged) =>
            relay = new Relay(door, static (_, _) => { }, least, CellStore.PendingMax, unmerged);

        /// <summary>
        /// Takes the units in order in one transaction, which may be under way still when this returns. An exception may be
        /// of the part before as well: of neither is anything kept but what was told of once this is disposed.
        /// </summary>
        /// <param name="kept">Is given the result the moment it is durable, on whichever thread wrote it.</param>
        public void Take(IReadOnlyList<InputUnit> units, Action<BatchResult> kept) => relay.Take(new TakenTogether(units.Count, _ => units, Kept: kept));

        /// <summary>Waits for what is being written.</summary>
        public void Settle() => relay.Settle();

        /// <summary>What is being written comes to its end; an exception of it is not thrown.</summary>
        public void Dispose() => relay.Dispose();
    }

    /// <summary>The part that is being written, and what prepares the one behind it.</summary>
    /// <param name="mergeFrom">Unmerged blobs from which on cells are merged after a part.</param>
    private sealed class Relay(Door door, Action<TakenTogether, BatchResult> taken, int least, int mergeFrom, Action<Exception>? unmerged = null) : IDisposable
    {
        private Store? reading;
        private readonly int mergeLeast = mergeFrom;
        private int mergeNext = mergeFrom;
        private TakenTogether? part;
        private Prepared? prepared;
        private Task<Written>? writing;
        private bool first = true;

        /// <summary>Null: they are looked for each time.</summary>
        private readonly NewKeys? keys = door.store.Database.HasManyWriters ? new NewKeys() : null;

        /// <summary>Parties that were given keys for the part that is being written, and for the one that is handled over it.</summary>
        private List<string> given = [], givenOver = [];

        /// <summary>Whether the last part that was settled was written as it was prepared.</summary>
        private bool kept = true;

        private enum Written { Kept, NotWanted, Met }

        /// <summary>False: what the part before it said ends it all.</summary>
        public bool Take(TakenTogether next)
        {
            // One part alone is not worth a second connection, nor is what a dry run writes seen on another one.
            if (first || door.store.IsDryRun || next.Count < least)
            {
                first = false;
                return Settle() && TakeAlone(next);
            }
            var ahead = Prepare(next);
            var over = prepared;
            if (!Settle()) return false;
            // Handled on something that did not come to be: once more, on what is there.
            if (ahead is null || (over is not null && !kept))
            {
                var goesOn = TakeAlone(next);
                TakeKeysBack();
                return goesOn;
            }
            // Nobody reads here and nobody writes.
            door.store.Database.Checkpoint();
            (part, prepared) = (next, ahead);
            (given, givenOver) = (givenOver, []);
            writing = Task.Run(() => Write(ahead, next));
            return true;
        }

        private bool TakeAlone(TakenTogether next)
        {
            if (next.Count == 0)
            {
                var nothing = new BatchResult();
                next.Kept?.Invoke(nothing);
                taken(next, nothing);
                return true;
            }
            var result = new BatchResult();
            if (!door.TakeOrSetAside(next, result)) return false;
            next.Kept?.Invoke(result);
            Merge();
            taken(next, result);
            return true;
        }

        /// <summary>
        /// Null where it must be taken by itself: it changes the workspace, which others are handled under, makes one of two parties,
        /// or destroys keys.
        /// </summary>
        private Prepared? Prepare(TakenTogether next)
        {
            var vault = door.store.Vault;
            try
            {
                if (reading is null)
                {
                    reading = Store.Open(door.store.Place, create: false);
                    door.store.Database.PaceCheckpoints(true);
                }
                reading.BeginRead();
                // Another thread is at this door's own store.
                vault.JoinedOf = reading.JoinedOf;
                var stored = new Stored(reading, prepared);
                var units = next.Units(stored);
                var routes = Routes.Of(stored, units);
                if (routes.Workspace || routes.Joins || door.keysWait) return null;
                var heads = reading.Heads();
                foreach (var head in prepared?.Changes.Heads ?? []) heads[head.Partition] = head;
                if (heads[Partition.Workspace].Seq != door.workspace.Seq) return null;
                door.ReadWorkspace(heads);
                var believed = keys is { Any: true };
                var ahead = door.Prepare(stored, routes, heads, reading.Database.Time, units, [], keys);
                if (ahead.Destroys || (believed && IsOldRefused(stored, units, ahead.Result))) return null;
                givenOver.AddRange(vault.Made);
                vault.Flush();
                return ahead;
            }
            catch (Exception e) when (door.store.Database.IsPassing(e))
            {
                reading?.Dispose();
                reading = null;
                return null;
            }
            catch (Exception e) when (IsApart(next, e))
            {
                return null;
            }
            finally
            {
                // What was made and is not durable belongs to a part that will be handled again.
                vault.Discard();
                vault.JoinedOf = door.store.JoinedOf;
                reading?.Rollback();
            }
        }

        /// <summary>
        /// What a part takes has its keys written, and the index tells of those that were there. The keys of what it refuses
        /// are not: where one is stored, the answer was not that of a new fact.
        /// </summary>
        private bool IsOldRefused(Stored stored, IReadOnlyList<InputUnit> units, BatchResult result)
        {
            var refused = units.Where((_, i) => result.Units[i].Status == UnitStatus.Refused).SelectMany(u => u.Inputs).Where(i => i.Digest.Length > 0
                && keys!.AreNew(i.GetType())).DistinctBy(i => i.Key).ToDictionary(i => i.Key, i => i.GetType(), StringComparer.Ordinal);
            if (refused.Count == 0 || stored.KeyContents(refused, null).Count == 0) return false;
            keys!.Doubt();
            return true;
        }

        /// <summary>
        /// A part that was not written as it was handled may have given a key to somebody who was erased in the same moment.
        /// Of anybody else a key too many harms nobody.
        /// </summary>
        private void TakeKeysBack()
        {
            var persons = given.Concat(givenOver).ToHashSet(StringComparer.Ordinal);
            if (persons.Count == 0) return;
            var erased = new List<string>();
            var s = door.store.Statement("SELECT party FROM erasure UNION SELECT j.party FROM joined_party j JOIN erasure e ON e.party = j.into_party");
            while (s.Step())
                if (persons.Contains(s.Text(0))) erased.Add(s.Text(0));
            if (erased.Count > 0) door.store.Vault.Destroy(erased);
            (given, givenOver) = ([], []);
        }

        /// <summary>Waits for the part that is being written, and tells of it. False: it was not wanted.</summary>
        public bool Settle()
        {
            if (writing is null) return true;
            var (settled, last) = (part!, prepared!);
            Written written;
            try { written = writing.GetAwaiter().GetResult(); }
            finally { (writing, part, prepared) = (null, null, null); }
            kept = written == Written.Kept;
            switch (written)
            {
                case Written.NotWanted:
                    return false;
                case Written.Met:
                    keys?.Doubt();
                    var goesOn = TakeAlone(settled);
                    TakeKeysBack();
                    return goesOn;
                default:
                    given.Clear();
                    (door.LastRecordedAt, door.LastRecordedOn) = (last.Now, last.LastRecordedOn);
                    taken(settled, last.Result);
                    return true;
            }
        }

        private Written Write(Prepared ready, TakenTogether of)
        {
            var store = door.store;
            try
            {
                store.Begin();
                Failpoint.Hit(door.Operation + ".transaction-open");
                door.Lock(ready.Routes, workspace: false);
                var heads = store.Heads();
                if (!Stand(ready, heads) || !AliasesStand(ready, heads))
                {
                    store.Rollback();
                    return Written.Met;
                }
                if (of.MayCommit is not null && !of.MayCommit(ready.Result))
                {
                    store.Rollback();
                    return Written.NotWanted;
                }
                door.Write(ready);
            }
            catch (Exception e) when (store.Database.IsPassing(e) || IsApart(of, e))
            {
                store.Rollback();
                return Written.Met;
            }
            catch
            {
                store.Rollback();
                throw;
            }
            of.Kept?.Invoke(ready.Result);
            Merge();
            return Written.Kept;
        }

        /// <summary>It may be one unit's failure alone: taken by itself, and in pieces, all others of the part go through.</summary>
        private static bool IsApart(TakenTogether of, Exception e) => of.SetAside is not null && SetAsides.MayBeOf(e);

        /// <summary>The part before it is kept whatever becomes of this: readers add up what is not merged, and the next merge takes it along.</summary>
        private void Merge()
        {
            try
            {
                door.MergeCells(mergeNext);
                mergeNext = mergeLeast;
            }
            catch (Exception e)
            {
                // It met others again and again, or the server went: the next part sees.
                if (!door.store.IsDryRun && door.store.Database.IsPassing(e)) return;
                if (unmerged is null && SetAsides.MayBeOf(e)) door.SetAsideFigures(e);
                else if (unmerged is null || e is OutOfMemoryException) throw;
                else unmerged(e);
                // What fails is tried again ever more rarely, since it reads all that is not merged.
                mergeNext = Math.Min(2 * mergeNext, 64 * mergeLeast);
            }
        }

        /// <summary>Whether the chains end as the batch supposed.</summary>
        private static bool Stand(Prepared ready, Head[] heads)
        {
            if (heads[Partition.Workspace].Seq != ready.Before[Partition.Workspace].Seq) return false;
            foreach (var partition in ready.Routes.Partitions)
                if (heads[partition].Seq != ready.Before[partition].Seq || !heads[partition].Hash.AsSpan().SequenceEqual(ready.Before[partition].Hash))
                    return false;
            return true;
        }

        /// <summary>
        /// Whether accounts are still whose they were: a change of that stands in the chain of the party alone. With the locks
        /// of PostgreSQL it was looked at; in SQLite somebody else's events are looked for first.
        /// </summary>
        private bool AliasesStand(Prepared ready, Head[] heads) =>
            door.store.Database.HasManyWriters || heads.All(head => head.Seq == ready.Before[head.Partition].Seq) || ready.Routes.Hold(door.store);

        public void Dispose()
        {
            // An exception on the caller's side: the part that is being written comes to its own end.
            try { writing?.GetAwaiter().GetResult(); }
            catch (Exception) when (writing!.IsFaulted) { /* the first exception is the one to tell of */ }
            try { TakeKeysBack(); }
            catch (Exception e) when (e is not OutOfMemoryException) { /* the store can't be read: an audit tells of a key that should not be */ }
            if (reading is null) return;
            reading.Dispose();
            door.store.Database.PaceCheckpoints(false);
        }
    }
}
