using System.Text.Json;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>A few days of a small business in which every kind of event happens at least once.</summary>
internal static class EveryKind
{
    public const string FirstDay = """
        {"type":"portfolio","key":"pf-1","portfolio":"EU","name":"Europe","creditor":"Muster GmbH","sender":"buchhaltung@muster.example",
        """ + """
        "bank_details":"IBAN DE02 1203 0000 0000 2020 51","time_zone":"Europe/Berlin","calendar":"target"}
        {"type":"account","key":"a-1","account":"A1","name":"Acme Ärzte","portfolio":"EU","kind":"business","email":"ap@acme.example",
        """ + """
        "phone":"+49301234567","country":"DE","time_zone":"Europe/Berlin","language":"de"}
        {"type":"account","key":"a-2","account":"A2","name":"Nur Telefon","portfolio":"EU","phone":"+49307654321","country":"DE","time_zone":"Europe/Berlin"}
        {"type":"account","key":"a-3","account":"A3","party":"P3","name":"Drei","portfolio":"EU","email":"drei@kunde.example"}
        {"type":"account","key":"a-4","account":"A4","name":"Vier","portfolio":"EU","email":"vier@kunde.example"}
        {"type":"account","key":"a-5","account":"A5","name":"Fünf","portfolio":"EU","email":"fuenf@kunde.example"}
        {"type":"account","key":"a-6","account":"A6","name":"Sechs","email":"sechs@kunde.example"}
        {"type":"account","key":"a-7","account":"A6","name":"Sechs & Söhne"}
        {"type":"contact_point","key":"cp-1","account":"A4","channel":"email","address":"rechnung@vier.example"}
        {"type":"contact_point","key":"cp-2","account":"A6","channel":"letter","address":"Postfach 6"}
        {"type":"account","key":"a-8","account":"A6","address":"Hof 6, 10115 Berlin"}
        {"type":"consent","key":"co-1","account":"A4","channel":"sms","granted":false}
        {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
        {"type":"invoice","key":"i-2","account":"A2","number":"INV-2","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"250.00","currency":"EUR"}
        {"type":"invoice","key":"i-3","account":"A3","number":"INV-3","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"300.00","currency":"EUR",
        """ + """
        "order":"PO-7","terms":"net 30","tax":"47.90","lines":[{"description":"Schrauben","amount":"252.10"}]}
        {"type":"invoice","key":"i-4","account":"A4","number":"INV-4","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"400.00","currency":"EUR"}
        {"type":"invoice","key":"i-5","account":"A5","number":"INV-5","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"500.00","currency":"EUR"}
        {"type":"invoice","key":"i-6","account":"A6","number":"INV-6","issued_on":"2026-01-02","due_on":"2026-03-01","amount":"600.00","currency":"EUR"}
        {"type":"invoice","key":"i-7","account":"A6","number":"INV-7","issued_on":"2026-01-02","due_on":"2026-03-01","amount":"70.00","currency":"EUR"}
        {"type":"invoice_corrected","key":"ic-1","account":"A6","invoice":"INV-6","on":"2026-01-20","amount":"590.00","currency":"EUR","reason":"price"}
        {"type":"invoice_cancelled","key":"ix-1","account":"A6","invoice":"INV-7","on":"2026-01-21","reason":"double"}
        {"type":"payment","key":"p-1","account":"A6","on":"2026-01-22","amount":"60.00","currency":"EUR","for":[{"invoice":"INV-6","amount":"60.00"}]}
        {"type":"payment_reversed","key":"r-1","account":"A6","payment":"p-1","on":"2026-01-25","reason":"returned"}
        {"type":"credit_note","key":"c-1","account":"A6","number":"CN-1","on":"2026-01-26","amount":"10.00","currency":"EUR","invoice":"INV-6"}
        {"type":"payment","key":"p-2","account":"A6","on":"2026-01-27","amount":"25.00","currency":"EUR","for":[{"invoice":"INV-8","amount":"25.00"}]}
        {"type":"invoice","key":"i-8","account":"A6","number":"INV-8","issued_on":"2026-01-28","due_on":"2026-02-27","amount":"80.00","currency":"EUR"}
        {"type":"charge","key":"f-1","account":"A6","number":"FEE-1","invoice":"INV-6","on":"2026-01-28","kind":"fee","amount":"5.00","currency":"EUR"}
        {"type":"waiver","key":"wv-1","account":"A6","charge":"FEE-1","on":"2026-01-29","reason":"goodwill"}
        {"type":"write_off","key":"w-1","account":"A6","invoice":"INV-6","on":"2026-01-30","amount":"20.00","currency":"EUR","reason":"uncollectible"}
        {"type":"open_balance","key":"ob-1","account":"A6","invoice":"INV-8","on":"2026-01-31","balance":"50.00","currency":"EUR","reason":"ledger"}
        {"type":"credit_note","key":"c-2","account":"A6","number":"CN-2","on":"2026-01-31","amount":"-9.00","currency":"EUR"}
        {"type":"open_balance","key":"ob-2","account":"A6","credit_note":"CN-2","on":"2026-01-31","balance":"4.00","currency":"EUR","reason":"ledger"}
        {"type":"dispute_opened","key":"d-1","account":"A6","invoice":"INV-6","on":"2026-01-31","reason":"the label is torn","code":"damaged"}
        {"type":"dispute_closed","key":"d-2","account":"A6","dispute":"d-1","on":"2026-02-01","outcome":"rejected"}
        {"type":"promise","key":"pr-1","account":"A6","on":"2026-02-01","due_on":"2026-02-10","amount":"30.00","currency":"EUR"}
        {"type":"payment","key":"p-3","account":"A6","on":"2026-02-02","amount":"30.00","currency":"EUR"}
        {"type":"hold","key":"h-1","account":"A6","from":"2026-02-01","to":"2026-02-20","reason":"requested"}
        {"type":"hold_released","key":"h-2","account":"A6","hold":"h-1","on":"2026-02-05"}
        {"type":"contact","key":"k-1","account":"A6","at":"2026-02-01T10:15:00Z","channel":"call",
        """ + """
        "direction":"outbound","outcome":"right_party","agent":"ann","minutes":4}
        """;

