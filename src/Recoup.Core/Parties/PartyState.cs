using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>An event of a party with the columns beside it, as the journal has them.</summary>
public readonly record struct HistoryEvent(Envelope Envelope, Event Event)
{
    /// <summary>Of a <see cref="PartyEvent.Joined"/>: every event of the party that joined, oldest first, to the one by which it left. Null else.</summary>
    public IReadOnlyList<HistoryEvent>? Joined { get; init; }

    /// <summary>The events with those of parties that joined in their place: for each account, all of it in the order in which it was recorded.</summary>
    public static IEnumerable<HistoryEvent> InOrder(IEnumerable<HistoryEvent> history)
    {
        foreach (var h in history)
        {
            if (h.Joined is not null)
                foreach (var before in InOrder(h.Joined)) yield return before;
            yield return h;
        }
    }

    /// <summary>With each event changed, of parties that joined too.</summary>
    /// <param name="change">Is given whose event it is.</param>
    public HistoryEvent With(string party, Func<string, Event, Event> change) => this with
    {
        Event = change(party, Event),
        Joined = Event is PartyEvent.Joined joined && Joined is { } before ? [.. before.Select(h => h.With(joined.Party, change))] : null,
    };
}

/// <summary>The segment of a party in a portfolio from a day on.</summary>
public sealed record SegmentFrom(DateOnly On, string Segment) : IFormed<SegmentFrom>
{
    public static SegmentFrom Blank => new(default, "");

    public static SegmentFrom Form<TForm>(ref TForm f, SegmentFrom v) where TForm : IForm, allows ref struct =>
        new(f.Day("on", v.On), f.Word("segment", v.Segment));
}

/// <summary>Where an account was until, but not on, a day: the portfolio, and the segments that the party had there.</summary>
public sealed record FormerPlace(
    string Account,
    DateOnly Until,
    string Portfolio,
    List<SegmentFrom> Segments) : IFormed<FormerPlace>
{
    public static FormerPlace Blank => new("", default, "", []);

    public static FormerPlace Form<TForm>(ref TForm f, FormerPlace v) where TForm : IForm, allows ref struct =>
        new(f.Word("account", v.Account), f.Day("until", v.Until), f.Word("portfolio", v.Portfolio), f.List("segments", v.Segments));
}

/// <summary>
/// A step, the day it was taken, the anchor from which its days were counted, the strategy that took it ("" where it is not known), and whether
/// it told the customer something.
/// </summary>
public sealed record StepTaken(string Step, DateOnly On, DateOnly? AnchorOn, bool InShadow, int EntryAt, string Strategy, bool IsWord) : IFormed<StepTaken>
{
    public static StepTaken Blank => new("", default, null, false, 0, "", false);

    public static StepTaken Form<TForm>(ref TForm f, StepTaken v) where TForm : IForm, allows ref struct =>
        new(f.Word("step", v.Step), f.Day("on", v.On), f.DayOrNull("anchor_on", v.AnchorOn), f.Flag("in_shadow", v.InShadow), f.Int("entry_at", v.EntryAt),
            f.Word("strategy", v.Strategy), f.Flag("is_word", v.IsWord));
}

/// <summary>A step that a later one counts its days from.</summary>
/// <param name="On">The day on which the customer heard it: its message left, its call was made. Null: it is under way.</param>
public sealed record StepHeard(StepTaken Taken, DateOnly? On) : IFormed<StepHeard>
{
    public static StepHeard Blank => new(StepTaken.Blank, null);

    public static StepHeard Form<TForm>(ref TForm f, StepHeard v) where TForm : IForm, allows ref struct =>
        new(f.One("taken", v.Taken), f.DayOrNull("on", v.On));
}

/// <summary>What the party underwent in one portfolio.</summary>
public sealed class TreatmentState : IFormed<TreatmentState>
{
    public string Portfolio { get; set; } = "";
    public string? Strategy { get; set; }

