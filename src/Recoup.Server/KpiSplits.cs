using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Recovery;

namespace Recoup.Server;

/// <summary>By what pages split a KPI, as addresses name it (<c>by=channel</c>).</summary>
internal static class KpiSplits
{
    /// <summary>Each currency has a row of its own anyhow; split by it, a page shows all of them.</summary>
    public const string Currency = "currency";

    /// <summary>False where there is no such dimension; null where the address names none, or currency.</summary>
    public static bool TryFind(string? name, out Dimension? dimension)
    {
        dimension = string.IsNullOrEmpty(name) || name == Currency ? null : Dimension.Find(name);
        return dimension is not null || string.IsNullOrEmpty(name) || name == Currency;
    }

    /// <summary>What one KPI can be split by, of which there is more than one value to see.</summary>
    public static IReadOnlyList<string> Of(KpiDefinition kpi, int portfolios, int currencies) =>
    [
        .. kpi.Dimensions.Where(d => d != Dimension.Portfolio || portfolios > 1).Select(d => d.Name), .. currencies > 1 ? new[] { Currency } : [],
    ];

    /// <summary>A part's value for people.</summary>
    public static string Name(Dimension dimension, string? value) => !string.IsNullOrEmpty(value)
        ? dimension == Dimension.Code && DisputeReason.Find(value) is { } reason ? reason.Words : value
        : dimension == Dimension.Owner ? "nobody" : "not known";
}
