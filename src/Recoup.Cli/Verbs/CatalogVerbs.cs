using System.CommandLine;
using System.Text.Json;
using Recoup.Connectors.Catalog;
using Recoup.Connectors.Documents;
using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Policies;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>catalog validate, adopt and languages, kpi validate: a user's own files, all that is wrong with them at once.</summary>
internal static class CatalogVerbs
{
    public static Command Validate()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "files of any sort: policies, rules, templates, words, KPIs, mappings; none: the "
            + "whole folder of your own", Arity = ArgumentArity.ZeroOrMore
        };
        var verb = new Command("validate", "All that is wrong with your own files, each with its line and how to mend it. Changes nothing.") { files };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var named = parsed.GetValue(files) ?? [];
            if (named.Length > 0) return Answer(session, named.Length, [.. named.SelectMany(file => ProblemsOf(session, file))]);
            var own = session.Own;
            if (!own.Exists) Output.Say($"There is no folder {own.Folder}: everything is as shipped.");
            return Answer(session, own.Files.Count, session.ReadOwn(own).Problems);
        });
        return verb;
    }

    public static Command ValidateKpis()
    {
        var files = new Argument<string[]>("FILE") { Description = "KPI files", Arity = ArgumentArity.OneOrMore };
        var verb = new Command("validate", "All that is wrong with KPI files, each with its line and how to mend it. Needs no workspace.") { files };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var named = parsed.GetValue(files)!;
            var problems = new List<FileProblem>();
            // Together, since they name one another, and over those of the user's own that lie in the catalogue.
            _ = KpiCatalog.Over(named.Distinct(StringComparer.Ordinal).Select(file => (file, Text(file))).ToList(),
                (file, line, text) => problems.Add(new FileProblem(file, line, text)), session.Own.ReadKpis().Kpis.All.Select(k => k.Id));
            return Answer(session, named.Length, problems);
        });
        return verb;
    }

    public static Command Adopt()
    {
        var by = Session.By();
        var verb = new Command("adopt",
            "Takes your own rules, templates and words in, so that the workspace goes by them from now on. In a data folder each run and dispatch does "
                + "so by itself.") { by };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var own = session.Own;
            if (!own.Exists) throw new UsageException($"there is no folder {own.Folder}; lay your files there, or name another with --catalog");
            var door = session.Door("import", create: true);
            var reading = own.Check(door.Workspace.Adopted, door.LastRecordedOn);
            var adopted = Adoption.Adopt(door, reading.Adoptable, parsed.GetValue(by) ?? Environment.UserName, session.Clock.GetUtcNow());
            var sheet = new Sheet("file", "edition") { Title = "In force now, of your own", Empty = "none of your own: everything is as shipped" };
            foreach (var file in door.Workspace.Adopted.Own) sheet.Add(file.Path, CatalogFile.DigestOf(file.Text));
            foreach (var problem in reading.Problems) Output.Say(problem.ToString());
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", reading.Problems.Count == 0);
                json.WriteBoolean("unchanged", adopted.Count == 0);
                json.WriteStartArray("adopted");
                foreach (var file in door.Workspace.Adopted.Own)
                {
                    json.WriteStartObject();
                    json.WriteString("file", file.Path);
                    json.WriteString("digest", CatalogFile.DigestOf(file.Text));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                Problems(json, reading.Problems);
                json.WriteEndObject();
            }, sheet);
            return reading.Problems.Count == 0 ? 0 : 3;
        });
        return verb;
    }

    public static Command Languages()
    {
        var limit = SimulateVerbs.Limit("at most so many accounts of each", byDefault: 5);
        var verb = new Command("languages", "The languages of your customers: how many have each, who, and whether letters are written in it.") { limit };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var languages = CustomerLanguages.Of(session.Open(), parsed.GetValue(limit));
            var writer = session.Door("import").Writer;
            bool Has(CustomerLanguage language) => language.Code.Length == 0 || writer.HasLanguage(language.Code);
            var sheet = new Sheet("language", "accounts", "letters", "of these") { Title = "Languages of your customers", Empty = "there are no customers" };
            foreach (var l in languages)
                sheet.Add(l.Code.Length == 0 ? "(not given)" : l.Code, l.Accounts, l.Code.Length > 0 && Has(l) ? l.Code : "en",
                    string.Join(", ", l.First) + (l.First.Count < l.Accounts ? ", …" : ""));
            session.Output.Print(json =>
            {
                json.WriteStartArray();
                foreach (var l in languages)
                {
                    json.WriteStartObject();
                    json.WriteString("language", l.Code.Length == 0 ? null : l.Code);
                    json.WriteNumber("accounts", l.Accounts);
                    json.WriteBoolean("has_templates", Has(l));
                    json.WriteStartArray("first_accounts");
                    foreach (var account in l.First) json.WriteStringValue(account);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }, sheet);
            foreach (var l in languages.Where(l => !Has(l)))
                Output.Say($"{l.Code}: there are no templates, and {Plural.Of(l.Accounts, "account")} {Plural.Noun(l.Accounts, "gets", "get")} letters "
                    + $"in English. Lay some into templates/{l.Code} of your own catalog: those in templates/en show what they may say.");
            session.TellRowTroubles();
            return 0;
        });
        return verb;
    }

    // --- what is wrong ---

    /// <summary>Prints `{"ok","problems":[…]}`; exit 1 where something is wrong.</summary>
    public static int Answer(Session session, int files, IReadOnlyList<FileProblem> problems, Action<Utf8JsonWriter>? more = null, params Sheet[] sheets)
    {
        var sheet = new Sheet("file", "line",
            "what is wrong")
        {
            Title = $"{Plural.Of(problems.Count, "problem")} in {Plural.Of(files, "file")}", Empty = "nothing is wrong"
        };
        foreach (var problem in problems) sheet.Add(problem.File, problem.Line, problem.Text);
        session.Output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", problems.Count == 0);
            json.WriteNumber("files", files);
            Problems(json, problems);
            more?.Invoke(json);
            json.WriteEndObject();
        }, problems.Count == 0 && sheets.Length > 0 ? sheets : [sheet]);
        return problems.Count == 0 ? 0 : 1;
    }

    private static void Problems(Utf8JsonWriter json, IReadOnlyList<FileProblem> problems)
    {
        json.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("file", problem.File);
            json.WriteNumber("line", problem.Line);
            json.WriteString("text", problem.Text);
            if (problem.Instead is not null) json.WriteString("instead", problem.Instead);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Of one file, whatever sort it is of: by its folder, else by what it says.</summary>
    private static IReadOnlyList<FileProblem> ProblemsOf(Session session, string file)
    {
        var text = Text(file);
        switch (SortOf(file, text))
        {
            case "templates":
                var parts = Path.GetFullPath(file).Replace('\\', '/').Split('/');
                var path = $"templates/{parts[^2]}/{parts[^1]}";
                var problems = new List<FileProblem>();
                // With the parts beside it.
                var beside = Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(file))!, "_*.hbs").Where(f => Path.GetFileName(f) != parts[^1])
                    .Select(f => new CatalogFile($"templates/{parts[^2]}/{Path.GetFileName(f)}", File.ReadAllText(f)));
                TemplateFiles.Usable([.. beside, new CatalogFile(path, text)], [], (wrong, line, what) =>
                {
                    if (wrong.Path == path) problems.Add(new FileProblem(file, line, what));
                });
                return problems;
            case "policies": return Of(file, Policy.ProblemsOf(text, file, session.Templates()));
            case "rules": return Of(file, ContactRules.ProblemsOf(text, file));
            case "kpis":
                var wrong = new List<FileProblem>();
                _ = KpiCatalog.Over([(file, text)], (name, line, what) => wrong.Add(new FileProblem(name, line, what)), session.Kpis().All.Select(k => k.Id));
                return wrong;
            case "documents": return Of(file, DocumentWordBook.ProblemsOf($"documents/{Path.GetFileName(file)}", text));
            case "mappings": return Of(file, YamlMap.ProblemsOf(noted => Mapping.Parse(text, file, noted)));
            default:
                return [new FileProblem(file, 1,
                "is no file of a catalogue: neither its folder (kpis, mappings, policies, rules, documents, templates) nor its first fields say what it is")];
        }
    }

    public static IReadOnlyList<FileProblem> Of(string file, IReadOnlyList<YamlException> problems) =>
        [.. problems.Select(e => new FileProblem(file, e.Line, e.Text))];

    public static string Text(string file)
    {
        if (!File.Exists(file)) throw new UsageException($"there is no file '{file}'");
        return File.ReadAllText(file);
    }

    private static string? SortOf(string file, string text)
    {
        if (Path.GetExtension(file) == ".hbs") return "templates";
        var folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)));
        if (folder is "kpis" or "mappings" or "policies" or "rules" or "documents") return folder;
        foreach (var (field, sort) in new[] { ("policy:", "policies"), ("pack:", "rules"), ("formula:", "kpis"), ("id:", "kpis"), ("inputs:", "mappings"),
            ("open_items:", "mappings"), ("columns:", "mappings"), ("invoice:", "documents") })
            if (text.Split('\n').Any(line => line.StartsWith(field, StringComparison.Ordinal))) return sort;
        return null;
    }
}
