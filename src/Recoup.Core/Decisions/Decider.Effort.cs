using Recoup.Core.Contact;
using Recoup.Core.Recovery;

namespace Recoup.Core.Decisions;

/// <content>How much of people's effort may go to the customer.</content>
public sealed partial class Decider
{
    /// <summary>
    /// Minutes of a month: what the caps leave, however many contacts there were lately, since it is held against a whole month. None while all that is
    /// overdue is held, contested or in a plan, and for whom no channel is left. Null: nothing is overdue.
    /// </summary>
    private int? EffortMinutes()
    {
        if (facts.OverdueItems == 0) return null;
        if (facts.DunnableItems == 0 || state.Erased || !Channel.All.Any(c => !state.Contact.HasOptedOut(c, null, asOf))) return 0;
        var request = new ContactRequest
        {
            Channel = Channel.Call, AddressToken = null, At = context.Now, Today = asOf, TimeZones = [], Contact = state.Contact, UnderWay = 0, Erased = false,
            Held = false, Party = facts.Account.Kind, Collector = context.Workspace.Portfolio(facts.Portfolio)?.Party ?? "first",
        };
        return EffortChapter.RoomOf(days => context.Rules.MostWithin(days, request));
    }
}
