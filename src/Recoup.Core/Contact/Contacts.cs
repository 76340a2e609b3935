using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using static Recoup.Core.Inputs.Fields;
using static Recoup.Core.Inputs.FieldType;

namespace Recoup.Core.Contact;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

/// <summary>What people tell of contacts, and of where the party can be reached.</summary>
public abstract record ContactInput : Input.OfAccount
{
    private ContactInput() { }

    /// <summary>Somebody spoke, wrote or tried to, in either direction.</summary>
    public sealed record Made : ContactInput
    {
        public override bool IsOfPerson => true;
        public required DateTimeOffset At { get; init; }
        public required string Channel { get; init; }
        public required string Direction { get; init; }
        public required string Outcome { get; init; }
        public string? Agent { get; init; }
        public int? Minutes { get; init; }
        public string? Promise { get; init; }

        /// <summary>What came of it, one of <see cref="ContactChapter.Results"/>; null: not told.</summary>
        public string? Result { get; init; }

        /// <summary>What was written or said, in their words; null: not told.</summary>
        public string? Text { get; init; }

        /// <summary>True: somebody has to read it and answer, and a work item of kind reply stands on the worklist until that is done; else null.</summary>
        public bool? NeedsReply { get; init; }
    }

    /// <summary>The address of a channel, in place of the one before.</summary>
    public sealed record PointSet : ContactInput
    {
        public override bool IsOfPerson => true;
        public required string Channel { get; init; }
        public required string Address { get; init; }
    }
}

/// <summary>What happened: contacts, and addresses given.</summary>
public abstract record ContactEvent : Event
{
    private ContactEvent() { }

    /// <summary>Somebody spoke, wrote or tried to. <see cref="Proactive"/>: nothing of the account was overdue that day.</summary>
    public sealed record Made(DateTimeOffset At, string Channel, string Direction, string Outcome, string? Agent, int? Minutes, string? Promise,
        bool Proactive) : ContactEvent
    {
        /// <summary>What came of it, one of <see cref="ContactChapter.Results"/>; null: not told.</summary>
        public string? Result { get; init; }

        /// <summary>What was written or said, in their words; null: not told.</summary>
        public string? Text { get; init; }

        internal override bool HasWords => Text is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Text = change(Text!) };
    }

    /// <summary>An address for a channel was added or replaced. The address itself is sealed.</summary>
    public sealed record PointSet(string Channel, string Token, byte[] Sealed) : ContactEvent
    {
        /// <summary>Tokens by which the address was marked undeliverable when its spellings had one each; null: there are none.</summary>
        public IReadOnlyList<string>? FormerTokens { get; init; }
    }

    /// <summary>The address of a channel that was given before is none any more: the account that it was given of has a newer one itself.</summary>
    public sealed record PointDropped(string Channel) : ContactEvent;
}

/// <summary>A contact or an attempt at one that counts toward the caps.</summary>
public sealed record ContactRecord(
    DateTimeOffset At,
    string Channel,
    bool Outbound) : IFormed<ContactRecord>
{
    public static ContactRecord Blank => new(default, "", false);

    public static ContactRecord Form<TForm>(ref TForm f, ContactRecord v) where TForm : IForm, allows ref struct =>
        new(f.Instant("at", v.At), f.Word("channel", v.Channel), f.Flag("outbound", v.Outbound));
}

/// <summary>An address of the party, known by a token; the address itself is sealed.</summary>
public sealed class ContactPoint : IFormed<ContactPoint>
{
    public string Channel { get; set; } = "";
    public string Token { get; set; } = "";
    public byte[] Sealed { get; set; } = [];

    /// <summary>The account of which it was told; it is the party's all the same.</summary>
    public string Account { get; set; } = "";

    public static ContactPoint Blank => new();

    public static ContactPoint Form<TForm>(ref TForm f, ContactPoint v) where TForm : IForm, allows ref struct
    {
        v.Channel = f.Word("channel", v.Channel);
        v.Token = f.Text("token", v.Token);
        v.Sealed = f.Bytes("sealed", v.Sealed);
        v.Account = f.Word("account", v.Account);
        return v;
    }
}

