using Recoup.Core.Cells;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Statistics;
using Recoup.Storage.Work;
using Recoup.Tests.Properties;
using Step = Recoup.Tests.Properties.Step;

namespace Recoup.Tests.Stories;

/// <summary>What people undo: what each way to take something back refuses, and that the ledger is whole after it.</summary>
public sealed class TakenBackTests
{
    private static readonly DateTimeOffset At = new(2026, 4, 20, 10, 0, 0, TimeSpan.Zero);

    /// <summary>An invoice that is paid in part, one cancelled, one written off, fees, an overpayment sent back, a promise.</summary>
    private static Play Begin()
    {
        var play = new Play();
        foreach (var line in new[]
        {
            """{"type":"account","key":"a","account":"A1","name":"Kundin"}""",
            """{"type":"account","key":"b","account":"B1","name":"Andere"}""",
            """{"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-04-01","due_on":"2026-04-10","amount":"100.00","currency":"EUR"}""",
            """{"type":"invoice","key":"i2","account":"A1","number":"I2","issued_on":"2026-04-01","due_on":"2026-04-10","amount":"40.00","currency":"EUR"}""",
            """{"type":"invoice","key":"i3","account":"A1","number":"I3","issued_on":"2026-04-01","due_on":"2026-04-10","amount":"30.00","currency":"EUR"}""",
            """{"type":"charge","key":"f1","account":"A1","number":"F1","on":"2026-04-02","kind":"fee","amount":"5.00","currency":"EUR"}""",
            """{"type":"payment","key":"p1","account":"A1","on":"2026-04-05","amount":"80.00","currency":"EUR","for":[{"invoice":"I1","amount":"60.00"}]}""",
            """{"type":"refund","key":"r1","account":"A1","payment":"p1","on":"2026-04-06","amount":"20.00","currency":"EUR"}""",
            """{"type":"invoice_cancelled","key":"x2","account":"A1","invoice":"I2","on":"2026-04-07"}""",
            """{"type":"write_off","key":"w3","account":"A1","invoice":"I3","on":"2026-04-08","reason":"small"}""",
            """{"type":"waiver","key":"v1","account":"A1","charge":"F1","on":"2026-04-09","amount":"2.00","currency":"EUR"}""",
            """{"type":"promise","key":"pr","account":"A1","on":"2026-04-10","due_on":"2026-04-30","amount":"40.00","currency":"EUR"}""",
        }) Send(play, line).ShouldBeNull(line);
        return play;
    }

    private static Refusal? Send(Play play, string line) => play.Take([new Step.Send(At, [line])])[0].Result.Refused?.Refusal;

