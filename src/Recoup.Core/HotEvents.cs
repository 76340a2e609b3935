using Recoup.Core.Accounts;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
namespace Recoup.Core;

/// <summary>
/// The kinds of which nearly all of a large journal consists, written and read by hand: the same bytes as the serializer's,
/// at a fraction of the cost. Whatever is out of the ordinary gives null, and the serializer does it.
/// </summary>
internal static class HotEvents
{
    public static byte[]? Encode(Event e) => e switch
    {
        InvoiceEvent.Issued invoice => Encode(invoice),
        PaymentEvent.Received payment => Encode(payment),
        DecisionEvent.Made decided => Encode(decided.Decision),
        AccountEvent.Opened opened => Encode(opened.Details),
        _ => null,
    };

    public static Event? Decode(string kind, ReadOnlySpan<byte> payload) => kind switch
    {
        "invoice_issued" => DecodeInvoice(payload),
        "payment_received" => DecodePayment(payload),
        "decided" => DecodeDecided(payload),
        "account_opened" => DecodeAccount(payload),
        _ => null,
    };

    private static byte[]? Encode(InvoiceEvent.Issued e)
    {
        if (e.Lines is not null || e.Deliver) return null;
        return PayloadWriter.Begin()
            .Raw("{\"number\":"u8).Text(e.Number).Raw(",\"issued_on\":"u8).Day(e.IssuedOn).Raw(",\"due_on\":"u8).Day(e.DueOn)
            .Raw(",\"minor\":"u8).Number(e.Minor).Raw(",\"currency\":"u8).Text(e.Currency)
            .Text(",\"order\":"u8, e.Order).Text(",\"terms\":"u8, e.Terms).Number(",\"tax_minor\":"u8, e.TaxMinor)
            .Day(",\"serviced_on\":"u8, e.ServicedOn).Day(",\"delivered_on\":"u8, e.DeliveredOn)
            .Raw(e.DayCorrected ? ",\"day_corrected\":true"u8 : ""u8).Raw("}"u8).End();
    }

    private static InvoiceEvent.Issued? DecodeInvoice(ReadOnlySpan<byte> payload)
    {
        var r = new PayloadReader(payload);
        r.Raw("{\"number\":"u8);
        var number = r.Text();
        r.Raw(",\"issued_on\":"u8);
        var issued = r.Day();
        r.Raw(",\"due_on\":"u8);
        var due = r.Day();
        r.Raw(",\"minor\":"u8);
        var minor = r.Number();
        r.Raw(",\"currency\":"u8);
        var invoice = new InvoiceEvent.Issued(number, issued, due, minor, r.Word())
        {
            Order = r.Text(",\"order\":"u8), Terms = r.Word(",\"terms\":"u8), TaxMinor = r.Number(",\"tax_minor\":"u8),
            ServicedOn = r.Day(",\"serviced_on\":"u8), DeliveredOn = r.Day(",\"delivered_on\":"u8),
            DayCorrected = r.Has(",\"day_corrected\":true"u8),
        };
        r.Raw("}"u8);
        return r.Ended ? invoice : null;
    }

    private static byte[]? Encode(PaymentEvent.Received e)
    {
        var w = PayloadWriter.Begin().Raw("{\"payment\":"u8).Text(e.Payment).Raw(",\"minor\":"u8).Number(e.Minor).Raw(",\"currency\":"u8).Text(e.Currency)
            .Raw(",\"allocations\":["u8);
        for (var i = 0; i < e.Allocations.Count; i++)
        {
            var a = e.Allocations[i];
            w.Raw(i == 0 ? "{\"number\":"u8 : ",{\"number\":"u8).Text(a.Number).Raw(",\"minor\":"u8).Number(a.Minor).Raw(",\"on\":"u8).Day(a.On)
                .Raw(a.Recovery ? ",\"recovery\":true"u8 : ""u8).Day(",\"met_on\":"u8, a.MetOn).Raw("}"u8);
        }
        w.Raw("]"u8);
        if (e.Waiting is not null)
        {
            w.Raw(",\"waiting\":["u8);
            for (var i = 0; i < e.Waiting.Count; i++)
                w.Raw(i == 0 ? "{\"number\":"u8 : ",{\"number\":"u8).Text(e.Waiting[i].Number).Raw(",\"minor\":"u8).Number(e.Waiting[i].Minor).Raw("}"u8);
            w.Raw("]"u8);
        }
        return w.Text(",\"method\":"u8, e.Method).Raw("}"u8).End();
    }