/// <summary>An address, by its token, that takes nothing of a channel.</summary>
public sealed record BadAddress(
    string Channel,
    string Token) : IFormed<BadAddress>
{
    public static BadAddress Blank => new("", "");

    public static BadAddress Form<TForm>(ref TForm f, BadAddress v) where TForm : IForm, allows ref struct =>
        new(f.Word("channel", v.Channel), f.Text("token", v.Token));
}

/// <summary>What the contact gate must know of a party: it is the party's, not an account's.</summary>
public sealed class ContactSlice : Slice, IFormed<ContactSlice>
{
    /// <summary>How long a contact is remembered here, days; longer than any cap looks back.</summary>
    public const int RecentDays = 40;

    public List<ContactRecord> Recent { get; set; } = [];
    public List<OptOut> OptOuts { get; set; } = [];
    public List<ContactPoint> Points { get; set; } = [];

    /// <summary>Consents that took a withdrawal back, or told of their day; null: none.</summary>
    public List<OptIn>? OptIns { get; set; }

    /// <summary>Addresses that take no mail, by what a server said of them; null: none is known.</summary>
    public List<BadAddress>? BadAddresses { get; set; }

    /// <summary>Nothing is known of it.</summary>
    public override bool IsEmpty => Recent.Count + OptOuts.Count + Points.Count == 0 && BadAddresses is null && OptIns is null;

    public override void Advance(PartyState party, DateOnly from, DateOnly to) => Forget(to);

    /// <summary>Contacts of both count; what was withdrawn of either is withdrawn. Of two addresses of a channel this slice's own stays.</summary>
    public override void Join(Slice other)
    {
        var theirs = (ContactSlice)other;
        foreach (var record in theirs.Recent) Remember(record);
        foreach (var optOut in theirs.OptOuts) Add(optOut);
        foreach (var point in theirs.Points)
            if (Point(point.Channel) is null) Points.Add(point);
        foreach (var bad in theirs.BadAddresses ?? []) Mark(bad);
        if (theirs.OptIns is { } given) (OptIns ??= []).AddRange(given);
    }

    public ContactPoint? Point(string channel) => Points.FindLast(p => p.Channel == channel);

    /// <param name="others">Tokens that the same address had when its spellings had one each.</param>
    public bool HasOptedOut(string channel, string? token, DateOnly today, IReadOnlyList<string>? others = null)
    {
        foreach (var o in OptOuts)
            if ((o.Channel == channel || o.Channel == Contact.Channel.Any) && (o.Token is null || o.Token == token || others?.Contains(o.Token) == true)
                && !(o.Until <= today)) return true;
        return false;
    }

    /// <summary>A server said that this address takes no mail, and nobody has said since that it does.</summary>
    /// <param name="others">Tokens that the same address had when its spellings had one each.</param>
    public bool IsUndeliverable(string channel, string? token, IReadOnlyList<string>? others = null) =>
        BadAddresses is { } bad && token is not null && (bad.Contains(new BadAddress(channel, token))
            || others?.Any(t => bad.Contains(new BadAddress(channel, t))) == true);

    /// <summary>Consent was withdrawn for this address by name, whatever holds for the channel.</summary>
    /// <param name="others">Tokens that the same address had when its spellings had one each.</param>
    public bool IsWithdrawnByName(string channel, string? token, DateOnly today, IReadOnlyList<string>? others = null)
    {
        foreach (var o in OptOuts)
            if (o.Token is not null && (o.Channel == channel || o.Channel == Contact.Channel.Any)
                && (o.Token == token || others?.Contains(o.Token) == true) && !(o.Until <= today)) return true;
        return false;
    }

    /// <summary>Nothing is to be sent to this address, and another may be used.</summary>
    /// <param name="others">Tokens that the same address had when its spellings had one each.</param>
    public bool IsOutOfUse(string channel, string? token, DateOnly today, IReadOnlyList<string>? others = null) =>
        IsUndeliverable(channel, token, others) || IsWithdrawnByName(channel, token, today, others);