    [Theory]
    [InlineData("""{"type":"refund","key":"z","account":"A1","payment":"p1","on":"2026-04-20","amount":"0.01","currency":"EUR"}""", Refusal.NothingUnapplied)]
    [InlineData("""{"type":"refund","key":"z","account":"A1","on":"2026-04-20","amount":"0.01","currency":"EUR"}""", Refusal.NothingUnapplied)]
    [InlineData("""{"type":"refund","key":"z","account":"A1","payment":"p1","on":"2026-04-20","amount":"1.00","currency":"USD"}""", Refusal.WrongCurrency)]
    [InlineData("""{"type":"refund","key":"z","account":"A1","payment":"p1","on":"2026-04-04","amount":"1.00","currency":"EUR"}""", Refusal.BeforeDocument)]
    [InlineData("""{"type":"refund","key":"z","account":"A1","payment":"r1","on":"2026-04-20","amount":"1.00","currency":"EUR"}""", Refusal.UnknownPayment)]
    [InlineData("""{"type":"refund","key":"z","account":"B1","payment":"p1","on":"2026-04-20","amount":"1.00","currency":"EUR"}""", Refusal.UnknownPayment)]
    [InlineData("""{"type":"refund","key":"z","account":"A1","credit_note":"CN","on":"2026-04-20","amount":"1.00","currency":"EUR"}""", Refusal.UnknownPayment)]
    [InlineData("""{"type":"refund_reversed","key":"z","account":"A1","refund":"p1","on":"2026-04-20","reason":"x"}""", Refusal.UnknownRefund)]
    [InlineData("""{"type":"refund_reversed","key":"z","account":"B1","refund":"r1","on":"2026-04-20","reason":"x"}""", Refusal.UnknownRefund)]
    [InlineData("""{"type":"refund_reversed","key":"z","account":"A1","refund":"r1","on":"2026-04-05","reason":"x"}""", Refusal.BeforeDocument)]
    [InlineData("""{"type":"payment_reversed","key":"z","account":"A1","payment":"p1","on":"2026-04-20","reason":"x"}""", Refusal.AlreadyRefunded)]
    [InlineData("""{"type":"payment_reversed","key":"z","account":"A1","payment":"r1","on":"2026-04-20","reason":"x"}""", Refusal.UnknownPayment)]
    [InlineData("""{"type":"allocation","key":"z","account":"A1","payment":"r1","invoice":"I1","on":"2026-04-20","amount":"1.00","currency":"EUR"}""",
        Refusal.UnknownPayment)]
    [InlineData("""{"type":"allocation_reversed","key":"z","account":"A1","payment":"p1","invoice":"I3","on":"2026-04-20"}""", Refusal.NotApplied)]
    [InlineData("""{"type":"allocation_reversed","key":"z","account":"A1","payment":"p1","invoice":"I1","on":"2026-04-20","amount":"60.01","currency":"EUR"}""",
        Refusal.NotApplied)]
    [InlineData("""{"type":"allocation_reversed","key":"z","account":"A1","payment":"p1","invoice":"I9","on":"2026-04-20"}""", Refusal.UnknownItem)]
    [InlineData("""{"type":"allocation_reversed","key":"z","account":"A1","payment":"p9","invoice":"I1","on":"2026-04-20"}""", Refusal.UnknownPayment)]
    [InlineData("""{"type":"allocation_reversed","key":"z","account":"A1","payment":"p1","invoice":"I1","on":"2026-04-20","amount":"1.00","currency":"USD"}""",
        Refusal.WrongCurrency)]
    [InlineData("""{"type":"allocation_reversed","key":"z","account":"A1","payment":"p1","invoice":"I1","on":"2026-04-04"}""", Refusal.BeforeDocument)]
    [InlineData("""{"type":"cancellation_reversed","key":"z","account":"A1","invoice":"I1","on":"2026-04-20","reason":"x"}""", Refusal.NotCancelled)]
    [InlineData("""{"type":"cancellation_reversed","key":"z","account":"A1","invoice":"I9","on":"2026-04-20","reason":"x"}""", Refusal.UnknownItem)]
    [InlineData("""{"type":"cancellation_reversed","key":"z","account":"A1","invoice":"I2","on":"2026-04-06","reason":"x"}""", Refusal.BeforeDocument)]
    [InlineData("""{"type":"charge_cancelled","key":"z","account":"A1","charge":"I1","on":"2026-04-20"}""", Refusal.NotACharge)]
    [InlineData("""{"type":"charge_cancelled","key":"z","account":"A1","charge":"F9","on":"2026-04-20"}""", Refusal.UnknownItem)]
    [InlineData("""{"type":"charge_cancelled","key":"z","account":"A1","charge":"F1","on":"2026-04-01"}""", Refusal.BeforeDocument)]
    [InlineData("""{"type":"invoice_cancelled","key":"z","account":"A1","invoice":"F1","on":"2026-04-20"}""", Refusal.NotAnInvoice)]
    [InlineData("""{"type":"invoice_cancelled","key":"z","account":"A1","invoice":"I3","on":"2026-04-20"}""", Refusal.BelowWrittenOff)]
    [InlineData("""{"type":"waiver_reversed","key":"z","account":"A1","charge":"F1","on":"2026-04-20","amount":"2.01","currency":"EUR","reason":"x"}""",
        Refusal.NotWaived)]
    [InlineData("""{"type":"waiver_reversed","key":"z","account":"A1","charge":"F1","on":"2026-04-08","reason":"x"}""", Refusal.NotWaived)]
    [InlineData("""{"type":"waiver_reversed","key":"z","account":"A1","charge":"F1","on":"2026-04-20","amount":"1.00","currency":"USD","reason":"x"}""",
        Refusal.WrongCurrency)]
    [InlineData("""{"type":"write_off_reversed","key":"z","account":"A1","invoice":"I1","on":"2026-04-20","reason":"x"}""", Refusal.NotWrittenOff)]
    [InlineData("""{"type":"write_off_reversed","key":"z","account":"A1","invoice":"I3","on":"2026-04-20","amount":"30.01","currency":"EUR","reason":"x"}""",
        Refusal.NotWrittenOff)]
    [InlineData("""{"type":"write_off_reversed","key":"z","account":"A1","invoice":"I2","on":"2026-04-20","reason":"x"}""", Refusal.ItemCancelled)]
    [InlineData("""{"type":"promise_withdrawn","key":"z","account":"A1","promise":"p1","on":"2026-04-20","reason":"x"}""", Refusal.UnknownPromise)]
    [InlineData("""{"type":"promise_withdrawn","key":"z","account":"A1","promise":"pr","on":"2026-04-09","reason":"x"}""", Refusal.BeforeDocument)]
    public void What_can_not_be_taken_back_is_refused_by_name(string line, Refusal refusal)
    {
        using var play = Begin();
        Send(play, line).ShouldBe(refusal);
    }

