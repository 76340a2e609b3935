using System.Text.Json;
using System.Text.Json.Serialization;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Core;

public static partial class Machine
{
    /// <summary>Promises whose term is over are closed, work whose reason is gone is withdrawn, then each portfolio is decided.</summary>
    private static Refused? Review(Work work, Input.Review i)
    {
        // A run that goes on past midnight may meet what was recorded since, and must not know it: the next day's run, for
        // which the party stays due, does.
        if (work.State.AsOf <= work.Today) DecideOn(work, work.Today);
        return null;
    }

    /// <summary>A message that its address stopped is no reason to wait: its step is taken at once, by the next channel that it has.</summary>
    private static void GoOn(Work work, Intent message)
    {
        if (message.Document is null && !work.State.Erased) DecideOn(work, work.State.AsOf);
    }

    private static void DecideOn(Work work, DateOnly asOf)
    {
        var state = work.State;
        var grace = work.Context.Policy.PromiseGraceDays;
        PromiseChapter.Judge(work, asOf, grace);
        foreach (var slice in state.Slices) slice?.Judge(work, asOf);

        var decisions = new List<(DecisionRecord Decision, string Account)>();
        var next = DateOnly.MaxValue;
        foreach (var portfolio in PortfoliosOf(state))
        {
            var facts = Facts.Freeze(state, portfolio, asOf, work.Context.Policy, work.Context.Workspace.TimeZone(portfolio));
            // The step of work that nobody has done is due again, so facts of steps are others by then.
            if (state.Pending.Count > 0 && CloseWork(work, facts))
                facts = Facts.Freeze(state, portfolio, asOf, work.Context.Policy, work.Context.Workspace.TimeZone(portfolio));
            var underWay = 0;
            foreach (var pending in state.Pending)
                if (pending.Kind == "message") underWay++;
            foreach (var (before, _) in decisions)
                if (before.Action == Act.Message) underWay++;
            // A document decided is nothing that facts are of.
            if (DecideDocuments(work, portfolio, facts) is { } documentOn && documentOn < next) next = documentOn;
            var decision = Decider.Decide(state, facts, work.Context, underWay, "");
            if (decision.NextReviewOn is { } reviewOn && reviewOn < next) next = reviewOn;
            // What a step of the strategy before asked for is held against the new one's tomorrow.
            if (decision.Strategy != state.Treatment(portfolio)?.Strategy && asOf.Plus(1) is var tomorrow && tomorrow < next
                && state.Pending.Exists(p => p.Kind == "work" && p.Portfolio == portfolio)) next = tomorrow;
            if (state.Pending.Count > 0) Revalue(work, facts);
            // Whom the gate lets contact is where it can be, and can be reached: nobody has to find out any more.
            if (decision.Verdict == "allowed" && state.Pending.Count > 0) CloseSearch(work, asOf, portfolio);
            decisions.Add((decision, facts.Account.Account));
        }
        foreach (var (decision, account) in decisions)
            work.Emit(new DecisionEvent.Made(decision with
            {
                NextReviewOn = next == DateOnly.MaxValue ? null : next,
                Intent = decision.Intent is null ? null : work.NextIntent(decision.Action is Act.Work ? "w" : "m"),
            }), asOf, account);
    }

    /// <summary>What a person was asked to do and what lost its reason since: paid, or no longer worth the step that asked for it.</summary>
    /// <returns>Something was closed.</returns>
    private static bool CloseWork(Work work, Facts facts)
    {
        var before = work.Events.Count;
        foreach (var pending in work.State.Pending.Where(p => p.Kind == "work" && p.Portfolio == facts.Portfolio).ToList())
        {
            var item = work.State.WorkItems[pending.Id];
            if (facts.ToChaseMinor > 0 && !facts.IsBelowMinimum && IsStillWorth(work, item.Rule, facts, asTask: true)) continue;
            work.Emit(new WorkItemEvent.Closed(pending.Id, "no_longer_needed", null), facts.AsOf, item.Account);
        }
        return work.Events.Count > before;
    }

