using System.Net;
using Recoup.Connectors.Mail;
using Recoup.Connectors.Webhooks;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Sms;

/// <summary>A secret that the settings name is not to be had; says which and from where.</summary>
public sealed class SmsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// How texts leave and come in, from <c>sms:</c> of <c>channels.yaml</c> in the data folder: see docs/sms.md. Secrets are never in the file: it names
/// the environment's variable or the file that holds them.
/// </summary>
public sealed record SmsSettings
{
    /// <summary>Longer than so many parts no provider takes a text.</summary>
    private const int SegmentsMost = 10;

    public required Uri Url { get; init; }

    public HttpMethod Method { get; init; } = HttpMethod.Post;

    /// <summary>none, basic, bearer or header.</summary>
    public required string Auth { get; init; }

    /// <summary>Of auth: basic.</summary>
    public string? User { get; init; }

    /// <summary>Of auth: header, the header that carries the secret.</summary>
    public string? Header { get; init; }

    /// <summary>Gives the password or key when it is needed; throws <see cref="SmsException"/> where it is not to be had. Null: none is needed.</summary>
    public Func<string>? Password { get; init; }

    public required SmsTemplate Body { get; init; }

    /// <summary>Number or name that texts come from; null: the provider knows.</summary>
    public string? From { get; init; }

    /// <summary>Statuses of HTTP by which the provider says that it took a text.</summary>
    public IReadOnlyList<int> SuccessStatuses { get; init; } = [200, 201, 202];

    /// <summary>Where its answer must have one of <see cref="SuccessValues"/>, too; null: its status is enough.</summary>
    public string? SuccessPath { get; init; }

    public IReadOnlyList<string> SuccessValues { get; init; } = [];

    /// <summary>Where its answer has its own id of the text; null: it gives none.</summary>
    public string? IdPath { get; init; }

    /// <summary>Where its answer has the code of what went wrong; null: it gives none.</summary>
    public string? ErrorPath { get; init; }

    /// <summary>Where its answer says how the text stands, for people; null: it does not.</summary>
    public string? StatusPath { get; init; }

    /// <summary>Codes that say that no text can reach the number.</summary>
    public IReadOnlyList<string> BadNumber { get; init; } = [];

    /// <summary>Codes that say that who has the number told the provider to let nothing of ours through.</summary>
    public IReadOnlyList<string> Blocked { get; init; } = [];

    /// <summary>A text that is cut into more parts is not sent.</summary>
    public int SegmentsMax { get; init; } = 4;

    /// <summary>Requests at once, at most.</summary>
    public int Connections { get; init; } = 2;

    /// <summary>For one request, from its connection to the end of its answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan RetryLongest { get; init; } = TimeSpan.FromHours(4);

