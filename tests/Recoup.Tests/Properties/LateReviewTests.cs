using Recoup.Core.Inputs;
using Recoup.Storage;

namespace Recoup.Tests.Properties;

/// <summary>A run may still be under way when the first facts of the next day are recorded.</summary>
public sealed class LateReviewTests
{
    [Fact]
    public void What_was_recorded_on_a_later_day_is_not_decided_on_as_of_the_day_before()
    {
        using var play = new Play();
        var evening = new DateTimeOffset(2026, 3, 2, 22, 0, 0, TimeSpan.Zero);
        play.Take([new Step.Send(evening,
        [
            Json.Line("account", "a", "A1", ("email", "a@kunde.example")),
            Json.Line("invoice", "i", "A1", ("number", "R-1"), ("issued_on", new DateOnly(2026, 1, 2)),
                ("due_on", new DateOnly(2026, 2, 1)), ("amount", 900m), ("currency", "EUR")),
        ])]);
        // Past midnight the invoice is paid, and then the run of the day before gets to the party.
        var night = evening.AddHours(4);
        play.Take([new Step.Send(night, [Json.Line("payment", "p", "A1", ("on", new DateOnly(2026, 3, 3)), ("amount", 900m), ("currency", "EUR"))])]);
        var before = play.Journal().Count;
        var reviewed = play.Door.Take([new InputUnit(0, [new Input.Review { Key = "run/2026-03-02", Party = "A1", AsOf = new DateOnly(2026, 3, 2) }], night)]);
        (reviewed.Reviewed, play.Journal().Count).ShouldBe((0, before));
        // It stays due, and the next day's run decides on what is known by then.
        play.Run(new Step.Run(night.AddHours(4), new DateOnly(2026, 3, 3)))!.Reviewed.ShouldBe(1);
        play.Journal()[^1].EffectiveOn.ShouldBeGreaterThanOrEqualTo(new DateOnly(2026, 3, 3));
    }
}
