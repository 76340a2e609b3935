using Recoup.Core.Foundation;

namespace Recoup.Core.Inputs;

/// <summary>What fields of several kinds of input must be: addresses, countries, languages, zones and calendars.</summary>
public static class FieldChecks
{
    internal static string? CheckEmail(InputDraft d, string? email, string field)
    {
        if (email is null) return null;
        var at = email.IndexOf('@');
        var good = at > 0 && at < email.Length - 1 && email.IndexOf('@', at + 1) < 0 && !email.AsSpan().ContainsAny(" \t\r\n,;<>\"") && email.Length <= 254;
        if (!good) d.Problem(field, $"'{InputDraft.Short(email)}' is not a mail address");
        return email;
    }

    internal static string? CheckEmails(InputDraft d, string field)
    {
        if (d.Text(field) is not { } text) return null;
        return string.Join("; ", text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(email => CheckEmail(d, email,
            field)));
    }

    internal static string? CheckCountry(InputDraft d)
    {
        if (d.Text("country") is not { } text) return null;
        if (CountryOf(text) is not { } country) d.Problem("country", CountryProblem(text));
        else return country;
        return text;
    }

    /// <summary>The code of a country in capitals, in whatever letters it was given; null: it is none. UK and EL are what their own call GB and GR.</summary>
    public static string? CountryOf(string text) =>
        text.Length != 2 || !text.All(char.IsAsciiLetter) ? null : text.ToUpperInvariant() switch { "UK" => "GB", "EL" => "GR", var code => code };

    /// <summary>What is wrong with a country that <see cref="CountryOf"/> does not know.</summary>
    public static string CountryProblem(string text) => $"'{InputDraft.Short(text)}' is not an ISO 3166 code of two letters, such as DE";

    /// <summary>Why the text names no language, and what to write where that is known. Null: it is one.</summary>
    public static string? LanguageProblem(string text) => LanguageCode.ProblemOf(text, InputDraft.Short(text));

    internal static string? CheckLanguage(InputDraft d)
    {
        var language = d.Text("language");
        if (language is not null && LanguageProblem(language) is { } problem) d.Problem("language", problem);
        return language;
    }

    /// <summary>What is wrong with a time zone; null: nothing.</summary>
    public static string? ZoneProblem(string zone) =>
        NodaTime.DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is null ? $"'{InputDraft.Short(zone)}' is not an IANA time zone, such as Europe/Berlin" : null;

    internal static string? CheckZone(InputDraft d)
    {
        var zone = d.Text("time_zone");
        if (zone is not null && ZoneProblem(zone) is { } problem) d.Problem("time_zone", problem);
        return zone;
    }

    internal static string? CheckCalendar(InputDraft d)
    {
        var calendar = d.Text("calendar");
        if (calendar is not null && !BusinessCalendar.Names.Contains(calendar))
            d.Problem("calendar", $"there is no calendar '{InputDraft.Short(calendar)}'{BusinessCalendar.Near(calendar)}");
        return calendar;
    }
}