    /// <summary>The last step taken, the day, and the day from which its days were counted, put off by the days of rest until then.</summary>
    public string? LastStep { get; set; }
    public DateOnly? LastStepOn { get; set; }
    public DateOnly? LastAnchorOn { get; set; }

    /// <summary>The day of the entry step by which those days were counted; 0: it had fallen due.</summary>
    public int LastEntryAt { get; set; }

    /// <summary>The last step was decided in shadow: nobody saw it.</summary>
    public bool LastInShadow { get; set; }

    /// <summary>The strategy that took the last step: another's may have one of the same name.</summary>
    public string? LastStrategy { get; set; }

    /// <summary>
    /// The last step that told the customer something: a message, or a call that somebody made. Null: none did. It may be of an older debt,
    /// as its days tell.
    /// </summary>
    public StepTaken? LastWord { get; set; }

    /// <summary>The last step as one; null: none was taken.</summary>
    public StepTaken? StepTaken => LastStep is { } last
        ? new StepTaken(last, LastStepOn!.Value, LastAnchorOn, LastInShadow, LastEntryAt, LastStrategy ?? "", IsWord: IsWord(last, LastStepOn!.Value)) : null;

    private bool IsWord(string step, DateOnly on) => LastWord?.Step == step && LastWord.On == on;

    /// <summary>The last step told the customer something.</summary>
    public void NoteWord() => LastWord = StepTaken is { } last ? last with { IsWord = true } : null;

    /// <summary>The steps taken that later ones count from, each as it was last taken; null: none. Never changed in place.</summary>
    public List<StepHeard>? Kept { get; private set; }

    /// <summary>A later step counts from the last step: its day is kept.</summary>
    /// <param name="heardOn">Null: once its message has left, or its call was made.</param>
    public void KeepDay(DateOnly? heardOn) =>
        Kept = [.. (Kept ?? []).Where(k => k.Taken.Step != LastStep), new StepHeard(StepTaken!, heardOn)];

    /// <summary>What a step asked for was done on that day; of a step that no other counts from nothing is kept.</summary>
    /// <param name="takenOn">The day of its decision.</param>
    public void NoteHeard(string step, DateOnly takenOn, DateOnly on)
    {
        if (Kept is not null)
            Kept = Kept.ConvertAll(k => k.On is null && k.Taken.Step == step && k.Taken.On == takenOn ? k with { On = on } : k);
    }

    /// <summary>As another's were.</summary>
    public void KeepAs(TreatmentState other) => Kept = other.Kept;

    /// <summary>
    /// The customer heard a step on that day, of a ladder that another took the place of when two parties became one; null: none.
    /// The next step keeps its distance from it too.
    /// </summary>
    public DateOnly? HeardOn { get; set; }

    /// <summary>On that day a person was last asked to find a way to reach the customer; null: nobody was.</summary>
    public DateOnly? SoughtOn { get; set; }

    public DateOnly? RemindedThrough { get; set; }
    public bool RemindedInShadow { get; set; }

    /// <summary>In order of day; before the first entry the segment is <see cref="Unsegmented"/>.</summary>
    public List<SegmentFrom> Segments { get; set; } = [];

    public const string Unsegmented = "unsegmented";

    /// <summary>The segment at the end of a day.</summary>
    public string SegmentOn(DateOnly day) => SegmentOn(Segments, day);

    public static string SegmentOn(List<SegmentFrom> segments, DateOnly day)
    {
        for (var i = segments.Count - 1; i >= 0; i--)
            if (segments[i].On <= day) return segments[i].Segment;
        return Unsegmented;
    }

    /// <summary>What was said to the customer holds in another portfolio too; its segments there are its own.</summary>
    public TreatmentState CarriedTo(string portfolio)
    {
        var carried = (TreatmentState)MemberwiseClone();
        carried.Portfolio = portfolio;
        carried.Segments = [];
        return carried;
    }

    public string Segment => Segments.Count == 0 ? Unsegmented : Segments[^1].Segment;

