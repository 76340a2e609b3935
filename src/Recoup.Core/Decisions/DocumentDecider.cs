using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Core.Decisions;

/// <summary>
/// Which documents a party is to be sent: new invoices where its portfolio delivers them, statements of account by the
/// portfolio's schedule or because somebody asked. They are owed to the customer, so no strategy and no score bears on
/// them; the contact gate does, by their purpose.
/// </summary>
public sealed class DocumentDecider(PartyState state, Facts facts, Context context)
{
    /// <summary>What a strategy's name is for decisions that no strategy made.</summary>
    public const string Strategy = "documents";

    /// <summary>At most so many invoices go with one message; the others have their turn the next day.</summary>
    public const int InvoicesMax = 100;

    /// <summary>An invoice issued longer ago than this when it came in is not sent: it is part of a backlog.</summary>
    public const int DeliverDaysMax = 30;

    private readonly DateOnly asOf = facts.AsOf;

    private IEnumerable<AccountDocuments> Mine => (state.Documents ?? []).Where(d => state.Account(d.Account)!.Portfolio == facts.Portfolio);

    private string? Statements => context.Workspace.Portfolio(facts.Portfolio)?.Statements;

    /// <summary>By account: at most one message with invoices, and one with a statement.</summary>
    public IReadOnlyList<(string Account, DecisionRecord Decision)> Due()
    {
        var decisions = new List<(string, DecisionRecord)>();
        if (state.Erased) return decisions;
        foreach (var documents in Mine)
        {
            // Forbidden when it was new, allowed by now, and no longer new.
            var late = Ready(documents).FindAll(n => state.Item(documents.Account, n)!.Delivery is not null
                && state.Item(documents.Account, n)!.IssuedOn.Plus(DeliverDaysMax) < asOf);
            var numbers = Ready(documents).Except(late).ToList();
            if (late.Count > 0) decisions.Add((documents.Account, Plain(Invoices(late), "issued-long-ago")));
            if (numbers.Count > 0 && context.Workspace.DeliversSince(facts.Portfolio) is null)
                decisions.Add((documents.Account, Plain(Invoices(numbers), "delivery-off")));
            else if (numbers.Count > 0 && documents.InvoicesOn != asOf)
                decisions.Add((documents.Account, Send(documents.Account, Invoices(numbers), "invoice-delivery")));
            if (Scheduled(documents) is { } statement) decisions.Add((documents.Account, Send(documents.Account, statement, "statement-schedule")));
        }
        return decisions;
    }

    /// <summary>The first day to come on which a document will be due by the passing of time alone, after what is due today was decided; null: none.</summary>
    public DateOnly? NextOn()
    {
        DateOnly? next = null;
        if (state.Erased) return null;
        foreach (var documents in Mine)
        {
            foreach (var number in documents.ToDeliver ?? [])
                Take(state.Item(documents.Account, number)!.IssuedOn is var issued && issued > asOf ? issued : asOf.Plus(1));
            if (Statements is null or "none") continue;
            var (_, last) = Period(asOf);
            var day = context.Workspace.Calendar(facts.Portfolio).NextBusinessDay(last.Plus(1));
            if (day <= asOf)
            {
                (_, last) = Period(PeriodStart(asOf).PlusMonths(Months));
                day = context.Workspace.Calendar(facts.Portfolio).NextBusinessDay(last.Plus(1));
            }
            if (IsOpen(documents.Account) || documents.MovedOn > (documents.StatedThrough ?? DateOnly.MinValue)) Take(day);
        }
        return next;

        void Take(DateOnly day)
        {
            if (next is not { } known || day < known) next = day;
        }
    }

    /// <summary>To be sent now, because somebody asked.</summary>
    public DecisionRecord Requested(string account, DateOnly from, DateOnly on) =>
        Send(account, new DocumentRecord(Purpose.Statement) { From = from, AsOf = on }, "statement-request");

    private static DocumentRecord Invoices(IReadOnlyList<string> numbers) => new(Purpose.Invoice) { Numbers = numbers };

    private List<string> Ready(AccountDocuments documents) =>
        [.. (documents.ToDeliver ?? []).Where(n => state.Item(documents.Account, n)!.IssuedOn <= asOf).Take(InvoicesMax)];

    // --- the schedule ---

    private int Months => Statements == "quarterly" ? 3 : 1;