    [Theory]
    [InlineData("2026-04-12")]
    [InlineData("2026-04-03")]
    public void A_cancelled_invoice_does_not_stand_again_beside_the_one_that_has_its_number(string issued)
    {
        using var play = Begin();
        var number = $$"""{"type":"invoice","key":"i9","account":"A1","number":"I2","issued_on":"{{issued}}","due_on":"2026-04-30",""";
        Send(play, number + """ "amount":"41.00","currency":"EUR"}""").ShouldBeNull();
        const string again = """{"type":"cancellation_reversed","key":"z","account":"A1","invoice":"I2","on":"2026-04-20","reason":"x"}""";
        var refused = play.Take([new Step.Send(At, [again])])[0].Result.Refused!;
        refused.Refusal.ShouldBe(Refusal.NotCancelled);
        refused.Message.ShouldBe($"the number I2 was issued again on {issued}, and that invoice is not cancelled; the one that was cancelled before "
            + "can't stand again beside it: correct the one that stands (invoice_corrected), or send the other as an invoice "
            + "with a number of its own");
    }

    [Fact]
    public void How_promises_were_kept_is_counted_anew_where_the_money_went_back()
    {
        using var play = Begin();
        void On(int day, string line) =>
            play.Take([new Step.Send(new DateTimeOffset(2026, 4, day, 10, 0, 0, TimeSpan.Zero), [line])])[0].Result.Refused.ShouldBeNull();
        (int Kept, int Broken) Counted() => new Readings(play.Store).PartyOf("A1")!.Behaviour is var b ? (b.PromisesKept, b.PromisesBroken) : default;
        On(21, """{"type":"payment","key":"p2","account":"A1","on":"2026-04-21","amount":"30.00","currency":"EUR"}""");
        On(21, """{"type":"payment","key":"p3","account":"A1","on":"2026-04-21","amount":"35.00","currency":"EUR"}""");
        Counted().ShouldBe((1, 0));
        // Of the second only ten were needed; without the first five are missing.
        On(22, """{"type":"payment_reversed","key":"z1","account":"A1","payment":"p2","on":"2026-04-22","reason":"returned"}""");
        Counted().ShouldBe((0, 0));
        On(23, """{"type":"payment","key":"p4","account":"A1","on":"2026-04-23","amount":"5.00","currency":"EUR"}""");
        Counted().ShouldBe((1, 0));
        const string late = """{"type":"payment_reversed","key":"z2","account":"A1","payment":"p3","on":"2026-05-19","reason":"returned"}""";
        play.Take([new Step.Send(new DateTimeOffset(2026, 5, 20, 10, 0, 0, TimeSpan.Zero), [late])])[0].Result.Refused.ShouldBeNull();
        Counted().ShouldBe((0, 1));
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
        Audit.Rebuild(play.Store).Ok.ShouldBeTrue();
    }

    [Fact]
    public void All_of_it_taken_back_is_as_if_it_had_not_been()
    {
        using var play = Begin();
        foreach (var line in new[]
        {
            """{"type":"refund_reversed","key":"z1","account":"A1","refund":"r1","on":"2026-04-11","reason":"returned"}""",
            """{"type":"cancellation_reversed","key":"z2","account":"A1","invoice":"I2","on":"2026-04-11","reason":"a mistake"}""",
            """{"type":"write_off_reversed","key":"z3","account":"A1","invoice":"I3","on":"2026-04-11","reason":"a mistake"}""",
            """{"type":"waiver_reversed","key":"z4","account":"A1","charge":"F1","on":"2026-04-11","reason":"a mistake"}""",
            """{"type":"allocation_reversed","key":"z5","account":"A1","payment":"p1","invoice":"I1","on":"2026-04-11"}""",
            """{"type":"promise_withdrawn","key":"z6","account":"A1","promise":"pr","on":"2026-04-11","reason":"error"}""",
        }) Send(play, line).ShouldBeNull(line);
        Send(play, """{"type":"refund_reversed","key":"z7","account":"A1","refund":"r1","on":"2026-04-12","reason":"again"}""")
            .ShouldBe(Refusal.AlreadyReversed);
        var row = new Readings(play.Store).Read(cells => AgeingReport.Of(cells, new DateOnly(2026, 4, 20))).ShouldHaveSingleItem();
        (row.Total, row.OpenItems, row.Unapplied).ShouldBe((17_500, 4, 8_000));
        Send(play, """{"type":"payment_reversed","key":"z8","account":"A1","payment":"p1","on":"2026-04-12","reason":"returned"}""").ShouldBeNull();
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
    }

