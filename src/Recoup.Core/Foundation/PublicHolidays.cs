using System.Collections.Concurrent;
using System.Collections.Frozen;
using PublicHoliday;

namespace Recoup.Core.Foundation;

/// <summary>
/// Public holidays of countries and regions: those of the package PublicHoliday, put right where it is known to be wrong
/// or behind (each with the law or the notice that says so). A name is an ISO 3166 code in lower case: a country
/// (<c>de</c>), or one of its regions (<c>de-by</c>). Pure: of the package only the lists by year are asked, which know
/// no clock. Reckoned once a year and calendar, by whichever thread is first.
/// </summary>
internal sealed class PublicHolidays
{
    private static readonly FrozenDictionary<string, PublicHolidays> _all = All().ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Func<PublicHolidayBase> _make;
    private readonly Func<int, IEnumerable<DateOnly>> _added;
    private readonly Func<DateOnly, bool> _isDropped;
    private readonly bool _joinsNeighbours;
    private readonly ConcurrentDictionary<int, FrozenSet<DateOnly>> _years = new();

    private PublicHolidays(
        Func<PublicHolidayBase> make,
        Func<int, IEnumerable<DateOnly>>? added = null,
        Func<DateOnly, bool>? isDropped = null,
        bool joinsNeighbours = false)
    {
        _make = make;
        _added = added ?? (static _ => []);
        _isDropped = isDropped ?? (static _ => false);
        _joinsNeighbours = joinsNeighbours;
    }

    /// <summary>In ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _all.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Null where the country or region is not known here.</summary>
    public static PublicHolidays? Named(string name) => _all.GetValueOrDefault(name);

    /// <summary>Whether nobody works on the day because of a holiday, the day on which one is made up for included.</summary>
    public bool Has(DateOnly day)
    {
        if (_years.TryGetValue(day.Year, out var days)) return days.Contains(day);
        return _years.GetOrAdd(day.Year, Reckon).Contains(day);
    }

    private FrozenSet<DateOnly> Reckon(int year)
    {
        var days = new HashSet<DateOnly>();
        // A day is made up for beyond its year: 1 January 2028 is a Saturday, so offices of the United States close on 31 December 2027.
        for (var of = Math.Max(1, year - 1); of <= Math.Min(9999, year + 1); of++)
            days.UnionWith(Listed(of).Where(day => !_isDropped(day)).Concat(_added(of)));
        if (_joinsNeighbours)
            days.UnionWith(days.Where(day => day < DateOnly.MaxValue.AddDays(-2) && days.Contains(day.AddDays(2))).Select(day => day.AddDays(1)).ToList());
        return days.Where(day => day.Year == year).ToFrozenSet();
    }

    private IEnumerable<DateOnly> Listed(int year)
    {
        // Feasts by the moon are known for the years 1900 to 2076 only; beyond them such a calendar has no holidays.
        try { return [.. _make().PublicHolidays(year).Select(DateOnly.FromDateTime)]; }
        catch (ArgumentOutOfRangeException) { return []; }
    }

