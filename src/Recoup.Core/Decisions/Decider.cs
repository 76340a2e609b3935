using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Core.Decisions;

/// <summary>
/// What to do today about one party in one portfolio. The ladder of <see cref="Decide"/> is the precedence; each
/// decision says which rung it stands on, what else was considered and when the party must be looked at again.
/// </summary>
public sealed partial class Decider
{
    private readonly PartyState state;
    private readonly Facts facts;
    private readonly Context context;
    private readonly Strategy strategy;
    private readonly TreatmentState? treatment;
    private readonly DateOnly asOf;
    private readonly bool shadow;
    private readonly int underWay;
    private readonly string intentId;
    private readonly List<Considered> considered = [];
    private DateOnly? next;

    /// <summary>The first day on which a step may be taken, as far as is known; null: none is coming.</summary>
    private DateOnly? stepOn;
    private bool asked;

    private Decider(PartyState state, Facts facts, Context context, Strategy strategy, int underWay, string intentId)
    {
        this.state = state;
        this.facts = facts;
        this.context = context;
        this.strategy = strategy;
        this.underWay = underWay;
        this.intentId = intentId;
        asOf = facts.AsOf;
        treatment = state.Treatment(facts.Portfolio);
        shadow = context.Workspace.Mode == "shadow";
    }

    /// <param name="state">Stands on the day of the review.</param>
    /// <param name="facts">Frozen of the state as it is; takes score and segment.</param>
    /// <param name="underWay">Contacts decided and not yet made, of any portfolio.</param>
    /// <param name="intentId">The id of the message or work item, should there be one.</param>
    public static DecisionRecord Decide(PartyState state, Facts facts, Context context, int underWay, string intentId)
    {
        var (score, reasons) = Score.Of(facts, context.Policy);
        facts.Score = score;
        var before = facts.Segment;
        var segment = context.Policy.SegmentOf(facts);
        facts.Segment = segment.Id;
        var decider = new Decider(state, facts, context, context.Policy.Strategy(segment.Strategy), underWay, intentId);
        var decision = decider.OneAtATime(decider.Choose());
        var move = decider.NextMoveAfter(decision);
        decider.LookAhead(decision);
        return decision with
        {
            Portfolio = facts.Portfolio,
            Policy = context.PolicyVersion,
            Rules = decider.asked ? context.RulesVersion : null,
            Segment = segment.Id,
            SegmentBefore = before == segment.Id ? null : before,
            Strategy = segment.Strategy,
            Score = score,
            Reasons = reasons.Count == 0 ? null : reasons,
            Considered = decider.considered.Count == 0 ? null : decider.considered,
            Shadow = decider.shadow,
            NextReviewOn = decider.next,
            NextMove = move?.Word is { } word && word != state.NextMoveSaid(facts.Portfolio) ? word : null,
            EffortMinutes = decider.EffortMinutes() is { } minutes && minutes != state.EffortSaid(facts.Portfolio) ? minutes : null,
        };
    }

    private DecisionRecord Choose()
    {
        if (state.Erased) return Wait("erased");
        // Where nothing is open any more too: what becomes of the word is to be seen on its day, before something else is owed.
        foreach (var promise in state.Promises) LookAgainOn(promise.From, promise.DueOn.Plus(context.Policy.PromiseGraceDays + 1));
        if (facts.OpenItems == 0) return Wait("nothing-open");
        LookAgainOn(asOf.Plus(context.Policy.ReviewEveryDays));
        // Each account's holds by themselves: the first that ends lets its items go on.
        foreach (var hold in state.Holds) LookAgainOn(hold.From, hold.To.Plus(1));
        foreach (var dispute in state.Disputes) LookAgainOn(dispute.From, dispute.ClosedOn ?? dispute.From);
        // What is overdue from a day on counts in the facts from then on, whether its step has come or not.
        foreach (var e in state.Exposures) LookAgainOn(e.DueOn.Plus(1));
        if (facts.PromisedUntil is { } until)
        {
            LookAgainOn(until);
            stepOn = until;
            return Wait("promise-open");
        }
        if (facts.DunnableItems > 0 && facts.ToChaseMinor > 0 && !facts.IsBelowMinimum) return Dun();
        AwaitComing();
        if (facts.DunnableItems > 0 && facts.ToChaseMinor <= 0) return Wait("covered-by-unapplied-cash");
        // What is held, disputed or too little waits; the rest goes on, so what falls due is still reminded of.
        var reminder = Remind();
        if (reminder.Rule != "not-due" || facts.OverdueItems == 0) return reminder;
        if (facts.DunnableItems > 0) return Wait("below-minimum");
        if (facts.Held) return Wait("hold");
        return facts.WhyQuiet is { } why ? Wait(why) : reminder;
    }