    internal void Mark(BadAddress address)
    {
        if (!IsUndeliverable(address.Channel, address.Token)) (BadAddresses ??= []).Add(address);
    }

    /// <summary>Somebody gave the address anew: it is believed again.</summary>
    internal void Believe(BadAddress address)
    {
        BadAddresses?.Remove(address);
        if (BadAddresses?.Count == 0) BadAddresses = null;
    }

    /// <summary>
    /// What was said last holds, by the day on which it was said: a withdrawal from the moment it is known, consent from its own day. Of one day
    /// the withdrawal holds, but where consent was said when it was told. Consent to everything takes every withdrawal of before back.
    /// </summary>
    /// <param name="dated">The day was given; else it was said when it was told.</param>
    internal void Change(string channel, string? token, bool granted, DateOnly on, DateOnly today, bool dated)
    {
        if (!granted && GivenSince(channel, token, on, today) is not null) return;
        var meant = OptOuts.FindAll(o => Means(o, channel, token) && IsBefore(o, on, granted && dated));
        OptOuts.RemoveAll(meant.Contains);
        // Whoever wants nothing wants nothing to an address that they named, either: consent for one channel, later, is none for that address.
        if (!granted && channel == Contact.Channel.Any && token is null)
            OptOuts.AddRange(meant.Where(static o => o.Token is not null).Select(static o => o with { Until = null }));
        OptIns?.RemoveAll(g => IsMeant(g.Channel, g.Token, channel, token) && (g.On <= on || (!granted && g.On > today)));
        if (granted)
        {
            if (on > today) OptOuts.AddRange(meant.Select(o => o with { Until = o.Until < on ? o.Until : on }));
            (OptIns ??= []).Add(new OptIn(channel, token, on));
            return;
        }
        if (!OptOuts.Exists(o => o.Channel == channel && o.Token == token)) OptOuts.Add(new OptOut(channel, token) { On = on });
        // Of a withdrawal of everything that is told of late, what was given since to one channel is no part.
        if (channel == Contact.Channel.Any && token is null)
            foreach (var given in OptIns?.FindAll(g => g.Token is null && g.On > on) ?? []) TakeOutOfAll(given.Channel, given.On, today);
        if (OptIns?.Count == 0) OptIns = null;
    }

    /// <summary>Whether saying this would change anything.</summary>
    internal bool Changes(string channel, string? token, bool granted, DateOnly on, DateOnly today, bool dated)
    {
        if (!granted)
            return GivenSince(channel, token, on, today) is null
                && !OptOuts.Exists(o => o.Channel == channel && o.Token == token && o.Until is null && o.On >= on);
        return OptOuts.Exists(o => Means(o, channel, token) && IsBefore(o, on, dated) && !(o.Until <= (on > today ? on : today)))
            // Who says the day may tell of an earlier withdrawal yet.
            || (dated && WithdrawnSince(channel, token, on) is null && OptIns?.Exists(g => IsMeant(channel, token, g.Channel, g.Token) && g.On >= on) != true);
    }

    /// <summary>The day on which consent was given after a day, for what a withdrawal of that day is about; null: it was not.</summary>
    internal DateOnly? GivenSince(string channel, string? token, DateOnly on, DateOnly today) =>
        OptIns?.Find(g => g.On > on && g.On <= today && IsMeant(channel, token, g.Channel, g.Token))?.On;

    /// <summary>The day on which consent was withdrawn, on a day or after it, for what consent of that day is about; null: it was not.</summary>
    internal DateOnly? WithdrawnSince(string channel, string? token, DateOnly on) =>
        OptOuts.Find(o => o.On >= on && (Means(o, channel, token) || (o is { Channel: Contact.Channel.Any, Token: null } && token is null)))?.On;

    /// <summary>Consent for everything was withdrawn, and that would outlast consent given for one channel from that day on.</summary>
    internal bool IsWithdrawnForAll(DateOnly on, DateOnly today, bool dated) => OptOuts.Exists(o =>
        o is { Channel: Contact.Channel.Any, Token: null } && IsBefore(o, on, dated) && !(o.Until <= (on > today ? on : today)));