    /// <summary>Figures of days before the move stay where they were, also when something late is told of them.</summary>
    [Fact]
    public void An_account_that_moves_takes_along_what_is_open_and_leaves_what_was()
    {
        using var play = new Play();
        foreach (var line in new[]
        {
            """{"type":"account","key":"a","account":"A1","portfolio":"north"}""",
            """{"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-04-01","due_on":"2026-04-10","amount":"100.00","currency":"EUR"}""",
            """{"type":"payment","key":"p1","account":"A1","on":"2026-04-05","amount":"30.00","currency":"EUR","for":[{"invoice":"I9","amount":"30.00"}]}""",
            """{"type":"account_moved","key":"m1","account":"A1","portfolio":"south"}""",
            """{"type":"payment","key":"p2","account":"A1","on":"2026-04-15","amount":"20.00","currency":"EUR","for":[{"invoice":"I1","amount":"20.00"}]}""",
        }) Send(play, line).ShouldBeNull(line);
        Send(play, """{"type":"account_moved","key":"m2","account":"A1","portfolio":"east","on":"2026-04-19"}""").ShouldBe(Refusal.NotToday);
        Send(play, """{"type":"account","key":"m3","account":"A1","portfolio":"north"}""").ShouldBe(Refusal.PortfolioFixed);
        (string?, long, long)[] On(int day) => [.. new Readings(play.Store).Read(cells => AgeingReport.Of(cells, new DateOnly(2026, 4, day), byPortfolio: true))
            .Where(r => r.Total != 0 || r.Unapplied != 0).Select(r => (r.Group.Portfolio, r.Total, r.Unapplied))];
        On(14).ShouldBe([("north", 10_000, 3_000)]);
        On(19).ShouldBe([("north", 8_000, 3_000)]);
        On(20).ShouldBe([("south", 8_000, 3_000)]);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
        Audit.Rebuild(play.Store).Ok.ShouldBeTrue();
    }

    /// <summary>Sent back, then all paid: a ledger of zeros, from the store's own cells.</summary>
    [Fact]
    public void A_paid_ledger_is_a_ledger()
    {
        using var play = new Play();
        foreach (var line in new[]
        {
            """{"type":"account","key":"a","account":"A1"}""",
            """{"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-04-01","due_on":"2026-04-10","amount":"100.00","currency":"EUR"}""",
            """{"type":"invoice","key":"i2","account":"A1","number":"I2","issued_on":"2026-04-01","due_on":"2026-04-10","amount":"0.00","currency":"USD"}""",
            """{"type":"charge","key":"f1","account":"A1","number":"F1","invoice":"I2","on":"2026-04-02","kind":"fee","amount":"5.00","currency":"USD"}""",
            """{"type":"payment","key":"p1","account":"A1","on":"2026-04-05","amount":"100.00","currency":"EUR"}""",
            """{"type":"payment","key":"p2","account":"A1","on":"2026-04-05","amount":"5.00","currency":"USD"}""",
        }) Send(play, line).ShouldBeNull(line);
        foreach (var merged in new[] { false, true })
        {
            if (merged) play.Door.MergeCells(always: true);
            var rows = new Readings(play.Store).Read(cells => AgeingReport.Of(cells, new DateOnly(2026, 4, 20)));
            rows.Select(r => (r.Group.Currency, r.Total, r.OpenItems, r.Unapplied)).ShouldBe([("EUR", 0, 0, 0), ("USD", 0, 0, 0)]);
            var sales = new Readings(play.Store).Read(cells => cells.Flows(InvoiceChapter.Sales, new DateOnly(2026, 4, 1), new DateOnly(2026, 4, 30)).ToList());
            sales.Single(s => s.Key.Currency == "USD").Value.ShouldBe(new CellValue(0, 1));
            var counted = new Readings(play.Store)
                .Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95)
                    .Answer(new KpiQuestion(new DateOnly(2026, 4, 20)) { Kpis = ["dso_countback"] }));
            counted.Select(r => (r.Currency, r.Value)).ShouldBe([("EUR", 0m), ("USD", 0m)]);
        }
    }
}
