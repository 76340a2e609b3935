using System.Text;
using System.Text.Json.Nodes;
using Recoup.Core;
using Recoup.Core.Events;

namespace Recoup.Tests.Foundation;

/// <summary>A payload of an older version goes through every version between, in order, before it is read.</summary>
public sealed class UpcasterTests
{
    private static byte[] Change(byte[] payload, Action<JsonObject> change)
    {
        var o = JsonNode.Parse(payload)!.AsObject();
        change(o);
        return Encoding.UTF8.GetBytes(o.ToJsonString());
    }

    /// <summary>A real kind as if it had been written otherwise twice: amounts under another name, then a field that there was not.</summary>
    private static EventKind Changed()
    {
        var real = EventCodec.All.Single(k => k.Name == "written_off");
        return real with
        {
            Upcasters =
            [
                old => Change(old, o =>
                {
                    o["minor"] = o["cents"]!.DeepClone();
                    o.Remove("cents");
                }),
                old => Change(old, o => o["step"] = o["minor"]!.GetValue<long>() + 1),
            ],
        };
    }

    [Theory]
    [InlineData(1, """{"cents":700}""", """{"minor":700,"step":701}""")]
    [InlineData(2, """{"minor":7}""", """{"minor":7,"step":8}""")]
    [InlineData(3, """{"minor":7}""", """{"minor":7}""")]
    public void Each_version_is_lifted_to_the_one_that_is_written(int version, string payload, string wanted)
    {
        var kind = Changed();
        kind.Version.ShouldBe(3);
        Encoding.UTF8.GetString(EventCodec.Lift(kind, version, Encoding.UTF8.GetBytes(payload))).ShouldBe(wanted);
    }

    [Fact]
    public void A_version_before_the_first_and_one_after_the_last_are_no_payloads()
    {
        Should.Throw<JournalDamagedException>(() => EventCodec.Lift(Changed(), 0, "{}"u8)).Message.ShouldContain("has no version 0");
        foreach (var kind in EventCodec.All)
            Should.Throw<JournalDamagedException>(() => EventCodec.Decode(kind.Name, kind.Version + 1, "{}"u8)).Message.ShouldContain("is newer than");
    }
}
