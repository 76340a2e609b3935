using Recoup.Core.Controlling;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Webhooks;
using Recoup.Core.Workspace;

namespace Recoup.Core;

/// <summary>The door for inputs that concern the whole workspace.</summary>
public static class WorkspaceMachine
{
    /// <summary>No event where nothing changes.</summary>
    /// <param name="events">Takes what happened.</param>
    /// <param name="hasBusiness">Something was invoiced or paid in a portfolio.</param>
    public static Refused? Handle(Input input, Context context, Func<string, bool> hasBusiness, List<Event> events)
    {
        var workspace = context.Workspace;
        switch (input)
        {
            case WorkspaceInput.PortfolioSet i:
                var known = workspace.Portfolio(i.Portfolio) ?? new PortfolioDetails(i.Portfolio);
                var details = known with
                {
                    Name = i.Name ?? known.Name,
                    Creditor = i.Creditor ?? known.Creditor,
                    Sender = i.Sender ?? known.Sender,
                    ReplyTo = i.ReplyTo ?? known.ReplyTo,
                    BankDetails = i.BankDetails ?? known.BankDetails,
                    TimeZone = i.TimeZone ?? known.TimeZone,
                    Calendar = i.Calendar ?? known.Calendar,
                    Party = i.Party ?? known.Party,
                    Holidays = i.Holidays ?? known.Holidays,
                    InvoiceDelivery = i.InvoiceDelivery ?? known.InvoiceDelivery,
                    Statements = i.Statements ?? known.Statements,
                };
                if (workspace.Portfolio(i.Portfolio) is null || details != known) events.Add(new WorkspaceEvent.PortfolioSet(details));
                break;
            case WorkspaceInput.SendingSet i:
                if (workspace.Mode != i.Mode)
                    events.Add(new WorkspaceEvent.SendingSet(i.Mode, i.Reason) { Days = workspace.DaysOtherThan(workspace.Today(context.Now), context.Now) });
                break;
            case WebhookInput i: return WebhookChapter.Handle(workspace.Webhooks, i, (name, plain) => context.Vault.Seal(name, plain), events);
            case ControllingInput { PortfolioId: { } id } when id != WorkspaceState.DefaultPortfolio && workspace.Portfolio(id) is null && !hasBusiness(id):
                return ControllingChapter.UnknownPortfolio(id);
            case CostInput i: return CostChapter.Handle(workspace.Controlling.Costs, i, events);
            case FigureInput i: return FigureChapter.Handle(workspace.Controlling.Figures, i, events);
            case RateInput i: return RateChapter.Handle(workspace.Controlling.Rates, i, events);
            case TargetInput i: return TargetChapter.Handle(workspace.Controlling.Targets, context.Kpis, i, events);
            default:
                Invariant.Never($"{input.GetType().Name} is no input of a workspace");
                break;
        }
        return null;
    }
}