    /// <summary>A step that reached nobody was not taken: what it asks for must still be done before what comes after it.</summary>
    /// <param name="before">Where the treatment stood before it; null: at no step.</param>
    /// <param name="wordBefore">The last word before it, where that is an older step than <paramref name="before"/>; null: it is that, or none.</param>
    public void TakeBack(string step, DateOnly on, StepTaken? before, StepTaken? wordBefore)
    {
        if (Kept?.Exists(k => k.Taken.Step == step && k.Taken.On == on) == true)
            Kept = Kept.Count == 1 ? null : Kept.FindAll(k => k.Taken.Step != step || k.Taken.On != on);
        // Also where another step was taken since that told the customer nothing.
        if (IsWord(step, on)) LastWord = before is { IsWord: true } ? before : wordBefore;
        if (LastStep != step || LastStepOn != on) return;
        (LastStep, LastStepOn, LastAnchorOn) = (before?.Step, before?.On, before?.AnchorOn);
        (LastEntryAt, LastInShadow, LastStrategy) = (before?.EntryAt ?? 0, before?.InShadow ?? false, before?.Strategy);
    }

    public static TreatmentState Blank => new();

    public static TreatmentState Form<TForm>(ref TForm f, TreatmentState v) where TForm : IForm, allows ref struct
    {
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        f.BeginRare(14);
        v.Strategy = f.WordOrNull("strategy", v.Strategy);
        v.LastStep = f.WordOrNull("last_step", v.LastStep);
        v.LastStepOn = f.DayOrNull("last_step_on", v.LastStepOn);
        v.LastAnchorOn = f.DayOrNull("last_anchor_on", v.LastAnchorOn);
        v.LastEntryAt = f.Int("last_entry_at", v.LastEntryAt);
        v.LastInShadow = f.Flag("last_in_shadow", v.LastInShadow);
        v.LastStrategy = f.WordOrNull("last_strategy", v.LastStrategy);
        v.LastWord = f.OneOrNull("last_word", v.LastWord);
        v.HeardOn = f.DayOrNull("heard_on", v.HeardOn);
        v.SoughtOn = f.DayOrNull("sought_on", v.SoughtOn);
        v.RemindedThrough = f.DayOrNull("reminded_through", v.RemindedThrough);
        v.RemindedInShadow = f.Flag("reminded_in_shadow", v.RemindedInShadow);
        v.Segments = f.List("segments", v.Segments);
        v.Kept = f.ListOrNull("kept", v.Kept);
        f.EndRare();
        return v;
    }
}

/// <summary>How the party has paid so far: sums over its settled items.</summary>
public sealed class PaymentBehaviour : IFormed<PaymentBehaviour>
{
    public int Settled { get; set; }
    public int SettledLate { get; set; }
    public long LateDays { get; set; }
    public int PromisesKept { get; set; }
    public int PromisesBroken { get; set; }

    /// <summary>Nothing was paid yet, nor promised and due.</summary>
    public bool IsEmpty => Settled == 0 && SettledLate == 0 && LateDays == 0 && PromisesKept == 0 && PromisesBroken == 0;

    public void Add(PaymentBehaviour other)
    {
        Settled += other.Settled;
        SettledLate += other.SettledLate;
        LateDays += other.LateDays;
        PromisesKept += other.PromisesKept;
        PromisesBroken += other.PromisesBroken;
    }

    public static PaymentBehaviour Blank => new();

    public static PaymentBehaviour Form<TForm>(ref TForm f, PaymentBehaviour v) where TForm : IForm, allows ref struct
    {
        f.BeginRare(5);
        v.Settled = f.Int("settled", v.Settled);
        v.SettledLate = f.Int("settled_late", v.SettledLate);
        v.LateDays = f.Long("late_days", v.LateDays);
        v.PromisesKept = f.Int("promises_kept", v.PromisesKept);
        v.PromisesBroken = f.Int("promises_broken", v.PromisesBroken);
        f.EndRare();
        return v;
    }
}

