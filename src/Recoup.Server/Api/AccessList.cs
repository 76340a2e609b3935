using Recoup.Storage.Access;
using static Recoup.Server.Api.Columns;

namespace Recoup.Server.Api;

/// <summary>Who came in, looked and took away, as the command line, the API, the page and the files list it.</summary>
public static class AccessList
{
    public static readonly Listing<AccessEntry> Listing = new("access",
        new Column<AccessEntry>("entry", ColumnKind.Count, e => e.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Instant<AccessEntry>("at", e => e.Note.At), Text<AccessEntry>("actor", e => e.Note.Actor), Text<AccessEntry>("way", e => e.Note.Way),
        Text<AccessEntry>("kind", e => e.Note.Kind), Text<AccessEntry>("subject", e => Given(e.Note.Subject)),
        Text<AccessEntry>("detail", e => Given(e.Note.Detail)));

    private static string? Given(string text) => text.Length == 0 ? null : text;

    /// <summary>Days are UTC's, the last included.</summary>
    public static AccessFilter Filter(string? actor, string? kind, string? subject, DateOnly? from, DateOnly? to) => new()
    {
        Actor = actor, Kind = kind, Subject = subject, From = Begin(from), Until = to == DateOnly.MaxValue ? null : Begin(to?.AddDays(1)),
    };

    private static DateTimeOffset? Begin(DateOnly? day) => day is { } d ? new DateTimeOffset(d, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
