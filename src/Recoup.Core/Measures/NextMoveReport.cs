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
        var sums = new Dictionary<(AgeingGroup Group, NextMove Move), CellValue>();
        foreach (var stock in source.ExposureByDue(asOf))
            if (stock.DueDay < asOf.DayNumber) Add(Group(stock.Portfolio, stock.Segment, stock.Currency), NextMove.Nobody, stock.Value);
        foreach (var stock in source.NextMoves(asOf))
        {
            var group = Group(stock.Portfolio, stock.Segment, stock.Currency);
            Add(group, stock.Move, stock.Value);
            Add(group, NextMove.Nobody, new CellValue(-stock.Value.Minor, -stock.Value.Count));
        }
        var accounts = waiting?.Select(w => (Group(w.Portfolio, w.Segment, w.Currency), w.Move, w.Account)).Distinct()
            .GroupBy(w => (w.Item1, w.Move)).ToDictionary(g => g.Key, g => (long)g.Count());
        return
        [
            .. sums.Where(s => !s.Value.IsZero).OrderBy(s => s.Key.Group.Portfolio, StringComparer.Ordinal).ThenBy(s => s.Key.Group.Segment,
                StringComparer.Ordinal).ThenBy(s => s.Key.Group.Currency, StringComparer.Ordinal).ThenBy(s => s.Key.Move.Number)
                .Select(s => new NextMoveRow(s.Key.Group, s.Key.Move, s.Value.Minor, s.Value.Count,
                    accounts is null ? null : accounts.GetValueOrDefault(s.Key))),
        ];

        AgeingGroup Group(string portfolio, string segment, string currency) =>
            new(currency, byPortfolio ? portfolio : null, bySegment ? segment : null);

        void Add(AgeingGroup group, NextMove move, CellValue value) => CollectionsMarshal.GetValueRefOrAddDefault(sums, (group, move), out _) += value;
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
