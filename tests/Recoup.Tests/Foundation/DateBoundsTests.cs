using System.Text;
using System.Text.Json;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Recovery;

namespace Recoup.Tests.Foundation;

public sealed class DateBoundsTests
{
    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("2026-03-31", 1, "2026-04-01")]
    [InlineData("2026-03-01", -1, "2026-02-28")]
    [InlineData("9999-12-31", 1, "9999-12-31")]
    [InlineData("9999-12-30", 1, "9999-12-31")]
    [InlineData("0001-01-01", -1, "0001-01-01")]
    [InlineData("0001-01-02", -1, "0001-01-01")]
    [InlineData("2026-03-31", int.MaxValue, "9999-12-31")]
    [InlineData("2026-03-31", int.MinValue, "0001-01-01")]
    public void Days_are_added_up_to_the_calendar_s_ends(string day, int days, string then) => Day(day).Plus(days).ShouldBe(Day(then));

    [Theory]
    [InlineData("2026-03-31", -1, "2026-02-28")]
    [InlineData("2026-03-31", 3, "2026-06-30")]
    [InlineData("9999-12-01", 1, "9999-12-31")]
    [InlineData("0001-01-31", -1, "0001-01-01")]
    [InlineData("9999-11-30", 1, "9999-12-30")]
    public void Months_too(string day, int months, string then) => Day(day).PlusMonths(months).ShouldBe(Day(then));

    [Theory]
    [InlineData("1901-01-01", null)]
    [InlineData("2999-12-31", null)]
    [InlineData("1900-12-31", "before 1901-01-01")]
    [InlineData("1900-01-01", "before 1901-01-01")]
    [InlineData("0001-01-01", "before 1901-01-01")]
    [InlineData("3000-01-01", "after 2999-12-31")]
    [InlineData("9999-12-30", "after 2999-12-31")]
    [InlineData("9999-12-31", "what ledgers write for 'no end'")]
    public void The_bounds_have_a_reason(string day, string? reason)
    {
        if (reason is null) DateBounds.Problem(Day(day)).ShouldBeNull();
        else DateBounds.Problem(Day(day)).ShouldNotBeNull().ShouldContain(reason);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999Z", "Pacific/Kiritimati", "9999-12-31")]
    [InlineData("0001-01-01T00:00:00Z", "America/Los_Angeles", "0001-01-01")]
    [InlineData("2026-03-31T22:30:00Z", "Europe/Berlin", "2026-04-01")]
    [InlineData("2026-03-31T02:00:00Z", "America/New_York", "2026-03-30")]
    public void The_day_of_an_instant_is_one_of_the_calendar(string instant, string zone, string day) =>
        DateBounds.DayIn(NodaTime.DateTimeZoneProviders.Tzdb[zone], DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe(Day(day));

    // --- every date of every kind of input ---

    /// <summary>An object with a value for each field that is needed, and the one asked about.</summary>
    private static string Object(InputKind kind, Field about, string value)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", kind.Name);
            foreach (var field in kind.Fields)
                if (field == about && field.Type == FieldType.Dates)
                {
                    json.WriteStartArray(field.Name);
                    json.WriteStringValue(value);
                    json.WriteEndArray();
                }
                else if (field == about) json.WriteString(field.Name, value);
                else if (field.Required)
                    json.WriteString(field.Name, field.Type switch
                    {
                        FieldType.Date => "2026-04-01",
                        FieldType.Instant => "2026-04-01T10:00:00Z",
                        FieldType.Amount => "10.00",
                        FieldType.Currency => "EUR",
                        FieldType.Integer => "1",
                        FieldType.Boolean => "true",
                        FieldType.Choice => field.Choices[0],
                        _ => "x",
                    });
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static IEnumerable<(InputKind Kind, Field Field)> Dated =>
        InputKinds.All.SelectMany(k => k.Fields.Where(f => f.Type is FieldType.Date or FieldType.Instant or FieldType.Dates).Select(f => (k, f)));

    [Theory]
    [InlineData("0001-01-01")]
    [InlineData("1900-01-01")]
    [InlineData("1900-12-31")]
    [InlineData("3000-01-01")]
    [InlineData("9999-12-30")]
    [InlineData("9999-12-31")]
    public void A_day_outside_of_the_bounds_is_refused_by_every_field_and_named(string day)
    {
        Dated.Count().ShouldBeGreaterThan(25);
        foreach (var (kind, field) in Dated)
        {
            if (field.OpenEnd && day == "9999-12-31") continue;
            var problems = new List<InputProblem>();
            var text = Object(kind, field, field.Type == FieldType.Instant ? day + "T10:00:00Z" : day);
            InputJson.Parse(Encoding.UTF8.GetBytes(text), "test", problems).ShouldBeNull(text);
            var problem = problems.ShouldHaveSingleItem(text);
            problem.Field.ShouldBe(field.Name, text);
            problem.Message.ShouldContain(day);
            (problem.Message.Contains("1901-01-01", StringComparison.Ordinal) || problem.Message.Contains("2999-12-31", StringComparison.Ordinal))
                .ShouldBeTrue(problem.Message);
        }
    }

    [Fact]
    public void A_hold_without_an_end_is_one_however_that_is_said()
    {
        HoldInput.Placed Hold(string to)
        {
            var problems = new List<InputProblem>();
            var line = $$"""{"type":"hold","key":"h","account":"A","from":"2026-04-13"{{to}},"reason":"x"}""";
            return InputJson.Parse(Encoding.UTF8.GetBytes(line), "test", problems).ShouldBeOfType<HoldInput.Placed>(string.Join("; ", problems));
        }
        var (none, given, empty) = (Hold(""), Hold(""","to":"9999-12-31" """), Hold(""","to":null"""));
        none.To.ShouldBe(DateBounds.NoEnd);
        given.To.ShouldBe(DateBounds.NoEnd);
        // The same content: under the same key the one is the other, as it was for the earlier program.
        none.Digest.ShouldBe(given.Digest);
        empty.Digest.ShouldBe(given.Digest);
        Hold(""","to":"2026-04-30" """).Digest.ShouldNotBe(given.Digest);
    }
}