    /// <summary>What people are asked to do stands in the worklist by what is at stake now.</summary>
    /// <param name="facts">With their score.</param>
    private static void Revalue(Work work, Facts facts)
    {
        foreach (var pending in work.State.Pending.Where(p => p.Kind == "work" && p.Portfolio == facts.Portfolio).ToList())
        {
            var item = work.State.WorkItems[pending.Id];
            var (minor, currency) = (facts.AtStakeMinor, facts.Currency.Code);
            if (item.Minor == minor && item.Score == facts.Score && (item.Currency == currency || minor == 0)) continue;
            work.Emit(new WorkItemEvent.Revalued(pending.Id, minor, minor == 0 ? item.Currency : currency, facts.Score), facts.AsOf, item.Account);
        }
    }

    private static void CloseSearch(Work work, DateOnly asOf, string portfolio)
    {
        foreach (var pending in work.State.Pending.Where(p => p.Kind == "work" && p.Portfolio == portfolio).ToList())
            if (work.State.WorkItems[pending.Id] is { } item && Act.Asking(item.Kind) is { IsSearch: true })
                work.Emit(new WorkItemEvent.Closed(pending.Id, "no_longer_needed", null), asOf, item.Account);
    }

    /// <summary>
    /// Asked again at acting: what came in since a step was decided may have brought the amount below the step's own
    /// condition. A step that the policy in force no longer has is not asked about.
    /// </summary>
    /// <param name="asTask">Its step counts as taken, so conditions on what was done last can't be asked any more.</param>
    private static bool IsStillWorth(Work work, string rule, Facts facts, bool asTask)
    {
        var policy = work.Context.Policy;
        var strategy = policy.Strategies.FirstOrDefault(s => s.Id == work.State.Treatment(facts.Portfolio)?.Strategy);
        if (strategy?.Steps.FirstOrDefault(s => s.Id == rule) is not { AsksHowMuch: true } step) return true;
        if (asTask && step.When!.Names.Overlaps(Facts.OfContacts)) return true;
        facts.Score = Score.Of(facts, policy).Score;
        return step.When!.IsTrue(facts);
    }

    /// <summary>Money may have moved: what a person was asked to do may have no reason any more, or more or less of one.</summary>
    private static void FollowWork(Work work)
    {
        foreach (var portfolio in work.State.Pending.Where(p => p.Kind == "work").Select(p => p.Portfolio).Distinct(StringComparer.Ordinal).ToList())
        {
            if (!work.State.Accounts.Exists(a => a.Portfolio == portfolio)) continue;
            var facts = Freeze();
            // What is only put off stays on the worklist, which says why nobody may call, until the next run.
            if (work.Input is not (HoldInput.Placed or DisputeInput.Opened or PromiseInput.Made) && CloseWork(work, facts)) facts = Freeze();
            facts.Score = Score.Of(facts, work.Context.Policy).Score;
            Revalue(work, facts);

            Facts Freeze() =>
                Facts.Freeze(work.State, portfolio, work.State.AsOf, work.Context.Policy, work.Context.Workspace.TimeZone(portfolio));
        }
    }

