using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Controlling;
using Recoup.Core.Documents;
using Recoup.Core.Evidence;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Webhooks;
using Recoup.Core.Workspace;

namespace Recoup.Core;

/// <summary>Every kind of input there is, in the order in which a reader meets them.</summary>
public static class InputKinds
{
    public static readonly IReadOnlyList<InputKind> All =
    [
        .. AccountChapter.Inputs,
        .. ConsentChapter.Inputs,
        .. InvoiceChapter.Inputs,
        .. PaymentChapter.Inputs,
        .. CreditChapter.Inputs,
        .. ChargeChapter.Inputs,
        .. WriteOffChapter.Inputs,
        .. DisputeChapter.Inputs,
        .. PromiseChapter.Inputs,
        .. PlanChapter.Inputs,
        .. ContactChapter.Inputs,
        .. NoteChapter.Inputs,
        .. FileChapter.Inputs,
        .. CallbackChapter.Inputs,
        .. TagChapter.Inputs,
        .. FeedbackChapter.Inputs,
        .. SubscriptionChapter.Inputs,
        .. ActivityChapter.Inputs,
        .. HoldChapter.Inputs,
        .. WorkItemChapter.Inputs,
        .. MessageChapter.Inputs,
        .. StatementChapter.Inputs,
        .. WorkspaceChapter.Inputs,
        .. WebhookChapter.Inputs,
        .. ControllingChapter.Inputs,
    ];

    private static readonly FrozenDictionary<string, InputKind> ByName = All.ToFrozenDictionary(k => k.Name, StringComparer.Ordinal);

    public static bool TryOf(string name, [NotNullWhen(true)] out InputKind? kind) => ByName.TryGetValue(name, out kind);

    public static InputKind Of(string name) => ByName[name];

    private static readonly FrozenDictionary<Type, InputKind> ByType = All.ToFrozenDictionary(k => k.Type);

    /// <summary>The kind of a class of input that may come from outside.</summary>
    public static InputKind Of(Type type) => ByType[type];

    /// <summary>The name of an input's kind; of one that Recoup tells itself, that of its class.</summary>
    public static string NameOf(Input input) => ByType.TryGetValue(input.GetType(), out var kind)
        ? kind.Name
        : System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(input.GetType().Name);
}
