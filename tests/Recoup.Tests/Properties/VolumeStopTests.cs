using Recoup.Connectors.Mail;
using Recoup.Core.Policies;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Tests.Properties;

/// <summary>What the calendar of due dates explains is no flood, and what it does not explain is stopped.</summary>
public sealed class VolumeStopTests
{
    private static readonly DateOnly Due = new(2026, 3, 31);

    /// <summary>More than the policy's minimum of ten.</summary>
    private const int Many = 40;

    private readonly Dictionary<string, int> keys = new(StringComparer.Ordinal);

    private static DateTimeOffset At(DateOnly day) => new(day.ToDateTime(new TimeOnly(10, 0)), TimeSpan.Zero);

    private string Key(string what) => $"{what}-{keys[what] = keys.GetValueOrDefault(what) + 1}";

    private static Policy Sample(string firstAt = "5") =>
        Policy.Parse(File.ReadAllText(Path.Combine(Stories.StoryTests.Folder, "levels.yaml"))
            .Replace("id: level-1, at: 5", $"id: level-1, at: {firstAt}", StringComparison.Ordinal), "levels.yaml");

    private Play Live()
    {
        var play = new Play(Sample());
        Send(play, Due.AddDays(-20), Json.Line("sending", Key("live"), null, ("mode", "live")));
        return play;
    }

    private static void Send(Play play, DateOnly day, params string[] lines) => play.Take([new Step.Send(At(day), lines)]);

    private void Customers(Play play, DateOnly day, DateOnly due, string prefix = "C")
    {
        for (var i = 0; i < Many; i++)
            Send(play, day, Json.Line("account", Key("a"), $"{prefix}{i}", ("email", $"{prefix}{i}@customer.example")),
                Json.Line("invoice", Key("i"), $"{prefix}{i}", ("number", $"{prefix}{i}-{due:yyMM}"), ("issued_on", due.AddDays(-30)), ("due_on", due),
                    ("amount", 300m), ("currency", "EUR")));
    }

    private static RunReport Run(Play play, DateOnly day, bool accept = false)
    {
        var report = new DailyRun(play.Door).Run(day, At(day), acceptVolume: accept);
        play.Dispatch(At(day));
        return report;
    }

    private static void Quiet(Play play, DateOnly from, int days)
    {
        for (var i = 0; i < days; i++) Run(play, from.AddDays(i)).Stopped.ShouldBeNull();
    }

