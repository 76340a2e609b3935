using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

public static partial class Machine
{
    private static Refused? Contact(Work work, Input.Contact i)
    {
        var portfolio = work.State.Account(i.Account)!.Portfolio;
        var on = LocalDay.Of(i.At, work.Context.Workspace.TimeZone(portfolio));
        // What is overdue on that day, as far as the header still tells: it stands on today.
        var overdue = work.State.Exposures.Exists(e => e.Account == i.Account && Ageing.IsOverdue(e.DueOn, on));
        work.Emit(new Event.ContactMade(i.At, i.Channel, i.Direction, i.Outcome, i.Agent, i.Minutes, i.Promise, Proactive: !overdue), on);
        if (on > work.Today)
            work.Remarks.Add($"account {i.Account}: contact {i.Key} is of {on:yyyy-MM-dd}, and it is {work.Today:yyyy-MM-dd}: it counts toward the caps on "
                + "contacts from that day on, and not before. If the day is mistyped, send the contact again with its right day, under another key");
        if (i.Promise is { } promise && !work.State.HasPromise(promise))
            work.Remarks.Add($"account {i.Account}: contact {i.Key} names promise {promise}, and no promise of that key is known: "
                + $"send the promise, {{\"type\":\"promise\",\"key\":\"{promise}\",…}}, or the contact again with the right one, under another key");
        if (i.Channel == Channel.Call && i.Direction == "outbound")
            foreach (var pending in work.State.Pending.Where(p => p.Kind == "work" && p.Portfolio == portfolio).ToList())
                if (work.State.WorkItems[pending.Id] is { Kind: "call" }) work.Emit(new WorkItemEvent.Closed(pending.Id, i.Outcome, i.Agent), on);
        return null;
    }
}
