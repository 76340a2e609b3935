using Recoup.Core.Foundation;
using Recoup.Storage.Journal;

namespace Recoup.Storage;

/// <summary>Units that are taken in one transaction.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Units">Names them; asked again where the transaction is made anew.</param>
/// <param name="MayCommit">Looks at the result within the transaction, on whichever thread writes it; false: nothing of it is kept, and no part after it is taken.</param>
internal sealed record TakenTogether(int Count, Func<Stored, IReadOnlyList<InputUnit>> Units, Func<BatchResult, bool>? MayCommit = null);

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
        using var relay = new Relay(this, taken, least);
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

    /// <summary>The part that is being written, and what prepares the one behind it.</summary>
    private sealed class Relay(Door door, Action<TakenTogether, BatchResult> taken, int least) : IDisposable
    {
        private Store? reading;
        private TakenTogether? part;
        private Prepared? prepared;
        private Task<Written>? writing;
        private bool first = true;

        /// <summary>Null: they are looked for each time.</summary>
        private readonly NewKeys? keys = door.store.Database.HasManyWriters ? new NewKeys() : null;

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
            if (ahead is null || (over is not null && !kept)) return TakeAlone(next);
            // Nobody reads here and nobody writes.
            door.store.Database.Checkpoint();
            (part, prepared) = (next, ahead);
            writing = Task.Run(() => Write(ahead, next.MayCommit));
            return true;
        }

        private bool TakeAlone(TakenTogether next)
        {
            if (next.Count == 0)
            {
                taken(next, new BatchResult());
                return true;
            }
            var wanted = true;
            var result = door.Take(next.Units(new Stored(door.store)), next.MayCommit is null ? null : r => wanted = next.MayCommit(r));
            if (!wanted) return false;
            door.MergeCells(CellStore.PendingInBulkMax);
            taken(next, result);
            return true;
        }

        /// <summary>Null where it must be taken by itself: it changes the workspace, which others are handled under, or destroys keys.</summary>
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
                var stored = new Stored(reading, prepared);
                var units = next.Units(stored);
                var routes = Routes.Of(stored, units);
                if (routes.Workspace) return null;
                var heads = reading.Heads();
                foreach (var head in prepared?.Changes.Heads ?? []) heads[head.Partition] = head;
                if (heads[Partition.Workspace].Seq != door.workspace.Seq) return null;
                door.ReadWorkspace(heads);
                var believed = keys is { Any: true };
                var ahead = door.Prepare(stored, routes, heads, reading.Database.Time, units, [], keys);
                if (ahead.Erased.Count > 0 || (believed && IsOldRefused(stored, units, ahead.Result))) return null;
                vault.Flush();
                return ahead;
            }
            catch (Exception e) when (door.store.Database.IsPassing(e))
            {
                reading?.Dispose();
                reading = null;
                return null;
            }
            finally
            {
                // What was made and is not durable belongs to a part that will be handled again.
                vault.Discard();
                reading?.Rollback();
            }
        }

        /// <summary>
        /// What a part takes has its keys written, and the index tells of those that were there. The keys of what it refuses
        /// are not: where one is stored, the answer was not that of a new fact.
        /// </summary>
        private bool IsOldRefused(Stored stored, IReadOnlyList<InputUnit> units, BatchResult result)
        {
            var refused = units.Where((_, i) => result.Units[i].Status == UnitStatus.Refused).SelectMany(u => u.Inputs).Where(i => i.Digest.Length > 0 && keys!.AreNew(i.GetType())).DistinctBy(i => i.Key).ToDictionary(i => i.Key, i => i.GetType(), StringComparer.Ordinal);
            if (refused.Count == 0 || stored.KeyContents(refused, null).Count == 0) return false;
            keys!.Doubt();
            return true;
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
                    return TakeAlone(settled);
                default:
                    (door.LastRecordedAt, door.LastRecordedOn) = (last.Now, last.LastRecordedOn);
                    taken(settled, last.Result);
                    return true;
            }
        }

        private Written Write(Prepared ready, Func<BatchResult, bool>? mayCommit)
        {
            var store = door.store;
            try
            {
                store.Begin();
                Failpoint.Hit(door.Operation + ".transaction-open");
                door.Lock(ready.Routes, workspace: false);
                if (!Stand(ready, store.Heads()))
                {
                    store.Rollback();
                    return Written.Met;
                }
                if (mayCommit is not null && !mayCommit(ready.Result))
                {
                    store.Rollback();
                    return Written.NotWanted;
                }
                door.Write(ready);
                door.MergeCells(CellStore.PendingInBulkMax);
                return Written.Kept;
            }
            catch (Exception e) when (store.Database.IsPassing(e))
            {
                store.Rollback();
                return Written.Met;
            }
            catch
            {
                store.Rollback();
                throw;
            }
        }

        /// <summary>Whether the chains end as the batch supposed.</summary>
        private static bool Stand(Prepared ready, Head[] heads)
        {
            if (heads[Partition.Workspace].Seq != ready.Before[Partition.Workspace].Seq) return false;
            foreach (var partition in ready.Routes.Partitions)
                if (heads[partition].Seq != ready.Before[partition].Seq || !heads[partition].Hash.AsSpan().SequenceEqual(ready.Before[partition].Hash)) return false;
            return true;
        }

        public void Dispose()
        {
            // An exception on the caller's side: the part that is being written comes to its own end.
            try { writing?.GetAwaiter().GetResult(); }
            catch (Exception) when (writing!.IsFaulted) { /* the first exception is the one to tell of */ }
            if (reading is null) return;
            reading.Dispose();
            door.store.Database.PaceCheckpoints(false);
        }
    }
}
