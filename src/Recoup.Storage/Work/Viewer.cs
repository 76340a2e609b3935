using System.Collections.Frozen;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>Who looks and acts.</summary>
/// <param name="Actor">Under whom it is recorded what they enter.</param>
/// <param name="Role">One of <see cref="UserRole.All"/>.</param>
public sealed record Viewer(string Actor, string Role)
{
    /// <summary>Who is at the machine, or a program with a key of its own: everything.</summary>
    public static Viewer Everything(string actor) => new(actor, UserRole.Manager);

    public static Viewer Of(UserDetails user) =>
        new(user.User, user.Role) { Portfolios = user.Portfolios?.Order(StringComparer.Ordinal).ToFrozenSet(StringComparer.Ordinal) };

    /// <summary>Whose receivables they see; null: everybody's.</summary>
    public IReadOnlySet<string>? Portfolios { get; init; }

    /// <summary>There is something that they do not see.</summary>
    public bool IsNarrow => Portfolios is not null;

    public bool Sees(string portfolio) => Portfolios?.Contains(portfolio) != false;

    /// <summary>The same for all who see the same: part of the key of whatever is computed once for several.</summary>
    public string Scope => Portfolios is null ? "" : string.Join(',', Portfolios.Order(StringComparer.Ordinal).Select(Uri.EscapeDataString)) + "/";

    /// <summary>They enter anything at all.</summary>
    public bool Enters => Role is UserRole.Agent or UserRole.Manager;

    /// <summary>They see who the users are.</summary>
    public bool SeesUsers => !IsNarrow && (Role is UserRole.Manager or UserRole.Auditor);

    /// <summary>They may tell inputs of that kind.</summary>
    public bool MayEnter(string kind) =>
        (Role == UserRole.Manager || (Role == UserRole.Agent && !OfManagers.Contains(kind))) && !(IsNarrow && AcrossPortfolios.Contains(kind));

    /// <summary>What may not be entered, in words.</summary>
    public string WhyNot(string kind) => IsNarrow && AcrossPortfolios.Contains(kind)
        ? $"{kind} is for who sees all portfolios, and {Actor} sees {string.Join(", ", Portfolios!.Order(StringComparer.Ordinal))}"
        : Enters ? $"{kind} is for managers, and {Actor} is an {Role}" : $"{Actor} looks and enters nothing ({Role})";

    /// <summary>What names another portfolio or account, or concerns everybody.</summary>
    private static readonly FrozenSet<string> AcrossPortfolios =
        FrozenSet.Create(StringComparer.Ordinal, "account", "account_moved", "account_joined", "portfolio", "sending", "webhook_endpoint",
            "webhook_secrets_retired", "webhook_endpoint_switched", "fx_rate", "fx_rate_withdrawn");

    /// <summary>What gives money up, takes such a thing back, moves or joins customers, can't be undone, or concerns everybody.</summary>
    private static readonly FrozenSet<string> OfManagers = FrozenSet.Create(StringComparer.Ordinal,
        "write_off", "write_off_reversed", "waiver", "waiver_reversed", "charge_cancelled", "refund", "refund_reversed", "invoice_corrected",
        "invoice_cancelled", "cancellation_reversed", "credit_note", "credit_note_cancelled", "open_balance", "account_moved", "account_joined", "erasure",
        "file_withdrawn",
        "portfolio", "sending", "webhook_endpoint", "webhook_secrets_retired", "webhook_endpoint_switched",
        "cost", "cost_withdrawn", "target", "target_withdrawn", "fx_rate", "fx_rate_withdrawn", "imported_figure", "imported_figure_withdrawn");
}
