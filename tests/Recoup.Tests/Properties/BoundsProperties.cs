using System.Reflection;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Statistics;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Tests.Properties;

/// <summary>
/// Dates at and near the bounds, and beyond them as a journal of before there were bounds may have them, through the door, the
/// run, the dispatch and the figures: nothing fails, nobody is set aside, and all of it audits.
/// </summary>
public sealed class BoundsProperties
{
    private static readonly DateOnly[] Ends =
    [
        DateOnly.MinValue, DateOnly.MinValue.AddDays(1), DateBounds.First.AddDays(-1), DateBounds.First, DateBounds.First.AddDays(1),
        DateBounds.Last.AddDays(-1), DateBounds.Last, DateBounds.Last.AddDays(1), DateOnly.MaxValue.AddDays(-1), DateOnly.MaxValue,
    ];

    // A pair of dates of one input stands in this order, whatever becomes of them.
    private static readonly string[] InOrder = ["IssuedOn", "From", "On", "DueOn", "To"];

    /// <summary>Now and then another date than the history has, as no reader would let it in; the door takes what it is given.</summary>
    private static Input Moved(Input input, Random random)
    {
        var moved = input with { };
        var days = moved.GetType().GetProperties()
            .Where(p => p.CanWrite && (p.PropertyType == typeof(DateOnly) || p.PropertyType == typeof(DateOnly?)) && p.GetValue(moved) is not null)
            .OrderBy(p => Array.IndexOf(InOrder, p.Name)).ToList();
        if (days.Count > 0 && random.Next(4) == 0)
        {
            var values = days.ConvertAll(p => random.Next(2) == 0 ? Ends[random.Next(Ends.Length)] : (DateOnly)p.GetValue(moved)!);
            values.Sort();
            for (var i = 0; i < days.Count; i++) days[i].SetValue(moved, values[i]);
        }
        foreach (var at in moved.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && p.PropertyType == typeof(DateTimeOffset)))
            if (random.Next(4) == 0) at.SetValue(moved, random.Next(3) switch
            {
                0 => DateTimeOffset.MinValue,
                1 => DateTimeOffset.MaxValue,
                _ => new DateTimeOffset(Ends[random.Next(Ends.Length)], new TimeOnly(23, 59), TimeSpan.Zero),
            });
        return moved;
    }

    private static bool IsMoved(Input input, Input from) => !input.Equals(from);

    [Fact]
    public void Whatever_dates_there_are_everything_goes_on()
    {
        var taken = 0;
        Many.Histories(24, seed => RandomHistory.Of(71_000 + seed), history => taken += Play(history));
        taken.ShouldBeGreaterThan(Many.Cases(24) * 5, "of the dates that were moved most were taken");
    }

    /// <summary>How many inputs with a moved date were taken.</summary>
    private static int Play(History history)
    {
        var taken = 0;
        var random = new Random(history.Seed);
        using var play = new Properties.Play(Policies.Of(history.Policy), history.Seed) { Answers = Properties.Play.Moody };
        foreach (var step in history.Steps)
            switch (step)
            {
                case Step.Send send:
                    var given = send.Lines.Select(Properties.Play.Parse).ToList();
                    var moved = given.ConvertAll(input => Moved(input, random));
                    var unit = play.Door.Take([new InputUnit(0, moved, send.At)]).Units[0];
                    if (unit.Status == UnitStatus.Accepted) taken += moved.Where((input, i) => IsMoved(input, given[i])).Count();
                    play.Door.MergeCells(always: false);
                    break;
                case Step.Run run:
                    play.Run(run)?.SetAside.ShouldBe(0, Aside(play));
                    break;
                case Step.Dispatch dispatch:
                    play.Dispatch(dispatch.At).SetAside.ShouldBe(0, Aside(play));
                    break;
                default:
                    play.Do(step);
                    break;
            }
        play.Door.MergeCells(always: true);
        var readings = new Readings(play.Store);
        foreach (var day in Ends.Append(readings.LastRecordedOn()))
        {
            readings.Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95).Answer(new KpiQuestion(day))).ShouldNotBeEmpty();
            readings.Read(cells => AgeingReport.Of(cells, day));
            readings.Read(_ => AgeingReport.ByAccount(day, readings.OpenByAccount(day), readings.UnappliedByAccount(day)));
        }
        SetAsides.List(play.Store).ShouldBeEmpty();
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
        return taken;
    }

    private static string Aside(Properties.Play play) => string.Join("\n", SetAsides.List(play.Store).Select(a => $"{a.Party} {a.Work}: {a.Trace}"));
}
