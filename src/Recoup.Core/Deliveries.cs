using Recoup.Core.Cells;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;

namespace Recoup.Core;

/// <summary>How a party's documents follow from its events: the part of the fold that is about sending them.</summary>
internal static class Deliveries
{
    /// <summary>So many are kept of those that could not be sent, the newest: a header must stay small.</summary>
    private const int BlockedMax = 100;

    public static AccountDocuments Of(PartyState state, string account)
    {
        state.Documents ??= [];
        if (Find(state.Documents, account) is { } known) return known;
        var documents = new AccountDocuments { Account = account };
        state.Documents.Add(documents);
        return documents;
    }

    private static AccountDocuments? Find(List<AccountDocuments>? all, string account)
    {
        if (all is null) return null;
        foreach (var documents in all)
            if (documents.Account == account) return documents;
        return null;
    }

    /// <summary>What is to be sent follows what happens to invoices.</summary>
    public static void Follow(PartyState state, Envelope e, InvoiceEvent happened)
    {
        if (happened is InvoiceEvent.Issued { Deliver: true } issued) Await(state, e.Account, issued.Number);
        else if (happened is InvoiceEvent.Cancelled cancelled) Cancel(state, e.Account, cancelled.Number, e.EffectiveOn);
        else if (happened is InvoiceEvent.CancellationReversed reversed) Reinstate(state, e.Account, reversed.Number);
    }

    /// <summary>The balance of the account changed on a day.</summary>
    public static void Moved(PartyState state, string account, DateOnly on)
    {
        var documents = Of(state, account);
        if (documents.MovedOn is not { } before || on > before) documents.MovedOn = on;
    }

    /// <summary>The item stands again: where its cancellation had stopped its message, that is to be sent still.</summary>
    public static void Reinstate(PartyState state, string account, string number)
    {
        if (state.Items[(account, number)].Delivery is { Outcome: "withdrawn", Why: "cancelled" } && !state.Erased) Await(state, account, number);
    }

    public static void Await(PartyState state, string account, string number) => (Of(state, account).ToDeliver ??= []).Add(number);

    /// <summary>An invoice was cancelled: it is not to be sent any more, which its delivery says where it was to be.</summary>
    public static void Cancel(PartyState state, string account, string number, DateOnly on)
    {
        if (Find(state.Documents, account) is not { } documents) return;
        if (documents.ToDeliver?.Contains(number) == true || documents.Blocked?.Contains(number) == true)
            Note(state, account, number, new ItemDelivery("withdrawn", on, null, "cancelled"));
        Forget(state, account, number);
    }

    /// <summary>It is not to be sent any more.</summary>
    public static void Forget(PartyState state, string account, string number)
    {
        if (Find(state.Documents, account) is not { } documents) return;
        if (documents.ToDeliver is { } numbers && numbers.Remove(number) && numbers.Count == 0) documents.ToDeliver = null;
        if (documents.Blocked is { } blocked && blocked.Remove(number) && blocked.Count == 0) documents.Blocked = null;
    }

    /// <summary>How the party may be reached has changed: what the gate forbade is asked for again.</summary>
    public static void TryAgain(PartyState state)
    {
        foreach (var documents in state.Documents ?? [])
        {
            if (documents.Blocked is not { } blocked) continue;
            (documents.ToDeliver ??= []).AddRange(blocked);
            documents.Blocked = null;
        }
    }

    /// <summary>The person is gone: nothing is sent any more.</summary>
    public static void Drop(PartyState state)
    {
        foreach (var documents in state.Documents ?? []) (documents.ToDeliver, documents.Blocked) = (null, null);
    }

    /// <summary>A document was decided: to be sent, or not and why. What was put off is asked for again.</summary>
    public static void Decide(PartyState state, Envelope e, DecisionRecord decision, DocumentRecord document)
    {
        if (decision.Verdict == "deferred") return;
        var sent = decision.Action == Act.Message && !decision.Shadow;
        var documents = Of(state, e.Account);
        if (document.Scheduled) documents.StatedThrough = document.AsOf;
        if (decision.Action == Act.Message && document.Numbers is not null) documents.InvoicesOn = e.EffectiveOn;
        foreach (var number in document.Numbers ?? [])
        {
            Forget(state, e.Account, number);
            var blocked = decision.Verdict == "blocked";
            if (blocked && !decision.Shadow) Block(documents, number);
            var outcome = sent ? "decided" : decision.Shadow ? "shadow" : blocked ? "blocked" : "not_sent";
            Note(state, e.Account, number, new ItemDelivery(outcome, e.EffectiveOn, sent ? decision.Intent : null, sent || decision.Shadow
                ? null : decision.GateRule ?? decision.Rule));
        }
        if (!sent) return;
        state.Messages[decision.Intent!] = new Intent
        {
            Id = decision.Intent!, Portfolio = decision.Portfolio, Account = e.Account, Channel = decision.Channel!, DecidedOn = e.EffectiveOn,
            NotBefore = decision.NotBefore!.Value, Body = new IntentBody.Document(decision.Template!, decision.Tone!, decision.Rule, document),
        };
        state.Messages.Changed.Add(decision.Intent!);
        // Of a kind of its own: it holds up no dunning and counts toward no cap.
        state.Pending.Add(new Pending(decision.Intent!, decision.Portfolio, "document"));
    }

    /// <summary>A message leaves, without those of its invoices that were cancelled meanwhile.</summary>
    public static void Release(PartyState state, Intent message, DateOnly on)
    {
        foreach (var number in message.Document?.Numbers ?? [])
            if (state.Item(message.Account, number)?.IsCancelledOn(on) == true)
                Note(state, message.Account, number, new ItemDelivery("withdrawn", on, message.Id, "cancelled"));
    }

    /// <summary>What became of a message is what became of the invoices that it brings.</summary>
    public static void Note(PartyState state, Intent message, DateOnly on, string outcome, string? why)
    {
        foreach (var number in message.Document?.Numbers ?? [])
            if (IsIn(state, message, number)) Note(state, message.Account, number, new ItemDelivery(outcome, on, message.Id, why));
    }

    /// <summary>The invoices that a message brings left with it, the first time that they did.</summary>
    public static void CountSent(PartyState state, CellDeltas cells, Intent message, DateOnly on)
    {
        foreach (var number in message.Document?.Numbers ?? [])
            if (IsIn(state, message, number) && state.Item(message.Account, number) is { ServicedOn: { } serviced } item)
                InvoiceCycle.CountSent(state, cells, item, serviced, on);
    }

    /// <summary>The message did not reach the customer, for a reason that another address or a consent mends.</summary>
    public static void Block(PartyState state, Intent message)
    {
        foreach (var number in message.Document?.Numbers ?? [])
            if (IsIn(state, message, number)) Block(Of(state, message.Account), number);
    }

    /// <summary>It went with this message, and with no other since.</summary>
    private static bool IsIn(PartyState state, Intent message, string number) =>
        state.Item(message.Account, number)?.Delivery is { Outcome: not "withdrawn" } delivery && delivery.Message == message.Id;

    private static void Block(AccountDocuments documents, string number)
    {
        documents.Blocked ??= [];
        if (!documents.Blocked.Contains(number)) documents.Blocked.Add(number);
        if (documents.Blocked.Count > BlockedMax) documents.Blocked.RemoveAt(0);
    }

    private static void Note(PartyState state, string account, string number, ItemDelivery delivery)
    {
        var item = state.Item(account, number);
        Foundation.Invariant.Holds(item is not null, $"item {number} of account {account} was not loaded");
        item.Delivery = delivery;
        state.Items.Changed.Add((account, number));
    }
}
