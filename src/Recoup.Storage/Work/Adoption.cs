using Recoup.Core.Events;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>What became of a policy that somebody wanted in force.</summary>
/// <param name="Unchanged">It was in force on that day already; nothing was recorded.</param>
public sealed record PolicyAdoption(AdoptedPolicy Adopted, bool Unchanged)
{
    /// <summary>Policies adopted before that come in force on later days, in the order of these.</summary>
    public IReadOnlyList<AdoptedPolicy> Later { get; init; } = [];
}

/// <summary>
/// How what people edit comes in force: as events of the workspace, with the texts, so that every node and every run goes by
/// the same, and a decision can be explained after the files were changed.
/// </summary>
public static class Adoption
{
    private const int AttemptsMax = 8;

    /// <summary>Adopts a policy. Throws <see cref="RunRefusedException"/> for a day that was decided on already.</summary>
    /// <param name="from">The first day on which it is in force; null: at once.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="now">The instant of recording; earlier than what was recorded last, it counts as that.</param>
    public static PolicyAdoption Adopt(Door door, Policy policy, DateOnly? from, string actor, DateTimeOffset now)
    {
        for (var attempt = 1; ; attempt++)
        {
            var workspace = door.Look();
            var at = workspace.Seq > 0 && door.LastRecordedAt > now ? door.LastRecordedAt : now;
            var today = Later(workspace.Today(at), workspace.Seq == 0 ? DateOnly.MinValue : door.LastRecordedOn);
            if (from is { } day && day < today && (day < door.LastRecordedOn || workspace.LastRunOn >= day))
                throw new RunRefusedException($"decisions and facts up to {today:yyyy-MM-dd} are recorded; a policy can't come in force on "
                    + $"{day:yyyy-MM-dd} any more. Leave --from out for at once, or name {today:yyyy-MM-dd} or a later day.");
            var first = from ?? today;
            var adopted = workspace.Adopted;
            if (adopted.PolicyOn(first) is { } same && same.Digest == policy.Digest) return new PolicyAdoption(same,
                Unchanged: true)
            { Later = After(adopted, first) };
            var version = adopted.NextPolicy;
            var added = new WorkspaceEvent.PolicyAdopted(version, policy.Digest, policy.Text) { From = first == today ? null : first };
            if (Record(door, [(added, $"policy/{version}/{policy.Digest}")], actor, today,
                at)) return new PolicyAdoption(door.Workspace.Adopted.Policy(version)!, Unchanged: false) { Later = After(door.Workspace.Adopted, first) };
            if (attempt == AttemptsMax) throw new StoreException("somebody else changed the workspace again and again; try once more");
        }
    }

    private static IReadOnlyList<AdoptedPolicy> After(Adopted adopted, DateOnly day) =>
        [.. adopted.Policies.Where(p => p.From > day && adopted.PolicyOn(p.From) == p).OrderBy(p => p.From)];

    /// <summary>Adopts a user's files at once; returns what was adopted, by part; none: nothing differs.</summary>
    /// <param name="own">Files that were read and found right.</param>
    public static IReadOnlyList<WorkspaceEvent.CatalogAdopted> Adopt(Door door, IReadOnlyList<CatalogFile> own, string actor, DateTimeOffset now)
    {
        door.Own = own;
        for (var attempt = 1; ; attempt++)
        {
            var workspace = door.Look();
            var due = Due(workspace.Adopted, door);
            if (due.Count == 0) return due;
            var at = workspace.Seq > 0 && door.LastRecordedAt > now ? door.LastRecordedAt : now;
            var today = Later(workspace.Today(at), workspace.Seq == 0 ? DateOnly.MinValue : door.LastRecordedOn);
            if (Record(door, [.. due.Select(e => ((Event)e, $"catalog/{e.Part}/{e.Version}/{e.Digest}"))], actor, today, at)) return due;
            if (attempt == AttemptsMax) throw new StoreException("somebody else changed the workspace again and again; try once more");
        }
    }

    /// <summary>What is to be adopted so that the workspace goes by the files that hold now: the user's own over those of this program.</summary>
    public static IReadOnlyList<WorkspaceEvent.CatalogAdopted> Due(Adopted adopted, Door door)
    {
        var own = door.Own ?? adopted.Own;
        var due = new List<WorkspaceEvent.CatalogAdopted>();
        foreach (var part in CatalogPart.All)
        {
            IReadOnlyList<CatalogFile> files = [.. own.Where(f => f.Path.StartsWith(part + "/", StringComparison.Ordinal))];
            if (part == CatalogPart.Rules) files = door.GivenRules ?? RulePacks.Together(files);
            var before = adopted.Files(part);
            if (before is null && files.Count == 0) continue;
            var digest = AdoptedFiles.DigestOf(files);
            if (before?.Digest != digest) due.Add(new WorkspaceEvent.CatalogAdopted(part, (before?.Version ?? 0) + 1, digest, files));
        }
        return due;
    }

    /// <summary>False: somebody else adopted something in the same moment, and nothing was recorded.</summary>
    private static bool Record(Door door, IReadOnlyList<(Event Event, string Cause)> events, string actor, DateOnly on, DateTimeOffset at)
    {
        var kept = false;
        door.Take([], [.. events.Select(e => (e.Event, e.Cause, on, at))], _ => kept = events.All(e => IsAlone(door.Workspace.Adopted, e.Event)), actor: actor);
        return kept;
    }

    /// <summary>Nobody took the version before.</summary>
    private static bool IsAlone(Adopted adopted, Event e) => e switch
    {
        WorkspaceEvent.PolicyAdopted policy => adopted.Policies.Count(p => p.Version == policy.Version) == 1,
        WorkspaceEvent.CatalogAdopted files => adopted.Editions(files.Part).Count(f => f.Version == files.Version) == 1,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
