using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>Recovery curves by the verb and by the API, from a store.</summary>
public sealed class CohortReadTests
{
    [Fact]
    public async Task What_first_became_overdue_in_a_month_is_followed_by_age()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","portfolio":"north"}
            {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-14","amount":"100.00","currency":"EUR"}
            {"type":"invoice","key":"j","account":"A1","number":"I2","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"50.00","currency":"EUR"}
            {"type":"payment","key":"p","account":"A1","on":"2026-02-14","amount":"40.00","currency":"EUR","for":[{"invoice":"I1","amount":"40.00"}]}
            {"type":"payment","key":"q","account":"A1","on":"2026-02-15","amount":"10.00","currency":"EUR","for":[{"invoice":"I1","amount":"10.00"}]}
            {"type":"credit_note","key":"c","account":"A1","number":"C1","on":"2026-02-10","amount":"5.00","currency":"EUR","invoice":"I1"}
            """, "--now", "2026-03-01T10:00:00Z").Expect(0);
        var rows = folder.Run("cohorts", "--as-of", "2026-03-01", "--format", "json").Expect(0).Json;
        rows.GetArrayLength().ShouldBe(8);
        rows[0].GetProperty("no_value").GetString().ShouldBe("it has not reached 30 days yet, the first age");
        // Overdue from 15 January on; 30 days after it is 14 February, and the month has reached 30 days on 2 March.
        var one = folder.Run("cohorts", "--as-of", "2026-03-02", "--age", "30", "--format", "json").Expect(0).Json[0];
        one.GetRawText().ShouldBe(
            """{"cohort":"2026-01","currency":"EUR","age":30,"amount":"100.00","recovered":"40.00","rate":40,"completed":false}""");
        var byPortfolio = folder.Run("cohorts", "--as-of", "2026-03-02", "--by", "portfolio", "--age", "29", "--format", "json").Expect(0).Json[0];
        (byPortfolio.GetProperty("cohort").GetString(), byPortfolio.GetProperty("amount").GetString(), byPortfolio.GetProperty("recovered").GetString())
            .ShouldBe(("north", "150.00", "0.00"));
        folder.Run("cohorts", "--by", "channel").Expect(2).Err.ShouldContain("--by takes month, portfolio, not 'channel'");
        folder.Run("cohorts", "--as-of", "2026-03-02", "--format", "csv").Expect(0).Out.ShouldStartWith("cohort,currency,age,amount,recovered,rate,note");
        await using var server = await ApiServer.Start(folder);
        (await server.Client.Get("/api/v1/cohorts?as_of=2026-03-02&age=30")).Expect(200).Json[0].GetProperty("rate").GetDecimal().ShouldBe(40);
        (await server.Client.Get("/api/v1/cohorts?by=strategy")).Expect(400);
    }

    /// <summary>Older months went from a tenth to all; a young one that began better is not completed beyond what it is owed.</summary>
    [Fact]
    public void A_month_that_begins_better_is_completed_to_no_more_than_it_is()
    {
        using var folder = new DataFolder();
        var lines = new List<string> { """{"type":"account","key":"a","account":"A1"}""" };
        for (var m = 1; m <= 4; m++)
        {
            var due = new DateOnly(2026, m, 1);
            lines.Add($$"""{"type":"invoice","key":"i{{m}}","account":"A1","number":"I{{m}}","issued_on":"2025-12-01","due_on":"{{due:yyyy-MM-dd}}",""" +
                "\"amount\":\"100.00\",\"currency\":\"EUR\"}");
            Pay($"p{m}", due.AddDays(10), m < 4 ? 10 : 60);
            if (m < 4) Pay($"q{m}", due.AddDays(50), 90);

            void Pay(string key, DateOnly on, int amount) => lines.Add($$"""{"type":"payment","key":"{{key}}","account":"A1","on":"{{on:yyyy-MM-dd}}",""" +
                $$"""
                "amount":"{{amount}}.00","currency":"EUR","for":[{"invoice":"I{{m}}","amount":"{{amount}}.00"}]}
                """);
        }
        folder.Send(string.Join('\n', lines), "--now", "2026-06-05T10:00:00Z").Expect(0);
        folder.Run("cohorts", "--as-of", "2026-05-31", "--age", "60", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(r => $"{r.GetProperty("cohort")} {r.GetProperty("recovered")} {r.GetProperty("rate")} {r.GetProperty("completed")}")
            .ShouldBe(["2026-01 100.00 100 False", "2026-02 100.00 100 False", "2026-03 100.00 100 False", "2026-04 100.00 100 True"]);
    }
}
