using System.Globalization;
using Recoup.Core.Foundation;

namespace Recoup.Tests.Foundation;

/// <summary>The calendars of countries and regions against days that are known from their laws and notices.</summary>
public sealed class PublicHolidayTests
{
    // Weekdays on which offices are closed, by month and day.
    [Theory]
    [InlineData("de", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25")]
    [InlineData("de-by", 2026, "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 12-25")]
    [InlineData("de-nw", 2025, "01-01 04-18 04-21 05-01 05-29 06-09 06-19 10-03 12-25 12-26")]
    [InlineData("de-sn", 2025, "01-01 04-18 04-21 05-01 05-29 06-09 10-03 10-31 11-19 12-25 12-26")]
    // The day of Berlin's liberation, eighty years on, once.
    [InlineData("de-be", 2025, "01-01 04-18 04-21 05-01 05-08 05-29 06-09 10-03 12-25 12-26")]
    // Reformation was five hundred years ago: a holiday everywhere, once.
    [InlineData("de-by", 2017, "01-06 04-14 04-17 05-01 05-25 06-05 06-15 08-15 10-03 10-31 11-01 12-25 12-26")]
    [InlineData("at", 2026, "01-01 01-06 04-06 05-01 05-14 05-25 06-04 10-26 12-08 12-25")]
    [InlineData("ch-zh", 2026, "01-01 01-02 04-03 04-06 05-01 05-14 05-25 12-25")]
    [InlineData("ch-ge", 2026, "01-01 04-03 04-06 05-14 05-25 09-10 12-25 12-31")]
    [InlineData("ch-vd", 2026, "01-01 01-02 04-03 04-06 05-14 05-25 09-21 12-25")]
    // 4 July is a Saturday: observed on the Friday.
    [InlineData("us", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25")]
    // Christmas is a Saturday, and so is the New Year after it: the day before it is closed in this year.
    [InlineData("us", 2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31")]
    [InlineData("gb", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28")]
    [InlineData("gb", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28")]
    // The Jubilee moved Spring's, and the Queen's funeral.
    [InlineData("gb", 2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27")]
    // No Easter Monday; 2 January, the first Monday of August, St Andrew.
    [InlineData("gb-sct", 2027, "01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28")]
    [InlineData("gb-nir", 2026, "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28")]
    // Equinoxes on 20 March and 23 September; what lies between the aged and autumn is free as well.
    [InlineData("jp", 2026, "01-01 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23")]
    [InlineData("jp", 2025, "01-01 01-13 02-11 02-24 03-20 04-29 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 11-24")]
    // Ten days in a row for a new emperor.
    [InlineData("jp", 2019, "01-01 01-14 02-11 03-21 04-29 04-30 05-01 05-02 05-03 05-06 07-15 08-12 09-16 09-23 10-14 10-22 11-04")]
    [InlineData("jp", 2021, "01-01 01-11 02-11 02-23 04-29 05-03 05-04 05-05 07-22 07-23 08-09 09-20 09-23 11-03 11-23")]
    [InlineData("ca-on", 2026, "01-01 02-16 04-03 05-18 07-01 09-07 10-12 12-25")]
    [InlineData("ca-qc", 2026, "01-01 04-03 05-18 06-24 07-01 09-07 10-12 12-25")]
    [InlineData("au-nsw", 2025, "01-01 01-27 04-18 04-21 04-25 06-09 10-06 12-25 12-26")]
    [InlineData("au-vic", 2025, "01-01 01-27 03-10 04-18 04-21 04-25 06-09 09-26 11-04 12-25 12-26")]
    [InlineData("au-act", 2026, "01-01 01-26 03-09 04-03 04-06 04-27 06-01 06-08 10-05 12-25 12-28")]
    [InlineData("nz", 2027, "01-01 01-04 02-08 03-26 03-29 04-26 06-07 06-25 10-25 12-27 12-28")]
    [InlineData("fr", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25")]
    [InlineData("fr-67", 2025, "01-01 04-18 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-11 12-25 12-26")]
    [InlineData("gf", 2030, "01-01 04-22 05-01 05-08 05-30 06-10 08-15 11-01 11-11 12-25")]
    [InlineData("it", 2027, "01-01 01-06 03-29 06-02 10-04 11-01 12-08")]
    [InlineData("es", 2026, "01-01 01-06 04-03 05-01 10-12 12-08 12-25")]
    // Liberation Day every five years only.
    [InlineData("nl", 2025, "01-01 04-21 05-05 05-29 06-09 12-25 12-26")]
    [InlineData("nl", 2026, "01-01 04-06 04-27 05-14 05-25 12-25")]
    [InlineData("pl", 2025, "01-01 01-06 04-21 05-01 06-19 08-15 11-11 12-24 12-25 12-26")]
    // Great Prayer Day was given up in 2024.
    [InlineData("dk", 2026, "01-01 04-02 04-03 04-06 05-14 05-25 06-05 12-25")]
    [InlineData("ie", 2026, "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25 12-28")]
    [InlineData("br", 2026, "01-01 02-16 02-17 04-03 04-21 05-01 06-04 09-07 10-12 11-02 11-20 12-25")]
    [InlineData("mx", 2026, "01-01 02-02 03-16 05-01 09-16 11-16 12-25")]
    [InlineData("mx", 2024, "01-01 02-05 03-18 05-01 09-16 10-01 11-18 12-25")]
    [InlineData("za", 2027, "01-01 03-22 03-26 03-29 04-27 06-16 08-09 09-24 12-16 12-27")]
    // Easter of the Eastern church.
    [InlineData("gr", 2026, "01-01 01-06 02-23 03-25 04-10 04-13 05-01 06-01 10-28 12-25")]
    [InlineData("tr", 2026, "01-01 03-20 04-23 05-01 05-19 05-27 05-28 05-29 07-15 10-29")]
    public void Offices_are_closed_on_the_public_holidays(string name, int year, string closed)
    {
        var calendar = BusinessCalendar.Named(name);
        var days = Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Select(new DateOnly(year, 1, 1).AddDays)
            .Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !calendar.IsBusinessDay(day));
        string.Join(' ', days.Select(day => day.ToString("MM-dd", CultureInfo.InvariantCulture))).ShouldBe(closed);
    }

    [Fact]
    public void Every_calendar_knows_a_New_Year_in_every_year_and_works_most_days()
    {
        foreach (var name in BusinessCalendar.Names)
        {
            var calendar = BusinessCalendar.Named(name);
            foreach (var year in new[] { 1, 1899, 1999, 9999 }.Concat(Enumerable.Range(2019, 63)))
            {
                var days = Enumerable.Range(0, 365).Select(new DateOnly(year, 1, 1).AddDays).ToList();
                days.Count(calendar.IsBusinessDay).ShouldBeGreaterThan(220, $"{name} in {year}");
                // Made up for on a day near it, or a weekend already.
                if (year is 2024 or 2031 or 2036 && name is not ("every-day" or "weekdays"))
                    calendar.IsBusinessDay(new DateOnly(year, 1, 1)).ShouldBeFalse(name);
            }
        }
    }

    [Theory]
    [InlineData("de-xx", "; of 'de' there are de, de-bb, de-be, ")]
    [InlineData("DE", "; did you mean de?")]
    [InlineData("DE_BY", "; did you mean de-by?")]
    [InlineData("uk", "; did you mean gb?")]
    [InlineData("taget", "; did you mean target?")]
    [InlineData("xq", "; there are every-day, target, weekdays, and those of ")]
    public void A_name_that_no_calendar_has_is_told_with_those_near_it(string name, string near) => BusinessCalendar.Near(name).ShouldStartWith(near);

    [Fact]
    public void A_hundred_thousand_questions_cost_no_more_than_a_look_into_a_table()
    {
        var calendar = BusinessCalendar.Named("de-by");
        var start = new DateOnly(2026, 1, 1);
        calendar.IsBusinessDay(start).ShouldBeFalse();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var business = 0;
        for (var i = 0; i < 100_000; i++) if (calendar.IsBusinessDay(start.AddDays(i % 365))) business++;
        business.ShouldBeGreaterThan(60_000);
        // A year is reckoned once: a counter that knows no noise.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(50_000);
    }
}
