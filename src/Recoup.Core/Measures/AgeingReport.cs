using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>What a row of the ageing table is about. Null where the table does not split by it.</summary>
public readonly record struct AgeingGroup(string Currency, string? Portfolio = null, string? Segment = null, string? Account = null);

/// <summary>Open receivables of one group by days past due, gross of unapplied cash. Minor units of the group's currency.</summary>
public sealed record AgeingRow(DateOnly AsOf, AgeingGroup Group)
{
    /// <summary>Not past due: the due date is the as-of day or later.</summary>
    public long Current { get; init; }

    /// <summary>1 to 30 days past due.</summary>
    public long D1To30 { get; init; }

    public long D31To60 { get; init; }

    public long D61To90 { get; init; }

    /// <summary>91 days past due and more.</summary>
    public long D90Plus { get; init; }

    public long OpenItems { get; init; }

    /// <summary>Cash and credit that met no item: a line of its own, not taken off the buckets.</summary>
    public long Unapplied { get; init; }

    public long Total => Current + D1To30 + D31To60 + D61To90 + D90Plus;

    /// <summary>A row of the contract: amounts are decimal strings in major units.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        var currency = Currency.Of(Group.Currency);
        json.WriteStartObject();
        json.WriteString("as_of", AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteString("currency", Group.Currency);
        if (Group.Portfolio is { } portfolio) json.WriteString("portfolio", portfolio);
        if (Group.Segment is { } segment) json.WriteString("segment", segment);
        if (Group.Account is { } account) json.WriteString("account", account);
        json.WriteString("current", Money.Format(Current, currency));
        json.WriteString("d1_30", Money.Format(D1To30, currency));
        json.WriteString("d31_60", Money.Format(D31To60, currency));
        json.WriteString("d61_90", Money.Format(D61To90, currency));
        json.WriteString("d90_plus", Money.Format(D90Plus, currency));
        json.WriteString("total", Money.Format(Total, currency));
        json.WriteNumber("open_items", OpenItems);
        json.WriteString("unapplied", Money.Format(Unapplied, currency));
        json.WriteEndObject();
    }
}

/// <summary>
/// The ageing table. Rows stand in the order of portfolio, segment, account and currency. An account or a segment with nothing
/// open and nothing unapplied has none; a currency in which there ever was business has one, of zeros where all is paid, and
/// so it is by portfolio.
/// </summary>
public static class AgeingReport
{
    public static IReadOnlyList<AgeingRow> Of(IMeasureSource source, DateOnly asOf, bool byPortfolio = false, bool bySegment = false)
    {
        var rows = Of(
            asOf,
            source.ExposureByDue(asOf).Select(s => (new AgeingGroup(s.Currency, byPortfolio ? s.Portfolio : null, bySegment ? s.Segment : null),
                DateOnly.FromDayNumber(s.DueDay), s.Value)),
            source.Unapplied(asOf).Select(u => (new AgeingGroup(u.Currency, byPortfolio ? u.Portfolio : null, bySegment ? u.Segment : null), u.Minor)));
        var there = rows.Select(r => (r.Group.Portfolio, r.Group.Currency)).ToHashSet();
        var paid = source.Beginnings.Where(b => b.First <= asOf)
            .Select(b => new AgeingGroup(b.Currency, byPortfolio ? b.Portfolio : null, bySegment ? b.Segment : null))
            .Distinct().Where(g => !there.Contains((g.Portfolio, g.Currency))).Select(g => new AgeingRow(asOf, g)).ToList();
        return paid.Count == 0 ? rows : InOrder(rows.Concat(paid));
    }

    /// <summary>From balances by due day, wherever they were read: items one by one, or sums of them with their count.</summary>
    public static IReadOnlyList<AgeingRow> Of(
        DateOnly asOf, IEnumerable<(AgeingGroup Group, DateOnly Due, CellValue Open)> open, IEnumerable<(AgeingGroup Group, long Minor)> unapplied)
    {
        var rows = new Dictionary<AgeingGroup, AgeingRow>();
        foreach (var (group, due, value) in open)
        {
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, group, out _);
            row ??= new AgeingRow(asOf, group);
            row = Ageing.Bucket(due, asOf) switch
            {
                0 => row with { Current = row.Current + value.Minor, OpenItems = row.OpenItems + value.Count },
                1 => row with { D1To30 = row.D1To30 + value.Minor, OpenItems = row.OpenItems + value.Count },
                2 => row with { D31To60 = row.D31To60 + value.Minor, OpenItems = row.OpenItems + value.Count },
                3 => row with { D61To90 = row.D61To90 + value.Minor, OpenItems = row.OpenItems + value.Count },
                _ => row with { D90Plus = row.D90Plus + value.Minor, OpenItems = row.OpenItems + value.Count },
            };
        }
        foreach (var (group, minor) in unapplied)
        {
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, group, out _);
            row ??= new AgeingRow(asOf, group);
            row = row with { Unapplied = row.Unapplied + minor };
        }
        return InOrder(rows.Values.Where(r => r.Total != 0 || r.OpenItems != 0 || r.Unapplied != 0));
    }

    private static IReadOnlyList<AgeingRow> InOrder(IEnumerable<AgeingRow> rows) =>
    [
        .. rows.OrderBy(r => r.Group.Portfolio, StringComparer.Ordinal).ThenBy(r => r.Group.Segment, StringComparer.Ordinal)
            .ThenBy(r => r.Group.Account, StringComparer.Ordinal).ThenBy(r => r.Group.Currency, StringComparer.Ordinal),
    ];

    /// <summary>By account, from items with a balance on the day.</summary>
    public static IReadOnlyList<AgeingRow> ByAccount(DateOnly asOf, IEnumerable<(string Account, string Currency, DateOnly Due, long Minor)> items,
        IEnumerable<(string Account, string Currency, long Minor)> unapplied) => Of(
        asOf,
        items.Select(i => (new AgeingGroup(i.Currency, Account: i.Account), i.Due, new CellValue(i.Minor, 1))),
        unapplied.Select(u => (new AgeingGroup(u.Currency, Account: u.Account), u.Minor)));
}
