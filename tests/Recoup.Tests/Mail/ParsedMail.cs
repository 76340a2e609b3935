using System.Text;

namespace Recoup.Tests.Mail;

/// <summary>Reads mail as far as these tests need it, written apart from what writes it.</summary>
internal sealed class ParsedMail
{
    private readonly List<(string Name, string Value)> headers = [];

    public IReadOnlyList<string> Names => [.. headers.Select(h => h.Name)];

    /// <summary>Of a mail in parts, the plain text.</summary>
    public string Body => Parts.Count == 0 ? Encoding.UTF8.GetString(Content).ReplaceLineEndings("\n") : Parts[0].Body;

    public IReadOnlyList<ParsedMail> Parts { get; private set; } = [];

    /// <summary>As it was before it was made fit for mail; empty where there are parts.</summary>
    public byte[] Content { get; private set; } = [];

    public string Header(string name) => headers.Single(h => h.Name == name).Value;

    public static ParsedMail Parse(byte[] bytes)
    {
        var text = Encoding.ASCII.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var mail = new ParsedMail();
        foreach (var line in text[..end].Split("\r\n"))
        {
            if (line[0] is ' ' or '\t') mail.headers[^1] = (mail.headers[^1].Name, mail.headers[^1].Value + "\n" + line[1..]);
            else mail.headers.Add((line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]));
        }
        for (var i = 0; i < mail.headers.Count; i++) mail.headers[i] = (mail.headers[i].Name, DecodeWords(mail.headers[i].Value));
        var body = text[(end + 4)..];
        var type = mail.headers.Find(h => h.Name == "Content-Type").Value ?? "";
        if (type.StartsWith("multipart/", StringComparison.Ordinal))
        {
            var mark = "--" + type.Split("boundary=\"")[1].TrimEnd('"');
            body.ShouldEndWith($"\r\n{mark}--\r\n");
            mail.Parts = [.. ("\r\n" + body[..^(mark.Length + 4)]).Split($"\r\n{mark}\r\n")[1..].Select(part => Parse(Encoding.ASCII.GetBytes(part)))];
        }
        else
            mail.Content = mail.headers.Exists(h => h is { Name: "Content-Transfer-Encoding", Value: "base64" })
                ? Convert.FromBase64String(body)
                : Unquote(body);
        return mail;
    }

    // Breaks between two encoded words are nothing, other breaks are a space.
    private static string DecodeWords(string value)
    {
        var parts = value.Split('\n');
        var decoded = new StringBuilder();
        var wordBefore = false;
        foreach (var part in parts)
        {
            var word = part.StartsWith("=?utf-8?B?", StringComparison.Ordinal) && part.EndsWith("?=", StringComparison.Ordinal);
            if (decoded.Length > 0 && !(word && wordBefore)) decoded.Append(' ');
            decoded.Append(word ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(part[10..^2])) : part);
            wordBefore = word;
        }
        return decoded.ToString();
    }

    private static byte[] Unquote(string body)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != '=') { bytes.Add((byte)body[i]); continue; }
            if (body.AsSpan(i).StartsWith("=\r\n", StringComparison.Ordinal)) { i += 2; continue; }
            bytes.Add(Convert.ToByte(body.Substring(i + 1, 2), 16));
            i += 2;
        }
        _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.ToArray());
        return [.. bytes];
    }
}
