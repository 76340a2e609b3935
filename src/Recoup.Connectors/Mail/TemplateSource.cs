using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Mail;

/// <summary>What is wrong with a template: where, what, and how to mend it.</summary>
public sealed class TemplateException(string path, int line, string message)
    : Exception($"{path}, line {line.ToString(CultureInfo.InvariantCulture)}: {message}")
{
    public string Path { get; } = path;

    public int Line { get; } = line;

    /// <summary>The message without file and line.</summary>
    public string Text { get; } = message;
}

/// <summary>
/// A template's text, split into subject and body, its parts put in, and every tag of it checked against what there
/// is to say. The engine itself takes an unknown name for an empty one, and finds out only when it gets there.
/// </summary>
internal sealed partial class TemplateSource
{
    /// <summary>What there is at the top, and what kind it is.</summary>
    public static readonly IReadOnlyDictionary<string, Kind> Names = new Dictionary<string, Kind>(StringComparer.Ordinal)
    {
        ["name"] = Kind.Text, ["account"] = Kind.Text, ["creditor"] = Kind.Text, ["sender"] = Kind.Text, ["bank_details"] = Kind.Text,
        ["today"] = Kind.Text, ["first_due"] = Kind.Text, ["first_number"] = Kind.Text, ["days_overdue"] = Kind.Text, ["total"] = Kind.Text,
        ["period_from"] = Kind.Text, ["as_of"] = Kind.Text,
        ["several"] = Kind.Text, ["paid"] = Kind.Text, ["part_paid"] = Kind.Text,
        ["more_items"] = Kind.Text, ["items"] = Kind.Items, ["totals"] = Kind.Texts, ["unapplied"] = Kind.Texts,
    };

    /// <summary>What there is of an item, within <c>{{#each items}}</c>, and as columns of <c>{{table}}</c>.</summary>
    public static readonly IReadOnlyList<string> ItemNames = ["number", "issued", "due", "amount", "open", "days"];

    /// <summary>Unknown: what stands within a block whose own name is wrong, which has been said.</summary>
    public enum Kind { Text, Texts, Items, Unknown }

    private const string SubjectMark = "Subject: ";

    private TemplateSource(string subject, string body)
    {
        Subject = subject;
        Body = body;
    }

    public string Subject { get; }

    public string Body { get; }

    /// <summary>What a text may come to of its own words, before a customer's stand in it: as many as ten parts hold.</summary>
    private const int TextLengthMax = 1530;

    /// <summary>The file is of a text for phones, which has no subject.</summary>
    public static bool IsOfTexts(string path) => path.EndsWith(".sms.hbs", StringComparison.Ordinal);

    /// <param name="path">For messages.</param>
    /// <param name="text">The file: a subject line, an empty line, the body; of a text for phones the body alone.</param>
    /// <param name="part">The text of a part by its name, of the same language; null: there is none.</param>
    /// <param name="problems">Takes all that is wrong, and what is returned then is of use only where it stays empty; null: the first is thrown.</param>
    public static TemplateSource Parse(string path, string text, Func<string, string?> part, List<TemplateException>? problems = null)
    {
        text = text.ReplaceLineEndings("\n");
        var lines = text.Split('\n');
        if (IsOfTexts(path)) return ParseText(path, lines, part, problems);
        if (!lines[0].StartsWith(SubjectMark, StringComparison.Ordinal) || lines[0].Trim().Length < SubjectMark.Length)
            throw new TemplateException(path, 1, "the first line is the subject: Subject: Payment reminder");
        if (lines.Length < 3 || lines[1].Length > 0) throw new TemplateException(path, 2, "an empty line stands between subject and body");
        var subject = lines[0][SubjectMark.Length..];
        Check(path, subject, firstLine: 1, parts: null, problems);
        Check(path, string.Join('\n', lines[2..]), firstLine: 3, part, problems);
        if (problems is { Count: > 0 }) return new TemplateSource(subject, "");
        return new TemplateSource(subject, WithParts(lines[2..], part));
    }