/// <summary>
/// What a decision loads of a party: a header whose size follows accounts, due days and what is under way, and
/// the items, payments, messages and work items that the input at hand needs. Folded from events alone.
/// Mutable; owned by one batch of one transaction at a time.
/// </summary>
public sealed class PartyState : IFormed<PartyState>
{
    public string Id { get; set; } = "";
    public List<AccountDetails> Accounts { get; set; } = [];

    /// <summary>Facts effective up to this business date are in the sums below; later ones are awaited.</summary>
    public DateOnly AsOf { get; set; }

    public List<TreatmentState> Treatments { get; set; } = [];
    public PaymentBehaviour Behaviour { get; set; } = new();

    /// <summary>Open work items and messages that are not settled, by id and portfolio.</summary>
    public List<Pending> Pending { get; set; } = [];

    /// <summary>By account, what is to be sent of invoices and statements; null where nothing ever moved.</summary>
    public List<AccountDocuments>? Documents { get; set; }

    /// <summary>Where accounts were before they moved, in the order in which they did; null: none ever moved.</summary>
    public List<FormerPlace>? FormerPlaces { get; set; }

    /// <summary>The party that this one became part of; null: it stands by itself. With it nothing else is left here.</summary>
    public string? JoinedTo { get; set; }

    /// <summary>Parties that became part of this one, those that were part of them too, in the order in which they did; null: none.</summary>
    public List<string>? Joined { get; set; }

    public bool Erased { get; set; }

    /// <summary>The party must be looked at again on this day; null: not until something happens.</summary>
    public DateOnly? NextReviewOn { get; set; }

    /// <summary>The last day on which a review was decided.</summary>
    public DateOnly? ReviewedOn { get; set; }

    /// <summary>The sequence of its last event, from which its history is walked back.</summary>
    public long LastSeq { get; set; }

    private Slice?[] slices = [];

    internal Slice? SliceAt(int place) => place < slices.Length ? slices[place] : null;

    internal void PutSlice(int place, Slice slice)
    {
        if (place >= slices.Length) Array.Resize(ref slices, place + 1);
        slices[place] = slice;
    }

    /// <summary>By place; null where the party has nothing of a kind.</summary>
    internal ReadOnlySpan<Slice?> Slices => slices;

    /// <summary>Takes all slices of another state, which is left with none.</summary>
    internal void TakeSlices(PartyState from) => (slices, from.slices) = (from.slices, []);

    /// <summary>All that the other's slices have becomes part of this party's.</summary>
    internal void JoinSlices(PartyState other)
    {
        for (var place = 0; place < other.slices.Length; place++)
        {
            if (other.slices[place] is not { } theirs) continue;
            if (SliceAt(place) is { } own) own.Join(theirs); else PutSlice(place, theirs);
        }
    }

    // What the input at hand needs, loaded beside the header. Never part of it. Made when first asked for: a review of most
    // parties needs none of it, and a batch holds thousands of parties.

    private (RowKind Kind, IRows Rows)[] beside = [];

    /// <summary>The rows of a kind that are loaded.</summary>
    public IRows Of(RowKind kind)
    {
        foreach (var (known, rows) in beside)
            if (ReferenceEquals(known, kind)) return rows;
        var made = kind.NewRows();
        beside = [.. beside, (kind, made)];
        return made;
    }

    /// <summary>The rows of each kind of which some were asked for.</summary>
    public ReadOnlySpan<(RowKind Kind, IRows Rows)> AllRows() => beside;

    /// <summary>False where a party is folded from its first event on: all of it changed.</summary>
    public bool NotesChanges { get; init; } = true;

    /// <summary>Every event of the party, oldest first, for documents that are made from them; null: not loaded.</summary>
    public IReadOnlyList<HistoryEvent>? History { get; set; }

    /// <summary>All that this party had when it left into another; null: it did not, or somebody took it.</summary>
    public PartyState? Left { get; set; }

    /// <summary>The party whose joining is folded next, as it was when it left, with all that lies beside its header.</summary>
    public PartyState? Joining { get; set; }

    /// <summary>Open items are loaded up to this due day, by account and currency.</summary>
    public Dictionary<(string Account, string Currency), DateOnly> OpenLoadedThrough => field ??= [];

