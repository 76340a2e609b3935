using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core.Controlling;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>What a row of the ageing table is about. Null where the table does not split by it.</summary>
public readonly record struct AgeingGroup(string Currency, string? Portfolio = null, string? Segment = null, string? Account = null);

/// <summary>Open receivables of one group by days past due, gross of unapplied cash. Minor units of the group's currency.</summary>
public sealed record AgeingRow(DateOnly AsOf, AgeingGroup Group, AgeingCut Cut)
{
    /// <summary>By bucket of the cut: the first is not past due, as the due date is the as-of day or later.</summary>
    public IReadOnlyList<long> Buckets { get; init; } = new long[Cut.Labels.Count];

    public long OpenItems { get; init; }

    /// <summary>Cash and credit that met no item: a line of its own, not taken off the buckets.</summary>
    public long Unapplied { get; init; }

    public long Total => Buckets.Sum();

    /// <summary>Not past due.</summary>
    public long Current => Buckets[0];

    public bool Equals(AgeingRow? other) =>
        other is not null && (AsOf, Group, OpenItems, Unapplied) == (other.AsOf, other.Group, other.OpenItems, other.Unapplied)
        && Cut.Ends.SequenceEqual(other.Cut.Ends) && Buckets.SequenceEqual(other.Buckets);

    public override int GetHashCode() => HashCode.Combine(AsOf, Group, OpenItems, Unapplied, Total);

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
        for (var i = 0; i < Buckets.Count; i++) json.WriteString(Cut.Names[i], Money.Format(Buckets[i], currency));
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
    public static IReadOnlyList<AgeingRow> Of(IMeasureSource source, DateOnly asOf, bool byPortfolio = false, bool bySegment = false, AgeingCut? cut = null)
    {
        cut ??= AgeingCut.Usual;
        var rows = Of(
            asOf, cut,
            source.ExposureByDue(asOf).Select(s => (new AgeingGroup(s.Currency, byPortfolio ? s.Portfolio : null, bySegment ? s.Segment : null),
                DateOnly.FromDayNumber(s.DueDay), s.Value)),
            source.Unapplied(asOf).Select(u => (new AgeingGroup(u.Currency, byPortfolio ? u.Portfolio : null, bySegment ? u.Segment : null), u.Minor)));
        var there = rows.Select(r => (r.Group.Portfolio, r.Group.Currency)).ToHashSet();
        var paid = source.Beginnings.Where(b => b.First <= asOf)
            .Select(b => new AgeingGroup(b.Currency, byPortfolio ? b.Portfolio : null, bySegment ? b.Segment : null))
            .Distinct().Where(g => !there.Contains((g.Portfolio, g.Currency))).Select(g => new AgeingRow(asOf, g, cut)).ToList();
        return paid.Count == 0 ? rows : InOrder(rows.Concat(paid));
    }

    /// <summary>From balances by due day, wherever they were read: items one by one, or sums of them with their count.</summary>
    public static IReadOnlyList<AgeingRow> Of(DateOnly asOf, AgeingCut cut, IEnumerable<(AgeingGroup Group, DateOnly Due, CellValue Open)> open,
        IEnumerable<(AgeingGroup Group, long Minor)> unapplied)
    {
        var rows = new Dictionary<AgeingGroup, (long[] Buckets, long Items, long Unapplied)>();
        foreach (var (group, due, value) in open)
        {
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, group, out _);
            row.Buckets ??= new long[cut.Labels.Count];
            row.Buckets[Ageing.Bucket(due, asOf, cut.Starts)] += value.Minor;
            row.Items += value.Count;
        }
        foreach (var (group, minor) in unapplied)
        {
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, group, out _);
            row.Buckets ??= new long[cut.Labels.Count];
            row.Unapplied += minor;
        }
        return InOrder(rows.Select(r => new AgeingRow(asOf, r.Key, cut) { Buckets = r.Value.Buckets, OpenItems = r.Value.Items, Unapplied = r.Value.Unapplied })
            .Where(r => r.Buckets.Any(b => b != 0) || r.OpenItems != 0 || r.Unapplied != 0));
    }

    /// <summary>The same in one currency, at the rates of the as-of day; each bucket is rounded to the minor unit once it is added up.</summary>
    /// <exception cref="MissingRateException">A rate for something open or unapplied is not known.</exception>
    public static IReadOnlyList<AgeingRow> In(Currency currency, IReadOnlyList<AgeingRow> rows, Rates rates) =>
        InOrder(rows.GroupBy(r => r.Group with { Currency = currency.Code }).Select(g =>
        {
            var (sums, unapplied, first) = (new decimal[g.First().Buckets.Count], 0m, g.First());
            foreach (var row in g)
            {
                if (row.Unapplied == 0 && row.Buckets.All(b => b == 0)) continue;
                var factor = rates.On(row.AsOf, row.Group.Currency, currency.Code)
                    * currency.MinorPerMajor / Currency.Of(row.Group.Currency).MinorPerMajor;
                for (var i = 0; i < sums.Length; i++) sums[i] += row.Buckets[i] * factor;
                unapplied += row.Unapplied * factor;
            }
            return new AgeingRow(first.AsOf, g.Key, first.Cut)
            {
                Buckets = [.. sums.Select(Whole)], OpenItems = g.Sum(r => r.OpenItems), Unapplied = Whole(unapplied),
            };
        }));

    private static long Whole(decimal minor) => (long)Math.Round(minor, MidpointRounding.AwayFromZero);

    private static IReadOnlyList<AgeingRow> InOrder(IEnumerable<AgeingRow> rows) =>
    [
        .. rows.OrderBy(r => r.Group.Portfolio, StringComparer.Ordinal).ThenBy(r => r.Group.Segment, StringComparer.Ordinal)
            .ThenBy(r => r.Group.Account, StringComparer.Ordinal).ThenBy(r => r.Group.Currency, StringComparer.Ordinal),
    ];

    /// <summary>By account, from items with a balance on the day.</summary>
    public static IReadOnlyList<AgeingRow> ByAccount(DateOnly asOf, IEnumerable<(string Account, string Currency, DateOnly Due, long Minor)> items,
        IEnumerable<(string Account, string Currency, long Minor)> unapplied, AgeingCut? cut = null) => Of(
        asOf, cut ?? AgeingCut.Usual,
        items.Select(i => (new AgeingGroup(i.Currency, Account: i.Account), i.Due, new CellValue(i.Minor, 1))),
        unapplied.Select(u => (new AgeingGroup(u.Currency, Account: u.Account), u.Minor)));
}
