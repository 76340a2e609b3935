using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using HandlebarsDotNet;
using Recoup.Connectors.Documents;
using Recoup.Core.Documents;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Mail;

/// <summary>
/// Writes messages from templates by purpose, tone and language: <c>&lt;language&gt;/&lt;template&gt;.&lt;tone&gt;.hbs</c>.
/// The shipped ones are in the program; a caller lays its own over them, file by file. A tone that is missing falls
/// back to neutral, a language that is missing to English; dates and amounts go with the language of the template.
/// Safe to use from many threads.
/// </summary>
public sealed partial class TemplateWriter : IMessageWriter
{
    /// <summary>
    /// The sender where the portfolio has none. The top-level domain .invalid can't receive mail (RFC 2606), so that
    /// nobody's answer goes to a stranger; a real mail server refuses it, which shows that the sender is to be set.
    /// </summary>
    public const string DefaultSender = "receivables@localhost.invalid";

    private const string Neutral = "neutral";

    // No name of a template's: what the table helper leaves behind for the HTML beside the text.
    private const string TablesOfModel = ".tables";
    private const string FallbackLanguage = "en";

    private static readonly Lazy<TemplateWriter> LazyShipped = new(() => new TemplateWriter([]));

    private readonly Dictionary<(string Language, string Template, string Tone), Lazy<Compiled>> templates = [];
    private readonly IHandlebars engine = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true });

    private readonly DocumentWordBook words;

    // A user's files seldom change, and every door asks for them.
    private static volatile LastOver? lastOver;

    private sealed record LastOver(string Digest, TemplateWriter Writer);

    private sealed record Compiled(HandlebarsTemplate<object, object> Subject, HandlebarsTemplate<object, object> Body)
    {
        /// <summary>Path, and digest of the text with its parts.</summary>
        public required string Edition { get; init; }
    }

    /// <param name="overrides">Files of a folder of the caller's, by their path in it such as "de/final-notice.firm.hbs"; each replaces or adds one.</param>
    /// <exception cref="TemplateException">A file is none that can be used; says which, where and why.</exception>
    /// <param name="words">Of the documents that go with messages; null: the shipped ones.</param>
    public TemplateWriter(IEnumerable<(string Path, string Text)> overrides, DocumentWordBook? words = null)
    {
        this.words = words ?? DocumentWordBook.Shipped;
        engine.RegisterHelper("table", WriteTable);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, text) in ShippedFiles()) files[path] = text;
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, text) in overrides)
        {
            var name = path.Replace('\\', '/');
            files[name] = text;
            own.Add(name);
        }
        foreach (var (path, text) in files)
        {
            var match = FileName().Match(path);
            if (!match.Success)
                throw new TemplateException(path, 1,
                    "is no name of a template: it goes <language>/<template>.<friendly, neutral, firm or sms>.hbs, or <language>/_<part>.hbs");
            if (match.Groups["part"].Success)
            {
                TemplateSource.CheckPart(path, text);
                continue;
            }
            var language = match.Groups["language"].Value;
            var source = TemplateSource.Parse(path, text, part => files.GetValueOrDefault($"{language}/_{part}.hbs"));
            var compiled = new Lazy<Compiled>(() => Compile(path, source));
            // What ships is tested; what does not must show its faults now, not when the first letter goes out.
            if (own.Contains(path)) _ = compiled.Value;
            templates[(language, match.Groups["template"].Value, match.Groups["tone"].Value)] = compiled;
        }
        foreach (var (language, template, tone) in templates.Keys)
            foreach (var needed in new[] { Neutral, tone == MessageFacts.OfTexts ? tone : Neutral })
                if (!templates.ContainsKey((FallbackLanguage, template, needed)))
                    throw new TemplateException(own.FirstOrDefault(path =>
                        path.StartsWith($"{language}/{template}.", StringComparison.Ordinal)) ?? $"{language}/{template}", 1,
                            $"there must be an {FallbackLanguage}/{template}.{needed}.hbs, which other tones and languages fall back to");
    }

    /// <summary>The templates that come with the program, and no others.</summary>
    public static TemplateWriter Shipped => LazyShipped.Value;

    /// <summary>This writer with a user's files of a catalogue over its own: templates and documents' words. Throws <see cref="TemplateException"/>
    /// where one is wrong.</summary>
    public IMessageWriter Over(IReadOnlyList<CatalogFile> own)
    {
        var digest = AdoptedFiles.DigestOf(own);
        if (lastOver is { } last && last.Digest == digest) return last.Writer;
        var writer = new TemplateWriter(TemplateFiles.Of(own), DocumentWordBook.Over(own));
        lastOver = new LastOver(digest, writer);
        return writer;
    }

    public MessageEditions? Editions(string template, string tone, string language, bool document) =>
        Find(template, tone, language) is var (_, compiled) ? new MessageEditions(compiled.Edition, document ? words.EditionOf(language) : null) : null;

    /// <summary>Purposes for which there are templates, in order; beside each that a phone can be sent too, its name with .sms.</summary>
    public IReadOnlyList<string> Templates => [.. templates.Keys
        .Select(k => k.Tone == MessageFacts.OfTexts ? $"{k.Template}.{MessageFacts.OfTexts}" : k.Template)
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The shipped files by path: what a user copies to begin with.</summary>
    public static IEnumerable<(string Path, string Text)> ShippedFiles()
    {
        const string prefix = "templates/";
        var assembly = typeof(TemplateWriter).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            // Built elsewhere, a folder may be told apart by a backslash.
            var path = resource.Replace('\\', '/');
            if (!path.StartsWith(prefix, StringComparison.Ordinal)) continue;
            yield return (path[prefix.Length..], Read(assembly, resource));
        }
    }

    public bool Has(string template) => templates.ContainsKey((FallbackLanguage, template, Neutral));

    public bool HasLanguage(string language) => templates.Keys.Any(k => k.Language == LanguageCode.Of(language));

    public MessageText Write(MessageFacts facts)
    {
        var (language, compiled) = Find(facts);
        var model = Model(facts, LanguageForm.Of(language));
        if (facts.Tone == MessageFacts.OfTexts)
            return new MessageText(PlainText.OneLine(facts.To), facts.Name is null ? null : PlainText.OneLine(facts.Name), "", (string?)model["creditor"], "",
                PlainText.ForPhones(compiled.Body(model)))
            { Language = language };
        var tables = (List<TextTable>)model[TablesOfModel]!;
        var subject = PlainText.OneLine(compiled.Subject(model));
        tables.Clear();
        var body = PlainText.Lines(compiled.Body(model));
        return new MessageText(
            PlainText.OneLine(facts.To),
            facts.Name is null ? null : PlainText.OneLine(facts.Name),
            (string)model["sender"]!,
            (string?)model["creditor"],
            subject,
            body)
        {
            ReplyTo = Line(facts.Portfolio.ReplyTo),
            Language = language,
            Tables = TextTable.Places(body, tables),
            Attachments = Attach(facts),
        };
    }

    /// <summary>The documents in the customer's own language, where there are words for it, as the text is.</summary>
    private IReadOnlyList<Attachment>? Attach(MessageFacts facts)
    {
        if (facts.Statement is null && facts.Invoices.Count == 0) return null;
        var frame = new DocumentFrame
        {
            Portfolio = facts.Portfolio, Language = facts.Language, Account = facts.Account, Name = facts.Name, Address = facts.Address,
        };
        var attachments = facts.Invoices
            .Select(i => new Attachment(DocumentWriter.FileName(i), DocumentWriter.MediaType, DocumentWriter.Write(frame, i, words))).ToList();
        if (facts.Statement is { } statement) attachments.Add(new Attachment(DocumentWriter.FileName(statement), DocumentWriter.MediaType,
            DocumentWriter.Write(frame, statement, words)));
        return attachments;
    }

    private (string Language, Compiled Compiled)? Find(string template, string wantedTone, string wantedLanguage)
    {
        // "de-AT" and "DE" are German here.
        var wanted = LanguageCode.Of(wantedLanguage);
        foreach (var language in new[] { wanted, FallbackLanguage })
            foreach (var tone in wantedTone == MessageFacts.OfTexts ? [wantedTone] : new[] { wantedTone, Neutral })
                if (templates.TryGetValue((language, template, tone), out var found)) return (language, found.Value);
        return null;
    }

    private (string Language, Compiled Compiled) Find(MessageFacts facts)
    {
        if (Find(facts.Template, facts.Tone, facts.Language) is { } found) return found;
        throw new ArgumentException($"there is no template '{facts.Template}'; there are {string.Join(", ", Templates)}", nameof(facts));
    }

    private Compiled Compile(string path, TemplateSource source)
    {
        try
        {
            return new Compiled(engine.Compile(source.Subject),
            engine.Compile(source.Body))
            { Edition = CatalogFile.EditionOf($"templates/{path}", CatalogFile.DigestOf($"{source.Subject}\n{source.Body}")) };
        }
        catch (HandlebarsException e) { throw new TemplateException(path, 1, e.Message); }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NullReferenceException)
        {
            // Of some blocks the engine's own compiler loses track, such as one with a second else.
            throw new TemplateException(path, 1, "has a block that can't be understood; look for an 'else' too many");
        }
    }

    // --- what a template may say; names and kinds are those of TemplateSource.Names ---

    private static Dictionary<string, object?> Model(MessageFacts facts, LanguageForm form)
    {
        var creditor = facts.Portfolio.Creditor ?? facts.Portfolio.Name;
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [TablesOfModel] = new List<TextTable>(),
            ["name"] = Line(facts.Name),
            ["account"] = Line(facts.Account),
            ["creditor"] = Line(creditor),
            ["sender"] = Line(facts.Portfolio.Sender) ?? DefaultSender,
            ["bank_details"] = string.IsNullOrWhiteSpace(facts.Portfolio.BankDetails) ? null : PlainText.Lines(facts.Portfolio.BankDetails).TrimEnd('\n'),
            ["today"] = form.Date(facts.Today),
            ["first_due"] = facts.Items.Count == 0 ? null : form.Date(facts.Items.Min(i => i.DueOn)),
            ["first_number"] = facts.Items.Count == 0 ? null : Line(facts.Items[0].Number),
            ["days_overdue"] = facts.Items.Count == 0 ? null : Number(Math.Max(0, facts.Items.Max(i => i.DaysPastDue))),
            ["total"] = string.Join(" + ", facts.Totals.Select(form.Amount)),
            ["period_from"] = facts.Statement is { } from ? form.Date(from.From) : null,
            ["as_of"] = facts.Statement is { } last ? form.Date(last.AsOf) : null,
            ["several"] = facts.Items.Count + facts.MoreItems > 1,
            ["paid"] = facts.Items.Count > 0 && facts.Items.All(i => !i.Open.IsPositive),
            ["part_paid"] = facts.Items.Any(i => i.Open.IsPositive) && facts.Items.Any(i => i.Open != i.Amount),
            ["more_items"] = facts.MoreItems,
            ["totals"] = facts.Totals.Select(form.Amount).ToList(),
            ["unapplied"] = facts.Unapplied.Where(u => u.IsPositive).Select(form.Amount).ToList(),
            ["items"] = facts.Items.Select(item => new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["number"] = Line(item.Number),
                ["issued"] = form.Date(item.IssuedOn),
                ["due"] = form.Date(item.DueOn),
                ["amount"] = form.Amount(item.Amount),
                ["open"] = form.Amount(item.Open),
                ["days"] = Number(Math.Max(0, item.DaysPastDue)),
            }).ToList(),
        };
    }

    private static string? Line(string? text) => text is not null && PlainText.OneLine(text) is { Length: > 0 } line ? line : null;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The items as aligned columns, in the order of <see cref="TemplateSource.ItemNames"/>; numbers stand right.</summary>
    private static void WriteTable(EncodedTextWriter output, HandlebarsDotNet.Context context, Arguments arguments)
    {
        var model = (Dictionary<string, object?>)context.Value!;
        var items = (List<Dictionary<string, object?>>)model["items"]!;
        var table = new TextTable([.. TemplateSource.ItemNames.Where(arguments.Hash.ContainsKey)
            .Select(name => (Cells: (IReadOnlyList<string>)items.Select(item => (string)item[name]!).Prepend((string)arguments.Hash[name]!).ToList(),
                Right: name is "amount" or "open" or "days"))]);
        ((List<TextTable>)model[TablesOfModel]!).Add(table);
        output.WriteSafeString(table.Text);
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("""^(?<language>[a-z]{2,3})/(_(?<part>[a-z0-9-]+)|(?<template>[a-z0-9-]+)\.(?<tone>friendly|neutral|firm|sms))\.hbs$""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();
}
