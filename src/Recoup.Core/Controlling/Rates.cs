using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Controlling;

/// <summary>What people tell of rates of exchange.</summary>
public abstract record RateInput : ControllingInput
{
    private RateInput() { }

    /// <summary>So many of one currency are one of another from a day on.</summary>
    public sealed record Told : RateInput
    {
        public required DateOnly On { get; init; }
        public required string From { get; init; }
        public required string To { get; init; }

        /// <summary>So many of <see cref="To"/> are one of <see cref="From"/>.</summary>
        public required decimal Rate { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>A rate is taken back.</summary>
    public sealed record Withdrawn : RateInput
    {
        /// <summary>The key of the rate.</summary>
        public required string FxRate { get; init; }
        public string? Reason { get; init; }
    }
}

/// <summary>What happened to rates of exchange.</summary>
public abstract record RateEvent : ControllingEvent
{
    private RateEvent() { }

    /// <summary>From a day until the next is told; it takes the place of one of the same day and currencies.</summary>
    /// <param name="TenBillionths">Of <paramref name="To"/>, for one of <paramref name="From"/>.</param>
    public sealed record Told(DateOnly On, string From, string To, long TenBillionths) : RateEvent;

    /// <summary>The rate of that key is none.</summary>
    public sealed record Withdrawn(string FxRate, string? Reason) : RateEvent;
}

/// <summary>A rate that stands.</summary>
public sealed record RateState(Telling Told, RateEvent.Told Rate)
{
    public decimal Value => (decimal)Rate.TenBillionths / Rates.PartsOfRate;
}

/// <summary>There is no rate by which an amount could be told in another currency.</summary>
public sealed class MissingRateException(string from, string to, DateOnly on)
    : Exception($"no rate is known from {from} to {to} for {on:yyyy-MM-dd}, neither of that day nor of one before it, nor the other way round, nor by way of a "
        + $"third currency: tell one as {{\"type\":\"fx_rate\",\"key\":…,\"on\":\"{on:yyyy-MM-dd}\",\"from\":\"{from}\",\"to\":\"{to}\",\"rate\":…}}")
{
    public string From { get; } = from;

    public string To { get; } = to;

    public DateOnly On { get; } = on;
}

/// <summary>Rates of exchange, by day. Recoup fetches none.</summary>
public sealed class Rates
{
    public static readonly Rates None = new(ImmutableDictionary<string, RateState>.Empty,
        ImmutableDictionary<(string, string), ImmutableList<RateState>>.Empty);

    /// <summary>A rate is kept in ten-billionths.</summary>
    public const long PartsOfRate = 10_000_000_000;

    private readonly ImmutableDictionary<string, RateState> byKey;

    // Each in order of day.
    private readonly ImmutableDictionary<(string From, string To), ImmutableList<RateState>> byPair;

    private Rates(ImmutableDictionary<string, RateState> byKey, ImmutableDictionary<(string, string), ImmutableList<RateState>> byPair) =>
        (this.byKey, this.byPair) = (byKey, byPair);

    /// <summary>Those that stand, in no order.</summary>
    public IEnumerable<RateState> All => byKey.Values;

    public RateState? Find(string key) => byKey.GetValueOrDefault(key);

    /// <summary>
    /// What one of a currency is in another on a day: by the last rate of the pair, told either way round, of that day or before; where two are of
    /// one day, the one told in this direction. A pair without any goes by a third currency that has one with both: the one whose older rate is the
    /// newest, and of these the first in order of code.
    /// </summary>
    /// <exception cref="MissingRateException">There is no such rate.</exception>
    public decimal On(DateOnly day, string from, string to)
    {
        if (from == to) return 1;
        if (Pair(from, to, day) is { } pair) return pair.Rate;
        (DateOnly Older, decimal Rate)? best = null;
        foreach (var third in byPair.Keys.SelectMany(k => new[] { k.From, k.To }).Distinct().Order(StringComparer.Ordinal))
        {
            if (Pair(from, third, day) is not { } first || Pair(third, to, day) is not { } second) continue;
            var older = first.On < second.On ? first.On : second.On;
            if (best is null || older > best.Value.Older) best = (older, first.Rate * second.Rate);
        }
        return best?.Rate ?? throw new MissingRateException(from, to, day);
    }

