using System.Globalization;
using System.Text.RegularExpressions;
using Recoup.Core.Decisions;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Statistics;
using Recoup.Storage.Work;
using Recoup.Tests.Properties;

namespace Recoup.Tests.Stories;

/// <content>What a story expects, and what it is held against.</content>
internal sealed partial class Story
{
    /// <summary>What should stand behind "expect", in the shape in which it was asked.</summary>
    private string Expect(Words w)
    {
        switch (w.Next("something to expect"))
        {
            case "refused":
                refusalTold = true;
                return last!.Refused is { } refused ? $"refused {Spaced(refused.Refusal.ToString())}" : Spaced(last.Status.ToString());
            case "accepted" or "unchanged": return last!.Refused is { } r ? $"refused {Spaced(r.Refusal.ToString())}" : Spaced(last.Status.ToString());
            case "action" or "no": return Action(w.Rest().Contains("because", StringComparison.Ordinal));
            case "open": return Open(w);
            case "unapplied": return "unapplied" + Of(w) is var head ? $"{head} {Amounts(Unapplied(head))}" : "";
            case "messages": return $"messages {messages}";
            case "message":
                var named = lastBody.Split([' ', '\n', '\r', '|'], StringSplitOptions.RemoveEmptyEntries).Where(IsNumber).Distinct();
                return $"message names {string.Join(" ", named)}";
            case "attached": return $"attached {(attached.Count == 0 ? "nothing" : string.Join(" ", attached.Order(StringComparer.Ordinal)))}";
            case "documents": return $"documents {(documents.Count == 0 ? "none" : string.Join(" and ", documents.Select(Document)))}";
            case "delivery":
                {
                    var number = w.Next("a number");
                    if (Items().Find(i => i.Number == number)?.Delivery is not { } d) return $"delivery {number} none";
                    return $"delivery {number} {d.Outcome} {d.On:yyyy-MM-dd}{(d.Why is null ? "" : $" because {d.Why}")}";
                }
            case "pending": return $"pending {new Readings(Play.Store).Messages().Counts.GetValueOrDefault(IntentStatus.Pending)}";
            case "kpi": { var id = w.Next("a KPI"); return $"kpi {id} {Kpi(id)}"; }
            case "explain": return $"explain {Explain(w.Rest())}";
            case "next": w.Expect("review"); return $"next review {(Party().NextReviewOn is { } next ? $"{next:yyyy-MM-dd}" : "never")}";
            case "promise": { var promise = w.Next("a promise's name"); return $"promise {promise} {Promise(promise)}"; }
            case "callback":
                {
                    var callback = w.Next("a callback's name");
                    var line = new ConversationReadings(Play.Store).Callbacks(null, null, null, 1000).Rows.First(l => l.Callback.Callback == callback);
                    return $"callback {callback} {line.Callback.Status}";
                }
            case "tags":
                {
                    w.Expect("of");
                    var tagged = w.Next("an account");
                    return $"tags of {tagged} {string.Join(' ', new Readings(Play.Store).PartyOf(tagged)!.TagsOf(tagged).DefaultIfEmpty("none"))}";
                }
            case "plan": { var plan = w.Next("a plan's name"); return $"plan {plan} {PlanStanding(plan)}"; }
            case "paid":
                w.Expect("items");
                return $"paid items {Party().Behaviour.Settled} late {Party().Behaviour.SettledLate} days {Party().Behaviour.LateDays}";
            case "worklist":
                var work = new WorklistReadings(Play.Store, now).List(null, null, null, 100).Rows;
                return $"worklist {(work.Count > 0 ? string.Join(", ", work.Select(x => x.Work.Kind)) : "empty")}";
            default: throw new StoryException($"'{w.Last}' can't be expected; docs/stories.md lists what can");
        }
    }

    private static string Does(DecisionRecord d) => d.Action.Word switch
    {
        "message" => $"{d.Channel} {d.Step}",
        "task" => $"task {d.Step}",
        "propose_placement" => $"placement {d.Step}",
        "find_place" => "find place",
        "find_contact" => "find contact",
        var other => throw new StoryException($"a story has no word for {other}"),
    };

    private string Action(bool because)
    {
        var done = decided.FindAll(d => d.Action != Act.Wait);
        string Where(DecisionRecord d) => portfolios.Count > 1 ? $" in {d.Portfolio}" : "";
        if (done.Count > 0) return "action " + string.Join(" and ", done.Select(d => $"{Does(d)}{Where(d)}{(d.Shadow ? " in shadow" : "")}"));
        return because
            ? $"no action "
                + $"because {(decided.Count == 0 ? "nobody is due" : string.Join(" and ", decided.Select(d => (d.GateRule ?? d.Rule) + Where(d)).Distinct()))}"
            : "no action";
    }

    private static string Document(DecisionRecord d) =>
        (d.Document!.Numbers is { } numbers
            ? $"invoice {string.Join(" ", numbers)}"
            : $"statement {d.Document.From:yyyy-MM-dd} to {d.Document.AsOf:yyyy-MM-dd}")
        + (d.Shadow ? " in shadow" : "") + (d.Action == Act.Wait ? $" not because {d.GateRule ?? d.Rule}" : "");

    private static string Of(Words w) => w.Take("of") ? $" of {w.Next("an item or account")}" : "";

