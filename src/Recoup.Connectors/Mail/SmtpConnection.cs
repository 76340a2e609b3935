using System.Globalization;
using System.Net;
using System.Text;

namespace Recoup.Connectors.Mail;

/// <summary>What became of a message, as far as this end can know.</summary>
internal enum SmtpFate
{
    /// <summary>The server took it and answers for it from here on.</summary>
    Sent,

    /// <summary>The server will not take it (5xx).</summary>
    Refused,

    /// <summary>The server has not taken it, and may another time (4xx).</summary>
    NotNow,

    /// <summary>The conversation broke before the end of the message was sent, so it was not taken for certain.</summary>
    NotSent,

    /// <summary>It broke after that: the server may have taken it.</summary>
    Unknown,
}

/// <param name="Stage">Where it was decided: MAIL FROM, RCPT TO, DATA, or the end of the message.</param>
/// <param name="Reply">The server's word; null where there was none.</param>
/// <param name="Words">What went wrong where there was no word.</param>
internal sealed record SmtpOutcome(SmtpFate Fate, string Stage, SmtpReply? Reply, string? Words = null);

/// <summary>
/// A conversation with a submission server (RFC 5321, 6409) over which any number of messages go, one after the other.
/// All turns on one moment: before the final dot of a message is written the server can't have taken it, afterwards it
/// may have. docs/adr/0005-own-smtp-client.md says why this is our own.
/// </summary>
internal sealed class SmtpConnection : IDisposable
{
    private readonly SmtpWire wire;
    private readonly SmtpSettings settings;

    private SmtpConnection(SmtpWire wire, SmtpSettings settings)
    {
        this.wire = wire;
        this.settings = settings;
    }

    /// <summary>What the server can do, by keyword in capitals, with its parameters (RFC 5321, 4.1.1.1).</summary>
    public IReadOnlyDictionary<string, string> Capabilities { get; private set; } = new Dictionary<string, string>();

    public string? Tls => wire.Tls;

    public string? Certificate => wire.Certificate;

    /// <summary>How the user proved who it is; null: nobody was asked.</summary>
    public string? AuthenticatedBy { get; private set; }

    /// <summary>Nothing more can be said over it.</summary>
    public bool Broken { get; private set; }

    public int Messages { get; private set; }

    /// <summary>Connects, encrypts, proves who we are. Throws <see cref="SmtpException"/> with what is wrong and how to mend it.</summary>
    public static SmtpConnection Open(SmtpSettings settings)
    {
        var place = $"{settings.Host}:{settings.Port.ToString(CultureInfo.InvariantCulture)}";
        SmtpConnection? connection = null;
        try
        {
            connection = new SmtpConnection(SmtpWire.Connect(settings.Host, settings.Port, settings.ConnectTimeout), settings);
            connection.Begin();
            return connection;
        }
        catch (Exception e) when (e is IOException or SmtpException)
        {
            // After a handshake that failed there is no saying goodbye.
            connection?.Broken |= e is IOException;
            connection?.Dispose();
            throw new SmtpException($"{place}: {e.Message}", e);
        }
    }

    private void Begin()
    {
        if (settings.Tls == "implicit") StartTls();
        Want(wire.Read(settings.AnswerTimeout), "the server does not greet");
        Hello();
        if (settings.Tls is "starttls" or "optional" && wire.Tls is null)
        {
            if (Capabilities.ContainsKey("STARTTLS"))
            {
                Want(Ask("STARTTLS"), "the server offers TLS and then does not begin it");
                StartTls();
                // What it said before could be anybody's (RFC 3207, 4.2).
                Hello();
            }
            else if (settings.Tls == "starttls")
                throw new SmtpException("the server offers no TLS here. If it takes TLS from the first byte, set tls: implicit and its port (often 465); "
                    + "to send readable by anybody on the way, set tls: none.");
        }
        if (settings.User is { } user) Authenticate(user);
    }

    private void StartTls() => wire.StartTls(settings.Host, settings.CaFile is { } file ? SmtpWire.Authorities(file) : null, settings.AnswerTimeout);

