using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

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
}
