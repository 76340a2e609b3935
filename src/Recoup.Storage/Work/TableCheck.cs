using System.Globalization;
using System.Text;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Webhooks;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>
/// What lies beside journal, states and cells: each table is held against the journal, or the report says that it is not and
/// why. A table that <see cref="Tables"/> does not name fails a test.
/// </summary>
internal static class TableCheck
{
    /// <summary>Of what can't be told at most so many are named.</summary>
    private const int NamedMax = 5;

    private const string Told = "it says how far the outside was told of events, and what it answered; the events are in the journal, and a span is "
        + "told anew by `recoup webhooks replay`";

    private const string OfNodes = "it says which node does what and nothing of the business; it may be emptied while no worker runs";

    /// <summary>Every table of both stores; with the reason where no row of it is compared, null where rows are.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Tables = new SortedDictionary<string, string?>(Beside(), StringComparer.Ordinal)
    {
        ["journal"] = null, ["head"] = null, ["party"] = null,
        ["account"] = null, ["joined_party"] = null, ["file_content"] = null,
        ["cell"] = null, ["cell_pending"] = null, ["stock"] = null, ["api_key"] = null, ["erasure"] = null, ["meta"] = null, ["key"] = null,
        ["set_aside"] = "what failed and is tried again by each run is in no event: a row put there is told of by `recoup status`, and goes when its "
            + "work goes through",
        ["webhook"] = Told, ["webhook_cursor"] = Told,
        ["schema_version"] = "a row of another number stops every command at once",
        ["qrtz_job_details"] = OfNodes, ["qrtz_triggers"] = OfNodes, ["qrtz_simple_triggers"] = OfNodes, ["qrtz_cron_triggers"] = OfNodes,
        ["qrtz_simprop_triggers"] = OfNodes, ["qrtz_blob_triggers"] = OfNodes, ["qrtz_calendars"] = OfNodes, ["qrtz_paused_trigger_grps"] = OfNodes,
        ["qrtz_paused_job_grps"] = OfNodes, ["qrtz_fired_triggers"] = OfNodes, ["qrtz_scheduler_state"] = OfNodes, ["qrtz_locks"] = OfNodes,
    };

    private static Dictionary<string, string?> Beside() => Chapters.Rows.ToDictionary(kind => kind.Table, _ => (string?)null, StringComparer.Ordinal);

    /// <summary>Notes of the table meta that the audit looks at, or that say themselves that something is not as it should be.</summary>
    private static readonly string[] Looked = ["workspace", "state_version", StateVersion.Stale, "stocks_through", Moving.MovedTo, ApiKeys.ToRecord];

    /// <summary>Notes of which the journal knows nothing, by the beginning of their names.</summary>
    private static readonly (string Name, string Is)[] Notes =
        [("hours_run", "for which hours the run was made although nothing was to be done"), ("run_under_way", "how far the run under way is")];

    /// <param name="keys">Keys of inputs, and causes of events; null: not looked at.</param>
    /// <param name="persons">Parties, and those that have a key of their own; null: not looked at.</param>
    /// <param name="erased">Parties that were erased by the journal.</param>
    public static void Take(Store store, WorkspaceState workspace, Claims? keys, Claims? persons, IEnumerable<string> erased, AuditReport report)
    {
        Try("api_key", report, () => ApiKeys.Check(store, workspace, report));
        if (keys is null) return;
        Try("meta", report, () => Meta(store, report));
        Try("erasure", report, () => Erasures(store, erased.ToHashSet(StringComparer.Ordinal), report));
        Try("file_content", report, () => FileContents.CheckStrays(store, report));
        foreach (var part in store.Database.ForeignParts()) report.Add(new AuditProblem("foreign", "schema", null, null, $"the database holds {part}"));
        var without = Tables.Where(t => t.Value is not null
            && (t.Key is "set_aside" or "webhook" or "webhook_cursor" ? HasRows(store, t.Key) : store.Database.IsTyped));
        foreach (var group in without.GroupBy(t => t.Value!))
            report.Unchecked.Add(new AuditUnchecked(string.Join(", ", group.Select(t => t.Key)), group.Key));
        var alone = keys.KeysAlone.ToString(CultureInfo.InvariantCulture);
        report.Unchecked.Add(new AuditUnchecked("key", "what an input's key stands for is in no event: a changed digest is seen only when the same input "
            + "comes again"
            + (keys.KeysAlone > 0 ? $"; {alone} keys are named by no event, as those of inputs that changed nothing, or put there by another hand" : "")));
        if (persons is { KeysAlone: > 0 }) Try("party_key", report, () => Strangers(store, persons, report));
    }

    /// <summary>The keys of people there are. To be done by whoever has a hand free.</summary>
    public static void KeysOfPeople(Store store, Claims persons)
    {
        var hand = new Claims.Hand(persons);
        foreach (var (party, _) in store.Vault.All())
            if (!IsOurs(party)) hand.SeeKey(Encoding.UTF8.GetBytes(party));
        hand.Flush();
    }

    /// <summary>The key is no person's.</summary>
    private static bool IsOurs(string name) => name.StartsWith(WebhookChapter.VaultPrefix, StringComparison.Ordinal) || name == TextNumbers.VaultName;

    private static bool HasRows(Store store, string table)
    {
        var s = store.Statement($"SELECT 1 FROM {table} LIMIT 1");
        var has = s.Step();
        if (has) s.Reset();
        return has;
    }

    private static void Try(string table, AuditReport report, Action look)
    {
        try { look(); }
        catch (Exception e) when (e is StoreException or FormatException or ArgumentException or OverflowException)
        {
            report.Add(new AuditProblem("state", table, null, null, $"{table} can't be read: {e.Message}"));
        }
    }

    private static void Meta(Store store, AuditReport report)
    {
        var s = store.Statement("SELECT name FROM meta ORDER BY name");
        var names = new List<string>();
        while (s.Step()) names.Add(s.Text(0));
        foreach (var name in names.Except(Looked, StringComparer.Ordinal))
            if (!Array.Exists(Notes, note => IsNote(name, note.Name))) report.Add(new AuditProblem("foreign", "meta", null, null,
                $"meta holds a note '{Store.Short(name)}', which Recoup never wrote"));
        foreach (var (name, meaning) in Notes)
            if (names.Exists(n => IsNote(n, name))) report.Unchecked.Add(new AuditUnchecked("meta", $"the note {name} ({meaning}) is in no event"));
    }

    private static bool IsNote(string name, string note) => name == note || name.StartsWith(note + "/", StringComparison.Ordinal);

    private static void Erasures(Store store, HashSet<string> erased, AuditReport report)
    {
        var s = store.Statement("SELECT party FROM erasure ORDER BY party");
        while (s.Step())
            if (s.Text(0) is var party && !erased.Contains(party))
                report.Add(new AuditProblem("foreign", "erasure", null, null, $"the table erasure names party {party}; no event tells that it was erased"));
    }

    private static void Strangers(Store store, Claims persons, AuditReport report)
    {
        var strangers = store.Vault.All().Select(k => k.Key)
            .Where(party => !IsOurs(party) && store.Party(party) is null).Take(NamedMax).ToList();
        var more = persons.KeysAlone > strangers.Count ? "…" : "";
        var who = $"{persons.KeysAlone.ToString(CultureInfo.InvariantCulture)} keys are of nobody that the journal knows "
            + $"({string.Join(", ", strangers)}{more})";
        report.Unchecked.Add(new AuditUnchecked("party_key", who + ", as a crash leaves them, or put there by another hand"));
    }
}
