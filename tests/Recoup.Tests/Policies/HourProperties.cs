using NodaTime;
using NodaTime.TimeZones;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;

namespace Recoup.Tests.Policies;

/// <summary>The gate's hours and days against a clock that is looked at minute by minute, in every zone that there is.</summary>
public sealed class HourProperties
{
    private static readonly IReadOnlyList<string> _zones = [.. DateTimeZoneProviders.Tzdb.Ids];

    private static readonly ILookup<string, string> _countries = TzdbDateTimeZoneSource.Default.ZoneLocations!.ToLookup(l => l.CountryCode, l => l.ZoneId);

    private static ContactRule Window(LocalTime from, LocalTime to) => new("w", "w", "w", "window") { From = from, To = to };

    [Fact]
    public void Hours_open_at_the_first_minute_at_which_they_hold_everywhere()
    {
        var (opened, never) = (0, 0);
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var zones = Enumerable.Range(0, random.Next(1, 4)).Select(_ => _zones[random.Next(_zones.Count)]).ToList();
            var from = random.Next(0, 48) * 30;
            var to = Math.Min(1439, from + random.Next(30, 900));
            var rule = Window(Time(from), Time(to));
            var start = Start(random, zones);
            var expected = FirstOpen(zones.ConvertAll(z => DateTimeZoneProviders.Tzdb[z]), rule, start);
            var found = ContactGate.NextOpening(rule, zones, start.ToDateTimeOffset());
            var what = $"seed {seed}: {rule.From} to {rule.To} in {string.Join(", ", zones)} from {start}";
            if (expected is null) { never++; found.ShouldBeNull(what); continue; }
            opened++;
            found.ShouldNotBeNull(what);
            Instant.FromDateTimeOffset(found.Value).ShouldBe(expected.Value, what);
        }
        opened.ShouldBeGreaterThan(100);
        never.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Of_a_country_the_hours_hold_in_all_of_its_zones()
    {
        var rule = Window(new LocalTime(8, 0), new LocalTime(21, 0));
        foreach (var country in _countries.Select(g => g.Key))
        {
            var all = _countries[country].Select(z => DateTimeZoneProviders.Tzdb[z]).ToList();
            var random = new Random(country[0] * 256 + country[1]);
            for (var i = 0; i < 4; i++)
            {
                var start = Instant.FromUtc(2026, 1, 1, 0, 0) + Duration.FromMinutes(random.Next(0, 525_600));
                var found = ContactGate.NextOpening(rule, CustomerZones.OfCountry(country), start.ToDateTimeOffset());
                var expected = FirstOpen(all, rule, start);
                (found is null ? (Instant?)null : Instant.FromDateTimeOffset(found.Value)).ShouldBe(expected, $"{country} from {start}");
                // Of the inhabited only Russia's clocks are nearly too far apart.
                if (country != "AQ") expected.ShouldNotBeNull(country);
            }
        }
    }