    private void Hello()
    {
        var reply = Want(Ask($"EHLO {settings.Hello ?? Name()}"), "the server does not take EHLO; it is too old to submit mail to");
        Capabilities = reply.Lines.Skip(1).Select(l => l.Split(' ', 2)).GroupBy(p => p[0].ToUpperInvariant(), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => string.Join(' ', g.Select(p => p.Length > 1 ? p[1] : "")), StringComparer.Ordinal);
    }

    /// <summary>A full name, or else the address, which says as much (RFC 5321, 4.1.3).</summary>
    private string Name()
    {
        var name = Dns.GetHostName();
        if (name.Contains('.', StringComparison.Ordinal) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-')) return name;
        var address = wire.Local.Address.IsIPv4MappedToIPv6 ? wire.Local.Address.MapToIPv4() : wire.Local.Address;
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[IPv6:{address}]" : $"[{address}]";
    }

    private void Authenticate(string user)
    {
        if (wire.Tls is null && !settings.AuthWithoutTls)
            throw new SmtpException("the connection is not encrypted, so the password is not sent. Set tls: starttls or tls: implicit, or auth_without_tls: "
                + "true where the way is your own.");
        var ways = Capabilities.GetValueOrDefault("AUTH", "").ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var password = settings.Password!();
        SmtpReply reply;
        if (ways.Contains("PLAIN"))
        {
            AuthenticatedBy = "PLAIN";
            reply = Ask($"AUTH PLAIN {Base64($"\0{user}\0{password}")}");
        }
        else if (ways.Contains("LOGIN"))
        {
            AuthenticatedBy = "LOGIN";
            reply = Ask("AUTH LOGIN");
            foreach (var answer in new[] { user, password })
                if (reply.Code == 334) reply = Ask(Base64(answer));
        }
        else
            throw new SmtpException("the server takes no password by AUTH PLAIN or LOGIN; "
                + $"it offers {(ways.Length == 0 ? "nothing" : string.Join(", ", ways))}. Leave user out where none is needed.");
        if (reply.IsGood) return;
        throw new SmtpException($"the server does not let '{user}' in: {SmtpReply.Scrub(reply.ToString(), user)}");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>The largest message that the server says it takes, in bytes (RFC 1870); null: it does not say.</summary>
    public long? SizeMax =>
        long.TryParse(Capabilities.GetValueOrDefault("SIZE"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : null;

    public bool TakesUtf8Addresses => Capabilities.ContainsKey("SMTPUTF8");

    /// <param name="from">The envelope's sender, to whom it comes back.</param>
    /// <param name="to">The one recipient.</param>
    /// <param name="mail">Lines end in CRLF.</param>
    public SmtpOutcome Send(string from, string to, byte[] mail)
    {
        var stage = "MAIL FROM";
        try
        {
            if (SizeMax is { } max && mail.Length > max)
                return new SmtpOutcome(SmtpFate.Refused, stage, null,
                    string.Create(CultureInfo.InvariantCulture, $"the message has {mail.Length} bytes, the server takes {max}"));
            if (!Ascii.IsValid(from) || !Ascii.IsValid(to))
                if (!TakesUtf8Addresses) return new SmtpOutcome(SmtpFate.Refused, stage, null, "the address has letters that the server can't take (SMTPUTF8)");
            var command = new StringBuilder($"MAIL FROM:<{from}>");
            if (Capabilities.ContainsKey("SIZE")) command.Append(CultureInfo.InvariantCulture, $" SIZE={mail.Length}");
            if (mail.AsSpan().ContainsAnyInRange((byte)128, (byte)255)) command.Append(" BODY=8BITMIME SMTPUTF8");
            SmtpReply reply;
            if (Capabilities.ContainsKey("PIPELINING"))
            {
                wire.Write(Encoding.UTF8.GetBytes($"{command}\r\nRCPT TO:<{to}>\r\n"), settings.AnswerTimeout);
                reply = wire.Read(settings.AnswerTimeout);
                var recipient = wire.Read(settings.AnswerTimeout);
                if (!reply.IsGood) return NotTaken(stage, reply);
                (stage, reply) = ("RCPT TO", recipient);
            }
            else
            {
                reply = Ask(command.ToString());
                if (!reply.IsGood) return NotTaken(stage, reply);
                stage = "RCPT TO";
                reply = Ask($"RCPT TO:<{to}>");
            }
            if (!reply.IsGood) return NotTaken(stage, reply);
            stage = "DATA";
            reply = Ask("DATA");
            if (reply.Code != 354) return NotTaken(stage, reply);
            stage = "the message";
            wire.Write(Stuffed(mail), settings.DataTimeout);
        }
        catch (IOException e)
        {
            Broken = true;
            return new SmtpOutcome(SmtpFate.NotSent, stage, null, e.Message);
        }
        try
        {
            // From here on the server may have it.
            wire.Write(".\r\n"u8, settings.DataTimeout);
            var reply = wire.Read(settings.DataTimeout);
            Broken |= reply.Closes || !(reply.IsGood || reply.IsNotNow || reply.IsRefusal);
            Messages++;
            var fate = reply.IsGood ? SmtpFate.Sent : reply.IsNotNow ? SmtpFate.NotNow : reply.IsRefusal ? SmtpFate.Refused : SmtpFate.Unknown;
            return new SmtpOutcome(fate, "the end of the message", reply);
        }
        catch (IOException e)
        {
            Broken = true;
            return new SmtpOutcome(SmtpFate.Unknown, "the end of the message", null, e.Message);
        }
    }

    private SmtpOutcome NotTaken(string stage, SmtpReply reply)
    {
        // An answer that is neither yes nor no leaves nothing to go on with.
        Broken |= reply.Closes || !(reply.IsRefusal || reply.IsNotNow);
        // The envelope so far must not become the beginning of the next one.
        try { if (!Broken && !Ask("RSET").IsGood) Broken = true; }
        catch (IOException) { Broken = true; }
        return new SmtpOutcome(reply.IsRefusal ? SmtpFate.Refused : SmtpFate.NotNow, stage, reply);
    }

    /// <summary>Whether the server still answers.</summary>
    public bool IsAlive()
    {
        if (Broken) return false;
        try { Broken |= !Ask("NOOP").IsGood; }
        catch (IOException) { Broken = true; }
        return !Broken;
    }

    /// <summary>The message as it goes over the wire: every line ends in CRLF, none begins with a single dot (RFC 5321, 4.5.2).</summary>
    internal static byte[] Stuffed(ReadOnlySpan<byte> mail)
    {
        var wire = new List<byte>(mail.Length + 64);
        var start = true;
        for (var i = 0; i < mail.Length; i++)
        {
            var b = mail[i];
            if (b is (byte)'\r' or (byte)'\n')
            {
                // A bare CR or LF is a line's end to some servers and not to others: to all of them it must be the same.
                if (b == '\r' && i + 1 < mail.Length && mail[i + 1] == '\n') i++;
                wire.Add((byte)'\r');
                wire.Add((byte)'\n');
                start = true;
                continue;
            }
            if (start && b == '.') wire.Add(b);
            wire.Add(b);
            start = false;
        }
        if (!start) wire.AddRange("\r\n"u8);
        return [.. wire];
    }

    private SmtpReply Ask(string command)
    {
        wire.WriteLine(command, settings.AnswerTimeout);
        return wire.Read(settings.AnswerTimeout);
    }

    private static SmtpReply Want(SmtpReply reply, string otherwise) =>
        reply.IsGood ? reply : throw new SmtpException($"{otherwise}: {SmtpReply.Scrub(reply.ToString(), "")}");

    public void Dispose()
    {
        // A farewell, if the server still listens; its answer changes nothing.
        try { if (!Broken) wire.WriteLine("QUIT", TimeSpan.FromSeconds(2)); }
        catch (IOException) { Broken = true; }
        wire.Dispose();
    }
}
