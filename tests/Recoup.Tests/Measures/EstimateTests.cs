using Recoup.Core.Measures;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

/// <summary>Curves and intervals against worked numbers.</summary>
public sealed class EstimateTests
{
    /// <summary>Freireich et al. 1963, the 6-MP arm: weeks of remission, as every textbook on survival has it.</summary>
    [Fact]
    public void The_curve_of_the_textbook()
    {
        var curve = Curve([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
        (curve.Count, curve.Events).ShouldBe((21, 9));
        curve.Points.Select(p => p.Age).ShouldBe([6, 7, 10, 13, 16, 22, 23]);
        curve.Points.Select(p => p.AtRisk).ShouldBe([21, 17, 15, 12, 11, 7, 6]);
        Rounded(curve.Points.Select(p => p.Survival)).ShouldBe([.8571m, .8067m, .7529m, .6902m, .6275m, .5378m, .4482m]);
        Rounded(curve.Points.Select(p => p.StandardError!.Value)).ShouldBe([.0764m, .0869m, .0963m, .1068m, .1141m, .1282m, .1346m]);
        (curve.Percentile(0.5), curve.AtRiskAt(0.5), curve.Percentile(0.25), curve.Percentile(0.75)).ShouldBe((23, 6, 13, null));
        curve.PercentileInterval(0.5).ShouldBe((13, null));
    }

    /// <summary>Cured at 3 5 5 8 12 20, open at 6 10 15, written off at 14, which is censored here.</summary>
    [Fact]
    public void Open_items_count_as_long_as_they_were_seen()
    {
        var curve = Curve([3, 5, 5, 8, 12, 20], [6, 10, 15, 14]);
        Rounded(curve.Points.Select(p => p.Survival)).ShouldBe([.9m, .7m, .5833m, .4375m, 0]);
        curve.Percentile(0.5).ShouldBe(12);
        // Of the cured alone it would be 6.5.
        Curve([3, 5, 5, 8, 12, 20], []).Percentile(0.5).ShouldBe(5);
        var eight = curve.Points.Single(p => p.Age == 8);
        Rounded([eight.Low!.Value, eight.High!.Value]).ShouldBe([.2298m, .8207m]);
        curve.Points[^1].ShouldBe(new SurvivalPoint(20, 1, 1, 0, null, null, null));
    }

    [Fact]
    public void Nothing_and_nobody_have_no_percentile()
    {
        Curve([], []).Percentile(0.5).ShouldBeNull();
        Curve([], [4, 5]).PercentileInterval(0.5).ShouldBe((null, null));
        Curve([-3], []).Percentile(0.5).ShouldBe(-3);
        // Two halves of a half: products of fractions may miss the share by a rounding.
        Curve([1, 2, 3, 4, 5], [6, 6, 6, 6, 6]).Percentile(0.5).ShouldBe(5);
    }

    /// <summary>Newcombe, Statistics in Medicine 17 (1998), table I, method 3.</summary>
    [Theory]
    [InlineData(81, 263, .2553, .3662)]
    [InlineData(15, 148, .0624, .1605)]
    [InlineData(0, 20, 0, .1611)]
    [InlineData(1, 29, .0061, .1718)]
    [InlineData(29, 29, .8830, 1)]
    public void The_interval_of_a_share(int events, int of, double low, double high)
    {
        var interval = Proportion.Wilson(events, of);
        (Math.Round(interval.Low, 4), Math.Round(interval.High, 4)).ShouldBe((low, high));
        Estimates.At95.Share(events, of).ShouldBe((Math.Round((decimal)interval.Low, 6), Math.Round((decimal)interval.High, 6)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 3)]
    [InlineData(4, 3)]
    public void A_share_of_nothing_or_of_more_than_all_is_the_callers_mistake(int events, int of) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Proportion.Wilson(events, of));

    private static KaplanMeier Curve(int[] events, int[] censored) =>
        new([.. events.Select(age => new KpiCurveAge(age, 1, 0)), .. censored.Select(age => new KpiCurveAge(age, 0, 1))]);

    private static IEnumerable<decimal> Rounded(IEnumerable<double> figures) => figures.Select(f => Math.Round((decimal)f, 4));
}
