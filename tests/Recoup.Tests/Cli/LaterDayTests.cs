using System.Text.Json;

namespace Recoup.Tests.Cli;

/// <summary>
/// What is dated back to a day from which an item was settled for a while can't all take effect then, as no balance of a day falls
/// below zero. It keeps its day where the balances allow it; where they don't, whoever sent it is told of the day.
/// </summary>
public sealed class LaterDayTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string[] Send(string day, string inputs)
    {
        var sent = folder.Send(inputs, "--now", $"{day}T10:00:00Z").Expect(0).Json;
        return sent.TryGetProperty("remarks", out var remarks) && remarks.ValueKind == JsonValueKind.Array
            ? [.. remarks.EnumerateArray().Select(r => r.GetProperty("text").GetString()!)] : [];
    }

    private string Open(string day) => folder.Run("ageing", "--as-of", $"2026-04-{day}", "--by", "account", "--format", "json").Expect(0).Json.EnumerateArray()
        .Select(r => $"{r.GetProperty("total").GetString()} {r.GetProperty("unapplied").GetString()}").SingleOrDefault() ?? "nothing";

    [Theory]
    [InlineData("""{"type":"invoice_cancelled","key":"k","account":"A1","invoice":"I1","on":"2026-04-05"}""",
        "100.00 0.00, 40.00 0.00, nothing", "invoice_cancelled k takes effect on I1 on 2026-04-09, not on 2026-04-05: before that day less than 100.00 EUR")]
    [InlineData("""{"type":"invoice_corrected","key":"k","account":"A1","invoice":"I1","on":"2026-04-05","amount":"30.00","currency":"EUR"}""",
        "100.00 0.00, 40.00 0.00, 30.00 0.00", "invoice_corrected k takes effect on I1 on 2026-04-09, not on 2026-04-05: before that day less than 70.00 EUR")]
    [InlineData("""{"type":"invoice_corrected","key":"k","account":"A1","invoice":"I1","on":"2026-04-05","amount":"70.00","currency":"EUR"}""",
        "70.00 0.00, 10.00 0.00, 70.00 0.00", null)]
    [InlineData("""{"type":"credit_note","key":"k","account":"A1","number":"C1","invoice":"I1","on":"2026-04-05","amount":"50.00","currency":"EUR"}""",
        "100.00 50.00, 40.00 50.00, 50.00 0.00", "credit_note k takes effect on I1 on 2026-04-09, not on 2026-04-05: before that day less than 50.00 EUR")]
    [InlineData("""{"type":"credit_note","key":"k","account":"A1","number":"C1","invoice":"I1","on":"2026-04-05","amount":"40.00","currency":"EUR"}""",
        "60.00 0.00, nothing, 60.00 0.00", null)]
    [InlineData("""{"type":"payment","key":"k","account":"A1","on":"2026-04-05","amount":"50.00","currency":"EUR"}""",
        "100.00 50.00, 40.00 50.00, 50.00 0.00", "payment k takes effect on I1 on 2026-04-09, not on 2026-04-05: before that day less than 50.00 EUR")]
    public void Of_an_invoice_paid_for_a_while_the_balances_say_which_day(string input, string stands, string? told)
    {
        Send("2026-04-08", """
            {"type":"account","key":"a1","account":"A1","name":"Acme","email":"a@x.example"}
            {"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"100.00","currency":"EUR"}
            {"type":"payment","key":"p1","account":"A1","on":"2026-04-08","amount":"60.00","currency":"EUR"}
            """);
        Send("2026-04-14", """{"type":"payment_reversed","key":"r1","account":"A1","payment":"p1","on":"2026-04-09","reason":"error"}""");
        var remarks = Send("2026-04-15", input);
        if (told is null) remarks.ShouldBeEmpty();
        else remarks.ShouldHaveSingleItem().ShouldBe($"account A1: {told} of it was open");
        string.Join(", ", Open("05"), Open("08"), Open("09")).ShouldBe(stands);
        folder.ShouldBeSound();
    }

    /// <summary>What waits for its invoice, or comes before it, takes effect when the invoice does: nobody is told of that.</summary>
    [Fact]
    public void A_payment_before_its_invoice_is_nothing_to_be_told_of()
    {
        Send("2026-04-10", """
            {"type":"account","key":"a1","account":"A1","name":"Acme","email":"a@x.example"}
            {"type":"payment","key":"p1","account":"A1","on":"2026-04-01","amount":"60.00","currency":"EUR","for":[{"invoice":"I1","amount":"60.00"}]}
            {"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-04-08","due_on":"2026-04-30","amount":"100.00","currency":"EUR"}
            {"type":"payment","key":"p2","account":"A1","on":"2026-04-02","amount":"40.00","currency":"EUR"}
            """).ShouldBeEmpty();
    }
}
