using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Parties;

/// <summary>The kinds of rows that lie beside a party's header.</summary>
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

    public static readonly RowKind<string, WorkItemState> WorkItems = new("work", RowKeys.Text("id"), static w => w.Id,
        RowColumn<WorkItemState>.Integer("open", static w => w.Open ? 1 : 0),
        RowColumn<WorkItemState>.Text("owner", static w => w.Owner),
        // In hundredths.
        RowColumn<WorkItemState>.Real("priority", static w => (long)(WorkItemState.Priority(Money.ToMajor(w.Minor, Currency.Of(w.Currency)), w.Score) * 100)))
    {
        Mark = (byte)'W', IsFoundAlone = true, Indexes = [new("best", "priority DESC, id", "open = 1"), new("owner", "owner, priority DESC, id", "open = 1")],
    };

    /// <summary>Every kind: whoever reads, writes, moves, compares or empties rows beside headers goes over these.</summary>
    public static readonly IReadOnlyList<RowKind> All = [Items, Cash, Messages, WorkItems];
}