    public AccountDetails? Account(string account)
    {
        foreach (var a in Accounts)
            if (a.Account == account) return a;
        return null;
    }

    public TreatmentState? Treatment(string portfolio)
    {
        foreach (var treatment in Treatments)
            if (treatment.Portfolio == portfolio) return treatment;
        return null;
    }

    /// <summary>The segment of an account's portfolio on a day, as the cells have it.</summary>
    public string SegmentOn(string portfolio, DateOnly day) => Treatment(portfolio)?.SegmentOn(day) ?? TreatmentState.Unsegmented;

    /// <summary>The portfolio and segment that an account's figures of a day stand under, as the cells have it.</summary>
    public (string Portfolio, string Segment) PlaceOn(string account, DateOnly day)
    {
        if (FormerPlaces is not null)
            foreach (var former in FormerPlaces)
                if (former.Account == account && day < former.Until) return (former.Portfolio, TreatmentState.SegmentOn(former.Segments, day));
        var details = Account(account);
        Invariant.Holds(details is not null, $"account {account} is not of party {Id}");
        return (details.Portfolio, SegmentOn(details.Portfolio, day));
    }

    /// <summary>The ids under which the party's keys are: its own, and those of the parties that joined it.</summary>
    public IEnumerable<string> KeyIds => Joined is null ? [Id] : [Id, .. Joined];

    /// <summary>Brings the header to a later business date: what took effect by itself since is counted.</summary>
    internal void Advance(DateOnly to)
    {
        if (to <= AsOf) return;
        var from = AsOf;
        AsOf = to;
        foreach (var slice in slices) slice?.Advance(this, from, to);
    }

    /// <summary>Something about the party changed: the next run looks at it. What takes effect later waits for its day.</summary>
    internal void Touch(Envelope e)
    {
        if (!Erased) ReviewBy(e.EffectiveOn > e.RecordedOn ? e.EffectiveOn : e.RecordedOn);
    }

    /// <summary>Looks again no later than that day.</summary>
    public void ReviewBy(DateOnly day)
    {
        if (NextReviewOn is not { } next || day < next) NextReviewOn = day;
    }

    public static PartyState Blank => new();

    public static PartyState Form<TForm>(ref TForm f, PartyState v) where TForm : IForm, allows ref struct
    {
        v.Id = f.Word("id", v.Id);
        v.Accounts = f.List("accounts", v.Accounts);
        v.AsOf = f.Day("as_of", v.AsOf);
        f.BeginRare(10);
        v.Treatments = f.List("treatments", v.Treatments);
        v.Behaviour = f.OneOrNull("behaviour", v.Behaviour.IsEmpty ? null : v.Behaviour) ?? new PaymentBehaviour();
        v.Pending = f.List("pending", v.Pending);
        v.Documents = f.ListOrNull("documents", v.Documents);
        v.FormerPlaces = f.ListOrNull("former_places", v.FormerPlaces);
        v.JoinedTo = f.TextOrNull("joined_to", v.JoinedTo);
        v.Joined = f.TextsOrNull("joined", v.Joined);
        v.Erased = f.Flag("erased", v.Erased);
        v.NextReviewOn = f.DayOrNull("next_review_on", v.NextReviewOn);
        v.ReviewedOn = f.DayOrNull("reviewed_on", v.ReviewedOn);
        f.EndRare();
        v.LastSeq = f.Long("last_seq", v.LastSeq);
        return v;
    }
}

/// <summary>A message that duns, one that brings a document, or a work item, under way, or what a customer wrote and nobody has
/// answered. Kind: message, document, work or reply.</summary>
public sealed record Pending(
    string Id,
    string Portfolio,
    string Kind) : IFormed<Pending>
{
    public static Pending Blank => new("", "", "");

    public static Pending Form<TForm>(ref TForm f, Pending v) where TForm : IForm, allows ref struct =>
        new(f.Text("id", v.Id), f.Word("portfolio", v.Portfolio), f.Word("kind", v.Kind));
}