    private string Open(Words w)
    {
        var of = Of(w);
        if (of.Length > 0 && Items().Find(i => i.Number == of[4..]) is { } item)
            return $"open{of} "
                + $"{(item.BalanceOn(Today) == 0 ? "nothing" : $"{Money.Format(item.BalanceOn(Today), Currency.Of(item.Currency))} {item.Currency}")}";
        var asked = w.Rest();
        var rows = of.Length > 0
            ? AgeingReport.ByAccount(Today, new Readings(Play.Store).OpenByAccount(Today), []).Where(r => r.Group.Account == of[4..]).ToList()
            : new Readings(Play.Store).Read(cells => AgeingReport.Of(cells, Today)).ToList();
        var text = $"open{of} {Amounts(rows.Select(r => (r.Group.Currency, r.Total)))}";
        if (!asked.Contains("bucket", StringComparison.Ordinal)) return text;
        var buckets = rows.SelectMany(r => r.Cut.Labels.Zip(r.Buckets)
            .Where(b => b.Item2 != 0)
            .Select(b => (Name: b.Item1, Amount: Money.Format(b.Item2, Currency.Of(r.Group.Currency)), r.Group.Currency))).ToList();
        return buckets.Count == 1
            ? $"{text} bucket {buckets[0].Name}"
            : $"{text} bucket {string.Join(", ", buckets.Select(b => rows.Count > 1 ? $"{b.Name} {b.Amount} {b.Currency}" : $"{b.Name} {b.Amount}"))}";
    }

    private IEnumerable<(string, long)> Unapplied(string head) => head.Contains(" of ", StringComparison.Ordinal)
        ? new Readings(Play.Store).UnappliedByAccount(Today).Where(u => u.Account == head.Split(' ')[^1]).Select(u => (u.Currency, u.Minor))
        : new Readings(Play.Store).Read(cells => cells.Unapplied(Today).Select(u => (u.Currency, u.Minor)).ToList());

    private static string Amounts(IEnumerable<(string Currency, long Minor)> amounts)
    {
        var sums = amounts.GroupBy(a => a.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (Currency: g.Key, Minor: g.Sum(a => a.Minor))).Where(s => s.Minor != 0).ToList();
        return sums.Count == 0 ? "nothing" : string.Join(", ", sums.Select(s => $"{Money.Format(s.Minor, Currency.Of(s.Currency))} {s.Currency}"));
    }

    private List<ItemState> Items()
    {
        var items = new List<ItemState>();
        using var s = Play.Store.Own("SELECT state FROM item");
        while (s.Step()) items.Add(ReceivableChapter.ItemRows.Decode(s.Blob(0)));
        return items;
    }

    private bool IsNumber(string word) => Items().Exists(i => i.Number == word);

    private PartyState Party() => new Readings(Play.Store).PartyOf(defaultAccount) ?? throw new StoryException($"there is no account {defaultAccount} yet");

    private string Kpi(string id)
    {
        var rows = new Readings(Play.Store)
            .Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95).Answer(new KpiQuestion(Today) { Kpis = [id] }));
        return rows.Count == 0
            ? "none"
            : string.Join(" ", rows.Select(r => (r.Value is { } value ? Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture) : "none")
                + (rows.Count > 1 ? $" {r.Currency}" : "")));
    }

    private string Promise(string promise)
    {
        var word = "open";
        foreach (var row in Play.Journal().Where(r => r.EffectiveOn <= Today))
            if (Play.EventOf(row) is PromiseEvent.Closed closed && closed.Promise == promise)
                word = $"{closed.Outcome} {Money.Format(closed.PaidMinor, Currency.Of(closed.Currency))} {closed.Currency}";
            else if (Play.EventOf(row) is PromiseEvent.Reopened again && again.Promise == promise) word = "open";
        return word;
    }

    private string PlanStanding(string plan)
    {
        using var s = Play.Store.Own("SELECT state FROM payment_plan WHERE plan = ?");
        s.Bind(plan);
        if (!s.Step()) return "none";
        var p = PlanChapter.Rows.Decode(s.Blob(0));
        var currency = Currency.Of(p.Currency);
        return $"{p.Status} {Money.Format(p.PaidOn(Today), currency)} of {Money.Format(p.Minor, currency)} {currency}: "
            + string.Join(" ", p.Instalments.Select(i => PlanChapter.Word(i.Standing)));
    }

    /// <summary>Of the last run's decisions the lines that say why; the one asked for, if it is among them.</summary>
    private string Explain(string asked)
    {
        var lines = new List<string>();
        foreach (var d in decided)
        {
            lines.Add($"segment {d.Segment}");
            lines.Add($"score {d.Score}");
            foreach (var reason in d.Reasons ?? []) lines.Add($"reason {reason}");
            foreach (var skipped in d.Skipped ?? []) lines.Add($"skipped {skipped}");
            foreach (var considered in d.Considered ?? []) lines.Add($"considered {considered.What}: {considered.Why}");
            if (d.AnchorOn is { } anchor) lines.Add($"counted from {anchor:yyyy-MM-dd}");
            if (d.EnteredOn is { } entered) lines.Add($"entered {d.EnteredBy} {entered:yyyy-MM-dd}");
            if (d.After is { } after) lines.Add($"after {after.Step} {after.HeardOn:yyyy-MM-dd}");
            if (d.PausedDays is { } paused) lines.Add($"paused {paused} days");
            if (d.NotBefore is { } notBefore) lines.Add($"not before {notBefore.UtcDateTime:yyyy-MM-dd HH:mm}");
            if (d.GateRule is { } gate) lines.Add($"gate {gate}");
            lines.Add($"overdue {Money.Format(d.Facts.OverdueMinor, Currency.Of(d.Facts.Currency))} {d.Facts.Currency} for {d.Facts.DaysPastDue} days");
        }
        var plain = Plain(asked);
        return lines.Contains(plain) ? plain : lines.Find(l => l.Split(' ')[0] == plain.Split(' ')[0]) ?? $"({string.Join("; ", lines)})";
    }

    private static string Spaced(string name) => Regex.Replace(name, "(?<!^)([A-Z])", " $1").ToLowerInvariant();
}