    private static bool IsBefore(OptOut o, DateOnly on, bool dated) => o.On < on || (o.On == on && !dated);

    /// <summary>
    /// Who wants nothing and then says yes to one channel wants nothing of the others: that they withdrew everything is kept
    /// channel by channel, and for the one only until its day comes.
    /// </summary>
    internal void TakeOutOfAll(string channel, DateOnly on, DateOnly today)
    {
        var at = OptOuts.FindIndex(static o => o is { Channel: Contact.Channel.Any, Token: null });
        if (at < 0) return;
        var all = OptOuts[at];
        OptOuts.RemoveAt(at);
        foreach (var other in Contact.Channel.All)
            if (other != channel) Add(all with { Channel = other });
        if (on > today) Add(new OptOut(channel, null) { Until = all.Until < on ? all.Until : on });
    }

    /// <summary>Of two withdrawals of the same the longer one holds.</summary>
    internal void Add(OptOut withdrawal)
    {
        var at = OptOuts.FindIndex(o => o.Channel == withdrawal.Channel && o.Token == withdrawal.Token);
        if (at < 0)
        {
            OptOuts.Add(withdrawal);
            return;
        }
        var (known, on) = (OptOuts[at], OptOuts[at].On > withdrawal.On ? OptOuts[at].On : withdrawal.On);
        OptOuts[at] = (known.Until is { } until && !(withdrawal.Until <= until) ? withdrawal : known) with { On = on };
    }

    private static bool Means(OptOut o, string channel, string? token) => IsMeant(o.Channel, o.Token, channel, token);

    /// <summary>What is said of a channel or an address is said by a word about another: of everything, or of the very same.</summary>
    private static bool IsMeant(string channel, string? token, string by, string? byToken) =>
        (by == Contact.Channel.Any && byToken is null) || (channel == by && token == byToken);

    /// <summary>Outbound contacts on the last <paramref name="days"/> days, <paramref name="today"/> included.</summary>
    /// <param name="zone">In which days are counted: the portfolio's.</param>
    public int OutboundWithin(DateOnly today, int days, string zone)
    {
        var count = 0;
        foreach (var contact in Recent)
        {
            if (!contact.Outbound) continue;
            var on = LocalDay.Of(contact.At, zone);
            if (on > today.Plus(-days) && on <= today) count++;
        }
        return count;
    }

    public void Remember(ContactRecord contact)
    {
        var at = Recent.FindLastIndex(r => r.At <= contact.At);
        Recent.Insert(at + 1, contact);
    }

    /// <summary>By UTC's days: a fold needs no zone, and what it forgets no cap looks back to.</summary>
    public void Forget(DateOnly today)
    {
        if (Recent.Count > 0) Recent.RemoveAll(r => DateOnly.FromDateTime(r.At.UtcDateTime) < today.Plus(-RecentDays));
        if (OptOuts.Count > 0) OptOuts.RemoveAll(o => o.Until <= today);
    }

    public static ContactSlice Blank => new();

    public static ContactSlice Form<TForm>(ref TForm f, ContactSlice v) where TForm : IForm, allows ref struct
    {
        f.BeginRare(5);
        v.Recent = f.List("recent", v.Recent);
        v.OptOuts = f.List("opt_outs", v.OptOuts);
        v.Points = f.List("points", v.Points);
        v.BadAddresses = f.ListOrNull("bad_addresses", v.BadAddresses);
        v.OptIns = f.ListOrNull("opt_ins", v.OptIns);
        f.EndRare();
        return v;
    }
}

/// <summary>Contacts: who spoke to whom by which channel, and where the party can be reached.</summary>
public static class ContactChapter
{
    public static readonly SliceKind<ContactSlice> Slice = new("contact", 8);

    /// <summary>The longest text of a contact, characters.</summary>
    public const int TextLengthMax = 4000;

