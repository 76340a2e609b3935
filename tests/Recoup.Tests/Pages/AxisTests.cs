using Recoup.Core.Measures;
using Recoup.Server.Parts;

namespace Recoup.Tests.Pages;

/// <summary>Where a chart's axis begins, what its stretches are called, and which day a year before stands for one.</summary>
public sealed class AxisTests
{
    [Fact]
    public void A_line_may_begin_near_its_least_value_and_a_column_not()
    {
        new Axis([52, 57], 0, 100, fromZero: false).Low.ShouldBe(52);
        new Axis([52, 57], 0, 100, fromZero: true).Low.ShouldBe(0);
        // Across a page as well as up: the least at the left.
        var across = new Axis([50, 60], 1000, 0, fromZero: false);
        (across.At(across.Low), across.At(across.High)).ShouldBe((0, 1000));
    }

    [Fact]
    public void Bands_reach_from_one_bound_to_the_next()
    {
        var cei = KpiCatalog.Shipped.Find("cei")!;
        var bands = new Axis([0, 100], 0, 100, fromZero: true).Bands(cei.BandOf);
        bands.Select(b => b.Name).ShouldBe([cei.BandOf(30), cei.BandOf(60), cei.BandOf(90)]);
        bands.Select(b => b.From).ShouldBe([0, 50, 80]);
        bands[^1].To.ShouldBeGreaterThanOrEqualTo(100);
        // Where nothing is named there is no band.
        new Axis([0, 100], 0, 100, fromZero: true).Bands(v => v > 50 ? "high" : null).ShouldHaveSingleItem().From.ShouldBe(50);
    }

    [Fact]
    public void The_year_before_a_months_last_day_is_that_months_last_day()
    {
        KpiSeries.YearBefore(new DateOnly(2025, 2, 28)).ShouldBe(new DateOnly(2024, 2, 29));
        KpiSeries.YearBefore(new DateOnly(2024, 2, 29)).ShouldBe(new DateOnly(2023, 2, 28));
        KpiSeries.YearBefore(new DateOnly(2026, 2, 9)).ShouldBe(new DateOnly(2025, 2, 9));
    }
}
