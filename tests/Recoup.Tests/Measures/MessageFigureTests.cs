using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

/// <summary>Figures of messages, held against all events of random histories.</summary>
public sealed class MessageFigureTests
{
    private static readonly DateOnly Begin = new(2026, 3, 1);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    /// <summary>
    /// Random messages that are sent, refused, of unknown fate and settled, and come back once or several times, from wherever they stood: what the
    /// list of all events says of each is what the KPI says of all.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Messages_are_counted_once_on_the_day_on_which_they_left(int seed)
    {
        var random = new Random(seed);
        var cells = new CellDeltas();
        var told = new List<(DateOnly On, string Message, string Channel, string Portfolio, Event Event)>();
        var parties = new[] { "EU", "US" }.ToDictionary(p => p, p => new PartyState { Id = p });
        var status = new Dictionary<string, (string Party, string Channel, string Status)>();
        // In which portfolio the party is: also on the day on which a message leaves it may go to the other.
        var places = parties.Keys.ToDictionary(p => p);
        var (seq, today) = (0L, Begin);
        foreach (var portfolio in parties.Keys) Tell(portfolio, new AccountEvent.Opened(new AccountDetails(portfolio, portfolio, "business")));
        for (; today < Begin.AddDays(90); today = today.AddDays(1))
        {
            if (random.Next(2) == 0)
            {
                var (id, party, channel) = ($"m{seq}", random.Next(2) == 0 ? "EU" : "US", Channel.All[random.Next(Channel.All.Count)]);
                Tell(party, new DecisionEvent.Made(new DecisionRecord
                {
                    Portfolio = places[party], Policy = 1, Segment = "all", Strategy = "s", Action = Act.Message, Rule = "r", Score = 50, Intent = id,
                    Channel = channel, Template = "t", Tone = "plain", NotBefore = default(DateTimeOffset), Facts = new FactsRecord("EUR", 0, 0, 0, 0, 0, 0),
                }));
                Tell(party, new MessageEvent.Released(id, "token", []));
                status[id] = (party, channel, "sending");
            }
            foreach (var (id, m) in status.Where(_ => random.Next(4) == 0).ToList())
            {
                string[] outcomes = m.Status == "sending" ? ["sent", "sent", "sent", "failed", "unknown", "bounced"]
                    : m.Status == "unknown" ? ["sent", "failed", "bounced"] : random.Next(6) == 0 ? ["bounced"] : [];
                if (outcomes.Length == 0) continue;
                var outcome = outcomes[random.Next(outcomes.Length)];
                Event happened = outcome == "bounced"
                    ? new MessageEvent.Bounced(id, random.Next(2) == 0 ? "hard" : "soft", m.Channel, null, null, null)
                    : new MessageEvent.Settled(id, outcome, null, Proactive: false);
                Tell(m.Party, happened);
                told.Add((today, id, m.Channel, places[m.Party], happened));
                status[id] = m with { Status = outcome };
                if (random.Next(4) > 0) continue;
                places[m.Party] = places[m.Party] == "EU" ? "US" : "EU";
                Tell(m.Party, new AccountEvent.Moved(places[m.Party]));
                // Servers report one failure more than once, and quickly.
                if (outcome == "sent" && random.Next(2) == 0)
                {
                    var back = new MessageEvent.Bounced(id, "soft", m.Channel, null, null, null);
                    Tell(m.Party, back);
                    told.Add((today, id, m.Channel, places[m.Party], back));
                    status[id] = m with { Status = "bounced" };
                }
            }
        }

        var left = new List<(DateOnly On, string Channel, string Portfolio, bool CameBack)>();
        var refused = new List<(DateOnly On, string Channel, string Portfolio)>();
        foreach (var events in told.GroupBy(t => t.Message))
        {
            var failed = events.FirstOrDefault(t => t.Event is MessageEvent.Settled { Outcome: "failed" });
            if (failed.Event is not null) refused.Add((failed.On, failed.Channel, failed.Portfolio));
            else if (events.FirstOrDefault(t => t.Event is MessageEvent.Settled { Outcome: "sent" } or MessageEvent.Bounced) is { Event: not null } first)
                left.Add((first.On, first.Channel, first.Portfolio, events.Any(t => t.Event is MessageEvent.Bounced)));
        }
        left.Count(m => m.CameBack).ShouldBeGreaterThan(0);
        // Whatever told that it left, it was a contact.
        cells.NonZero.Where(c => c.Key.Measure == ContactChapter.Actions).Sum(c => c.Value.Count).ShouldBe(left.Count);
        foreach (var asOf in new[] { 20, 55, 89, 110 }.Select(Begin.AddDays))
            foreach (var by in new[] { Dimension.Channel, Dimension.Portfolio })
            {
                string Of(string channel, string portfolio) => by == Dimension.Channel ? channel : portfolio;
                bool In(DateOnly on) => on > asOf.AddDays(-30) && on <= asOf;
                var rows = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95)
                    .Answer(new KpiQuestion(asOf) { Kpis = ["message_bounce_rate"], Window = KpiWindow.Days(30), By = [by] });
                rows.Where(r => r.NoValue != KpiRow.NothingRecorded)
                    .Select(r => $"{r.Of(by)} {r.Numerator} of {r.Denominator}, refused {r.Details.Single(d => d.Name == "refused_at_once").Value}")
                    .ShouldBe(left.Where(m => In(m.On)).Select(m => Of(m.Channel, m.Portfolio))
                        .Concat(refused.Where(m => In(m.On)).Select(m => Of(m.Channel, m.Portfolio))).Distinct().Order(StringComparer.Ordinal)
                        .Select(part => $"{part} {left.Count(m => m.CameBack && In(m.On) && Of(m.Channel, m.Portfolio) == part)} of "
                            + $"{left.Count(m => In(m.On) && Of(m.Channel, m.Portfolio) == part)}, refused "
                            + $"{refused.Count(m => In(m.On) && Of(m.Channel, m.Portfolio) == part)}"), $"{asOf} by {by}");
            }

        void Tell(string party, Event happened) => Fold.Apply(parties[party],
            new Envelope(++seq, party, today, today, today.DayNumber * 86_400_000L, $"k{seq}"), happened, cells);
    }
}
