using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Core.Recovery;
using Recoup.Tests.Policies;

namespace Recoup.Tests.Sending;

/// <summary>An address is one address: its spellings have one consent, one mark, one form on the wire.</summary>
public sealed class AddressTests
{
    private static readonly DateOnly Due = new(2026, 6, 1);

    /// <summary>All of them mean info@übung.example.</summary>
    public static readonly TheoryData<string> Spellings =
    [
        "info@übung.example", "info@xn--bung-zra.example", "INFO@ÜBUNG.EXAMPLE", "Info@XN--BUNG-ZRA.example", "info@übung.example.",
        "info@xn--bung-zra.example.", " info@übung.example ",
        "info@u\u0308bung.example", "info@U\u0308BUNG.example", "info@übung\u3002example", "info@ｘｎ--bung-zra.example", "in\u00ADfo@übung.example",
        "info@\u200Bübung.example", "info＠übung.example", "\"info\"@übung.example",
        "mailto:info@übung.example", "MAILTO:Info@xn--bung-zra.example?subject=no%20more", "Übung GmbH <info@übung.example>",
        "\"Lee, Ann\" <mailto:info@übung.example>", "<info@übung.example.>",
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Every_spelling_is_compared_as_one_and_leaves_as_mail_carries_it(string spelling)
    {
        MailAddress.Compared(spelling).ShouldBe("info@xn--bung-zra.example");
        MailAddress.TryWrite(spelling, utf8: false, out var written).ShouldBeTrue();
        written.ShouldBe("info@xn--bung-zra.example", StringCompareShould.IgnoreCase);
        written.Split('@')[1].ShouldBe("xn--bung-zra.example");
        MailAddress.CanBeMailed(spelling).ShouldBeTrue();
    }

    [Theory]
    [InlineData("AP@Acme.Example", "AP@acme.example")]
    [InlineData("ap@acme.example.", "ap@acme.example")]
    [InlineData("o'neil+bills@acme.example", "o'neil+bills@acme.example")]
    [InlineData("ap@1.example", "ap@1.example")]
    [InlineData("ap@relay", "ap@relay")]
    [InlineData("john doe@acme.example", "\"john doe\"@acme.example")]
    [InlineData("\"john doe\"@acme.example", "\"john doe\"@acme.example")]
    [InlineData("\"mailto:john\"@acme.example", "\"mailto:john\"@acme.example")]
    [InlineData("mailto:AP@acme.example", "AP@acme.example")]
    [InlineData("Acme <AP@acme.example>", "AP@acme.example")]
    [InlineData("x@straße.example", "x@xn--strae-oqa.example")]
    [InlineData("x@münchen.bücher.example", "x@xn--mnchen-3ya.xn--bcher-kva.example")]
    public void What_goes_over_the_wire_is_the_address_as_given_with_its_domain_encoded(string given, string wire)
    {
        MailAddress.TryWrite(given, utf8: false, out var written).ShouldBeTrue();
        written.ShouldBe(wire);
    }

    [Theory]
    [InlineData("")]
    [InlineData("n/a")]
    [InlineData("@acme.example")]
    [InlineData("ap@")]
    [InlineData("ap@acme..example")]
    [InlineData("ap@.acme.example")]
    [InlineData("ap@acme.example..")]
    [InlineData("ap@-acme.example")]
    [InlineData("ap@acme")]
    [InlineData("ap@localhost.")]
    [InlineData("ap@192.0.2.1")]
    [InlineData("ap@192.0.2.1.")]
    [InlineData("ap@[192.0.2.1]")]
    [InlineData("ap@１９２。０。２。１")]
    [InlineData("ap@acme.123")]
    [InlineData("ap@acme_example.com>")]
    [InlineData("ap@acme.example, ar@acme.example")]
    [InlineData("ap@acme.example; ar@acme.example")]
    [InlineData("email:ap@acme.example")]
    [InlineData("mailto:")]
    [InlineData("mailto:ap")]
    [InlineData("Acme <>")]
    [InlineData("Acme <ap@acme.example> x")]
    [InlineData("ap@ac me.example")]
    [InlineData("ap\n@acme.example")]
    [InlineData("ap@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public void What_mail_can_not_reach_is_known_before_it_is_tried(string address) => MailAddress.CanBeMailed(address).ShouldBeFalse();

    [Fact]
    public void Different_addresses_stay_different()
    {
        string[] others = ["info@ubung.example", "info@uebung.example", "info@übung.example.com", "inf@übung.example", "info@xn--bung-zrb.example",
            "info@strasse.example", "info@straße.example", "info@übung.exam-ple"];
        others.Select(MailAddress.Compared).Distinct().Count().ShouldBe(others.Length);
        others.Select(MailAddress.Compared).ShouldNotContain("info@xn--bung-zra.example");
    }

    // --- consent and marks ---

    private static PartyBench Overdue(string? email, string? phone = "+49301234567")
    {
        var bench = new PartyBench(account: false) { ChannelSays = null };
        bench.Account("A1", email, phone);
        bench.Clock(PartyBench.At(Due.AddDays(-30)));
        bench.Invoice("RE-1", Due, 500m);
        return bench;
    }

    /// <summary>
    /// Whatever spelling the account has and whatever spelling was opted out: nobody is mailed, and the step goes by the next
    /// channel in the same run.
    /// </summary>
    [Theory]
    [MemberData(nameof(Spellings))]
    public void A_withdrawal_holds_for_every_spelling(string spelling)
    {
        foreach (var given in Spellings)
        {
            var bench = Overdue(given.Data);
            bench.OptOut("email", spelling);
            ByCall(bench, "opted-out");
            // Given again under any spelling, it is given.
            bench.OptOut("email", given.Data, granted: true);
            bench.State.Contact.OptOuts.ShouldBeEmpty();
        }
    }

    private static void ByCall(PartyBench bench, string why)
    {
        var decided = bench.Review(Due.AddDays(3));
        decided.ShouldSatisfyAllConditions(d => d.Action.Word.ShouldBe("task"), d => d.Channel.ShouldBe("call"), d => d.Step.ShouldBe("first-reminder"));
        decided.Considered.ShouldNotBeNull().ShouldContain(c => c.What == "first-reminder by email" && c.Why == why);
    }

    /// <summary>Journals from when each spelling had a token of its own: what was said then of one means the address.</summary>
    [Theory]
    [InlineData("info@übung.example", "info@xn--bung-zra.example")]
    [InlineData("info@xn--bung-zra.example", "info@übung.example")]
    [InlineData("info@acme.example", "info@acme.example.")]
    [InlineData("info@acme.example.", "info@acme.example")]
    [InlineData("info@übung.example", "info@xn--bung-zra.example.")]
    public void What_was_said_of_a_spelling_before_holds_for_the_address(string account, string said)
    {
        PartyBench Before()
        {
            var bench = Overdue(account);
            // As it was recorded then: each spelling by its own token.
            bench.Record(new AccountEvent.Changed(bench.State.Accounts[0] with { EmailToken = bench.TheVault.Token("A1", account) }));
            return bench;
        }
        var bench = Before();
        bench.Record(new ConsentEvent.Changed("email", bench.TheVault.Token("A1", said), false));
        ByCall(bench, "opted-out");
        bench.OptOut("email", account, granted: true);
        bench.State.Contact.OptOuts.ShouldBeEmpty();

        bench = Before();
        bench.Review(Due.AddDays(3)).Action.Word.ShouldBe("message");
        bench.Dispatch();
        var message = bench.State.Messages.Keys.Single();
        bench.Record(new MessageEvent.Bounced(message, "hard", "email", bench.TheVault.Token("A1", said), "5.1.1", null));
        bench.Review(Due.AddDays(4)).Considered.ShouldNotBeNull().ShouldContain(c => c.Why == "undeliverable");
        bench.Do(new ContactInput.PointSet { Key = bench.NextKey(), Account = "A1", Channel = "email", Address = account });
        bench.State.Contact.BadAddresses.ShouldBeNull();
    }

    [Fact]
    public void An_address_that_mail_can_not_reach_is_none_and_the_step_goes_by_the_next_channel_in_the_same_run()
    {
        var bench = Overdue("ap@acme..example");
        bench.State.Accounts[0].EmailToken.ShouldBeNull();
        ByCall(bench, "no-address");
    }

    /// <summary>Mail is known of another account of the customer: a reminder goes there, and consent, marks and caps are that address's.</summary>
    [Fact]
    public void A_reminder_of_an_account_without_an_address_goes_to_that_of_another_unless_consent_for_it_was_withdrawn()
    {
        var bench = Overdue(null, phone: null);
        bench.Account("A2", "ann@customer.example");
        bench.OptOut("email", "Ann@Customer.example.");
        ByCall(bench, "opted-out");
        bench.OptOut("email", "ann@customer.example", granted: true);

        var other = Overdue(null, phone: null);
        other.Account("A2", "ann@customer.example", phone: null);
        other.Review(Due.AddDays(3)).Action.Word.ShouldBe("message");
        other.OptOut("email", "ANN@customer.example");
        other.Dispatch()[0].ShouldBeOfType<MessageEvent.Withdrawn>().Rule.ShouldBe("opted-out");
        other.Sent.ShouldBeEmpty();

        var third = Overdue(null);
        third.Account("A2", "ann@customer.example");
        third.Review(Due.AddDays(3)).Action.Word.ShouldBe("message");
        third.Dispatch();
        third.Sent.ShouldHaveSingleItem().Text.To.ShouldBe("ann@customer.example");
        // What comes back marks the address that it went to.
        third.Do(new Input.ChannelResult { Key = third.NextKey(), Party = "A1", Message = third.Sent[0].Message, Outcome = "sent" });
        third.Do(new MessageInput.Bounced { Key = third.NextKey(), Account = "A1", Message = third.Sent[0].Message, Kind = "hard" });
        third.State.Contact.IsUndeliverable("email", third.State.Account("A2")!.EmailToken!).ShouldBeTrue();
    }

    [Fact]
    public void An_address_of_its_own_that_takes_no_mail_gives_way_to_that_of_another_account()
    {
        var bench = Overdue("gone@customer.example");
        bench.Account("A2", "ann@customer.example");
        bench.State.Contact.BadAddresses = [new BadAddress("email", bench.State.Account("A1")!.EmailToken!)];
        bench.Review(Due.AddDays(3)).Action.Word.ShouldBe("message");
        bench.Dispatch();
        bench.Sent.ShouldHaveSingleItem().Text.To.ShouldBe("ann@customer.example");
    }

    // --- where it turns out at the release ---

    [Theory]
    [InlineData("consent", "opted-out")]
    [InlineData("bounce", "undeliverable")]
    public void What_turns_out_at_the_release_sends_the_step_by_the_next_channel_at_once(string what, string why)
    {
        var bench = Overdue("pay@customer.example");
        bench.Review(Due.AddDays(3)).Action.Word.ShouldBe("message");
        if (what == "consent") bench.OptOut("email", "PAY@customer.example.");
        else bench.State.Contact.BadAddresses = [new BadAddress("email", bench.State.Accounts[0].EmailToken!)];
        var events = bench.Dispatch();
        events[0].ShouldBeOfType<MessageEvent.Withdrawn>().Rule.ShouldBe(why);
        var decided = events[1].ShouldBeOfType<DecisionEvent.Made>().Decision;
        decided.ShouldSatisfyAllConditions(d => d.Action.Word.ShouldBe("task"), d => d.Channel.ShouldBe("call"), d => d.Step.ShouldBe("first-reminder"),
            d => d.Considered.ShouldNotBeNull().ShouldContain(c => c.Why == why));
        bench.State.WorkItems.Values.ShouldHaveSingleItem().CreatedOn.ShouldBe(Due.AddDays(3));
        // The run of the same day has nothing left to do.
        bench.State.NextReviewOn.ShouldNotBeNull().ShouldBeGreaterThan(Due.AddDays(3));
    }

    [Fact]
    public void A_hold_at_the_release_is_waited_for()
    {
        var bench = Overdue("pay@customer.example");
        bench.Review(Due.AddDays(3)).Action.Word.ShouldBe("message");
        bench.Hold(Due.AddDays(3), Due.AddDays(10));
        bench.Dispatch().ShouldHaveSingleItem().ShouldBeOfType<MessageEvent.Withdrawn>();
    }

    // --- numbers ---

    [Theory]
    [InlineData("+49 30 1234567", null, "+49301234567")]
    [InlineData("0049 (0)30 123 45 67", "DE", "+49301234567")]
    [InlineData("030/1234567", "DE", "+49301234567")]
    [InlineData("tel:+49-30-1234567", null, "+49301234567")]
    [InlineData("+49 30 1234567 ext. 12", null, "+49301234567")]
    [InlineData("020 7946 0000", "GB", "+442079460000")]
    [InlineData("030 1234567", null, null)]
    [InlineData("n/a", "DE", null)]
    [InlineData("-", null, null)]
    [InlineData("+49301", "DE", null)]
    [InlineData("call after 5", "DE", null)]
    public void A_number_has_one_form(string number, string? country, string? e164) => PhoneNumber.E164(number, country).ShouldBe(e164);

    [Fact]
    public void People_see_a_number_with_its_spaces_and_what_is_none_as_it_was_given()
    {
        PhoneNumber.Shown("030/1234567", "DE").ShouldBe("+49 30 1234567");
        PhoneNumber.Shown("ask for Jane", "DE").ShouldBe("ask for Jane");
        PhoneNumber.All("ask for Jane; 030/1234567,\n0170 7654321 | ext. 5; 030/1234567")
            .ShouldBe(["ask for Jane 030/1234567", "0170 7654321, ext. 5", "030/1234567"]);
        PhoneNumber.All("030/1234567").ShouldBe(["030/1234567"]);
    }

    [Theory]
    [InlineData("030 1234567")]
    [InlineData("+49 (0)30 1234567")]
    [InlineData("0049301234567")]
    public void A_withdrawal_for_a_number_holds_for_every_spelling(string said)
    {
        var bench = Overdue(null, null);
        bench.Do(new AccountInput.Set { Key = bench.NextKey(), Account = "A1", Phone = "+49301234567", Country = "DE" });
        bench.OptOut("call", said);
        NotCalled(bench);
    }

    /// <summary>The country comes in another row: the number is another from then on.</summary>
    [Fact]
    public void A_number_without_its_country_code_is_of_the_account_s_country()
    {
        var bench = Overdue(null, "030 1234567");
        bench.OptOut("call", "+49301234567");
        bench.Review(Due.AddDays(3)).Action.Word.ShouldBe("task");
        var other = Overdue(null, "030 1234567");
        other.Do(new AccountInput.Set { Key = other.NextKey(), Account = "A1", Country = "DE" });
        other.OptOut("call", "+49301234567");
        NotCalled(other);
    }

    /// <summary>What is of no use is kept, costs nobody the account, and is told of once.</summary>
    [Theory]
    [InlineData("+49301234567", null, null, null)]
    [InlineData("030 1234567", "DE", null, null)]
    [InlineData("030 1234567", null, null, "Give it its country code")]
    [InlineData("ask Jane", "DE", null, "none that can be dialled, in DE")]
    [InlineData("+49 30", "DE", null, "none that can be dialled, in DE")]
    [InlineData("+49301234567", null, "ap@acme..example", "no mail can be sent to the address given")]
    public void A_number_or_address_of_no_use_is_kept_and_told_of(string phone, string? country, string? email, string? told)
    {
        var bench = new PartyBench(account: false);
        AccountInput.Set Row() => new() { Key = bench.NextKey(), Account = "A1", Party = "A1", Phone = phone, Email = email, Country = country };
        var outcome = bench.Do(Row());
        outcome.Events.Count.ShouldBe(1);
        if (told is null) outcome.Remarks.ShouldBeEmpty(); else outcome.Remarks.ShouldHaveSingleItem().ShouldContain(told);
        outcome.Remarks.ShouldAllBe(r => !r.Contains(phone, StringComparison.Ordinal));
        bench.Do(Row()).ShouldSatisfyAllConditions(o => o.Events.ShouldBeEmpty(), o => o.Remarks.ShouldBeEmpty());
    }

    private static void NotCalled(PartyBench bench) =>
        bench.Review(Due.AddDays(3)).ShouldSatisfyAllConditions(d => d.Action.ShouldBe(Act.FindContact),
            d => d.Considered.ShouldNotBeNull().ShouldContain(c => c.What == "first-reminder by call" && c.Why == "opted-out"));
}
