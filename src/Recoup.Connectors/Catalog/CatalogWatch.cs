using Recoup.Core.Workspace;

namespace Recoup.Connectors.Catalog;

/// <summary>
/// A user's catalogue for a process that goes on: read again when a file of it changed. It remembers the last good text of
/// each KPI's file, so that a typing error in one leaves the figures as they were. Safe for many threads.
/// </summary>
/// <param name="folder">Need not be there.</param>
public sealed class CatalogWatch(string folder)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, string> good = new(StringComparer.Ordinal);
    private Seen? seen;

    private sealed record Seen(string Stamp, bool OfWorkspace, long Editions, DateOnly Day, OwnCatalog Catalog, CatalogReading Reading);

    /// <summary>The files as they lie there now.</summary>
    public OwnCatalog Catalog(Adopted? adopted, DateOnly day) => Look(adopted, day).Catalog;

    /// <summary>What can be used of them.</summary>
    /// <param name="adopted">What the workspace goes by.</param>
    public CatalogReading Read(Adopted? adopted, DateOnly day) => Look(adopted, day).Reading;

    /// <summary>How many of them are wrong, as of the last look at a workspace; before one, by themselves.</summary>
    public int FilesWrong
    {
        get
        {
            lock (gate)
                if (seen is { } known && known.Stamp == OwnCatalog.StampOf(folder)) return Wrong(known);
            return Wrong(Look(null, DateOnly.MinValue));

            static int Wrong(Seen seen) => seen.Reading.Problems.Select(p => p.File).Distinct(StringComparer.Ordinal).Count();
        }
    }

    private Seen Look(Adopted? adopted, DateOnly day)
    {
        lock (gate)
        {
            var stamp = OwnCatalog.StampOf(folder);
            // What is adopted only grows.
            var editions = adopted is null ? 0 : adopted.Policies.Count + (long)CatalogPart.All.Sum(part => adopted.Editions(part).Count) * 1_000_000;
            if (seen is { } known && known.Stamp == stamp && known.Editions == editions && known.Day == day
                && known.OfWorkspace == adopted is not null) return known;
            var catalog = OwnCatalog.Read(folder);
            var reading = catalog.Check(adopted, day, path => good.GetValueOrDefault(path));
            var wrong = reading.Problems.Select(p => p.File).ToHashSet(StringComparer.Ordinal);
            foreach (var file in catalog.Files
                .Where(f => f.Path.StartsWith("kpis/", StringComparison.Ordinal)
                    && !wrong.Contains(Path.Combine(folder, f.Path).Replace('\\', '/')))) good[file.Path] = file.Text;
            return seen = new Seen(stamp, adopted is not null, editions, day, catalog, reading);
        }
    }
}
