using Recoup.Core.Contact;
using Recoup.Core.Receivables;

namespace Recoup.Core.Parties;

/// <summary>Kinds of rows beside a party's header that have no chapter of their own yet.</summary>
public static class RowKinds
{
    public static readonly RowKind<(string Account, string Number), ItemState> Items = new(
        "item", RowKeys.AccountAnd("number"), static i => (i.Account, i.Number),
        RowColumn<ItemState>.Integer("open", static i => i.IsOpen ? 1 : 0),
        RowColumn<ItemState>.Integer("due", static i => i.DueOn.DayNumber),
        RowColumn<ItemState>.Text("currency", static i => i.Currency))
    {
        Mark = (byte)'I', Indexes = [new("open", "pid, due", "open = 1"), new("due", "due", "open = 1"), new("number", "number")],
    };

    public static readonly RowKind<string, CashState> Cash = new("cash", RowKeys.Text("key"), static c => c.Key)
    {
        Mark = (byte)'C',
    };

    public static readonly RowKind<string, MessageState> Messages = new("message", RowKeys.Text("id"), static m => m.Id,
        RowColumn<MessageState>.Integer("status", static m => (long)m.Status),
        RowColumn<MessageState>.Integer("not_before", static m => m.NotBefore.ToUnixTimeMilliseconds()))
    {
        Mark = (byte)'M', IsFoundAlone = true, Indexes = [new("status", "status, not_before"), new("time", "not_before")],
    };
}