    /// <summary>A step whose like is still under way waits for it.</summary>
    private DecisionRecord OneAtATime(DecisionRecord decision)
    {
        // One call task at a time: a second would ask for what the first still asks for.
        if (decision.Action is Act.Work asked
            && state.Pending.Exists(p => p.Kind == "work" && p.Portfolio == facts.Portfolio && state.WorkItems[p.Id].Kind == asked.Kind))
            return Await(decision, "work-under-way");
        // One letter at a time: a step is over when its letter has left, and two would arrive together.
        if (decision.Action != Act.Message || !state.Pending.Exists(p => p.Kind == "message" && p.Portfolio == facts.Portfolio)) return decision;
        LookAgainOn(asOf.Plus(1));
        return Await(decision, "message-under-way");
    }

    private static DecisionRecord Await(DecisionRecord decision, string rule) => decision with
    {
        Action = Act.Wait,
        Rule = rule,
        Intent = null,
        Channel = null,
        Template = null,
        Tone = null,
        TemplateEdition = null,
        NotBefore = null,
        Verdict = null,
        GateRule = null,
        Clearance = null,
        Skipped = null,
        RemindedThrough = null,
        KeepsDay = false,
        After = null,
        ByCalendar = false,
    };

    // --- after the due date ---

    private DecisionRecord Dun()
    {
        AwaitComing();
        var ladder = Ladder.Of(facts, Forgotten ? null : treatment, strategy, Began);
        var steps = strategy.DunningSteps;
        var last = LastStepIndex(ladder);
        var late = DaysLate(last, ladder);
        var due = new List<Step>();
        for (var i = last + 1; i < steps.Count && DayOf(steps[i], late, last, ladder) is { } day && day <= ladder.DayOn(asOf); i++)
        {
            if (steps[i].When is not { } when || when.IsTrue(facts)) due.Add(steps[i]);
            else considered.Add(new Considered(steps[i].Id, facts.HasWorth || !when.Names.Overlaps(Facts.Amounts) ? $"not where {when.Text}" : NotListed));
        }
        // Not the next one: its day may have passed with its condition unmet.
        Step? awaited = null;
        for (var i = last + 1; i < steps.Count && awaited is null; i++)
            if (DayOf(steps[i], late, last, ladder) is not { } day)
            {
                awaited = steps[i];
                considered.Add(new Considered(awaited.Id, $"step {awaited.After!.Step} is still under way"));
            }
            else if (day > ladder.DayOn(asOf))
            {
                awaited = steps[i];
                LookAgainOn(ladder.DateOf(day));
            }
        ExpectStep(steps, last + 1, s => DayOf(s, late, last, ladder) is { } day ? ladder.DateOf(day) : null);
        if (due.Count == 0) return Placed(Counted(Wait(last + 1 >= steps.Count ? "last-step-taken" : "step-not-due"), awaited), ladder);

        // The latest at once: but a step is skipped only where its day passed without a review. Where its time came
        // otherwise (a dispute ended, an older item came back) each step is still taken in its turn.
        var skipped = new List<string>();
        // What was overdue before it entered begins with the entry step and not before it.
        while (last < 0 && due.Count > 1 && ladder.BeginsAt(strategy.EntryStep) && due[0].At < strategy.EntryStep.At) Skip();
        while (context.Policy.MissedSteps == MissedSteps.Latest && due.Count > 1 && !(last < 0 && due[1].Action.IsLastWord)
            && !due.Exists(s => s.After?.Step == due[0].Id)
            && ladder.DateOf(due[0].After is null ? due[0].At : DayOf(due[0], late, last, ladder)!.Value) > (state.ReviewedOn ?? DateOnly.MinValue)) Skip();
        // The ones after it are due already and have their turn as soon as steps may follow one another.
        if (due.Count > 1) LookAgainOn(asOf.Plus(Math.Max(1, strategy.DaysBetweenSteps)));
        var decision = Placed(Counted(Take(due, isFirstWord: last < 0), null), ladder) with { Skipped = skipped.Count == 0 ? null : skipped };
        var acted = decision.Action == Act.FindContact ? due[0].Id : decision.Step;
        if (acted is null || steps.FirstOrDefault(s => s.Id == acted) is not { } step) return decision;
        var byCalendar = (ladder.EnteredBy is null || last >= 0)
            && (CameByCalendar(ladder.DateOf(DayOf(step, late, last, ladder) ?? step.At + late)) || FellDueSince(step));
        return decision with { ByCalendar = byCalendar };

        void Skip()
        {
            skipped.Add(due[0].Id);
            due.RemoveAt(0);
        }
    }