    /// <summary>A step waits for an amount: with the next month's invoice, known long before, that amount is there of everybody on one day.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_amount_that_everybody_reaches_as_the_next_invoice_falls_due_came_by_the_calendar_unless_it_was_told_late(bool isToldLate)
    {
        using var play = new Play(ShippedPolicies.Default);
        var (first, second) = (new DateOnly(2026, 2, 28), new DateOnly(2026, 3, 25));
        Send(play, first.AddDays(-20), Json.Line("sending", Key("live"), null, ("mode", "live")));
        for (var i = 0; i < Many; i++)
            Send(play, first.AddDays(-15), Json.Line("account", Key("a"), $"C{i}",
                ("phone", "+4930123456" + i.ToString("D2", System.Globalization.CultureInfo.InvariantCulture)), ("email", $"c{i}@customer.example"),
                ("country", "DE")), Invoice(i, first));
        for (var day = first.AddDays(-14); day <= second; day = day.AddDays(1))
        {
            if (!isToldLate && day == first.AddDays(2)) for (var i = 0; i < Many; i++) Send(play, day, Invoice(i, second));
            Run(play, day).Stopped.ShouldBeNull(day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        }
        if (isToldLate) for (var i = 0; i < Many; i++) Send(play, second.AddDays(1), Invoice(i, second));
        var report = Run(play, second.AddDays(1));
        (report.Actions["task"], report.ByCalendar).ShouldBe((Many, isToldLate ? 0 : Many));

        string Invoice(int i, DateOnly due) => Json.Line("invoice", Key("i"), $"C{i}", ("number", $"C{i}-{due:yyMM}"), ("issued_on", due.AddDays(-23)),
            ("due_on", due), ("amount", 100m), ("currency", "EUR"));
    }

    [Fact]
    public void Many_due_on_one_day_as_every_month_are_no_flood()
    {
        using var play = Live();
        Customers(play, Due.AddDays(-15), Due);
        Quiet(play, Due.AddDays(-15), 12);
        // Reminders three days ahead, then the first level, of everybody on one day; a weekend without runs is none either.
        var ahead = Run(play, Due.AddDays(-3));
        (ahead.Stopped, ahead.Actions["email"], ahead.ByCalendar).ShouldBe((null, Many, Many));
        Quiet(play, Due.AddDays(-2), 4);
        var first = Run(play, Due.AddDays(5));
        (first.Stopped, first.Actions["email"], first.ByCalendar).ShouldBe((null, Many, Many));
        play.Door.Look().Runs[^1].ShouldSatisfyAllConditions(r => r.Actions.ShouldBe(Many), r => r.ByCalendar.ShouldBe(Many), r => r.HeldBack.ShouldBe(0));
    }

    [Fact]
    public void An_import_of_old_items_is_stopped_and_goes_on_when_somebody_says_so()
    {
        using var play = Live();
        Quiet(play, Due.AddDays(-15), 5);
        Customers(play, Due, Due.AddDays(-60));
        var stopped = Run(play, Due);
        stopped.Stopped!.ShouldSatisfyAllConditions(
            s => s.ShouldContain($"it came to {Many} actions that no day of the calendar explains"),
            s => s.ShouldContain("--dry-run"), s => s.ShouldContain("--accept-volume"));
        play.Door.Look().Runs[^1].ShouldSatisfyAllConditions(r => r.Stopped.ShouldBeTrue(), r => r.HeldBack.ShouldBe(Many), r => r.Actions.ShouldBe(0));
        Core.Workspace.VolumeWords.Left(play.Door.Look().Runs[^1]).ShouldContain($"held back at least {Many}");
        // The next day it is no less wrong.
        Run(play, Due.AddDays(1)).Stopped.ShouldNotBeNull();
        var accepted = Run(play, Due.AddDays(1), accept: true);
        (accepted.Stopped, accepted.Actions["email"], accepted.ByCalendar).ShouldBe((null, Many, 0));
        // What follows from it a fortnight later, the calendar explains.
        Quiet(play, Due.AddDays(2), 13);
        Run(play, Due.AddDays(16)).ShouldSatisfyAllConditions(r => r.Stopped.ShouldBeNull(), r => r.ByCalendar.ShouldBe(Many));
    }

    [Fact]
    public void A_wrong_due_date_column_is_stopped()
    {
        using var play = Live();
        Customers(play, Due.AddDays(-15), Due.AddDays(5));
        Quiet(play, Due.AddDays(-15), 5);
        for (var i = 0; i < Many; i++)
            Send(play, Due.AddDays(-10), Json.Line("invoice_corrected", Key("c"), $"C{i}", ("invoice", $"C{i}-{Due.AddDays(5):yyMM}"),
                ("on", Due.AddDays(-10)), ("due_on", Due.AddDays(-19))));
        Run(play, Due.AddDays(-10)).Stopped.ShouldNotBeNull();
    }

    [Fact]
    public void A_change_of_the_policy_that_makes_everybody_due_is_stopped()
    {
        using var play = Live();
        Customers(play, Due.AddDays(-15), Due.AddDays(-10));
        Quiet(play, Due.AddDays(-15), 8);
        var changed = new Door(play.Store, "run", TimeProvider.System, TemplateWriter.Shipped) { Policy = Sample(firstAt: "1") };
        new DailyRun(changed).Run(Due.AddDays(-7), At(Due.AddDays(-7))).Stopped.ShouldNotBeNull();
    }

    [Fact]
    public void After_weeks_without_a_run_somebody_looks_before_everything_goes_out()
    {
        using var play = Live();
        Customers(play, Due.AddDays(-15), Due);
        Quiet(play, Due.AddDays(-15), 5);
        Run(play, Due.AddDays(30)).Stopped.ShouldNotBeNull();
    }
}
