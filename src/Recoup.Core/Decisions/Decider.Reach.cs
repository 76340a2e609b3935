using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Recovery;

namespace Recoup.Core.Decisions;

/// <content>Whether there is any way to reach the customer, and what a person is asked for where there is none.</content>
public sealed partial class Decider
{
    /// <summary>
    /// No channel of the strategy may reach the customer: each lacks an address or a number, or it is bad, or consent was withdrawn. What
    /// must only wait, or waits for something else, is a way.
    /// </summary>
    private bool IsOutOfReach()
    {
        foreach (var channel in strategy.DunningSteps.SelectMany(s => s.Action is Act.Work { IsContact: true } ? [Channel.Call] : s.Channels)
            .Distinct(StringComparer.Ordinal))
            if (Ask(channel) is Verdict.Blocked blocked ? !context.Rules.IsAboutAddress(blocked.Rule) : channel != Channel.Call || HasNumber) return false;
        return true;
    }

    private bool HasNumber => TokenOf(PartyAddresses.AddresseeOf(state, facts.Account, Channel.Call), Channel.Call) is not null;

    /// <summary>
    /// Who calls can look a number up; but where no other channel reaches the customer either, a call that nobody can make would pass for a
    /// word said. The rule that then forbids it; null: it may be made.
    /// </summary>
    private string? LacksNumber() => !HasNumber && IsOutOfReach() ? context.Rules.Rules.First(r => r.Kind == "no_address").Id : null;

    /// <summary>
    /// A person is asked for an address, a number or consent. No step is taken; the ladder goes on once there is a way. Who found none is
    /// asked again after a while, and not on the next day.
    /// </summary>
    private DecisionRecord FindContact(DecisionRecord blocked)
    {
        // In shadow nobody was asked: once it is live somebody is.
        if (treatment?.SoughtOn is { } sought && sought.Plus(SeekAgainDays) is var again && again > asOf
            && (shadow || context.Workspace.LiveSinceOf(facts.Portfolio) is not { } live || sought > live)
            && !state.Pending.Exists(p => p.Kind == "work" && p.Portfolio == facts.Portfolio && state.WorkItems[p.Id].Kind == Act.FindContact.Kind))
        {
            LookAgainOn(again);
            return blocked;
        }
        return Plain(null, Act.FindContact, DecisionRecord.OutOfReach) with
        {
            Intent = intentId,
            Verdict = "blocked",
            GateRule = blocked.GateRule,
        };
    }

    private const int SeekAgainDays = 30;

    /// <summary>
    /// At no hour may the customer be contacted, for nobody knows where they are: a person finds out. No step is taken; it is
    /// due again once the place is known.
    /// </summary>
    private DecisionRecord FindPlace() =>
        Plain(null, Act.FindPlace, ContactGate.NoCommonHour) with { Intent = intentId, Verdict = "blocked", GateRule = ContactGate.NoCommonHour };

    /// <summary>A number may be of a phone that takes no texts, which only the number itself tells.</summary>
    private string? TokenOf(AccountDetails to, string channel) => channel == Channel.Sms ? PartyAddresses.Of(context.Vault, state, to, channel)?.Token
        : state.Contact.Point(channel)?.Token ?? PartyAddresses.TokenOf(to, channel);
}
