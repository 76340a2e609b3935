using Recoup.Core.Parties;

namespace Recoup.Core;

/// <summary>A stored state for a person to read: JSON, under the names that its form gives. Nothing reads it back.</summary>
public static class StateText
{
    /// <summary>Throws <see cref="StateDamagedException"/> where the bytes are no state of this version.</summary>
    public static string Of(ReadOnlySpan<byte> state)
    {
        var mark = state.IsEmpty ? 0 : state[0];
        if (mark == StateCodec.PartyMark) return Of(StateCodec.DecodeParty(state));
        foreach (var kind in Chapters.Rows)
            if (mark == kind.Mark) return kind.TextOf(state);
        throw new StateDamagedException("it is of no kind");
    }

    /// <summary>A state, whether it was stored yet or not.</summary>
    public static string Of(PartyState state) => StoredState.TextOf(new WholeParty(state));
}
