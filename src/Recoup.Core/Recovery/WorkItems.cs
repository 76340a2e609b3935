using System.Text.Json.Serialization;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using static Recoup.Core.Inputs.Fields;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

namespace Recoup.Core.Recovery;

/// <summary>What people tell of the work they were given.</summary>
public abstract record WorkItemInput : Input.OfAccount
{
    private WorkItemInput() { }

    /// <summary>A person did what a work item asked.</summary>
    public sealed record Done : WorkItemInput, INeedsRows
    {
        public required string WorkItem { get; init; }
        public required string Disposition { get; init; }

        void INeedsRows.Need(PartyState state, RowsNeeded needed) => needed.Row(WorkItemChapter.Rows, WorkItem);
    }
}

/// <summary>What happened to the work that people were given. That it was given stands in the decision, unless a customer gave it by writing.</summary>
public abstract record WorkItemEvent : Event
{
    private WorkItemEvent() { }

    /// <summary>A customer wrote, and somebody has to answer. What is at stake is in minor units of the currency.</summary>
    public sealed record ReplyWanted(string WorkItem, string Portfolio, long Minor, string Currency) : WorkItemEvent;

    /// <summary>A person did what the work item asked; the disposition is in their words.</summary>
    public sealed record Closed(string WorkItem, string Disposition, string? By) : WorkItemEvent
    {
        /// <summary>A call that told the customer nothing: nobody answered, or it was somebody else. False in journals from before it was kept.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Unheard { get; init; }

        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Disposition = change(Disposition) };
    }

    /// <summary>What is at stake of an open work item, or how likely it is to come, is another by now: its place in the worklist follows.</summary>
    public sealed record Revalued(string WorkItem, long Minor, string Currency, int Score) : WorkItemEvent;
}

/// <summary>What a person should do next for a party.</summary>
public sealed class WorkItemState : IFormed<WorkItemState>
{
    public string Id { get; set; } = "";
    public string Kind { get; set; } = "";
    public string Portfolio { get; set; } = "";
    public string Account { get; set; } = "";
    public string Rule { get; set; } = "";
    public string Owner { get; set; } = "";
    public DateOnly CreatedOn { get; set; }
    public DateOnly DueOn { get; set; }

    /// <summary>
    /// What is at stake, minor units of <see cref="Currency"/>: what is overdue and neither disputed nor in a payment plan, by all that was
    /// told, and by the due days that the party was looked at after.
    /// </summary>
    public long Minor { get; set; }
    public string Currency { get; set; } = "";

    /// <summary>The score as of then: 0 to 100, higher is likelier to pay.</summary>
    public int Score { get; set; }
    public bool Open { get; set; } = true;
    public string? Disposition { get; set; }

    /// <summary>Where the treatment stood before this step: there it stands again should nobody do what it asks.</summary>
    public StepTaken? StepBefore { get; set; }

    /// <summary>The last word that the customer had before this step, where <see cref="StepBefore"/> was none; null: it was, or they had none.</summary>
    public StepTaken? WordBefore { get; set; }

    /// <summary>
    /// Expected value of acting, in major units: what is at stake times the chance that it moves. The chance is
    /// lowest for those who pay anyway and those who never will, so it peaks in the middle of the score.
    /// </summary>
    public static decimal Priority(decimal majorAtStake, int score) => Math.Round(majorAtStake * (1m - Math.Abs(score - 50) / 100m), 2);

    public static WorkItemState Blank => new();

    public static WorkItemState Form<TForm>(ref TForm f, WorkItemState v) where TForm : IForm, allows ref struct
    {
        v.Id = f.Text("id", v.Id);
        v.Kind = f.Word("kind", v.Kind);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Account = f.Word("account", v.Account);
        v.Rule = f.Word("rule", v.Rule);
        v.Owner = f.Word("owner", v.Owner);
        v.CreatedOn = f.Day("created_on", v.CreatedOn);
        v.DueOn = f.Day("due_on", v.DueOn);
        v.Minor = f.Long("minor", v.Minor);
        v.Currency = f.Word("currency", v.Currency);
        v.Score = f.Int("score", v.Score);
        v.Open = f.Flag("open", v.Open);
        v.Disposition = f.TextOrNull("disposition", v.Disposition);
        v.StepBefore = f.OneOrNull("step_before", v.StepBefore);
        v.WordBefore = f.OneOrNull("word_before", v.WordBefore);
        return v;
    }
}