    private static TemplateSource ParseText(string path, string[] lines, Func<string, string?> part, List<TemplateException>? problems)
    {
        var text = string.Join('\n', lines);
        if (lines[0].StartsWith(SubjectMark, StringComparison.Ordinal)) Report(1, "a text for phones has no subject: it begins with its first words");
        if (text.IndexOf("{{table", StringComparison.Ordinal) is var table and >= 0)
            Report(1 + text.AsSpan(0, table).Count('\n'), "a text for phones has no room for a table");
        Check(path, text, firstLine: 1, part, problems);
        if (problems is { Count: > 0 }) return new TemplateSource("", "");
        var body = WithParts(lines, part);
        var own = Tag().Replace(body, "");
        // 12 CFR 1006.6(e): every text says how to have no more of them.
        if (!own.Contains("STOP", StringComparison.Ordinal)) Report(1, "nothing says how to stop the texts: tell the reader to answer STOP");
        if (own.Trim().Length is var length and > TextLengthMax)
            Report(1, $"its own words are {length.ToString(CultureInfo.InvariantCulture)} characters, and ten parts hold {TextLengthMax}: shorten it");
        return new TemplateSource("", body);

        void Report(int line, string message)
        {
            var e = new TemplateException(path, line, message);
            if (problems is null) throw e;
            problems.Add(e);
        }
    }

    private static string WithParts(string[] lines, Func<string, string?> part)
    {
        var body = new StringBuilder();
        foreach (var line in lines)
            body.Append(PartLine().Match(line) is { Success: true } match ? part(match.Groups["part"].Value)!.ReplaceLineEndings("\n").TrimEnd('\n') : line)
                .Append('\n');
        return body.ToString();
    }

    /// <summary>A part stands at the top, without parts of its own.</summary>
    public static void CheckPart(string path, string text, List<TemplateException>? problems = null) =>
        Check(path, text.ReplaceLineEndings("\n"), 1, null, problems);

    private static void Check(string path, string text, int firstLine, Func<string, string?>? parts, List<TemplateException>? problems)
    {
        var blocks = new Stack<(string Word, int Line)>();
        var scopes = new Stack<Kind?>();
        scopes.Push(null);
        var at = 0;
        while ((at = text.IndexOf("{{", at, StringComparison.Ordinal)) >= 0)
        {
            var line = firstLine + text.AsSpan(0, at).Count('\n');
            if (at > 0 && text[at - 1] == '\\') throw new TemplateException(path, line, "'\\{{' is not understood here");
            if (text.AsSpan(at).StartsWith("{{{", StringComparison.Ordinal))
                throw new TemplateException(path, line, "two braces are enough: nothing is escaped in plain text");
            var comment = text.AsSpan(at).StartsWith("{{!--", StringComparison.Ordinal);
            var close = text.IndexOf(comment ? "--}}" : "}}", at + 2, StringComparison.Ordinal);
            if (close < 0) throw new TemplateException(path, line, "'{{' is never closed");
            var tag = text[(at + 2)..close].Trim('~').Trim();
            var start = at;
            at = close + (comment ? 4 : 2);
            if (tag.StartsWith('!')) continue;
            try { CheckTag(path, line, tag, LineAt(text, start), blocks, scopes, parts); }
            catch (TemplateException e) when (problems is not null) { problems.Add(e); }
        }
        if (blocks.Count > 0) throw new TemplateException(path, blocks.Peek().Line, $"'{{{{#{blocks.Peek().Word}}}}}' is never closed");
    }

    /// <param name="whole">The line it stands on.</param>
    private static void CheckTag(string path, int line, string tag, string whole, Stack<(string Word, int Line)> blocks, Stack<Kind?> scopes, Func<string,
        string?>? parts)
    {
        if (tag.StartsWith('>'))
        {
            CheckPartTag(path, line, whole, scopes.Count, parts);
            return;
        }
        var word = tag.Split(' ', '\t', '\n')[0];
        var rest = tag[word.Length..].Trim();
        switch (word)
        {
            case "#if" or "#unless" or "#each":
                blocks.Push((word[1..], line));
                var outer = scopes.ToArray();
                if (word == "#each") scopes.Push(Kind.Unknown);
                var kind = Resolve(path, line, rest, outer);
                if (word == "#each" && kind == Kind.Text) throw new TemplateException(path, line,
                    $"'{rest}' is no list; lists are {string.Join(", ", Names.Where(n => n.Value != Kind.Text).Select(n => n.Key))}");
                if (word != "#each") break;
                scopes.Pop();
                scopes.Push(kind);
                break;
            case "else":
                if (rest.Length > 0) throw new TemplateException(path, line, "'else' stands alone");
                if (blocks.Count == 0) throw new TemplateException(path, line, "'else' stands outside of a block");
                break;
            case ['/', ..]:
                if (blocks.Count == 0 || blocks.Peek().Word != word[1..] || rest.Length > 0)
                    throw new TemplateException(path, line, blocks.Count == 0 ? $"'{{{{{tag}}}}}' closes nothing"
                        : $"'{{{{{tag}}}}}' where '{{{{/{blocks.Peek().Word}}}}}' is due: the block of line {blocks.Peek().Line} is open");
                if (blocks.Pop().Word == "each") scopes.Pop();
                break;
            case "table":
                if (scopes.Count > 1) throw new TemplateException(path, line, "'table' stands outside of '#each'");
                CheckTable(path, line, rest);
                break;
            default:
                if (rest.Length > 0) throw new TemplateException(path, line, $"'{word}' takes nothing after it; there are #if, #unless, #each and table");
                if (Resolve(path, line, word, [.. scopes]) is not (Kind.Text or Kind.Unknown)) throw new TemplateException(path, line,
                    $"'{word}' is a list: {{{{#each {word}}}}}");
                break;
        }
    }

