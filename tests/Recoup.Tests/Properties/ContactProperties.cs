using NodaTime;
using Recoup.Core.Policies;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Tests.Properties;

/// <summary>Every message that left, looked at again by itself: was there a reason, and was it allowed at that very moment?</summary>
public sealed class ContactProperties
{
    /// <param name="joins">Customers turn out to be one meanwhile: what was said to either, and what either said, counts from then on.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_leaves_during_a_hold_a_dispute_an_opt_out_or_a_promise_nor_too_often_nor_at_night(bool joins)
    {
        var released = 0;
        Many.Histories(14, seed => RandomHistory.Of(15_000 + seed, new Weather { RunPercent = 85, InputsMax = 4, Joins = joins }), history =>
        {
            var witness = new Witness();
            using var books = new Books(history, witness.See);
            released += witness.Released;
        });
        // Else the property could hold because nothing was ever sent. Of one history or two nobody can say how much is.
        if (Environment.GetEnvironmentVariable("RECOUP_SEED") is not { Length: > 0 })
            released.ShouldBeGreaterThan(Stores.TestStores.IsPostgres ? 0 : Many.Cases(14) * 2);
    }

    /// <summary>Follows a history as it is played.</summary>
    private sealed class Witness
    {
        private readonly List<(string Party, Instant At, string Channel)> contacts = [];
        private readonly List<(string Party, string Channel, string? Address, bool Granted, DateOnly From)> consents = [];
        private readonly Dictionary<string, (string Party, string Portfolio, bool PreDue, DateOnly Day)> decided = new(StringComparer.Ordinal);
        private readonly HashSet<string> left = new(StringComparer.Ordinal);
        private readonly HashSet<string> erased = new(StringComparer.Ordinal);

        public int Released { get; private set; }

        public void See(Books books, Step step, IReadOnlyList<Taken> taken, IReadOnlyList<JournalRow> news)
        {
            foreach (var unit in taken)
                if (unit.Result.Status == UnitStatus.Accepted)
                    foreach (var input in unit.Inputs.Where(i => news.Any(r => r.Cause == i.Key))) Hear(books, input, unit.Step.At);
            // Partition by partition, so within each party in the order in which it happened.
            foreach (var row in news)
                switch (Play.EventOf(row))
                {
                    case DecisionEvent.Made { Decision: { Intent: { } intent, Action: Act.Writing } d }:
                        decided[intent] = (row.Party, d.Portfolio, d.RemindedThrough is not null, row.RecordedOn);
                        break;
                    case PartyEvent.Joined joined: Join(row.Party, joined.Party); break;
                    case MessageEvent.Released message: Leaves(books, row, message.Message); break;
                    case MessageEvent.Settled { Outcome: not "failed" } settled when left.Contains(settled.Message):
                        // Counted when it left; settled a second time it is the same message still.
                        break;
                    // Not taken for certain: it may leave once more.
                    case MessageEvent.Deferred { Rule: Machine.ChannelNotNow } deferred:
                        left.Remove(deferred.Message).ShouldBeTrue($"{deferred.Message} was put off before it left");
                        contacts.RemoveAll(c => c.Channel == deferred.Message);
                        break;
                    case MessageEvent.Settled { Outcome: "failed" } settled: contacts.RemoveAll(c => c.Channel == settled.Message); break;
                    default: break;
                }
        }

        private void Join(string party, string other)
        {
            for (var i = 0; i < contacts.Count; i++)
                if (contacts[i].Party == other) contacts[i] = contacts[i] with { Party = party };
            for (var i = 0; i < consents.Count; i++)
                if (consents[i].Party == other) consents[i] = consents[i] with { Party = party };
        }

        private void Hear(Books books, Input input, DateTimeOffset at)
        {
            switch (input)
            {
                case ContactInput.Made { Direction: "outbound" } contact:
                    contacts.Add((books.Ledger.Accounts[contact.Account].Party, Instant.FromDateTimeOffset(contact.At), contact.Channel));
                    break;
                case ConsentInput.Said consent:
                    var today = DateOnly.FromDateTime(at.UtcDateTime);
                    consents.Add((books.Ledger.Accounts[consent.Account].Party, consent.Channel, consent.Address, consent.Granted,
                        consent.Granted && consent.On > today ? consent.On.Value : DateOnly.MinValue));
                    break;
                case AccountInput.Erasure erasure: erased.Add(books.Ledger.Accounts[erasure.Account].Party); break;
                default: break;
            }
        }