    private static DecisionRecord Placed(DecisionRecord decision, Ladder ladder) => decision with
    {
        AnchorOn = ladder.CountedFrom,
        PausedDays = ladder.PausedDays == 0 ? null : ladder.PausedDays,
        EnteredOn = ladder.EnteredOn,
        EnteredBy = ladder.EnteredBy,
        EntryAt = ladder.EnteredOn is null ? null : ladder.EntryAt,
    };

    /// <summary>The first of the due steps that the gate does not forbid: one that can never be taken must not hold up the next.</summary>
    /// <param name="isFirstWord">The customer heard nothing of this ladder yet.</param>
    private DecisionRecord Take(List<Step> due, bool isFirstWord)
    {
        if (EarliestNext() is { } earliest && earliest > asOf) return Postpone(due[0], earliest, "days-between-steps");
        if (NotABusinessDay() is { } businessDay) return Postpone(due[0], businessDay, "business-days-only");
        DecisionRecord? blocked = null;
        foreach (var step in due)
        {
            // Who was never reached does not know what is asked of them: the first word is never the last.
            if (step.Action.IsLastWord && isFirstWord && blocked is not null && treatment?.HeardOn is null)
            {
                considered.Add(new Considered(step.Id, "nobody reached the customer yet"));
                continue;
            }
            var decision = TakeStep(step);
            if (decision.Verdict != "blocked") return decision;
            blocked ??= decision;
        }
        return blocked!.GateRule == ContactGate.NoCommonHour ? FindPlace() : IsOutOfReach() ? FindContact(blocked) : blocked;
    }

    /// <summary>
    /// The first day on which a step may follow the last that the customer heard, also of another ladder before two parties became
    /// one; null: none was.
    /// </summary>
    private DateOnly? EarliestNext()
    {
        var afterLast = treatment?.LastStepOn is { } lastOn && !Forgotten ? lastOn.Plus(strategy.DaysBetweenSteps) : (DateOnly?)null;
        var afterHeard = treatment?.HeardOn is { } heardOn ? heardOn.Plus(Math.Max(1, strategy.DaysBetweenSteps)) : (DateOnly?)null;
        return afterHeard > afterLast || afterLast is null ? afterHeard : afterLast;
    }

    /// <summary>What was decided in shadow nobody saw: once live, the ladder begins anew.</summary>
    private bool Forgotten => treatment is { LastInShadow: true } && !shadow;

    /// <summary>The place of the last step taken, or -1 where the ladder begins: the oldest part was paid, or this one came back unheard.</summary>
    private int LastStepIndex(Ladder ladder)
    {
        if (treatment?.LastStep is not { } last || Forgotten || !ladder.Continues || WasNothingSaid(last)) return -1;
        for (var i = 0; i < strategy.DunningSteps.Count; i++)
            if (strategy.DunningSteps[i].Id == last) return i;
        // The strategy is another than the one that took it: go on at the day reached, not from the start.
        var index = -1;
        while (index + 1 < strategy.DunningSteps.Count && strategy.DunningSteps[index + 1].At <= ladder.DaysAtLastStep) index++;
        return index;
    }

