using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Tests.Stories;

/// <summary>What one state makes of another that joins it: of the two alone, without store, policy or clock.</summary>
public sealed class JoinedStateTests
{
    private static readonly DateOnly Today = new(2026, 4, 21);

    private static PartyState Party(string id) => new() { Id = id, AsOf = Today, Accounts = [new AccountDetails($"{id}-1", "main", "business")] };

    private static PartyState Joined(PartyState state, PartyState other, CellDeltas? cells = null)
    {
        state.Joining = other;
        Fold.Apply(state, new Envelope(9, state.Accounts[0].Account, Today, Today, 0, "j"),
            new PartyEvent.Joined(other.Id, 8, [other.Accounts[0].Account], null), cells ?? new CellDeltas());
        return state;
    }

    /// <summary>A ladder as "step day anchor", with "shadow" behind it where nobody saw the step; "none" for none.</summary>
    private static TreatmentState Ladder(string words, string portfolio = "main")
    {
        var treatment = new TreatmentState { Portfolio = portfolio };
        if (words.Split(' ') is not [var step, var on, var anchor, .. var more]) return treatment;
        (treatment.LastStep, treatment.LastStepOn, treatment.LastAnchorOn, treatment.LastInShadow) = (step,
            new DateOnly(2026, 4, int.Parse(on, System.Globalization.CultureInfo.InvariantCulture)),
            new DateOnly(2026, 3, 31).AddDays(int.Parse(anchor, System.Globalization.CultureInfo.InvariantCulture)), more.Length > 0);
        treatment.Strategy = $"of {step}";
        return treatment;
    }

    [Theory]
    [InlineData("none", "none", "none")]
    [InlineData("first 10 5", "none", "first 10 5")]
    [InlineData("none", "first 10 5", "first 10 5")]
    // The first word stands, whoever heard it; the next keeps its distance from the second, where that was heard later.
    [InlineData("first 10 5", "second 20 0", "first 10 5 heard 20")]
    [InlineData("second 20 0", "first 10 5", "first 10 5 heard 20")]
    [InlineData("first 20 15", "second 10 -10", "first 20 15")]
    [InlineData("second 10 -10", "first 20 15", "first 20 15")]
    // Equally far: the party's own.
    [InlineData("first 10 5", "other 12 7", "first 10 5 heard 12")]
    [InlineData("other 12 7", "first 10 5", "other 12 7")]
    // What was decided in shadow nobody heard.
    [InlineData("first 10 5 shadow", "second 20 0", "second 20 0")]
    [InlineData("second 20 0", "first 10 5 shadow", "second 20 0")]
    [InlineData("second 20 0 shadow", "first 10 5 shadow", "second 20 0 shadow")]
    public void Of_two_ladders_the_one_that_got_less_far_stands(string own, string theirs, string stands)
    {
        var (state, other) = (Party("P"), Party("Q"));
        state.Treatments.Add(Ladder(own));
        other.Treatments.Add(Ladder(theirs));
        var treatment = Joined(state, other).Treatments.ShouldHaveSingleItem();
        var expected = Ladder(stands.Split(" heard ")[0]);
        (treatment.LastStep, treatment.LastStepOn, treatment.LastAnchorOn, treatment.LastInShadow, treatment.Strategy)
            .ShouldBe((expected.LastStep, expected.LastStepOn, expected.LastAnchorOn, expected.LastInShadow, expected.Strategy));
        treatment.HeardOn?.Day.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(stands.Split(" heard ").ElementAtOrDefault(1));
    }

    [Theory]
    [InlineData(null, 5, 5)]
    [InlineData(9, 5, 9)]
    [InlineData(5, 9, 9)]
    [InlineData(5, null, 5)]
    public void Who_was_reminded_stays_reminded(int? own, int? theirs, int through)
    {
        var (state, other) = (Party("P"), Party("Q"));
        state.Treatments.Add(new TreatmentState { Portfolio = "main", RemindedThrough = own is { } a ? new DateOnly(2026, 5, a) : null });
        other.Treatments.Add(new TreatmentState { Portfolio = "main", RemindedThrough = theirs is { } b ? new DateOnly(2026, 5, b) : null });
        Joined(state, other).Treatments[0].RemindedThrough.ShouldBe(new DateOnly(2026, 5, through));
    }

    [Fact]
    public void Segments_of_the_past_stay_each_party_s_own()
    {
        var (state, other) = (Party("P"), Party("Q"));
        other.Accounts.Add(new AccountDetails("Q-2", "south", "business"));
        state.Treatments.Add(new TreatmentState { Portfolio = "main", Segments = [new SegmentFrom(new DateOnly(2026, 4, 1), "good")] });
        other.Treatments.Add(new TreatmentState { Portfolio = "main", Segments = [new SegmentFrom(new DateOnly(2026, 4, 10), "bad")] });
        other.Treatments.Add(new TreatmentState { Portfolio = "south", Segments = [new SegmentFrom(new DateOnly(2026, 4, 10), "calm")] });
        other.Exposures.Add(new Exposure { Account = "Q-1", Currency = "EUR", DueOn = new DateOnly(2026, 4, 2), Minor = 700, Items = 2 });
        other.Exposures.Add(new Exposure { Account = "Q-2", Currency = "EUR", DueOn = new DateOnly(2026, 4, 2), Minor = 90, Items = 1 });
        other.Unapplied.Add(new UnappliedCash { Key = "p", Account = "Q-1", Currency = "EUR", On = new DateOnly(2026, 4, 3), Minor = 50 });
        var cells = new CellDeltas();
        Joined(state, other, cells);
        state.PlaceOn("P-1", new DateOnly(2026, 4, 5)).ShouldBe(("main", "good"));
        state.PlaceOn("Q-1", new DateOnly(2026, 4, 5)).ShouldBe(("main", "unsegmented"));
        state.PlaceOn("Q-1", Today.AddDays(-1)).ShouldBe(("main", "bad"));
        state.PlaceOn("Q-1", Today).ShouldBe(("main", "good"));
        // Where the party was never before nothing changes.
        foreach (var day in new[] { Today.AddDays(-1), Today }) state.PlaceOn("Q-2", day).ShouldBe(("south", "calm"));
        cells.NonZero.Select(c => $"{c.Key.Measure} {c.Key.Segment} {c.Value.Minor} {c.Value.Count}").Order(StringComparer.Ordinal)
            .ShouldBe(["exposure bad -700 -2", "exposure good 700 2", "unapplied bad -50 0", "unapplied good 50 0"]);
    }