    /// <summary>In order of name, each once.</summary>
    private static IReadOnlyList<string> PortfoliosOf(PartyState state) => state.Accounts.Count == 1
        ? [state.Accounts[0].Portfolio]
        : [.. state.Accounts.Select(a => a.Portfolio).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static Refused? Release(Work work, Input.Release i)
    {
        if (!work.State.Messages.TryGetValue(i.Message, out var message)) return new Refused(Refusal.UnknownMessage, $"there is no message {i.Message}");
        if (message.Status != IntentStatus.Pending || message.NotBefore > work.Context.Now) return null;
        return message.Body switch
        {
            IntentBody.Letter letter => ReleaseLetter(work, message, letter),
            IntentBody.Document document => ReleaseDocument(work, message, document),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Refused? ReleaseLetter(Work work, Intent message, IntentBody.Letter letter)
    {
        var state = work.State;
        var facts = Facts.Freeze(state, message.Portfolio, state.AsOf, work.Context.Policy, work.Context.Workspace.TimeZone(message.Portfolio));
        // As when the step was decided: its own message is not yet the last.
        facts.MoveTo(state.AsOf, letter.StepBefore?.On, state.Contact.OutboundWithin(state.AsOf, 7, work.Context.Workspace.TimeZone(message.Portfolio)));
        if ((NoLongerMeant(letter, facts) ?? (IsStillWorth(work, letter.Rule, facts, asTask: false) ? null : "no-longer-worth-it")) is { } reason)
        {
            work.Emit(new MessageEvent.Withdrawn(message.Id, reason), account: message.Account);
            return null;
        }
        var account = state.Account(message.Account)!;
        var addressee = PartyAddresses.AddresseeOf(state, account, message.Channel);
        var address = PartyAddresses.Of(work.Context.Vault, state, addressee, message.Channel);
        var request = Decider.Request(state, work.Context, addressee, message.Portfolio, message.Channel, address?.Token, work.Today, facts.SpeakerHeld,
            // What was released and not answered yet is on its way to the customer.
            underWay: state.Pending.Count(p => p.Kind == "message" && state.Messages[p.Id].Status == IntentStatus.Sending));
        return Leave(work, message, request with { Party = account.Kind }, () => Say(work, message, letter, facts, account, address!.Value.Address));
    }

    /// <summary>The gate's last word, and what follows from it.</summary>
    private static Refused? Leave(Work work, Intent message, ContactRequest request, Func<MessageFacts> say)
    {
        switch (ContactGate.Clear(work.Context.Rules, request))
        {
            case Verdict.Blocked blocked:
                work.Emit(new MessageEvent.Withdrawn(message.Id, blocked.Rule), account: message.Account);
                // Where the address is there and only its key is gone a decision would take the same channel again, without end.
                if (work.Context.Rules.IsAboutAddress(blocked.Rule) && (request.AddressToken is not null
                    || message.Channel == Channel.Sms || !PartyAddresses.IsKnownBy(work.State, message.Channel)))
                    GoOn(work, message);
                return null;
            case Verdict.Deferred deferred:
                var dawn = LocalDay.Start(deferred.Until, work.Context.Workspace.TimeZone(message.Portfolio));
                work.Emit(new MessageEvent.Deferred(message.Id, deferred.Rule, dawn), account: message.Account);
                return null;
            case Verdict.Allowed allowed when allowed.NotBefore > work.Context.Now:
                work.Emit(new MessageEvent.Deferred(message.Id, allowed.Rule!, allowed.NotBefore.ToUniversalTime()), account: message.Account);
                return null;
            case Verdict.Allowed allowed:
                var said = say();
                var text = work.Context.Writer.Write(said);
                var editions = work.Context.Writer.Editions(said.Template, said.Tone, said.Language, document: said.Statement is not null
                    || said.Invoices.Count > 0);
                var sealedText = work.Context.Vault.Seal(work.State.Id, JsonSerializer.SerializeToUtf8Bytes(text, MessageJson.Default.MessageText));
                work.Emit(new MessageEvent.Released(message.Id, allowed.Clearance.Id, sealedText)
                {
                    AddressToken = request.AddressToken, TemplateEdition = editions?.Template, WordsEdition = editions?.Words,
                    Rules = work.Context.RulesVersion,
                    Segments = message.Channel == Channel.Sms ? TextSegments.Of(text.Body) : null,
                    NumberSet = message.Channel == Channel.Sms ? TextNumbers.SetOf(work.Context.Vault, text.To) : null,
                }, account: message.Account);
                work.Outgoing.Add(new Outgoing(work.State.Id, message.Id, message.Channel, text)
                {
                    Tries = message.Tries,
                    FirstTriedAt = message.FirstTriedAt
                });
                return null;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Why the message has lost its reason since it was decided; null: it has not.</summary>
    private static string? NoLongerMeant(IntentBody.Letter letter, Facts facts)
    {
        if (facts.PromisedUntil is not null) return "promise-open";
        if (letter.PreDueThrough is { } through)
        {
            if (facts.DunnableItems > 0 && !facts.IsBelowMinimum) return "overdue-by-now";
            var coming = facts.Coming.FindAll(e => e.DueOn <= through);
            return coming.Count == 0 ? "nothing-open" : facts.AreBelowMinimum(coming) ? "below-minimum" : null;
        }
        if (facts.DunnableItems == 0)
            return facts.OverdueItems == 0 ? "nothing-overdue" : facts.Held ? "hold" : facts.WhyQuiet ?? "disputed";
        return facts.ToChaseMinor <= 0 ? "covered-by-unapplied-cash" : facts.IsBelowMinimum ? "below-minimum" : null;
    }

    private static MessageFacts Say(Work work, Intent message, IntentBody.Letter letter, Facts facts, AccountDetails account, string to)
    {
        var meant = letter.PreDueThrough is { } through ? facts.Coming.FindAll(e => e.DueOn <= through) : facts.Dunnable;
        var accounts = meant.Select(e => e.Account).ToHashSet(StringComparer.Ordinal);
        // By the due day that holds today, oldest first, whatever is known to move it later.
        var listed = work.State.Items.Values
            .Where(item => accounts.Contains(item.Account) && item.BalanceOn(work.Today) > 0 && !item.IsDisputedOn(work.Today) && !item.IsPlannedOn(work.Today)
                && (letter.PreDueThrough is { } last ? item.DueAt(work.Today) <= last : Ageing.IsOverdue(item.DueAt(work.Today), work.Today)))
            .OrderBy(item => item.DueAt(work.Today)).ThenBy(item => item.IssuedOn).ThenBy(item => item.Number, StringComparer.Ordinal)
            .Take(Needs.ListedItemsMax).ToList();
        return new MessageFacts
        {
            Template = letter.Template,
            Tone = message.Channel == Channel.Sms ? MessageFacts.OfTexts : letter.Tone,
            Language = account.Language ?? "en",
            To = to,
            Name = PartyAddresses.OpenPersonal(work.Context.Vault, work.State.Id, account)?.Name,
            Account = account.Account,
            Portfolio = work.Context.Workspace.Portfolio(message.Portfolio) ?? new PortfolioDetails(message.Portfolio),
            Today = work.Today,
            Items = listed.ConvertAll(item => new MessageItem(item.Number, item.IssuedOn, item.DueAt(work.Today),
                new Money(item.Amount, Currency.Of(item.Currency)),
                new Money(item.BalanceOn(work.Today), Currency.Of(item.Currency)), Ageing.DaysPastDue(item.DueAt(work.Today), work.Today))),
            MoreItems = Math.Max(0, meant.Sum(e => e.Items) - listed.Count),
            Totals = [.. meant.GroupBy(e => e.Currency).OrderBy(g => g.Key,
                StringComparer.Ordinal).Select(g => new Money(g.Sum(e => e.Minor), Currency.Of(g.Key)))],
            Unapplied = [.. work.State.Unapplied.Where(u => accounts.Contains(u.Account) && u.Minor != 0).GroupBy(u => u.Currency).OrderBy(g => g.Key,
                StringComparer.Ordinal).Select(g => new Money(g.Sum(u => u.Minor), Currency.Of(g.Key)))],
        };
    }
}

/// <summary>How a message's text is written before it is sealed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MessageText))]
public sealed partial class MessageJson : JsonSerializerContext;