    /// <summary>
    /// The last step is another strategy's and was a person's work that nobody did, and no step before it told the customer of what is
    /// overdue: so this strategy's steps, also one that bears the same name, are still to be said. A step that writes here is the same there.
    /// </summary>
    private bool WasNothingSaid(string last)
    {
        if (treatment!.LastStrategy is not { } taken || taken == strategy.Id) return false;
        if (strategy.DunningSteps.Any(s => s.Id == last && s.Action.IsWord)) return false;
        if (treatment.LastWord is not { InShadow: false } word) return true;
        // Of a debt that was paid since it says nothing of this one.
        var told = new TreatmentState { LastStep = word.Step, LastStepOn = word.On, LastAnchorOn = word.AnchorOn, LastEntryAt = word.EntryAt };
        return !Ladder.Of(facts, told, strategy, Began).Continues;
    }

    /// <summary>The first day on which Recoup could act.</summary>
    private DateOnly Began
    {
        get
        {
            var firstRun = context.Workspace.FirstRunOnOf(facts.Portfolio) ?? asOf;
            return shadow ? firstRun : context.Workspace.LiveSinceOf(facts.Portfolio) ?? firstRun;
        }
    }

    /// <summary>
    /// By so many days the last step was late. Taken in turn, the others follow it no sooner than the strategy has them
    /// follow one another, so that who was asked late has as long to answer. A weekend makes no step late.
    /// </summary>
    private int DaysLate(int last, Ladder ladder)
    {
        if (last < 0 || context.Policy.MissedSteps != MissedSteps.InTurn || strategy.DunningSteps[last].Id != treatment!.LastStep) return 0;
        var late = ladder.DaysAtLastStep - strategy.DunningSteps[last].At;
        var lastOn = treatment.LastStepOn!.Value;
        if (late <= 0) return 0;
        var isWeekend = context.Policy.BusinessDaysOnly && context.Workspace.Calendar(facts.Portfolio).NextBusinessDay(lastOn.Plus(-late)) >= lastOn;
        return isWeekend ? 0 : late;
    }

    /// <summary>A step's day came since the last whole run, and not longer than a week ago: the calendar says that it is due, and nothing else does.</summary>
    private bool CameByCalendar(DateOnly day)
    {
        if (context.Policy.BusinessDaysOnly) day = context.Workspace.Calendar(facts.Portfolio).NextBusinessDay(day);
        return day > LastLookOn && day <= asOf;
    }

    /// <summary>The day of the last whole run, or a week ago where it was longer ago.</summary>
    private DateOnly LastLookOn =>
        context.Workspace.WholeRunBefore(asOf) is { } before && before > asOf.Plus(-CalendarDaysMax) ? before : asOf.Plus(-CalendarDaysMax);

    /// <summary>
    /// A step whose day came before is due only since items fell due whose due days were known before they came: with all that is recorded by
    /// now it would not have been taken on the day of the last whole run, for its condition or the minimum did not hold without them.
    /// </summary>
    private bool FellDueSince(Step step)
    {
        var since = LastLookOn;
        var fell = state.Exposures.FindAll(e => !Ageing.IsOverdue(e.DueOn, since) && Ageing.IsOverdue(e.DueOn, asOf));
        if (fell.Count == 0 || fell.Exists(e => e.EnteredOn is not null)) return false;
        var then = Facts.AsOn(state, facts.Portfolio, since, context.Policy, context.Workspace.TimeZone(facts.Portfolio));
        (then.Score, then.Segment) = (facts.Score, facts.Segment);
        return then.DunnableItems == 0 || then.ToChaseMinor <= 0 || then.IsBelowMinimum || step.When?.IsTrue(then) == false;
    }

    /// <summary>Longer than a week without a run is no weekend: what is due then is looked at by somebody before it goes out.</summary>
    private const int CalendarDaysMax = 8;

    // --- before the due date ---