    /// <summary>What was done and taken back.</summary>
    public const string TakenBack = """
        {"type":"account","key":"tb-1","account":"A7","name":"Sieben","portfolio":"EU","email":"sieben@kunde.example"}
        {"type":"invoice","key":"tb-2","account":"A7","number":"INV-70","issued_on":"2026-01-05","due_on":"2026-03-05","amount":"100.00","currency":"EUR"}
        {"type":"invoice","key":"tb-3","account":"A7","number":"INV-71","issued_on":"2026-01-05","due_on":"2026-03-05","amount":"0.00","currency":"EUR"}
        {"type":"invoice","key":"tb-4","account":"A7","number":"INV-72","issued_on":"2026-01-05","due_on":"2026-03-06","amount":"30.00","currency":"EUR"}
        {"type":"payment","key":"tb-5","account":"A7","on":"2026-01-10","amount":"150.00","currency":"EUR","for":[{"invoice":"INV-70","amount":"100.00"}]}
        {"type":"refund","key":"tb-6","account":"A7","payment":"tb-5","on":"2026-01-12","amount":"50.00","currency":"EUR","reason":"overpaid"}
        {"type":"refund_reversed","key":"tb-7","account":"A7","refund":"tb-6","on":"2026-01-14","reason":"returned"}
        {"type":"allocation_reversed","key":"tb-8","account":"A7","payment":"tb-5","invoice":"INV-70",
        """ + """
        "on":"2026-01-15","amount":"40.00","currency":"EUR","reason":"for another"}
        {"type":"charge","key":"tb-9","account":"A7","number":"FEE-70","on":"2026-01-16","due_on":"2026-03-06","kind":"fee","amount":"5.00","currency":"EUR"}
        {"type":"waiver","key":"tb-10","account":"A7","charge":"FEE-70","on":"2026-01-17","reason":"goodwill"}
        {"type":"waiver_reversed","key":"tb-11","account":"A7","charge":"FEE-70","on":"2026-01-18","reason":"the wrong one"}
        {"type":"charge_cancelled","key":"tb-12","account":"A7","charge":"FEE-70","on":"2026-01-19","reason":"never due"}
        {"type":"write_off","key":"tb-13","account":"A7","invoice":"INV-70","on":"2026-01-20","amount":"10.00","currency":"EUR","reason":"small"}
        {"type":"write_off_reversed","key":"tb-14","account":"A7","invoice":"INV-70","on":"2026-01-21","amount":"4.00","currency":"EUR","reason":"not so small"}
        {"type":"invoice_cancelled","key":"tb-15","account":"A7","invoice":"INV-72","on":"2026-01-22","reason":"double"}
        {"type":"cancellation_reversed","key":"tb-16","account":"A7","invoice":"INV-72","on":"2026-01-23","reason":"not double"}
        {"type":"promise","key":"tb-17","account":"A7","on":"2026-01-24","due_on":"2026-02-20","amount":"30.00","currency":"EUR"}
        {"type":"credit_note","key":"tb-20","account":"A7","number":"CN-70","on":"2026-01-26","amount":"3.00","currency":"EUR","invoice":"INV-72"}
        {"type":"credit_note_cancelled","key":"tb-21","account":"A7","credit_note":"CN-70","on":"2026-01-27","reason":"double"}
        {"type":"account_moved","key":"tb-19","account":"A7","portfolio":"Süd"}
        {"type":"promise_withdrawn","key":"tb-18","account":"A7","promise":"tb-17","on":"2026-01-25","reason":"error"}
        {"type":"promise","key":"tb-22","account":"A7","on":"2026-01-28","due_on":"2026-02-20","amount":"20.00","currency":"EUR"}
        {"type":"payment","key":"tb-23","account":"A7","on":"2026-01-29","amount":"20.00","currency":"EUR"}
        {"type":"payment_reversed","key":"tb-24","account":"A7","payment":"tb-23","on":"2026-01-30","reason":"returned"}
        {"type":"promise_withdrawn","key":"tb-25","account":"A7","promise":"tb-22","on":"2026-01-31","reason":"error"}
        {"type":"invoice","key":"pp-1","account":"A7","number":"INV-73","issued_on":"2026-01-05","due_on":"2026-03-08","amount":"90.00","currency":"EUR"}
        {"type":"payment_plan","key":"pp-2","account":"A7","on":"2026-01-31","items":["INV-73"],"count":3,"first_on":"2026-01-31","every":"month"}
        {"type":"payment_plan_cancelled","key":"pp-3","account":"A7","plan":"pp-2","on":"2026-02-01","reason":"cannot"}
        {"type":"payment_plan","key":"pp-4","account":"A7","on":"2026-02-01","items":["INV-73"],
        """ + """
        "instalments":[{"due_on":"2026-02-01","amount":"30.00"},{"due_on":"2026-03-01","amount":"60.00"}],"currency":"EUR"}
        {"type":"payment","key":"pp-5","account":"A7","on":"2026-02-01","amount":"30.00","currency":"EUR","for":[{"invoice":"INV-73","amount":"30.00"}]}
        {"type":"invoice","key":"pp-6","account":"A7","number":"INV-74","issued_on":"2026-01-05","due_on":"2026-03-08","amount":"25.00","currency":"EUR"}
        {"type":"payment_plan","key":"pp-7","account":"A7","on":"2026-02-01","items":["INV-74"],"count":1,"first_on":"2026-02-01","every":"month"}
        {"type":"payment","key":"pp-8","account":"A7","on":"2026-02-01","amount":"25.00","currency":"EUR","for":[{"invoice":"INV-74","amount":"25.00"}]}
        {"type":"payment_reversed","key":"pp-9","account":"A7","payment":"pp-8","on":"2026-02-02","reason":"returned"}
        """;

