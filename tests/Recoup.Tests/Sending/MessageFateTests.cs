using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Recovery;
using Recoup.Tests.Policies;

namespace Recoup.Tests.Sending;

/// <summary>What becomes of a party whose message was put off, came back, or is settled by a person: rules alone, no server.</summary>
public sealed class MessageFateTests
{
    private static readonly DateOnly Due = new(2026, 6, 1);

    private readonly PartyBench bench = new() { ChannelSays = null };

    /// <summary>A reminder, released and not answered yet.</summary>
    private Intent Released()
    {
        bench.Clock(PartyBench.At(Due.AddDays(-30)));
        bench.Invoice("RE-1", Due, 500m);
        bench.Review(Due.AddDays(3)).Action.Word.ShouldBe("message");
        bench.Dispatch().ShouldHaveSingleItem().ShouldBeOfType<MessageEvent.Released>().AddressToken.ShouldNotBeNull();
        return bench.State.Messages.Values.Single();
    }

    private IReadOnlyList<Event> Says(string outcome, string? detail = null, DateTimeOffset? until = null, string? badAddress = null) =>
        [.. bench.Do(new Input.ChannelResult
        {
            Key = bench.NextKey(), Party = "A1", Message = bench.State.Messages.Keys.Single(), Outcome = outcome, Detail = detail,
            Until = until, BadAddress = badAddress,
        }).Events.Select(e => e.Event)];

    /// <summary>What was said, which stands sealed in events and states.</summary>
    private string Words(string? detail) => SealedWords.Open(bench.TheVault, "A1", detail!);

    private Outcome Bounce(string kind, string? status = null, string? detail = null, string? message = null) =>
        bench.Do(new MessageInput.Bounced
        {
            Key = bench.NextKey(), Account = "A1", Message = message ?? bench.State.Messages.Keys.First(), Kind = kind, Status = status, Detail = detail,
        });

    // --- put off by the channel ---

    [Fact]
    public void What_the_channel_puts_off_waits_until_then_and_is_cleared_anew()
    {
        var message = Released();
        var until = bench.Now.AddMinutes(20);
        Says("deferred", "451 later", until).ShouldHaveSingleItem().ShouldBeOfType<MessageEvent.Deferred>()
            .ShouldSatisfyAllConditions(e => e.Message.ShouldBe(message.Id), e => e.Rule.ShouldBe(Machine.ChannelNotNow),
                e => e.Until.ShouldBe(until), e => Words(e.Detail).ShouldBe("451 later"));
        message.ShouldSatisfyAllConditions(m => m.Status.ShouldBe(IntentStatus.Pending), m => m.NotBefore.ShouldBe(until),
            m => Words(m.Detail).ShouldBe("451 later"), m => m.Tries.ShouldBe(1), m => m.FirstTriedAt.ShouldBe(bench.Now));
        bench.State.Contact.Recent.ShouldBeEmpty();
        // An answer to what is not under way changes nothing.
        Says("sent").ShouldBeEmpty();
        bench.Dispatch().ShouldBeEmpty();

        bench.Clock(until);
        bench.Dispatch().ShouldHaveSingleItem().ShouldBeOfType<MessageEvent.Released>();
        bench.Sent[^1].ShouldSatisfyAllConditions(o => o.Tries.ShouldBe(1), o => o.FirstTriedAt.ShouldBe(until.AddMinutes(-20)));
        Says("sent", "250 ok");
        message.Status.ShouldBe(IntentStatus.Sent);
        bench.State.Contact.Recent.Count.ShouldBe(1);
    }

    [Fact]
    public void What_was_put_off_is_withdrawn_where_its_reason_is_gone_by_then()
    {
        var message = Released();
        Says("deferred", "451 later", bench.Now.AddMinutes(20));
        bench.Pay(Due.AddDays(3), 500m);
        bench.Clock(bench.Now.AddHours(1));
        bench.Dispatch().ShouldHaveSingleItem().ShouldBeOfType<MessageEvent.Withdrawn>().Rule.ShouldBe("nothing-overdue");
        message.Status.ShouldBe(IntentStatus.Withdrawn);
    }

    [Fact]
    public void A_gate_that_puts_off_is_no_try_of_the_channel()
    {
        bench.Clock(PartyBench.At(Due.AddDays(-30)));
        bench.Invoice("RE-1", Due, 500m);
        bench.Review(Due.AddDays(3));
        bench.Clock(PartyBench.At(Due.AddDays(3), 22));
        bench.Dispatch().ShouldHaveSingleItem().ShouldBeOfType<MessageEvent.Deferred>().Detail.ShouldBeNull();
        bench.State.Messages.Values.Single().ShouldSatisfyAllConditions(m => m.Tries.ShouldBe(0), m => m.FirstTriedAt.ShouldBeNull());
    }