    private static Dictionary<string, PublicHolidays> All()
    {
        var all = new Dictionary<string, PublicHolidays>(StringComparer.Ordinal)
        {
            ["at"] = new(static () => new AustriaPublicHoliday()),
            ["be"] = new(static () => new BelgiumPublicHoliday()),
            // Consciência Negra: Lei 14.759 of 21 December 2023.
            ["br"] = new(static () => new BrazilPublicHoliday(), static year => From(2024, year, 11, 20)),
            ["cz"] = new(static () => new CzechRepublicPublicHoliday()),
            // 1 May is no public holiday; on Constitution Day, 5 June, offices and shops are shut.
            ["dk"] = new(static () => new DenmarkPublicHoliday(true, false, false, false, false)),
            ["ee"] = new(static () => new EstoniaPublicHoliday()),
            ["es"] = new(static () => new SpainPublicHoliday()),
            // With the eves of Midsummer and of Christmas, on which nobody works.
            ["fi"] = new(static () => new FinlandPublicHoliday(includeNonOfficialHolidays: true)),
            ["fr"] = new(France),
            ["gr"] = new(static () => new GreecePublicHoliday()),
            ["hr"] = new(static () => new CroatiaPublicHoliday()),
            ["hu"] = new(static () => new HungaryPublicHoliday()),
            ["ie"] = new(static () => new IrelandPublicHoliday(), IrishSubstitutes),
            // San Francesco: Legge 151 of 8 October 2025.
            ["it"] = new(static () => new ItalyPublicHoliday(), static year => From(2026, year, 10, 4)),
            // A day between two holidays is one (Act on National Holidays, article 3(3)).
            ["jp"] = new(static () => new JapanPublicHoliday(), JapaneseOnce, IsNotJapanese, joinsNeighbours: true),
            ["lt"] = new(static () => new LithuaniaPublicHoliday()),
            ["lu"] = new(static () => new LuxembourgPublicHoliday()),
            ["lv"] = new(static () => new LatviaPublicHoliday()),
            ["me"] = new(static () => new MontenegroPublicHoliday()),
            // 1 October only where a president takes office: every six years since 2024.
            ["mx"] = new(static () => new MexicoPublicHoliday(), isDropped: static day => day is { Month: 10, Day: 1 }
                && (day.Year < 2024 || (day.Year - 2024) % 6 != 0)),
            // Liberation Day is a day off every five years.
            ["nl"] = new(static () => new DutchPublicHoliday(liberationDayOnlyAtLustrum: true)),
            ["no"] = new(static () => new NorwayPublicHoliday()),
            ["pl"] = new(static () => new PolandPublicHoliday()),
            ["pt"] = Portugal(PortugalPublicHoliday.Regions.OnlyOfficial),
            ["pt-20"] = Portugal(PortugalPublicHoliday.Regions.Acores),
            ["pt-30"] = Portugal(PortugalPublicHoliday.Regions.Madeira),
            ["ro"] = new(static () => new RomanianPublicHoliday()),
            ["se"] = new(static () => new SwedenPublicHoliday()),
            ["si"] = new(static () => new SloveniaPublicHoliday()),
            // Constitution Day has been a day of work since 2024.
            ["sk"] = new(static () => new SlovakiaPublicHoliday(), isDropped: static day => day is { Year: >= 2024, Month: 9, Day: 1 }),
            ["tr"] = new(static () => new TurkeyPublicHoliday()),
            // Federal holidays, on the day on which offices are closed for them.
            ["us"] = new(static () => new USAPublicHoliday()),
            ["za"] = new(static () => new SouthAfricaPublicHoliday()),
        };
        foreach (var (name, country) in new[]
        {
            ("gb", UKBankHoliday.UkCountries.England), ("gb-eng", UKBankHoliday.UkCountries.England), ("gb-wls", UKBankHoliday.UkCountries.Wales),
            ("gb-sct", UKBankHoliday.UkCountries.Scotland), ("gb-nir", UKBankHoliday.UkCountries.NorthernIreland),
        })
            all[name] = new(() => new UKBankHoliday(country));
        foreach (var state in Enum.GetValues<GermanPublicHoliday.States>()) all[Region("de", state)] = new(() => new GermanPublicHoliday { State = state });
        foreach (var canton in Enum.GetValues<SwitzerlandPublicHoliday.Cantons>())
            if (canton != SwitzerlandPublicHoliday.Cantons.ALL)
                all[Region("ch", canton)] = new(() => new SwitzerlandPublicHoliday(false, false, false) { Canton = canton }, year => Cantonal(canton, year));
        foreach (var province in "AB BC MB NB NS NT NU ON PE QC SK YT".Split(' '))
            // The National Day for Truth and Reconciliation is no holiday by the law of these three.
            all[$"ca-{province.ToLowerInvariant()}"] = new(() => new CanadaPublicHoliday(province), isDropped: day => province is "ON" or "QC" or "SK"
                && day is { Month: 9, Day: 30 });
        all["ca"] = new(static () => new CanadaPublicHoliday(""));
        // The package's own list fails in years in which St George is on Good Friday.
        all["ca-nl"] = all["ca"];
        foreach (var state in Enum.GetValues<AustraliaPublicHoliday.States>())
            all[Region("au", state)] = new(() => new AustraliaPublicHoliday { State = state }, year => Australian(state, year),
                day => IsNotAustralian(state, day));
        // The package's own lists of these fail in years in which one of the days is Whit Monday.
        foreach (var (name, goodFriday, days) in new (string, bool, (int Month, int Day)[])[]
        {
            ("fr-57", true, [(12, 26)]), ("fr-67", true, [(12, 26)]), ("fr-68", true, [(12, 26)]),
            ("bl", false, [(10, 9)]), ("gf", false, [(6, 10)]), ("gp", true, [(5, 27), (7, 21)]), ("mf", false, [(5, 28)]),
            ("mq", true, [(5, 22), (7, 21)]), ("nc", false, [(9, 24)]), ("pf", true, [(6, 29)]), ("re", false, [(12, 20)]),
            ("wf", false, [(4, 28), (7, 29)]), ("yt", false, [(4, 27)]),
        })
            all[name] = new(France, year => French(year, goodFriday, days));
        foreach (var (name, district) in new[]
        {
            ("nz", NewZealandPublicHoliday.ProvincialDistricts.ALL), ("nz-auk", NewZealandPublicHoliday.ProvincialDistricts.AUCKLAND),
            ("nz-can", NewZealandPublicHoliday.ProvincialDistricts.CANTERBURY), ("nz-cit", NewZealandPublicHoliday.ProvincialDistricts.CHATHAM_ISLANDS),
            ("nz-hkb", NewZealandPublicHoliday.ProvincialDistricts.HAWKES_BAY), ("nz-mbh", NewZealandPublicHoliday.ProvincialDistricts.MARLBOROUGH),
            ("nz-nsn", NewZealandPublicHoliday.ProvincialDistricts.NELSON), ("nz-ntl", NewZealandPublicHoliday.ProvincialDistricts.NORTHLAND),
            ("nz-ota", NewZealandPublicHoliday.ProvincialDistricts.OTAGO), ("nz-stl", NewZealandPublicHoliday.ProvincialDistricts.SOUTHLAND),
            ("nz-tki", NewZealandPublicHoliday.ProvincialDistricts.TARANAKI), ("nz-wgn", NewZealandPublicHoliday.ProvincialDistricts.WELLINGTON),
            ("nz-wtc", NewZealandPublicHoliday.ProvincialDistricts.WESTLAND),
        })
            all[name] = new(() => new NewZealandPublicHoliday { ProvincialDistrict = district });
        return all;
    }

