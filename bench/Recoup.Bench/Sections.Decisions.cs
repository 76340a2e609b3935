using System.Diagnostics;
using System.Globalization;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Workspace;
using Recoup.Simulation;
using Recoup.Storage;

namespace Recoup.Bench;

/// <summary>What a fact and a decision cost without any store: Core alone, in memory. Processor time, since others may use the machine.</summary>
internal static partial class Sections
{
    /// <summary>Facts, score, policy, gate and decision for parties all due, first on one processor, then on all.</summary>
    public static void Decisions(int parties, List<Figure> figures)
    {
        using var ground = new Ground();
        var day = Ledger.Last.AddDays(60);
        var context = InMemory(ground.Store, day);
        var alone = 0.0;
        // The first two rounds are the compiler's.
        foreach (var (together, counts) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            Progress.Say($"decisions in memory, {(counts ? "" : "warming up, ")}{(together ? "all processors" : "one processor")}");
            var deciders = together ? Environment.ProcessorCount : 1;
            var decided = 0;
            var cost = default(Cost);
            // As a run has them: some thousands of parties at a time, and then the next.
            for (var done = 0; done < parties; done += BatchSize)
            {
                var (states, _) = Made(BatchSize, context);
                cost += Costs(() => Parallel.For(0, deciders, new ParallelOptions { MaxDegreeOfParallelism = deciders }, d =>
                {
                    var cells = new CellDeltas();
                    var here = 0;
                    for (var i = d; i < states.Count; i += deciders)
                    {
                        var outcome = Machine.Handle(states[i], states[i].LastSeq, new Input.Review
                        {
                            Key = "review", Party = states[i].Id, AsOf = day,
                        }, context, cells);
                        if (outcome.Events is [{ Event: DecisionEvent.Made }]) here++;
                    }
                    Interlocked.Add(ref decided, here);
                }), BatchSize);
            }
            if (!counts) continue;
            if (!together) alone = cost.ASecond;
            figures.Add(new Figure($"decisions in memory, {deciders} at once", cost.ASecond, Unit.PerSecond)
            {
                Limit = together ? new Limit($"{deciders} times one alone", alone * deciders) : null,
                Goal = together ? Goal.DecisionsInMemory : null, Note = $"{cost} each; {decided:N0} decided",
            });
        }
    }

    private const int BatchSize = 4096;

    /// <summary>States and events to bytes and back.</summary>
    public static void Codec(int parties)
    {
        using var ground = new Ground();
        var context = InMemory(ground.Store, Ledger.Last.AddDays(60));
        var made = (States: new List<PartyState>(), Events: new List<Event>());
        var figures = Costs(() => made = Made(parties, context), parties * 3L);

        Line("facts in memory", $"{figures} an input; {made.Events.Count:N0} events");
        foreach (var state in made.States)
            Machine.Handle(state, state.LastSeq, new Input.Review
            {
                Key = "review", Party = state.Id, AsOf = Ledger.Last.AddDays(60),
            }, context, new CellDeltas());

        Measure("headers", made.States, StateCodec.Encode, b => StateCodec.DecodeParty(b));
        Measure("items", [.. made.States.SelectMany(s => s.Items.Values)], ReceivableChapter.ItemRows.Encode, b => ReceivableChapter.ItemRows.Decode(b));
        Measure("cash", [.. made.States.SelectMany(s => s.Cash.Values)], ReceivableChapter.CashRows.Encode, b => ReceivableChapter.CashRows.Decode(b));
        foreach (var kind in made.Events.GroupBy(e => EventCodec.Encode(e).Kind).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var name = EventCodec.Encode(kind.First()).Kind;
            Measure(name, [.. kind], e => EventCodec.Encode(e).Payload, b => EventCodec.Decode(name, 1, b));
        }
    }

    private static void Measure<T>(string what, IReadOnlyList<T> all, Func<T, byte[]> encode, Func<byte[], object> decode)
    {
        var bytes = new byte[all.Count][];
        for (var round = 0; round < 2; round++)
        {
            var written = Costs(() => { for (var i = 0; i < bytes.Length; i++) bytes[i] = encode(all[i]); }, all.Count);
            var read = Costs(() => { foreach (var one in bytes) decode(one); }, all.Count);
            // The first round is the compiler's.
            if (round == 1) Line($"{all.Count:N0} {what}", $"{bytes.Average(b => b.Length):F0} bytes; encoded at {written}, decoded at {read}");
        }
    }

    /// <summary>Parties with one account and three invoices each, some paid, some overdue.</summary>
    private static (List<PartyState> States, List<Event> Events) Made(int parties, Context context)
    {
        var random = new SplitMix(1);
        var states = new List<PartyState>(parties);
        var events = new List<Event>(parties * 5);
        var cells = new CellDeltas();
        var days = Ledger.Last.DayNumber - Ledger.First.DayNumber;
        for (var p = 0; p < parties; p++)
        {
            var account = string.Create(CultureInfo.InvariantCulture, $"A{p:D7}");
            var state = new PartyState { Id = account };
            Take(new AccountInput.Set { Key = $"a-{p}", Account = account, Portfolio = $"P{p % 5}", Kind = "business" });
            for (var i = 0; i < 3; i++)
            {
                var issued = Ledger.First.AddDays(random.Below(days));
                var amount = new Money(random.Between(500, 500000), Currency.Of("EUR"));
                Take(new InvoiceInput.Issued
                {
                    Key = $"i-{p}-{i}", Account = account, Number = $"INV-{p}-{i}", IssuedOn = issued, DueOn = issued.AddDays(30), Amount = amount,
                });
                if (random.Chance(50))
                    Take(new PaymentInput.Received
                    {
                        Key = $"p-{p}-{i}", Account = account, On = issued.AddDays(40), Amount = amount, For = [($"INV-{p}-{i}", amount)],
                    });
            }
            states.Add(state);

            void Take(Input input)
            {
                var outcome = Machine.Handle(state, state.LastSeq, input, context, cells);
                if (outcome.Refused is { } refused) throw new InvalidOperationException(refused.Message);
                foreach (var recorded in outcome.Events) events.Add(recorded.Event);
            }
        }
        return (states, events);
    }

    private static Context InMemory(Store store, DateOnly day) => new()
    {
        Now = Ground.At(day), Workspace = new WorkspaceState(), Policy = ShippedPolicies.Default, PolicyVersion = 1, Rules = ShippedPolicies.ContactRules,
        Vault = store.Vault, Writer = TemplateWriter.Shipped,
    };

    private static Cost Costs(Action action, long count)
    {
        GC.Collect();
        var (allocated, processor, watch) = (GC.GetTotalAllocatedBytes(precise: true), Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.StartNew());
        action();
        return new Cost(count, watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds,
            GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }

    /// <summary>Printed as so many a second by the clock and, for each, of processor time and allocated.</summary>
    private readonly record struct Cost(long Count, double Seconds, double ProcessorSeconds, long Bytes)
    {
        public double ASecond => Count / Seconds;

        public static Cost operator +(Cost a, Cost b) =>
            new(a.Count + b.Count, a.Seconds + b.Seconds, a.ProcessorSeconds + b.ProcessorSeconds, a.Bytes + b.Bytes);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{ASecond:N0}/s ({ProcessorSeconds / Count * 1e6:F2} µs of a processor, {Bytes / (double)Count:F0} bytes)");
    }
}
