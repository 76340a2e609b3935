using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using static Recoup.Core.Inputs.Fields;
using static Recoup.Core.Inputs.FieldType;

namespace Recoup.Core.Contact;

/// <summary>What people tell of consent.</summary>
public abstract record ConsentInput : Input.OfAccount
{
    private ConsentInput() { }

    /// <summary>Consent given or withdrawn for a channel, or for one address of it.</summary>
    public sealed record Said : ConsentInput
    {
        public required string Channel { get; init; }
        public string? Address { get; init; }
        public required bool Granted { get; init; }

        /// <summary>How it was said: a mail or page to unsubscribe, a word in an answer, a complaint about spam, or otherwise.</summary>
        public static readonly IReadOnlyList<string> Reasons = ["unsubscribe", "stop", "complaint", "told"];

        /// <summary>One of <see cref="Reasons"/>; null: not said.</summary>
        public string? Reason { get; init; }

        public DateOnly? On { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to consent.</summary>
public abstract record ConsentEvent : Event
{
    private ConsentEvent() { }

    /// <summary>Consent for a channel, or for one address of it, was given or withdrawn. A null address means the whole channel.</summary>
    public sealed record Changed(string Channel, string? AddressToken, bool Granted) : ConsentEvent
    {
        /// <summary>One of <c>ConsentInput.Said.Reasons</c>; null: not said.</summary>
        public string? Reason { get; init; }

        /// <summary>It had been withdrawn for all channels, was given for this one, and stays withdrawn for each of the others.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool OutOfAll { get; init; }

        /// <summary>The day on which it was said was given with it: a withdrawal of the same day holds. Else it was said when it was told.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Dated { get; init; }
    }
}

/// <summary>A withdrawn consent: for a channel, all channels, or one address of a channel.</summary>
public sealed record OptOut(
    string Channel,
    string? Token) : IFormed<OptOut>
{
    /// <summary>The day on which it was said.</summary>
    public DateOnly On { get; init; }

    /// <summary>Consent was given again, to hold from that day on; null: it was not.</summary>
    public DateOnly? Until { get; init; }

    public static OptOut Blank => new("", null);

    public static OptOut Form<TForm>(ref TForm f, OptOut v) where TForm : IForm, allows ref struct =>
        new(f.Word("channel", v.Channel), f.TextOrNull("token", v.Token)) { On = f.Day("on", v.On), Until = f.DayOrNull("until", v.Until) };
}

/// <summary>A consent as it was given on a day: a withdrawal of before that day, told of later, takes nothing back of it.</summary>
public sealed record OptIn(
    string Channel,
    string? Token,
    DateOnly On) : IFormed<OptIn>
{
    public static OptIn Blank => new("", null, default);

    public static OptIn Form<TForm>(ref TForm f, OptIn v) where TForm : IForm, allows ref struct =>
        new(f.Word("channel", v.Channel), f.TextOrNull("token", v.Token), f.Day("on", v.On));
}

/// <summary>Consent: given and withdrawn, for a channel, for all, or for one address.</summary>
public static class ConsentChapter
{
    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("consent", "gives or withdraws consent for a channel or one address", true,
        [
            Choice("channel", "email, sms, call, letter, or all", [.. Channel.All, Channel.Any]) with { Required = true },
            Need("granted", FieldType.Boolean, "false withdraws it"),
            May("address", Text, "only this address; else the whole channel") with { Personal = true, LengthMax = 500 },
            May("on", Date, "the day it was said"),
            Choice("reason", "how it was said: by an unsubscribe mail or page, as a word in an answer, as a complaint about spam, or told "
                + "otherwise", [.. ConsentInput.Said.Reasons]),
        ], d => new ConsentInput.Said
        {
            Key = "", Account = d.Need("account"), Channel = d.Need("channel"), Granted = d.Get<bool>("granted"), Address = d.Text("address"),
                On = d.Date("on"), Reason = d.Text("reason"),
        }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("consent_changed", ConsentJson.Default.Changed),
    ];

    // --- rules ---

    /// <param name="useNext">Where an address, by its token, is out of use now, the account's next one takes its place.</param>
    internal static Refused? Handle(Handling work, ConsentInput.Said i, IVault vault, Action<string> useNext)
    {
        var (contact, on, dated) = (work.State.Contact, i.On ?? work.Today, i.On is not null);
        // A withdrawal is known by one token; one that was said of another spelling is taken back by its own.
        var tokens = i.Address is not { } address ? [] : PartyAddresses.TokensOf(vault, work.State, i.Account, i.Channel, address);
        foreach (var token in i.Granted && tokens.Count > 0 ? tokens : tokens.Take(1).DefaultIfEmpty())
        {
            var outOfAll = i.Granted && token is null && i.Channel != Channel.Any && contact.IsWithdrawnForAll(on, work.Today, dated);
            RemarkOfLater(work, i, token, on);
            if (outOfAll || contact.Changes(i.Channel, token, i.Granted, on, work.Today, dated))
                work.Emit(new ConsentEvent.Changed(i.Channel, token, i.Granted) { Reason = i.Reason, OutOfAll = outOfAll, Dated = dated && i.Granted });
        }
        if (!i.Granted && tokens.Count > 0) useNext(tokens[0]);
        if (i.Granted && i.Channel != Channel.Any) RemarkOfWithdrawn(work, i, tokens, on > work.Today ? on : work.Today);
        return null;
    }

    /// <summary>What was said last holds, whichever was told of last; whoever tells of the earlier is told so.</summary>
    private static void RemarkOfLater(Handling work, ConsentInput.Said i, string? token, DateOnly on)
    {
        var contact = work.State.Contact;
        if (!i.Granted)
        {
            if (contact.GivenSince(i.Channel, token, on, work.Today) is { } given)
                work.Remarks.Add($"account {i.Account}: consent was given on {given:yyyy-MM-dd}, after it was withdrawn on {on:yyyy-MM-dd}: it stands");
        }
        else if (i.On is not null && contact.WithdrawnSince(i.Channel, token, on) is { } withdrawn)
            work.Remarks.Add($"account {i.Account}: consent was withdrawn on {withdrawn:yyyy-MM-dd}, "
                + $"{(withdrawn == on ? "the day" : "after it was given on the day")} of this consent: it stays withdrawn. "
                + "Where it was given again after that, send consent with that day, or without one where it was today");
    }

    /// <summary>Who has an address has its provider let nothing of ours through: that is a withdrawal as good as any.</summary>
    internal static void Withdraw(Handling work, string channel, string? token, string account)
    {
        if (token is not null && work.State.Contact.Changes(channel, token, granted: false, work.Today, work.Today, dated: false))
            work.Emit(new ConsentEvent.Changed(channel, token, false) { Reason = "stop" }, account: account);
    }

    /// <summary>
    /// Consent for one address is not consent for the channel, and consent for a channel is none for an address of it that somebody
    /// took out by name: what was withdrawn stands, and whoever gave the other is told what would take it back.
    /// </summary>
    private static void RemarkOfWithdrawn(Handling work, ConsentInput.Said i, IReadOnlyList<string> tokens, DateOnly from)
    {
        var standing = work.State.Contact.OptOuts.FindAll(o => (o.Channel == i.Channel || o.Channel == Channel.Any) && !(o.Until <= from));
        if (i.Address is null)
        {
            var addresses = standing.Count(o => o.Token is not null);
            if (addresses > 0)
                work.Remarks.Add($"account {i.Account}: consent stays withdrawn for "
                    + $"{(addresses == 1 ? "one address" : $"{addresses} addresses")} of {i.Channel} by name: to give it again, "
                    + "send consent with the address, or for all");
            return;
        }
        if (standing.Find(static o => o.Token is null) is { } whole)
            work.Remarks.Add($"account {i.Account}: consent for the address is of no effect while it is withdrawn for "
                + $"{(whole.Channel == Channel.Any ? "all channels" : $"all of {i.Channel}")}: to give it again, "
                + $"send consent for {i.Channel} without an address");
        else if (standing.Exists(o => o.Channel == Channel.Any && tokens.Contains(o.Token)))
            work.Remarks.Add($"account {i.Account}: consent for the address stays withdrawn for all channels: to give it again, "
                + "send consent for all with the address");
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, ConsentEvent happened)
    {
        if (happened is not ConsentEvent.Changed consent) throw new InvariantBrokenException($"{happened.GetType().Name} is no event of consent");
        var contact = state.Contact;
        if (consent.OutOfAll) contact.TakeOutOfAll(consent.Channel, e.EffectiveOn, e.RecordedOn);
        contact.Change(consent.Channel, consent.AddressToken, consent.Granted, e.EffectiveOn, e.RecordedOn, consent.Dated);
        state.Touch(e);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ConsentEvent.Changed))]
internal sealed partial class ConsentJson : JsonSerializerContext;