    /// <summary>The first day of the month or quarter that a day is in.</summary>
    private DateOnly PeriodStart(DateOnly day) => new(day.Year, ((day.Month - 1) / Months * Months) + 1, 1);

    /// <summary>The last whole period before the one that a day is in.</summary>
    private (DateOnly From, DateOnly Last) Period(DateOnly day)
    {
        var start = PeriodStart(day);
        return (start.PlusMonths(-Months), start.Plus(-1));
    }

    /// <summary>
    /// The statement of the last period, from the first business day after it on, once; for who owes something or whose
    /// balance changed. Never of a time before the portfolio sent statements.
    /// </summary>
    private DocumentRecord? Scheduled(AccountDocuments documents)
    {
        if (Statements is null or "none" || context.Workspace.StatesSince(facts.Portfolio) is not { } since) return null;
        var (from, last) = Period(asOf);
        if (last < since || documents.StatedThrough >= last) return null;
        if (context.Workspace.Calendar(facts.Portfolio).NextBusinessDay(last.Plus(1)) > asOf) return null;
        if (!IsOpen(documents.Account) && !(documents.MovedOn >= from)) return null;
        return new DocumentRecord(Purpose.Statement) { From = from, AsOf = last, Scheduled = true };
    }

    private bool IsOpen(string account) =>
        state.Exposures.Exists(e => e.Account == account) || state.Unapplied.Exists(u => u.Account == account && u.Minor != 0);

    // --- the gate ---

    private DecisionRecord Send(string account, DocumentRecord document, string rule)
    {
        var decision = Ask(account, document, rule) with { Rules = context.RulesVersion };
        if (decision.Action != Act.Message
            || context.Writer.Editions(decision.Template!, decision.Tone!, state.Account(account)!.Language ?? "en",
                document: true) is not { } editions) return decision;
        return decision with { TemplateEdition = editions.Template, WordsEdition = editions.Words };
    }

    private DecisionRecord Ask(string account, DocumentRecord document, string rule) =>
        ContactGate.Clear(context.Rules, Request(state, context, facts.Portfolio, account, document, asOf)) switch
        {
            Verdict.Allowed allowed => Plain(document, rule) with
            {
                Action = Act.Message,
                Channel = Channel.Email,
                Template = document.Kind,
                Tone = "neutral",
                Verdict = "allowed",
                GateRule = allowed.Rule,
                NotBefore = allowed.NotBefore,
                Clearance = allowed.Clearance.Id,
            },
            Verdict.Deferred deferred => Plain(document, "gate-deferred") with
            {
                Verdict = "deferred",
                GateRule = deferred.Rule,
                Considered = [new Considered($"{document.Kind} by {Channel.Email}", deferred.Rule)],
                NextReviewOn = deferred.Until
            },
            Verdict.Blocked blocked => Plain(document, "gate-blocked") with
            {
                Verdict = "blocked",
                GateRule = blocked.Rule,
                Considered = [new Considered($"{document.Kind} by {Channel.Email}", blocked.Rule)]
            },
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>What the gate is asked about a document, at decision and at release alike.</summary>
    public static ContactRequest Request(PartyState state, Context context, string portfolio, string account, DocumentRecord document, DateOnly today)
    {
        var details = state.Account(account)!;
        var held = state.Holds.Any(h => h.Account == account && h.StandsOn(today)) || state.IsDisputedOn(account, today);
        var to = PartyAddresses.AddresseeOf(state, details, Channel.Email);
        var token = state.Contact.Point(Channel.Email)?.Token ?? to.EmailToken;
        return Decider.Request(state, context, to, portfolio, Channel.Email, token, today, held, underWay: 0) with
        {
            Purpose = document.Kind,
            BusinessDays = null,
            Party = details.Kind,
        };
    }

    private DecisionRecord Plain(DocumentRecord document, string rule)
    {
        var (score, reasons) = Score.Of(facts, context.Policy);
        return new DecisionRecord
        {
            Portfolio = facts.Portfolio, Policy = context.PolicyVersion, Segment = facts.Segment, Strategy = Strategy, Action = Act.Wait, Rule = rule,
            Score = score, Reasons = reasons.Count == 0 ? null : reasons,
            Facts = facts.Record,
            Document = document, Shadow = context.Workspace.Mode == "shadow",
        };
    }
}
