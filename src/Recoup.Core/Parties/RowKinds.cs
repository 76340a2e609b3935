using Recoup.Core.Contact;
using Recoup.Core.Outbox;

namespace Recoup.Core.Parties;

/// <summary>Kinds of rows beside a party's header that have no chapter of their own yet.</summary>
public static class RowKinds
{
    public static readonly RowKind<string, Intent> Messages = new("message", RowKeys.Text("id"), static m => m.Id,
        RowColumn<Intent>.Integer("status", static m => (long)m.Status),
        RowColumn<Intent>.Integer("not_before", static m => m.NotBefore.ToUnixTimeMilliseconds()))
    {
        Mark = (byte)'M', IsFoundAlone = true, Indexes = [new("status", "status, not_before"), new("time", "not_before")],
    };
}
