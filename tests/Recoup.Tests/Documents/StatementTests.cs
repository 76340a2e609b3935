using System.Security.Cryptography;
using Recoup.Core;
using Recoup.Core.Decisions;
using Recoup.Core.Documents;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Storage.Work;
using Recoup.Tests.Properties;

namespace Recoup.Tests.Documents;

/// <summary>Statements and deliveries over random histories, held against books that were kept by hand beside them.</summary>
public sealed class StatementTests
{
    private static readonly Weather Weather = new() { Documents = true, Days = 60 };

    /// <summary>Opening, closing, open items, buckets, unapplied cash: each counted from the inputs by other code.</summary>
    [Fact]
    public void A_statement_says_what_books_kept_by_hand_say() => Many.Histories(12, seed => RandomHistory.Of(41_000 + seed, Weather), history =>
    {
        using var books = new Books(history);
        var readings = new Readings(books.Play.Store);
        foreach (var account in books.Ledger.Accounts.Values)
        {
            if (readings.PartyOf(account.Id) is not { } state) continue;
            var events = readings.EventsOf(state);
            foreach (var (from, asOf) in new[] { (0, 80), (10, 40), (41, 41), (-40, 20), (55, 90) }
                .Select(p => (RandomHistory.Begin.AddDays(p.Item1), RandomHistory.Begin.AddDays(p.Item2))))
            {
                var statement = AccountStatement.Of(events, Fold.Of(events, state.Id), account.Id, from, asOf);
                var mine = books.Ledger.Documents.FindAll(d => d.Account == account.Id);
                var cash = books.Ledger.AllCash.FindAll(c => c.Account == account.Id);
                foreach (var currency in mine.Select(d => d.Currency).Concat(cash.Select(c => c.Currency)).Distinct())
                {
                    // What was written off is owed still, as the customer is told.
                    long Owed(Ledger.Document d, DateOnly day) => d.BalanceOn(day) + d.WriteOffs.Where(w => w.On <= day).Sum(w => w.Minor);
                    long Balance(DateOnly day) =>
                        mine.Where(d => d.Currency == currency).Sum(d => Owed(d, day)) - cash.Where(c => c.Currency == currency).Sum(c => c.UnappliedOn(day));
                    var section = statement.Sections.FirstOrDefault(s => s.Currency.Code == currency);
                    var where = $"{account.Id} {currency} {from:yyyy-MM-dd} to {asOf:yyyy-MM-dd}";
                    (section?.Closing ?? 0).ShouldBe(Balance(asOf), $"closing of {where}");
                    if (section is null) continue;
                    section.Opening.ShouldBe(Balance(from.AddDays(-1)), $"opening of {where}");
                    foreach (var day in section.Movements.GroupBy(m => m.On))
                        day.Last().Balance.ShouldBe(Balance(day.Key), $"balance at the end of {day.Key:yyyy-MM-dd} of {where}");
                    section.Movements.ShouldAllBe(m => m.On >= from && m.On <= asOf);
                    section.Unapplied.ShouldBe(cash.Where(c => c.Currency == currency).Sum(c => c.UnappliedOn(asOf)), where);
                    section.Items.Select(i => (i.Number, i.Open, i.DueOn)).Order().ShouldBe(mine.Where(d => d.Currency == currency && Owed(d, asOf) != 0)
                        .Select(d => (d.Number, Owed(d, asOf), d.DueOn(asOf))).Order(), where);
                    var ageing = Core.Measures.AgeingReport.ByAccount(asOf, readings.OpenByAccount(asOf), readings.UnappliedByAccount(asOf))
                        .FirstOrDefault(r => r.Group.Account == account.Id && r.Group.Currency == currency);
                    (section with { Items = [.. section.Items.Select(i => i with { Open = i.Open - i.WrittenOff })] }).Buckets(asOf)
                        .ShouldBe(ageing is null ? [0, 0, 0, 0, 0] : ageing.Buckets, where);
                }
            }
        }
    });

