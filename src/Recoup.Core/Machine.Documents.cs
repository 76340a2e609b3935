using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Documents;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Workspace;

namespace Recoup.Core;

public static partial class Machine
{
    /// <summary>
    /// A new invoice of a portfolio that delivers. Not the backlog: what was issued before delivery was switched on, or
    /// long ago, reached the customer by another way, and so did what says when it did.
    /// </summary>
    private static bool IsToBeDelivered(Work work, InvoiceInput input) => input is InvoiceInput.Issued i
        && work.Context.Workspace.DeliversSince(work.State.Account(i.Account)!.Portfolio) is { } since && !work.State.Erased
        && i.DeliveredOn is null && since <= work.Today && i.IssuedOn >= since && i.IssuedOn.Plus(DocumentDecider.DeliverDaysMax) >= work.Today;

    /// <summary>Decided at once and without a run: somebody waits for it.</summary>
    private static Refused? RequestStatement(Work work, StatementInput.Requested i)
    {
        if (i.On > work.Today)
            return new Refused(Refusal.DayNotOver,
                $"a statement as of {i.On:yyyy-MM-dd} can't be made on {work.Today:yyyy-MM-dd}; ask for today or a day before");
        var portfolio = work.State.Account(i.Account)!.Portfolio;
        var facts = Facts.Freeze(work.State, portfolio, work.State.AsOf, work.Context.Policy, work.Context.Workspace.TimeZone(portfolio));
        Emit(work, i.Account, new DocumentDecider(work.State, facts, work.Context).Requested(i.Account, i.From ?? AccountStatement.UsualFrom(i.On), i.On),
            work.Today);
        return null;
    }

    /// <summary>The documents that are due in a portfolio.</summary>
    /// <returns>The day on which the next ones will be; null: none will by time alone.</returns>
    private static DateOnly? DecideDocuments(Work work, string portfolio, Facts facts)
    {
        var decider = new DocumentDecider(work.State, facts, work.Context);
        var due = decider.Due();
        foreach (var (account, decision) in due) Emit(work, account, decision, facts.AsOf);
        return due.Select(d => d.Decision.NextReviewOn).Append(decider.NextOn()).Min();
    }

    private static void Emit(Work work, string account, DecisionRecord decision, DateOnly on) =>
        work.Emit(new DecisionEvent.Made(decision with { Intent = decision.Action == Act.Message ? work.NextIntent("m") : null }), on, account);

    private static Refused? ReleaseDocument(Work work, Intent message, IntentBody.Document body)
    {
        var (state, document) = (work.State, body.Record);
        HistoryEvent[] history = [.. state.History!.Select(h => h.With(state.Id, (party, e) => SealedWords.Open(work.Context.Vault, party, e)))];
        var known = Fold.Of(history, state.Id);
        var invoices = document.Numbers is { } numbers
            ? InvoiceDocument.Of(history, known, message.Account, numbers, work.Today).Where(i => !i.Cancelled).ToList()
            : [];
        var statement = document.Numbers is null ? AccountStatement.Of(history, known, message.Account, document.From!.Value, document.AsOf!.Value) : null;
        if (invoices.Count == 0 && statement is null or { Sections.Count: 0 })
        {
            work.Emit(new MessageEvent.Withdrawn(message.Id, statement is null ? "cancelled" : "nothing-to-state"), account: message.Account);
            return null;
        }
        var account = state.Account(message.Account)!;
        var address = PartyAddresses.Of(work.Context.Vault, state, PartyAddresses.AddresseeOf(state, account, message.Channel), message.Channel);
        return Leave(work, message, DocumentDecider.Request(state, work.Context, message.Portfolio, message.Account, document,
            work.Today) with
        { AddressToken = address?.Token },
            () => Say(work, message, body, account, address!.Value.Address, invoices, statement));
    }

    /// <summary>What says what came with it: the invoices as they stand today, or what the statement comes to.</summary>
    private static MessageFacts Say(Work work, Intent message, IntentBody.Document body, AccountDetails account, string to,
        IReadOnlyList<InvoiceDocument> invoices, AccountStatement? statement)
    {
        var personal = PartyAddresses.OpenPersonal(work.Context.Vault, work.State.Id, account);
        var items = statement is null
            ? invoices.Select(i => new MessageItem(i.Number, i.IssuedOn, i.DueOn, i.Amount, i.Open, Ageing.DaysPastDue(i.DueOn, work.Today))).ToList()
            : statement.Sections.SelectMany(s => s.Items.Select(i => new MessageItem(i.Number, i.IssuedOn, i.DueOn, new Money(i.Amount, s.Currency),
                new Money(i.Open, s.Currency), i.DaysPastDue))).Take(Needs.ListedItemsMax).ToList();
        return new MessageFacts
        {
            Template = body.Template,
            Tone = body.Tone,
            Language = account.Language ?? "en",
            To = to,
            Name = personal?.Name,
            Address = PartyAddresses.PostalOf(work.Context.Vault, work.State, account),
            Account = account.Account,
            Portfolio = work.Context.Workspace.Portfolio(message.Portfolio) ?? new PortfolioDetails(message.Portfolio),
            Today = work.Today,
            Items = items,
            MoreItems = statement is null ? 0 : statement.Sections.Sum(s => s.Items.Count) - items.Count,
            Totals = statement is null
                ? [.. invoices.GroupBy(i => i.Open.Currency).OrderBy(g => g.Key).Select(g => g.Aggregate(Money.Zero(g.Key), (sum, i) => sum + i.Open))]
                : [.. statement.Sections.Where(s => s.Closing > 0).Select(s => new Money(s.Closing, s.Currency))],
            Unapplied = [],
            Invoices = invoices,
            Statement = statement,
        };
    }
}
