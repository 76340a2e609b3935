using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Workspace;
using Recoup.Storage.Access;

namespace Recoup.Storage.Work;

/// <summary>What the bearer of an API key may do.</summary>
[Flags]
public enum ApiMay
{
    /// <summary>Ask for figures, accounts, decisions and work.</summary>
    Read = 1,

    /// <summary>Send inputs.</summary>
    Write = 2,
}

/// <summary>A key of the API as it is kept: the SHA-256 of its text, never the text.</summary>
/// <param name="Name">Who it was made for; what comes by it has the actor api:NAME.</param>
/// <param name="RevokedAt">Null: in force.</param>
public sealed record ApiKey(string Id, string Name, ApiMay May, byte[] Hash, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt)
{
    /// <summary>Before the random part, so that a key that strayed into a file is known for one.</summary>
    public const string Prefix = "rk_";

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <summary>
/// The keys of a store. A name has one key in force at most; one that was revoked stays listed. The journal tells of each:
/// what is changed here is recorded at once, or, where the workspace has no event yet or its states are to be rebuilt, by the
/// first that can. Until then a note says which keys wait, so that a row put here by another hand is not taken for one.
/// </summary>
public sealed class ApiKeys(Store store)
{
    private const int RandomBytes = 32, IdBytes = 6;

    public const int NameLengthMax = 60;

    /// <summary>Letters, digits and - _ . only: the name stands in the journal as an actor.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= NameLengthMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>The name of the note in the table meta: an object of ids, each with who changed the key.</summary>
    internal const string ToRecord = "api_keys_to_record";