    /// <summary>Whoever called with that outcome told the customer nothing: nobody answered, or it was somebody else.</summary>
    internal static bool IsUnheard(string outcome) => outcome is "no_answer" or "busy" or "not_connected" or "wrong_party" or "third_party" or "bounced";

    /// <summary>What may come of a contact, beside who was reached by it.</summary>
    public static readonly IReadOnlyList<string> Results =
    [
        "promise", "plan", "part_promise", "paid", "callback", "dispute", "hardship", "complaint", "refused", "no_commitment", "language", "attorney",
        "bankrupt", "deceased", "cease", "wrong_number",
    ];

    /// <summary>What comes of a contact that reached nobody: that much is learned from who answers, or from what the network says.</summary>
    private const string OfNobody = "wrong_number";

    /// <summary>The customer promised to pay, everything or a part.</summary>
    internal static bool IsPromise(string? result) => result is "promise" or "part_promise";

    /// <summary>With that outcome nobody spoke, so nothing that somebody would have said came of it.</summary>
    private static bool ReachedNobody(string outcome) => outcome is "no_answer" or "busy" or "not_connected" or "voicemail" or "bounced";

    extension(PartyState party)
    {
        public ContactSlice Contact => Slice.In(party);
    }

    /// <summary>Outbound contacts made and messages sent. The owner is the agent; messages that Recoup sent have none.</summary>
    public static readonly Measure Actions = Measure.Count(10, "actions", "contacts and messages", Dimension.Channel, Dimension.Owner);

    /// <summary>Of those, the ones made while nothing they were about was overdue.</summary>
    public static readonly Measure ProactiveActions =
        Measure.Count(11, "proactive_actions", "contacts and messages", Dimension.Channel, Dimension.Owner);

    /// <summary>Outbound contacts that somebody made, whatever came of them; messages that Recoup sent are not among them.</summary>
    public static readonly Measure ContactAttempts = Measure.Count(20, "contact_attempts", "contacts", Dimension.Channel, Dimension.Owner);

    /// <summary>Of those, the ones that a person answered, whoever it was.</summary>
    public static readonly Measure ContactConnects = Measure.Count(21, "contact_connects", "contacts", Dimension.Channel, Dimension.Owner);

    /// <summary>Of those, the ones with whom it may be spoken about the debt.</summary>
    public static readonly Measure RightPartyContacts = Measure.Count(22, "right_party_contacts", "contacts", Dimension.Channel, Dimension.Owner);

    /// <summary>Outbound calls that somebody made, whatever came of them.</summary>
    public static readonly Measure CallsMade = Measure.Count(50, "calls_made", "calls", Dimension.Owner);

    /// <summary>Of those, the ones that led to a promise: their result says so, or they name one.</summary>
    public static readonly Measure CallsToPromise = Measure.Count(51, "calls_to_promise", "calls", Dimension.Owner);

    /// <summary>Of the calls made, the ones with whom it may be spoken about the debt.</summary>
    public static readonly Measure RightPartyCalls = Measure.Count(52, "right_party_calls", "calls", Dimension.Owner);