    private static PaymentEvent.Received? DecodePayment(ReadOnlySpan<byte> payload)
    {
        var r = new PayloadReader(payload);
        r.Raw("{\"payment\":"u8);
        var key = r.Text();
        r.Raw(",\"minor\":"u8);
        var minor = r.Number();
        r.Raw(",\"currency\":"u8);
        var currency = r.Word();
        r.Raw(",\"allocations\":["u8);
        var allocations = new List<Applied>(1);
        while (r.Has(allocations.Count == 0 ? "{\"number\":"u8 : ",{\"number\":"u8))
        {
            var number = r.Text();
            r.Raw(",\"minor\":"u8);
            var part = r.Number();
            r.Raw(",\"on\":"u8);
            allocations.Add(new Applied(number, part, r.Day(), r.Has(",\"recovery\":true"u8)) { MetOn = r.Day(",\"met_on\":"u8) });
            r.Raw("}"u8);
        }
        r.Raw("]"u8);
        List<Named>? waiting = null;
        if (r.Has(",\"waiting\":["u8))
        {
            waiting = [];
            while (r.Has(waiting.Count == 0 ? "{\"number\":"u8 : ",{\"number\":"u8))
            {
                var number = r.Text();
                r.Raw(",\"minor\":"u8);
                waiting.Add(new Named(number, r.Number()));
                r.Raw("}"u8);
            }
            r.Raw("]"u8);
        }
        var payment = new PaymentEvent.Received(key, minor, currency, allocations, waiting) { Method = r.Word(",\"method\":"u8) };
        r.Raw("}"u8);
        return r.Ended ? payment : null;
    }

    private static byte[]? Encode(AccountDetails a)
    {
        var w = PayloadWriter.Begin().Raw("{\"details\":{\"account\":"u8).Text(a.Account).Raw(",\"portfolio\":"u8).Text(a.Portfolio)
            .Raw(",\"kind\":"u8).Text(a.Kind)
            .Text(",\"country\":"u8, a.Country).Text(",\"time_zone\":"u8, a.TimeZone).Text(",\"language\":"u8, a.Language).Text(",\"parent\":"u8, a.Parent)
            .Text(",\"email_token\":"u8, a.EmailToken).Text(",\"phone_token\":"u8, a.PhoneToken).Text(",\"said\":"u8, a.Said);
        if (a.Sealed is not null) w.Raw(",\"sealed\":"u8).Base64(a.Sealed);
        return w.Raw("}}"u8).End();
    }

    private static AccountEvent.Opened? DecodeAccount(ReadOnlySpan<byte> payload)
    {
        var r = new PayloadReader(payload);
        r.Raw("{\"details\":{\"account\":"u8);
        var account = r.Text();
        r.Raw(",\"portfolio\":"u8);
        var portfolio = r.Word();
        r.Raw(",\"kind\":"u8);
        var details = new AccountDetails(account, portfolio, r.Word())
        {
            Country = r.Word(",\"country\":"u8), TimeZone = r.Word(",\"time_zone\":"u8), Language = r.Word(",\"language\":"u8),
            Parent = r.Text(",\"parent\":"u8),
            EmailToken = r.Text(",\"email_token\":"u8), PhoneToken = r.Text(",\"phone_token\":"u8), Said = r.Text(",\"said\":"u8),
            Sealed = r.Has(",\"sealed\":"u8) ? r.Base64() : null,
        };
        r.Raw("}}"u8);
        return r.Ended ? new AccountEvent.Opened(details) : null;
    }

