using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Recoup.Storage.Work;

/// <summary>
/// Public keys one of which must have signed an anchor, each as the Base64 of its SubjectPublicKeyInfo. Whoever can write
/// a data folder can sign an anchor of their own: only a key that was kept elsewhere tells the two apart.
/// </summary>
public sealed class AnchorKeys
{
    /// <summary>Longer than any file of public keys.</summary>
    private const long FileSizeMax = 1 << 20;

    private readonly HashSet<string> keys;

    private AnchorKeys(IEnumerable<string> keys, string whose)
    {
        this.keys = new HashSet<string>(keys, StringComparer.Ordinal);
        Whose = whose;
    }

    /// <summary>For people: the named keys, or this machine's with their folder.</summary>
    public string Whose { get; }

    public bool IsEmpty => keys.Count == 0;

    public bool Has(string publicKey) => keys.Contains(publicKey);

    /// <param name="texts">Each a file, or the text itself: PEM, the Base64 that `audit key` prints, or its JSON; several keys in one are all meant.</param>
    /// <exception cref="FormatException">One of them holds no public key.</exception>
    public static AnchorKeys Named(IEnumerable<string> texts) => new(texts.SelectMany(Read), "the named key");

    /// <summary>The key that signs here, and those of `*.pub` files beside it, such as one that signed before.</summary>
    /// <exception cref="FormatException">A file there holds no key, or can't be read.</exception>
    public static AnchorKeys OfThisMachine()
    {
        var known = new List<string>();
        if (OwnPublicKey() is { } own) known.Add(own);
        if (Directory.Exists(Anchors.KeyFolder))
            foreach (var file in Directory.EnumerateFiles(Anchors.KeyFolder, "*.pub").Order(StringComparer.Ordinal)) known.AddRange(Read(file));
        return new AnchorKeys(known, $"this machine's ({Anchors.KeyFolder})");
    }

    /// <summary>The public part of the key that signs here; null: there is none yet.</summary>
    /// <exception cref="FormatException">The file can't be read or holds no key.</exception>
    public static string? OwnPublicKey() => File.Exists(Anchors.KeyFile) ? Read(Anchors.KeyFile)[0] : null;

    /// <summary>The first 16 hexadecimal digits of the key's SHA-256: for the eye.</summary>
    public static string Fingerprint(string publicKey) => Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(publicKey)))[..16];

    /// <summary>The same key in its one spelling.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static string Normal(string base64)
    {
        using var key = Open(base64);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    internal static ECDsa Open(string base64)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(base64), out _);
            return key;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            key.Dispose();
            throw new FormatException("it is no public key of an elliptic curve", e);
        }
    }

    private static List<string> Read(string fileOrText)
    {
        var isFile = File.Exists(fileOrText);
        var name = isFile ? $"'{fileOrText}'" : $"'{Store.Short(fileOrText)}'";
        try
        {
            var text = isFile ? Content(fileOrText) : fileOrText;
            var found = text.Contains("-----BEGIN", StringComparison.Ordinal) ? Pem(text)
                : text.TrimStart().StartsWith('{') ? [Normal((string?)JsonNode.Parse(text)?["key"] ?? "")]
                : [.. text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(l => !l.StartsWith('#'))
                    .Select(Normal)];
            return found.Count > 0 ? found : throw new FormatException("it is empty");
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or ArgumentException or CryptographicException
            or IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{name} {(isFile ? "can't be read as a key" : "is no public key, and no file of that name is there")} "
                + $"({e.Message.TrimEnd('.')}); `recoup audit key` prints one", e);
        }
    }

    private static string Content(string file) =>
        new FileInfo(file).Length <= FileSizeMax ? File.ReadAllText(file) : throw new FormatException("it is too large for a file of keys");

    private static List<string> Pem(string text)
    {
        var found = new List<string>();
        for (var rest = text; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(rest.AsSpan()[fields.Location]);
            found.Add(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));
        }
        return found;
    }
}
