using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>What touches more than one chapter: promises hear of cash, work hears of calls.</summary>
public static partial class Machine
{
    /// <summary>What of cash touches more than receivables: promises hear of it when it comes and when it goes back.</summary>
    private static Refused? TakeCash(Work work, PaymentInput input)
    {
        if (PaymentChapter.Handle(work, input, work.Context.Policy.Allocation) is { } refused) return refused;
        if (work.Events.Count == 0) return null;
        if (input is PaymentInput.Received received) PromiseChapter.JudgeCash(work, received.On, work.Context.Policy.PromiseGraceDays);
        else if (input is PaymentInput.Reversed or PaymentInput.Unpaid) PromiseChapter.Reopen(work, work.State.AsOf, work.Context.Policy.PromiseGraceDays);
        return null;
    }

    /// <summary>What an outside ledger takes off an item counts toward promises as cash does; what it puts back does no more.</summary>
    private static Refused? SetBalance(Work work, InvoiceInput.OpenBalance input)
    {
        if (InvoiceChapter.Handle(work, input, deliver: false) is { } refused) return refused;
        if (work.Events.Count > 0 && input.Invoice is not null) PromiseChapter.JudgeCash(work, input.On, work.Context.Policy.PromiseGraceDays);
        return null;
    }

    /// <summary>A call that somebody made closes what asked for one.</summary>
    private static Refused? Contact(Work work, ContactInput input)
    {
        var portfolio = work.State.Account(input.Account)!.Portfolio;
        var zone = ZoneOf(work);
        if (ContactChapter.Handle(work, input, work.Context.Vault, zone) is { } refused) return refused;
        if (input is not ContactInput.Made i) return null;
        if (i.Promise is { } promise && !work.State.HasPromise(promise))
            work.Remarks.Add($"account {i.Account}: contact {i.Key} names promise {promise}, and no promise of that key is known: "
                + $"send the promise, {{\"type\":\"promise\",\"key\":\"{promise}\",…}}, or the contact again with the right one, under another key");
        if (i.NeedsReply == true) WorkItemChapter.WantReply(work, work.NextIntent("w"), i.Account);
        if (i.Channel != Channel.Call || i.Direction != "outbound") return null;
        var on = LocalDay.Of(i.At, zone);
        CallbackChapter.Called(work, i.Account, i.At, on);
        foreach (var pending in work.State.Pending.Where(p => p.Kind == "work" && p.Portfolio == portfolio).ToList())
            if (work.State.WorkItems[pending.Id] is { Kind: WorkItemChapter.Call })
                work.Emit(new WorkItemEvent.Closed(pending.Id, i.Outcome, i.Agent) { Unheard = ContactChapter.IsUnheard(i.Outcome) }, on);
        return null;
    }

    /// <summary>The place whose days those of the input's account are.</summary>
    private static string ZoneOf(Work work) => work.Context.Workspace.TimeZone(work.State.Account(work.Input.AccountId)!.Portfolio);

    /// <summary>Why the customer may not be called at the instant of a callback, in words; null: they may be, or it is of the past.</summary>
    private static string? WhyNotCall(Work work, CallbackInput.Agreed i, DateOnly on)
    {
        if (i.At < work.Context.Now) return null;
        var account = work.State.Account(i.Account)!;
        var to = PartyAddresses.AddresseeOf(work.State, account, Channel.Call);
        var token = work.State.Contact.Point(Channel.Call)?.Token ?? PartyAddresses.TokenOf(to, Channel.Call);
        var isHeld = work.State.Holds.Any(h => h.Account == i.Account && h.StandsOn(on));
        // Of the policy's business days nothing is asked: the customer wants that day.
        var request = Decider.Request(work.State, work.Context, to, account.Portfolio, Channel.Call, token, on, isHeld, underWay: 0)
            with
        { At = i.At, Party = account.Kind, BusinessDays = null };
        if (ContactGate.Forbids(work.Context.Rules, request) is not var (id, opens)) return null;
        var rule = work.Context.Rules.Rules.FirstOrDefault(r => r.Id == id);
        var why = rule?.Text ?? "nobody knows where the customer is, and at no hour is it day at all places where they may be";
        return $"at {At(i.At)} account {i.Account} may not be called: {why} (rule {id})"
            + (opens is { } first ? $"; the first time after it is {At(first)}" : "");

        string At(DateTimeOffset instant)
        {
            var there = NodaTime.Instant.FromDateTimeOffset(instant).InZone(NodaTime.DateTimeZoneProviders.Tzdb[request.TimeZones[0]]);
            return $"{there.LocalDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture)} in {request.TimeZones[0]}";
        }
    }
}
