using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>What of receivables touches more than one chapter: lists that are followed, promises that hear of cash.</summary>
public static partial class Machine
{
    private static Refused? Issue(Work work, Input.Invoice i) =>
        i.Listed is not null ? FollowInvoice(work, i)
        : work.State.Item(i.Account, i.Number) is { } known && (!known.Cancelled || known.Kind != ItemKind.Invoice) ? InvoiceChapter.Taken(i, known)
        : Issue(work, i, i.Number);

    private static Refused? Issue(Work work, Input.Invoice i, string number) => InvoiceChapter.Issue(work, i, number, IsToBeDelivered(work, i));

    private static Refused? Receive(Work work, Input.Payment i) => i.Listed is not null ? FollowPayment(work, i) : Receive(work, i, i.Key);

    private static Refused? Receive(Work work, Input.Payment i, string key)
    {
        if (PaymentChapter.Receive(work, i, key, work.Context.Policy.Allocation) is { } refused) return refused;
        PromiseChapter.JudgeCash(work, i.On, work.Context.Policy.PromiseGraceDays);
        return null;
    }

    private static Refused? Reverse(Work work, Input.PaymentReversed i)
    {
        if (PaymentChapter.Reverse(work, i) is { } refused) return refused;
        PromiseChapter.Reopen(work, work.State.AsOf, work.Context.Policy.PromiseGraceDays);
        return null;
    }

    private static Refused? Credit(Work work, Input.CreditNote i) =>
        i.IsListed && work.State.Cash.TryGetValue(CashState.CreditKey(i.Account, i.Number), out var known)
            ? FollowCredit(work, i, known)
            : CreditChapter.Credit(work, i);

    private static Refused? SetBalance(Work work, Input.OpenBalance i) => i.CreditNote is null ? InvoiceChapter.SetBalance(work, i) : SetCredit(work, i);
}