    public TimeSpan RetryGiveUp { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Networks of one's own in which the provider may be, by http too.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>How the provider tells us of what it did and what came; null: it does not.</summary>
    public SmsIncoming? Incoming { get; init; }

    /// <summary>What a code of the provider's says of a text that did not arrive, as inputs about messages have it: hard, blocked or soft.</summary>
    public string KindOf(string? code) => code is null ? "soft" : Blocked.Contains(code) ? "blocked" : BadNumber.Contains(code) ? "hard" : "soft";

    /// <summary>Reads the file; null where the folder has none, or it says nothing of texts.</summary>
    /// <exception cref="YamlException">Something in it is not as it should be; says where.</exception>
    public static SmsSettings? Load(string dataFolder)
    {
        var path = Path.Combine(dataFolder, SmtpSettings.FileName);
        return File.Exists(path) ? Parse(File.ReadAllText(path), path, dataFolder) : null;
    }

    /// <summary>All that is wrong with what the folder's file says of texts, in the order of lines; empty also where it has none.</summary>
    public static IReadOnlyList<YamlException> ProblemsIn(string dataFolder) =>
        Path.Combine(dataFolder, SmtpSettings.FileName) is var path && File.Exists(path) ? Problems(File.ReadAllText(path), path, dataFolder) : [];

    /// <summary>All that is wrong with what the file says of texts, in the order of lines.</summary>
    public static IReadOnlyList<YamlException> Problems(string text, string source, string folder) =>
        YamlMap.ProblemsOf(problems => Parse(text, source, folder, problems));

    /// <param name="source">Names the file in messages.</param>
    /// <param name="folder">From which relative paths go.</param>
    /// <param name="problems">Takes all that is wrong, and what is returned then is of use only where it stays empty; null: the first is thrown.</param>
    public static SmsSettings? Parse(string text, string source, string folder, List<YamlException>? problems = null)
    {
        var root = YamlMap.Parse(text, source, problems);
        if (root.MapOrNull("sms") is not { } sms) return null;
        _ = root.Has("email");
        root.Done();
        var incoming = sms.MapOrNull("incoming") is { } map ? SmsIncoming.Parse(map, folder) : null;
        var success = sms.MapOrNull("success");
        var answer = sms.MapOrNull("answer");
        var retry = sms.MapOrNull("retry");
        var allow = WebhookSettings.Networks(sms);
        var isJson = sms.Choice("content", "form", "form", "json") == "json";
        var settings = new SmsSettings
        {
            Url = Address(sms, "url", allow.Count > 0),
            Method = new HttpMethod(sms.Choice("method", "POST", "POST", "PUT")),
            Auth = sms.Choice("auth", "none", "none", "basic", "bearer", "header"),
            User = sms.TextOrNull("user"),
            Header = sms.TextOrNull("header"),
            Password = Secret(sms, folder, "password"),
            Body = SmsTemplate.Parse(sms, sms.Text("body"), isJson),
            From = sms.TextOrNull("from"),
            SuccessStatuses = Statuses(success),
            SuccessPath = PathOf(success, "path"),
            SuccessValues = success?.Texts("is") ?? [],
            IdPath = PathOf(answer, "id"),
            ErrorPath = PathOf(answer, "error"),
            StatusPath = PathOf(answer, "status"),
            BadNumber = sms.Texts("bad_number"),
            Blocked = sms.Texts("blocked"),
            SegmentsMax = sms.WholeOrNull("segments_max", 1, SegmentsMost) ?? 4,
            Connections = sms.WholeOrNull("connections", 1, 16) ?? 2,
            Timeout = TimeSpan.FromSeconds(sms.WholeOrNull("timeout_seconds", 1, 300) ?? 30),
            RetryFirst = TimeSpan.FromMinutes(retry?.WholeOrNull("first_minutes", 1, 1440) ?? 10),
            RetryLongest = TimeSpan.FromMinutes(retry?.WholeOrNull("longest_minutes", 1, 1440) ?? 240),
            RetryGiveUp = TimeSpan.FromHours(retry?.WholeOrNull("give_up_hours", 0, 720) ?? 72),
            Allow = allow,
            Incoming = incoming,
        };
        Together(sms, success, retry, settings);
        success?.Done();
        answer?.Done();
        retry?.Done();
        sms.Done();
        return settings;
    }

    /// <summary>What fields say of each other.</summary>
    private static void Together(YamlMap sms, YamlMap? success, YamlMap? retry, SmsSettings settings)
    {
        if (settings.RetryFirst > settings.RetryLongest) retry!.Report("longest_minutes", "is less than first_minutes");
        if (settings.Auth == "none" != settings.Password is null)
            sms.Report("auth", settings.Auth == "none" ? "there is a password and nothing that carries it: set auth to basic, bearer or header"
                : $"{settings.Auth} needs password_env or password_file; the secret itself never stands in this file");
        if (settings.Auth == "basic" != settings.User is not null)
            sms.Report("user", settings.User is null ? "auth: basic needs the user" : "a user is of auth: basic");
        if (settings.Auth == "header" != settings.Header is not null)
            sms.Report("header", settings.Header is null ? "auth: header needs the header's name, such as X-Api-Key" : "a header is of auth: header");
        if (settings.Header is { } header && !IsHeader(header)) sms.Report("header", $"'{header}' is no name of a header");
        if (settings.Body.Has("from") && settings.From is null) sms.Report("from", "the body has {from}, so say from which number or name texts come");
        if (settings.Body.Has("status_url") && settings.Incoming is null)
            sms.Report("incoming", "the body has {status_url}, so say under incoming how the provider reaches us");
        if ((settings.SuccessPath is null) != (settings.SuccessValues.Count == 0))
            success!.Report("path", "path and is go together: where the answer has to say what");
        if (settings.ErrorPath is null && settings.Incoming is null && settings.BadNumber.Count + settings.Blocked.Count > 0)
            sms.Report("answer", "codes are listed under bad_number or blocked, so say under answer where the answer has its error");
        if (settings.BadNumber.Intersect(settings.Blocked, StringComparer.Ordinal).FirstOrDefault() is { } both)
            sms.Report("blocked", $"{both} stands under bad_number too");
    }

    internal static bool IsHeader(string name) => name.Length is > 0 and <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static IReadOnlyList<int> Statuses(YamlMap? success)
    {
        if (success?.Texts("status") is not { Count: > 0 } texts) return [200, 201, 202];
        var found = new List<int>();
        foreach (var text in texts)
            if (int.TryParse(text, out var status) && status is >= 200 and < 300) found.Add(status);
            else success.Report("status", $"takes statuses of HTTP from 200 to 299, not '{text}'");
        return found;
    }

    private static string? PathOf(YamlMap? map, string field)
    {
        if (map?.TextOrNull(field) is not { } path) return null;
        if (!ProviderFields.IsPath(path)) map.Report(field, $"'{path}' is no path; write sid, data.id or messages[0].status");
        return path;
    }

    internal static Uri Address(YamlMap map, string field, bool mayBeHttp)
    {
        var text = map.Text(field);
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (mayBeHttp && uri.Scheme == Uri.UriSchemeHttp))) return uri;
        map.Report(field, $"takes an address that begins with https://, without user and #, not '{text}'; http is for networks listed under allow");
        return new Uri("https://missing.invalid/");
    }

    internal static Func<string>? Secret(YamlMap map, string folder, string name) =>
        SettingsSecret.Read(map, folder, name, (words, inner) => new SmsException(words, inner));
}