/// <summary>Work items: what people should do next.</summary>
public static class WorkItemChapter
{
    public static readonly RowKind<string, WorkItemState> Rows = new("work", RowKeys.Text("id"), static w => w.Id,
        RowColumn<WorkItemState>.Integer("open", static w => w.Open ? 1 : 0),
        RowColumn<WorkItemState>.Text("owner", static w => w.Owner),
        // In hundredths.
        RowColumn<WorkItemState>.Real("priority",
            static w => (long)(WorkItemState.Priority(Money.ToMajor(w.Minor, Currency.Of(w.Currency)), w.Score) * 100)))
    {
        Mark = (byte)'W', IsFoundAlone = true,
        Indexes = [new("best", "priority DESC, id", "open = 1"), new("owner", "owner, priority DESC, id", "open = 1")],
    };

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("work_item_done", "a person did what a work item asked", true,
        [Need("work_item", FieldType.Text, "its id"), Need("disposition", FieldType.Text, "what came of it") with { LengthMax = 100 }],
        d => new WorkItemInput.Done { Key = "", Account = d.Need("account"), WorkItem = d.Need("work_item"), Disposition = d.Need("disposition") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("work_item_closed", WorkItemJson.Default.Closed), new("work_item_reply_wanted", WorkItemJson.Default.ReplyWanted),
        new("work_item_revalued", WorkItemJson.Default.Revalued),
    ];

    /// <summary>The kind of a work item that asks to call a customer.</summary>
    public const string Call = "call";

    /// <summary>The kind of a work item that asks to answer a customer, and of what is pending for it.</summary>
    public const string Reply = "reply";

    extension(PartyState party)
    {
        /// <summary>Those that are loaded.</summary>
        public Rows<string, WorkItemState> WorkItems => (Rows<string, WorkItemState>)party.Of(Rows);
    }

    internal static Refused? Handle(Handling work, WorkItemInput input) => input switch
    {
        WorkItemInput.Done i => Finish(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a work item"),
    };

    private static Refused? Finish(Handling work, WorkItemInput.Done i)
    {
        if (work.State.Callbacks.Any(c => c.Callback == i.WorkItem))
            return new Refused(Refusal.UnknownWorkItem,
                $"{i.WorkItem} is a callback: a contact that is an outbound call does it, and callback_cancelled ends it");
        if (!work.State.WorkItems.TryGetValue(i.WorkItem, out var item) || item.Account != i.Account || !item.Open)
            return new Refused(Refusal.UnknownWorkItem, $"account {i.Account} has no open work item {i.WorkItem}; `recoup worklist` lists them");
        work.Emit(new WorkItemEvent.Closed(i.WorkItem, i.Disposition, i.Actor)
        {
            Unheard = ContactChapter.IsUnheard(i.Disposition.ToLowerInvariant().Replace(' ', '_')),
        });
        return null;
    }

    internal static void Fold(PartyState state, Envelope e, WorkItemEvent happened)
    {
        switch (happened)
        {
            case WorkItemEvent.ReplyWanted wanted: Open(state, e, wanted); break;
            case WorkItemEvent.Closed closed: Close(state, e, closed); break;
            case WorkItemEvent.Revalued valued:
                var item = state.WorkItems[valued.WorkItem];
                (item.Minor, item.Currency, item.Score) = (valued.Minor, valued.Currency, valued.Score);
                state.WorkItems.Changed.Add(valued.WorkItem);
                break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a work item");
        }
        state.Touch(e);
    }

    /// <summary>A customer wrote: what is at stake is what the account has open, in the currency of most of its items.</summary>
    internal static void WantReply(Handling work, string workItem, string account)
    {
        var open = work.State.Exposures.Where(x => x.Account == account).GroupBy(x => x.Currency).MaxBy(g => g.Sum(x => x.Items));
        work.Emit(new WorkItemEvent.ReplyWanted(workItem, work.State.Account(account)!.Portfolio, open?.Sum(x => x.Minor) ?? 0, open?.Key ?? "EUR"));
    }

    private static void Open(PartyState state, Envelope e, WorkItemEvent.ReplyWanted wanted)
    {
        state.WorkItems[wanted.WorkItem] = new WorkItemState
        {
            Id = wanted.WorkItem, Kind = Reply, Portfolio = wanted.Portfolio, Account = e.Account, Rule = Reply, Owner = NextMove.Agent.Word,
            CreatedOn = e.EffectiveOn, DueOn = e.EffectiveOn, Minor = wanted.Minor, Currency = wanted.Currency,
            // Nobody knows what it says, so all of that counts.
            Score = 50,
        };
        state.WorkItems.Changed.Add(wanted.WorkItem);
        state.Pending.Add(new Pending(wanted.WorkItem, wanted.Portfolio, Reply));
    }

    private static void Close(PartyState state, Envelope e, WorkItemEvent.Closed closed)
    {
        var item = state.WorkItems[closed.WorkItem];
        // Nobody closed it: it lost its reason, such as by a payment, and may have it again.
        if (closed.By is null && !WasBegun(state, item))
            state.Treatment(item.Portfolio)?.TakeBack(item.Rule, item.CreatedOn, item.StepBefore, item.WordBefore);
        // Somebody called, and was heard.
        else if (item.Kind == Call && !closed.Unheard && state.Treatment(item.Portfolio) is { StepTaken: { } last } treatment && last.Step == item.Rule
            && last.On == item.CreatedOn) treatment.NoteWord();
        state.Treatment(item.Portfolio)?.NoteHeard(item.Rule, item.CreatedOn, e.EffectiveOn);
        item.Open = false;
        item.Disposition = closed.Disposition;
        state.WorkItems.Changed.Add(closed.WorkItem);
        state.Pending.RemoveAll(p => p.Id == closed.WorkItem);
    }

    /// <summary>Somebody called since, whatever came of it.</summary>
    private static bool WasBegun(PartyState state, WorkItemState item) => state.Contact.Recent.Exists(
        r => r is { Outbound: true, Channel: Channel.Call } && DateOnly.FromDateTime(r.At.UtcDateTime) >= item.CreatedOn);
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(WorkItemEvent.ReplyWanted))]
[JsonSerializable(typeof(WorkItemEvent.Closed))]
[JsonSerializable(typeof(WorkItemEvent.Revalued))]
internal sealed partial class WorkItemJson : JsonSerializerContext;