    [Fact]
    public void Nobody_tries_again_for_who_was_erased_meanwhile()
    {
        var message = Released();
        bench.Do(new AccountInput.Erasure { Key = bench.NextKey(), Account = "A1", Reason = "asked for" });
        Says("deferred", "451 later", bench.Now.AddMinutes(20)).ShouldHaveSingleItem().ShouldBe(new MessageEvent.Withdrawn(message.Id, "erased"));
    }

    // --- bounced ---

    [Fact]
    public void After_a_hard_bounce_the_same_step_goes_by_a_way_that_is_left()
    {
        var message = Released();
        Says("sent");
        Bounce("hard", "5.1.1", "no such user pay@customer.example here");
        message.ShouldSatisfyAllConditions(m => m.Status.ShouldBe(IntentStatus.Bounced), m => Words(m.Detail).ShouldBe("hard 5.1.1 no such user … here"));
        // It was a contact, or an attempt at one, all the same.
        bench.State.Contact.Recent.Count.ShouldBe(1);

        var next = bench.Review(Due.AddDays(4));
        next.ShouldSatisfyAllConditions(d => d.Action.Word.ShouldBe("task"), d => d.Channel.ShouldBe("call"), d => d.Step.ShouldBe("first-reminder"));
        next.Considered.ShouldNotBeNull().ShouldContain(c => c.What == "first-reminder by email" && c.Why == "undeliverable");
    }

    [Fact]
    public void A_refusal_at_the_door_that_names_the_address_says_as_much_as_a_bounce()
    {
        var message = Released();
        Says("failed", "550 5.1.1 no such user", badAddress: "5.1.1").Select(e => EventCodec.Encode(e).Kind)
            .ShouldBe(["message_settled", "message_bounced", "decided"]);
        message.Status.ShouldBe(IntentStatus.Failed);
        bench.State.Contact.Recent.ShouldBeEmpty();
        // Its step went on by a call at once, for the same reason.
        bench.State.WorkItems.Values.ShouldHaveSingleItem().CreatedOn.ShouldBe(Due.AddDays(3));
        ContactGateOf("email").ShouldBe("undeliverable");
        // The letter about it that comes later is no news.
        Bounce("hard", "5.1.1").Events.ShouldBeEmpty();
    }

    [Fact]
    public void Another_address_is_written_to_and_the_old_one_stays_known()
    {
        Released();
        Says("sent");
        Bounce("hard", "5.1.1");
        bench.Account("A1", email: "new@customer.example");
        bench.Review(Due.AddDays(4)).ShouldSatisfyAllConditions(d => d.Action.Word.ShouldBe("message"), d => d.Step.ShouldBe("first-reminder"));
        bench.Dispatch();
        bench.Sent[^1].Text.To.ShouldBe("new@customer.example");
        bench.Account("A1", email: "pay@customer.example");
        ContactGateOf("email").ShouldBe("undeliverable");
    }

    [Fact]
    public void The_same_address_given_anew_is_believed()
    {
        Released();
        Says("sent");
        Bounce("hard", "5.1.1");
        ContactGateOf("email").ShouldBe("undeliverable");
        bench.Do(new ContactInput.PointSet { Key = bench.NextKey(), Account = "A1", Channel = "email", Address = "pay@customer.example" })
            .Events.Count.ShouldBe(1);
        ContactGateOf("email").ShouldBeNull();
        bench.State.Contact.BadAddresses.ShouldBeNull();
        bench.Do(new ContactInput.PointSet { Key = bench.NextKey(), Account = "A1", Channel = "email", Address = "pay@customer.example" })
            .Events.ShouldBeEmpty();
    }

    private string? ContactGateOf(string channel)
    {
        var request = new ContactRequest
        {
            Channel = channel, AddressToken = bench.State.Contact.Point(channel)?.Token ?? bench.State.Accounts[0].EmailToken, At = bench.Now,
            Today = bench.State.AsOf, TimeZones = ["UTC"], Contact = bench.State.Contact,
            UnderWay = 0, Erased = false, Held = false, Party = "business", Collector = "first",
        };
        return (ContactGate.Clear(bench.Rules, request) as Verdict.Blocked)?.Rule;
    }

