using System.CommandLine;
using System.Globalization;
using Recoup.Connectors.Mail;
using Recoup.Connectors.Sms;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>texts: what came by phone, from a file.</summary>
internal static class TextVerb
{
    public static Command Texts()
    {
        var file = new Argument<string>("FILE") { Description = "lines of JSON; -: standard input" };
        var verb = new Command("texts", "Takes what came by phone, for who has no server that the provider can call: what customers wrote, "
            + "{\"id\",\"from\",\"text\",\"at\"}, and what became of texts, {\"message\" or \"reference\",\"status\":\"delivered\" or \"failed\",\"code\"}. "
            + "The same again changes nothing.") { file };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var door = session.Door("sms");
            var settings = SmsSettings.Load(session.Folder);
            using var reader = parsed.GetValue(file)! is var name && name == "-" ? new StreamReader(Terminal.OpenIn()) : new StreamReader(name);
            var (read, taken, known) = (0, 0, 0);
            var left = new Sheet("line", "why") { Title = "Left for a person", Empty = "every line was taken" };
            foreach (var line in TextLines.Read(reader))
            {
                read++;
                var now = session.Clock.GetUtcNow();
                var result = line.Problem is { } problem ? new TextTaken(TextFate.Refused, problem)
                    : line.Outcome is { } outcome ? TextsIn.Take(door, new TextReport(line.Message, line.Reference,
                        outcome == "delivered" ? outcome : settings?.KindOf(line.Code) ?? "soft", line.Code), now)
                    : TextsIn.Take(door, new TextCame(line.Id!, line.Number!, line.Words!, line.At ?? now, TextWords.MeaningOf(line.Words!)), now);
                if (result.Fate == TextFate.Taken) taken++;
                else if (result.Fate == TextFate.Known) known++;
                // Also of what others took.
                if (result.Why is not null || result.Fate is not (TextFate.Taken or TextFate.Known))
                    left.Add(line.Line.ToString(CultureInfo.InvariantCulture), result.Why ?? "");
            }
            var sheet = new Sheet("what came by phone", "number");
            sheet.Add("taken", taken);
            sheet.Add("known already", known);
            sheet.Add("left for a person", left.Rows.Count);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("read", read);
                json.WriteNumber("taken", taken);
                json.WriteNumber("unchanged", known);
                json.WritePropertyName("left");
                FigureVerbs.WriteRows(json, left);
                json.WriteEndObject();
            }, sheet, left);
            return left.Rows.Count > 0 ? 3 : 0;
        });
        return verb;
    }
}
