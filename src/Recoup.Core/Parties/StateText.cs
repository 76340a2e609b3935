using System.Text.Json;
using System.Text.Json.Serialization;
using Recoup.Core.Contact;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Parties;

/// <summary>A stored state for a person to read: JSON, under the short names that the states' properties bear. Nothing reads it back.</summary>
public static class StateText
{
    /// <summary>Throws <see cref="StateDamagedException"/> where the bytes are no state of this version.</summary>
    public static string Of(ReadOnlySpan<byte> state)
    {
        var mark = state.IsEmpty ? 0 : state[0];
        if (mark == (byte)StateKind.Party) return Of(StateCodec.DecodeParty(state));
        foreach (var kind in RowKinds.All)
            if (mark == kind.Mark) return JsonSerializer.Serialize(kind.DecodeRow(state), kind.StateType, StateJson.Default);
        throw new StateDamagedException("it is of no kind");
    }

    /// <summary>The header of a party, whether it was stored yet or not.</summary>
    public static string Of(PartyState state) => JsonSerializer.Serialize(state, StateJson.Default.PartyState);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PartyState))]
[JsonSerializable(typeof(ItemState))]
[JsonSerializable(typeof(CashState))]
[JsonSerializable(typeof(MessageState))]
[JsonSerializable(typeof(WorkItemState))]
internal sealed partial class StateJson : JsonSerializerContext;