    /// <summary>What was noted down and promised; the second callback takes the place of the first, and its day goes by without a call.</summary>
    public const string Conversations = """
        {"type":"note","key":"nt-1","account":"A1","at":"2026-02-02T08:15:00Z","text":"Frau Özil fragt nach dem Lieferschein","invoice":"INV-1"}
        {"type":"note","key":"nt-2","account":"A1","at":"2026-02-02T08:20:00Z","text":"for somebody else"}
        {"type":"note_withdrawn","key":"nt-3","account":"A1","note":"nt-2","reason":"wrong account"}
        {"type":"callback","key":"cb-1","account":"A3","at":"2026-02-03T09:00:00Z","agent":"ann"}
        {"type":"callback","key":"cb-2","account":"A3","at":"2026-02-04T09:00:00Z","agent":"ann","about":"die Gutschrift"}
        {"type":"callback","key":"cb-3","account":"A2","at":"2026-02-10T09:00:00Z"}
        {"type":"callback_cancelled","key":"cb-4","account":"A2","callback":"cb-3","reason":"called us"}
        {"type":"tag","key":"tg-1","account":"A6","tag":"Key Account","set":true}
        {"type":"tag","key":"tg-2","account":"A6","tag":"vip","set":true}
        {"type":"tag","key":"tg-3","account":"A6","tag":"vip","set":false}
        """;

