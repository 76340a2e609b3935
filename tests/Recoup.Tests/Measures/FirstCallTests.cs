using Recoup.Core;
using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Tests.Cli;
using Recoup.Tests.Properties;

namespace Recoup.Tests.Measures;

/// <summary>What a call led to: whether the first of a case led to payment, and how many led to a promise.</summary>
public sealed class FirstCallTests
{
    private const string Owing = """
        {"type":"account","key":"a","account":"A1","name":"Acme"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"100.00","currency":"EUR"}
        """;

    private static string Call(string key, string day, string? more = null) => $$"""
        {"type":"contact","key":"{{key}}","account":"A1","at":"{{day}}T09:00:00Z","channel":"call",
        """ + $$"""
        "direction":"outbound","outcome":"right_party","agent":"ann"{{more}}}
        """;

    private static string Paid(string key, string day, string amount) => $$"""
        {"type":"payment","key":"{{key}}","account":"A1","on":"{{day}}","amount":"{{amount}}","currency":"EUR"}
        """;

    private static DataFolder Owed()
    {
        var folder = new DataFolder();
        folder.Send(Owing, "--now", "2026-01-05T08:00:00Z").Expect(0);
        return folder;
    }

    private static void On(DataFolder folder, string day, params string[] lines)
    {
        foreach (var line in lines) folder.Send(line, "--now", $"{day}T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", day, "--now", $"{day}T11:00:00Z").Expect(0);
    }

