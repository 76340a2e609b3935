using System.CommandLine;
using System.Globalization;
using Recoup.Core.Foundation;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>audit verify, rebuild: whether what is there is what was written.</summary>
internal static class AuditVerbs
{
    public static Command Audit()
    {
        var anchor = new Option<string[]>("--anchor")
        {
            Description = "an anchor file, or a folder of them: finds a cut tail and a chain computed anew", HelpName = "DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        var key = new Option<string[]>("--key")
        {
            Description = "the public key that must have signed the anchors, as `audit key` prints it: a file, or the text itself; else the keys this "
                + "machine knows",
            HelpName = "PUBLIC", AllowMultipleArgumentsPerToken = true,
        };
        var verify = new Command("verify", "Every hash computed anew, everything folded from zero, money counted, and held against what is "
            + "live.") { anchor, key };
        verify.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var places = parsed.GetValue(anchor) ?? [];
            foreach (var path in places)
                if (!Directory.Exists(path) && !File.Exists(path)) throw new UsageException($"there is no anchor '{path}'");
            var keys = parsed.GetValue(key) is { Length: > 0 } named ? Named(named) : null;
            if (keys is not null && places.Length == 0) throw new UsageException("--key says who signed anchors: name them with --anchor");
            var report = Storage.Work.Audit.Verify(session.Open(), places, (done, of) => Output.Progress("verifying", (double)done / of), keys: keys);
            Output.ProgressDone();
            var code = Print(session.Output, report, "verified");
            if (places.Length == 0 && report.Ok) Output.Say($"Each run exports an anchor to {Path.Combine(session.Folder, "anchors")}: keep copies "
                + "elsewhere, and `recoup audit key` beside them.");
            return code;
        });
        var verb = new Command("audit", "Checks the audit trail.");
        verb.Subcommands.Add(verify);
        verb.Subcommands.Add(Key());
        return verb;
    }

    /// <summary>Prints the public key alone, so that it can be led into a file.</summary>
    private static Command Key()
    {
        var verb = new Command("key", "The public key of this machine's anchors. Keep it where whoever can write the data can't, and name it with `audit "
            + "verify --key`.");
        verb.SetAction(parsed =>
        {
            var output = new Output(parsed.GetValue(Output.Format) ?? "table");
            var key = AnchorKeys.OwnPublicKey() ?? throw new Storage.StoreException($"there is no key in '{Anchors.KeyFolder}' yet: the first `recoup "
                + "run` makes it. RECOUP_KEYS names another folder.");
            var fingerprint = AnchorKeys.Fingerprint(key);
            if (output.IsTable)
            {
                Terminal.Out.WriteLine(key);
                Output.Say($"fingerprint {fingerprint}");
                return 0;
            }
            var sheet = new Sheet("key", "fingerprint");
            sheet.Add(key, fingerprint);
            output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteString("fingerprint", fingerprint);
                json.WriteEndObject();
            }, sheet);
            return 0;
        });
        return verb;
    }

    private static AnchorKeys Named(IReadOnlyList<string> texts)
    {
        try { return AnchorKeys.Named(texts); }
        catch (FormatException e) { throw new UsageException($"--key: {e.Message}"); }
    }

    public static Command Rebuild()
    {
        var check = new Option<bool>("--check") { Description = "compare only, change nothing" };
        var verb = new Command("rebuild", "Folds the journal from zero into states, read models and cells.") { check };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var only = parsed.GetValue(check);
            var report = only
                ? Storage.Work.Audit.Check(session.Open(), (done, of) => Output.Progress("comparing", (double)done / of))
                : Storage.Work.Audit.Rebuild(session.Open(), (done, of) => Output.Progress("folding", (double)done / of));
            Output.ProgressDone();
            var code = Print(session.Output, report, only ? "compared" : "rebuilt");
            if (!only && !report.Ok) Output.Say("Nothing was replaced: the journal itself has problems. `recoup audit verify` tells more.");
            return code;
        });
        return verb;
    }

    private static int Print(Output output, AuditReport report, string word)
    {
        var checkedAll = word == "verified";
        var sheet = new Sheet("what", "number")
        {
            Title = report.Ok ? $"Everything {word} agrees{(report.Unchecked.Count > 0 ? "; what was not checked "
            + "is named below" : "")}." : Plural.Of(report.ProblemsInAll, "problem")
        };
        sheet.Add("events", report.Events);
        sheet.Add("partitions with events", report.Partitions);
        sheet.Add("parties", report.Parties);
        sheet.Add("entries of access", report.Accesses);
        sheet.Add("anchors read", report.Anchors.Read);
        if (report.Anchors.Until is { } until) sheet.Add("anchors until", Instant(until));
        foreach (var key in report.Anchors.Keys) sheet.Add("anchors signed by", AnchorKeys.Fingerprint(key));
        var problems = new Sheet("check", "where", "partition", "event", "what") { Empty = "no problem" };
        foreach (var p in report.Problems) problems.Add(p.Check, p.Where, p.Partition, p.Seq, p.Message);
        var left = new Sheet("unchecked", "why") { Empty = "nothing was left unchecked" };
        foreach (var one in report.Unchecked) left.Add(one.What, one.Why);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", report.Ok);
            json.WriteStartObject("anchors");
            json.WriteNumber("read", report.Anchors.Read);
            if (report.Anchors.Until is { } lastAt) json.WriteString("until", Instant(lastAt)); else json.WriteNull("until");
            if (report.Anchors.Keys is [.., var last]) json.WriteString("key", last); else json.WriteNull("key");
            json.WriteStartArray("keys");
            foreach (var key in report.Anchors.Keys) json.WriteStringValue(key);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("unchecked");
            foreach (var one in report.Unchecked) json.WriteStringValue(one.ToString());
            json.WriteEndArray();
            json.WriteNumber("events", report.Events);
            json.WriteNumber("partitions", report.Partitions);
            json.WriteNumber("parties", report.Parties);
            json.WriteNumber("accesses", report.Accesses);
            json.WriteNumber("problems_in_all", report.ProblemsInAll);
            json.WriteStartArray("problems");
            foreach (var p in report.Problems)
            {
                json.WriteStartObject();
                json.WriteString("check", p.Check);
                json.WriteString("where", p.Where);
                if (p.Partition is { } partition) json.WriteNumber("partition", partition); else json.WriteNull("partition");
                if (p.Seq is { } seq) json.WriteNumber("seq", seq); else json.WriteNull("seq");
                json.WriteString("message", p.Message);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }, [sheet, problems, .. checkedAll ? [left] : Array.Empty<Sheet>()]);
        return report.Ok ? 0 : 1;
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
