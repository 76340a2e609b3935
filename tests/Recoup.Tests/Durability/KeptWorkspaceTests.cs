using System.Collections;
using System.Reflection;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Workspace;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>The workspace's state as a process keeps it is what folding it from its first event gives, whatever came in between.</summary>
public sealed class KeptWorkspaceTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Store Open(KeptWorkspace kept)
    {
        var store = folder.Open();
        store.Kept = kept;
        return store;
    }

    [Fact]
    public void A_copy_goes_its_own_way()
    {
        EveryKind.Play(folder);
        using var store = folder.Open();
        var rows = store.Journal(Partition.Workspace).Select(r => r.Row).ToList();
        rows.Count.ShouldBeGreaterThan(20);
        var (state, copies) = (new WorkspaceState(), new List<(WorkspaceState Copy, string Then)>());
        foreach (var row in rows)
        {
            var before = state.Copy();
            copies.Add((before, Dump(before)));
            // Both go on from here: neither may move the other.
            state.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload));
            var other = before.Copy();
            other.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload));
            Dump(other).ShouldBe(Dump(state), row.Kind);
        }
        foreach (var (copy, then) in copies) Dump(copy).ShouldBe(then);
    }

    [Fact]
    public void Of_many_events_only_the_new_ones_are_folded()
    {
        EveryKind.Play(folder);
        var kept = new KeptWorkspace();
        using (var store = Open(kept)) new PageReadings(store).Workspace();
        var folded = kept.Folded;
        folded.ShouldBeGreaterThan(20);
        folder.Send("""{"type":"sending","key":"stop","mode":"stopped"}""").Expect(0);
        using (var store = Open(kept))
        {
            Dump(new PageReadings(store).Workspace()).ShouldBe(Dump(Folding.Workspace(store)));
            new PageReadings(store).Workspace().Mode.ShouldBe("stopped");
        }
        (kept.Folded - folded).ShouldBe(1);
    }

    [Fact]
    public void Files_that_were_exchanged_for_others_are_folded_anew()
    {
        Name(folder, "one", "two");
        var kept = new KeptWorkspace();
        using (var store = Open(kept)) new PageReadings(store).Workspace().Portfolio("two").ShouldNotBeNull();
        using var another = new DataFolder();
        Name(another, "three", "four", "five");
        using var other = another.Open();
        other.Kept = kept;
        new PageReadings(other).Workspace().Portfolios.Select(p => p.Portfolio).ShouldBe(["five", "four", "three"]);
    }

    private static void Name(DataFolder folder, params string[] portfolios) => folder.Send(string.Join('\n',
        portfolios.Select(p => $$"""{"type":"portfolio","key":"{{p}}","portfolio":"{{p}}"}"""))).Expect(0);

    /// <summary>Every field, in depth; calendars are made when they are asked for.</summary>
    private static string Dump(object? value) => value switch
    {
        null => "-",
        string or int or long or bool or Enum or DateOnly or DateTimeOffset or TimeOnly => value.ToString()!,
        byte[] bytes => Convert.ToHexString(bytes),
        IDictionary entries => "{" + string.Join(",", entries.Keys.Cast<object>().OrderBy(k => k.ToString(), StringComparer.Ordinal)
            .Select(k => $"{k}:{(entries[k] is BusinessCalendar ? "" : Dump(entries[k]))}").Where(e => !e.EndsWith(':'))) + "}",
        IEnumerable all => "[" + string.Join(",", all.Cast<object?>().Select(Dump)) + "]",
        _ => value.GetType().Name + "(" + string.Join(",", value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            .Select(f => $"{f.Name}={Dump(f.GetValue(value))}")) + ")",
    };
}
