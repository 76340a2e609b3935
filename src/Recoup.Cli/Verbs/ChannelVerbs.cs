using System.CommandLine;
using Recoup.Connectors.Mail;

namespace Recoup.Cli.Verbs;

/// <summary>channels: how messages leave.</summary>
internal static class ChannelVerbs
{
    public static Command Channels() => new("channels", "How messages leave.") { Check() };

    private static Command Check()
    {
        var verb = new Command("check", "Connects to the mail server of channels.yaml, encrypts, authenticates, and says what it found. Sends nothing.");
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var found = SmtpSettings.Load(session.Folder) is { } settings
                ? SmtpChannel.Check(settings)
                : [("folder", Path.Combine(session.Folder, "mail")), ("note", $"there is no {SmtpSettings.FileName} in {session.Folder}, so mail is written into this folder")];
            var sheet = new Sheet("mail", "") { Title = "How mail leaves" };
            foreach (var (what, value) in found) sheet.Add(what, value);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                foreach (var (what, value) in found.Where(f => f.What != "offers")) json.WriteString(what.Replace(' ', '_'), value);
                json.WriteStartArray("offers");
                foreach (var (_, value) in found.Where(f => f.What == "offers")) json.WriteStringValue(value);
                json.WriteEndArray();
                json.WriteEndObject();
            }, sheet);
            return 0;
        });
        return verb;
    }
}
