using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;

namespace Recoup.Core;

public static partial class Machine
{
    private static Refused? OpenDispute(Work work, Input.DisputeOpened i)
    {
        if (i.Invoice is { } number)
        {
            if (FindItem(work, i.Account, number, out var item) is { } refused) return refused;
            if (i.On < item.IssuedOn) return BeforeDocument(item, i.On);
        }
        work.Emit(new Event.DisputeOpened(i.Key, i.Invoice, i.Reason));
        return null;
    }

    private static Refused? CloseDispute(Work work, Input.DisputeClosed i)
    {
        var open = work.State.Disputes.Find(d => d.Dispute == i.Dispute && d.Account == i.Account && d.ClosedOn is null);
        if (open is null) return new Refused(Refusal.UnknownDispute, $"account {i.Account} has no open dispute {i.Dispute}");
        if (i.On < open.From) return new Refused(Refusal.BeforeDocument, $"dispute {i.Dispute} was opened on {open.From:yyyy-MM-dd}; it can't be closed on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.DisputeClosed(i.Dispute, open.Number, i.Outcome));
        return null;
    }

    private static Refused? Promise(Work work, Input.Promise i)
    {
        work.Emit(new Event.PromiseMade(i.Key, i.DueOn, i.Amount.Minor, i.Amount.Currency.Code));
        return null;
    }

    private static Refused? Contact(Work work, Input.Contact i)
    {
        var portfolio = work.State.Account(i.Account)!.Portfolio;
        var on = LocalDay.Of(i.At, work.Context.Workspace.TimeZone(portfolio));
        // What is overdue on that day, as far as the header still tells: it stands on today.
        var overdue = work.State.Exposures.Exists(e => e.Account == i.Account && Ageing.IsOverdue(e.DueOn, on));
        work.Emit(new Event.ContactMade(i.At, i.Channel, i.Direction, i.Outcome, i.Agent, i.Minutes, i.Promise, Proactive: !overdue), on);
        if (i.Channel == Channel.Call && i.Direction == "outbound")
            foreach (var pending in work.State.Pending.Where(p => p.Kind == "work" && p.Portfolio == portfolio).ToList())
                if (work.State.WorkItems[pending.Id] is { Kind: "call" }) work.Emit(new Event.WorkItemClosed(pending.Id, i.Outcome, i.Agent), on);
        return null;
    }

    private static Refused? Hold(Work work, Input.Hold i)
    {
        if (work.State.Holds.Find(h => h.Account == i.Account && h.Overlaps(i.From, i.To)) is { } other)
            return new Refused(Refusal.OverlappingHold, $"hold {other.Hold} stands from {other.From:yyyy-MM-dd} {(other.To == DateBounds.NoEnd ? "on, without an end" : $"to {other.To:yyyy-MM-dd}")}; holds may touch, not overlap");
        work.Emit(new Event.HoldPlaced(i.Key, i.From, i.To, i.Reason));
        return null;
    }

    private static Refused? ReleaseHold(Work work, Input.HoldReleased i)
    {
        var hold = work.State.Holds.Find(h => h.Hold == i.Hold && h.Account == i.Account);
        if (hold is null || i.On > hold.To) return new Refused(Refusal.UnknownHold, $"account {i.Account} has no hold {i.Hold} that still stands on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.HoldReleased(i.Hold, i.On.Plus(-1)));
        return null;
    }

    private static Refused? FinishWork(Work work, Input.WorkItemDone i)
    {
        if (!work.State.WorkItems.TryGetValue(i.WorkItem, out var item) || item.Account != i.Account || !item.Open)
            return new Refused(Refusal.UnknownWorkItem, $"account {i.Account} has no open work item {i.WorkItem}; `recoup worklist` lists them");
        work.Emit(new Event.WorkItemClosed(i.WorkItem, i.Disposition, i.Actor));
        return null;
    }
}