    /// <summary>The text of a new key, which nobody can read again; null where the name has one in force.</summary>
    /// <param name="by">Who makes it.</param>
    public string? Add(string name, ApiMay may, DateTimeOffset now, string by = "")
    {
        var text = ApiKey.Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(RandomBytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return Change(now, () =>
        {
            if (All().Any(k => k.Name == name && k.RevokedAt is null)) return null;
            Permit(by, name, $"key added: {Words(may)}");
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
            Note(store, id, by);
            store.Statement("INSERT INTO api_key(id, name, may, hash, created_at, revoked_at) VALUES(?, ?, ?, ?, ?, ?)")
                .Bind(id).Bind(name).Bind(Words(may)).Bind(ApiKey.HashOf(text).AsSpan()).Bind(now.ToUnixTimeMilliseconds()).Bind((long?)null).Run();
            return text;
        });
    }

    /// <summary>Noted before it is done: a key that nobody told of must not open anything.</summary>
    private void Permit(string by, string name, string detail) =>
        store.Access.Record(new AccessNote(TimeProvider.System.GetUtcNow(), by, "command", AccessKind.Permitted, name, detail));

    /// <summary>False where the name has no key in force.</summary>
    /// <param name="by">Who ends it.</param>
    public bool Revoke(string name, DateTimeOffset now, string by = "") => Change(now, () => End(name, now, by));

    private bool End(string name, DateTimeOffset now, string by)
    {
        var ended = All().Where(k => k.Name == name && k.RevokedAt is null).ToList();
        if (ended.Count == 0) return false;
        Permit(by, name, "key revoked");
        foreach (var key in ended) Note(store, key.Id, by);
        store.Statement("UPDATE api_key SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL").Bind(now.ToUnixTimeMilliseconds()).Bind(name).Run();
        return true;
    }

    /// <summary>In order of their making.</summary>
    public IReadOnlyList<ApiKey> All()
    {
        var keys = new List<ApiKey>();
        var s = store.Statement("SELECT id, name, may, hash, created_at, revoked_at FROM api_key ORDER BY created_at, id");
        while (s.Step())
            keys.Add(new ApiKey(s.Text(0), s.Text(1), Read(s.Text(2)), s.Blob(3).ToArray(), At(s.Long(4)), s.LongOrNull(5) is { } revoked ? At(revoked)
                : null));
        return keys;
    }

    /// <summary>As the command line has it: read, write, or both with a comma; null where the text is neither.</summary>
    public static ApiMay? Parse(string text)
    {
        ApiMay may = 0;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
            if (word == "read") may |= ApiMay.Read;
            else if (word == "write") may |= ApiMay.Write;
            else return null;
        return may;
    }

    public static string Words(ApiMay may) => may switch { ApiMay.Read => "read", ApiMay.Write => "write", 0 => "nothing", _ => "read,write" };

    /// <summary>What the bearer may do: of a key that has a user's name, no more than the user may by the API. 0: nothing.</summary>
    /// <param name="user">Whose name the key has; null: nobody's.</param>
    public static ApiMay MayOf(ApiKey key, UserDetails? user) =>
        user is null ? key.May : user.Disabled ? 0 : Viewer.Of(user) is { Enters: true, IsNarrow: false } ? key.May : key.May & ApiMay.Read;

    private static ApiMay Read(string text) => Parse(text) ?? throw new StoreException($"an API key may '{text}', which there is not; revoke it and add "
        + "another");

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>In one transaction, and then recorded where it can be.</summary>
    private T Change<T>(DateTimeOffset now, Func<T> change)
    {
        store.Begin();
        T result;
        try
        {
            result = change();
            store.Commit();
        }
        catch { store.Rollback(); throw; }
        if (!store.IsStale) _ = new Door(store, "api-key", new Standing(now), NoMessages.Writer);
        return result;
    }

    private static void Note(Store store, string id, string by)
    {
        var notes = Noted(store);
        notes[id] = by;
        store.SetMeta(ToRecord, JsonSerializer.Serialize(notes));
    }

    /// <summary>Keys that wait to be recorded, each with who changed it; empty where it was made before keys were events.</summary>
    internal static SortedDictionary<string, string> Noted(Store store)
    {
        if (store.Meta(ToRecord) is not { } text) return new(StringComparer.Ordinal);
        try { return new(JsonSerializer.Deserialize<Dictionary<string, string>>(text)!, StringComparer.Ordinal); }
        catch (Exception e) when (e is JsonException or ArgumentNullException)
        {
            throw new StoreException($"meta holds '{Store.Short(text)}' for "
            + $"{ToRecord}, which Recoup never wrote", e);
        }
    }

    /// <summary>What the journal does not tell yet of the keys that wait: to be recorded in the transaction that is open, which takes the note away.</summary>
    internal static List<Event> Unrecorded(Store store, WorkspaceState workspace)
    {
        var notes = Noted(store);
        var events = new List<Event>();
        if (notes.Count == 0) return events;
        foreach (var key in new ApiKeys(store).All())
        {
            if (!notes.TryGetValue(key.Id, out var by)) continue;
            var who = by.Length > 0 ? by : null;
            var known = workspace.ApiKey(key.Id);
            if (known is null) events.Add(new WorkspaceEvent.ApiKeyAdded(key.Id, key.Name, Words(key.May), key.Hash, key.CreatedAt, who));
            if (key.RevokedAt is { } at && known?.RevokedAt is null) events.Add(new WorkspaceEvent.ApiKeyRevoked(key.Id, at, who));
        }
        store.Statement("DELETE FROM meta WHERE name = ?").Bind(ToRecord).Run();
        return events;
    }

    /// <summary>The table as it stands against what the journal tells.</summary>
    internal static void Check(Store store, WorkspaceState workspace, AuditReport report)
    {
        var notes = Noted(store);
        var missing = workspace.ApiKeys.Select(k => k.Id).ToHashSet(StringComparer.Ordinal);
        var waiting = 0;
        foreach (var key in new ApiKeys(store).All())
        {
            missing.Remove(key.Id);
            var told = workspace.ApiKey(key.Id);
            if (told is not null && told.Name == key.Name && told.May == Words(key.May) && told.Hash.AsSpan().SequenceEqual(key.Hash)
                && told.AddedAt == key.CreatedAt && told.RevokedAt == key.RevokedAt) continue;
            if (notes.ContainsKey(key.Id)) waiting++;
            else report.Add(new AuditProblem("state", "api_key", Partition.Workspace, null, $"the API key {key.Id} of {key.Name} is not what the journal "
                + $"tells of{(told is null ? ": it knows none of that id" : "")}; `recoup api-key revoke {key.Name}` ends it"));
        }
        foreach (var id in missing.Where(id => !notes.ContainsKey(id)).Order(StringComparer.Ordinal))
            report.Add(new AuditProblem("state", "api_key", Partition.Workspace, null, $"the API key {id} of {workspace.ApiKey(id)!.Name} is missing in "
                + "the table api_key"));
        if (waiting > 0) report.Unchecked.Add(new AuditUnchecked("api_key", $"{waiting} keys were made before keys were recorded, or before the "
            + "workspace had an event; the next command that writes records them"));
    }

    /// <summary>Puts what the journal tells in place of the table; keys that wait to be recorded stay.</summary>
    internal static void Restore(Store store, WorkspaceState workspace)
    {
        var notes = Noted(store);
        foreach (var key in new ApiKeys(store).All())
            if (!notes.ContainsKey(key.Id)) store.Statement("DELETE FROM api_key WHERE id = ?").Bind(key.Id).Run();
        foreach (var key in workspace.ApiKeys.Where(k => !notes.ContainsKey(k.Id)))
            store.Statement("INSERT INTO api_key(id, name, may, hash, created_at, revoked_at) VALUES(?, ?, ?, ?, ?, ?)")
                .Bind(key.Id).Bind(key.Name).Bind(key.May).Bind(key.Hash.AsSpan()).Bind(key.AddedAt.ToUnixTimeMilliseconds())
                    .Bind(key.RevokedAt?.ToUnixTimeMilliseconds()).Run();
    }

    private sealed class Standing(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    /// <summary>For a door that only records: it writes to nobody.</summary>
    private sealed class NoMessages : IMessageWriter
    {
        public static readonly NoMessages Writer = new();

        public MessageText Write(MessageFacts facts) => throw new InvalidOperationException("keys of the API are nobody's message");

        public bool Has(string template) => false;
    }
}