    private DecisionRecord Remind()
    {
        if (strategy.PreDueStep is not { } step) return Wait("not-due");
        var coming = facts.Coming.Where(e => e.DueOn > RemindedThrough && e.DueOn.Plus(step.At) <= asOf).ToList();
        if (coming.Count == 0) return Wait("not-due");
        if (step.When is { } when && !when.IsTrue(facts))
        {
            considered.Add(new Considered(step.Id, $"not where {when.Text}"));
            return Wait("not-due");
        }
        var sum = coming.Where(e => e.Currency == facts.Currency.Code).Sum(e => e.Minor);
        if (sum > 0 && sum <= facts.UnappliedMinor) return Wait("covered-by-unapplied-cash");
        if (facts.AreBelowMinimum(coming)) return Wait("below-minimum");
        if (NotABusinessDay() is { } businessDay) return Postpone(step, businessDay, "business-days-only");
        var decision = TakeStep(step);
        return decision.Action == Act.Wait ? decision
            : decision with { RemindedThrough = coming.Max(e => e.DueOn), ByCalendar = coming.TrueForAll(e => CameByCalendar(e.DueOn.Plus(step.At))) };
    }

    private DateOnly RemindedThrough => treatment is { RemindedThrough: { } through } && (shadow || !treatment.RemindedInShadow) ? through : DateOnly.MinValue;

    private void AwaitComing()
    {
        var first = strategy.DunningSteps[0].At;
        foreach (var e in facts.Coming)
        {
            LookAgainOn(e.DueOn.Plus(first));
            if (strategy.PreDueStep is { } step && e.DueOn > RemindedThrough) LookAgainOn(e.DueOn.Plus(step.At));
        }
        foreach (var e in facts.Dunnable) LookAgainOn(e.DueOn.Plus(first));
    }

    // --- acting ---

    private DecisionRecord TakeStep(Step step)
    {
        if (step.Action is Act.Work work)
            return !facts.HasWorth ? Unlisted(step) : work.IsContact ? Task(step) : Plain(step, work, step.Id) with { Intent = intentId };
        Invariant.Holds(step.Action is Act.Writing, $"there is a way to do what step {step.Id} asks for");
        DecisionRecord? postponed = null;
        foreach (var channel in step.Channels)
        {
            if (channel == Channel.Call)
            {
                var task = facts.HasWorth ? Task(step) : Unlisted(step);
                if (task.Action == Act.Task) return task;
                // What time mends comes before what it does not: the decision says when it is tried again.
                if (postponed is null || task.Verdict == "deferred") postponed = task;
                considered.Add(new Considered($"{step.Id} by {channel}", task.GateRule!));
                continue;
            }
            switch (Ask(channel))
            {
                case Verdict.Allowed allowed:
                    return Plain(step, Act.Message, step.Id) with
                    {
                        Intent = intentId,
                        Channel = channel,
                        Template = step.Template,
                        Tone = step.Tone,
                        TemplateEdition = context.Writer.Editions(step.Template, channel == Channel.Sms ? MessageFacts.OfTexts : step.Tone,
                            facts.Account.Language ?? "en", document: false)?.Template,
                        Verdict = "allowed",
                        GateRule = allowed.Rule,
                        NotBefore = allowed.NotBefore,
                        Clearance = allowed.Clearance.Id,
                    };
                case Verdict.Deferred deferred:
                    considered.Add(new Considered($"{step.Id} by {channel}", deferred.Rule));
                    return Deferred(step, deferred);
                case Verdict.Blocked blocked:
                    considered.Add(new Considered($"{step.Id} by {channel}", blocked.Rule));
                    postponed ??= Blocked(step, blocked);
                    break;
            }
        }
        return postponed!;
    }