    [Fact]
    public void Of_two_consents_the_stricter_holds_and_of_two_addresses_the_party_s_own()
    {
        var (state, other) = (Party("P"), Party("Q"));
        state.Contact.OptOuts.AddRange([new OptOut("email", null) { Until = new DateOnly(2026, 5, 1) },
            new OptOut("call", null) { Until = new DateOnly(2026, 6, 1) }]);
        other.Contact.OptOuts.AddRange([new OptOut("email", null), new OptOut("call", null) { Until = new DateOnly(2026, 5, 1) }, new OptOut("sms", "t1")]);
        state.Contact.Points.Add(new ContactPoint { Channel = "email", Token = "own" });
        other.Contact.Points.AddRange([new ContactPoint { Channel = "email", Token = "theirs" }, new ContactPoint { Channel = "letter", Token = "letter" }]);
        other.Contact.Mark(new BadAddress("email", "gone"));
        other.Contact.Remember(new ContactRecord(new DateTimeOffset(2026, 4, 19, 10, 0, 0, TimeSpan.Zero), "email", true));
        state.Contact.Remember(new ContactRecord(new DateTimeOffset(2026, 4, 20, 10, 0, 0, TimeSpan.Zero), "call", true));
        Joined(state, other);
        state.Contact.OptOuts.ShouldBe([new OptOut("email", null), new OptOut("call", null) { Until = new DateOnly(2026, 6, 1) }, new OptOut("sms", "t1")]);
        state.Contact.Points.Select(p => p.Token).ShouldBe(["own", "letter"]);
        state.Contact.IsUndeliverable("email", "gone").ShouldBeTrue();
        state.Contact.Recent.Select(r => r.Channel).ShouldBe(["email", "call"]);
    }

    [Fact]
    public void What_is_of_accounts_goes_along_in_its_order_and_what_is_summed_is_summed()
    {
        var (state, other) = (Party("P"), Party("Q"));
        state.Behaviour = new PaymentBehaviour { Settled = 3, SettledLate = 1, LateDays = 4, PromisesKept = 1 };
        other.Behaviour = new PaymentBehaviour { Settled = 2, SettledLate = 2, LateDays = 9, PromisesBroken = 1 };
        PauseChapter.Slice.In(state).Pauses.Add(new AccountPause("P-1", new Pause(PauseKind.Hold, new DateOnly(2026, 4, 5), new DateOnly(2026, 4, 6), null)));
        PauseChapter.Slice.In(other).Pauses.Add(new AccountPause("Q-1", new Pause(PauseKind.Hold, new DateOnly(2026, 4, 1), new DateOnly(2026, 4, 3), null)));
        PromiseChapter.Slice.In(state).ToCome.Add(new CashToCome("pay", new DateOnly(2026, 5, 5), new DateOnly(2026, 5, 5), "P-1", "EUR", 1));
        PromiseChapter.Slice.In(other).ToCome.Add(new CashToCome("pay", new DateOnly(2026, 5, 1), new DateOnly(2026, 5, 1), "Q-1", "EUR", 2));
        other.Joined = ["R"];
        (state.ReviewedOn, other.ReviewedOn) = (new DateOnly(2026, 4, 2), new DateOnly(2026, 4, 7));
        Joined(state, other);
        (state.Behaviour.Settled, state.Behaviour.SettledLate, state.Behaviour.LateDays, state.Behaviour.PromisesKept, state.Behaviour.PromisesBroken)
            .ShouldBe((5, 3, 13, 1, 1));
        state.Pauses.Select(p => p.Account).ShouldBe(["Q-1", "P-1"]);
        state.CashToCome.Select(c => c.Account).ShouldBe(["Q-1", "P-1"]);
        state.Joined.ShouldBe(["Q", "R"]);
        (state.ReviewedOn, state.NextReviewOn).ShouldBe((new DateOnly(2026, 4, 7), Today));
    }

    [Fact]
    public void Of_who_leaves_nothing_stays_but_where_it_went()
    {
        var other = Party("Q");
        other.Treatments.Add(Ladder("first 10 5"));
        other.Contact.Points.Add(new ContactPoint { Channel = "email", Token = "theirs" });
        other.NextReviewOn = Today;
        Fold.Apply(other, new Envelope(8, "Q-1", Today, Today, 0, "j"), new PartyEvent.Left("P"), new CellDeltas());
        var stone = new PartyState { Id = "Q", AsOf = Today, JoinedTo = "P", LastSeq = 8 };
        StateText.Of(StateCodec.Encode(other)).ShouldBe(StateText.Of(StateCodec.Encode(stone)));
        other.Left!.Accounts.ShouldHaveSingleItem().Account.ShouldBe("Q-1");
    }
}