    internal static readonly Measure[] Measures =
        [Actions, ProactiveActions, ContactAttempts, ContactConnects, RightPartyContacts, CallsMade, CallsToPromise, RightPartyCalls];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("contact", "somebody spoke, wrote, or tried to", true,
        [
            Need("at", Instant, "when"), Choice("channel", "email, sms, call or letter", [.. Channel.All]) with { Required = true },
            Choice("direction", "who began", "outbound", "inbound") with { Required = true },
            Choice("outcome", "who was reached", "right_party", "wrong_party", "third_party", "no_answer", "busy", "voicemail", "left_message",
                "not_connected", "refused", "delivered", "bounced") with { Required = true },
            May("agent", Text, "who") with { LengthMax = 60 }, May("minutes", Integer, "how long"), May("promise", Text, "key of the promise it led to"),
            May("text", Text, "what was written or said, in their words; sealed, and gone with the person's erasure") with { LengthMax = TextLengthMax },
            May("needs_reply", FieldType.Boolean, "true: somebody has to read it and answer, which goes on the worklist"),
            Choice("result", "what came of it", [.. Results]),
        ], d =>
        {
            if (d.GetOrNull<bool>("needs_reply") == true && d.Need("direction") != "inbound")
                d.Problem("needs_reply", "is for what a customer wrote or said: direction inbound");
            if (d.Text("result") is { } result && result != OfNobody && ReachedNobody(d.Need("outcome")))
                d.Problem("result", $"{result} comes of speaking to somebody, and by the outcome {d.Need("outcome")} nobody was reached; mend one of both");
            if (d.GetOrNull<long>("minutes") is < 0 or > 1440) d.Problem("minutes", "must be 0 to 1440");
            return new ContactInput.Made
            {
                Key = "", Account = d.Need("account"), At = d.Get<DateTimeOffset>("at"), Channel = d.Need("channel"), Direction = d.Need("direction"),
                Outcome = d.Need("outcome"), Agent = d.Text("agent"), Minutes = (int?)d.GetOrNull<long>("minutes"), Promise = d.Text("promise"),
                Result = d.Text("result"), Text = d.Text("text"), NeedsReply = d.GetOrNull<bool>("needs_reply") is true ? true : null,
            };
        }),
        InputKind.Of("contact_point", "adds or replaces the address of a channel", true,
        [
            Choice("channel", "email, sms, call or letter", [.. Channel.All]) with { Required = true },
            Need("address", Text, "mail address, number or postal address") with { Personal = true, LengthMax = 500 },
        ], d => new ContactInput.PointSet
        {
            Key = "", Account = d.Need("account"), Channel = d.Need("channel"),
            Address = d.Need("channel") == Channel.Email ? FieldChecks.CheckEmail(d, d.Need("address"), "address")! : d.Need("address"),
        }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("contact_made", ContactJson.Default.Made), new("contact_point_set", ContactJson.Default.PointSet),
        new("contact_point_dropped", ContactJson.Default.PointDropped),
    ];

    // --- rules ---

    /// <param name="zone">Of the account's portfolio.</param>
    internal static Refused? Handle(Handling work, ContactInput input, IVault vault, string zone)
    {
        switch (input)
        {
            case ContactInput.Made i: Make(work, i, zone); break;
            case ContactInput.PointSet i: SetPoint(work, i, vault); break;
            default: throw new InvariantBrokenException($"{input.GetType().Name} is no input of a contact");
        }
        return null;
    }

    private static void Make(Handling work, ContactInput.Made i, string zone)
    {
        var on = LocalDay.Of(i.At, zone);
        // What is overdue on that day, as far as the header still tells: it stands on today.
        var overdue = work.State.Exposures.Exists(e => e.Account == i.Account && Ageing.IsOverdue(e.DueOn, on));
        work.Emit(new ContactEvent.Made(i.At, i.Channel, i.Direction, i.Outcome, i.Agent, i.Minutes, i.Promise, Proactive: !overdue)
        {
            Result = i.Result, Text = i.Text,
        }, on);
        if (on > work.Today)
            work.Remarks.Add($"account {i.Account}: contact {i.Key} is of {on:yyyy-MM-dd}, and it is {work.Today:yyyy-MM-dd}: it counts toward the caps on "
                + "contacts from that day on, and not before. If the day is mistyped, send the contact again with its right day, under another key");
    }

    private static void SetPoint(Handling work, ContactInput.PointSet i, IVault vault)
    {
        var tokens = PartyAddresses.TokensOf(vault, work.State, i.Account, i.Channel, i.Address);
        AddressRemarks.Add(work, i.Account, i.Channel, i.Address, work.State.Account(i.Account)?.Country);
        var marked = tokens.Where(t => work.State.Contact.IsUndeliverable(i.Channel, t)).ToList();
        if (work.State.Contact.Point(i.Channel)?.Token == tokens[0] && marked.Count == 0) return;
        marked.Remove(tokens[0]);
        work.Emit(new ContactEvent.PointSet(i.Channel, tokens[0], vault.Seal(work.State.Id, System.Text.Encoding.UTF8.GetBytes(i.Address)))
        {
            FormerTokens = marked.Count == 0 ? null : marked,
        });
    }