    /// <summary>A delivery note that stands, and one that was given to the wrong customer.</summary>
    public const string Files = """
        {"type":"file","key":"fl-1","account":"A1","name":"Lieferschein Özil.txt","content":"U2NocmF1YmVuLCAxMiBLaXN0ZW4sIGFuZ2Vub21tZW46IMOWLgo=",
        """ + """
        "kind":"proof_of_delivery","invoice":"INV-1"}
        {"type":"file","key":"fl-2","account":"A6","name":"Vertrag.txt","content":"UmFobWVudmVydHJhZwo=","kind":"contract"}
        {"type":"file_withdrawn","key":"fl-3","account":"A6","file":"fl-2","reason":"of somebody else"}
        """;

    /// <summary>A first call that is old enough to be judged when it is told of, and the money that ends its case.</summary>
    public const string Called = """
        {"type":"invoice","key":"fc-2","account":"A6","number":"INV-105","issued_on":"2026-01-02","due_on":"2026-01-15","amount":"40.00","currency":"EUR"}
        {"type":"contact","key":"fc-3","account":"A6","at":"2026-01-20T10:15:00Z","channel":"call","direction":"outbound",
        """ + """
        "outcome":"right_party","result":"no_commitment","agent":"ann","minutes":6}
        {"type":"payment","key":"fc-4","account":"A6","on":"2026-02-01","amount":"40.00","currency":"EUR",
        """ + """
        "for":[{"invoice":"INV-105","amount":"40.00"}]}
        """;

    /// <summary>What went wrong for a customer, and what they said of the remedy.</summary>
    public const string Customers = """
        {"type":"feedback","key":"cu-1","account":"A6","issue":"T-1","state":"reported","on":"2026-01-12"}
        {"type":"feedback","key":"cu-2","account":"A6","issue":"T-1","state":"resolved","on":"2026-01-15"}
        {"type":"feedback","key":"cu-3","account":"A6","issue":"T-1","state":"answered","on":"2026-01-16","satisfaction":5}
        {"type":"feedback","key":"cu-4","account":"A6","issue":"T-2","state":"reported","on":"2026-01-20"}
        {"type":"subscription","key":"cu-5","account":"A6","subscription":"S-1","state":"started","on":"2026-01-03",
        """ + """
        "amount":"49.00","currency":"EUR","every":"month","product":"basic"}
        {"type":"subscription","key":"cu-6","account":"A6","subscription":"S-1","state":"changed","on":"2026-01-10","amount":"59.00","currency":"EUR"}
        {"type":"subscription","key":"cu-7","account":"A6","subscription":"S-1","state":"paused","on":"2026-01-20","reason":"on leave"}
        {"type":"subscription","key":"cu-8","account":"A6","subscription":"S-1","state":"resumed","on":"2026-01-25"}
        {"type":"subscription","key":"cu-9","account":"A6","subscription":"S-1","state":"cancelled","on":"2026-02-28","by":"customer","reason":"the price"}
        {"type":"activity","key":"cu-10","account":"A6","on":"2026-01-11","kind":"purchase","amount":"80.00","currency":"EUR","product":"basic"}
        {"type":"activity","key":"cu-11","account":"A6","on":"2026-01-14","kind":"log_in"}
        """;

    /// <summary>What a customer wrote, which somebody has to answer.</summary>
    public const string Written = """
        {"type":"contact","key":"wr-1","account":"A3","at":"2026-02-05T10:30:00Z","channel":"sms","direction":"inbound","outcome":"left_message",
        """ + """
        "text":"Ich zahle am Freitag","needs_reply":true}
        """;

