using System.CommandLine;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>audit verify, rebuild: whether what is there is what was written.</summary>
internal static class AuditVerbs
{
    public static Command Audit()
    {
        var anchor = new Option<string[]>("--anchor") { Description = "an anchor file, or a folder of them: finds a cut tail and a chain computed anew", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        var verify = new Command("verify", "Every hash computed anew, everything folded from zero, money counted, and held against what is live.") { anchor };
        verify.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var files = new List<string>();
            foreach (var path in parsed.GetValue(anchor) ?? [])
            {
                if (Directory.Exists(path)) files.AddRange(Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal));
                else if (File.Exists(path)) files.Add(path);
                else throw new UsageException($"there is no anchor '{path}'");
            }
            var report = Storage.Work.Audit.Verify(session.Open(), files, (done, of) => Output.Progress("verifying", (double)done / of));
            Output.ProgressDone();
            var code = Print(session.Output, report, "verified");
            if (files.Count == 0 && report.Ok) Output.Say($"Without an anchor a cut tail or a chain computed anew can't be seen; each run exports one to {Path.Combine(session.Folder, "anchors")}. Keep copies elsewhere.");
            return code;
        });
        var verb = new Command("audit", "Checks the audit trail.");
        verb.Subcommands.Add(verify);
        return verb;
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
        var sheet = new Sheet("what", "number") { Title = report.Ok ? $"Everything {word} agrees." : $"{report.ProblemsInAll:N0} problems" };
        sheet.Add("events", report.Events);
        sheet.Add("partitions with events", report.Partitions);
        sheet.Add("parties", report.Parties);
        var problems = new Sheet("check", "where", "partition", "event", "what") { Empty = "no problem" };
        foreach (var p in report.Problems) problems.Add(p.Check, p.Where, p.Partition, p.Seq, p.Message);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", report.Ok);
            json.WriteNumber("events", report.Events);
            json.WriteNumber("partitions", report.Partitions);
            json.WriteNumber("parties", report.Parties);
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
        }, sheet, problems);
        return report.Ok ? 0 : 1;
    }
}
