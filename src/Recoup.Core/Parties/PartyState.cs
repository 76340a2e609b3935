using System.Text.Json.Serialization;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Parties;

/// <summary>An event of a party with the columns beside it, as the journal has them.</summary>
public readonly record struct HistoryEvent(Envelope Envelope, Event Event)
{
    /// <summary>Of a <see cref="Event.PartyJoined"/>: every event of the party that joined, oldest first, to the one by which it left. Null else.</summary>
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
        Joined = Event is Event.PartyJoined joined && Joined is { } before ? [.. before.Select(h => h.With(joined.Party, change))] : null,
    };
}

/// <summary>What is open of an account by due day: a decision reads this, so its cost follows due days, not items.</summary>
public sealed class Exposure
{
    [JsonPropertyName("a")] public string Account { get; set; } = "";
    [JsonPropertyName("c")] public string Currency { get; set; } = "";
    [JsonPropertyName("d")] public DateOnly DueOn { get; set; }

    /// <summary>Set for items that were already overdue when Recoup first heard of them: that day.</summary>
    [JsonPropertyName("e")] public DateOnly? EnteredOn { get; set; }

    [JsonPropertyName("x"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Disputed { get; set; }

    /// <summary>Times gone by in which such an item was contested, settled or not due: items with others are another exposure. Null: none.</summary>
    [JsonPropertyName("z")] public List<Pause>? Pauses { get; set; }

    [JsonPropertyName("m")] public long Minor { get; set; }
    [JsonPropertyName("n")] public int Items { get; set; }
}

/// <summary>An item that changes by itself on a day to come: a movement or a dispute of it takes effect then.</summary>
public sealed record Awaited(
    [property: JsonPropertyName("on")] DateOnly On,
    [property: JsonPropertyName("a")] string Account,
    [property: JsonPropertyName("n")] string Number);

/// <summary>Cash or credit of an account that has met no item yet, or will be taken off one on a day to come.</summary>
public sealed class UnappliedCash
{
    [JsonPropertyName("k")] public string Key { get; set; } = "";
    [JsonPropertyName("a")] public string Account { get; set; } = "";
    [JsonPropertyName("c")] public string Currency { get; set; } = "";
    [JsonPropertyName("on")] public DateOnly On { get; set; }

    /// <summary>As of the state's day, as the header's other sums.</summary>
    [JsonPropertyName("m")] public long Minor { get; set; }

    /// <summary>How it changes by itself on days to come.</summary>
    [JsonPropertyName("l")] public List<Movement>? Later { get; set; }

    /// <summary>After every recorded movement: what may still be put on items.</summary>
    [JsonIgnore] public long InAll => Minor + Movements.Sum(Later);

    /// <summary>Kept for invoices that have not arrived.</summary>
    [JsonPropertyName("w")] public List<Named>? Waiting { get; set; }
}

/// <summary>
/// Cash that will come or go back on a day to come; promises hear of it then. <see cref="ForCashOf"/> is the day
/// of the cash itself, which tells the promises that it counts toward.
/// </summary>
/// <param name="Key">The payment's.</param>
public sealed record CashToCome(
    [property: JsonPropertyName("k")] string Key,
    [property: JsonPropertyName("on")] DateOnly On,
    [property: JsonPropertyName("f")] DateOnly ForCashOf,
    [property: JsonPropertyName("a")] string Account,
    [property: JsonPropertyName("c")] string Currency,
    [property: JsonPropertyName("m")] long Minor);

/// <summary>Cash of an account that came for a promise that had all of it already.</summary>
public sealed record SpareCash(
    [property: JsonPropertyName("a")] string Account,
    [property: JsonPropertyName("c")] string Currency,
    [property: JsonPropertyName("p")] CashCounted Cash);

/// <summary>The segment of a party in a portfolio from a day on.</summary>
public sealed record SegmentFrom([property: JsonPropertyName("on")] DateOnly On, [property: JsonPropertyName("s")] string Segment);

/// <summary>Where an account was until, but not on, a day: the portfolio, and the segments that the party had there.</summary>
public sealed record FormerPlace(
    [property: JsonPropertyName("a")] string Account,
    [property: JsonPropertyName("u")] DateOnly Until,
    [property: JsonPropertyName("p")] string Portfolio,
    [property: JsonPropertyName("sg")] List<SegmentFrom> Segments);

/// <summary>A hold, a promise or a dispute of a whole account that is over. A promise rests the dunning of all accounts in its portfolio.</summary>
public sealed record AccountPause([property: JsonPropertyName("a")] string Account, [property: JsonPropertyName("z")] Pause Pause)
{
    public bool IsOf(string account) => Pause.Kind == PauseKind.Promise || Account == account;
}

/// <summary>What the party underwent in one portfolio.</summary>
public sealed class TreatmentState
{
    [JsonPropertyName("p")] public string Portfolio { get; set; } = "";
    [JsonPropertyName("st")] public string? Strategy { get; set; }

    /// <summary>The last step taken, the day, and the day from which its days were counted, put off by the days of rest until then.</summary>
    [JsonPropertyName("l")] public string? LastStep { get; set; }
    [JsonPropertyName("lo")] public DateOnly? LastStepOn { get; set; }
    [JsonPropertyName("la")] public DateOnly? LastAnchorOn { get; set; }

    /// <summary>The last step was decided in shadow: nobody saw it.</summary>
    [JsonPropertyName("sh"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool LastInShadow { get; set; }

    /// <summary>
    /// The customer heard a step on that day, of a ladder that another took the place of when two parties became one; null: none.
    /// The next step keeps its distance from it too.
    /// </summary>
    [JsonPropertyName("ho")] public DateOnly? HeardOn { get; set; }

    [JsonPropertyName("rt")] public DateOnly? RemindedThrough { get; set; }
    [JsonPropertyName("rs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool RemindedInShadow { get; set; }

    /// <summary>In order of day; before the first entry the segment is <see cref="Unsegmented"/>.</summary>
    [JsonPropertyName("sg")] public List<SegmentFrom> Segments { get; set; } = [];

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

    [JsonIgnore] public string Segment => Segments.Count == 0 ? Unsegmented : Segments[^1].Segment;
}

/// <summary>How the party has paid so far: sums over its settled items.</summary>
public sealed class PaymentBehaviour
{
    [JsonPropertyName("s")] public int Settled { get; set; }
    [JsonPropertyName("l")] public int SettledLate { get; set; }
    [JsonPropertyName("ld")] public long LateDays { get; set; }
    [JsonPropertyName("pk")] public int PromisesKept { get; set; }
    [JsonPropertyName("pb")] public int PromisesBroken { get; set; }

    public void Add(PaymentBehaviour other)
    {
        Settled += other.Settled;
        SettledLate += other.SettledLate;
        LateDays += other.LateDays;
        PromisesKept += other.PromisesKept;
        PromisesBroken += other.PromisesBroken;
    }

    /// <summary>A promise has come to its end. One that was withdrawn says nothing of the customer.</summary>
    public void Count(PromiseState promise)
    {
        if (promise.Outcome == "kept") PromisesKept++;
        else if (promise.Outcome != "withdrawn") PromisesBroken++;
    }
}

/// <summary>
/// What a decision loads of a party: a header whose size follows accounts, due days and what is under way, and
/// the items, payments, messages and work items that the input at hand needs. Folded from events alone.
/// Mutable; owned by one batch of one transaction at a time.
/// </summary>
public sealed class PartyState
{
    [JsonPropertyName("id")] public string Id { get; set; } = "";
    [JsonPropertyName("ac")] public List<AccountDetails> Accounts { get; set; } = [];

    /// <summary>Facts effective up to this business date are in the sums below; later ones are awaited.</summary>
    [JsonPropertyName("as")] public DateOnly AsOf { get; set; }

    [JsonPropertyName("ex")] public List<Exposure> Exposures { get; set; } = [];
    [JsonPropertyName("aw")] public List<Awaited> Awaited { get; set; } = [];
    [JsonPropertyName("un")] public List<UnappliedCash> Unapplied { get; set; } = [];
    [JsonPropertyName("pr")] public List<PromiseState> Promises { get; set; } = [];

    /// <summary>Promises that were kept, as long as the money may go back, in the order in which they were made; null: none.</summary>
    [JsonPropertyName("kp")] public List<PromiseState>? Kept { get; set; }

    /// <summary>Cash that no promise needed while one was open or kept: it stands in for what goes back. Null: none.</summary>
    [JsonPropertyName("sp")] public List<SpareCash>? Spare { get; set; }

    [JsonPropertyName("cc")] public List<CashToCome> CashToCome { get; set; } = [];
    [JsonPropertyName("ho")] public List<HoldState> Holds { get; set; } = [];
    [JsonPropertyName("di")] public List<OpenDispute> Disputes { get; set; } = [];

    /// <summary>Holds, promises and disputes of whole accounts that are over, as long as a ladder may ask for them, in order of their first day.</summary>
    [JsonPropertyName("pz")] public List<AccountPause> Pauses { get; set; } = [];

    [JsonPropertyName("co")] public ContactState Contact { get; set; } = new();
    [JsonPropertyName("tr")] public List<TreatmentState> Treatments { get; set; } = [];
    [JsonPropertyName("be")] public PaymentBehaviour Behaviour { get; set; } = new();

    /// <summary>Open work items and messages that are not settled, by id and portfolio.</summary>
    [JsonPropertyName("wo")] public List<Pending> Pending { get; set; } = [];

    /// <summary>By account, what is to be sent of invoices and statements; null where nothing ever moved.</summary>
    [JsonPropertyName("dc")] public List<AccountDocuments>? Documents { get; set; }

    /// <summary>Where accounts were before they moved, in the order in which they did; null: none ever moved.</summary>
    [JsonPropertyName("fp")] public List<FormerPlace>? FormerPlaces { get; set; }

    /// <summary>The party that this one became part of; null: it stands by itself. With it nothing else is left here.</summary>
    [JsonPropertyName("jt")] public string? JoinedTo { get; set; }

    /// <summary>Parties that became part of this one, those that were part of them too, in the order in which they did; null: none.</summary>
    [JsonPropertyName("jd")] public List<string>? Joined { get; set; }

    [JsonPropertyName("er"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Erased { get; set; }

    /// <summary>The party must be looked at again on this day; null: not until something happens.</summary>
    [JsonPropertyName("nr")] public DateOnly? NextReviewOn { get; set; }

    /// <summary>The last day on which a review was decided.</summary>
    [JsonPropertyName("ro")] public DateOnly? ReviewedOn { get; set; }

    /// <summary>The sequence of its last event, from which its history is walked back.</summary>
    [JsonPropertyName("q")] public long LastSeq { get; set; }

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
    [JsonIgnore] public ReadOnlySpan<(RowKind Kind, IRows Rows)> Beside => beside;

    [JsonIgnore] public Rows<(string Account, string Number), ItemState> Items => (Rows<(string Account, string Number), ItemState>)Of(RowKinds.Items);
    [JsonIgnore] public Rows<string, CashState> Cash => (Rows<string, CashState>)Of(RowKinds.Cash);
    [JsonIgnore] public Rows<string, MessageState> Messages => (Rows<string, MessageState>)Of(RowKinds.Messages);
    [JsonIgnore] public Rows<string, WorkItemState> WorkItems => (Rows<string, WorkItemState>)Of(RowKinds.WorkItems);

    /// <summary>False where a party is folded from its first event on: all of it changed.</summary>
    [JsonIgnore] public bool NotesChanges { get; init; } = true;

    /// <summary>Every event of the party, oldest first, for documents that are made from them; null: not loaded.</summary>
    [JsonIgnore] public IReadOnlyList<HistoryEvent>? History { get; set; }

    /// <summary>All that this party had when it left into another; null: it did not, or somebody took it.</summary>
    [JsonIgnore] public PartyState? Left { get; set; }

    /// <summary>The party whose joining is folded next, as it was when it left, with all that lies beside its header.</summary>
    [JsonIgnore] public PartyState? Joining { get; set; }

    /// <summary>Open items are loaded up to this due day, by account and currency.</summary>
    [JsonIgnore] public Dictionary<(string Account, string Currency), DateOnly> OpenLoadedThrough => field ??= [];

    public AccountDetails? Account(string account)
    {
        foreach (var a in Accounts)
            if (a.Account == account) return a;
        return null;
    }

    public ItemState? Item(string account, string number) => Items.GetValueOrDefault((account, number));

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
    [JsonIgnore] public IEnumerable<string> KeyIds => Joined is null ? [Id] : [Id, .. Joined];

    /// <summary>Looks again no later than that day.</summary>
    public void ReviewBy(DateOnly day)
    {
        if (NextReviewOn is not { } next || day < next) NextReviewOn = day;
    }
}

/// <summary>A message that duns, one that brings a document, or a work item, under way. Kind: message, document or work.</summary>
public sealed record Pending(
    [property: JsonPropertyName("i")] string Id,
    [property: JsonPropertyName("p")] string Portfolio,
    [property: JsonPropertyName("k")] string Kind);