    /// <summary>Two accounts that turn out to be one customer, and what comes for them after.</summary>
    public const string OneCustomer = """
        {"type":"account","key":"oc-1","account":"A8","name":"Nora Brandt","email":"nora@brandt.example"}
        {"type":"account","key":"oc-2","account":"A9","name":"N. Brandt","email":"n.brandt@brandt.example"}
        {"type":"invoice","key":"oc-3","account":"A9","number":"INV-90","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"90.00","currency":"EUR"}
        {"type":"payment","key":"oc-4","account":"A9","on":"2026-02-04","amount":"20.00","currency":"EUR","for":[{"invoice":"INV-91","amount":"20.00"}]}
        {"type":"account_joined","key":"oc-5","account":"A9","with":"A8","reason":"the same person"}
        {"type":"invoice_corrected","key":"oc-6","account":"A9","invoice":"INV-90","on":"2026-02-05","amount":"80.00","currency":"EUR"}
        """;

    /// <summary>Between decision and release: one customer pays, one was written to three times.</summary>
    public const string BeforeRelease = """
        {"type":"payment","key":"p-4","account":"A3","on":"2026-02-05","amount":"300.00","currency":"EUR"}
        {"type":"contact","key":"k-2","account":"A5","at":"2026-02-04T10:15:00Z","channel":"call","direction":"outbound","outcome":"no_answer"}
        {"type":"contact","key":"k-3","account":"A5","at":"2026-02-04T11:15:00Z","channel":"call","direction":"outbound","outcome":"no_answer"}
        {"type":"contact","key":"k-4","account":"A5","at":"2026-02-04T12:15:00Z","channel":"call","direction":"outbound","outcome":"no_answer"}
        """;

    /// <summary>An endpoint that is nowhere, with two secrets and then one, off and on.</summary>
    public const string Endpoints = """
        {"type":"webhook_endpoint","key":"we-1","endpoint":"crm","url":"https://crm.example/hook","events":["promise.*","run.ended"],
        """ + """
        "secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
        {"type":"webhook_endpoint","key":"we-2","endpoint":"crm","url":"https://crm.example/hooks","secret":"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"}
        {"type":"webhook_secrets_retired","key":"we-3","endpoint":"crm"}
        {"type":"webhook_endpoint_switched","key":"we-4","endpoint":"crm","state":"off","reason":"moving"}
        """;

    /// <summary>What controlling tells, and takes back.</summary>
    public const string Controlling = """
        {"type":"cost","key":"ct-1","portfolio":"EU","from":"2026-01-01","to":"2026-01-31","kind":"agent_time","agent":"ann","minutes":1200,
        """ + """
        "amount":"600.00","currency":"EUR"}
        {"type":"cost","key":"ct-2","portfolio":"EU","from":"2026-01-15","to":"2026-02-14","kind":"letter","amount":"10.00","currency":"EUR"}
        {"type":"cost_withdrawn","key":"ct-3","cost":"ct-2","reason":"told twice"}
        {"type":"imported_figure","key":"ct-4","portfolio":"EU","name":"inventory_days","from":"2026-01-01","to":"2026-01-31","value":"56.1"}
        {"type":"imported_figure","key":"ct-5","name":"payable_days","from":"2026-01-01","to":"2026-01-31","value":"68.9"}
        {"type":"imported_figure_withdrawn","key":"ct-6","imported_figure":"ct-5","reason":"another closing"}
        {"type":"fx_rate","key":"ct-7","on":"2026-01-01","from":"USD","to":"EUR","rate":"0.92"}
        {"type":"fx_rate","key":"ct-8","on":"2026-01-02","from":"USD","to":"EUR","rate":"9.2"}
        {"type":"fx_rate_withdrawn","key":"ct-9","fx_rate":"ct-8","reason":"a point too far"}
        {"type":"target","key":"ct-10","kpi":"dso","portfolio":"EU","from":"2026-01-01","to":"2026-12-31","value":"45","owner":"ann"}
        {"type":"target","key":"ct-11","kpi":"cei","from":"2026-01-01","value":"90"}
        {"type":"target_withdrawn","key":"ct-12","target":"ct-11","reason":"none for all"}
        """;

