using System.Text.Json.Serialization;
using Recoup.Core.Events;

namespace Recoup.Core.Parties;

/// <summary>What happened to a party as a whole.</summary>
public abstract record PartyEvent : Event
{
    private PartyEvent() { }

    /// <summary>
    /// Another party turned out to be the same customer: all that it had, with its accounts, is this party's from that day on.
    /// <see cref="Seq"/> is the place of its last event in its own partition, a <see cref="Left"/>; what it had is folded from there.
    /// The accounts are named for who follows one of them back.
    /// </summary>
    public sealed record Joined(string Party, long Seq, IReadOnlyList<string> Accounts, string? Reason) : PartyEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>The party became part of another: nothing is its own any more, and nothing happens to it after this.</summary>
    public sealed record Left(string Into) : PartyEvent;

    /// <summary>The party's key was destroyed; what it sealed can no longer be read.</summary>
    public sealed record Erased(string Reason) : PartyEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }
}

/// <summary>Their names in the journal.</summary>
internal static class PartyEvents
{
    internal static readonly EventKind[] All =
    [
        new("party_joined", PartyJson.Default.Joined), new("party_left", PartyJson.Default.Left), new("party_erased", PartyJson.Default.Erased),
    ];
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PartyEvent.Joined))]
[JsonSerializable(typeof(PartyEvent.Left))]
[JsonSerializable(typeof(PartyEvent.Erased))]
internal sealed partial class PartyJson : JsonSerializerContext;
