using System.Globalization;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;

namespace Recoup.Connectors.Mail;

/// <summary>
/// The channel that submits each message to a mail server. Not idempotent: a server that was given a message twice sends
/// it twice, so what it left without an answer is unknown and stays so until a person settles it.
/// </summary>
public sealed class SmtpChannel : IDisposable
{
    private readonly SmtpSettings settings;
    private readonly string workspace;
    private readonly Func<string, string, string> unsubscribeToken;
    private readonly Lock guard = new();
    private readonly Stack<SmtpConnection> idle = new();
    private string? trouble;

    /// <param name="workspace">The workspace's id, which makes message ids unique in the world.</param>
    /// <param name="unsubscribeToken">By party and message: what the one-click address carries so that nobody can unsubscribe somebody else.</param>
    public SmtpChannel(SmtpSettings settings, string workspace, Func<string, string, string> unsubscribeToken)
    {
        this.settings = settings;
        this.workspace = workspace;
        this.unsubscribeToken = unsubscribeToken;
    }

    /// <summary>Messages released at once; so many, at most, a crash can leave of unknown fate.</summary>
    public int PartSize => settings.Connections * 8;

    /// <summary>Why nothing can be sent now; null: a server is there that takes mail. Keeps the connection for what follows.</summary>
    public string? Trouble()
    {
        trouble = null;
        while (Take() is { } kept)
        {
            if (kept.IsAlive()) { Keep(kept); return null; }
            kept.Dispose();
        }
        if (Open() is { } connection) Keep(connection);
        return trouble;
    }

