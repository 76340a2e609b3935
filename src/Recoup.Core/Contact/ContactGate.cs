using NodaTime;
using Recoup.Core.Foundation;

namespace Recoup.Core.Contact;

/// <summary>What a contact is for. A document that is owed to the customer is no dunning, and fewer rules bind it.</summary>
public static class Purpose
{
    public const string Dunning = "dunning", Invoice = "invoice", Statement = "statement";

    public static readonly IReadOnlyList<string> All = [Dunning, Invoice, Statement];
}

/// <summary>A contact that somebody proposes: all that the gate looks at.</summary>
public sealed record ContactRequest
{
    public required string Channel { get; init; }

    /// <summary>One of <see cref="Core.Contact.Purpose.All"/>.</summary>
    public string Purpose { get; init; } = Core.Contact.Purpose.Dunning;

    /// <summary>The token of the address it would go to; null where none is known.</summary>
    public required string? AddressToken { get; init; }

    /// <summary>Tokens that the same address had when its spellings had one each; what is marked by them is marked.</summary>
    public IReadOnlyList<string> OtherTokens { get; init; } = [];

    public required DateTimeOffset At { get; init; }

    /// <summary>The business date at the portfolio's place.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>Every zone the customer may be in; the permitted hours of all of them must hold.</summary>
    public required IReadOnlyList<string> TimeZones { get; init; }

    public required ContactState Contact { get; init; }

    /// <summary>Contacts decided and not yet made; they count toward the caps.</summary>
    public required int UnderWay { get; init; }

    public required bool Erased { get; init; }

    public required bool Held { get; init; }

    /// <summary>business or consumer.</summary>
    public required string Party { get; init; }

    /// <summary>first or third.</summary>
    public required string Collector { get; init; }
}

/// <summary>Proof that the gate let a contact through. Nothing else can make one.</summary>
public sealed class Clearance
{
    internal Clearance(string id) => Id = id;

    /// <summary>Pack and time of the clearance, as it is recorded.</summary>
    public string Id { get; }
}

/// <summary>The gate's word.</summary>
public abstract record Verdict
{
    private Verdict() { }

    /// <summary>Cleared from an instant on; <paramref name="Rule"/> names the rule that made it wait, if one did.</summary>
    public sealed record Allowed(Clearance Clearance, DateTimeOffset NotBefore, string? Rule) : Verdict;

    /// <summary>Not before a day, for a reason that time mends.</summary>
    public sealed record Deferred(DateOnly Until, string Rule) : Verdict;

    /// <summary>Not at all, for a reason that time does not mend; <paramref name="Rule"/> names it.</summary>
    public sealed record Blocked(string Rule) : Verdict;
}

/// <summary>
/// The one door through which contacts leave: asked when a contact is decided and again when it is released.
/// The ladder below is the precedence: what forbids for good comes before what forbids for now.
/// </summary>
public static class ContactGate
{
    public static Verdict Clear(ContactRules rules, ContactRequest request)
    {
        Verdict? deferred = null;
        foreach (var kind in ContactRules.Kinds)
            foreach (var rule in rules.Rules)
            {
                if (rule.Kind != kind || !rule.Binds(request)) continue;
                switch (kind)
                {
                    case "erased" when request.Erased:
                    case "opt_out" when request.Contact.HasOptedOut(request.Channel, request.AddressToken, request.Today, request.OtherTokens):
                    case "hold" when request.Held:
                    // A call is a task of a person, who can look a number up; a message needs an address.
                    case "no_address" when request.AddressToken is null && request.Channel != Channel.Call:
                    case "undeliverable" when request.Contact.IsUndeliverable(request.Channel, request.AddressToken, request.OtherTokens):
                        return new Verdict.Blocked(rule.Id);
                    case "cap":
                        if (CapUntil(rule, request) is { } until && (deferred is not Verdict.Deferred other || until > other.Until))
                            deferred = new Verdict.Deferred(until, rule.Id);
                        break;
                }
            }
        var (notBefore, waitingRule, open) = Opening(rules, request);
        if (!open) return new Verdict.Blocked(waitingRule!);
        if (deferred is not null) return deferred;
        return new Verdict.Allowed(new Clearance($"{rules.Pack}@{request.At.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture)}"), notBefore, waitingRule);
    }

    /// <summary>The first instant at which every window that binds is open, and the last rule that made it wait.</summary>
    private static (DateTimeOffset NotBefore, string? Rule, bool Open) Opening(ContactRules rules, ContactRequest request)
    {
        var (notBefore, waitingRule) = (request.At, (string?)null);
        // What one window moves to may lie outside of another that was asked before.
        for (var moved = true; moved;)
        {
            moved = false;
            foreach (var rule in rules.Rules)
            {
                if (rule.Kind != "window" || !rule.Binds(request)) continue;
                if (NextOpening(rule, request.TimeZones, notBefore) is not { } instant || instant > request.At + TimeSpan.FromDays(7)) return (notBefore, rule.Id, false);
                if (instant > notBefore) (notBefore, waitingRule, moved) = (instant, rule.Id, true);
            }
        }
        return (notBefore, waitingRule, true);
    }

    /// <summary>Null where there is room under the cap; else the first day on which there will be.</summary>
    private static DateOnly? CapUntil(ContactRule rule, ContactRequest request)
    {
        // The business date may be ahead of the customer's calendar, so days are counted where the customer is.
        var today = request.TimeZones.Min(zone => DayIn(zone, request.At));
        var days = new List<DateOnly>();
        foreach (var contact in request.Contact.Recent)
            if (contact.Outbound && contact.At <= request.At && (rule.Channels.Count == 0 || rule.Channels.Contains(contact.Channel)))
                days.Add(request.TimeZones.Max(zone => DayIn(zone, contact.At)));
        for (var i = 0; i < request.UnderWay; i++) days.Add(today);
        for (var wait = 0; ; wait++)
        {
            var within = 0;
            foreach (var on in days)
                if (on > today.Plus(wait - rule.Days)) within++;
            if (within < rule.Contacts) return wait == 0 ? null : request.Today.Plus(wait);
            if (wait > rule.Days) return request.Today.Plus(wait);
        }
    }

    // Of the dates that the customer's possible places have, a contact takes the latest and today the earliest: it counts as long as it may have to.
    private static DateOnly DayIn(string zone, DateTimeOffset at) => DateBounds.DayIn(DateTimeZoneProviders.Tzdb[zone], at);

    /// <summary>The first instant from then on that is within the hours in every zone; null where there is none within a week.</summary>
    public static DateTimeOffset? NextOpening(ContactRule rule, IReadOnlyList<string> timeZones, DateTimeOffset from)
    {
        var instant = Instant.FromDateTimeOffset(from);
        var limit = instant + Duration.FromDays(7);
        while (instant < limit)
        {
            var moved = false;
            foreach (var id in timeZones)
            {
                var zone = DateTimeZoneProviders.Tzdb[id];
                var local = instant.InZone(zone).LocalDateTime;
                if (local.TimeOfDay >= rule.From && local.TimeOfDay < rule.To) continue;
                var date = local.TimeOfDay < rule.From ? local.Date : local.Date.PlusDays(1);
                instant = zone.AtLeniently(date + rule.From).ToInstant();
                moved = true;
            }
            if (!moved) return instant.ToDateTimeOffset();
        }
        return null;
    }
}
