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

    /// <summary>ISO 3166 codes of the countries the customer may be in; their public holidays are kept where a rule says so.</summary>
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>Leaves on business days of the portfolio only; null: on any day.</summary>
    public BusinessDays? BusinessDays { get; init; }

    /// <summary>Leaves no earlier than this: the business date has not begun at the portfolio's place; null: it has.</summary>
    public DateTimeOffset? DayBegins { get; init; }

    public required ContactSlice Contact { get; init; }

    /// <summary>Contacts decided and not yet made; they count toward the caps.</summary>
    public required int UnderWay { get; init; }

    public required bool Erased { get; init; }

    public required bool Held { get; init; }

    /// <summary>business or consumer.</summary>
    public required string Party { get; init; }

    /// <summary>first or third.</summary>
    public required string Collector { get; init; }
}

/// <summary>A calendar and the zone in which its days begin.</summary>
public sealed record BusinessDays(BusinessCalendar Calendar, string TimeZone);

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
        if (Blocks(rules, request) is { } blocked) return new Verdict.Blocked(blocked);
        Verdict.Deferred? deferred = null;
        foreach (var rule in rules.Rules)
            if (rule.Kind == "cap" && rule.Binds(request) && CapUntil(rule, request) is { } until && !(deferred?.Until >= until))
                deferred = new Verdict.Deferred(until, rule.Id);
        var (notBefore, waitingRule, _, open) = Opening(rules, request);
        if (!open) return new Verdict.Blocked(waitingRule!);
        if (deferred is not null) return deferred;
        var id = $"{rules.Pack}@{request.At.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        return new Verdict.Allowed(new Clearance(id), notBefore, waitingRule);
    }

    /// <summary>
    /// What forbids a contact that is to be at one instant and no other, with the first instant after it at which nothing does; without it,
    /// time does not mend it. Null: nothing forbids it. How often there will have been contact by then nobody knows, so no cap is asked.
    /// </summary>
    public static (string Rule, DateTimeOffset? Opens)? Forbids(ContactRules rules, ContactRequest request)
    {
        if (Blocks(rules, request) is { } blocked) return (blocked, null);
        var (notBefore, waitingRule, first, open) = Opening(rules, request);
        // Of a public holiday it is the day that forbids it, though the next one begins with the hours.
        return !open ? (waitingRule!, null) : notBefore > request.At ? (first!, notBefore) : null;
    }

    /// <summary>The rule that forbids it for a reason that time does not mend; null: none does.</summary>
    private static string? Blocks(ContactRules rules, ContactRequest request)
    {
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
                        return rule.Id;
                }
            }
        return null;
    }

    /// <summary>In the place of a rule: the policy sends on business days only, and it is none at the portfolio's place.</summary>
    public const string BusinessDaysOnly = "business-days-only";

    /// <summary>In the place of a rule: the business date decided for has not begun at the portfolio's place.</summary>
    public const string DayNotBegun = "day-not-begun";

    /// <summary>
    /// In the place of a rule: at no hour of a day the permitted hours hold at every place where the customer may be. Time
    /// does not mend it; a person finds out where the customer is.
    /// </summary>
    public const string NoCommonHour = "no-common-hour";

    /// <summary>So many days in a row without one on which a contact may leave are a calendar's mistake; as with hours a person has to look.</summary>
    private const int DaysShutMax = 400;

    /// <summary>
    /// The first instant at which every window that binds is open, on a day on which contacts may leave; the last rule that made it
    /// wait, and the first.
    /// </summary>
    private static (DateTimeOffset NotBefore, string? Rule, string? First, bool Open) Opening(ContactRules rules, ContactRequest request)
    {
        var (notBefore, waitingRule, first) = (request.At, (string?)null, (string?)null);
        if (request.DayBegins is { } begins && begins > notBefore) (notBefore, waitingRule, first) = (begins, DayNotBegun, DayNotBegun);
        // What one rule moves to may be forbidden by another that was asked before.
        var moved = true;
        while (moved)
        {
            moved = false;
            if (request.BusinessDays is { } days && LocalDay.Of(notBefore, days.TimeZone) is var day && !days.Calendar.IsBusinessDay(day))
                Wait(LocalDay.Start(days.Calendar.NextBusinessDay(day), days.TimeZone), BusinessDaysOnly);
            foreach (var rule in rules.Rules)
            {
                if (!rule.Binds(request)) continue;
                if (rule.Kind == "holiday")
                    foreach (var zone in request.TimeZones)
                        if (LocalDay.Of(notBefore, zone) is var there && request.Countries.Any(country => BusinessCalendar.IsPublicHoliday(country, there)))
                            Wait(LocalDay.Start(there.Plus(1), zone), rule.Id);
                if (rule.Kind != "window") continue;
                if (NextOpening(rule, request.TimeZones, notBefore) is not { } instant) return (notBefore, NoCommonHour, first, false);
                Wait(instant, rule.Id);
            }
            if (notBefore > request.At + TimeSpan.FromDays(DaysShutMax)) return (notBefore, NoCommonHour, first, false);
        }
        return (notBefore, waitingRule, first, true);

        void Wait(DateTimeOffset until, string rule)
        {
            if (until <= notBefore) return;
            (notBefore, waitingRule, moved) = (until, rule, true);
            first ??= rule;
        }
    }

    /// <summary>Null where there is room under the cap; else the first day on which there will be.</summary>
    private static DateOnly? CapUntil(ContactRule rule, ContactRequest request)
    {
        // The business date may be ahead of the customer's calendar, so days are counted where the customer is. Of the dates that
        // the possible places have, a contact takes the latest and today the earliest: it counts as long as it may have to.
        var today = request.TimeZones.Min(zone => LocalDay.Of(request.At, zone));
        var days = new List<DateOnly>();
        foreach (var contact in request.Contact.Recent)
            if (contact.Outbound && contact.At <= request.At && (rule.Channels.Count == 0 || rule.Channels.Contains(contact.Channel)))
                days.Add(request.TimeZones.Max(zone => LocalDay.Of(contact.At, zone)));
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
                instant = Opens(zone, local.TimeOfDay < rule.From ? local.Date : local.Date.PlusDays(1), rule.From, instant);
                moved = true;
            }
            if (!moved) return instant.ToDateTimeOffset();
        }
        return null;
    }

    /// <summary>
    /// When it is first that time of a day, after an instant at which it is not. Where the clocks skip the time, it is as soon as they
    /// have; where they show it twice, and the first was before the instant, the second.
    /// </summary>
    private static Instant Opens(DateTimeZone zone, LocalDate date, LocalTime time, Instant after)
    {
        var mapped = zone.MapLocal(date + time);
        if (mapped.Count == 0) return mapped.LateInterval.Start;
        var first = mapped.First().ToInstant();
        return first > after ? first : mapped.Last().ToInstant();
    }
}