    private static byte[]? Encode(DecisionRecord d)
    {
        if (d.Document is not null || d.WordsEdition is not null) return null;
        var w = PayloadWriter.Begin().Raw("{\"decision\":{\"portfolio\":"u8).Text(d.Portfolio).Raw(",\"policy\":"u8).Number(d.Policy).Number(",\"rules\":"u8,
            d.Rules).Raw(",\"segment\":"u8).Text(d.Segment)
            .Text(",\"segment_before\":"u8, d.SegmentBefore).Raw(",\"strategy\":"u8).Text(d.Strategy).Raw(",\"action\":"u8).Text(d.Action.Word)
            .Raw(",\"rule\":"u8).Text(d.Rule).Text(",\"step\":"u8, d.Step);
        Texts(w, ",\"skipped\":["u8, d.Skipped);
        if (d.Considered is not null)
        {
            w.Raw(",\"considered\":["u8);
            for (var i = 0; i < d.Considered.Count; i++)
                w.Raw(i == 0 ? "{\"what\":"u8 : ",{\"what\":"u8).Text(d.Considered[i].What).Raw(",\"why\":"u8).Text(d.Considered[i].Why).Raw("}"u8);
            w.Raw("]"u8);
        }
        w.Raw(",\"score\":"u8).Number(d.Score);
        Texts(w, ",\"reasons\":["u8, d.Reasons);
        var f = d.Facts;
        w.Raw(",\"facts\":{\"currency\":"u8).Text(f.Currency).Raw(",\"open_minor\":"u8).Number(f.OpenMinor).Raw(",\"overdue_minor\":"u8).Number(f.OverdueMinor)
            .Raw(",\"disputed_minor\":"u8).Number(f.DisputedMinor).Raw(",\"unapplied_minor\":"u8).Number(f.UnappliedMinor)
            .Raw(",\"overdue_items\":"u8).Number(f.OverdueItems)
            .Raw(",\"days_past_due\":"u8).Number(f.DaysPastDue).Day(",\"oldest_due_on\":"u8, f.OldestDueOn)
            .Day(",\"quiet_due_on\":"u8, f.QuietDueOn).Number(",\"planned_minor\":"u8, f.PlannedMinor).Number(",\"dunnable_minor\":"u8, f.DunnableMinor)
            .Raw("}"u8)
            .Text(",\"verdict\":"u8, d.Verdict).Text(",\"gate_rule\":"u8, d.GateRule);
        if (d.NotBefore is { } notBefore) w.Raw(",\"not_before\":"u8).Instant(notBefore);
        w.Text(",\"clearance\":"u8, d.Clearance).Text(",\"channel\":"u8, d.Channel).Text(",\"template\":"u8, d.Template).Text(",\"tone\":"u8, d.Tone)
            .Text(",\"template_edition\":"u8, d.TemplateEdition).Text(",\"intent\":"u8, d.Intent);
        if (d.Shadow) w.Raw(",\"shadow\":true"u8);
        w.Day(",\"anchor_on\":"u8, d.AnchorOn).Number(",\"paused_days\":"u8, d.PausedDays)
            .Day(",\"entered_on\":"u8, d.EnteredOn).Text(",\"entered_by\":"u8, d.EnteredBy).Number(",\"entry_at\":"u8, d.EntryAt)
            .Day(",\"reminded_through\":"u8, d.RemindedThrough).Day(",\"next_review_on\":"u8, d.NextReviewOn)
            .Text(",\"next_move\":"u8, d.NextMove).Number(",\"effort_minutes\":"u8, d.EffortMinutes);
        if (d.KeepsDay) w.Raw(",\"keeps_day\":true"u8);
        if (d.After is { } after)
            w.Raw(",\"after\":{\"step\":"u8).Text(after.Step).Raw(",\"heard_on\":"u8).Day(after.HeardOn).Raw(",\"days\":"u8).Number(after.Days).Raw("}"u8);
        return w.Raw("}}"u8).End();
    }

    private static void Texts(PayloadWriter w, ReadOnlySpan<byte> name, IReadOnlyList<string>? texts)
    {
        if (texts is null) return;
        w.Raw(name);
        for (var i = 0; i < texts.Count; i++)
        {
            if (i > 0) w.Raw(","u8);
            w.Text(texts[i]);
        }
        w.Raw("]"u8);
    }

