using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Recovery;

namespace Recoup.Core.Measures;

/// <summary>What of one group is overdue and waits for the same move. Minor units of the group's currency.</summary>
/// <param name="Accounts">How many accounts it is of; null where that is not known of the day.</param>
public sealed record NextMoveRow(AgeingGroup Group, NextMove Move, long Minor, long Items, long? Accounts)
{
    /// <summary>A row of the contract: amounts are decimal strings in major units.</summary>
    public void WriteTo(Utf8JsonWriter json, DateOnly asOf)
    {
        json.WriteStartObject();
        json.WriteString("as_of", asOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteString("currency", Group.Currency);
        if (Group.Portfolio is { } portfolio) json.WriteString("portfolio", portfolio);
        if (Group.Segment is { } segment) json.WriteString("segment", segment);
        if (Group.Account is { } account) json.WriteString("account", account);
        json.WriteString("next_move", Move.Word);
        json.WriteString("amount", Money.Format(Minor, Currency.Of(Group.Currency)));
        json.WriteNumber("items", Items);
        if (Accounts is { } accounts) json.WriteNumber("accounts", accounts);
        else json.WriteNull("accounts");
        json.WriteEndObject();
    }
}

/// <summary>What an account has overdue and waits for a move, as its party stands.</summary>
/// <param name="OldestDueOn">Of all that the account has overdue in the currency.</param>
public readonly record struct AccountWaiting(
    string Account, string Portfolio, string Segment, string Currency, NextMove Move, CellValue Value, DateOnly OldestDueOn);

/// <summary>Overdue amounts by who has the next move: they add up to what the ageing table has overdue, group by group.</summary>
public static class NextMoveReport
{
    /// <param name="waiting">Of the present accounts, where the day is the last of which anything is known; null: of a day gone by.</param>
    public static IReadOnlyList<NextMoveRow> Of(IMeasureSource source, DateOnly asOf, bool byPortfolio, bool bySegment, IEnumerable<AccountWaiting>? waiting)
    {
        var overdue = new Dictionary<AgeingGroup, CellValue>();
        foreach (var stock in source.ExposureByDue(asOf))
            if (stock.DueDay < asOf.DayNumber)
                CollectionsMarshal.GetValueRefOrAddDefault(overdue, Group(stock.Portfolio, stock.Segment, stock.Currency), out _) += stock.Value;
        var told = source.NextMoves(asOf).GroupBy(s => Group(s.Portfolio, s.Segment, s.Currency)).ToDictionary(g => g.Key,
            g => g.GroupBy(s => s.Move).ToDictionary(m => m.Key, m => m.Aggregate(default(CellValue), (sum, s) => sum + s.Value)));
        var sums = overdue.Keys.Union(told.Keys).SelectMany(group => Whole(overdue.GetValueOrDefault(group), told.GetValueOrDefault(group))
            .Select(w => (Group: group, Move: w.Key, w.Value)));
        var accounts = waiting?.Select(w => (Group(w.Portfolio, w.Segment, w.Currency), w.Move, w.Account)).Distinct()
            .GroupBy(w => (w.Item1, w.Move)).ToDictionary(g => g.Key, g => (long)g.Count());
        return
        [
            .. sums.Where(s => !s.Value.IsZero).OrderBy(s => s.Group.Portfolio, StringComparer.Ordinal).ThenBy(s => s.Group.Segment,
                StringComparer.Ordinal).ThenBy(s => s.Group.Currency, StringComparer.Ordinal).ThenBy(s => s.Move.Number)
                .Select(s => new NextMoveRow(s.Group, s.Move, s.Value.Minor, s.Value.Count,
                    accounts is null ? null : accounts.GetValueOrDefault((s.Group, s.Move)))),
        ];

        AgeingGroup Group(string portfolio, string segment, string currency) =>
            new(currency, byPortfolio ? portfolio : null, bySegment ? segment : null);
    }

    /// <summary>
    /// All that is overdue by whose move it is: what no move was told of is nobody's. Where more was told of than is overdue, since cash that was
    /// known ahead came on a day on which nobody looked, the last moves in precedence have so much less.
    /// </summary>
    /// <param name="told">Null: nothing was.</param>
    internal static Dictionary<NextMove, CellValue> Whole(CellValue overdue, IReadOnlyDictionary<NextMove, CellValue>? told)
    {
        var whole = told is null ? [] : new Dictionary<NextMove, CellValue>(told);
        foreach (var value in whole.Values) overdue += new CellValue(-value.Minor, -value.Count);
        for (var i = NextMove.All.Count - 1; i >= 0 && (overdue.Minor < 0 || overdue.Count < 0); i--)
        {
            if (!whole.TryGetValue(NextMove.All[i], out var value)) continue;
            var less = new CellValue(Math.Clamp(-overdue.Minor, 0, value.Minor), Math.Clamp(-overdue.Count, 0, value.Count));
            whole[NextMove.All[i]] = new CellValue(value.Minor - less.Minor, value.Count - less.Count);
            overdue += less;
        }
        whole[NextMove.Nobody] = overdue;
        return whole;
    }

    /// <summary>The largest amount first.</summary>
    public static IReadOnlyList<AccountWaiting> InOrder(IEnumerable<AccountWaiting> waiting) =>
    [
        .. waiting.OrderByDescending(w => Money.ToMajor(w.Value.Minor, Currency.Of(w.Currency))).ThenBy(w => w.Account, StringComparer.Ordinal)
            .ThenBy(w => w.Currency, StringComparer.Ordinal).ThenBy(w => w.Move.Number),
    ];

    /// <summary>By account, the largest amount first.</summary>
    public static IReadOnlyList<NextMoveRow> ByAccount(IEnumerable<AccountWaiting> waiting) =>
    [
        .. InOrder(waiting).Select(w =>
            new NextMoveRow(new AgeingGroup(w.Currency, w.Portfolio, w.Segment, w.Account), w.Move, w.Value.Minor, w.Value.Count, 1)),
    ];
}
