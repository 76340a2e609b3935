using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Core.Contact;

/// <summary>The channels there are. A task is a call that a person makes.</summary>
public static class Channel
{
    public const string Email = "email", Sms = "sms", Call = "call", Letter = "letter", Any = "all";

    public static readonly IReadOnlyList<string> All = [Email, Sms, Call, Letter];
}

/// <summary>A contact or an attempt at one that counts toward the caps.</summary>
public sealed record ContactRecord(
    DateTimeOffset At,
    string Channel,
    bool Outbound,
    bool RightParty) : IFormed<ContactRecord>
{
    public static ContactRecord Blank => new(default, "", false, false);

    public static ContactRecord Form<TForm>(ref TForm f, ContactRecord v) where TForm : IForm, allows ref struct =>
        new(f.Instant("at", v.At), f.Word("channel", v.Channel), f.Flag("outbound", v.Outbound), f.Flag("right_party", v.RightParty));
}

/// <summary>An address of the party, known by a token; the address itself is sealed.</summary>
public sealed class ContactPoint : IFormed<ContactPoint>
{
    public string Channel { get; set; } = "";
    public string Token { get; set; } = "";
    public byte[] Sealed { get; set; } = [];

    public static ContactPoint Blank => new();

    public static ContactPoint Form<TForm>(ref TForm f, ContactPoint v) where TForm : IForm, allows ref struct
    {
        v.Channel = f.Word("channel", v.Channel);
        v.Token = f.Text("token", v.Token);
        v.Sealed = f.Bytes("sealed", v.Sealed);
        return v;
    }
}

/// <summary>A withdrawn consent: for a channel, all channels, or one address of a channel.</summary>
public sealed record OptOut(
    string Channel,
    string? Token) : IFormed<OptOut>
{
    /// <summary>Consent was given again, to hold from that day on; null: it was not.</summary>
    public DateOnly? Until { get; init; }

    public static OptOut Blank => new("", null);

    public static OptOut Form<TForm>(ref TForm f, OptOut v) where TForm : IForm, allows ref struct =>
        new(f.Word("channel", v.Channel), f.TextOrNull("token", v.Token)) { Until = f.DayOrNull("until", v.Until) };
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
public sealed class ContactState : IFormed<ContactState>
{
    /// <summary>How long a contact is remembered here, days; longer than any cap looks back.</summary>
    public const int RecentDays = 40;

    public List<ContactRecord> Recent { get; set; } = [];
    public List<OptOut> OptOuts { get; set; } = [];
    public List<ContactPoint> Points { get; set; } = [];

    /// <summary>Addresses that take no mail, by what a server said of them; null: none is known.</summary>
    public List<BadAddress>? BadAddresses { get; set; }

    /// <summary>Nothing is known of it.</summary>
    public bool IsEmpty => Recent.Count + OptOuts.Count + Points.Count == 0 && BadAddresses is null;

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
    /// A withdrawal holds from the moment it is known, whatever day it is dated; consent holds from its own day.
    /// Consent to everything takes every withdrawal back.
    /// </summary>
    internal void Change(string channel, string? token, bool granted, DateOnly on, DateOnly today)
    {
        var meant = OptOuts.FindAll(o => Means(o, channel, token));
        OptOuts.RemoveAll(meant.Contains);
        if (!granted) OptOuts.Add(new OptOut(channel, token));
        else if (on > today) OptOuts.AddRange(meant.Select(o => o with { Until = o.Until < on ? o.Until : on }));
    }

    /// <summary>Whether saying this would change anything.</summary>
    internal bool Changes(string channel, string? token, bool granted, DateOnly on, DateOnly today) =>
        granted ? OptOuts.Exists(o => Means(o, channel, token) && !(o.Until <= (on > today ? on : today))) : !OptOuts.Contains(new OptOut(channel, token));

    /// <summary>Consent for everything was withdrawn, and that would outlast consent given for one channel from that day on.</summary>
    internal bool IsWithdrawnForAll(DateOnly on, DateOnly today) =>
        OptOuts.Exists(o => o is { Channel: Contact.Channel.Any, Token: null } && !(o.Until <= (on > today ? on : today)));

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
        if (at < 0) OptOuts.Add(withdrawal);
        else if (OptOuts[at].Until is { } until && !(withdrawal.Until <= until)) OptOuts[at] = withdrawal;
    }

    private static bool Means(OptOut o, string channel, string? token) =>
        (channel == Contact.Channel.Any && token is null) || (o.Channel == channel && o.Token == token);

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

    public static ContactState Blank => new();

    public static ContactState Form<TForm>(ref TForm f, ContactState v) where TForm : IForm, allows ref struct
    {
        f.BeginRare(4);
        v.Recent = f.List("recent", v.Recent);
        v.OptOuts = f.List("opt_outs", v.OptOuts);
        v.Points = f.List("points", v.Points);
        v.BadAddresses = f.ListOrNull("bad_addresses", v.BadAddresses);
        f.EndRare();
        return v;
    }
}
