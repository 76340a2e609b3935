using System.Text;
using System.Text.Json;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Receivables;

namespace Recoup.Tests.Properties;

/// <summary>The kinds of events that are written and read by hand are written and read as the serializer does it, to the byte.</summary>
public sealed class EventProperties
{
    private static readonly Type[] Hot = [typeof(InvoiceEvent.Issued), typeof(PaymentEvent.Received), typeof(DecisionEvent.Made), typeof(AccountEvent.Opened)];

    private static byte[] Serialized(Event e) => JsonSerializer.SerializeToUtf8Bytes(e, EventCodec.All.Single(k => k.Info.Type == e.GetType()).Info);

    private static Event? Deserialized(Type type, byte[] payload)
    {
        try { return (Event?)JsonSerializer.Deserialize(payload, EventCodec.All.Single(k => k.Info.Type == type).Info); }
        catch (JsonException) { return null; }
    }

    private static string KindOf(Type type) => EventCodec.All.Single(k => k.Info.Type == type).Name;

    [Fact]
    public void Any_event_has_the_bytes_that_the_serializer_makes_of_it()
    {
        foreach (var type in EventCodec.All.Select(k => k.Info.Type))
            for (var seed = 0; seed < 200; seed++)
            {
                var e = (Event)new Filling(seed).Of(type);
                var (kind, version, payload) = EventCodec.Encode(e);
                Encoding.UTF8.GetString(payload).ShouldBe(Encoding.UTF8.GetString(Serialized(e)), $"{kind}, seed {seed}");
                Encoding.UTF8.GetString(Serialized(EventCodec.Decode(kind, version, payload)))
                    .ShouldBe(Encoding.UTF8.GetString(payload), $"{kind}, seed {seed}");
            }
    }

    /// <summary>Of plain texts, so that it is not the serializer's work that is looked at.</summary>
    [Fact]
    public void A_hot_event_of_plain_texts_is_written_and_read_by_hand()
    {
        foreach (var type in Hot)
        {
            var (written, read) = (0, 0);
            for (var seed = 1; seed < 200; seed++)
            {
                var e = (Event)new Filling(seed, plain: true).Of(type);
                var payload = Serialized(e);
                if (HotEvents.Encode(e) is { } bytes)
                {
                    written++;
                    Encoding.UTF8.GetString(bytes).ShouldBe(Encoding.UTF8.GetString(payload));
                }
                if (HotEvents.Decode(KindOf(type), payload) is { } decoded)
                {
                    read++;
                    Encoding.UTF8.GetString(Serialized(decoded)).ShouldBe(Encoding.UTF8.GetString(payload));
                }
            }
            // Lines, documents and the largest numbers are left to the serializer.
            written.ShouldBeGreaterThan(20, $"{type.Name} written by hand");
            read.ShouldBeGreaterThan(20, $"{type.Name} read by hand");
        }
    }

    [Fact]
    public void Every_sign_of_a_text_is_written_as_the_serializer_writes_it()
    {
        for (var sign = 0; sign < 0x300; sign++)
        {
            var e = new InvoiceEvent.Issued($"a{(char)sign}b", new DateOnly(2026, 1, 2), new DateOnly(2026, 2, 1), 100, "EUR")
            {
                Terms = ((char)sign).ToString(),
            };
            EventCodec.Encode(e).Payload.ShouldBe(Serialized(e), $"sign {sign}");
            EventCodec.Decode("invoice_issued", 1, Serialized(e)).ShouldBe(e, $"sign {sign}");
        }
    }

    /// <summary>What is read by hand must be nothing that the serializer would refuse or read otherwise, whatever stands there.</summary>
    [Fact]
    public void A_payload_with_a_byte_changed_is_read_as_the_serializer_reads_it()
    {
        foreach (var type in Hot)
            for (var seed = 1; seed < 12; seed++)
            {
                var payload = Serialized((Event)new Filling(seed, plain: true).Of(type));
                for (var at = 0; at < payload.Length; at++)
                    foreach (var value in "\"\\0-9 ,:}{.e+Z\u0001"u8)
                    {
                        var changed = (byte[])payload.Clone();
                        changed[at] = value;
                        if (HotEvents.Decode(KindOf(type), changed) is not { } hot) continue;
                        var other = Deserialized(type, changed);
                        var text = Encoding.UTF8.GetString(changed);
                        other.ShouldNotBeNull($"the serializer refuses {text}");
                        Encoding.UTF8.GetString(Serialized(hot)).ShouldBe(Encoding.UTF8.GetString(Serialized(other)), text);
                    }
                for (var length = 0; length < payload.Length; length++) HotEvents.Decode(KindOf(type), payload.AsSpan(0, length)).ShouldBeNull();
            }
    }
}
