using FsCheck;
using FsCheck.Fluent;
using Recoup.Core.Foundation;

namespace Recoup.Tests.Foundation;

public sealed class BusinessCalendarTests
{
    private static readonly BusinessCalendar _weekdays = BusinessCalendar.Named("weekdays");
    private static readonly BusinessCalendar _target = BusinessCalendar.Named("target");

    [Theory]
    // Published Easter dates, the earliest and latest possible among them.
    [InlineData("1583-04-10")]
    [InlineData("1818-03-22")]
    [InlineData("1943-04-25")]
    [InlineData("1954-04-18")]
    [InlineData("1981-04-19")]
    [InlineData("2000-04-23")]
    [InlineData("2008-03-23")]
    [InlineData("2011-04-24")]
    [InlineData("2019-04-21")]
    [InlineData("2024-03-31")]
    [InlineData("2025-04-20")]
    [InlineData("2026-04-05")]
    [InlineData("2027-03-28")]
    [InlineData("2038-04-25")]
    [InlineData("2285-03-22")]
    public void Easter(string sunday)
    {
        var date = Day(sunday);
        BusinessCalendar.EasterSunday(date.Year).ShouldBe(date);
        _target.IsBusinessDay(date.AddDays(-3)).ShouldBeTrue("Maundy Thursday");
        _target.IsBusinessDay(date.AddDays(-2)).ShouldBeFalse("Good Friday");
        _target.IsBusinessDay(date.AddDays(1)).ShouldBeFalse("Easter Monday");
        _target.IsBusinessDay(date.AddDays(2)).ShouldBeTrue("Tuesday");
    }

    [Fact]
    public void Every_year_has_its_Easter_on_a_Sunday_in_its_window()
    {
        for (var year = 1; year <= 9999; year++)
        {
            var easter = BusinessCalendar.EasterSunday(year);
            easter.DayOfWeek.ShouldBe(DayOfWeek.Sunday);
            easter.ShouldBeInRange(new DateOnly(year, 3, 22), new DateOnly(year, 4, 25));
        }
    }

    [Fact]
    public void Target_closes_on_just_these_weekdays_of_2026() =>
        Year(2026).Where(day => _weekdays.IsBusinessDay(day) && !_target.IsBusinessDay(day))
            // 26 December 2026 is a Saturday, and is not made up for.
            .ShouldBe([Day("2026-01-01"), Day("2026-04-03"), Day("2026-04-06"), Day("2026-05-01"), Day("2026-12-25")]);

    [Fact]
    public void Weekdays_are_Monday_to_Friday_and_every_day_is_every_day()
    {
        Year(2026).Count(_weekdays.IsBusinessDay).ShouldBe(261);
        Year(2026).Where(_weekdays.IsBusinessDay).ShouldAllBe(day => day.DayOfWeek != DayOfWeek.Saturday && day.DayOfWeek != DayOfWeek.Sunday);
        Year(2026).ShouldAllBe(day => BusinessCalendar.Named("every-day").IsBusinessDay(day));
    }

    [Fact]
    public void Names_are_all_there_are()
    {
        BusinessCalendar.Names.Where(name => name.Length > 6).ShouldBe(["every-day", "weekdays"]);
        foreach (var name in BusinessCalendar.Names) BusinessCalendar.Named(name).ShouldNotBeNull();
        Should.Throw<ArgumentException>(() => BusinessCalendar.Named("lunar")).Message.ShouldContain("every-day, target, weekdays");
    }

    [Theory]
    [InlineData("2026-04-02", "2026-04-02", "2026-04-02")]
    [InlineData("2026-04-03", "2026-04-07", "2026-04-02")]
    [InlineData("2026-04-05", "2026-04-07", "2026-04-02")]
    [InlineData("2026-04-07", "2026-04-07", "2026-04-07")]
    public void The_next_and_the_previous_over_Easter(string day, string next, string previous)
    {
        _target.NextBusinessDay(Day(day)).ShouldBe(Day(next));
        _target.PreviousBusinessDay(Day(day)).ShouldBe(Day(previous));
    }

