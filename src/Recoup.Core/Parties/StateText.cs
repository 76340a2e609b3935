using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>A stored state for a person to read: JSON, under the names that its form gives. Nothing reads it back.</summary>
public static class StateText
{
    /// <summary>Throws <see cref="StateDamagedException"/> where the bytes are no state of this version.</summary>
    public static string Of(ReadOnlySpan<byte> state)
    {
        var mark = state.IsEmpty ? 0 : state[0];
        if (mark == StateCodec.PartyMark) return Of(StateCodec.DecodeParty(state));
        foreach (var kind in RowKinds.All)
            if (mark == kind.Mark) return kind.TextOf(state);
        throw new StateDamagedException("it is of no kind");
    }

    /// <summary>A state, whether it was stored yet or not.</summary>
    public static string Of<T>(T state) where T : IFormed<T>
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            new FormText(json).Object(state);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
