using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Recoup.Core.Webhooks;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Webhooks;

/// <summary>Endpoints are told of events: once each, in order, again where they could not take it, and never where they must not be called.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private readonly DataFolder folder = new();
    private Receiver receiver = null!;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.Start();
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, "webhooks.yaml"), "allow: [127.0.0.1]\ntimeout_seconds: 2\n");
    }

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await receiver.DisposeAsync();
    }

    private const string First = "2026-03-02T10:00:00Z", Next = "2026-03-03T10:00:00Z";

    private string Add(string name = "crm", string now = "2026-03-01T10:00:00Z", params string[] more) =>
        folder.Run(["webhooks", "add", name, receiver.Url, "--now", now, "--format", "json", .. more]).Expect(0).Json.GetProperty("secret").GetString()!;

    private void Facts(string account = "A1", string now = First) => folder.Send($$"""
        {"type":"account","key":"a-{{account}}","account":"{{account}}","name":"Nora Brandt","email":"nora@brandt.example","phone":"+49301234567"}
        {"type":"invoice","key":"i-{{account}}","account":"{{account}}","number":"{{account}}-1","issued_on":"2026-03-01","due_on":"2026-03-31",
        """ + $$"""
        "amount":"100.00","currency":"EUR","order":"for Nora"}
        {"type":"payment","key":"p-{{account}}","account":"{{account}}","on":"2026-03-02","amount":"40.00","currency":"EUR"}
        """, "--now", now).Expect(0);

    private JsonElement Dispatch(string now, int exit = 0) =>
        folder.Run("dispatch", "--now", now, "--format", "json").Expect(exit).Json.GetProperty("webhooks");

    private JsonElement Listed(params string[] more) => folder.Run(["webhooks", "--format", "json", .. more]).Expect(0).Json;

    private JsonElement Endpoint() => folder.Run("webhooks", "endpoints", "--format", "json").Expect(0).Json.EnumerateArray().ShouldHaveSingleItem();

    private static string Types(IEnumerable<Arrived> calls) => string.Join(" ", calls.Select(c => c.Type));

    [Fact]
    public void Every_event_is_told_once_in_the_journal_s_order()
    {
        var secret = Add();
        Facts();
        var report = Dispatch(First);
        (report.GetProperty("found").GetInt32(), report.GetProperty("sent").GetInt32()).ShouldBe((3, 3));
        Types(receiver.All).ShouldBe("account.opened invoice.issued payment.received");
        receiver.All.Select(c => c.Id).Distinct().Count().ShouldBe(3);
        receiver.All.ShouldAllBe(c => c.IsSignedBy(secret));
        receiver.All.ShouldAllBe(c => c.At == DateTimeOffset.Parse(First).ToUnixTimeSeconds());
        var invoice = receiver.All[1];
        invoice.Body.ShouldBe("""
            {"type":"invoice.issued","timestamp":"2026-03-02T10:00:00.000Z","data":{"account":"A1","effective_on":"2026-03-01","recorded_on":"2026-03-02",
            """.Trim() + """
            "number":"A1-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"100.00","currency":"EUR"}}
            """.Trim());
        // Nothing of who it is.
        foreach (var call in receiver.All)
        {
            call.Body.ShouldNotContain("Nora");
            call.Body.ShouldNotContain("brandt");
            call.Body.ShouldNotContain("4930");
            call.Body.ShouldNotContain("sealed");
        }
        Dispatch(Next).GetProperty("found").GetInt32().ShouldBe(0);
        receiver.All.Count.ShouldBe(3);
        var listed = Listed();
        listed.EnumerateArray().ShouldAllBe(r => r.GetProperty("status").GetString() == "sent" && r.GetProperty("tries").GetInt32() == 1);
        listed.EnumerateArray().Select(r => r.GetProperty("id").GetString()!).Order().ShouldBe(receiver.All.Select(c => c.Id).Order());
        folder.Run("webhooks", "--format", "csv").Expect(0).Out.Split('\n')[0].TrimEnd()
            .ShouldBe("endpoint,id,type,account,recorded_at,status,tries,next_try_at,answered_at,answer");
        folder.ShouldBeSound();
    }

    [Fact]
    public void It_is_told_of_what_it_wanted_when_that_was_recorded()
    {
        Facts("A0");
        Add("crm", First, "--events", "invoice.*,promise.made");
        Facts("A1");
        folder.Run("webhooks", "add", "crm", receiver.Url, "--events", "payment.received", "--now", First).Expect(0);
        Facts("A2");
        folder.Run("webhooks", "off", "crm", "--now", First).Expect(0);
        Facts("A3");
        folder.Run("webhooks", "on", "crm", "--now", First).Expect(0);
        Facts("A4");
        // Looked for only now, and all the same: what was wanted then.
        Dispatch(Next);
        receiver.All.Select(c => $"{c.Data.GetProperty("account")} {c.Type}").Order(StringComparer.Ordinal)
            .ShouldBe(["A1 invoice.issued", "A2 payment.received", "A4 payment.received"]);
    }

    [Fact]
    public void Words_are_told_only_where_they_are_asked_for()
    {
        Add("plain");
        Add("wordy", "2026-03-01T10:00:00Z", "--words");
        Facts();
        Dispatch(First);
        var invoices = receiver.All.Where(c => c.Type == "invoice.issued").ToList();
        invoices.Count.ShouldBe(2);
        invoices.Count(c => c.Data.TryGetProperty("order", out var order) && order.GetString() == "for Nora").ShouldBe(1);
        // One event has one id, by whichever endpoint it is heard of.
        invoices.Select(c => c.Id).Distinct().ShouldHaveSingleItem();
        folder.Send("""{"type":"erasure","key":"e-1","account":"A1","reason":"asked for"}""", "--now", Next).Expect(0);
        folder.Run("webhooks", "replay", "wordy", "--from", "2026-03-01", "--now", Next).Expect(0);
        Dispatch(Next);
        receiver.All[^1].Type.ShouldBe("party.erased");
        receiver.All.Skip(6).Where(c => c.Type == "invoice.issued").ShouldHaveSingleItem().Data.GetProperty("order").GetString().ShouldBe("(erased)");
    }

    [Fact]
    public void What_it_could_not_take_is_told_again_first_and_the_rest_waits_behind_it()
    {
        Add();
        Facts();
        receiver.AnswerWith(503);
        var report = Dispatch(First);
        (report.GetProperty("sent").GetInt32(), report.GetProperty("to_retry").GetInt32(), report.GetProperty("waiting").GetInt32()).ShouldBe((0, 1, 3));
        receiver.All.ShouldHaveSingleItem().Type.ShouldBe("account.opened");
        // Five seconds at least.
        Dispatch("2026-03-02T10:00:04Z");
        receiver.All.Count.ShouldBe(1);
        receiver.AnswerWith(429, retryAfter: "600");
        Dispatch("2026-03-02T10:00:06Z");
        receiver.All.Count.ShouldBe(2);
        Endpoint().GetProperty("trouble").GetString().ShouldBe("429 TooManyRequests");
        var row = Listed("--status", "pending").EnumerateArray().Single(r => r.GetProperty("tries").GetInt32() > 0);
        (row.GetProperty("tries").GetInt32(), row.GetProperty("next_try_at").GetString(), row.GetProperty("answer").GetString())
            .ShouldBe((2, "2026-03-02T10:10:06Z", "429 TooManyRequests"));
        folder.Run("status", "--format", "json").Expect(0).Json.GetProperty("rounds").EnumerateArray()
            .Single(r => r.GetProperty("round").GetString() == "webhooks").GetProperty("state").GetString().ShouldBe("trying_again");
        receiver.AnswerWith(200);
        Dispatch("2026-03-02T10:10:05Z");
        receiver.All.Count.ShouldBe(2);
        Dispatch("2026-03-02T10:10:07Z").GetProperty("sent").GetInt32().ShouldBe(3);
        Types(receiver.All).ShouldBe("account.opened account.opened account.opened invoice.issued payment.received");
        receiver.All.Take(3).Select(c => (c.Id, c.Body)).Distinct().ShouldHaveSingleItem();
        Endpoint().GetProperty("trouble").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    /// <summary>Whoever switches it on, or gives it another address, mended what its last answers were about.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_waits_is_told_at_once_where_it_is_switched_on_or_elsewhere(bool isSwitched)
    {
        Add();
        Facts();
        receiver.AnswerWith(429, retryAfter: "600");
        Dispatch(First);
        receiver.AnswerWith(200);
        Dispatch("2026-03-02T10:00:30Z").GetProperty("sent").GetInt32().ShouldBe(0);
        await using var other = await Receiver.Start();
        if (isSwitched)
        {
            folder.Run("webhooks", "off", "crm", "--now", "2026-03-02T10:01:00Z").Expect(0);
            Dispatch("2026-03-02T10:01:10Z").GetProperty("sent").GetInt32().ShouldBe(0);
            folder.Run("webhooks", "on", "crm", "--now", "2026-03-02T10:02:00Z").Expect(0);
        }
        else folder.Run("webhooks", "add", "crm", other.Url, "--now", "2026-03-02T10:02:00Z").Expect(0);
        Dispatch("2026-03-02T10:02:10Z").GetProperty("sent").GetInt32().ShouldBe(3);
        (isSwitched ? receiver.All.Skip(1) : other.All).Count().ShouldBe(3);
    }

    [Fact]
    public void What_it_refuses_as_such_holds_nothing_up()
    {
        Add();
        Facts();
        receiver.Answers = (call, http) => Receiver.Status(http, call.Type == "invoice.issued" ? 422 : 200);
        var report = Dispatch(First);
        (report.GetProperty("sent").GetInt32(), report.GetProperty("to_retry").GetInt32()).ShouldBe((2, 1));
        receiver.AnswerWith(200);
        Dispatch("2026-03-02T10:00:06Z").GetProperty("sent").GetInt32().ShouldBe(1);
        Types(receiver.All).ShouldBe("account.opened invoice.issued payment.received invoice.issued");
    }

    [Fact]
    public void Gone_switches_it_off_until_a_person_says_otherwise()
    {
        Add();
        Facts();
        receiver.AnswerWith(410);
        Dispatch(First).GetProperty("failed").GetInt32().ShouldBe(1);
        receiver.All.Count.ShouldBe(1);
        var endpoint = Endpoint();
        (endpoint.GetProperty("state").GetString(), endpoint.GetProperty("reason").GetString()).ShouldBe(("off", "410 Gone"));
        folder.Run("status", "--format", "json").Expect(0).Json.GetProperty("rounds").EnumerateArray()
            .Single(r => r.GetProperty("round").GetString() == "webhooks").GetProperty("state").GetString().ShouldBe("off");
        receiver.AnswerWith(200);
        Facts("A2", Next);
        Dispatch(Next);
        receiver.All.Count.ShouldBe(1);
        folder.Run("webhooks", "on", "crm", "--now", Next).Expect(0);
        // What waited goes; what was recorded while it was off is told where somebody asks for it.
        Dispatch(Next).GetProperty("sent").GetInt32().ShouldBe(2);
        folder.Run("webhooks", "replay", "crm", "--from", "2026-03-03", "--now", Next, "--format", "json").Expect(0)
            .Json.GetProperty("replayed").GetInt32().ShouldBe(3);
        Dispatch(Next).GetProperty("sent").GetInt32().ShouldBe(3);
        receiver.All.TakeLast(3).ShouldAllBe(c => c.Data.GetProperty("account").GetString() == "A2");
        folder.ShouldBeSound();
    }

    [Fact]
    public void After_three_days_in_vain_it_is_switched_off_and_told_of()
    {
        Add();
        Facts();
        receiver.AnswerWith(500);
        var at = DateTimeOffset.Parse(First);
        for (var i = 0; i < 10; i++)
        {
            Dispatch(at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
            if (i < 9) at += WebhookRetry(i);
        }
        receiver.All.Count.ShouldBe(10);
        receiver.All.Select(c => (c.Id, c.Body)).Distinct().ShouldHaveSingleItem();
        (at - DateTimeOffset.Parse(First)).TotalDays.ShouldBeGreaterThan(3);
        Endpoint().GetProperty("reason").GetString().ShouldBe("500 InternalServerError, 10 times");
        Listed("--status", "failed").GetArrayLength().ShouldBe(1);
        Dispatch(at.AddDays(30).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        receiver.All.Count.ShouldBe(10);
    }

    private static TimeSpan WebhookRetry(int tries) => Connectors.Webhooks.WebhookRetry.Waits[tries] * 1.1 + TimeSpan.FromSeconds(1);

    [Fact]
    public void This_machine_and_private_networks_are_not_called_unless_it_is_said()
    {
        File.Delete(Path.Combine(folder.Path, "webhooks.yaml"));
        Add();
        Facts();
        Dispatch(First).GetProperty("to_retry").GetInt32().ShouldBe(1);
        receiver.All.ShouldBeEmpty();
        Endpoint().GetProperty("trouble").GetString().ShouldNotBeNull().ShouldContain("private network or of this machine");
        // A name that leads there is no way around.
        folder.Run("webhooks", "add", "crm", receiver.Url.Replace("127.0.0.1", "localhost"), "--now", First).Expect(0);
        Dispatch("2026-03-02T10:00:06Z").GetProperty("to_retry").GetInt32().ShouldBe(1);
        receiver.All.ShouldBeEmpty();
        File.WriteAllText(Path.Combine(folder.Path, "webhooks.yaml"), "allow: [127.0.0.1]\n");
        Dispatch("2026-03-02T10:06:00Z").GetProperty("sent").GetInt32().ShouldBe(3);
    }

    [Fact]
    public void Nobody_is_redirected_and_nobody_waits_or_reads_for_ever()
    {
        Add();
        Facts();
        receiver.Answers = (_, http) =>
        {
            http.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        Dispatch(First);
        receiver.All.ShouldHaveSingleItem().Path.ShouldBe("/hook");
        Endpoint().GetProperty("trouble").GetString().ShouldBe("302 Found: nobody is redirected; give its new address");
        receiver.Answers = (_, http) => Task.Delay(TimeSpan.FromMinutes(1), http.RequestAborted);
        var begun = System.Diagnostics.Stopwatch.StartNew();
        Dispatch("2026-03-02T10:00:06Z");
        begun.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        Endpoint().GetProperty("trouble").GetString().ShouldBe("no answer within 2 s");
        // An answer without end is no reason to read it.
        receiver.Answers = async (_, http) =>
        {
            http.Response.StatusCode = 200;
            for (var i = 0; i < 100_000 && !http.RequestAborted.IsCancellationRequested; i++) await http.Response.WriteAsync(new string('x', 10_000));
        };
        begun.Restart();
        Dispatch("2026-03-02T10:06:00Z").GetProperty("sent").GetInt32().ShouldBe(3);
        begun.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_tried_again()
    {
        Add();
        Facts();
        await receiver.DisposeAsync();
        Dispatch(First).GetProperty("to_retry").GetInt32().ShouldBe(1);
        Endpoint().GetProperty("trouble").GetString().ShouldBe("no connection");
    }

    [Fact]
    public void What_can_t_be_read_of_the_journal_holds_up_no_other()
    {
        Add();
        Facts();
        receiver.AnswerWith(503);
        Dispatch(First);
        receiver.AnswerWith(204);
        // Found and not told yet when it was damaged.
        folder.Tamper("UPDATE journal SET kind = 'invoice_forged' WHERE kind = 'invoice_issued'");
        var ran = folder.Run("dispatch", "--now", Next, "--format", "json").Expect(3).Json.GetProperty("webhooks");
        (ran.GetProperty("sent").GetInt32(), ran.GetProperty("set_aside").GetInt32()).ShouldBe((2, 1));
        folder.Run("status", "--format", "json").Expect(0).Json.GetProperty("set_aside").EnumerateArray().ShouldHaveSingleItem()
            .GetProperty("work").GetString().ShouldBe("webhooks");
        folder.Tamper("UPDATE journal SET kind = 'invoice_issued' WHERE kind = 'invoice_forged'");
        Dispatch("2026-03-03T10:01:00Z").GetProperty("sent").GetInt32().ShouldBe(1);
        receiver.All[^1].Type.ShouldBe("invoice.issued");
        folder.Run("status", "--format", "json").Expect(0).Json.GetProperty("set_aside").GetArrayLength().ShouldBe(0);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Without_its_secrets_nobody_is_called_and_nothing_is_lost()
    {
        Add();
        Facts();
        Stores.TestStores.KeyRows(folder.Place, $"DELETE FROM {Stores.TestStores.KeyTable} WHERE party LIKE '%webhook/crm'");
        folder.Run("dispatch", "--now", First).Expect(0).Err.ShouldContain("its secrets can't be opened");
        receiver.All.ShouldBeEmpty();
        var secret = folder.Run("webhooks", "rotate", "crm", "--now", First, "--format", "json").Expect(0).Json.GetProperty("secret").GetString()!;
        Dispatch(First).GetProperty("sent").GetInt32().ShouldBe(3);
        receiver.All.ShouldAllBe(c => c.IsSignedBy(secret));
    }

    [Fact]
    public void While_secrets_change_calls_are_signed_by_both()
    {
        var first = Add();
        var second = folder.Run("webhooks", "rotate", "crm", "--now", "2026-03-01T11:00:00Z", "--format", "json").Expect(0)
            .Json.GetProperty("secret").GetString()!;
        Facts();
        Dispatch(First);
        receiver.All.ShouldAllBe(c => c.IsSignedBy(first) && c.IsSignedBy(second));
        folder.Run("webhooks", "retire", "crm", "--now", First).Expect(0);
        Facts("A2", Next);
        Dispatch(Next);
        receiver.All.Skip(3).ShouldAllBe(c => !c.IsSignedBy(first) && c.IsSignedBy(second));
        // Neither stands readable anywhere in the folder.
        foreach (var file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
        {
            var bytes = ReadShared(file);
            foreach (var secret in new[] { first, second })
            {
                bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)).ShouldBe(-1, file);
                bytes.AsSpan().IndexOf(WebhookChapter.SecretOf(secret)).ShouldBe(-1, file);
            }
        }
        folder.ShouldBeSound();
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    [Fact]
    public void One_call_is_told_again_under_its_id()
    {
        Add();
        Facts();
        Dispatch(First);
        var invoice = receiver.All[1];
        folder.Run("webhooks", "replay", "--id", invoice.Id, "--now", Next).Expect(0);
        Dispatch(Next).GetProperty("sent").GetInt32().ShouldBe(1);
        (receiver.All[^1].Id, receiver.All[^1].Body).ShouldBe((invoice.Id, invoice.Body));
        folder.Run("webhooks", "replay", "--id", "evt_00", "--now", Next).Expect(1);
        folder.Run("webhooks", "replay", "--now", Next).Expect(2);
        folder.Run("webhooks", "replay", "nobody", "--from", "2026-03-01", "--now", Next).Expect(1).Err.ShouldContain("there is no endpoint nobody");
    }

    /// <summary>The process dies before a call, and after it before its answer is kept.</summary>
    [Theory]
    [InlineData("dispatch.before-send:2", 4)]
    [InlineData("dispatch.after-send:2", 5)]
    [InlineData("dispatch.before-send:1", 4)]
    public void A_crash_loses_no_call_and_makes_no_other_of_it(string failpoint, int calls)
    {
        Add();
        Facts();
        Facts("B1");
        folder.Send("""{"type":"promise","key":"pr-1","account":"A1","on":"2026-03-02","due_on":"2026-03-20","amount":"10.00","currency":"EUR"}""",
            "--now", First).Expect(0);
        calls += 3;
        folder.Run(null, new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = failpoint }, "dispatch", "--now", First).Exit.ShouldNotBe(0);
        Dispatch(First).GetProperty("sent").GetInt32().ShouldBeGreaterThan(0);
        receiver.All.Count.ShouldBe(calls);
        receiver.All.Select(c => c.Id).Distinct().Count().ShouldBe(7);
        foreach (var same in receiver.All.GroupBy(c => c.Id)) same.Select(c => c.Body).Distinct().ShouldHaveSingleItem();
        Listed().EnumerateArray().ShouldAllBe(r => r.GetProperty("status").GetString() == "sent");
        Types(receiver.All.Where(c => c.Data.GetProperty("account").GetString() == "A1").DistinctBy(c => c.Id))
            .ShouldBe("account.opened invoice.issued payment.received promise.made");
    }

    [Fact]
    public void While_sending_is_stopped_nobody_is_told()
    {
        Add();
        folder.Run("sending", "stopped", "--now", First).Expect(0);
        Facts();
        Dispatch(First).GetProperty("sent").GetInt32().ShouldBe(0);
        receiver.All.ShouldBeEmpty();
        folder.Run("sending", "live", "--now", Next).Expect(0);
        Dispatch(Next);
        receiver.All.Select(c => c.Type).Order(StringComparer.Ordinal)
            .ShouldBe(["account.opened", "invoice.issued", "payment.received", "sending.set", "sending.set"]);
    }

    [Fact]
    public void Declarations_that_can_t_be_are_refused_in_words()
    {
        Facts();
        string Refused(string line) => folder.Send(line, "--now", First).Expect(3).Out + folder.Send(line, "--now", First).Err;
        Refused("""{"type":"webhook_endpoint","key":"w-1","endpoint":"crm","url":"https://crm.example/hook"}""").ShouldContain("is new");
        Refused("""{"type":"webhook_endpoint_switched","key":"w-2","endpoint":"crm","state":"off"}""").ShouldContain("there is no endpoint crm");
        Refused("""{"type":"webhook_secrets_retired","key":"w-3","endpoint":"crm"}""").ShouldContain("there is no endpoint crm");
        folder.Run("webhooks", "add", "crm", "ftp://crm.example", "--now", First).Expect(2).Err.ShouldContain("https://");
        folder.Run("webhooks", "add", "../crm", "https://crm.example", "--now", First).Expect(2).Err.ShouldContain("letters, digits");
        folder.Run("webhooks", "add", "crm", "https://crm.example", "--events", "invoice.paid", "--now", First).Expect(2).Err
            .ShouldContain("there is no type 'invoice.paid'");
        Add();
        for (var i = 0; i < 3; i++) folder.Run("webhooks", "rotate", "crm", "--now", First).Expect(0);
        folder.Run("webhooks", "rotate", "crm", "--now", First).Expect(1).Err.ShouldContain("has 4 secrets");
        folder.Run("webhooks", "remove", "crm", "--now", First).Expect(0);
        folder.Run("webhooks", "endpoints", "--format", "json").Expect(0).Json.GetArrayLength().ShouldBe(0);
        folder.Run("webhooks", "on", "crm", "--now", First).Expect(1);
        folder.ShouldBeSound();
    }
}
