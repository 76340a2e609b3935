using System.Text.Json;

namespace Recoup.Tests.Cli;

/// <summary>
/// A list corrects the day of issue of an invoice that is being collected. Nothing else of it is another: what has been said and
/// what is to be said next, what rested and what was given up stay as they would be without the correction.
/// </summary>
public sealed class CorrectedDayTests : IDisposable
{
    private const string Receivables = "account,name,email,invoice,issued_on,due_on,amount,currency,paid_on\n";
    private const string OpenItems = "account,name,email,number,issued_on,due_on,balance,currency\n";

    private DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Ran List(string day, string row, bool isOpenItems = false) => isOpenItems
        ? folder.Run("import", folder.Write("items.csv", OpenItems + row + "\n"), "--map", "open-items", "--as", "open-items", "--format", "json",
            "--now", $"{day}T07:00:00Z").Expect(0)
        : folder.Run("import", folder.Write("list.csv", Receivables + row + ",\n"), "--map", "receivables", "--format", "json",
            "--now", $"{day}T07:00:00Z").Expect(0);

    private void Send(string day, string input) => folder.Send(input, "--now", $"{day}T07:30:00Z").Expect(0);

    private void Days(string first, string last)
    {
        for (var day = DateOnly.Parse(first, null); day <= DateOnly.Parse(last, null); day = day.AddDays(1))
        {
            folder.Run("run", "--as-of", $"{day:yyyy-MM-dd}", "--now", $"{day:yyyy-MM-dd}T08:00:00Z").Expect(0);
            folder.Run("dispatch", "--now", $"{day:yyyy-MM-dd}T10:00:00Z").Expect(0);
        }
    }

