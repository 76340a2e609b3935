using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;

namespace Recoup.Storage.Work;

/// <summary>A portfolio in which something is open or unapplied, and of which nobody said who sends its letters, or anything at all.</summary>
/// <param name="HasSettings">Its settings were sent, without a sender.</param>
/// <param name="Near">Another portfolio with settings whose name is nearly the same; null: none is.</param>
public sealed record UnnamedPortfolio(string Portfolio, bool HasSettings, string? Near)
{
    /// <summary>What is wrong, what follows from it, and what to send to mend it.</summary>
    public string Mend =>
        (HasSettings ? "it has no sender" : "it has no settings") + ": its mail bears a sender that nobody can answer. Send "
        + $$"""{"type":"portfolio","key":"…","portfolio":{{JsonSerializer.Serialize(Portfolio, Plain)}},"name":"…","creditor":"…","""
        + "\"sender\":\"…@…\",\"bank_details\":\"…\"}"
        + (Near is null ? "" : $"; or, where {Near} is meant, move its accounts there with account_moved");

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>By name; none where the figures can't be read.</summary>
    public static IReadOnlyList<UnnamedPortfolio> Of(Store store, DateTimeOffset now)
    {
        var workspace = new PageReadings(store).Workspace();
        var day = workspace.Today(now);
        if (workspace.LastRunOn is { } run && run > day) day = run;
        IReadOnlyList<AgeingRow> rows;
        // Figures that can't be read are told of among what is set aside; the status goes on without them.
        try { rows = new Readings(store).Read(cells => AgeingReport.Of(cells, day, byPortfolio: true)); }
        catch (CellsDamagedException) { return []; }
        var known = workspace.Portfolios.Select(p => p.Portfolio).ToList();
        return [.. rows.Where(r => r.Total != 0 || r.Unapplied != 0).Select(r => r.Group.Portfolio!).Distinct(StringComparer.Ordinal)
            .Where(p => workspace.Portfolio(p)?.Sender is null)
            .Select(p => new UnnamedPortfolio(p, workspace.Portfolio(p) is not null, Spelling.Nearest(p, known.Where(k => k != p))))];
    }
}