    /// <summary>Answers in the order of the messages, over several connections at once.</summary>
    public IReadOnlyList<ChannelAnswer> Send(IReadOnlyList<Outgoing> messages, DateTimeOffset now)
    {
        var answers = new ChannelAnswer[messages.Count];
        // Here, since what knows the tokens is not for several threads.
        var oneClick = messages
            .Select(m => settings.OneClick is { } url ? new Uri($"{url.AbsoluteUri.TrimEnd('/')}/{m.Message}/{unsubscribeToken(m.Party, m.Message)}") : null)
            .ToList();
        var next = -1;
        trouble = null;
        void Work()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < messages.Count;) answers[i] = SendAlone(messages[i], oneClick[i], now);
        }
        var others = Enumerable.Range(1, Math.Min(settings.Connections, messages.Count) - 1 is var more and > 0 ? more : 0)
            .Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Work();
        Task.WaitAll(others);
        return answers;
    }

    /// <summary>Says farewell to the server; the next message opens a connection anew.</summary>
    public void Close()
    {
        while (Take() is { } connection) connection.Dispose();
    }

    public void Dispose() => Close();

    /// <summary>What fails for one message says nothing of the others. How far it came nobody knows then.</summary>
    private ChannelAnswer SendAlone(Outgoing message, Uri? oneClick, DateTimeOffset now)
    {
        try { return Send(message, oneClick, now); }
        catch (Exception e) when (e is not OutOfMemoryException) { return ChannelAnswer.Unknown($"an error in Recoup: {e.GetType().Name}"); }
    }

    private ChannelAnswer Send(Outgoing message, Uri? oneClick, DateTimeOffset now)
    {
        if (message.Text.From == TemplateWriter.DefaultSender)
            return Later(message, now, "the portfolio has no sender; give it one by a portfolio input with sender");
        for (var again = false; ; again = true)
        {
            var connection = Take() ?? Open();
            if (connection is null) return Later(message, now, trouble ?? "the mail server can't be reached");
            var used = connection.Messages > 0 || again;
            if (Write(message, oneClick, now, connection.TakesUtf8Addresses, out var envelope, out var mail) is { } problem)
            {
                Keep(connection);
                return problem;
            }
            var outcome = connection.Send(envelope.From, envelope.To, mail);
            if (connection.Broken || connection.Messages >= settings.MessagesPerConnection) connection.Dispose();
            else Keep(connection);
            // A server may end a conversation between two messages; that says nothing about the next one.
            var ended = connection.Broken && outcome is { Stage: "MAIL FROM", Fate: SmtpFate.NotSent or SmtpFate.NotNow };
            if (ended && used && !again) continue;
            return Answer(message, outcome, envelope.To, now);
        }
    }

    /// <summary>The mail and its envelope, or why there can be none.</summary>
    private ChannelAnswer? Write(Outgoing message, Uri? oneClick, DateTimeOffset now, bool utf8, out (string From, string To) envelope, out byte[] mail)
    {
        envelope = default;
        var text = message.Text;
        var domain = text.From[(text.From.LastIndexOf('@') + 1)..];
        // The key of the message under the sender's domain: servers distrust ids of domains that there can't be.
        var id = MailAddress.TryWrite($"x@{domain}", utf8: false, out var idDomain) ? idDomain[2..] : "recoup.invalid";
        if (!MailText.TryWrite(text, $"<{message.Message}.{workspace}@{id}>", now,
            new Unsubscribe($"unsubscribe {message.Message}.{workspace}", settings.UnsubscribeTo, oneClick), utf8, out mail, out var problem))
            return problem;
        Invariant.Holds(MailAddress.TryWrite(text.To, utf8, out var to) & MailAddress.TryWrite(settings.BouncesTo ?? text.From, utf8, out var from),
            "what was written has addresses");
        envelope = (from, to);
        return null;
    }

    private ChannelAnswer Answer(Outgoing message, SmtpOutcome outcome, string to, DateTimeOffset now)
    {
        var words = outcome.Reply?.Detail(to) ?? SmtpReply.Scrub(outcome.Words!, to);
        var detail = outcome.Fate == SmtpFate.Sent ? words : $"{outcome.Stage}: {words}";
        return outcome.Fate switch
        {
            SmtpFate.Sent => ChannelAnswer.Sent with { Detail = detail },
            SmtpFate.Unknown => ChannelAnswer.Unknown(detail),
            SmtpFate.NotNow or SmtpFate.NotSent => Later(message, now, detail),
            // Refused at the sender's name, every message would be: that is for us to mend, and the messages wait for it.
            SmtpFate.Refused when outcome is { Stage: "MAIL FROM", Reply: { Code: not 552, Status: not ("5.3.4" or "5.2.3") } } => Later(message, now, detail),
            SmtpFate.Refused when outcome is { Stage: "RCPT TO" or "the end of the message", Reply.IsBadAddress: true } =>
                ChannelAnswer.Failed(detail) with { BadAddress = outcome.Reply.Status ?? "5.0.0" },
            SmtpFate.Refused => ChannelAnswer.Failed(detail),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private ChannelAnswer Later(Outgoing message, DateTimeOffset now, string detail) =>
        new RetryWaits(settings.RetryFirst, settings.RetryLongest, settings.RetryGiveUp).Later(message, now, detail);

    /// <summary>What the server is and can, for a person who sets it up; sends nothing.</summary>
    /// <exception cref="SmtpException">No connection came about; says why.</exception>
    public static IReadOnlyList<(string What, string Value)> Check(SmtpSettings settings)
    {
        using var connection = SmtpConnection.Open(settings);
        var found = new List<(string, string)>
        {
            ("server", $"{settings.Host}:{settings.Port.ToString(CultureInfo.InvariantCulture)}"),
            ("tls", connection.Tls ?? "none: anybody on the way can read along"),
            ("certificate", connection.Certificate ?? "none"),
            ("authenticated", connection.AuthenticatedBy is { } way ? $"as {settings.User} by {way}" : "no user is set, none was asked for"),
            ("largest message", connection.SizeMax is { } size ? $"{size.ToString(CultureInfo.InvariantCulture)} bytes" : "the server does not say"),
        };
        found.AddRange(connection.Capabilities.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => ("offers", $"{c.Key} {c.Value}".TrimEnd())));
        return found;
    }

    private SmtpConnection? Take()
    {
        lock (guard) return idle.TryPop(out var connection) ? connection : null;
    }

    private void Keep(SmtpConnection connection)
    {
        lock (guard) idle.Push(connection);
    }

    /// <summary>Null, with <see cref="trouble"/> set, where there is none to be had; then nobody else of this batch tries either.</summary>
    private SmtpConnection? Open()
    {
        lock (guard)
            if (trouble is not null) return null;
        try { return SmtpConnection.Open(settings); }
        catch (SmtpException e)
        {
            lock (guard) trouble = e.Message;
            return null;
        }
    }
}