    /// <summary>The package's name of a region is the ISO code's second part; its name for the whole country has none.</summary>
    private static string Region<T>(string country, T region) where T : struct, Enum =>
        EqualityComparer<T>.Default.Equals(region, default) ? country : $"{country}-{region.ToString().ToLowerInvariant()}";

    private static FrancePublicHoliday France() => new() { Region = FrancePublicHoliday.Regions.OnlyOfficial };

    /// <summary>What a part of France has beside the holidays of all.</summary>
    private static IEnumerable<DateOnly> French(int year, bool goodFriday, (int Month, int Day)[] days)
    {
        foreach (var (month, day) in days) yield return new(year, month, day);
        if (goodFriday) yield return BusinessCalendar.EasterSunday(year).AddDays(-2);
    }

    private static PublicHolidays Portugal(PortugalPublicHoliday.Regions region) => new(() => new PortugalPublicHoliday { Region = region });

    private static IEnumerable<DateOnly> From(int first, int year, int month, int day) => year >= first ? [new DateOnly(year, month, day)] : [];

    /// <summary>A holiday on a weekend is given on the next working day: by usage of banks and offices.</summary>
    private static IEnumerable<DateOnly> IrishSubstitutes(int year)
    {
        foreach (var (month, first, count) in new[] { (1, 1, 1), (3, 17, 1), (12, 25, 2) })
        {
            var days = Enumerable.Range(first, count).Select(day => new DateOnly(year, month, day)).ToList();
            var missed = days.Count(IsWeekend);
            for (var day = days[^1].AddDays(1); missed > 0; day = day.AddDays(1))
            {
                if (IsWeekend(day)) continue;
                yield return day;
                missed--;
            }
        }
    }