    [Theory]
    [InlineData("2026-03-06", 1, "2026-03-09")] // Friday to Monday
    [InlineData("2026-03-06", 5, "2026-03-13")]
    [InlineData("2026-03-07", 1, "2026-03-09")] // Saturday to Monday: itself is not counted
    [InlineData("2026-03-07", -1, "2026-03-06")]
    [InlineData("2026-03-09", -1, "2026-03-06")]
    [InlineData("2026-03-07", 0, "2026-03-07")] // a Saturday stays
    public void Adding(string day, int count, string result) => _weekdays.AddBusinessDays(Day(day), count).ShouldBe(Day(result));

    [Theory]
    [InlineData("2026-03-06", "2026-03-06", 0)]
    [InlineData("2026-03-06", "2026-03-08", 0)]
    [InlineData("2026-03-06", "2026-03-09", 1)]
    [InlineData("2026-03-07", "2026-03-09", 1)]
    [InlineData("2026-03-09", "2026-03-06", -1)]
    [InlineData("2026-03-08", "2026-03-06", -1)]
    [InlineData("2026-01-01", "2026-12-31", 260)]
    public void Between(string from, string to, int count) => _weekdays.BusinessDaysBetween(Day(from), Day(to)).ShouldBe(count);

    [Fact]
    public void Holidays_are_added_to_a_copy()
    {
        var monday = Day("2026-03-09");
        var tuesday = monday.AddDays(1);
        var once = _weekdays.With([monday]);
        var twice = once.With([tuesday]);
        _weekdays.IsBusinessDay(monday).ShouldBeTrue();
        once.IsBusinessDay(monday).ShouldBeFalse();
        once.IsBusinessDay(tuesday).ShouldBeTrue();
        twice.NextBusinessDay(monday).ShouldBe(Day("2026-03-11"));
        _target.With([monday]).IsBusinessDay(Day("2026-04-03")).ShouldBeFalse("Good Friday stays");
    }

    [Fact]
    public void A_weekend_is_whichever_days_it_is_but_not_the_whole_week()
    {
        var gulf = new BusinessCalendar([DayOfWeek.Friday, DayOfWeek.Saturday], []);
        gulf.NextBusinessDay(Day("2026-03-06")).ShouldBe(Day("2026-03-08"));
        Should.Throw<ArgumentException>(() => new BusinessCalendar(Enum.GetValues<DayOfWeek>(), []));
    }

    [Fact]
    public void Leaving_the_calendar_throws()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => _weekdays.AddBusinessDays(DateOnly.MaxValue, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => _weekdays.AddBusinessDays(DateOnly.MinValue, int.MinValue));
    }

    [Fact]
    public void Adding_agrees_with_looking_it_up_in_a_list_and_counting_undoes_it() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll(Calendars(), Days(), Gen.Choose(-60, 60).ToArbitrary(), (calendar, day, count) =>
        {
            var worked = Enumerable.Range(-400, 801).Select(day.AddDays).Where(calendar.IsBusinessDay).ToArray();
            var expected = count switch
            {
                0 => day,
                > 0 => worked.Where(d => d > day).ElementAt(count - 1),
                _ => worked.Where(d => d < day).Reverse().ElementAt(-count - 1),
            };
            var added = calendar.AddBusinessDays(day, count);
            return added == expected && calendar.BusinessDaysBetween(day, added) == count;
        }));

    [Fact]
    public void Next_and_previous_are_the_nearest_business_days() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll(Calendars(), Days(), (calendar, day) =>
            calendar.NextBusinessDay(day) == Enumerable.Range(0, 400).Select(day.AddDays).First(calendar.IsBusinessDay)
            && calendar.PreviousBusinessDay(day) == Enumerable.Range(0, 400).Select(n => day.AddDays(-n)).First(calendar.IsBusinessDay)));

    private static Arbitrary<BusinessCalendar> Calendars() =>
        (from name in Gen.Elements(BusinessCalendar.Names.ToArray())
         from holidays in Days().Generator.ListOf(30)
         select BusinessCalendar.Named(name).With(holidays)).ToArbitrary();

    private static Arbitrary<DateOnly> Days() => Gen.Choose(0, 120).Select(n => Day("2026-02-20").AddDays(n)).ToArbitrary();

    private static IEnumerable<DateOnly> Year(int year) =>
        Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Select(new DateOnly(year, 1, 1).AddDays);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd");
}