    /// <summary>An invoice goes out once at most, never from before the switch, and a period is stated once.</summary>
    [Fact]
    public void No_document_is_sent_twice_and_the_journal_folds_to_what_is_live()
    {
        var (invoices, statements) = (0, 0);
        Many.Histories(10, seed => RandomHistory.Of(42_000 + seed, Weather with { RunPercent = 85 }), history =>
        {
            using var play = new Play(Properties.Policies.Of(history.Policy), history.Seed).Do(history);
            var delivered = new HashSet<(string, string)>();
            var stated = new HashSet<(string, DateOnly)>();
            var perDay = new HashSet<(string, DateOnly)>();
            var under = new Dictionary<string, (string Account, IReadOnlyList<string> Numbers)>(StringComparer.Ordinal);
            foreach (var row in play.Journal())
            {
                // What came back, or was held back at the last moment, may go once more.
                if (row.Kind is "message_bounced" or "message_withdrawn" && (Play.EventOf(row) is MessageEvent.Bounced { Kind: "hard", Message: var back }
                    ? back
                    : (Play.EventOf(row) as MessageEvent.Withdrawn)?.Message) is { } id && under.TryGetValue(id, out var brought))
                    foreach (var number in brought.Numbers) delivered.Remove((brought.Account, number));
                if (row.Kind != "decided" || Play.EventOf(row) is not DecisionEvent.Made
                    { Decision: { Document: { } document, Verdict: not "deferred" } decision })
                    continue;
                if (decision.Action.Word != "message" && !document.Scheduled) continue;
                if (decision.Intent is { } intent && document.Numbers is { } all) under[intent] = (row.Account, all);
                foreach (var number in document.Numbers ?? [])
                {
                    delivered.Add((row.Account, number)).ShouldBeTrue($"{number} of {row.Account} was sent twice");
                    invoices++;
                }
                if (document.Numbers is not null && decision.Action.Word == "message")
                    perDay.Add((row.Account, row.EffectiveOn)).ShouldBeTrue($"two messages with invoices on {row.EffectiveOn:yyyy-MM-dd}");
                if (!document.Scheduled) continue;
                stated.Add((row.Account, document.AsOf!.Value))
                    .ShouldBeTrue($"the period that ends on {document.AsOf:yyyy-MM-dd} was stated twice for {row.Account}");
                statements++;
            }
            Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();

            // The same once more, byte for byte: attachments are in the sealed texts.
            using var again = new Play(Properties.Policies.Of(history.Policy), history.Seed).Do(history);
            Digest(again).ShouldBe(Digest(play));
        });
        if (Environment.GetEnvironmentVariable("RECOUP_SEED") is { Length: > 0 }) return;
        invoices.ShouldBeGreaterThan(Long.Or(20, 5));
        statements.ShouldBeGreaterThan(Long.Or(5, 1));
    }

    private static string Digest(Play play) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', play.Journal().Select(Play.Describe)))));

