using System.Text;

namespace Recoup.Connectors.Mail;

/// <summary>
/// Mail from elsewhere, read as far as reports need it (RFC 5322, 2045, 2046): headers, parts, and the text of a part.
/// Forgiving, since it was written by any server there is: what can't be read is empty, never an error.
/// </summary>
internal sealed class MimePart
{
    private const int DepthMax = 10;
    private const int PartsMax = 100;

    private readonly IReadOnlyList<(string Name, string Value)> headers;
    private readonly string raw;

    private MimePart(IReadOnlyList<(string, string)> headers, string raw) => (this.headers, this.raw) = (headers, raw);

    /// <summary>In lower case, such as multipart/report.</summary>
    public string MediaType { get; private init; } = "";

    public IReadOnlyList<MimePart> Parts { get; private init; } = [];

    /// <summary>The first of that name, unfolded; null: there is none.</summary>
    public string? Header(string name)
    {
        foreach (var (n, value) in headers)
            if (n.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }

    public static MimePart Read(byte[] bytes) => Read(Encoding.Latin1.GetString(bytes).ReplaceLineEndings("\n"), 0);

    private static MimePart Read(string text, int depth)
    {
        var (headers, body) = Split(text);
        var contentType = headers.FirstOrDefault(h => h.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value ?? "text/plain";
        var mediaType = contentType.Split(';')[0].Trim().ToLowerInvariant();
        var parts = new List<MimePart>();
        if (depth < DepthMax && mediaType.StartsWith("multipart/", StringComparison.Ordinal) && Parameter(contentType, "boundary") is { Length: > 0 } boundary)
            parts.AddRange(Between(body, boundary).Take(PartsMax).Select(part => Read(part, depth + 1)));
        return new MimePart(headers, body) { MediaType = mediaType, Parts = parts };
    }

    /// <summary>A parameter of the Content-Type, such as report-type; null: it has none of that name.</summary>
    public string? Parameter(string name) => Header("Content-Type") is { } type ? Parameter(type, name) : null;

    private static string? Parameter(string header, string name)
    {
        // A quoted value may hold a semicolon, which none of those that matter here does.
        foreach (var part in header.Split(';').Skip(1))
            if (part.Split('=', 2) is [var n, var value] && n.Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) return value.Trim().Trim('"');
        return null;
    }

    private static IEnumerable<string> Between(string body, string boundary)
    {
        var part = new StringBuilder();
        var inside = false;
        foreach (var line in body.Split('\n'))
        {
            var trimmed = line.TrimEnd();
            if (trimmed == "--" + boundary || trimmed == $"--{boundary}--")
            {
                if (inside) yield return part.ToString();
                part.Clear();
                inside = trimmed.Length == boundary.Length + 2;
            }
            else if (inside) part.Append(line).Append('\n');
        }
        // Cut off by somebody on the way.
        if (inside && part.Length > 0) yield return part.ToString();
    }

    /// <summary>The part's text, its transfer encoding undone; bytes that are no UTF-8 pass as Latin 1.</summary>
    public string Text
    {
        get
        {
            var bytes = (Header("Content-Transfer-Encoding") ?? "").Trim().ToLowerInvariant() switch
            {
                "base64" => FromBase64(raw),
                "quoted-printable" => FromQuotedPrintable(raw),
                _ => Encoding.Latin1.GetBytes(raw),
            };
            try { return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).ReplaceLineEndings("\n"); }
            catch (DecoderFallbackException) { return Encoding.Latin1.GetString(bytes).ReplaceLineEndings("\n"); }
        }
    }

    /// <summary>Headers of headers: the groups of fields of a report (RFC 3464, 2.1), or of a message that came back.</summary>
    public IReadOnlyList<MimePart> Groups =>
        [.. Text.Split("\n\n").Select(g => g.Trim('\n')).Where(g => g.Length > 0).Select(g => new MimePart(Split(g).Headers, ""))];

    private static (List<(string Name, string Value)> Headers, string Body) Split(string text)
    {
        var headers = new List<(string Name, string Value)>();
        var lines = text.Split('\n');
        var at = 0;
        for (; at < lines.Length && lines[at].Length > 0; at++)
        {
            var line = lines[at];
            if (line[0] is ' ' or '\t')
            {
                if (headers.Count > 0) headers[^1] = (headers[^1].Name, $"{headers[^1].Value} {line.Trim()}".Trim());
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0) headers.Add((line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }
        return (headers, at + 1 < lines.Length ? string.Join('\n', lines[(at + 1)..]) : "");
    }

    private static byte[] FromBase64(string text)
    {
        var clean = string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '='));
        var bytes = new byte[clean.Length];
        return Convert.TryFromBase64String(clean, bytes, out var length) ? bytes[..length] : [];
    }

    private static byte[] FromQuotedPrintable(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '=') { bytes.Add((byte)text[i]); continue; }
            if (i + 1 < text.Length && text[i + 1] == '\n') { i++; continue; }
            if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else bytes.Add((byte)'=');
        }
        return [.. bytes];
    }
}