    /// <summary>The day on which it counts, how many first calls and how many of them resolved.</summary>
    private static string[] Counted(DataFolder folder)
    {
        folder.ShouldBeSound();
        return [.. folder.Rows("SELECT measure, day, sum(count) FROM cell WHERE measure IN (53, 54) GROUP BY measure, day HAVING sum(count) <> 0 ORDER BY 1, 2")
                .Select(row => row.Split(" | ")).Select(row => $"{(row[0] == "53" ? "first" : "resolved")} {Day(row[1])} {row[2]}")];

        static string Day(string number) =>
            DateOnly.FromDayNumber(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd",
                System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("2026-02-09", "100.00", true)]
    [InlineData("2026-02-02", "100.00", true)]
    [InlineData("2026-02-09", "99.99", false)]
    [InlineData("2026-02-10", "100.00", false)]
    public void It_led_to_payment_where_what_was_overdue_came_in_full_within_seven_days(string day, string amount, bool resolved)
    {
        using var folder = Owed();
        On(folder, "2026-02-02", Call("k", "2026-02-02"));
        On(folder, day, Paid("p", day, amount));
        if (day != "2026-02-10") Counted(folder).ShouldBe([]);
        On(folder, "2026-02-10");
        Counted(folder).ShouldBe(resolved ? ["first 2026-02-09 1", "resolved 2026-02-09 1"] : ["first 2026-02-09 1"]);
        var row = folder.Run("kpi", "first_call_resolution_rate", "--as-of", "2026-02-28", "--by", "owner", "--format", "json").Expect(0).Json[0];
        row.GetProperty("value").GetDecimal().ShouldBe(resolved ? 100 : 0);
        row.GetProperty("owner").GetString().ShouldBe("ann");
    }

    [Fact]
    public void What_was_promised_in_it_has_its_own_term_and_it_counts_when_that_is_over()
    {
        using var folder = Owed();
        On(folder, "2026-02-02", Call("k", "2026-02-02", ",\"result\":\"promise\",\"promise\":\"pr\""),
            """{"type":"promise","key":"pr","account":"A1","on":"2026-02-02","due_on":"2026-02-20","amount":"60.00","currency":"EUR"}""");
        On(folder, "2026-02-18", Paid("p", "2026-02-18", "60.00"));
        Counted(folder).ShouldBe([]);
        // Three days of grace.
        On(folder, "2026-02-23");
        Counted(folder).ShouldBe([]);
        On(folder, "2026-02-24");
        Counted(folder).ShouldBe(["first 2026-02-23 1", "resolved 2026-02-23 1"]);
        // The money goes back: the promise was broken after all, and the same call did not lead to payment.
        On(folder, "2026-02-25", """{"type":"payment_reversed","key":"r","account":"A1","payment":"p","on":"2026-02-25","reason":"returned"}""");
        Counted(folder).ShouldBe(["first 2026-02-23 1"]);
    }

    [Theory]
    [InlineData(",\"result\":\"promise\"", true)]
    [InlineData("", false)]
    public void A_promise_that_the_call_does_not_name_is_that_of_its_day(string more, bool tied)
    {
        using var folder = Owed();
        On(folder, "2026-02-02",
            """{"type":"promise","key":"pr","account":"A1","on":"2026-02-02","due_on":"2026-02-20","amount":"60.00","currency":"EUR"}""",
            Call("k", "2026-02-02", more));
        On(folder, "2026-02-10");
        Counted(folder).ShouldBe(tied ? [] : ["first 2026-02-09 1"]);
        On(folder, "2026-02-12", """{"type":"promise_withdrawn","key":"w","account":"A1","promise":"pr","on":"2026-02-12","reason":"error"}""");
        Counted(folder).ShouldBe(["first 2026-02-09 1"]);
    }

    [Fact]
    public void Money_told_of_late_and_money_that_goes_back_change_the_word_on_it_where_it_stands()
    {
        using var folder = Owed();
        On(folder, "2026-02-02", Call("k", "2026-02-02"));
        On(folder, "2026-02-12");
        Counted(folder).ShouldBe(["first 2026-02-09 1"]);
        On(folder, "2026-02-13", Paid("p", "2026-02-06", "100.00"));
        Counted(folder).ShouldBe(["first 2026-02-09 1", "resolved 2026-02-09 1"]);
        On(folder, "2026-02-14", """{"type":"payment_reversed","key":"r","account":"A1","payment":"p","on":"2026-02-17","reason":"returned"}""");
        Counted(folder).ShouldBe(["first 2026-02-09 1", "resolved 2026-02-09 1"]);
        On(folder, "2026-02-17");
        Counted(folder).ShouldBe(["first 2026-02-09 1"]);
    }

    [Fact]
    public void One_case_has_one_first_call_and_the_next_case_another()
    {
        using var folder = Owed();
        // Nothing was overdue yet: a call ahead is of no case.
        On(folder, "2026-01-20", Call("k0", "2026-01-20"));
        On(folder, "2026-02-02", Call("k1", "2026-02-02"));
        On(folder, "2026-02-04", Call("k2", "2026-02-04"));
        On(folder, "2026-02-20", Call("k3", "2026-02-20"));
        Counted(folder).ShouldBe(["first 2026-02-09 1"]);
        On(folder, "2026-02-21", Paid("p", "2026-02-21", "100.00"));
        On(folder, "2026-03-12",
            """{"type":"invoice","key":"j","account":"A1","number":"I2","issued_on":"2026-02-21","due_on":"2026-03-10","amount":"40.00","currency":"EUR"}""",
            Call("k4", "2026-03-12"), Paid("q", "2026-03-12", "40.00"));
        On(folder, "2026-03-31");
        Counted(folder).ShouldBe(["first 2026-02-09 1", "first 2026-03-19 1", "resolved 2026-03-19 1"]);
    }

    [Fact]
    public void Ten_calls_of_which_four_reached_the_right_party_and_two_led_to_a_promise_are_20_and_50()
    {
        using var folder = Owed();
        string Of(int n, string outcome, string more) => Call($"k{n}", "2026-02-02", more).Replace("right_party", outcome, StringComparison.Ordinal);
        On(folder, "2026-02-02", [.. Enumerable.Range(0, 6).Select(n => Of(n, "no_answer", "")),
            Of(6, "right_party", ",\"result\":\"part_promise\""), Of(7, "right_party", ",\"promise\":\"later\""),
            Of(8, "right_party", ",\"result\":\"refused\""), Of(9, "right_party", ",\"result\":\"plan\""),
            // Neither a letter nor a call of the customer's is a call that was made.
            Call("k10", "2026-02-02", ",\"result\":\"promise\"").Replace("outbound", "inbound", StringComparison.Ordinal),
            Call("k11", "2026-02-02").Replace("\"call\"", "\"letter\"", StringComparison.Ordinal)]);
        var row = folder.Run("kpi", "call_to_promise_ratio", "--as-of", "2026-02-28", "--format", "json").Expect(0).Json[0];
        row.GetProperty("value").GetDecimal().ShouldBe(20);
        row.GetProperty("details").GetProperty("share_of_right_party_calls").GetDecimal().ShouldBe(50);
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("no_answer", "promise", "reached")]
    [InlineData("voicemail", "paid", "reached")]
    [InlineData("right_party", "promised", "none of promise, plan, part_promise")]
    public void A_result_that_nobody_can_have_said_is_refused(string outcome, string result, string why)
    {
        using var folder = Owed();
        var ended = folder.Send(Call("k", "2026-02-02", $",\"result\":\"{result}\"").Replace("right_party", outcome, StringComparison.Ordinal),
            "--now", "2026-02-02T10:00:00Z").Expect(3);
        (ended.Err + ended.Out).ShouldContain(why);
        folder.Send(Call("k", "2026-02-02", ",\"result\":\"wrong_number\"").Replace("right_party", "not_connected", StringComparison.Ordinal),
            "--now", "2026-02-02T10:00:00Z").Expect(0);
    }

    /// <summary>
    /// The journals of random histories read by other rules than the slice's: from all that was ever said of cash and promises, at once, what
    /// each first call led to; held against the cells that were added to day by day.
    /// </summary>
    [Fact]
    public void Figures_are_those_that_the_whole_journal_tells()
    {
        var (all, led) = (0, 0);
        Many.Histories(40, seed => RandomHistory.Of(77_000 + seed, new Weather { Days = 50, Calls = true, Conversations = true }), history =>
        {
            using var play = new Play(Properties.Policies.Of(history.Policy)) { Answers = Play.Moody };
            play.Do(history);
            var end = RandomHistory.Begin.AddDays(52);
            play.Run(new Step.Run(new DateTimeOffset(end.ToDateTime(new TimeOnly(23, 0)), TimeSpan.Zero), end, All: true));
            var grace = Properties.Policies.Of(history.Policy).PromiseGraceDays;
            var expected = new SortedDictionary<(DateOnly, string), (int First, int Resolved)>();
            foreach (var party in play.Journal().Where(r => r.Party.Length > 0).GroupBy(r => r.Party))
            {
                // Nobody reviews who was erased.
                if (party.Any(r => r.Kind == "party_erased")) return;
                foreach (var (day, agent, resolved) in Told([.. party.OrderBy(r => r.Seq)], end, grace))
                {
                    var (first, resolvedFirst) = expected.GetValueOrDefault((day, agent));
                    expected[(day, agent)] = (first + 1, resolvedFirst + (resolved ? 1 : 0));
                }
            }
            var counted = new SortedDictionary<(DateOnly, string), (int First, int Resolved)>();
            foreach (var (key, value) in play.Door.Cells.All().NonZero)
                if (key.Measure == FirstCallChapter.FirstCalls || key.Measure == FirstCallChapter.FirstCallsResolved)
                {
                    var at = (DateOnly.FromDayNumber(key.Day), key.Own);
                    var (first, resolved) = counted.GetValueOrDefault(at);
                    var count = (int)value.Count;
                    counted[at] = key.Measure == FirstCallChapter.FirstCalls ? (first + count, resolved) : (first, resolved + count);
                }
            counted.Where(c => c.Value != (0, 0)).ShouldBe(expected);
            all += expected.Values.Sum(c => c.First);
            led += expected.Values.Sum(c => c.Resolved);
        });
        led.ShouldBeGreaterThan(5);
        (all - led).ShouldBeGreaterThan(5);
    }

    private static List<(DateOnly Day, string Agent, bool Resolved)> Told(List<JournalRow> rows, DateOnly end, int grace)
    {
        var state = new PartyState { Id = rows[0].Party, NotesChanges = false };
        var calls = new List<(JournalRow Row, ContactEvent.Made Call, Dictionary<string, long> Owed, int Place)>();
        var inCase = new HashSet<string>();
        var events = rows.Select(Play.EventOf).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            state.Advance(rows[i].RecordedOn);
            if (events[i] is FirstCallEvent.CaseEnded)
            {
                IsOverdue(state, rows[i].Account).ShouldBeFalse("a case ended while something was overdue");
                inCase.Remove(rows[i].Account);
            }
            if (events[i] is ContactEvent.Made { Channel: "call", Direction: "outbound" } call && rows[i].EffectiveOn <= rows[i].RecordedOn)
            {
                var owed = state.Exposures.Where(x => x.Account == rows[i].Account && x.DueOn < rows[i].EffectiveOn).GroupBy(x => x.Currency)
                    .ToDictionary(g => g.Key, g => g.Sum(x => x.Minor));
                if (owed.Count > 0 && inCase.Add(rows[i].Account)) calls.Add((rows[i], call, owed, i));
            }
            Fold.Apply(state, Envelope.Of(rows[i]), events[i], new CellDeltas());
        }
        foreach (var account in inCase) IsOverdue(state, account).ShouldBeTrue($"the case of {account} goes on and nothing is overdue");
        return [.. calls.Select(c => Judge(c.Row, c.Call, c.Owed, c.Place)).Where(c => c.Day < end)];

        (DateOnly Day, string Agent, bool Resolved) Judge(JournalRow row, ContactEvent.Made call, Dictionary<string, long> owed, int place)
        {
            var (on, through) = (row.EffectiveOn, row.EffectiveOn.AddDays(7));
            var cash = new List<(string Key, string Currency, long Minor)>();
            (string Key, DateOnly By)? promise = null;
            var (word, withdrawn) = ((string?)null, new HashSet<string>());
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].Account != row.Account) continue;
                switch (events[i])
                {
                    case PaymentEvent.Received p when i > place && rows[i].EffectiveOn >= on && rows[i].EffectiveOn <= through:
                        cash.Add((p.Payment, p.Currency, p.Minor));
                        break;
                    case PaymentEvent.Reversed p when rows[i].EffectiveOn <= end: cash.RemoveAll(c => c.Key == p.Payment); break;
                    case InvoiceEvent.Adjusted a when i > place && rows[i].EffectiveOn >= on && rows[i].EffectiveOn <= through:
                        cash.Add(("", state.Items[(row.Account, a.Number)].Currency, -a.Minor));
                        break;
                    case PromiseEvent.Made p when (promise is null || i < place) && (p.Promise == call.Promise ? rows[i].EffectiveOn >= on
                        : call.Promise is null && call.Result is "promise" or "part_promise" && rows[i].EffectiveOn == on):
                        promise = (p.Promise, p.DueOn.AddDays(grace));
                        break;
                    case PromiseEvent.Closed { Outcome: "withdrawn" } p:
                        withdrawn.Add(p.Promise);
                        // One that was withdrawn before the call was made in no call.
                        if (promise?.Key == p.Promise && i < place && call.Promise is null) promise = null;
                        break;
                    default: break;
                }
                if (promise is { } of && events[i] is PromiseEvent.Closed { Outcome: not "withdrawn" } closed && closed.Promise == of.Key)
                    word = closed.Outcome;
                if (promise is { } again && events[i] is PromiseEvent.Reopened reopened && reopened.Promise == again.Key) word = null;
            }
            var standing = promise is { } made && !withdrawn.Contains(made.Key);
            var by = standing && promise!.Value.By > through ? promise.Value.By : through;
            var full = owed.All(o => cash.Where(c => c.Currency == o.Key).Sum(c => c.Minor) >= o.Value);
            return (by, call.Agent ?? "", full || (standing && word == "kept"));
        }
    }

    private static bool IsOverdue(PartyState state, string account) =>
        state.Exposures.Exists(e => e.Account == account && e.DueOn < state.AsOf);
}
