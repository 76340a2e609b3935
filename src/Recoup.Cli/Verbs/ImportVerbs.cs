using System.CommandLine;
using System.Text.Json;
using Recoup.Connectors.Files;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>import, send, inputs: what comes in.</summary>
internal static class ImportVerbs
{
    public static Command Import()
    {
        var file = new Argument<string>("FILE") { Description = "CSV or NDJSON, gzipped or not; - reads standard input" };
        var map = new Option<string>("--map")
        {
            Description = $"a mapping file, or a shipped one: {string.Join(", ", Mapping.Shipped)}", Required = true, HelpName = "MAPPING",
        };
        var until = new Option<string?>("--until") { Description = "record each fact on its day and leave out what came after this one", HelpName = "DATE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "show what would be taken and rejected, keep nothing" };
        var rejects = new Option<string?>("--rejects")
        {
            Description = "where rejected rows go, with line and reason; else beside the data", HelpName = "FILE",
        };
        var asWhat = new Option<string?>("--as")
        {
            Description = "open-items: the file is all that is open; differences become corrections and closures", HelpName = "open-items",
        };
        asWhat.AcceptOnlyFromAmong("open-items");
        var on = new Option<string?>("--on") { Description = "with --as open-items: the day the file speaks of; else today", HelpName = "DATE" };
        var acceptDrop = new Option<bool>("--accept-drop") { Description = "with --as open-items: take a file that closes more than half of what is open" };
        var acceptOlder = new Option<bool>("--accept-older")
        {
            Description = "with --as open-items: take a file of an earlier day than the last list by the same mapping",
        };
        var verb = new Command("import", "Rows of a file become inputs. The same file again changes nothing.")
        {
            file, map, until, dryRun, rejects, asWhat, on, acceptDrop, acceptOlder,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var path = parsed.GetValue(file)!;
            if (path != "-" && !File.Exists(path)) throw new UsageException($"there is no file '{path}'");
            var day = parsed.GetValue(until) is { } text ? Session.DayOrNoEnd(text, "--until") : (DateOnly?)null;
            if (day is not null && parsed.GetValue(asWhat) is not null)
                throw new UsageException("--until and --as open-items do not go together: the file says what is open on one day");
            var mapping = session.Own.Mapping(parsed.GetValue(map)!);
            var dry = parsed.GetValue(dryRun);
            using var sink = new Rejects(parsed.GetValue(rejects), session.Folder, dry);
            var door = session.Door("import", create: true);
            var progress = new FileProgress();
            if (dry) door.BeginDryRun();
            try
            {
                if (parsed.GetValue(asWhat) is not null)
                {
                    var rows = path == "-"
                        ? MappedFile.ReadOpenItems(mapping, Terminal.OpenIn(), progress: progress)
                        : MappedFile.ReadOpenItems(mapping, path, progress: progress);
                    var today = door.Workspace.Today(session.Clock.GetUtcNow());
                    var asOn = parsed.GetValue(on) is { } o ? Session.Day(o, "--on") : today;
                    // Somewhere it may be tomorrow already.
                    if (asOn > today.AddDays(1))
                        throw new UsageException($"--on {asOn:yyyy-MM-dd}: no list can say what is open on a day to come; today is {today:yyyy-MM-dd}");
                    var open = new OpenItemsIntake(door).Take(rows, asOn, mapping.Name, sink.Add, parsed.GetValue(acceptDrop),
                        parsed.GetValue(acceptOlder));
                    sink.Finish();
                    return PrintOpenItems(session.Output, open, sink);
                }
                else
                {
                    var rows = path == "-"
                        ? MappedFile.Read(mapping, Terminal.OpenIn(), progress: progress)
                        : MappedFile.Read(mapping, path, progress: progress);
                    var report = day is { } d
                        ? new Intake(door).TakeUntil(rows, d, sink.Add, r => Show(r, progress), session.LastPlausibleDay)
                        : new Intake(door).Take(rows, sink.Add, r => Show(r, progress));
                    sink.Finish();
                    return Print(session.Output, report, sink);
                }
            }
            finally { if (dry) door.EndDryRun(); }
        });
        return verb;
    }

