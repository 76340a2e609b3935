using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;

namespace Recoup.Core;

/// <summary>
/// States to bytes and back, by the form that each declares (<see cref="IFormed{T}"/>), behind a byte that tells the kind. The bytes have
/// neither names nor gaps. The same state makes the same bytes, since the audit compares bytes; <see cref="StateText"/> shows them to a
/// person. A store whose <see cref="Version"/> is another throws its states away and folds them again from the journal.
/// </summary>
public static class StateCodec
{
    /// <summary>Raise it whenever states are folded otherwise than before from the same events: their forms tell of themselves.</summary>
    private const int Folding = 10;

    /// <summary>The first byte of a party's header.</summary>
    internal const byte PartyMark = (byte)'P';

    /// <summary>
    /// Another where the form of any state is another, the words that they share, the measures whose cells are folded beside them, or the way
    /// in which they are folded.
    /// </summary>
    public static string Version { get; } = $"{Folding}-{FormDescription.DigestOf(string.Join('\n',
        Chapters.Rows.Select(static kind => kind.Describe()).Prepend(FormDescription.Of<WholeParty>())
            .Append(string.Join(' ', StateWords.Common)).Append(MeasureList.Description)))}";

    public static byte[] Encode(PartyState state) => StoredState.Written(PartyMark, new WholeParty(state)).End();

    /// <summary>Whether these are the bytes of that state.</summary>
    public static bool IsOf(ReadOnlySpan<byte> bytes, PartyState state) => StoredState.Written(PartyMark, new WholeParty(state)).EndsAs(bytes);

    /// <summary>Throws <see cref="StateDamagedException"/> where the bytes are no such state.</summary>
    public static PartyState DecodeParty(ReadOnlySpan<byte> bytes) => StoredState.Read<WholeParty>(PartyMark, bytes).State;
}

/// <summary>A header with the slices that chapters keep in it.</summary>
internal readonly record struct WholeParty(PartyState State) : IFormed<WholeParty>
{
    public static WholeParty Blank => new(PartyState.Blank);

    public static WholeParty Form<TForm>(ref TForm f, WholeParty v) where TForm : IForm, allows ref struct
    {
        PartyState.Form(ref f, v.State);
        f.BeginRare(Chapters.Slices.Count);
        foreach (var kind in Chapters.Slices) kind.Form(ref f, v.State);
        f.EndRare();
        return v;
    }
}