    [Fact]
    public void Every_kind_of_movement_is_a_line_of_its_own()
    {
        using var play = new Play();
        var at = new DateTimeOffset(2026, 5, 1, 10, 0, 0, TimeSpan.Zero);
        foreach (var line in new[]
        {
            """{"type":"account","key":"a","account":"A1","name":"Kundin"}""",
            """{"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-04-01","due_on":"2026-04-10","amount":"100.00","currency":"EUR"}""",
            """{"type":"invoice_corrected","key":"ic","account":"A1","invoice":"I1","on":"2026-04-02","amount":"90.00","currency":"EUR"}""",
            """{"type":"charge","key":"c1","account":"A1","number":"C1","invoice":"I1","on":"2026-04-03","kind":"fee","amount":"5.00","currency":"EUR"}""",
            """{"type":"waiver","key":"w1","account":"A1","charge":"C1","on":"2026-04-04"}""",
            """{"type":"credit_note","key":"cn","account":"A1","number":"CN1","on":"2026-04-05","amount":"10.00","currency":"EUR","invoice":"I1"}""",
            """{"type":"payment","key":"p1","account":"A1","on":"2026-04-06","amount":"30.00","currency":"EUR"}""",
            """{"type":"payment_reversed","key":"r1","account":"A1","payment":"p1","on":"2026-04-07","reason":"returned"}""",
            """{"type":"open_balance","key":"ob","account":"A1","invoice":"I1","on":"2026-04-08","balance":"70.00","currency":"EUR","reason":"ledger"}""",
            """{"type":"write_off","key":"wo","account":"A1","invoice":"I1","on":"2026-04-09","reason":"uncollectible"}""",
            """{"type":"payment","key":"p2","account":"A1","on":"2026-04-10","amount":"20.00","currency":"EUR","for":[{"invoice":"I1","amount":"20.00"}]}""",
            """{"type":"payment","key":"p3","account":"A1","on":"2026-04-10","amount":"3.00","currency":"EUR","for":[{"invoice":"I2","amount":"3.00"}]}""",
            """{"type":"invoice","key":"i2","account":"A1","number":"I2","issued_on":"2026-04-11","due_on":"2026-04-30","amount":"7.00","currency":"EUR"}""",
            """{"type":"invoice_cancelled","key":"ix","account":"A1","invoice":"I2","on":"2026-04-12"}""",
            """{"type":"cancellation_reversed","key":"xx","account":"A1","invoice":"I2","on":"2026-04-13","reason":"a mistake"}""",
            """{"type":"charge","key":"c2","account":"A1","number":"C2","on":"2026-04-14","kind":"cost","amount":"5.00","currency":"EUR"}""",
            """{"type":"charge_cancelled","key":"cx","account":"A1","charge":"C2","on":"2026-04-15"}""",
            """{"type":"waiver_reversed","key":"wr","account":"A1","charge":"C1","on":"2026-04-16","reason":"a mistake"}""",
            """{"type":"payment","key":"p4","account":"A1","on":"2026-04-17","amount":"10.00","currency":"EUR","for":[{"invoice":"I9","amount":"10.00"}]}""",
            """{"type":"refund","key":"rf","account":"A1","payment":"p4","on":"2026-04-18","amount":"10.00","currency":"EUR"}""",
            """{"type":"refund_reversed","key":"rr","account":"A1","refund":"rf","on":"2026-04-19","reason":"returned"}""",
            """{"type":"credit_note_cancelled","key":"cnx","account":"A1","credit_note":"CN1","on":"2026-04-20"}""",
        }) play.Take([new Step.Send(at, [line])])[0].Result.Refused.ShouldBeNull(line);
        var readings = new Readings(play.Store);
        var state = readings.PartyOf("A1")!;
        var events = readings.EventsOf(state);
        var section = AccountStatement.Of(events, Fold.Of(events, "A1"), "A1", new DateOnly(2026, 4, 1), new DateOnly(2026, 4, 30))
            .Sections.ShouldHaveSingleItem();
        section.Movements.Select(m => (m.On.Day, m.Kind, m.Reference, string.Join(",", m.For), m.Minor, m.Balance)).ShouldBe(
        [
            (1, MovementKind.Invoice, "I1", "", 10000, 10000), (2, MovementKind.Correction, "I1", "", -1000, 9000),
            (3, MovementKind.Charge, "C1", "I1", 500, 9500), (4, MovementKind.Waiver, "C1", "", -500, 9000),
            (5, MovementKind.CreditNote, "CN1", "I1", -1000, 8000), (6, MovementKind.Payment, "p1", "I1", -3000, 5000),
            (7, MovementKind.PaymentReversed, "p1", "I1", 3000, 8000), (8, MovementKind.Adjustment, "I1", "", -1000, 7000),
            // The write-off of the ninth is nothing to the customer, and the payment for it is a payment.
            (10, MovementKind.Payment, "p2", "I1", -2000, 5000),
            // Named before its invoice came; put back when the cancellation was taken back.
            (10, MovementKind.Payment, "p3", "I2", -300, 4700), (11, MovementKind.Invoice, "I2", "", 700, 5400),
            (12, MovementKind.Cancellation, "I2", "", -700, 4700),
            (13, MovementKind.CancellationReversed, "I2", "", 700, 5400), (14, MovementKind.Charge, "C2", "", 500, 5900),
            (15, MovementKind.ChargeCancellation, "C2", "", -500, 5400),
            (16, MovementKind.WaiverReversed, "C1", "", 500, 5900), (17, MovementKind.Payment, "p4", "", -1000, 4900),
            (18, MovementKind.Refund, "rf", "", 1000, 5900), (19, MovementKind.RefundReversed, "rf", "", -1000, 4900),
            (20, MovementKind.CreditNoteCancellation, "CN1", "I1", 1000, 5900),
        ]);
        section.Items.Select(i => (i.Number, i.Open, i.WrittenOff)).ShouldBe([("C1", 500, 0), ("I1", 6000, 5000), ("I2", 400, 0)], ignoreOrder: true);
        section.Movements.Select(m => m.Kind).Distinct().Order().ShouldBe(Enum.GetValues<MovementKind>().Order());
    }

    [Fact]
    public void A_statement_is_of_a_day_that_is_over_or_of_today()
    {
        using var play = new Play();
        var at = new DateTimeOffset(2026, 5, 1, 10, 0, 0, TimeSpan.Zero);
        play.Take([new Step.Send(at, ["""{"type":"account","key":"a","account":"A1","name":"Kundin"}"""])]);
        var refused = play.Take([new Step.Send(at, ["""{"type":"statement_requested","key":"s","account":"A1","on":"2026-05-02"}"""])])[0].Result.Refused!;
        refused.Refusal.ShouldBe(Refusal.DayNotOver);
        refused.Message.ShouldContain("2026-05-02");
        play.Take([new Step.Send(at, ["""{"type":"statement_requested","key":"s","account":"A1","on":"2026-05-01"}"""])])[0].Result.Refused.ShouldBeNull();
        Problems("""{"type":"statement_requested","key":"s","account":"A1","on":"2026-05-01","from":"2026-05-02"}""")
            .ShouldContain("from: is after the statement's last day");
    }

    private static string Problems(string line)
    {
        var problems = new List<InputProblem>();
        InputJson.Parse(System.Text.Encoding.UTF8.GetBytes(line), "test", problems).ShouldBeNull();
        return string.Join("; ", problems);
    }
}