    /// <summary>What was done by which rule, from which day it counted and why; then what stands.</summary>
    private string Story(string day)
    {
        var told = folder.Run("explain", "A1", "--format", "json", "--now", $"{day}T11:00:00Z").Expect(0).Json.EnumerateArray().Reverse()
            .Where(d => Text(d, "action") is not ("none" or "wait"))
            .Select(d => $"{Text(d, "as_of")} {Text(d, "action")} {Text(d, "rule")} from {Text(d, "counted_from")} {Text(d, "entered_by")}");
        var stands = folder.Run("ageing", "--as-of", day, "--by", "account", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(r => $"{Text(r, "total")} open, {Text(r, "unapplied")} unapplied");
        return string.Join('\n', [.. told, .. stands]);
    }

    private static string Text(JsonElement element, string field) => element.TryGetProperty(field, out var value) ? value.ToString() : "";

    private JsonElement Invoice(string day) => folder.Run("invoice", "A1", "I-1", "--format", "json", "--now", $"{day}T11:00:00Z").Expect(0).Json;

    public enum History { Reminded, Disputed, HeardOfLate, DueMovedEarlier, PaidAndCameBack, WrittenOffInPart, Adjusted, CorrectedDownAndCredited }

    public static TheoryData<History, bool> Histories()
    {
        var all = new TheoryData<History, bool>();
        foreach (var history in Enum.GetValues<History>())
        {
            all.Add(history, false);
            if (history is History.Reminded or History.Disputed or History.HeardOfLate) all.Add(history, true);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public void What_is_done_goes_on_as_without_the_correction(History history, bool isOpenItems)
    {
        var without = Tell(history, isOpenItems, "2026-03-01");
        folder.Dispose();
        folder = new DataFolder();
        var with = Tell(history, isOpenItems, "2026-03-02");
        folder.ShouldBeSound();
        with.ShouldBe(without);
        Text(Invoice("2026-05-12"), "issued_on").ShouldBe("2026-03-02");
    }

    private string Tell(History history, bool isOpenItems, string issued)
    {
        const string acme = "A1,Acme,ap@acme.example,I-1,";
        var row = $"2026-03-31,{(history == History.CorrectedDownAndCredited ? "280.00" : "300.00")},EUR";
        folder.Run("sending", "live", "--now", "2026-03-01T06:00:00Z").Expect(0);
        switch (history)
        {
            case History.Reminded:
                List("2026-03-30", $"{acme}2026-03-01,{row}", isOpenItems);
                Days("2026-04-02", "2026-04-06");
                break;
            case History.Disputed:
                List("2026-03-30", $"{acme}2026-03-01,{row}", isOpenItems);
                Days("2026-04-02", "2026-04-05");
                Send("2026-04-06", """{"type":"dispute_opened","key":"d-1","account":"A1","invoice":"I-1","on":"2026-04-06","reason":"price"}""");
                break;
            case History.HeardOfLate:
                List("2026-04-04", $"{acme}2026-03-01,{row}", isOpenItems);
                Days("2026-04-04", "2026-04-06");
                break;
            case History.DueMovedEarlier:
                List("2026-03-02", $"{acme}2026-03-01,2026-07-31,300.00,EUR");
                List("2026-04-04", $"{acme}2026-03-01,{row}");
                Days("2026-04-04", "2026-04-06");
                break;
            case History.PaidAndCameBack:
                List("2026-03-02", $"{acme}2026-03-01,{row}");
                Send("2026-03-20", """{"type":"payment","key":"p","account":"A1","on":"2026-03-20","amount":"350.00","currency":"EUR"}""");
                Send("2026-04-04", """{"type":"payment_reversed","key":"r","account":"A1","payment":"p","on":"2026-04-04","reason":"returned"}""");
                Days("2026-04-04", "2026-04-06");
                break;
            case History.WrittenOffInPart:
                List("2026-03-30", $"{acme}2026-03-01,{row}");
                Send("2026-04-02", """
                    {"type":"write_off","key":"w","account":"A1","invoice":"I-1","on":"2026-04-02","amount":"50.00","currency":"EUR","reason":"goodwill"}
                    {"type":"payment","key":"p","account":"A1","on":"2026-04-02","amount":"20.00","currency":"EUR","for":[{"invoice":"I-1","amount":"20.00"}]}
                    """);
                Days("2026-04-02", "2026-04-06");
                break;
            case History.Adjusted:
                List("2026-03-30", $"{acme}2026-03-01,{row}");
                Send("2026-04-02", """
                    {"type":"open_balance","key":"o","account":"A1","invoice":"I-1","on":"2026-04-02","balance":"220.00","currency":"EUR","reason":"ledger"}
                    """);
                Days("2026-04-02", "2026-04-06");
                break;
            case History.CorrectedDownAndCredited:
                List("2026-03-30", $"{acme}2026-03-01,2026-03-31,300.00,EUR");
                List("2026-04-02", $"{acme}2026-03-01,{row}");
                Send("2026-04-03", """
                    {"type":"credit_note","key":"c","account":"A1","number":"C-1","invoice":"I-1","on":"2026-04-03","amount":"30.00","currency":"EUR"}
                    """);
                Days("2026-04-03", "2026-04-06");
                break;
        }
        if (issued != "2026-03-01") List("2026-04-07", $"{acme}{issued},{row}", isOpenItems).Json.GetProperty("accepted").GetInt32().ShouldBe(1);
        Days("2026-04-07", "2026-04-14");
        if (history == History.Disputed)
            Send("2026-04-15", """{"type":"dispute_closed","key":"d-2","account":"A1","dispute":"d-1","on":"2026-04-15","outcome":"rejected"}""");
        Days("2026-04-15", "2026-05-12");
        return Story("2026-05-12");
    }

    /// <summary>By then it had been paid, and the payment came back: the right day would leave less than nothing open meanwhile.</summary>
    [Fact]
    public void A_day_that_can_not_be_followed_is_told_of_as_long_as_the_list_has_it()
    {
        const string acme = "A1,Acme,ap@acme.example,I-1,";
        List("2026-03-30", $"{acme}2026-03-01,2026-03-31,300.00,EUR");
        Send("2026-03-31", """{"type":"payment","key":"p","account":"A1","on":"2026-03-10","amount":"300.00","currency":"EUR"}""");
        Send("2026-04-01", """{"type":"payment_reversed","key":"r","account":"A1","payment":"p","on":"2026-03-20","reason":"returned"}""");
        for (var day = 2; day <= 3; day++)
        {
            List($"2026-04-0{day}", $"{acme}2026-03-15,2026-03-31,310.00,EUR").Err.ShouldContain(
                "invoice I-1 is of 2026-03-01 here, of 2026-03-15 in the list: 300.00 EUR of it were settled on 2026-03-10, before that day, "
                    + "so it stays of 2026-03-01");
            Text(Invoice($"2026-04-0{day}"), "issued_on").ShouldBe("2026-03-01");
            Text(Invoice($"2026-04-0{day}"), "amount").ShouldBe("310.00");
        }
        folder.ShouldBeSound();
    }
}
