using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Controlling;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Evidence;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Webhooks;
using Recoup.Core.Workspace;

namespace Recoup.Core;

/// <summary>
/// What the business things of Core's folders keep and record: whoever stores, reads, moves or compares goes over these lists and knows
/// no chapter by name. A new chapter is a line in each list that it has something for.
/// </summary>
public static class Chapters
{
    /// <summary>In the order in which a header stores them, each at its own place.</summary>
    public static readonly IReadOnlyList<SliceKind> Slices =
        [ReceivableChapter.Slice, PromiseChapter.Slice, HoldChapter.Slice, DisputeChapter.Slice, PauseChapter.Slice, PlanChapter.Slice,
            TagChapter.Slice, CallbackChapter.Slice, ContactChapter.Slice, NextMoveChapter.Slice, FirstCallChapter.Slice, FeedbackChapter.Slice,
            SubscriptionChapter.Slice, ActivityChapter.Slice, EffortChapter.Slice];

    /// <summary>What lies beside a party's header.</summary>
    public static readonly IReadOnlyList<RowKind> Rows =
        [ReceivableChapter.ItemRows, ReceivableChapter.CashRows, MessageChapter.Rows, WorkItemChapter.Rows, PlanChapter.Rows,
            NoteChapter.Rows, CallbackChapter.Rows, TagChapter.Rows, FileChapter.Rows];

    /// <summary>Every kind of event there is.</summary>
    internal static readonly IReadOnlyList<EventKind> Events =
        [
            .. PartyEvents.All, .. AccountChapter.Events, .. ConsentChapter.Events, .. ContactChapter.Events, .. DecisionEvents.All,
            .. MessageChapter.Events, .. WorkspaceChapter.Events,
            .. InvoiceChapter.Events, .. PaymentChapter.Events, .. CreditChapter.Events, .. ChargeChapter.Events, .. WriteOffChapter.Events,
            .. PromiseChapter.Events, .. HoldChapter.Events, .. DisputeChapter.Events, .. WorkItemChapter.Events, .. PlanChapter.Events,
            .. NoteChapter.Events, .. CallbackChapter.Events, .. TagChapter.Events, .. FirstCallChapter.Events, .. FeedbackChapter.Events,
            .. SubscriptionChapter.Events, .. ActivityChapter.Events, .. FileChapter.Events,
            .. WebhookChapter.Events, .. Users.Events, .. ControllingChapter.Events,
        ];
}
