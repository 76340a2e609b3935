using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Policies;

namespace Recoup.Storage.Work;

/// <summary>A currency in which something is open and of which the policy in force does not say what it is worth.</summary>
/// <param name="Minor">Open in it, whether due or not; minor units of the currency.</param>
/// <param name="Overdue">Of that, past due.</param>
public sealed record NotListed(string Currency, long Minor, long Overdue)
{
    /// <summary>What follows from it, and how to mend it; the same for all of them.</summary>
    public static string Mend(string unit) =>
        "the policy does not say what it is worth: nobody is called and no agency proposed for such amounts. List it under worth: per_unit: "
        + $"in your policy (so much of it is worth one {unit}), and adopt that with `recoup policy adopt FILE`";

    /// <summary>By currency; none where the policy asks no currency's worth, or it or the figures can't be read.</summary>
    /// <param name="unit">In which the policy's amounts are.</param>
    public static IReadOnlyList<NotListed> Of(Store store, DateTimeOffset now, out string unit)
    {
        unit = "";
        var readings = new Readings(store);
        var workspace = new PageReadings(store).Workspace();
        var day = workspace.Today(now);
        if (workspace.LastRunOn is { } run && run > day) day = run;
        if (WorthOn(workspace.Adopted.PolicyOn(day)?.Text) is not { } worth) return [];
        unit = worth.Unit.Code;
        IReadOnlyList<AgeingRow> rows;
        // Figures that can't be read are told of among what is set aside; the status goes on without them.
        try { rows = readings.Read(cells => AgeingReport.Of(cells, day)); }
        catch (CellsDamagedException) { return []; }
        return [.. rows
            .Where(r => r.Total > 0 && worth.PerUnit(r.Group.Currency) is null)
            .Select(r => new NotListed(r.Group.Currency, r.Total, r.Total - r.Current))];
    }

    /// <summary>Of the currencies in which something was overdue, only those stay of which the policy does not say what they are worth.</summary>
    public static void Strike(SortedSet<string> overdue, Worth? worth) =>
        overdue.RemoveWhere(currency => worth is null || worth.PerUnit(currency) is not null);

    private static Worth? WorthOn(string? text)
    {
        if (text is null) return ShippedPolicies.Default.Worth;
        try { return Policy.Parse(text, "policy").Worth; }
        catch (YamlException) { return null; }
    }
}