    public static Command Send()
    {
        var file = new Argument<string>("FILE") { Description = "NDJSON of inputs, one object a line; - reads standard input" };
        var dryRun = new Option<bool>("--dry-run") { Description = "show what would be taken and refused, keep nothing" };
        var rejects = new Option<string?>("--rejects")
        {
            Description = "where refused lines go, with line and reason; else beside the data", HelpName = "FILE",
        };
        var verb = new Command("send", "Takes inputs of any kind: the same door, one object a line. `recoup inputs` lists the kinds.")
        {
            file, dryRun, rejects,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var path = parsed.GetValue(file)!;
            if (path != "-" && !File.Exists(path)) throw new UsageException($"there is no file '{path}'");
            var dry = parsed.GetValue(dryRun);
            using var sink = new Rejects(parsed.GetValue(rejects), session.Folder, dry);
            var door = session.Door("import", create: true);
            var progress = new FileProgress();
            if (dry) door.BeginDryRun();
            try
            {
                var rows = path == "-" ? InputFile.Read(Terminal.OpenIn(), progress: progress) : InputFile.Read(path, progress: progress);
                var report = new Intake(door).Take(rows, sink.Add, r => Show(r, progress));
                sink.Finish();
                return Print(session.Output, report, sink);
            }
            finally { if (dry) door.EndDryRun(); }
        });
        return verb;
    }

    public static Command Inputs()
    {
        var schema = new Option<bool>("--schema") { Description = "print the JSON Schema of one input" };
        var verb = new Command("inputs", "Every kind of input with its fields.") { schema };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (parsed.GetValue(schema))
            {
                new Output("json").Print(InputSchema.Write);
                return 0;
            }
            var sheet = new Sheet("kind", "field", "type", "required", "meaning");
            foreach (var kind in InputKinds.All)
            {
                sheet.Add(kind.Name, "", "", "", kind.Meaning);
                sheet.Add("", "type", $"\"{kind.Name}\"", "yes", TypeMeaning);
                foreach (var field in kind.Fields) sheet.Add("", field.Name, InputSchema.TypeName(field), field.Required ? "yes" : "", field.Meaning);
            }
            session.Output.Print(json =>
            {
                json.WriteStartArray();
                foreach (var kind in InputKinds.All)
                {
                    json.WriteStartObject();
                    json.WriteString("kind", kind.Name);
                    json.WriteString("meaning", kind.Meaning);
                    json.WriteStartArray("fields");
                    json.WriteStartObject();
                    json.WriteString("name", "type");
                    json.WriteString("type", kind.Name);
                    json.WriteBoolean("required", true);
                    json.WriteString("meaning", TypeMeaning);
                    json.WriteEndObject();
                    foreach (var field in kind.Fields)
                    {
                        json.WriteStartObject();
                        json.WriteString("name", field.Name);
                        json.WriteString("type", InputSchema.TypeName(field));
                        json.WriteBoolean("required", field.Required);
                        json.WriteString("meaning", field.Meaning);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }, sheet);
            return 0;
        });
        return verb;
    }

    private const string TypeMeaning = "which kind of input the line is: this word";

    private static void Show(IntakeReport report, FileProgress progress) =>
        Output.Progress($"{Plural.Of(report.Read, "row")}, {report.Rejected:N0} rejected",
            progress.BytesTotal is > 0 and var total ? (double)progress.BytesRead / total : null);

    private static int Print(Output output, IntakeReport report, Rejects sink)
    {
        Output.ProgressDone();
        var sheet = new Sheet("rows", "number");
        sheet.Add("read", report.Read);
        sheet.Add("accepted", report.Accepted);
        sheet.Add("unchanged", report.Unchanged);
        sheet.Add("rejected", report.Rejected);
        if (report.SetAside > 0) sheet.Add("of these, set aside", report.SetAside);
        if (report.Later > 0) sheet.Add("later than --until", report.Later);
        var kinds = new Sheet("input", "taken") { Empty = "no input was new" };
        foreach (var (kind, count) in report.Inputs) kinds.Add(kind, count);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("read", report.Read);
            json.WriteNumber("accepted", report.Accepted);
            json.WriteNumber("unchanged", report.Unchanged);
            json.WriteNumber("rejected", report.Rejected);
            json.WriteNumber("set_aside", report.SetAside);
            if (report.Later > 0) json.WriteNumber("later", report.Later);
            json.WriteStartObject("inputs");
            foreach (var (kind, count) in report.Inputs) json.WriteNumber(kind, count);
            json.WriteEndObject();
            Write(json, report.Remarks);
            if (sink.Path is { } path && report.Rejected > 0) json.WriteString("rejects", path);
            json.WriteEndObject();
        }, sheet, kinds);
        sink.Tell();
        Tell(report.Remarks);
        TellAside(report.SetAside);
        return report.Rejected + report.SetAside > 0 ? 3 : 0;
    }

    private static int PrintOpenItems(Output output, OpenItemsReport report, Rejects sink)
    {
        Output.ProgressDone();
        var sheet = new Sheet("currency", "open before", "items before", "in the file", "items in file", "open after", "items after")
        {
            Title = "Control totals", Empty = "the file lists nothing",
        };
        foreach (var total in report.Totals)
            sheet.Add(total.Currency, total.Before, total.ItemsBefore, total.InFile, total.ItemsInFile, total.After, total.ItemsAfter);
        var what = new Sheet("what", "number");
        what.Add("rows read", report.Read);
        what.Add("new items", report.New);
        what.Add("corrected", report.Corrected);
        what.Add("closed", report.Closed);
        what.Add("as they were", report.Same);
        what.Add("rejected", report.Rejected);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("read", report.Read);
            json.WriteNumber("accepted", report.Refused is null ? Math.Max(0, report.Read - report.Rejected - report.Same) : 0);
            json.WriteNumber("unchanged", report.Same);
            json.WriteNumber("rejected", report.Rejected);
            json.WriteNumber("set_aside", report.SetAside);
            json.WriteStartObject("inputs");
            foreach (var (kind, count) in report.Inputs) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("new", report.New);
            json.WriteNumber("corrected", report.Corrected);
            json.WriteNumber("closed", report.Closed);
            json.WriteStartArray("control_totals");
            foreach (var total in report.Totals)
            {
                json.WriteStartObject();
                json.WriteString("currency", total.Currency);
                json.WriteString("before", total.Before);
                json.WriteString("in_file", total.InFile);
                json.WriteString("after", total.After);
                json.WriteBoolean("agrees", total.Agrees);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            Write(json, report.Remarks);
            if (report.Refused is not null) json.WriteString("refused", report.Refused);
            json.WriteEndObject();
        }, sheet, what);
        sink.Tell();
        foreach (var note in report.Notes) Output.Say(note);
        if (report.Refused is not null)
        {
            Output.Say(report.Refused);
            return 1;
        }
        Tell(report.Remarks);
        TellAside(report.SetAside);
        return report.Rejected + report.SetAside > 0 ? 3 : 0;
    }

    private static void Write(Utf8JsonWriter json, Remarks remarks)
    {
        if (remarks.Rows == 0) return;
        json.WriteNumber("remarked", remarks.Rows);
        json.WriteStartArray("remarks");
        foreach (var (line, text) in remarks.Kept)
        {
            json.WriteStartObject();
            json.WriteNumber("line", line);
            json.WriteString("text", text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Tell(Remarks remarks)
    {
        const int toldMax = 10;
        foreach (var (line, text) in remarks.Kept.Take(toldMax)) Output.Say($"line {line:N0} was taken; {text}");
        if (remarks.Kept.Count > toldMax) Output.Say($"{remarks.Rows:N0} rows have such remarks; --format json lists the first {remarks.Kept.Count:N0}");
    }

    private static void TellAside(long count)
    {
        if (count > 0)
            Output.Say($"{Plural.Of(count, "row")} failed by no fault of {Plural.Noun(count, "its", "their")} own and "
                + $"{Plural.Noun(count, "is", "are")} set aside: `recoup status` says why. Send such rows again once that is mended.");
    }

    /// <summary>Rejected rows: into a file from the first one on, and the first few to the terminal.</summary>
    private sealed class Rejects(string? given, string folder, bool dryRun) : IDisposable
    {
        private RejectsWriter? writer;
        private int told;

        public string? Path { get; private set; }

        public void Add(InputRow row, string reason) => Add(row.Line, reason, row.Raw);

        public void Add(long line, string reason, string raw)
        {
            if (told++ < 10)
            {
                Output.ProgressDone();
                Output.Say($"line {line}: {reason}");
            }
            if (writer is null)
            {
                if (given is null && dryRun) return;
                Directory.CreateDirectory(given is null ? folder : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(given))!);
                Path = given ?? System.IO.Path.Combine(folder, "rejects.csv");
                writer = new RejectsWriter(Path);
            }
            writer.Add(line, reason, raw);
        }

        public void Finish() => writer?.Complete();

        public void Tell()
        {
            if (told > 10) Output.Say($"… and {told - 10:N0} more");
            if (Path is not null)
                Output.Say($"Rejected rows, with line and reason: {Path}. Mend them and import the file again: what was taken stays as it is.");
        }

        public void Dispose() => writer?.Dispose();
    }
}
