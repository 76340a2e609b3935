using Recoup.Core.Recovery;
using Recoup.Storage.Work;

namespace Recoup.Server;

/// <summary>
/// The open items of a bucket: as of the last day along an index; as of a day gone by every item is looked at, since what was open then may be
/// settled now.
/// </summary>
internal static class BucketItems
{
    public static Slice<ItemLine> Of(Desk desk, DateOnly from, DateOnly to, DateOnly day, string? portfolio, string? currency, string? after, int limit)
    {
        if (day >= desk.AsOf) return desk.Pages.OpenItemsDue(from, to, day, item => Takes(item.Portfolio, item.Currency), after, limit);
        var found = desk.Readings.Read(_ => desk.Readings.OpenItemsOn(day).Where(o => o.Due >= from && o.Due <= to && Takes(o.Portfolio, o.Currency))
            .OrderBy(o => o.Due).ThenBy(o => o.Account, StringComparer.Ordinal).ThenBy(o => o.Number, StringComparer.Ordinal).ToList());
        var start = int.TryParse(after, System.Globalization.CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 0;
        var lines = found.Skip(start).Take(limit).Select(o => Line(desk, o.Account, o.Number, o.Portfolio, o.Segment, o.Due, o.Minor, day))
            .OfType<ItemLine>().ToList();
        return new Slice<ItemLine>(lines, start + limit < found.Count ? (start + limit).ToString(System.Globalization.CultureInfo.InvariantCulture) : null);

        bool Takes(string itemPortfolio, string itemCurrency) =>
            (portfolio is null || itemPortfolio == portfolio) && (currency is null || itemCurrency == currency);
    }

    /// <summary>Null where the account is in a portfolio now that the viewer does not see: the sum of that day has the item, and nobody is named.</summary>
    private static ItemLine? Line(Desk desk, string account, string number, string portfolio, string segment, DateOnly due, long open, DateOnly day)
    {
        if (desk.Readings.Item(account, number) is not { } item) return null;
        var party = desk.Readings.PartyOf(account);
        var name = party is null ? null : desk.Readings.PersonalOf(party, account)?.Name;
        return new ItemLine(account, name, portfolio, segment, number, item.Kind, item.IssuedOn, due, item.Currency, item.Amount, open,
            item.IsDisputedOn(day) || party?.IsDisputedOn(account, day) == true)
        {
            Planned = item.IsPlannedOn(day),
        };
    }
}
