using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Recoup.Storage.Work;

public sealed record AnchorHead(int Partition, long Seq, string Hash);

/// <summary>The heads of all chains at an instant, signed with a key that is kept outside the store.</summary>
public sealed record Anchor(string Workspace, DateTimeOffset At, IReadOnlyList<AnchorHead> Heads, string PublicKey, string Signature)
{
    /// <summary>The end of the chain of access; null: it had none yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AccessHead? Access { get; init; }
}

/// <summary>The last entry of the chain of access.</summary>
public sealed record AccessHead(long Seq, string Hash);

/// <summary>
/// Makes and checks anchors. A chain that was cut at its end, or computed anew from some row on, is consistent in
/// itself; only an anchor made before shows it. So anchors belong where whoever can write the store can't.
/// </summary>
public static class Anchors
{
    /// <summary>
    /// Where the signing key is kept: RECOUP_KEYS, else the user's data folder. Never in the store's folder, which
    /// may be copied, mounted or restored by others.
    /// </summary>
    public static string KeyFolder =>
        Environment.GetEnvironmentVariable("RECOUP_KEYS") is { Length: > 0 } given ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } local ? local : Path.GetTempPath(), "recoup", "keys");

    /// <summary>Signs the heads and writes them into the anchor folder. Returns the file.</summary>
    public static string Export(Store store, DateTimeOffset at)
    {
        using var key = LoadOrMakeKey();
        var heads = store.Heads().Where(h => h.Seq > 0).Select(h => new AnchorHead(h.Partition, h.Seq, Convert.ToHexStringLower(h.Hash))).ToList();
        var workspace = store.Meta("workspace") ?? "";
        var anchor = new Anchor(workspace, at, heads, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), "")
        {
            Access = store.Access.Last is { } last ? new AccessHead(last.Seq, Convert.ToHexStringLower(last.Hash)) : null,
        };
        anchor = anchor with { Signature = Convert.ToBase64String(key.SignData(Message(anchor), HashAlgorithmName.SHA256)) };
        Closed.MakeFolder(store.AnchorFolder);
        var sum = heads.Sum(h => h.Seq).ToString("D10", CultureInfo.InvariantCulture);
        var path = Path.Combine(store.AnchorFolder, $"{at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{sum}.json");
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(anchor, AnchorJson.Default.Anchor));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        return path;
    }

    /// <summary>An anchor of the heads as they are, where there is none yet; null where there is.</summary>
    public static string? ExportMissing(Store store, DateTimeOffset at)
    {
        var sum = store.Heads().Sum(h => h.Seq).ToString("D10", CultureInfo.InvariantCulture);
        return Directory.Exists(store.AnchorFolder) && Directory.EnumerateFiles(store.AnchorFolder, $"*-{sum}.json").Any() ? null : Export(store, at);
    }

    /// <summary>What is signed of an anchor.</summary>
    internal static byte[] Message(Anchor anchor) =>
        System.Text.Encoding.UTF8.GetBytes($"{anchor.Workspace}\n{anchor.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}\n"
            + string.Join('\n', anchor.Heads.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Partition} {h.Seq} {h.Hash}")))
            + (anchor.Access is { } access ? string.Create(CultureInfo.InvariantCulture, $"\naccess {access.Seq} {access.Hash}") : ""));

    internal static string KeyFile => Path.Combine(KeyFolder, "anchor-key.pem");

    private static ECDsa LoadOrMakeKey()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (!File.Exists(KeyFile))
            {
                Closed.MakeFolder(KeyFolder);
                // Simulations run side by side in one process, and the first of them make the key.
                var temporary = string.Create(CultureInfo.InvariantCulture, $"{KeyFile}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
                File.WriteAllText(temporary, key.ExportPkcs8PrivateKeyPem());
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                try { File.Move(temporary, KeyFile, overwrite: false); }
                catch (IOException) { File.Delete(temporary); }
            }
            key.ImportFromPem(File.ReadAllText(KeyFile));
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            key.Dispose();
            throw new StoreException($"the key that signs anchors can't be used in '{KeyFolder}': {e.Message}. Name a folder of your own in RECOUP_KEYS.", e);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Anchor))]
internal sealed partial class AnchorJson : JsonSerializerContext;