    /// <summary>The kind of a name in the innermost scope; <c>../</c> goes one scope out.</summary>
    private static Kind Resolve(string path, int line, string name, IReadOnlyList<Kind?> scopes)
    {
        var inner = name;
        var out_ = 0;
        for (; inner.StartsWith("../", StringComparison.Ordinal); inner = inner[3..]) out_++;
        if (out_ >= scopes.Count) throw new TemplateException(path, line, $"'{name}' goes out of more blocks than it stands in");
        var scope = scopes[out_];
        if (scope == Kind.Unknown) return Kind.Unknown;
        if (inner == "this" && scope == Kind.Texts) return Kind.Text;
        if (scope == Kind.Items && ItemNames.Contains(inner)) return Kind.Text;
        if (scope is null && Names.TryGetValue(inner, out var kind)) return kind;
        IReadOnlyList<string> known = scope switch { null => [.. Names.Keys.Order(StringComparer.Ordinal)], Kind.Items => ItemNames, _ => ["this"] };
        var meant = scope is not null && Names.ContainsKey(inner) ? $"../{inner}" : Spelling.Nearest(inner, known);
        throw new TemplateException(path, line,
            $"'{name}' is not known here{(meant is null ? "" : $"; did you mean '{meant}'?")} There are {string.Join(", ", known)}");
    }

    private static void CheckPartTag(string path, int line, string whole, int scopes, Func<string, string?>? parts)
    {
        if (parts is null) throw new TemplateException(path, line, "a part can't be put in here");
        if (PartLine().Match(whole) is not { Success: true } match) throw new TemplateException(path, line, "a part stands alone on its line: {{> closing}}");
        if (scopes > 1) throw new TemplateException(path, line, "a part stands outside of '#each'");
        if (parts(match.Groups["part"].Value) is null)
            throw new TemplateException(path, line,
                $"there is no part '{match.Groups["part"].Value}': no file _{match.Groups["part"].Value}.hbs in the same folder");
    }

    private static void CheckTable(string path, int line, string columns)
    {
        if (!TableColumns().IsMatch(columns))
            throw new TemplateException(path, line, "table takes columns and their headings: {{table number=\"Invoice\" due=\"Due\" open=\"Open\"}}");
        var named = TableColumn().Matches(columns).Select(m => m.Groups["column"].Value).ToList();
        foreach (var column in named)
            if (!ItemNames.Contains(column))
                throw new TemplateException(path, line, $"table has no column '{column}'; there are {string.Join(", ", ItemNames)}");
        if (named.Distinct(StringComparer.Ordinal).Count() < named.Count) throw new TemplateException(path, line, "table has a column twice");
    }

    private static string LineAt(string text, int at)
    {
        var start = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        var end = text.IndexOf('\n', at);
        return text[start..(end < 0 ? text.Length : end)];
    }

    [GeneratedRegex("""\{\{[^}]*\}\}""", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex("""^\{\{>\s*(?<part>[a-z0-9-]+)\s*\}\}\s*$""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex PartLine();

    [GeneratedRegex("""^(\s*[a-z_]+="[^"]*")+$""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TableColumns();

    [GeneratedRegex("""(?<column>[a-z_]+)="[^"]*("|$)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TableColumn();
}
