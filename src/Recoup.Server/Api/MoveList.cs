using System.Globalization;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Recovery;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>What an account has overdue and waits for a move, with the customer's name where it may be told.</summary>
public sealed record MoveLine(AccountWaiting Waiting, string? Name, DateOnly AsOf);

/// <summary>Accounts by who has the next move, as the page and files list them.</summary>
public static class MoveList
{
    public static readonly Listing<MoveLine> Listing = new("next-moves",
        Columns.Text<MoveLine>("account", l => l.Waiting.Account), Columns.Text<MoveLine>("name", l => l.Name),
        Columns.Text<MoveLine>("portfolio", l => l.Waiting.Portfolio), Columns.Text<MoveLine>("segment", l => l.Waiting.Segment),
        Columns.Text<MoveLine>("next_move", l => l.Waiting.Move.Word),
        new("amount", ColumnKind.Amount, l => Money.Format(l.Waiting.Value.Minor, Currency.Of(l.Waiting.Currency))),
        Columns.Text<MoveLine>("currency", l => l.Waiting.Currency),
        new("items", ColumnKind.Count, l => l.Waiting.Value.Count.ToString(CultureInfo.InvariantCulture)),
        Columns.Day<MoveLine>("oldest_due_on", l => l.Waiting.OldestDueOn),
        new("days_past_due", ColumnKind.Count, l => (l.AsOf.DayNumber - l.Waiting.OldestDueOn.DayNumber).ToString(CultureInfo.InvariantCulture)));

    /// <summary>Which of the moves a page or a file is of: nobody's where none is named, for these are looked for; null: all.</summary>
    internal static NextMove? Chosen(string? move) => move == "all" ? null : NextMove.All.FirstOrDefault(m => m.Word == move) ?? NextMove.Nobody;

    /// <summary>A page of them, the largest amount first.</summary>
    /// <param name="after">How many stand before it; null: none.</param>
    internal static Slice<MoveLine> Of(Desk desk, NextMove? move, string? portfolio, string? currency, string? after, int limit)
    {
        var start = int.TryParse(after, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 0;
        var wanted = desk.Waiting.Where(w => (move is null || w.Move == move) && (portfolio is null || w.Portfolio == portfolio)
            && (currency is null || w.Currency == currency)).Skip(start).Take(limit + 1).ToList();
        var lines = wanted.Take(limit).Select(w => new MoveLine(w, NameOf(desk, w.Account), desk.AsOf)).ToList();
        return new Slice<MoveLine>(lines, wanted.Count > limit ? (start + limit).ToString(CultureInfo.InvariantCulture) : null);
    }

    private static string? NameOf(Desk desk, string account) =>
        desk.Readings.PartyOf(account) is { } party ? desk.Readings.PersonalOf(party, account)?.Name : null;
}
