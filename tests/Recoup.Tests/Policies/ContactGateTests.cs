using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;

namespace Recoup.Tests.Policies;

public sealed class ContactGateTests
{
    private const string NewYork = "America/New_York", LosAngeles = "America/Los_Angeles", Berlin = "Europe/Berlin";

    private static ContactRequest Request(string at = "2026-06-10T15:00:00Z", string channel = "email", params string[] zones) => new()
    {
        Channel = channel,
        AddressToken = "t1",
        At = Instant(at),
        Today = DateOnly.FromDateTime(Instant(at).UtcDateTime),
        TimeZones = zones.Length == 0 ? ["UTC"] : zones,
        Contact = new ContactSlice(),
        UnderWay = 0,
        Erased = false,
        Held = false,
        Party = "business",
        Collector = "first",
    };

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static ContactSlice Contacts(params string[] at)
    {
        var state = new ContactSlice();
        foreach (var instant in at) state.Remember(new ContactRecord(Instant(instant), "email", true));
        return state;
    }

    private static Verdict Clear(ContactRequest request, ContactRules? rules = null) => ContactGate.Clear(rules ?? ShippedPolicies.ContactRules, request);

    private static string? From(ContactRequest request, ContactRules? rules = null) =>
        Clear(request, rules) is Verdict.Allowed allowed
            ? allowed.NotBefore.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture)
            : null;

    // --- what it is for ---

    [Theory]
    [InlineData("dunning", "three-a-week", "on-hold")]
    [InlineData("invoice", null, null)]
    [InlineData("statement", null, null)]
    public void A_document_waits_for_no_cap_and_no_hold_but_for_all_else(string purpose, string? whenCapped, string? whenHeld)
    {
        var request = Request() with { Purpose = purpose };
        string? Rule(ContactRequest r) =>
            Clear(r) switch
            {
                Verdict.Deferred deferred => deferred.Rule,
                Verdict.Blocked blocked => blocked.Rule,
                Verdict.Allowed allowed => allowed.Rule,
                _ => null,
            };
        Rule(request).ShouldBeNull();
        Rule(request with { Contact = Contacts("2026-06-10T10:00:00Z", "2026-06-09T10:00:00Z", "2026-06-08T10:00:00Z") }).ShouldBe(whenCapped);
        Rule(request with { Held = true }).ShouldBe(whenHeld);
        Rule(request with { Erased = true }).ShouldBe("erased");
        Rule(request with { AddressToken = null }).ShouldBe("no-address");
        Rule(request with { At = Instant("2026-06-10T23:00:00Z") }).ShouldBe("waking-hours");
        var out_ = new ContactSlice();
        out_.OptOuts.Add(new OptOut("email", null));
        Rule(request with { Contact = out_ }).ShouldBe("opted-out");
    }

    [Fact]
    public void A_purpose_that_there_is_not_is_said_with_its_place() =>
        Should.Throw<YamlException>(() => ContactRules.Parse(ShippedPolicies.ContactRulesText.Replace("purposes: [dunning]", "purposes: [invoyce]",
            StringComparison.Ordinal), "mine.yaml")).Message.ShouldContain("'invoyce' is none of dunning, invoice, statement");

    /// <summary>At noon of a public holiday it is the day that forbids the call, though the next one begins with the hours.</summary>
    [Fact]
    public void What_forbids_a_call_at_noon_of_a_public_holiday_is_the_holiday()
    {
        var request = Request() with { Channel = Channel.Call, At = Instant("2026-05-01T10:00:00Z"), TimeZones = ["Europe/Berlin"], Countries = ["DE"] };
        ContactGate.Forbids(ShippedPolicies.ContactRules, request).ShouldBe(("public-holidays", Instant("2026-05-02T06:00:00Z")));
        ContactGate.Forbids(ShippedPolicies.ContactRules, request with { At = Instant("2026-05-01T22:00:00Z") })!.Value.Rule.ShouldBe("waking-hours");
        ContactGate.Forbids(ShippedPolicies.ContactRules, request with { At = Instant("2026-04-30T10:00:00Z") }).ShouldBeNull();
    }

    // --- hours ---

    [Theory]
    [InlineData("2026-06-10T05:59:00Z", "2026-06-10T06:00Z")] // 07:59 there
    [InlineData("2026-06-10T06:00:00Z", "2026-06-10T06:00Z")] // 08:00
    [InlineData("2026-06-10T18:59:00Z", "2026-06-10T18:59Z")] // 20:59
    [InlineData("2026-06-10T19:00:00Z", "2026-06-11T06:00Z")] // 21:00: tomorrow
    [InlineData("2026-06-10T23:00:00Z", "2026-06-11T06:00Z")] // 01:00 of the next day there
    public void Hours_are_the_customer_s(string at, string from) => From(Request(at, "call", Berlin)).ShouldBe(from);

    // An Eastern phone and a Pacific address: 11:00 to 21:00 Eastern, which is UTC-4 in June.
    [Theory]
    [InlineData("2026-06-10T12:00:00Z", "2026-06-10T15:00Z")] // 08:00 Eastern, 05:00 Pacific
    [InlineData("2026-06-10T14:59:00Z", "2026-06-10T15:00Z")]
    [InlineData("2026-06-10T15:00:00Z", "2026-06-10T15:00Z")] // 11:00 Eastern
    [InlineData("2026-06-11T00:59:00Z", "2026-06-11T00:59Z")] // 20:59 Eastern
    [InlineData("2026-06-11T01:00:00Z", "2026-06-11T15:00Z")] // 21:00 Eastern, 18:00 Pacific
    public void Of_several_places_the_hours_of_all_must_hold(string at, string from)
    {
        From(Request(at, "call", NewYork, LosAngeles)).ShouldBe(from);
        From(Request(at, "call", LosAngeles, NewYork)).ShouldBe(from);
    }

    [Fact]
    public void Places_whose_hours_never_meet_block()
    {
        // Twelve hours apart: when it is 09:00 at one place it is 21:00 at the other.
        var rules = SamplePolicy.Rules("id: narrow, kind: window, from: '09:00', to: '12:00'");
        Clear(Request("2026-06-10T12:00:00Z", "call", "Etc/GMT-6", "Etc/GMT+6"), rules).ShouldBe(new Verdict.Blocked(ContactGate.NoCommonHour));
    }

    // 29 March 2026: in Berlin 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
    [Theory]
    [InlineData("2026-03-28T22:00:00Z", "2026-03-29T06:00Z")] // 08:00 is UTC+2 by then
    [InlineData("2026-03-27T22:00:00Z", "2026-03-28T07:00Z")] // and UTC+1 the day before
    [InlineData("2026-10-24T22:00:00Z", "2026-10-25T07:00Z")]
    [InlineData("2026-10-23T22:00:00Z", "2026-10-24T06:00Z")]
    public void Nights_on_which_the_clocks_change(string at, string from) => From(Request(at, "email", Berlin)).ShouldBe(from);

    [Fact]
    public void A_window_that_opens_in_the_hour_that_is_left_out_opens_at_its_end()
    {
        var rules = SamplePolicy.Rules("id: w, kind: window, from: '02:30', to: '21:00'");
        // 02:30 does not exist; at 01:00 UTC it is 03:00 at once, which is past it.
        From(Request("2026-03-29T00:30:00Z", "email", Berlin), rules).ShouldBe("2026-03-29T01:00Z");
        From(Request("2026-03-29T01:00:00Z", "email", Berlin), rules).ShouldBe("2026-03-29T01:00Z");
    }

    [Fact]
    public void Two_windows_hold_together_whichever_comes_first_in_the_file()
    {
        const string early = "id: early, kind: window, from: '08:00', to: '21:00'", late = "id: late, kind: window, from: '10:00', to: '22:00'";
        foreach (var rules in new[] { SamplePolicy.Rules(early, late), SamplePolicy.Rules(late, early) })
        {
            // 21:30 is within the late one, and 08:00 the next day is not.
            From(Request("2026-06-10T21:30:00Z"), rules).ShouldBe("2026-06-11T10:00Z");
            Clear(Request("2026-06-10T21:30:00Z"), rules).ShouldBeOfType<Verdict.Allowed>().Rule.ShouldBe("late");
        }
    }

    [Fact]
    public void Letters_have_no_hours() => From(Request("2026-06-10T02:00:00Z", "letter")).ShouldBe("2026-06-10T02:00Z");

    // --- caps ---

    [Fact]
    public void Room_appears_on_the_day_on_which_the_oldest_contact_no_longer_counts()
    {
        var request = Request("2026-06-10T15:00:00Z") with { Contact = Contacts("2026-06-05T09:00:00Z", "2026-06-08T09:00:00Z", "2026-06-09T09:00:00Z") };
        Clear(request).ShouldBe(new Verdict.Deferred(new DateOnly(2026, 6, 12), "three-a-week"));
        Clear(request with { Today = new DateOnly(2026, 6, 11) }).ShouldBeOfType<Verdict.Deferred>();
        Clear(request with { Today = new DateOnly(2026, 6, 12), At = Instant("2026-06-12T15:00:00Z") }).ShouldBeOfType<Verdict.Allowed>();
    }

    [Fact]
    public void Two_in_seven_days_leave_room_for_one_and_what_is_under_way_takes_it()
    {
        var request = Request() with { Contact = Contacts("2026-06-08T09:00:00Z", "2026-06-09T09:00:00Z") };
        Clear(request).ShouldBeOfType<Verdict.Allowed>();
        Clear(request with { UnderWay = 1 }).ShouldBe(new Verdict.Deferred(new DateOnly(2026, 6, 15), "three-a-week"));
    }

    [Fact]
    public void Inbound_contacts_do_not_count_and_other_channels_do()
    {
        var request = Request(channel: "call") with { Contact = Contacts("2026-06-08T09:00:00Z", "2026-06-09T09:00:00Z") };
        request.Contact.Remember(new ContactRecord(Instant("2026-06-09T10:00:00Z"), "call", Outbound: false));
        Clear(request).ShouldBeOfType<Verdict.Allowed>();
        request.Contact.Remember(new ContactRecord(Instant("2026-06-09T11:00:00Z"), "letter", Outbound: true));
        Clear(request).ShouldBeOfType<Verdict.Deferred>();
    }

    [Fact]
    public void A_contact_of_the_evening_counts_at_once_though_its_day_in_UTC_is_tomorrow()
    {
        var rules = SamplePolicy.Rules("id: one, kind: cap, contacts: 1, days: 7");
        // 20:30 in New York is 00:30 UTC of the 11th.
        var request = Request("2026-06-11T00:40:00Z", "email", NewYork) with { Today = new DateOnly(2026, 6, 10), Contact = Contacts("2026-06-11T00:30:00Z") };
        Clear(request, rules).ShouldBe(new Verdict.Deferred(new DateOnly(2026, 6, 17), "one"));
    }

    [Fact]
    public void A_contact_of_the_morning_counts_for_all_its_days_though_its_day_in_UTC_is_yesterday()
    {
        var rules = SamplePolicy.Rules("id: one, kind: cap, contacts: 1, days: 7");
        // 08:30 on the 10th in Tokyo is 23:30 UTC of the 9th; seven days are the 10th to the 16th.
        var request = Request("2026-06-16T03:00:00Z", "email", "Asia/Tokyo") with { Contact = Contacts("2026-06-09T23:30:00Z") };
        Clear(request, rules).ShouldBe(new Verdict.Deferred(new DateOnly(2026, 6, 17), "one"));
    }

    [Fact]
    public void Calls_to_a_consumer_for_somebody_else_are_seven_in_seven_days()
    {
        var rules = ContactRules.Parse(ShippedPolicies.ContactRulesText.Replace("contacts: 3", "contacts: 100", StringComparison.Ordinal), "rules.yaml");
        var contact = new ContactSlice();
        for (var day = 4; day <= 10; day++) contact.Remember(new ContactRecord(Instant($"2026-06-{day:D2}T09:00:00Z"), "call", true));
        var request = Request(channel: "call") with { Contact = contact, Party = "consumer", Collector = "third" };
        Clear(request, rules).ShouldBe(new Verdict.Deferred(new DateOnly(2026, 6, 11), "reg-f-calls"));
        Clear(request with { Party = "business" }, rules).ShouldBeOfType<Verdict.Allowed>();
        Clear(request with { Collector = "first" }, rules).ShouldBeOfType<Verdict.Allowed>();
        Clear(request with { Channel = "email" }, rules).ShouldBeOfType<Verdict.Allowed>();
    }

    [Fact]
    public void A_rule_binds_from_its_day_on()
    {
        var rules = SamplePolicy.Rules("id: later, kind: cap, contacts: 1, days: 7, effective_from: 2026-06-11");
        var request = Request() with { Contact = Contacts("2026-06-10T09:00:00Z") };
        Clear(request, rules).ShouldBeOfType<Verdict.Allowed>();
        Clear(request with { Today = new DateOnly(2026, 6, 11) }, rules).ShouldBeOfType<Verdict.Deferred>();
    }

    [Fact]
    public void Of_two_caps_the_one_that_waits_longer_wins()
    {
        var rules = SamplePolicy.Rules("id: short, kind: cap, contacts: 1, days: 2", "id: long, kind: cap, contacts: 1, days: 9");
        Clear(Request() with { Contact = Contacts("2026-06-10T09:00:00Z") }, rules).ShouldBe(new Verdict.Deferred(new DateOnly(2026, 6, 19), "long"));
    }

    // --- consent ---

    [Fact]
    public void An_opt_out_of_an_address_holds_for_that_address_only()
    {
        var contact = new ContactSlice { OptOuts = { new OptOut("email", "t1") } };
        Clear(Request() with { Contact = contact }).ShouldBe(new Verdict.Blocked("opted-out"));
        Clear(Request() with { Contact = contact, AddressToken = "t2" }).ShouldBeOfType<Verdict.Allowed>();
        Clear(Request(channel: "call") with { Contact = contact }).ShouldBeOfType<Verdict.Allowed>();
    }

    [Fact]
    public void An_opt_out_of_a_channel_holds_for_all_its_addresses_and_one_of_all_channels_for_everything()
    {
        var channel = new ContactSlice { OptOuts = { new OptOut("email", null) } };
        Clear(Request() with { Contact = channel, AddressToken = "t2" }).ShouldBe(new Verdict.Blocked("opted-out"));
        Clear(Request(channel: "call") with { Contact = channel }).ShouldBeOfType<Verdict.Allowed>();
        var all = new ContactSlice { OptOuts = { new OptOut(Channel.Any, null) } };
        foreach (var name in Channel.All) Clear(Request(channel: name) with { Contact = all }).ShouldBe(new Verdict.Blocked("opted-out"));
    }

    // --- precedence ---

    [Fact]
    public void What_forbids_for_good_comes_before_what_forbids_for_now()
    {
        var request = Request("2026-06-10T23:00:00Z") with
        {
            Erased = true,
            Held = true,
            AddressToken = null,
            Contact = new ContactSlice
            {
                OptOuts = { new OptOut("email", null) }, BadAddresses = [new BadAddress("email", "t1")],
                Recent = Contacts("2026-06-10T09:00:00Z", "2026-06-10T10:00:00Z", "2026-06-10T11:00:00Z").Recent,
            },
        };
        var ladder = new List<string>();
        void Ask() =>
            ladder.Add(Clear(request) switch { Verdict.Blocked b => b.Rule, Verdict.Deferred d => d.Rule, Verdict.Allowed a => a.Rule ?? "allowed", _ => "" });
        Ask();
        request = request with { Erased = false };
        Ask();
        request.Contact.OptOuts.Clear();
        Ask();
        request = request with { Held = false };
        Ask();
        request = request with { AddressToken = "t1" };
        Ask();
        request.Contact.BadAddresses!.Clear();
        Ask();
        request.Contact.Recent.Clear();
        Ask();
        request = request with { At = Instant("2026-06-10T15:00:00Z") };
        Ask();
        ladder.ShouldBe(["erased", "opted-out", "on-hold", "no-address", "undeliverable", "three-a-week", "waking-hours", "allowed"]);
    }

    [Fact]
    public void A_call_needs_no_address_since_a_person_can_look_it_up() =>
        Clear(Request(channel: "call") with { AddressToken = null }).ShouldBeOfType<Verdict.Allowed>();

    [Fact]
    public void The_clearance_names_pack_and_instant() =>
        Clear(Request()).ShouldBeOfType<Verdict.Allowed>().Clearance.Id.ShouldBe($"contact-default@{Instant("2026-06-10T15:00:00Z").ToUnixTimeMilliseconds()}");

    // --- packs ---

    [Theory]
    [InlineData("kind: hold", "kind: holt", "kind is one of erased, opt_out, hold, no_address, undeliverable, cap, holiday, window, not 'holt'")]
    [InlineData("id: no-address\n    kind: no_address", "id: no-address\n    kind: hold", "a pack must have a rule of kind no_address")]
    [InlineData("channels: [call]", "channels: [phone]", "'phone' is none of email, sms, call, letter")]
    [InlineData("to: \"21:00\"", "to: \"07:00\"", "must be later than from")]
    [InlineData("from: \"08:00\"", "from: \"8am\"", "from takes a time such as 08:00")]
    [InlineData("days: 7\n    purposes", "days: 99\n    purposes", "days takes a whole number from 1 to 40, not '99'")]
    [InlineData("id: on-hold", "id: erased", "'erased' stands twice")]
    [InlineData("collector: third", "collector: thirds", "collector is one of first, third, not 'thirds'")]
    [InlineData("    source: House rule\n\n  - id: no-address", "    sauce: House rule\n\n  - id: no-address", "source is missing")]
    [InlineData("kind: hold\n", "kind: hold\n    colour: red\n", "'colour' is no field here")]
    public void What_is_wrong_with_a_pack_is_said_with_its_place(string old, string @new, string message)
    {
        ShippedPolicies.ContactRulesText.ShouldContain(old);
        var error =
            Should.Throw<YamlException>(() => ContactRules.Parse(ShippedPolicies.ContactRulesText.Replace(old, @new, StringComparison.Ordinal), "mine.yaml"));
        error.Message.ShouldContain(message);
        error.Message.ShouldStartWith("mine.yaml, line ");
    }

    [Fact]
    public void Every_shipped_rule_says_what_it_is_and_where_it_comes_from()
    {
        ShippedPolicies.ContactRules.Rules.Count.ShouldBe(9);
        ShippedPolicies.ContactRules.Rules.ShouldAllBe(r => r.Text.EndsWith('.') && r.Source.Length > 5);
    }
}
