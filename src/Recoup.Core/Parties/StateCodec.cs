using System.Text.Json;
using System.Text.Json.Serialization;
using Recoup.Core.Contact;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Parties;

/// <summary>
/// States to bytes and back, in a versioned form: a store whose version is another throws its states away and
/// folds them again from the journal.
/// </summary>
public static class StateCodec
{
    /// <summary>Raise it whenever the form of any state changes, or the way it is folded.</summary>
    public const int Version = 6;

    public static byte[] Encode(PartyState state) => JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.PartyState);

    public static PartyState DecodeParty(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, StateJson.Default.PartyState)!;

    public static byte[] Encode(ItemState state) => JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.ItemState);

    public static ItemState DecodeItem(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, StateJson.Default.ItemState)!;

    public static byte[] Encode(CashState state) => JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.CashState);

    public static CashState DecodeCash(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, StateJson.Default.CashState)!;

    public static byte[] Encode(MessageState state) => JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.MessageState);

    public static MessageState DecodeMessage(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, StateJson.Default.MessageState)!;

    public static byte[] Encode(WorkItemState state) => JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.WorkItemState);

    public static WorkItemState DecodeWorkItem(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, StateJson.Default.WorkItemState)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PartyState))]
[JsonSerializable(typeof(ItemState))]
[JsonSerializable(typeof(CashState))]
[JsonSerializable(typeof(MessageState))]
[JsonSerializable(typeof(WorkItemState))]
internal sealed partial class StateJson : JsonSerializerContext;