    public static void Play(DataFolder folder)
    {
        // Nothing is open yet.
        folder.Run("import", folder.Write("items.csv", "account,number,issued_on,due_on,balance,currency\n"), "--map", "open-items", "--as", "open-items",
            "--now", "2026-02-02T09:59:00Z").Expect(0);
        folder.Send(FirstDay, "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Send(TakenBack, "--now", "2026-02-02T10:00:30Z").Expect(0);
        folder.Send(Conversations, "--now", "2026-02-02T10:00:40Z").Expect(0);
        folder.Send(Files, "--now", "2026-02-02T10:00:42Z").Expect(0);
        folder.Send(Called, "--now", "2026-02-02T10:00:45Z").Expect(0);
        folder.Send(Customers, "--now", "2026-02-02T10:00:46Z").Expect(0);
        folder.Send(Endpoints, "--now", "2026-02-02T10:00:50Z").Expect(0);
        folder.Send(Controlling, "--now", "2026-02-02T10:00:55Z").Expect(0);
        folder.Send("""{"type":"sending","key":"s-1","mode":"live"}""", "--now", "2026-02-02T10:01:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        folder.Send(BeforeRelease, "--now", "2026-02-05T10:01:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-02-05T10:02:00Z").Expect(0);
        folder.Send(PaidInPart(folder), "--now", "2026-02-05T10:45:00Z").Expect(0);
        folder.Send(WorkDone(folder), "--now", "2026-02-05T11:00:00Z").Expect(0);
        folder.Send(Bounced(folder), "--now", "2026-02-05T11:30:00Z").Expect(0);
        folder.Send(Arrived(folder), "--now", "2026-02-05T11:31:00Z").Expect(0);
        folder.Send(Written, "--now", "2026-02-05T11:32:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-06", "--now", "2026-02-06T10:00:00Z").Expect(0);
        folder.Send(OneCustomer, "--now", "2026-02-06T10:30:00Z").Expect(0);
        folder.Send("""{"type":"erasure","key":"er-1","account":"A4","reason":"asked for"}""", "--now", "2026-02-06T11:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z").Expect(0);
        folder.Run("api-key", "add", "erp", "--now", "2026-02-09T10:30:00Z").Expect(0);
        folder.Run("api-key", "revoke", "erp", "--now", "2026-02-09T10:31:00Z").Expect(0);
        folder.Run("user", "add", "ann", "--role", "agent", "--name", "Ann Berg", "--team", "north", "--now", "2026-02-09T10:32:00Z").Expect(0);
        var link = folder.Run("user", "link", "ann", "--format", "json", "--now", "2026-02-09T10:33:00Z").Expect(0).Json.GetProperty("link").GetString()!;
        using var store = folder.Open();
        var now = new DateTimeOffset(2026, 2, 9, 10, 34, 0, TimeSpan.Zero);
        UserAccounts.Enter(new Door(store, "user", new Standing(now), Connectors.Mail.TemplateWriter.Shipped), link.Split('/')[^1], now).ShouldBe("ann");
    }

    private sealed class Standing(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private static string Bounced(DataFolder folder)
    {
        var message =
            folder.Rows("SELECT json_extract(CAST(payload AS TEXT), '$.message') FROM journal WHERE kind = 'message_settled' AND account = 'A1'").Single();
        return JsonSerializer.Serialize(
            new { type = "message_bounced", key = "mb-1", account = "A1", message, kind = "hard", status = "5.1.1", detail = "550 5.1.1 no such user" });
    }

    /// <summary>What somebody is to get in is less by it.</summary>
    private static string PaidInPart(DataFolder folder)
    {
        var first = Work(folder);
        return JsonSerializer.Serialize(new
        {
            type = "payment",
            key = "part-1",
            account = first.GetProperty("account").GetString(),
            on = "2026-02-05",
            amount = "1.00",
            currency = first.GetProperty("currency").GetString(),
        });
    }

    private static JsonElement Work(DataFolder folder) => folder.Run("worklist", "--format", "json").Expect(0).Json.EnumerateArray()
        .First(w => w.GetProperty("kind").GetString() != "callback");

    private static string Arrived(DataFolder folder)
    {
        var message = folder.Rows("SELECT json_extract(CAST(payload AS TEXT), '$.message') FROM journal WHERE kind = 'message_settled' AND account = 'A1'")
            .Single();
        return JsonSerializer.Serialize(new { type = "message_delivered", key = "md-1", account = "A1", message, at = "2026-02-05T11:30:30Z" });
    }

    private static string WorkDone(DataFolder folder)
    {
        var first = Work(folder);
        return JsonSerializer.Serialize(new
        {
            type = "work_item_done",
            key = "wd-1",
            account = first.GetProperty("account").GetString(),
            work_item = first.GetProperty("work_item").GetString(),
            disposition = "reached",
        });
    }
}
