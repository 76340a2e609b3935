namespace Recoup.Tests.Cli;

/// <summary>Lists that come again and again: what they say of disputes holds from then on.</summary>
public sealed class ListedDisputeTests : ListTests
{
    private const string Disputed = """
        about: ledger
        columns: { disputed: { column: disputed, kind: text } }
        optional: [disputed, outcome]
        inputs:
          - type: account
            key: ledger/account/{account}/{#}
            account: account
          - type: invoice
            follow: true
            key: ledger/invoice/{account}/{invoice}
            account: account
            number: invoice
            issued_on: issued_on
            due_on: due_on
            amount: { constant: 100 }
            currency: { constant: EUR }
          - type: dispute_opened
            follow: true
            when: disputed = "ja"
            key: ledger/dispute/{account}/{invoice}
            account: account
            invoice: invoice
            on: issued_on
            reason: { constant: not said }

        """;

    [Fact]
    public void A_dispute_that_a_list_told_of_ends_with_the_list_and_one_that_a_person_closed_stays_closed()
    {
        const string row = "A1,R1,2026-03-01,2026-03-31,";
        List(1, Disputed, "disputed\n" + row + "ja\n").Expect(0);
        List(2, Disputed, "disputed\n" + row + "ja\n").Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        // A list that lacks the column says nothing of it.
        List(3, Disputed, "other\n" + row + "x\n").Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        List(4, Disputed, "disputed\n" + row + "\n").Expect(0).Json.GetProperty("inputs").GetProperty("dispute_closed").GetInt32().ShouldBe(1);
        List(5, Disputed, "disputed\n" + row + "\n").Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        List(6, Disputed, "disputed\n" + row + "ja\n").Expect(0);
        Disputes().ShouldBe(["dispute_opened ledger/dispute/A1/R1 2026-03-01", "dispute_closed ledger/dispute/A1/R1 2026-04-04",
            "dispute_opened ledger/dispute/A1/R1~2 2026-04-06"]);
        folder.Send("""{"type":"dispute_closed","key":"d","account":"A1","dispute":"ledger/dispute/A1/R1~2","on":"2026-04-07","outcome":"rejected"}""",
            "--now", "2026-04-07T10:00:00Z").Expect(0);
        List(8, Disputed, "disputed\n" + row + "ja\n").Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        Disputes().Count.ShouldBe(4);
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_column_that_says_how_a_dispute_ended_closes_what_is_open_and_harms_nothing_else()
    {
        const string map = Disputed + """
              - type: dispute_closed
                follow: true
                when: has_value(outcome)
                key: ledger/dispute-closed/{account}/{invoice}
                account: account
                dispute: "ledger/dispute/{account}/{invoice}"
                on: due_on
                outcome: outcome
            """;
        List(1, map, "disputed,outcome\nA1,R1,2026-03-01,2026-03-31,ja,\nA2,R2,2026-03-01,2026-03-31,,rejected\n").Expect(0)
            .Json.GetProperty("inputs").TryGetProperty("dispute_closed", out _).ShouldBeFalse();
        List(2, map, "disputed,outcome\nA1,R1,2026-03-01,2026-03-31,,accepted\nA2,R2,2026-03-01,2026-03-31,,rejected\n").Expect(0);
        Disputes().ShouldBe(["dispute_opened ledger/dispute/A1/R1 2026-03-01", "dispute_closed ledger/dispute/A1/R1 2026-03-31"]);
        List(3, map, "disputed,outcome\nA1,R1,2026-03-01,2026-03-31,,accepted\nA2,R2,2026-03-01,2026-03-31,,rejected\n").Expect(0)
            .Json.GetProperty("unchanged").GetInt32().ShouldBe(2);
        folder.ShouldBeSound();
    }
}
