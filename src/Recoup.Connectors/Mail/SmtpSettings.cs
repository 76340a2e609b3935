using Recoup.Core.Contact;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Mail;

/// <summary>
/// How mail leaves, from <c>channels.yaml</c> in the data folder: see docs/sending.md. Secrets are never in the file:
/// it names the environment's variable or the file that holds them.
/// </summary>
public sealed record SmtpSettings
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "channels.yaml";

    public required string Host { get; init; }
    public required int Port { get; init; }

    /// <summary>implicit: TLS from the first byte; starttls: required; optional: where the server offers it; none: never.</summary>
    public required string Tls { get; init; }

    /// <summary>PEM file of the authorities to trust instead of the system's; null: the system's.</summary>
    public string? CaFile { get; init; }

    public string? User { get; init; }

    /// <summary>Gives the password when it is needed; throws <see cref="SmtpException"/> where it is not to be had.</summary>
    public Func<string>? Password { get; init; }

    /// <summary>A password may go over a connection that anybody on the way can read.</summary>
    public bool AuthWithoutTls { get; init; }

    /// <summary>What this machine calls itself; null: its name, or its address where it has no full name.</summary>
    public string? Hello { get; init; }

    /// <summary>The address to which mail that can't be delivered comes back; null: the sender's own.</summary>
    public string? BouncesTo { get; init; }

    /// <summary>Conversations at once, at most.</summary>
    public int Connections { get; init; } = 2;

    /// <summary>Messages over one connection, at most.</summary>
    public int MessagesPerConnection { get; init; } = 100;

    /// <summary>Messages to one recipient domain in any minute, at most.</summary>
    public int PerDomainAMinute { get; init; } = 60;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For each answer of the server but the last (RFC 5321, 4.5.3.2 asks for five minutes).</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the answer to the end of the message, on which all depends (RFC 5321, 4.5.3.2.6 asks for ten minutes).</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After the first try that failed for now; doubled after each further one…</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>…up to this.</summary>
    public TimeSpan RetryLongest { get; init; } = TimeSpan.FromHours(4);

    /// <summary>So long after its first try a message fails for good.</summary>
    public TimeSpan RetryGiveUp { get; init; } = TimeSpan.FromHours(72);

    /// <summary>The address that List-Unsubscribe names; null: the sender's.</summary>
    public string? UnsubscribeTo { get; init; }

    /// <summary>Where one-click unsubscribing (RFC 8058) is answered; null: the header is left out.</summary>
    public Uri? OneClick { get; init; }

    /// <summary>Reads the file; null where the folder has none, and the mail folder is the channel.</summary>
    /// <exception cref="YamlException">Something in it is not as it should be; says where.</exception>
    public static SmtpSettings? Load(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path)) return null;
        var text = File.ReadAllText(path);
        // Where it says how texts leave and nothing of mail, mail stays in its folder.
        return YamlMap.Parse(text, path) is var root && !root.Has("email") && root.Has("sms") ? null : Parse(text, path, dataFolder);
    }

    /// <param name="source">Names the file in messages.</param>
    /// <param name="folder">From which relative paths go.</param>
    public static SmtpSettings Parse(string text, string source, string folder)
    {
        var root = YamlMap.Parse(text, source);
        var email = root.MapOrNull("email") ?? throw root.Wrong("email is missing: it says how mail leaves");
        // Read by those who send texts.
        _ = root.Has("sms");
        root.Done();
        var smtp = email.MapOrNull("smtp") ?? throw email.Wrong("smtp is missing: the server that takes the mail");
        var tls = smtp.Choice("tls", "starttls", "starttls", "implicit", "optional", "none");
        var settings = new SmtpSettings
        {
            Host = smtp.Text("host"),
            Port = smtp.WholeOrNull("port", 1, 65535) ?? tls switch { "implicit" => 465, "none" => 25, _ => 587 },
            Tls = tls,
            CaFile = smtp.TextOrNull("ca_file") is { } ca ? Path.Combine(folder, ca) : null,
            User = smtp.TextOrNull("user"),
            Password = SettingsSecret.Read(smtp, folder, "password", (words, inner) => new SmtpException(words, inner)),
            AuthWithoutTls = smtp.Flag("auth_without_tls", false),
            Hello = smtp.TextOrNull("hello"),
            Connections = smtp.WholeOrNull("connections", 1, 16) ?? 2,
            MessagesPerConnection = smtp.WholeOrNull("messages_per_connection", 1, 10_000) ?? 100,
            BouncesTo = Address(email, "bounces_to"),
            PerDomainAMinute = email.WholeOrNull("per_domain_a_minute", 1, 100_000) ?? 60,
        };
        if (settings.CaFile is { } file && !File.Exists(file)) throw smtp.Wrong("ca_file", $"there is no file {file}");
        if (settings.Hello is { } hello && (hello.Length > 255 || !hello.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '[' or ']' or ':')))
            throw smtp.Wrong("hello", $"'{hello}' is no name of a machine");
        if (settings.User is not null && settings.Password is null)
            throw smtp.Wrong("user", "with a user goes password_env or password_file; the password itself never stands in this file");
        if (settings.User is null && settings.Password is not null) throw smtp.Wrong("a password without a user");
        if (settings.User is not null && tls == "none" && !settings.AuthWithoutTls)
            throw smtp.Wrong("tls", "without TLS anybody on the way could read the password; use starttls or implicit, or allow it with auth_without_tls: "
                + "true where the way is your own");
        smtp.Done();
        if (email.MapOrNull("timeouts") is { } timeouts)
        {
            settings = settings with
            {
                ConnectTimeout = Seconds(timeouts, "connect_seconds", settings.ConnectTimeout),
                AnswerTimeout = Seconds(timeouts, "answer_seconds", settings.AnswerTimeout),
                DataTimeout = Seconds(timeouts, "data_seconds", settings.DataTimeout),
            };
            timeouts.Done();
        }
        if (email.MapOrNull("retry") is { } retry)
        {
            settings = settings with
            {
                RetryFirst = retry.WholeOrNull("first_minutes", 1, 1440) is { } first ? TimeSpan.FromMinutes(first) : settings.RetryFirst,
                RetryLongest = retry.WholeOrNull("longest_minutes", 1, 1440) is { } longest ? TimeSpan.FromMinutes(longest) : settings.RetryLongest,
                RetryGiveUp = retry.WholeOrNull("give_up_hours", 0, 720) is { } hours ? TimeSpan.FromHours(hours) : settings.RetryGiveUp,
            };
            if (settings.RetryFirst > settings.RetryLongest) throw retry.Wrong("longest_minutes", "is less than first_minutes");
            retry.Done();
        }
        if (email.MapOrNull("unsubscribe") is { } unsubscribe)
        {
            settings = settings with { UnsubscribeTo = Address(unsubscribe, "mail_to"), OneClick = Https(unsubscribe, "one_click") };
            unsubscribe.Done();
        }
        email.Done();
        return settings;
    }

    private static TimeSpan Seconds(YamlMap map, string field, TimeSpan otherwise) =>
        map.WholeOrNull(field, 1, 3600) is { } seconds ? TimeSpan.FromSeconds(seconds) : otherwise;

    private static string? Address(YamlMap map, string field)
    {
        var address = map.TextOrNull(field);
        return address is null || MailAddress.TryWrite(address, utf8: false, out _) ? address : throw map.Wrong(field, $"'{address}' is no mail address");
    }

    private static Uri? Https(YamlMap map, string field)
    {
        if (map.TextOrNull(field) is not { } text) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri : throw map.Wrong(field, $"takes an address that begins with https:// and ends without ? or #, not '{text}' (RFC 8058, 3.1)");
    }
}