    private (DateOnly On, decimal Rate)? Pair(string from, string to, DateOnly day)
    {
        var (straight, turned) = (Last(from, to, day), Last(to, from, day));
        return straight is not null && !(turned?.Rate.On > straight.Rate.On) ? (straight.Rate.On, straight.Value)
            : turned is not null ? (turned.Rate.On, 1 / turned.Value) : null;
    }

    private RateState? Last(string from, string to, DateOnly day) =>
        byPair.TryGetValue((from, to), out var rates) && Place(rates, day) is var at and > 0 ? rates[at - 1] : null;

    /// <summary>How many of them are of that day or before.</summary>
    private static int Place(ImmutableList<RateState> rates, DateOnly day)
    {
        var (low, high) = (0, rates.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rates[middle].Rate.On <= day) low = middle + 1; else high = middle;
        }
        return low;
    }

    internal Rates With(JournalRow row, RateEvent e)
    {
        switch (e)
        {
            case RateEvent.Told told:
                var state = new RateState(Telling.Of(row), told);
                var pair = (told.From, told.To);
                var rates = byPair.GetValueOrDefault(pair) ?? [];
                var place = Place(rates, told.On);
                var replaced = place > 0 && rates[place - 1].Rate.On == told.On ? rates[place - 1] : null;
                return new Rates((replaced is null ? byKey : byKey.Remove(replaced.Told.Key)).SetItem(row.Cause, state),
                    byPair.SetItem(pair, replaced is null ? rates.Insert(place, state) : rates.SetItem(place - 1, state)));
            case RateEvent.Withdrawn withdrawn:
                if (Find(withdrawn.FxRate) is not { } gone) throw new JournalDamagedException($"the rate '{withdrawn.FxRate}' was withdrawn and never told");
                var of = (gone.Rate.From, gone.Rate.To);
                return new Rates(byKey.Remove(withdrawn.FxRate), byPair.SetItem(of, byPair[of].Remove(gone)));
            default: throw new InvariantBrokenException($"{e.GetType().Name} is no event of a rate");
        }
    }
}

/// <summary>Rates of exchange: what is told of them, and what happens.</summary>
public static class RateChapter
{
    private const decimal RateMax = 100_000_000;

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("fx_rate", "a rate of exchange, in force from its day until the next is told", false,
        [
            Need("on", FieldType.Date, "the day from which it is in force"), Need("from", FieldType.Currency, "ISO 4217 code of what is exchanged"),
            Need("to", FieldType.Currency, "ISO 4217 code of what it is exchanged for"),
            Need("rate", FieldType.Amount, "so many of to are one of from, a decimal string of at most ten decimals"),
        ],
        d =>
        {
            var (from, to, rate) = (d.Need("from"), d.Need("to"), d.Get<decimal>("rate"));
            if (from == to) d.Problem("to", $"is {to}, as from is");
            if (rate <= 0) d.Problem("rate", $"{Parts.Text(rate)} is not above zero");
            else if (rate > RateMax) d.Problem("rate", $"{Parts.Text(rate)} is too large; at most {Parts.Text(RateMax)}");
            else if (rate * Rates.PartsOfRate is var parts && parts != decimal.Truncate(parts)) d.Problem("rate", $"{rate} has more than 10 decimals");
            return new RateInput.Told { Key = "", On = d.NeedDate("on"), From = from, To = to, Rate = rate };
        }),
        InputKind.Of("fx_rate_withdrawn", "a rate of exchange is taken back", false,
        [Need("fx_rate", FieldType.Text, "the rate's key") with { IsName = true }, May("reason", FieldType.Text, "why")],
        d => new RateInput.Withdrawn { Key = "", FxRate = d.Need("fx_rate"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events =
        [new("rate_told", RateJson.Default.Told), new("rate_withdrawn", RateJson.Default.Withdrawn)];

    internal static Refused? Handle(Rates rates, RateInput input, List<Event> events)
    {
        switch (input)
        {
            case RateInput.Told i:
                events.Add(new RateEvent.Told(i.On, i.From, i.To, (long)(i.Rate * Rates.PartsOfRate)));
                return null;
            case RateInput.Withdrawn i:
                if (rates.Find(i.FxRate) is null) return ControllingChapter.Unknown("fx_rate", i.FxRate);
                events.Add(new RateEvent.Withdrawn(i.FxRate, i.Reason));
                return null;
            default: throw new InvariantBrokenException($"{input.GetType().Name} is no input of a rate");
        }
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RateEvent.Told))]
[JsonSerializable(typeof(RateEvent.Withdrawn))]
internal sealed partial class RateJson : JsonSerializerContext;