    /// <summary>The accession of 2019, and the moves for the games of 2020 and 2021 (Olympic special measures act, article 32).</summary>
    private static IEnumerable<DateOnly> JapaneseOnce(int year) => year switch
    {
        2019 => [new(2019, 5, 1), new(2019, 10, 22)],
        2020 => [new(2020, 7, 23), new(2020, 7, 24), new(2020, 8, 10)],
        2021 => [new(2021, 7, 22), new(2021, 7, 23), new(2021, 8, 9)],
        _ => [],
    };

    private static bool IsNotJapanese(DateOnly day) => (day.Year, day.Month, day.Day) is
        (2019, 12, 23) or (2020, 7, 20) or (2020, 8, 11) or (2020, 10, 12) or (2021, 7, 19) or (2021, 8, 11) or (2021, 10, 11);

    private static IEnumerable<DateOnly> Cantonal(SwitzerlandPublicHoliday.Cantons canton, int year) => canton switch
    {
        SwitzerlandPublicHoliday.Cantons.GE => [new(year, 12, 31)],
        SwitzerlandPublicHoliday.Cantons.TI => [new(year, 6, 29)],
        // The Monday after the federal day of fasting, the third Sunday of September.
        SwitzerlandPublicHoliday.Cantons.VD => [FirstOf(DayOfWeek.Sunday, new(year, 9, 15)).AddDays(1)],
        _ => [],
    };

    private static IEnumerable<DateOnly> Australian(AustraliaPublicHoliday.States state, int year)
    {
        var anzac = new DateOnly(year, 4, 25);
        switch (state)
        {
            // Reconciliation Day (Holidays Act 1958, from 2018).
            case AustraliaPublicHoliday.States.ACT when year >= 2018:
                yield return FirstOf(DayOfWeek.Monday, new(year, 5, 27));
                break;
            // Declared for these two years.
            case AustraliaPublicHoliday.States.NSW when year is 2026 or 2027:
                yield return FirstOf(DayOfWeek.Monday, anzac);
                break;
            case AustraliaPublicHoliday.States.QLD or AustraliaPublicHoliday.States.SA when anzac.DayOfWeek == DayOfWeek.Sunday:
                yield return anzac.AddDays(1);
                break;
            // The Friday before the football final, which is on the last Saturday of September but for the plague year.
            case AustraliaPublicHoliday.States.VIC when year >= 2017:
                yield return year == 2020 ? new(2020, 10, 23) : FirstOf(DayOfWeek.Saturday, new(year, 9, 24)).AddDays(-1);
                break;
            default: break;
        }
    }

    /// <summary>Family and Community Day gave way to Reconciliation Day in 2018.</summary>
    private static bool IsNotAustralian(AustraliaPublicHoliday.States state, DateOnly day) =>
        state == AustraliaPublicHoliday.States.ACT && day is { Year: >= 2018, Month: 9 };

    /// <summary>The day itself if it is that weekday, else the first after it that is.</summary>
    private static DateOnly FirstOf(DayOfWeek weekday, DateOnly day) => day.AddDays(((int)weekday - (int)day.DayOfWeek + 7) % 7);

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
