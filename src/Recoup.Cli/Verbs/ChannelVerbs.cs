using System.CommandLine;
using Recoup.Connectors.Mail;
using Recoup.Connectors.Sms;
using Recoup.Core.Inputs;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>channels: how messages leave.</summary>
internal static class ChannelVerbs
{
    public static Command Channels() => new("channels", "How messages leave.") { Check() };

    public static Command Bounces()
    {
        var folder = new Argument<string>("FOLDER") { Description = "a folder of .eml files, or a Maildir" };
        var verb = new Command("bounces", "Takes mail that came back: failures, complaints, unsubscribe mails, answers that ask for no more. "
            + "The same mail again changes nothing; no file is moved.") { folder };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var door = session.Door("dispatch");
            var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
            var passed = new SortedDictionary<string, int>(StringComparer.Ordinal);
            var (read, unchanged) = (0, 0);
            var left = new Sheet("file", "why") { Title = "Left for a person", Empty = "every mail was taken" };
            foreach (var mail in ReturnedMailReader.Read(parsed.GetValue(folder)!, door.Store.WorkspaceId))
            {
                read++;
                if (mail.ChangesNothing)
                {
                    passed[mail.What!] = passed.GetValueOrDefault(mail.What!) + 1;
                    continue;
                }
                var result = mail.What is null
                    ? null
                    : Settling.Take(door, new Returned(mail.Key, mail.Message!, mail.What, mail.Status, mail.Words), session.Clock.GetUtcNow());
                if (mail.What is null) left.Add(Path.GetFileName(mail.File), mail.Words);
                else if (result is null) left.Add(Path.GetFileName(mail.File), $"there is no message {mail.Message}, or its reader was erased");
                // Taken once under its key, whatever it was read as then.
                else if (result.Status == UnitStatus.Unchanged || result.Refused?.Refusal == Refusal.KeyUsedWithOtherContent) unchanged++;
                else if (result.Refused is { } refused) left.Add(Path.GetFileName(mail.File), refused.Message);
                else if (result.Status == UnitStatus.SetAside) left.Add(Path.GetFileName(mail.File), $"set aside: {result.Cause}");
                else
                {
                    counts[mail.What] = counts.GetValueOrDefault(mail.What) + 1;
                    if (mail.SaysMore) left.Add(Path.GetFileName(mail.File), $"{mail.Words}, which was taken, and says more: for a person to read");
                }
            }
            var sheet = new Sheet("mail that came back", "number");
            foreach (var (what, count) in counts) sheet.Add(what, count);
            foreach (var (what, count) in passed) sheet.Add($"{what}: nothing to do", count);
            sheet.Add("known already", unchanged);
            sheet.Add("left for a person", left.Rows.Count);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("read", read);
                json.WriteStartObject("taken");
                foreach (var (what, count) in counts) json.WriteNumber(what.Replace(' ', '_'), count);
                json.WriteEndObject();
                json.WriteStartObject("passed_over");
                foreach (var (what, count) in passed) json.WriteNumber(what.Replace(' ', '_'), count);
                json.WriteEndObject();
                json.WriteNumber("unchanged", unchanged);
                json.WritePropertyName("left");
                FigureVerbs.WriteRows(json, left);
                json.WriteEndObject();
            }, sheet, left);
            return left.Rows.Count > 0 ? 3 : 0;
        });
        return verb;
    }

    private static Command Check()
    {
        var verb = new Command("check", "Connects to the mail server of channels.yaml, encrypts, authenticates, and says what it found; and how texts would "
            + "leave. Sends nothing.");
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (SmsSettings.ProblemsIn(session.Folder) is { Count: > 0 } problems)
            {
                foreach (var problem in problems) Output.Say(problem.Message);
                return 1;
            }
            var found = SmtpSettings.Load(session.Folder) is { } settings
                ? SmtpChannel.Check(settings)
                : [("folder", Path.Combine(session.Folder, "mail")),
                    ("note", $"there is no {SmtpSettings.FileName} in {session.Folder}, so mail is written into this folder")];
            var sheet = new Sheet("mail", "") { Title = "How mail leaves" };
            foreach (var (what, value) in found) sheet.Add(what, value);
            var texts = SmsSettings.Load(session.Folder) is { } sms ? SmsChannel.Check(sms) : [];
            var textSheet = new Sheet("texts", "") { Title = "How texts leave", Empty = $"{SmtpSettings.FileName} says nothing of texts, so none leave" };
            foreach (var (what, value) in texts) textSheet.Add(what, value);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                foreach (var (what, value) in found.Where(f => f.What != "offers")) json.WriteString(what.Replace(' ', '_'), value);
                json.WriteStartArray("offers");
                foreach (var (_, value) in found.Where(f => f.What == "offers")) json.WriteStringValue(value);
                json.WriteEndArray();
                json.WriteStartObject("texts");
                foreach (var (what, value) in texts) json.WriteString(what.Replace(' ', '_').Replace("'", ""), value);
                json.WriteEndObject();
                json.WriteEndObject();
            }, sheet, textSheet);
            return 0;
        });
        return verb;
    }
}