    [Fact]
    public void A_soft_bounce_says_nothing_about_the_address_and_the_ladder_goes_on()
    {
        var message = Released();
        Says("sent");
        Bounce("soft", "5.2.2", "mailbox full");
        message.ShouldSatisfyAllConditions(m => m.Status.ShouldBe(IntentStatus.Bounced), m => Words(m.Detail).ShouldBe("soft 5.2.2 mailbox full"));
        ContactGateOf("email").ShouldBeNull();
        bench.Review(Due.AddDays(4)).Rule.ShouldBe("step-not-due");
        bench.Review(Due.AddDays(14)).ShouldSatisfyAllConditions(d => d.Action.Word.ShouldBe("message"), d => d.Step.ShouldBe("second-reminder"));
        // Hard after soft is news; the same again is none.
        Bounce("hard", "5.1.1").Events.Count.ShouldBe(1);
        Bounce("hard", "5.1.1").Events.ShouldBeEmpty();
        Bounce("soft").Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_bounce_settles_what_nobody_knew_and_counts_it_once()
    {
        var message = Released();
        Says("unknown", "the connection broke");
        Bounce("hard", "5.1.1");
        message.Status.ShouldBe(IntentStatus.Bounced);
        bench.State.Contact.Recent.Count.ShouldBe(1);
    }

    [Fact]
    public void A_bounce_that_is_quicker_than_the_channel_s_answer_is_taken_and_the_answer_then_is_none()
    {
        var message = Released();
        Bounce("hard", "5.1.1");
        Says("sent").ShouldBeEmpty();
        message.Status.ShouldBe(IntentStatus.Bounced);
        bench.State.Contact.Recent.Count.ShouldBe(1);
        bench.State.Pending.ShouldBeEmpty();
    }

    [Fact]
    public void What_never_left_can_not_come_back()
    {
        var message = Released();
        Says("deferred", "451", bench.Now.AddHours(1));
        Refuse(new MessageInput.Bounced { Key = "x", Account = "A1", Message = message.Id, Kind = "hard" }).ShouldBe(Refusal.MessageNotSent);
        Refuse(new MessageInput.Bounced { Key = "x", Account = "A1", Message = "m-00-00000099", Kind = "hard" }).ShouldBe(Refusal.UnknownMessage);
        Refuse(new MessageInput.Settled { Key = "x", Account = "A1", Message = message.Id, Outcome = "sent" }).ShouldBe(Refusal.MessageNotUnknown);
    }

    [Fact]
    public void What_its_channel_refused_for_good_can_not_arrive()
    {
        var message = Released();
        Says("failed", "554 refused");
        Refuse(new MessageInput.Delivered { Key = "x", Account = "A1", Message = message.Id }).ShouldBe(Refusal.MessageNotSent);
        message.DeliveredAt.ShouldBeNull();
    }

    // --- the last word ---

    private void Decide(string step, string action, string id, DateOnly day)
    {
        bench.Clock(PartyBench.At(day));
        bench.Record(new DecisionEvent.Made(new DecisionRecord
        {
            Portfolio = "main", Policy = 1, Segment = "all", Strategy = "s", Action = Act.Of(action), Rule = step, Step = step, Score = 50, Intent = id,
            Channel = "email", Template = "t", Tone = "plain", NotBefore = bench.Now, Facts = new FactsRecord("EUR", 0, 0, 0, 0, 0, 0),
        }), day);
    }

    private TreatmentState Treatment => bench.State.Treatment("main")!;

    [Fact]
    public void A_step_that_is_taken_back_leaves_the_word_before_it()
    {
        Decide("one", "message", "m1", Due);
        Decide("two", "task", "w2", Due.AddDays(5));
        Decide("three", "message", "m3", Due.AddDays(9));
        Treatment.LastWord!.Step.ShouldBe("three");
        bench.Record(new MessageEvent.Withdrawn("m3", "nothing-overdue"), Due.AddDays(9));
        (Treatment.LastStep, Treatment.LastWord?.Step).ShouldBe(("two", "one"));
        Decide("three", "task", "w3", Due.AddDays(10));
        bench.Record(new WorkItemEvent.Closed("w3", "settled", null), Due.AddDays(11));
        (Treatment.LastStep, Treatment.LastWord?.Step).ShouldBe(("two", "one"));
        // Nobody read it, though another step was taken since.
        bench.Record(new MessageEvent.Released("m1", "c", []), Due.AddDays(12));
        bench.Record(new MessageEvent.Settled("m1", "sent", null, false), Due.AddDays(12));
        bench.Record(new MessageEvent.Bounced("m1", "hard", "email", null, null, null), Due.AddDays(12));
        (Treatment.LastStep, Treatment.LastWord?.Step).ShouldBe(("two", null));
    }

    [Theory]
    [InlineData("right_party", true)]
    [InlineData("voicemail", true)]
    [InlineData("no_answer", false)]
    [InlineData("busy", false)]
    [InlineData("wrong_party", false)]
    public void A_call_that_nobody_heard_is_no_word(string outcome, bool isWord)
    {
        var party = new PartyBench(account: false);
        party.Clock(PartyBench.At(Due.AddDays(-30)));
        party.Account("A1", email: null);
        party.Invoice("RE-1", Due, 500m);
        party.Review(Due.AddDays(3)).Action.Word.ShouldBe("task");
        party.Contacted(party.Now, outcome: outcome);
        party.State.WorkItems.Values.ShouldHaveSingleItem().Open.ShouldBeFalse();
        (party.State.Treatment("main")!.LastWord is not null).ShouldBe(isWord);
        // Told by hand it is the same.
        var other = new PartyBench(account: false);
        other.Clock(PartyBench.At(Due.AddDays(-30)));
        other.Account("A1", email: null);
        other.Invoice("RE-1", Due, 500m);
        other.Review(Due.AddDays(3));
        other.Do(new WorkItemInput.Done
        {
            Key = other.NextKey(), Account = "A1", WorkItem = other.State.WorkItems.Keys.Single(), Disposition = outcome.Replace('_', ' '), Actor = "ann",
        });
        (other.State.Treatment("main")!.LastWord is not null).ShouldBe(isWord);
    }

    // --- addresses ---

    [Fact]
    public void A_withdrawal_of_everything_leaves_the_one_of_an_address()
    {
        bench.Clock(PartyBench.At(Due));
        bench.OptOut("email", "pay@customer.example");
        bench.OptOut("all");
        bench.OptOut("email", granted: true);
        bench.State.Contact.IsWithdrawnByName("email", bench.State.Accounts[0].EmailToken, bench.State.AsOf).ShouldBeTrue();
        ContactGateOf("email").ShouldNotBeNull();
        // Consent to everything takes that back too.
        bench.OptOut("all", granted: true);
        ContactGateOf("email").ShouldBeNull();
    }

    /// <summary>A list with two addresses of a customer, of which the first is dead, has another language: of where to write it says nothing new.</summary>
    [Fact]
    public void A_list_with_a_dead_address_leaves_the_contact_point()
    {
        void Listed(string said, string language) => bench.Do(new AccountInput.Set
        {
            Key = bench.NextKey(), Account = "A1", Email = "pay@customer.example", OtherEmails = "second@customer.example", Language = language,
            Said = said,
        });
        Listed("list-001aaaa", "en");
        Released();
        Says("sent");
        Bounce("hard", "5.1.1");
        bench.Do(new ContactInput.PointSet { Key = bench.NextKey(), Account = "A1", Channel = "email", Address = "third@customer.example" });
        Listed("list-001bbbb", "de");
        bench.State.Accounts[0].Language.ShouldBe("de");
        bench.State.Contact.Point("email").ShouldNotBeNull();
    }

    private Refusal? Refuse(Input input) => Should.Throw<ShouldAssertException>(() => bench.Do(input)).Message switch
    {
        var m when m.Contains("what never left", StringComparison.Ordinal) => Refusal.MessageNotSent,
        var m when m.Contains("what has not left", StringComparison.Ordinal) => Refusal.MessageNotSent,
        var m when m.Contains("has no message", StringComparison.Ordinal) => Refusal.UnknownMessage,
        var m when m.Contains("only an unknown one", StringComparison.Ordinal) => Refusal.MessageNotUnknown,
        _ => null,
    };

    [Fact]
    public void A_person_settles_and_says_how_they_know()
    {
        var message = Released();
        Says("unknown", "the connection broke");
        bench.Do(new MessageInput.Settled
        {
            Key = "s", Account = "A1", Message = message.Id, Outcome = "failed", Actor = "ann", Reason = "log of the relay, pay@customer.example not in it",
        });
        message.ShouldSatisfyAllConditions(m => m.Status.ShouldBe(IntentStatus.Failed),
            m => Words(m.Detail).ShouldBe("by ann: log of the relay, … not in it"));
    }
}