    /// <summary>Whatever the calendar, zones, countries and hour: what the gate lets through is on a business day, no holiday, within the hours.</summary>
    [Fact]
    public void What_is_allowed_is_allowed_at_that_instant_and_nothing_was_earlier()
    {
        var allowed = 0;
        var rules = SamplePolicy.Rules("id: w, kind: window, from: '08:00', to: '21:00'", "id: h, kind: holiday");
        var calendars = new[] { "de", "de-by", "us", "gb-sct", "jp", "target", "weekdays", "every-day", "au-nsw" };
        var places = new[] { "DE", "US", "GB", "JP", "AU", "KI", "AS", "BR", "RU" };
        for (var seed = 1; seed <= 150; seed++)
        {
            var random = new Random(seed);
            var country = places[random.Next(places.Length)];
            var portfolio = new[] { "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati",
                "Pacific/Pago_Pago", "Africa/Cairo" }[random.Next(6)];
            var calendar = BusinessCalendar.Named(calendars[random.Next(calendars.Length)]);
            // Around Easter and the turn of the year, when most is shut.
            var start = Instant.FromUtc(2026, 1, 1, 0, 0)
                + Duration.FromMinutes(random.Next(2) == 0 ? random.Next(126_000, 145_000) : random.Next(510_000, 530_000));
            var request = new ContactRequest
            {
                Channel = "call", AddressToken = "t", At = start.ToDateTimeOffset(), Today = LocalDay.Of(start.ToDateTimeOffset(), portfolio),
                TimeZones = CustomerZones.OfCountry(country), Countries = [country], BusinessDays = new BusinessDays(calendar, portfolio),
                Contact = new ContactSlice(), UnderWay = 0, Erased = false, Held = false, Party = "business", Collector = "first",
            };
            var what = $"seed {seed}: {country} for {portfolio} from {start}";
            var verdict = ContactGate.Clear(rules, request).ShouldBeOfType<Verdict.Allowed>(what);
            allowed++;
            var all = _countries[country].Select(z => DateTimeZoneProviders.Tzdb[z]).ToList();
            bool Good(Instant at) => calendar.IsBusinessDay(at.InZone(DateTimeZoneProviders.Tzdb[portfolio]).Date.ToDateOnly())
                && all.TrueForAll(z => at.InZone(z) is var local && local.Hour is >= 8 and < 21
                    && !BusinessCalendar.IsPublicHoliday(country, local.Date.ToDateOnly()));
            var first = Instant.FromDateTimeOffset(verdict.NotBefore);
            Good(first).ShouldBeTrue(what);
            for (var at = start; at < first; at += Duration.FromMinutes(15)) Good(at).ShouldBeFalse($"{what}: {at} was good");
            (verdict.Rule is null).ShouldBe(first == start, what);
        }
        allowed.ShouldBe(150);
    }

    [Theory]
    [InlineData("+12125551234", null, "America/New_York")]
    [InlineData("+18085551234", null, "Pacific/Honolulu")]
    [InlineData("+81312345678", null, "Asia/Tokyo")]
    [InlineData("030 1234567", "DE", "Europe/Berlin")]
    [InlineData("(808) 555-1234", "US", "Pacific/Honolulu")]
    [InlineData("+4915112345678", null, "Europe/Berlin")]
    // Free to call from anywhere, and of no place.
    [InlineData("+18005551234", null, "")]
    [InlineData("+80012345678", null, "")]
    [InlineData("030 1234567", null, "")]
    [InlineData("ask reception", "DE", "")]
    public void A_number_is_where_its_area_is(string number, string? country, string zones) =>
        string.Join(' ', CustomerZones.OfNumber(number, country)).ShouldBe(zones);

    [Fact]
    public void A_mobile_number_of_a_wide_country_may_be_anywhere_in_it() =>
        CustomerZones.OfNumber("+61412345678", null).ShouldBe(CustomerZones.OfNumber("+61487654321", null).ToList());

    /// <summary>Half of the time within hours of a change of the clocks in one of the zones.</summary>
    private static Instant Start(Random random, List<string> zones)
    {
        var start = Instant.FromUtc(2024, 1, 1, 0, 0) + Duration.FromMinutes(random.Next(0, 6 * 525_600));
        if (random.Next(2) == 0) return start;
        var interval = DateTimeZoneProviders.Tzdb[zones[0]].GetZoneInterval(start);
        return interval.HasEnd ? interval.End + Duration.FromMinutes(random.Next(-600, 300)) : start;
    }

    private static Instant? FirstOpen(List<DateTimeZone> zones, ContactRule rule, Instant start)
    {
        for (var at = start; at < start + Duration.FromDays(7); at += Duration.FromMinutes(1))
            if (zones.TrueForAll(z => at.InZone(z).TimeOfDay is var time && time >= rule.From && time < rule.To)) return at;
        return null;
    }

    private static LocalTime Time(int minutes) => new(minutes / 60, minutes % 60);
}