    /// <summary>An account says of itself another address than before: of the two words the newer holds.</summary>
    internal static void DropPoint(Handling work, string account, string channel)
    {
        if (work.State.Contact.Point(channel)?.Account != account) return;
        work.Emit(new ContactEvent.PointDropped(channel));
        work.Remarks.Add($"account {account}: the address for {channel} that was given by contact_point was replaced by the account's new one");
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, ContactEvent happened)
    {
        switch (happened)
        {
            case ContactEvent.Made contact:
                state.Contact.Remember(new ContactRecord(contact.At, contact.Channel, contact.Direction == "outbound"));
                if (contact.Direction == "outbound") Count(state, e, cells, contact);
                break;
            case ContactEvent.PointSet point: SetPoint(state, e.Account, point); break;
            case ContactEvent.PointDropped point: state.Contact.Points.RemoveAll(p => p.Channel == point.Channel); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a contact");
        }
        state.Touch(e);
    }

    private static void SetPoint(PartyState state, string account, ContactEvent.PointSet point)
    {
        var contact = state.Contact;
        contact.Points.RemoveAll(p => p.Channel == point.Channel);
        contact.Points.Add(new ContactPoint { Channel = point.Channel, Token = point.Token, Sealed = point.Sealed, Account = account });
        contact.Believe(new BadAddress(point.Channel, point.Token));
        foreach (var former in point.FormerTokens ?? []) contact.Believe(new BadAddress(point.Channel, former));
    }

    private static void Count(PartyState state, Envelope e, CellDeltas cells, ContactEvent.Made contact)
    {
        CountAction(state, e.Account, cells, e.EffectiveOn, contact.Channel, contact.Agent, contact.Proactive);
        var own = OwnValues.Of(contact.Channel, contact.Agent);
        PartyLedger.Flow(state, e.Account, cells, ContactAttempts, e.EffectiveOn, null, "", 0, 1, own);
        if (contact.Channel == Channel.Call) CountCall(state, e, cells, contact);
        if (contact.Outcome is not ("right_party" or "wrong_party" or "third_party" or "refused")) return;
        PartyLedger.Flow(state, e.Account, cells, ContactConnects, e.EffectiveOn, null, "", 0, 1, own);
        if (contact.Outcome == "right_party") PartyLedger.Flow(state, e.Account, cells, RightPartyContacts, e.EffectiveOn, null, "", 0, 1, own);
    }

    private static void CountCall(PartyState state, Envelope e, CellDeltas cells, ContactEvent.Made call)
    {
        var own = OwnValues.Of(call.Agent);
        PartyLedger.Flow(state, e.Account, cells, CallsMade, e.EffectiveOn, null, "", 0, 1, own);
        if (call.Outcome == "right_party") PartyLedger.Flow(state, e.Account, cells, RightPartyCalls, e.EffectiveOn, null, "", 0, 1, own);
        if (IsPromise(call.Result) || call.Promise is not null)
            PartyLedger.Flow(state, e.Account, cells, CallsToPromise, e.EffectiveOn, null, "", 0, 1, own);
    }

    /// <param name="agent">Null: nobody was named, or Recoup did it.</param>
    internal static void CountAction(PartyState state, string account, CellDeltas cells, DateOnly on, string channel, string? agent, bool proactive)
    {
        var own = OwnValues.Of(channel, agent);
        PartyLedger.Flow(state, account, cells, Actions, on, null, "", 0, 1, own);
        if (proactive) PartyLedger.Flow(state, account, cells, ProactiveActions, on, null, "", 0, 1, own);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ContactEvent.Made))]
[JsonSerializable(typeof(ContactEvent.PointSet))]
[JsonSerializable(typeof(ContactEvent.PointDropped))]
internal sealed partial class ContactJson : JsonSerializerContext;
