using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Workspace;
using Recoup.Storage.Journal;

namespace Recoup.Storage;

/// <summary>
/// The state of a workspace as a process keeps it: folded up to an event, and continued by whoever asks next. A process that opens
/// many stores of one workspace, as a server does for each request, folds each event once, however many there were before.
/// Thread-safe.
/// </summary>
public sealed class KeptWorkspace
{
    private readonly Lock gate = new();
    private WorkspaceState kept = new();
    private byte[] hash = Chain.Root;

    /// <summary>Events folded since the process began.</summary>
    public long Folded { get; private set; }

    /// <summary>A state of the caller's own, as of the end of the workspace's chain that the store sees.</summary>
    internal WorkspaceState Copy(Store store, Head head)
    {
        lock (gate)
        {
            // Whoever reads in a snapshot from before what is kept folds for themselves.
            if (head.Seq < kept.Seq) return Work.Folding.Workspace(store);
            // The files may have been exchanged for others meanwhile, such as a backup's.
            if (kept.Seq > 0 && store.JournalAt(Partition.Workspace, kept.Seq) is var last && last?.Hash.AsSpan().SequenceEqual(hash) != true) Forget();
            try
            {
                foreach (var (_, row) in store.Journal(Partition.Workspace, kept.Seq + 1))
                {
                    kept.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload));
                    hash = row.Hash;
                    Folded++;
                }
            }
            catch
            {
                Forget();
                throw;
            }
            return kept.Copy();
        }
    }

    private void Forget() => (kept, hash) = (new WorkspaceState(), Chain.Root);
}
