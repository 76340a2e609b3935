using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core;

/// <summary>The party's accounts, where they stand and how it is reached.</summary>
public static partial class Fold
{
    private static void ChangeAccount(PartyState state, AccountDetails details) =>
        state.Accounts[state.Accounts.FindIndex(a => a.Account == details.Account)] = details;

    /// <summary>The account goes, with what is open; the party is in that portfolio with what was said to it in the other.</summary>
    private static void MoveAccount(PartyState state, Envelope e, CellDeltas cells, string portfolio)
    {
        var from = state.Account(e.Account)!.Portfolio;
        if (state.Treatment(portfolio) is null && state.Treatment(from) is { } treatment) state.Treatments.Add(treatment.CarriedTo(portfolio));
        Exposures.Move(state, e.Account, portfolio, e.EffectiveOn, cells);
        foreach (var pending in state.Pending.Where(p => p.Portfolio == from).ToList())
        {
            if (pending.Kind == "work" && state.WorkItems[pending.Id] is { } work && work.Account == e.Account)
            {
                work.Portfolio = portfolio;
                state.WorkItems.Changed.Add(work.Id);
            }
            else if (pending.Kind == "document" && state.Messages[pending.Id] is { } message && message.Account == e.Account)
            {
                message.Portfolio = portfolio;
                state.Messages.Changed.Add(message.Id);
            }
            else continue;
            state.Pending[state.Pending.IndexOf(pending)] = pending with { Portfolio = portfolio };
        }
        Deliveries.Moved(state, e.Account, e.EffectiveOn);
        state.Touch(e);
    }

    private static void SetPoint(PartyState state, Event.ContactPointSet point)
    {
        state.Contact.Points.RemoveAll(p => p.Channel == point.Channel);
        state.Contact.Points.Add(new ContactPoint { Channel = point.Channel, Token = point.Token, Sealed = point.Sealed });
        state.Contact.Believe(new BadAddress(point.Channel, point.Token));
        foreach (var former in point.FormerTokens ?? []) state.Contact.Believe(new BadAddress(point.Channel, former));
    }
}
