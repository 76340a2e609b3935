using System.CommandLine;
using System.Security.Cryptography;
using Recoup.Core;
using Recoup.Core.Evidence;
using Recoup.Core.Inputs;
using Recoup.Server.Api;
using Recoup.Storage;
using Recoup.Storage.Access;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>files, file: evidence and what was exchanged with customers, added, listed, given out and withdrawn.</summary>
internal static class FileVerbs
{
    public static Command Files()
    {
        var account = new Argument<string?>("ACCOUNT") { Description = "of this account alone", Arity = ArgumentArity.ZeroOrOne };
        var limit = SimulateVerbs.Limit("at most so many, newest first", byDefault: 1000);
        var verb = new Command("files", "Files of accounts: evidence, contracts, what was exchanged; newest first.") { account, limit };
        verb.SetAction(parsed => Lists.Print(parsed, FileList.Listing, "Files", "file", parsed.GetValue(account) is not null,
            (store, most) => new FileReadings(store).List(parsed.GetValue(account), null, most), parsed.GetValue(limit)));
        return verb;
    }

    public static Command File() => new("file", "One file of an account: add it, get it, withdraw it.") { Add(), Get(), Withdraw() };

    private static Command Add()
    {
        var account = new Argument<string>("ACCOUNT");
        var path = new Argument<string>("PATH") { Description = $"the file; it ends with one of {string.Join(", ", FileType.AllEndings)}" };
        var kind = new Option<string?>("--kind") { Description = $"what it is for: {string.Join(", ", FileChapter.Kinds)}; else other" };
        kind.AcceptOnlyFromAmong([.. FileChapter.Kinds]);
        var name = new Option<string?>("--name") { Description = "what it is called; else its name where it lies", HelpName = "NAME" };
        var invoice = new Option<string?>("--invoice") { Description = "number of the item that it is about", HelpName = "NUMBER" };
        var dispute = new Option<string?>("--dispute") { Description = "or key of the dispute", HelpName = "KEY" };
        var contact = new Option<string?>("--contact") { Description = "or key of the contact", HelpName = "KEY" };
        var payment = new Option<string?>("--payment") { Description = "or key of the payment; else it is about the account", HelpName = "KEY" };
        var key = Key();
        var by = Session.By();
        var verb = new Command("add", "Adds a file to an account, sealed under its party's key.")
        {
            account, path, kind, name, invoice, dispute, contact, payment, key, by,
        };
        verb.SetAction(parsed =>
        {
            var file = new FileInfo(parsed.GetValue(path)!);
            if (!file.Exists) throw new UsageException($"there is no file '{file}'");
            // Before it is read: whatever it is, it is not for here.
            if (file.Length > FileType.BytesMax)
            {
                Output.Say($"'{file}' has {file.Length} bytes, and a file has at most {FileType.BytesMax} (10 MB): save it smaller, or in parts.");
                return 1;
            }
            using var session = new Session(parsed);
            return Take(session, typeof(FileInput.Added), parsed.GetValue(by),
            [
                ("key", parsed.GetValue(key) ?? NewKey()), ("account", parsed.GetValue(account)), ("name", parsed.GetValue(name) ?? file.Name),
                ("content", System.IO.File.ReadAllBytes(file.FullName)), ("kind", parsed.GetValue(kind)), ("invoice", parsed.GetValue(invoice)),
                ("dispute", parsed.GetValue(dispute)), ("contact", parsed.GetValue(contact)), ("payment", parsed.GetValue(payment)),
            ]);
        });
        return verb;
    }