        private void Leaves(Books books, JournalRow row, string message)
        {
            Released++;
            left.Add(message).ShouldBeTrue($"{message} left twice");
            var ledger = books.Ledger;
            var (party, portfolio, preDue, _) = decided[message];
            var at = Instant.FromUnixTimeMilliseconds(row.RecordedAt);
            var day = row.RecordedOn;
            var what = $"{message} to {party} for {portfolio} at {at}";
            erased.ShouldNotContain(party, what);

            var accounts = ledger.Accounts.Values.Where(a => a.Party == party && a.PortfolioOn(day) == portfolio)
                .Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
            // A promise in a currency in which nothing is owed rests nothing.
            ledger.Promises.Where(p => accounts.Contains(p.Account) && p.StandsOn(day)
                && ledger.Documents.Exists(d => accounts.Contains(d.Account) && d.Currency == p.Currency && d.BalanceOn(day) > 0))
                .ShouldBeEmpty($"{what} in spite of a promise");
            var reasons = ledger.Documents.FindAll(d => accounts.Contains(d.Account) && d.BalanceOn(day) > 0 && (preDue || day > d.DueOn(day))
                && !ledger.Holds.Exists(h => h.Account == d.Account && h.StandsOn(day))
                && !ledger.Disputes.Exists(x => x.Account == d.Account && (x.Number is null || x.Number == d.Number) && x.StandsOn(day)));
            reasons.ShouldNotBeEmpty($"{what} without a reason");

            // What it names is owed, not held and not disputed.
            var text = new Dispatcher(books.Play.Door, new Dictionary<string, ChannelPort>(StringComparer.Ordinal))
                .TextOf(party, books.Play.Store.Party(party)!.Value.State.LastSeq, message);
            if (text is not null)
                foreach (var word in text.Body.Split([' ', '\n', '|', '\r'], StringSplitOptions.RemoveEmptyEntries))
                    if (ledger.Documents.Exists(d => d.Number == word && accounts.Contains(d.Account)))
                        reasons.Exists(d => d.Number == word).ShouldBeTrue($"{what} names {word}");

            foreach (var zone in Zones(ledger, party, portfolio))
            {
                var local = at.InZone(zone);
                (local.Hour is >= 8 and < 21).ShouldBeTrue($"{what}: it is {local.TimeOfDay} in {zone}");
                // Three in any seven days by the customer's calendar, this one included.
                var days = contacts.Where(c => c.Party == party && c.At <= at).Select(c => c.At.InZone(zone).Date).Append(local.Date).ToList();
                days.Count(d => d > local.Date.PlusDays(-7) && d <= local.Date).ShouldBeLessThanOrEqualTo(3, $"{what}: contacts in seven days in {zone}");
            }
            contacts.Add((party, at, message));

            OptedOut(party, "email", text?.To, day).ShouldBeFalse($"{what} in spite of an opt-out");
        }

        private static List<DateTimeZone> Zones(Ledger ledger, string party, string portfolio)
        {
            var zones = ledger.Accounts.Values.Where(a => a.Party == party).Select(a => a.Zone).OfType<string>().Distinct().ToList();
            if (zones.Count == 0) zones.Add(ledger.Zones.GetValueOrDefault(portfolio, "UTC"));
            return zones.ConvertAll(z => DateTimeZoneProviders.Tzdb[z]);
        }

        /// <summary>What was said last of the channel, of everything, and of the address: one no is enough.</summary>
        private bool OptedOut(string party, string channel, string? address, DateOnly day)
        {
            var said = consents.FindAll(c => c.Party == party && (!c.Granted || c.From <= day));
            bool Last(Func<(string Party, string Channel, string? Address, bool Granted, DateOnly From), bool> about) =>
                said.LastOrDefault(c => about(c) || (c.Granted && c is { Channel: Channel.Any, Address: null })) is { Channel: not null, Granted: false };
            return Last(c => c is { Channel: Channel.Any, Address: null } || (c.Granted && c.Channel == channel && c.Address is null))
                || Last(c => c.Channel == channel && c.Address is null)
                || Last(c => c.Channel == channel && c.Address is not null && c.Address == address)
                || Last(c => c.Channel == Channel.Any && c.Address is not null && c.Address == address);
        }
    }
}