    private static DecisionEvent.Made? DecodeDecided(ReadOnlySpan<byte> payload)
    {
        var r = new PayloadReader(payload);
        r.Raw("{\"decision\":{\"portfolio\":"u8);
        var portfolio = r.Word();
        r.Raw(",\"policy\":"u8);
        var policy = r.Int();
        int? rules = r.Has(",\"rules\":"u8) ? r.Int() : null;
        r.Raw(",\"segment\":"u8);
        var segment = r.Word();
        var segmentBefore = r.Word(",\"segment_before\":"u8);
        r.Raw(",\"strategy\":"u8);
        var strategy = r.Word();
        r.Raw(",\"action\":"u8);
        if (Act.Find(r.Word()) is not { } action) return null;
        r.Raw(",\"rule\":"u8);
        var rule = r.Word();
        var step = r.Word(",\"step\":"u8);
        var skipped = Texts(ref r, ",\"skipped\":["u8);
        List<Considered>? considered = null;
        if (r.Has(",\"considered\":["u8))
        {
            considered = [];
            while (r.Has(considered.Count == 0 ? "{\"what\":"u8 : ",{\"what\":"u8))
            {
                var what = r.Word();
                r.Raw(",\"why\":"u8);
                considered.Add(new Considered(what, r.Word()));
                r.Raw("}"u8);
            }
            r.Raw("]"u8);
        }
        r.Raw(",\"score\":"u8);
        var score = r.Int();
        var reasons = Texts(ref r, ",\"reasons\":["u8);
        var decided = new DecisionEvent.Made(new DecisionRecord
        {
            Portfolio = portfolio, Policy = policy, Rules = rules, Segment = segment, SegmentBefore = segmentBefore, Strategy = strategy, Action = action,
            Rule = rule, Step = step, Skipped = skipped,
            Considered = considered, Score = score, Reasons = reasons, Facts = ReadFacts(ref r), Verdict = r.Word(",\"verdict\":"u8),
            GateRule = r.Word(",\"gate_rule\":"u8),
            NotBefore = r.Has(",\"not_before\":"u8) ? r.Instant() : null, Clearance = r.Word(",\"clearance\":"u8), Channel = r.Word(",\"channel\":"u8),
            Template = r.Word(",\"template\":"u8),
            Tone = r.Word(",\"tone\":"u8), TemplateEdition = r.Word(",\"template_edition\":"u8), Intent = r.Text(",\"intent\":"u8),
            Shadow = r.Has(",\"shadow\":true"u8), AnchorOn = r.Day(",\"anchor_on\":"u8),
            PausedDays = r.Has(",\"paused_days\":"u8) ? r.Int() : null, EnteredOn = r.Day(",\"entered_on\":"u8), EnteredBy = r.Word(",\"entered_by\":"u8),
            EntryAt = r.Has(",\"entry_at\":"u8) ? r.Int() : null,
            RemindedThrough = r.Day(",\"reminded_through\":"u8), NextReviewOn = r.Day(",\"next_review_on\":"u8),
            NextMove = r.Word(",\"next_move\":"u8), EffortMinutes = r.Has(",\"effort_minutes\":"u8) ? r.Int() : null,
            KeepsDay = r.Has(",\"keeps_day\":true"u8), After = ReadCountedFrom(ref r),
        });
        r.Raw("}}"u8);
        return r.Ended ? decided : null;
    }

    private static FactsRecord ReadFacts(ref PayloadReader r)
    {
        r.Raw(",\"facts\":{\"currency\":"u8);
        var currency = r.Word();
        r.Raw(",\"open_minor\":"u8);
        var open = r.Number();
        r.Raw(",\"overdue_minor\":"u8);
        var overdue = r.Number();
        r.Raw(",\"disputed_minor\":"u8);
        var disputed = r.Number();
        r.Raw(",\"unapplied_minor\":"u8);
        var unapplied = r.Number();
        r.Raw(",\"overdue_items\":"u8);
        var items = r.Int();
        r.Raw(",\"days_past_due\":"u8);
        var facts = new FactsRecord(currency, open, overdue, disputed, unapplied, items, r.Int())
        {
            OldestDueOn = r.Day(",\"oldest_due_on\":"u8), QuietDueOn = r.Day(",\"quiet_due_on\":"u8),
            PlannedMinor = r.Number(",\"planned_minor\":"u8), DunnableMinor = r.Number(",\"dunnable_minor\":"u8),
        };
        r.Raw("}"u8);
        return facts;
    }

    private static CountedFrom? ReadCountedFrom(ref PayloadReader r)
    {
        if (!r.Has(",\"after\":{\"step\":"u8)) return null;
        var step = r.Word();
        r.Raw(",\"heard_on\":"u8);
        var on = r.Day();
        r.Raw(",\"days\":"u8);
        var counted = new CountedFrom(step, on, r.Int());
        r.Raw("}"u8);
        return counted;
    }

    private static List<string>? Texts(ref PayloadReader r, ReadOnlySpan<byte> name)
    {
        if (!r.Has(name)) return null;
        var texts = new List<string>();
        if (r.Has("]"u8)) return texts;
        do texts.Add(r.Word()); while (r.Has(","u8));
        r.Raw("]"u8);
        return texts;
    }
}