    private static Command Get()
    {
        var id = Id();
        var to = new Option<string>("--out") { Description = "where it is written; - for standard output, alone", HelpName = "PATH", Required = true };
        var force = new Option<bool>("--force") { Description = "write over a file that is there" };
        var verb = new Command("get", "Gives a file out as it was added, which is recorded.") { id, to, force };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var (target, store) = (parsed.GetValue(to)!, session.Open());
            if (Directory.Exists(target)) throw new UsageException($"--out: '{target}' is a folder; name the file to write");
            if (target != "-" && System.IO.File.Exists(target) && !parsed.GetValue(force))
                throw new UsageException($"--out: '{target}' is there already; name another, or write over it with --force");
            var files = new FileReadings(store);
            if (Find(files, parsed.GetValue(id)!) is not { } line) return 1;
            if (files.ContentOf(line) is not { } content)
            {
                Output.Say(line.Erased ? $"The person of account {line.File.Account} was erased, and file {line.File.File} with them."
                    : $"File {line.File.File} was withdrawn, and its content destroyed.");
                return 1;
            }
            if (!store.Access.IsReadOnly)
                store.Access.Record(new AccessNote(TimeProvider.System.GetUtcNow(), Environment.UserName, "command", AccessKind.Exported, line.File.Account,
                    $"file {line.File.File}"));
            if (target == "-")
            {
                using var output = Terminal.OpenOut();
                output.Write(content);
                return 0;
            }
            System.IO.File.WriteAllBytes(target, content);
            Output.Say($"wrote {target}");
            return 0;
        });
        return verb;
    }

    private static Command Withdraw()
    {
        var id = Id();
        var reason = new Option<string?>("--reason") { Description = "why", HelpName = "TEXT" };
        var key = Key();
        var by = Session.By();
        var verb = new Command("withdraw", "Destroys what a file holds; that it was there stays recorded.") { id, reason, key, by };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (Find(new FileReadings(session.Open()), parsed.GetValue(id)!) is not { } line) return 1;
            return Take(session, typeof(FileInput.Withdrawn), parsed.GetValue(by),
            [
                ("key", parsed.GetValue(key) ?? NewKey()), ("account", line.File.Account), ("file", line.File.File), ("reason", parsed.GetValue(reason)),
            ]);
        });
        return verb;
    }

    private static Argument<string> Id() => new("FILE") { Description = "the file's key, as `recoup files` lists it" };

    private static Option<string?> Key() =>
        new("--key") { Description = "makes it idempotent: the same key with the same content changes nothing", HelpName = "KEY" };

    // Nothing of the file is in it: keys stay when a person is erased.
    private static string NewKey() => "file/" + CardNumber.KeyOf(RandomNumberGenerator.GetBytes(8));

    private static FileLine? Find(FileReadings files, string id)
    {
        var line = files.Find(id);
        if (line is null) Output.Say($"there is no file {id}; `recoup files` lists them.");
        return line;
    }

    private static int Take(Session session, Type type, string? by, IReadOnlyList<(string Field, object? Value)> fields)
    {
        var kind = InputKinds.Of(type);
        var draft = new InputDraft(kind);
        var problems = new List<InputProblem>();
        foreach (var (field, value) in fields)
            if (value is string text) draft.Set(kind.Ordinal(field), text, problems);
            else if (value is not null) draft.Set(kind.Ordinal(field), value);
        if (problems.Count > 0 || kind.Build(draft, by ?? Environment.UserName, problems) is not { } input)
        {
            foreach (var problem in problems) Output.Say(problem.ToString());
            return 1;
        }
        var taken = session.Door("import").TakeOrSetAside([new InputUnit(0, [input])]).Units[0];
        if (taken is { Refused: { } refused }) Output.Say($"refused: {refused.Message}");
        else if (taken.Status == UnitStatus.SetAside) Output.Say($"it could not be taken, and was set aside: {taken.Cause}");
        else
        {
            var sheet = new Sheet("file", "status");
            var id = input is FileInput.Withdrawn withdrawn ? withdrawn.File : input.Key;
            var status = taken.Status == UnitStatus.Unchanged ? "unchanged" : input is FileInput.Withdrawn ? "withdrawn" : "added";
            sheet.Add(id, status);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("file", id);
                json.WriteString("status", status);
                json.WriteEndObject();
            }, sheet);
            return 0;
        }
        return 1;
    }
}
