using System.Text.Json;
using Recoup.Core.Controlling;
using Recoup.Core.Events;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Controlling;

/// <summary>Rates of exchange, and figures in a reporting currency.</summary>
public sealed class RateTests
{
    private const string Now = "2026-03-31T20:00:00Z";

    /// <summary>1,000.00 EUR of January are open, and 300.00 of 500.00 USD of February; 200.00 USD came late, on 20 March.</summary>
    private const string Business = """
        {"type":"account","key":"a","account":"A1","portfolio":"EU"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-10","due_on":"2026-02-10","amount":"1000.00","currency":"EUR"}
        {"type":"account","key":"b","account":"B1","portfolio":"US"}
        {"type":"invoice","key":"j","account":"B1","number":"J1","issued_on":"2026-02-10","due_on":"2026-03-10","amount":"500.00","currency":"USD"}
        {"type":"payment","key":"p","account":"B1","on":"2026-03-20","amount":"200.00","currency":"USD","for":[{"invoice":"J1","amount":"200.00"}]}
        """;

    private const string Rates = """

        {"type":"fx_rate","key":"r1","on":"2026-01-01","from":"USD","to":"EUR","rate":"0.9"}
        {"type":"fx_rate","key":"r2","on":"2026-03-01","from":"USD","to":"EUR","rate":"0.92"}
        {"type":"fx_rate","key":"r3","on":"2026-03-31","from":"USD","to":"EUR","rate":"0.8"}
        """;

    private static JsonElement[] Json(DataFolder folder, params string[] arguments) =>
        [.. folder.Run([.. arguments, "--as-of", "2026-03-31", "--format", "json"]).Expect(0).Json.EnumerateArray()];

    private static string Parts(JsonElement row) =>
        $"{row.GetProperty("currency")} {row.GetProperty("numerator")} / {row.GetProperty("denominator")} = {row.GetProperty("value")}";

    [Fact]
    public void What_happened_goes_by_its_own_day_and_what_stands_by_the_as_of_day()
    {
        using var folder = new DataFolder();
        folder.Send(Business + Rates, "--now", Now).Expect(0);
        // Open: 1,000 and 300 at 0.80. Sold: 1,000 and 500 at 0.90, the rate of 10 February. 90 days.
        Parts(Json(folder, "kpi", "dso", "--in", "EUR").Single()).ShouldBe("EUR 1240.00 / 1450.00 = 76.965517");
        // Late cash of March: 200 at 0.92, that of 20 March, over what was overdue as March began and what fell so, 1,000 and 500 at 0.80.
        Parts(Json(folder, "kpi", "recovery_rate", "--in", "EUR").Single()).ShouldBe("EUR 184.00 / 1400.00 = 13.142857");
        // The other way round: 1,000 at 1 / 0.80 and 300; sold 1,000 at 1 / 0.90 and 500.
        Parts(Json(folder, "kpi", "dso", "--in", "USD").Single()).ShouldBe("USD 1550.00 / 1611.11 = 86.586207");
        Json(folder, "kpi", "dso", "--in", "EUR", "--by", "portfolio").Select(r => $"{r.GetProperty("portfolio")} {Parts(r)}")
            .ShouldBe(["EU EUR 1000.00 / 1000.00 = 90", "US EUR 240.00 / 450.00 = 48"]);
        // Each day of a series has its own.
        folder.Run("kpi", "dso", "--in", "EUR", "--from", "2026-02-01", "--to", "2026-03-31", "--format", "json").Expect(0).Json.EnumerateArray().Select(Parts)
            .ShouldBe(["EUR 1450.00 / 1450.00 = 90", "EUR 1240.00 / 1450.00 = 76.965517"]);
        var ageing = Json(folder, "ageing", "--in", "EUR").Single();
        new[] { "currency", "current", "d1_30", "d31_60", "total", "open_items" }.Select(n => ageing.GetProperty(n).ToString())
            .ShouldBe(["EUR", "0.00", "240.00", "1000.00", "1240.00", "2"]);
        Json(folder, "ageing", "--in", "EUR", "--by", "account").Select(r => $"{r.GetProperty("account")} {r.GetProperty("total")}")
            .ShouldBe(["A1 1000.00", "B1 240.00"]);
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
    }

    /// <summary>A rate that moves is no money that moved: what rolls from bucket to bucket is the same share in whatever currency.</summary>
    [Fact]
    public void Balances_roll_the_same_in_whatever_currency()
    {
        using var folder = new DataFolder();
        folder.Send(Business + Rates, "--now", Now).Expect(0);
        foreach (var kpi in new[] { "roll_rate", "percent_current", "time_to_recover" })
            Json(folder, "kpi", kpi, "--in", "EUR", "--only", "portfolio=US").Select(r => r.GetProperty("value").ToString())
                .ShouldBe(Json(folder, "kpi", kpi, "--only", "portfolio=US").Select(r => r.GetProperty("value").ToString()), kpi);
    }

    /// <summary>Issued and due in March: what fell overdue is a balance, at 0.80 and not at the 0.92 of the day on which it was sold.</summary>
    [Fact]
    public void What_fell_overdue_is_converted_as_what_stands()
    {
        using var folder = new DataFolder();
        folder.Send(Business + Rates + """

            {"type":"invoice","key":"k","account":"B1","number":"K1","issued_on":"2026-03-02","due_on":"2026-03-12","amount":"100.00","currency":"USD"}
            """, "--now", Now).Expect(0);
        Parts(Json(folder, "kpi", "recovery_rate", "--in", "EUR", "--only", "portfolio=US").Single()).ShouldBe("EUR 184.00 / 480.00 = 38.333333");
    }

