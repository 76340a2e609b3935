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
    public static string Of(ReadOnlySpan<byte> state) => StateCodec.KindOf(state) switch
    {
        StateKind.Party => Of(StateCodec.DecodeParty(state)),
        StateKind.Item => JsonSerializer.Serialize(StateCodec.DecodeItem(state), StateJson.Default.ItemState),
        StateKind.Cash => JsonSerializer.Serialize(StateCodec.DecodeCash(state), StateJson.Default.CashState),
        StateKind.Message => JsonSerializer.Serialize(StateCodec.DecodeMessage(state), StateJson.Default.MessageState),
        _ => JsonSerializer.Serialize(StateCodec.DecodeWorkItem(state), StateJson.Default.WorkItemState),
    };

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
