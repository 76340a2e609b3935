using Recoup.Core.Cells;
using Recoup.Core.Receivables;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Documents;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Properties;
using Step = Recoup.Tests.Properties.Step;

namespace Recoup.Tests.Stories;

/// <summary>Two accounts that turn out to be one customer: what is refused, what becomes of what was said, sealed and sent.</summary>
public sealed class JoinTests
{
    private static readonly Policy Levels = Policy.Parse(File.ReadAllText(Path.Combine(StoryTests.Folder, "levels.yaml")), "levels");

    private static DateTimeOffset On(int month, int day, int hour = 10) => new(2026, month, day, hour, 0, 0, TimeSpan.Zero);

    private static DateOnly Day(int month, int day) => new(2026, month, day);

    /// <summary>A1 and A2 owe something since April; both were written to on the 20th. A2 withdrew consent for an address of before.</summary>
    private static Play Begin(string? more = null)
    {
        var play = new Play(Levels);
        Sent(play, On(1, 5), """{"type":"sending","key":"s","mode":"live"}""");
        Sent(play, On(4, 1),
            """{"type":"account","key":"a","account":"A1","name":"Nora Brandt","email":"nora@brandt.example"}""",
            """{"type":"account","key":"b","account":"A2","name":"N. Brandt","email":"old@brandt.example","other_emails":"third@brandt.example"}""",
            """{"type":"consent","key":"c","account":"A2","channel":"email","address":"old@brandt.example","granted":false}""",
            """{"type":"account","key":"d","account":"A2","email":"n.brandt@brandt.example"}""",
            """{"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-04-01","due_on":"2026-04-14","amount":"100.00","currency":"EUR"}""",
            """
                {"type":"invoice","key":"i2","account":"A2","number":"I2","issued_on":"2026-04-01","due_on":"2026-04-15",
                """ + """
                "amount":"40.00","currency":"EUR","order":"for the kitchen"}
                """,
            """{"type":"payment","key":"p2","account":"A2","on":"2026-04-01","amount":"15.00","currency":"EUR","for":[{"invoice":"I2","amount":"10.00"}]}""");
        if (more is not null) Sent(play, On(4, 2), more);
        play.Run(new Step.Run(On(4, 20), Day(4, 20)))!.Actions.Values.Sum().ShouldBe(2);
        return play;
    }

    private static Play Written()
    {
        var play = Begin();
        play.Dispatch(On(4, 20, 11)).Sent.ShouldBe(2);
        return play;
    }

    private static void Sent(Play play, DateTimeOffset at, params string[] lines)
    {
        foreach (var line in lines) Send(play, at, line).ShouldBeNull(line);
    }

    private static Refused? Send(Play play, DateTimeOffset at, params string[] lines) => play.Take([new Step.Send(at, lines)])[0].Result.Refused;

    private const string Join = """{"type":"account_joined","key":"j","account":"A2","with":"A1","reason":"the same name and birthday"}""";

    private static PartyState Party(Play play, string account) => new Readings(play.Store).PartyOf(account)!;