    [Fact]
    public void A_rate_that_is_missing_is_named()
    {
        using var folder = new DataFolder();
        folder.Send(Business + Rates, "--now", Now).Expect(0);
        folder.Run("ageing", "--in", "GBP", "--as-of", "2026-03-31").Expect(1).Err.ShouldContain("no rate is known from EUR to GBP for 2026-03-31");
        folder.Run("kpi", "dso", "--in", "GBP", "--as-of", "2026-03-31").Expect(1).Err.ShouldContain("to GBP for 2026-");
        folder.Send("""{"type":"fx_rate_withdrawn","key":"w","fx_rate":"r1"}""", "--now", Now).Expect(0);
        // The sale of 10 February has none any more.
        folder.Run("kpi", "dso", "--in", "EUR", "--as-of", "2026-03-31").Expect(1).Err.ShouldContain("no rate is known from USD to EUR for 2026-02-10");
        folder.Run("kpi", "dso", "--in", "EUR", "--as-of", "2026-03-31", "--known-at", Now).Expect(1);
        folder.Run("kpi", "dso", "--in", "EURO").Expect(2).Err.ShouldContain("--in: 'EURO' is not an ISO 4217 currency code");
    }

    [Theory]
    [InlineData("USD", "EUR", "2026-01-31", "0.9")]
    [InlineData("USD", "EUR", "2026-02-01", "0.8")]
    [InlineData("EUR", "USD", "2026-02-01", "1.25")]
    // Told the other way round later than straight.
    [InlineData("USD", "EUR", "2026-03-01", "0.5")]
    // By way of EUR, of which both have rates; by way of CHF the older of both is older.
    [InlineData("USD", "GBP", "2026-03-01", "0.4")]
    [InlineData("GBP", "GBP", "1999-01-01", "1")]
    [InlineData("USD", "GBP", "2026-01-31", null)]
    [InlineData("USD", "SEK", "2026-03-01", null)]
    [InlineData("USD", "EUR", "2025-12-31", null)]
    public void The_last_rate_on_or_before_a_day_counts(string from, string to, string on, string? rate)
    {
        var rates = Core.Controlling.Rates.None;
        var seq = 0;
        foreach (var (day, pair, value) in new[]
        {
            ("2026-02-01", "USD/EUR", 0.8m), ("2026-01-01", "USD/EUR", 0.7m), ("2026-01-01", "USD/EUR", 0.9m), ("2026-03-01", "EUR/USD", 2m),
            ("2026-02-15", "EUR/GBP", 0.8m), ("2026-02-10", "USD/CHF", 1m), ("2026-02-10", "CHF/GBP", 7m), ("2025-01-01", "SEK/NOK", 1m),
        })
        {
            var row = new JournalRow
            {
                Partition = 64, Seq = ++seq, Prior = 0, Party = "", Account = "", Kind = "rate_told", Version = 1, EffectiveOn = default, RecordedOn = default,
                RecordedAt = 0, Actor = "test", Cause = $"k{seq}", WorkspaceSeq = 0, Payload = [],
            };
            rates = rates.With(row, new RateEvent.Told(DateOnly.Parse(day), pair[..3], pair[4..], (long)(value * Core.Controlling.Rates.PartsOfRate)));
        }
        // Of one day and pair the later told is there alone.
        rates.All.Count().ShouldBe(7);
        var day2 = DateOnly.Parse(on);
        if (rate is null) Should.Throw<MissingRateException>(() => rates.On(day2, from, to)).On.ShouldBe(day2);
        else rates.On(day2, from, to).ShouldBe(decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("\"rate\":\"0\"", "rate: 0 is not above zero")]
    [InlineData("\"rate\":\"-1\"", "rate: -1 is not above zero")]
    [InlineData("\"rate\":\"0.00000000001\"", "rate: 0.00000000001 has more than 10 decimals")]
    [InlineData("\"rate\":\"100000001\"", "rate: 100000001 is too large; at most 100000000")]
    [InlineData("\"to\":\"USD\"", "to: is USD, as from is")]
    [InlineData("\"from\":\"XXX\"", "from: 'XXX' is not an ISO 4217 currency code")]
    [InlineData("\"on\":\"3000-01-01\"", "on: 3000-01-01 is after 2999-12-31")]
    public void What_is_wrong_is_said(string field, string why)
    {
        using var folder = new DataFolder();
        var name = field[..field.IndexOf(':', StringComparison.Ordinal)];
        var wrong = System.Text.RegularExpressions.Regex.Replace(
            """{"type":"fx_rate","key":"fx-1","on":"2026-04-01","from":"USD","to":"EUR","rate":"0.92"}""", name + ":\"[^\"]*\"", field);
        folder.Send(wrong, "--now", Now).Expect(3).Err.ShouldContain(why);
        folder.Send("""{"type":"fx_rate_withdrawn","key":"w","fx_rate":"fx-1"}""", "--now", Now).Expect(3).Err.ShouldContain("no fx_rate 'fx-1' stands");
    }
}