    private DecisionRecord Task(Step step) => CalledBack(step) ?? Ask(Channel.Call) switch
    {
        Verdict.Allowed or Verdict.Deferred when LacksNumber() is { } rule => Blocked(step, new Verdict.Blocked(rule)),
        Verdict.Allowed allowed => Plain(step, Act.Task, step.Id) with
        {
            Intent = intentId,
            Channel = Channel.Call,
            Verdict = "allowed",
            GateRule = allowed.Rule,
            NotBefore = allowed.NotBefore,
            Clearance = allowed.Clearance.Id,
        },
        Verdict.Deferred deferred => Deferred(step, deferred),
        Verdict.Blocked blocked => Blocked(step, blocked),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What was agreed with the customer is the call; another comes after its day at the earliest. Null: nothing was.</summary>
    private DecisionRecord? CalledBack(Step step)
    {
        if (state.CalledBackOn(asOf) is not { } last) return null;
        LookAgainOn(last.Plus(1));
        return Wait(DecisionRecord.CallbackAgreed) with { Verdict = "deferred", GateRule = DecisionRecord.CallbackAgreed, Step = step.Id };
    }

    private Verdict Ask(string channel)
    {
        asked = true;
        var to = PartyAddresses.AddresseeOf(state, facts.Account, channel);
        var request = Request(state, context, to, facts.Portfolio, channel, TokenOf(to, channel), asOf, facts.SpeakerHeld, underWay);
        return ContactGate.Clear(context.Rules, request with { DayBegins = context.DayBegins(facts.Portfolio, asOf), Party = facts.Account.Kind });
    }

    /// <summary>What the gate is asked, at decision and at release alike.</summary>
    /// <param name="account">Whose address it would go to.</param>
    public static ContactRequest Request(
        PartyState state, Context context, AccountDetails account, string portfolio, string channel, string? token, DateOnly today, bool held, int underWay)
    {
        return new ContactRequest
        {
            Channel = channel,
            AddressToken = token,
            OtherTokens = token is null ? [] : PartyAddresses.OtherTokens(context.Vault, state, account, channel),
            At = context.Now,
            Today = today,
            TimeZones = Places(state, context, account, portfolio, channel),
            Countries = [.. state.Accounts.Select(a => a.Country).OfType<string>().Distinct(StringComparer.Ordinal)],
            // Of dunning: documents are owed on any day.
            BusinessDays = context.Policy.BusinessDaysOnly ? new BusinessDays(context.Workspace.Calendar(portfolio),
                context.Workspace.TimeZone(portfolio)) : null,
            Contact = state.Contact,
            UnderWay = underWay,
            Erased = state.Erased,
            Held = held,
            Party = account.Kind,
            Collector = context.Workspace.Portfolio(portfolio)?.Party ?? "first",
        };
    }

    /// <summary>
    /// Where the customer may be: each account's zone, else all zones of its country, and for a call or a text those of the
    /// number. Where nothing says, the portfolio's.
    /// </summary>
    private static List<string> Places(PartyState state, Context context, AccountDetails account, string portfolio, string channel)
    {
        var zones = new List<string>(1);
        foreach (var a in state.Accounts)
            if (a.TimeZone is { } zone) Add([zone]);
            else if (a.Country is { } country) Add(CustomerZones.OfCountry(country));
        if (channel is Channel.Call or Channel.Sms && PartyAddresses.Given(context.Vault, state, account, channel) is { } number)
            Add(CustomerZones.OfNumber(number, account.Country));
        if (zones.Count == 0) zones.Add(context.Workspace.TimeZone(portfolio));
        return zones;

        void Add(IReadOnlyList<string> more)
        {
            foreach (var zone in more)
                if (!zones.Contains(zone)) zones.Add(zone);
        }
    }

    private DateOnly? NotABusinessDay()
    {
        if (!context.Policy.BusinessDaysOnly) return null;
        var next = context.Workspace.Calendar(facts.Portfolio).NextBusinessDay(asOf);
        return next == asOf ? null : next;
    }

    private DecisionRecord Postpone(Step step, DateOnly until, string rule)
    {
        considered.Add(new Considered(step.Id, rule));
        LookAgainOn(until);
        stepOn = until;
        return Wait(rule);
    }

    private DecisionRecord Deferred(Step step, Verdict.Deferred deferred)
    {
        LookAgainOn(deferred.Until);
        stepOn = deferred.Until;
        return Wait("gate-deferred") with { Verdict = "deferred", GateRule = deferred.Rule, Step = step.Id };
    }

    private DecisionRecord Blocked(Step step, Verdict.Blocked blocked) =>
        Wait("gate-blocked") with { Verdict = "blocked", GateRule = blocked.Rule, Step = step.Id };

    /// <summary>Nobody can tell whether it is worth a person's time: letters go on, calls and agencies wait until the currency is listed.</summary>
    private DecisionRecord Unlisted(Step step)
    {
        considered.Add(new Considered(step.Id, NotListed));
        return Wait("currency-not-listed") with { Verdict = "blocked", GateRule = "currency-not-listed", Step = step.Id };
    }

    private string NotListed => $"the policy does not say what {facts.Currency} is worth";

    private DecisionRecord Wait(string rule) => Plain(null, Act.Wait, rule);

    private DecisionRecord Plain(Step? step, Act action, string rule) => new()
    {
        Portfolio = facts.Portfolio, Policy = 0, Segment = "", Strategy = "", Action = action, Rule = rule, Step = step?.Id, Score = 0,
        Facts = facts.Record,
    };

    /// <summary>Of all such days the first counts: it is when anything could be decided otherwise by the passing of time alone.</summary>
    private void LookAgainOn(DateOnly day)
    {
        if (day > asOf && (next is not { } known || day < known)) next = day;
    }

    private void LookAgainOn(DateOnly one, DateOnly other)
    {
        LookAgainOn(one);
        LookAgainOn(other);
    }

    // --- what time alone changes ---

    /// <summary>
    /// Conditions may name what grows older by itself: days past due, days since the last step, contacts of the last
    /// seven days. The first day on which the segment is another, or on which a step's condition holds that did not,
    /// is a day to look again.
    /// </summary>
    private void LookAhead(DecisionRecord decision)
    {
        foreach (var awaited in state.Awaited) LookAgainOn(awaited.On);
        foreach (var unapplied in state.Unapplied)
            foreach (var later in unapplied.Later ?? []) LookAgainOn(later.On);
        foreach (var cash in state.CashToCome) LookAgainOn(cash.On);
        foreach (var slice in state.Slices)
            foreach (var day in slice?.Days ?? []) LookAgainOn(day);
        foreach (var consent in state.Contact.OptOuts)
            if (consent.Until is { } until) LookAgainOn(until);
        if (facts.OpenItems == 0 || !context.Policy.WatchesTime) return;

        // A message that leaves is a contact from then on; nobody knows yet when it leaves.
        var leaving = underWay > 0 || decision.Action == Act.Message;
        if (leaving && context.Policy.WatchesContacts) LookAgainOn(asOf.Plus(1));
        var stepped = decision.Action.TakesStep && decision.RemindedThrough is null;
        var lastStepOn = stepped ? asOf : treatment?.LastStepOn;
        if (next is not { } last) return;
        var policy = context.Policy;
        // What time does not change is asked once, not for each day.
        var fixedScore = Score.Sum(facts, policy, null, watchingTime: false);
        var then = facts with { };
        Span<bool> could = stackalloc bool[strategy.Steps.Count];
        Possible(facts, could, out _);
        for (var day = asOf.Plus(1); day < last; day = day.Plus(1))
        {
            then.MoveTo(day, lastStepOn, state.Contact.OutboundWithin(day, 7, context.Workspace.TimeZone(facts.Portfolio)));
            var score = Score.InRange(fixedScore + Score.Sum(then, policy, null, watchingTime: true));
            var same = score == then.Score;
            then.Score = score;
            if (!same || policy.SegmentsWatchTime) then.Segment = policy.SegmentOf(then).Id;
            var more = false;
            if (!same || strategy.WatchesTime || then.Segment != facts.Segment) Possible(then, could, out more);
            if (!more && then.Segment == facts.Segment) continue;
            LookAgainOn(day);
            return;
        }
    }

    /// <summary>The steps whose condition holds; more: one of them did not before.</summary>
    private void Possible(Facts then, Span<bool> could, out bool more)
    {
        more = false;
        for (var i = 0; i < strategy.Steps.Count; i++)
        {
            if (strategy.Steps[i].When is not { } when) continue;
            var can = when.IsTrue(then);
            more |= can && !could[i];
            could[i] = can;
        }
    }
}