    private static void ShouldBeSound(Play play)
    {
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
        Audit.Check(play.Store).Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"type":"account_joined","key":"z","account":"A9","with":"A1"}""", Refusal.UnknownAccount)]
    [InlineData("""{"type":"account_joined","key":"z","account":"A2","with":"A9"}""", Refusal.UnknownAccount)]
    [InlineData("""{"type":"account_joined","key":"z","account":"A2","with":"A2"}""", Refusal.AlreadyJoined)]
    [InlineData("""{"type":"account_joined","key":"z","account":"A2","with":"A1","on":"2026-04-20"}""", Refusal.NotToday)]
    [InlineData("""{"type":"account_joined","key":"z","account":"A2","with":"A1","on":"2026-04-22"}""", Refusal.NotToday)]
    public void What_can_not_be_joined_is_refused_by_name(string line, Refusal refusal)
    {
        using var play = Begin();
        Send(play, On(4, 21), line)?.Refusal.ShouldBe(refusal);
        ShouldBeSound(play);
    }

    [Theory]
    [InlineData("A1")]
    [InlineData("A2")]
    public void Nobody_is_said_to_be_the_same_as_somebody_who_was_erased(string erased)
    {
        using var play = Begin();
        Sent(play, On(4, 21), $$"""{"type":"erasure","key":"e","account":"{{erased}}","reason":"asked for"}""");
        Send(play, On(4, 21), Join)!.Refusal.ShouldBe(Refusal.PartyErased);
        ShouldBeSound(play);
    }

    [Fact]
    public void While_a_message_is_being_sent_its_party_stays_until_the_channel_has_answered()
    {
        using var play = Begin();
        var message = Party(play, "A2").Pending.ShouldHaveSingleItem().Id;
        var release = new Input.Release { Key = "release", Party = "A2", Message = message };
        play.Door.Take([new InputUnit(0, [release], On(4, 20, 12))]).Outgoing.ShouldHaveSingleItem();
        Send(play, On(4, 20, 12), Join)!.Refusal.ShouldBe(Refusal.MessageUnderWay);
        // That of the party that stays is answered to where it is.
        Send(play, On(4, 20, 12), """{"type":"account_joined","key":"k","account":"A1","with":"A2"}""").ShouldBeNull();
        play.Door.Take([new InputUnit(0, [new Input.ChannelResult { Key = "answer", Party = "A2", Message = message, Outcome = "sent" }], On(4, 20, 13))]);
        new Readings(play.Store).Messages().Counts[IntentStatus.Sent].ShouldBe(1);
        ShouldBeSound(play);
    }

    [Fact]
    public void A_letter_that_has_not_left_is_called_back_and_said_for_both()
    {
        using var play = Begin();
        Sent(play, On(4, 20, 11), Join);
        var counts = new Readings(play.Store).Messages().Counts;
        (counts[IntentStatus.Withdrawn], counts[IntentStatus.Pending]).ShouldBe((1, 1));
        var dispatched = play.Dispatch(On(4, 20, 12));
        dispatched.Sent.ShouldBe(1);
        var released = play.Journal().Where(r => r.Kind == "message_released").ShouldHaveSingleItem();
        var text = Settling.ReleasedText(play.Store, released.Party, released.Seq, ((MessageEvent.Released)Play.EventOf(released)).Message)!;
        text.Body.ShouldContain("I1");
        text.Body.ShouldContain("I2");
        // Asked of a party that is none any more, nothing happens; nor is it looked at by a run.
        play.Door.Take([new InputUnit(0, [new Input.Review { Key = "r", Party = "A2", AsOf = Day(4, 21) }], On(4, 21))]).Events.ShouldBe(0);
        play.Run(new Step.Run(On(4, 21), Day(4, 21), All: true))!.Reviewed.ShouldBe(1);
        ShouldBeSound(play);
    }

    [Fact]
    public void What_is_printed_for_an_account_without_an_address_goes_to_the_partys()
    {
        using var play = Begin("""{"type":"account","key":"a5","account":"A1","address":"Hafen 1, Bremen"}""");
        string? Postal(string account) => new Readings(play.Store).PostalOf(Party(play, account), account);
        Postal("A2").ShouldBeNull();
        Sent(play, On(4, 20, 11), Join);
        (Postal("A1"), Postal("A2")).ShouldBe(("Hafen 1, Bremen", "Hafen 1, Bremen"));
        Sent(play, On(4, 20, 12), """{"type":"account","key":"a6","account":"A2","address":"Markt 2, Bremen"}""");
        (Postal("A1"), Postal("A2")).ShouldBe(("Hafen 1, Bremen", "Markt 2, Bremen"));
        Sent(play, On(4, 20, 13), """{"type":"contact_point","key":"a7","account":"A1","channel":"letter","address":"Postfach 3"}""");
        Postal("A2").ShouldBe("Postfach 3");
    }

    [Fact]
    public void Documents_leave_an_address_that_takes_no_mail_for_another_of_the_party()
    {
        using var play = Written();
        Sent(play, On(4, 21), Join);
        var state = Party(play, "A2");
        PartyAddresses.AddresseeOf(state, state.Account("A2")!, Channel.Email).Account.ShouldBe("A2");
        state.Contact.Mark(new BadAddress(Channel.Email, state.Account("A2")!.EmailToken!));
        PartyAddresses.AddresseeOf(state, state.Account("A2")!, Channel.Email).Account.ShouldBe("A1");
        state.Contact.Mark(new BadAddress(Channel.Email, state.Account("A1")!.EmailToken!));
        PartyAddresses.AddresseeOf(state, state.Account("A2")!, Channel.Email).Account.ShouldBe("A2");
    }

    [Fact]
    public void Contacts_of_both_count_and_the_stricter_consent_holds()
    {
        using var play = Written();
        Sent(play, On(4, 21), """{"type":"consent","key":"c2","account":"A2","channel":"call","granted":false}""", Join);
        var state = Party(play, "A1");
        state.Id.ShouldBe("A1");
        state.Contact.OutboundWithin(Day(4, 21), 7, "UTC").ShouldBe(2);
        state.Contact.HasOptedOut(Channel.Call, null, Day(4, 21)).ShouldBeTrue();
        // What was said of an address holds for it, whoever gives it now.
        Sent(play, On(4, 21), """{"type":"account","key":"a2","account":"A1","email":"Old@brandt.example"}""",
            """{"type":"account","key":"b2","account":"A2","email":"old@brandt.example"}""");
        play.Run(new Step.Run(On(5, 6), Day(5, 6)));
        play.Dispatch(On(5, 6, 11)).Sent.ShouldBe(0);
        Sent(play, On(5, 7), """{"type":"consent","key":"c3","account":"A1","channel":"email","address":"old@brandt.example","granted":true}""");
        play.Run(new Step.Run(On(5, 7), Day(5, 7)));
        play.Dispatch(On(5, 7, 11)).Sent.ShouldBe(1);
        ShouldBeSound(play);
    }

    /// <summary>A2's second word came before A1's first: what comes next is the second, at its distance from the last that was heard.</summary>
    [Theory]
    [InlineData("A2", "A1")]
    [InlineData("A1", "A2")]
    public void The_ladder_that_got_less_far_goes_on(string account, string with)
    {
        using var play = new Play(Levels);
        Sent(play, On(1, 5), """{"type":"sending","key":"s","mode":"live"}""");
        foreach (var (a, due) in new[] { ("A1", "2026-04-20"), ("A2", "2026-04-01") })
            Sent(play, On(3, 1), Json.Line("account", $"a-{a}", a, ("email", $"{a.ToLowerInvariant()}@customer.example")),
                Json.Line("invoice", $"i-{a}", a, ("number", $"I-{a}"), ("issued_on", Day(3, 1)), ("due_on", due), ("amount", 100m), ("currency", "EUR")));
        foreach (var day in new[] { Day(4, 6), Day(4, 21), Day(4, 25) })
        {
            play.Run(new Step.Run(new DateTimeOffset(day.ToDateTime(new TimeOnly(10, 0)), TimeSpan.Zero), day));
            play.Dispatch(new DateTimeOffset(day.ToDateTime(new TimeOnly(11, 0)), TimeSpan.Zero));
        }
        Steps(play).ShouldBe(["2026-04-06 level-1", "2026-04-21 level-2", "2026-04-25 level-1"]);
        Sent(play, On(4, 25, 12), Json.Line("account_joined", "j", account, ("with", with)));
        for (var day = Day(4, 25); day < Day(6, 5); day = day.AddDays(1))
        {
            play.Run(new Step.Run(new DateTimeOffset(day.ToDateTime(new TimeOnly(13, 0)), TimeSpan.Zero), day));
            play.Dispatch(new DateTimeOffset(day.ToDateTime(new TimeOnly(14, 0)), TimeSpan.Zero));
        }
        Steps(play)[3..].ShouldBe(["2026-05-10 level-2", "2026-05-30 level-3"]);
        ShouldBeSound(play);
    }

    private static List<string> Steps(Play play) => [.. play.Journal().Where(r => r.Kind == "decided").OrderBy(r => r.RecordedAt)
        .Select(r => (r.EffectiveOn, ((DecisionEvent.Made)Play.EventOf(r)).Decision)).Where(d => d.Decision.Action.Word != "wait")
            .Select(d => $"{d.EffectiveOn:yyyy-MM-dd} {d.Decision.Step}")];

    [Fact]
    public void What_was_sealed_before_is_read_after()
    {
        using var play = Written();
        var message = play.Journal().Single(r => r is { Kind: "message_released", Party: "A2" });
        var id = ((MessageEvent.Released)Play.EventOf(message)).Message;
        var text = Settling.ReleasedText(play.Store, "A2", message.Seq, id)!;
        var token = Settling.UnsubscribeToken(play.Store, "A2", id);
        Sent(play, On(4, 21), Join);
        // In the same batch, and in one of its own.
        Sent(play, On(4, 22), """{"type":"account","key":"b3","account":"A2","phone":"+49 30 1234567"}""");
        var (readings, state) = (new Readings(play.Store), Party(play, "A2"));
        var personal = readings.PersonalOf(state, "A2")!;
        (personal.Name, personal.Email, personal.Phone).ShouldBe(("N. Brandt", "n.brandt@brandt.example", "+49 30 1234567"));
        var pages = new PageReadings(play.Store);
        pages.Message(id)!.Text!.Body.ShouldBe(text.Body);
        pages.Message(id)!.Decision!.Decision.Step.ShouldBe("level-1");
        var events = readings.EventsOf(state);
        InvoiceDocument.Of(events, Fold.Of(events, state.Id), "A2", ["I2"], Day(4, 22)).ShouldHaveSingleItem().Order.ShouldBe("for the kitchen");
        Settling.Unsubscribe(play.Door, id, token, On(4, 22))!.Status.ShouldBe(UnitStatus.Accepted);
        Settling.Unsubscribe(play.Door, id, token.Replace(token[0], token[0] == 'a' ? 'b' : 'a'), On(4, 22)).ShouldBeNull();
        play.Run(new Step.Run(On(5, 6), Day(5, 6)));
        play.Dispatch(On(5, 6, 11));
        play.Journal().Where(r => r.Kind == "message_released" && r.RecordedAt > message.RecordedAt + 1)
            .ShouldAllBe(r => Settling.ReleasedText(play.Store, "A1", r.Seq, ((MessageEvent.Released)Play.EventOf(r)).Message)!.To != text.To);
        ShouldBeSound(play);
    }

    [Fact]
    public void What_comes_back_of_a_letter_of_before_or_after_turns_the_right_address()
    {
        using var play = Written();
        var before = play.Journal().Single(r => r is { Kind: "message_settled", Party: "A2" });
        Sent(play, On(4, 21), Join);
        Sent(play, On(4, 22), Json.Line("message_bounced", "mb", "A2", ("message", ((MessageEvent.Settled)Play.EventOf(before)).Message), ("kind", "hard")));
        new Readings(play.Store).PersonalOf(Party(play, "A2"), "A2")!.Email.ShouldBe("third@brandt.example");
        new Readings(play.Store).PersonalOf(Party(play, "A1"), "A1")!.Email.ShouldBe("nora@brandt.example");

        using var other = Written();
        Sent(other, On(4, 21), Join,
            """{"type":"payment","key":"p9","account":"A1","on":"2026-04-21","amount":"100.00","currency":"EUR","for":[{"invoice":"I1","amount":"100.00"}]}""");
        other.Run(new Step.Run(On(5, 6), Day(5, 6)));
        other.Dispatch(On(5, 6, 11)).Sent.ShouldBe(1);
        var after = other.Journal().Where(r => r.Kind == "message_settled").MaxBy(r => r.RecordedAt)!;
        after.Party.ShouldBe("A1");
        Sent(other, On(5, 7), Json.Line("message_bounced", "mb", after.Account, ("message", ((MessageEvent.Settled)Play.EventOf(after)).Message),
            ("kind", "hard")));
        if (after.Account == "A2") new Readings(other.Store).PersonalOf(Party(other, "A2"), "A2")!.Email.ShouldBe("third@brandt.example");
        ShouldBeSound(play);
        ShouldBeSound(other);
    }

    [Fact]
    public void Whatever_names_the_party_that_left_goes_to_the_one_that_it_is_part_of()
    {
        using var play = Begin("""{"type":"account","key":"pf","account":"F1","party":"F","name":"Firma"}""");
        Sent(play, On(4, 21), Join, """{"type":"account_joined","key":"k","account":"A1","with":"F1"}""");
        foreach (var account in new[] { "A1", "A2", "F1" }) Party(play, account).Id.ShouldBe("F");
        Party(play, "F1").Joined.ShouldBe(["A1", "A2"]);
        Sent(play, On(4, 22),
            """{"type":"account","key":"n1","account":"A2","party":"A2","language":"de"}""",
            """{"type":"account","key":"n2","account":"A8","party":"A1","name":"Neu"}""",
            """{"type":"account","key":"n3","account":"A9","party":"A2"}""",
            """{"type":"payment","key":"p3","account":"A2","on":"2026-04-22","amount":"30.00","currency":"EUR"}""");
        foreach (var account in new[] { "A8", "A9" }) Party(play, account).Id.ShouldBe("F");
        // What says who the person is was taken before; it comes again, as it was and as another.
        Unit(play, """{"type":"account","key":"d","account":"A2","email":"n.brandt@brandt.example"}""").Status.ShouldBe(UnitStatus.Unchanged);
        Unit(play, """{"type":"account","key":"d","account":"A2","email":"other@brandt.example"}""").Refused!.Refusal.ShouldBe(Refusal.KeyUsedWithOtherContent);
        Unit(play, Join).Status.ShouldBe(UnitStatus.Unchanged);
        var refused = Unit(play, """{"type":"account","key":"n4","account":"A2","party":"X"}""").Refused!;
        refused.Refusal.ShouldBe(Refusal.AccountOfOtherParty);
        refused.Message.ShouldContain("account_joined");
        // A list of accounts in pages has each once.
        var listed = new List<string>();
        for (string? after = null; ;)
        {
            var page = new PageReadings(play.Store).Accounts("", null, Day(4, 22), after, 1);
            listed.AddRange(page.Rows.Select(r => $"{r.Account} of {r.Party}"));
            if ((after = page.Next) is null) break;
        }
        listed.ShouldBe(["A1 of F", "A2 of F", "A8 of F", "A9 of F", "F1 of F"]);
        ShouldBeSound(play);

        static UnitResult Unit(Play play, string line) => play.Take([new Step.Send(On(4, 22), [line])])[0].Result;
    }

    /// <summary>An account that has the name of another party comes into that party: it is its own from then on, as after a rebuild.</summary>
    [Fact]
    public void An_account_named_like_the_party_that_it_comes_into()
    {
        using var play = new Play();
        Sent(play, On(4, 1), """{"type":"account","key":"1","account":"A1","party":"X"}""", """{"type":"account","key":"2","account":"X","party":"Y"}""");
        Party(play, "X").Id.ShouldBe("Y");
        Sent(play, On(4, 2), """{"type":"account_joined","key":"3","account":"X","with":"A1"}""",
            """{"type":"invoice","key":"4","account":"X","number":"I1","issued_on":"2026-04-01","due_on":"2026-04-14","amount":"100.00","currency":"EUR"}""");
        Party(play, "X").Id.ShouldBe("X");
        ShouldBeSound(play);
        var before = play.States();
        play.Store.Exec("DELETE FROM account");
        Audit.Rebuild(play.Store).Ok.ShouldBeTrue();
        play.States().ShouldBe(before);
    }

    [Fact]
    public void The_history_of_an_account_is_whole_and_holds_nothing_of_the_other()
    {
        using var play = Written();
        Sent(play, On(4, 21), Join,
            """{"type":"payment","key":"p4","account":"A2","on":"2026-04-21","amount":"5.00","currency":"EUR","for":[{"invoice":"I2","amount":"5.00"}]}""");
        play.Run(new Step.Run(On(5, 6), Day(5, 6)));
        var (readings, pages, state) = (new Readings(play.Store), new PageReadings(play.Store), Party(play, "A2"));
        readings.Explain(state, "A2", null, 10).Select(e => $"{e.Row.EffectiveOn:MM-dd} {e.Row.Party}").ShouldBe(["05-06 A1", "04-20 A2"]);
        readings.Explain(state, "A1", null, 10).Select(e => $"{e.Row.EffectiveOn:MM-dd} {e.Row.Party}").ShouldBe(["05-06 A1", "04-20 A1"]);
        readings.HistoryOf(state).Select(r => r.RecordedAt).ShouldBeInOrder();
        readings.HistoryOf(state).Count(r => r.Party == "A2").ShouldBeGreaterThan(5);
        var timeline = pages.Timeline(state, "A2", null, 100).Rows.Select(r => r.Kind).ToList();
        timeline.ShouldContain("party_left");
        timeline.ShouldContain("account_opened");
        timeline.Count(k => k == "payment_received").ShouldBe(2);
        // In pages of one it is the same.
        var single = new List<string>();
        for (string? after = null; ;)
        {
            var page = pages.Timeline(state, "A2", after, 1);
            single.AddRange(page.Rows.Select(r => r.Kind));
            if ((after = page.Next) is null) break;
        }
        single.ShouldBe(timeline);
        var joined = (PartyEvent.Joined)Play.EventOf(pages.Timeline(state, "A1", null, 100).Rows.Single(r => r.Kind == "party_joined"));
        (joined.Accounts[0], joined.Reason).ShouldBe(("A2", "the same name and birthday"));
        var events = readings.EventsOf(state);
        var section = AccountStatement.Of(events, Fold.Of(events, state.Id), "A2", Day(4, 1), Day(5, 6)).Sections.ShouldHaveSingleItem();
        (section.Movements.Count, section.Closing, section.Unapplied).ShouldBe((3, 2000, 500));
        ShouldBeSound(play);
    }

    [Fact]
    public void What_was_known_before_the_join_is_what_it_was()
    {
        using var play = Begin();
        List<string> Known() => [.. Folding.CellsKnownAt(play.Store, On(4, 20, 11)).ExposureByDue(Day(4, 20))
            .Select(e => $"{e.Portfolio} {e.Segment} {e.Currency} {e.DueDay} {e.Value}").Order(StringComparer.Ordinal)];
        var before = Known();
        var ageing = new Readings(play.Store).Read(cells => AgeingReport.Of(cells, Day(4, 21)));
        Sent(play, On(4, 21), Join);
        Known().ShouldBe(before);
        new Readings(play.Store).Read(cells => AgeingReport.Of(cells, Day(4, 21))).ShouldBe(ageing, "the day's figures are those of both");
        foreach (var measure in new[] { InvoiceChapter.Sales, ReceivableChapter.CashReceived, ReceivableChapter.ExposureStock })
            new Readings(play.Store).Drill(new HashSet<Measure> { measure }, _ => true).Count(d => d.Row.Kind is "party_left").ShouldBe(0);
        Sent(play, On(4, 22), """{"type":"invoice_corrected","key":"ic","account":"A2","invoice":"I2","on":"2026-04-22","amount":"35.00","currency":"EUR"}""");
        Known().ShouldBe(before);
        var dryRun = new DailyRun(play.Door).Run(Day(4, 20), On(4, 23), all: false, dryRun: true);
        dryRun.ShouldNotBeNull();
    }

    [Fact]
    public void Who_is_erased_after_is_erased_with_all_keys()
    {
        using var play = Written();
        Sent(play, On(4, 21), Join);
        play.Store.Vault.HasKey("A2").ShouldBeTrue();
        Sent(play, On(4, 22), """{"type":"erasure","key":"e","account":"A2","reason":"asked for"}""");
        foreach (var party in new[] { "A1", "A2" }) play.Store.Vault.HasKey(party).ShouldBeFalse(party);
        new Readings(play.Store).PersonalOf(Party(play, "A2"), "A2").ShouldBeNull();
        Sent(play, On(4, 22), """{"type":"payment","key":"p5","account":"A2","on":"2026-04-22","amount":"5.00","currency":"EUR"}""");
        Send(play, On(4, 22), """{"type":"account","key":"b9","account":"A2","name":"N. Brandt"}""")!.Refusal.ShouldBe(Refusal.PartyErased);
        foreach (var party in new[] { "A1", "A2" }) play.Store.Vault.HasKey(party).ShouldBeFalse(party);
        ShouldBeSound(play);
        // A key that comes back with an old copy is seen, of either.
        _ = play.Store.Vault.Seal("A2", [1]);
        play.Store.Vault.Flush();
        Audit.Verify(play.Store, []).Problems.ShouldContain(p => p.Message.Contains("the key of party A2, which is part of it,", StringComparison.Ordinal));
    }

    /// <summary>Two that become one and are erased in the same unit, and one that is refused half way and leaves no trace.</summary>
    [Fact]
    public void A_unit_with_a_join_is_taken_whole_or_not_at_all()
    {
        using var play = Written();
        var before = play.States().Concat(play.CellTexts()).ToList();
        Send(play, On(4, 21), Join, """{"type":"account","key":"bb","account":"A2","phone":"+49 30 7654321"}""",
            """{"type":"payment","key":"p6","account":"A2","on":"2026-04-21","amount":"5.00","currency":"EUR"}""",
            """{"type":"write_off","key":"w","account":"A1","invoice":"none","on":"2026-04-21","reason":"x"}""")!.Refusal.ShouldBe(Refusal.UnknownItem);
        play.States().Concat(play.CellTexts()).ShouldBe(before);
        // What comes in the same batch after it finds both as they were.
        play.Take([
            new Step.Send(On(4, 21), [Join, """{"type":"write_off","key":"w","account":"A2","invoice":"none","on":"2026-04-21","reason":"x"}"""]),
            new Step.Send(On(4, 21),
                ["""{"type":"invoice_corrected","key":"x","account":"A2","invoice":"I2","on":"2026-04-21","amount":"41.00","currency":"EUR"}"""]),
            new Step.Send(On(4, 21), [Join, """{"type":"account","key":"bc","account":"A2","phone":"+49 30 7654321"}"""]),
            new Step.Send(On(4, 21), ["""{"type":"payment","key":"p8","account":"A1","on":"2026-04-21","amount":"1.00","currency":"EUR"}""",
                """{"type":"write_off","key":"w2","account":"A2","invoice":"none","on":"2026-04-21","reason":"x"}"""]),
            new Step.Send(On(4, 21), ["""{"type":"erasure","key":"e","account":"A1","reason":"asked for"}"""]),
        ]).Select(t => t.Result.Status).ShouldBe([UnitStatus.Refused, UnitStatus.Accepted, UnitStatus.Accepted, UnitStatus.Refused, UnitStatus.Accepted]);
        play.Store.Vault.HasKey("A2").ShouldBeFalse();
        ShouldBeSound(play);
    }

    [Fact]
    public void A_change_of_the_table_of_joined_parties_is_told_of_and_mended()
    {
        using var play = Written();
        Sent(play, On(4, 21), Join);
        foreach (var (change, says) in new[]
        {
            ("DELETE FROM joined_party", "is missing in the table joined_party"),
            ("UPDATE joined_party SET into_party = 'B1'", "is said to be part of party B1"),
            ("INSERT INTO joined_party(party, into_party) VALUES('Q', 'A1')", "party Q is said to be part of party A1"),
        })
        {
            play.Store.Exec(change);
            Audit.Verify(play.Store, []).Problems.ShouldContain(p => p.Message.Contains(says, StringComparison.Ordinal), change);
            Audit.Rebuild(play.Store).Ok.ShouldBeTrue(change);
            ShouldBeSound(play);
        }
    }
}
