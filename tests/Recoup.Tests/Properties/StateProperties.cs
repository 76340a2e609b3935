using System.Text.Json;
using Recoup.Core;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;

namespace Recoup.Tests.Properties;

/// <summary>States are stored without loss, in one form only, and what Recoup did not write is never taken for a state.</summary>
public sealed class StateProperties
{
    private static readonly (string Name, Type Type, Func<object, byte[]> Encode, Func<object, string> Text)[] Kinds =
    [
        ("party", typeof(PartyState), s => StateCodec.Encode((PartyState)s), s => StateText.Of((PartyState)s)),
        .. Chapters.Rows.Select(kind => (kind.Table, kind.StateType, EncoderOf(kind), TextOf(kind))),
    ];

    // Whoever writes rows knows their type.
    private static Func<object, byte[]> EncoderOf(RowKind kind)
    {
        var encode = kind.GetType().GetMethod("Encode")!;
        return s => (byte[])encode.Invoke(kind, [s])!;
    }

    private static Func<object, string> TextOf(RowKind kind)
    {
        var encode = EncoderOf(kind);
        return s => kind.TextOf(encode(s));
    }

    /// <summary>Every property that can be set, by another hand than the form's: one that the form forgot is missing after the way there and back.</summary>
    private static readonly JsonSerializerOptions ByProperties = new()
    {
        IgnoreReadOnlyProperties = true,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                static info =>
                {
                    // What an intent brings is of the kind that it is of.
                    if (info.Type == typeof(IntentBody))
                        info.PolymorphismOptions = new() { DerivedTypes = { new(typeof(IntentBody.Letter), "letter"),
                            new(typeof(IntentBody.Document), "document") } };
                    if (info.Type != typeof(PartyState)) return;
                    foreach (var property in info.Properties.Where(p => Filling.NeverStored.Contains(p.Name)).ToList()) info.Properties.Remove(property);
                },
            },
        },
    };

    private static string Everything(object state) => JsonSerializer.Serialize(state, state.GetType(), ByProperties)
        + (state is not PartyState party ? "" : string.Concat(Chapters.Slices.Select(kind => party.SliceAt(kind.Place))
            .Where(slice => slice is { IsEmpty: false }).Select(slice => Everything(slice!))));

    private static object Decode(string kind, byte[] bytes) =>
        kind == "party" ? StateCodec.DecodeParty(bytes) : Chapters.Rows.Single(k => k.Table == kind).DecodeRow(bytes);

    [Fact]
    public void Whatever_a_state_holds_is_read_back()
    {
        foreach (var (name, type, encode, text) in Kinds)
            for (var seed = 0; seed < 400; seed++)
            {
                // The first has everything, and everything different.
                var state = new Filling(seed).Of(type);
                var bytes = encode(state);
                var again = Decode(name, bytes);
                Everything(again).ShouldBe(Everything(state), $"{name}, seed {seed}");
                StateText.Of(bytes).ShouldBe(text(state), $"{name}, seed {seed}");
                encode(again).ShouldBe(bytes, $"{name}, seed {seed}");
            }
    }

    [Fact]
    public void A_state_cut_short_or_drawn_out_is_refused()
    {
        foreach (var (name, type, encode, _) in Kinds)
        {
            var bytes = encode(new Filling(0).Of(type));
            for (var length = 0; length < bytes.Length; length++)
                Should.Throw<StateDamagedException>(() => Decode(name, bytes[..length]), $"{name} cut after {length} of {bytes.Length} bytes");
            Should.Throw<StateDamagedException>(() => Decode(name, [.. bytes, 0]), $"{name} with a byte more");
            foreach (var other in Kinds)
                if (other.Name != name) Should.Throw<StateDamagedException>(() => Decode(other.Name, bytes), $"{name} read as {other.Name}");
        }
    }

    [Fact]
    public void A_state_with_a_byte_changed_is_refused_or_is_another_state_and_nothing_else_breaks()
    {
        foreach (var (name, type, encode, _) in Kinds)
            for (var seed = 0; seed < 4; seed++)
            {
                // Seed 0 holds everything: of the others a fifth of the bytes, other ones each.
                var (first, step) = seed == 0 ? (0, 1) : Long.IsAsked ? (0, 1) : (seed, 5);
                var state = new Filling(seed).Of(type);
                var bytes = encode(state);
                var before = Everything(state);
                var refused = 0;
                for (var at = first; at < bytes.Length; at += step)
                    foreach (var value in new[] { (byte)(bytes[at] ^ 1), (byte)(bytes[at] ^ 0x80), (byte)0, (byte)255 })
                    {
                        if (value == bytes[at]) continue;
                        var changed = (byte[])bytes.Clone();
                        changed[at] = value;
                        var what = $"{name}, seed {seed}, byte {at} of {bytes.Length} {bytes[at]} made {value}";
                        try { Everything(Decode(name, changed)).ShouldNotBe(before, what); }
                        catch (StateDamagedException) { refused++; }
                    }
                refused.ShouldBeGreaterThan(0);
            }
    }

    [Fact]
    public void States_of_random_histories_cut_short_are_refused() =>
        Many.Histories(2, seed => RandomHistory.Of(8100 + seed, new Weather { Days = 40, Documents = true }), history =>
    {
        using var play = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody }.Do(history);
        foreach (var (name, _, encode, _) in Kinds)
        {
            using var s = play.Store.Own($"SELECT state FROM {name}");
            while (s.Step())
            {
                var bytes = s.Blob(0).ToArray();
                encode(Decode(name, bytes)).ShouldBe(bytes, name);
                for (var length = 0; length < bytes.Length; length++) Should.Throw<StateDamagedException>(() => Decode(name, bytes[..length]));
            }
        }
    });
}
