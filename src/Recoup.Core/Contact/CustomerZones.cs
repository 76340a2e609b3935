using System.Collections.Concurrent;
using NodaTime;
using NodaTime.TimeZones;
using PhoneNumbers;

namespace Recoup.Core.Contact;

/// <summary>
/// The time zones in which a customer may be, by what is known of the place: a country has all of its zones, a phone
/// number those of its area, or of its country where the area is not in the number. Zones whose clocks always agree stand
/// for each other. By the tables of tzdb (zone.tab) and of libphonenumber.
/// </summary>
public static class CustomerZones
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<string>> _byCountry = new(StringComparer.Ordinal);

    private static readonly ILookup<string, string> _located =
        TzdbDateTimeZoneSource.Default.ZoneLocations!.ToLookup(l => l.CountryCode, l => l.ZoneId, StringComparer.Ordinal);

    /// <summary>In which zones to look whether two always agree: nothing was sent before, and rules known today go on as they are.</summary>
    private static readonly Interval _compared = new(Instant.FromUtc(2020, 1, 1, 0, 0), Instant.FromUtc(2038, 1, 1, 0, 0));

    /// <summary>All zones of a country, by its ISO 3166 code in capitals; none where there is no such country, or nobody lives there.</summary>
    public static IReadOnlyList<string> OfCountry(string country) => _byCountry.GetOrAdd(country, static code => Differing(_located[code]));

    /// <summary>
    /// The zones of a phone number; none where it is no number, or one that belongs to no place, such as a toll-free one.
    /// </summary>
    /// <param name="number">As it was given, best with + and the country's code.</param>
    /// <param name="country">ISO 3166 code of the country whose number it is where it has no code of its own; null: not known.</param>
    public static IReadOnlyList<string> OfNumber(string number, string? country)
    {
        if (PhoneNumber.Parse(number, country) is not { } parsed) return [];
        return PhoneNumberUtil.GetInstance().GetNumberType(parsed) is PhoneNumberType.FIXED_LINE or PhoneNumberType.MOBILE
            or PhoneNumberType.FIXED_LINE_OR_MOBILE
            ? Differing(PhoneNumberToTimeZonesMapper.GetInstance().GetTimeZonesForNumber(parsed))
            : [];
    }

    private static List<string> Differing(IEnumerable<string> ids)
    {
        var zones = ids.Select(id => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id)).OfType<DateTimeZone>().ToList();
        if (zones.Count > 1)
            zones = [.. zones.Distinct(ZoneEqualityComparer.ForInterval(_compared).WithOptions(ZoneEqualityComparer.Options.OnlyMatchWallOffset))];
        return zones.ConvertAll(zone => zone.Id);
    }
}
