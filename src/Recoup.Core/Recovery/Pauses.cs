using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Core.Recovery;

/// <summary>A hold, a promise or a dispute of a whole account that is over. A promise rests the dunning of all accounts in its portfolio.</summary>
public sealed record AccountPause(string Account, Pause Pause) : IFormed<AccountPause>
{
    public bool IsOf(string account) => Pause.Kind == PauseKind.Promise || Account == account;

    public static AccountPause Blank => new("", Pause.Blank);

    public static AccountPause Form<TForm>(ref TForm f, AccountPause v) where TForm : IForm, allows ref struct =>
        new(f.Word("account", v.Account), f.One("pause", v.Pause));
}

/// <summary>Holds, promises and disputes of whole accounts that are over, as long as a ladder may ask for them.</summary>
public sealed class PauseSlice : Slice, IFormed<PauseSlice>
{
    /// <summary>In order of their first day.</summary>
    public List<AccountPause> Pauses { get; set; } = [];

    public override bool IsEmpty => Pauses.Count == 0;

    public override void Advance(PartyState party, DateOnly from, DateOnly to) => PauseChapter.Forget(Pauses, to);

    public override void Join(Slice other)
    {
        foreach (var pause in ((PauseSlice)other).Pauses) Pauses.Insert(Pauses.FindLastIndex(p => p.Pause.From <= pause.Pause.From) + 1, pause);
    }

    public static PauseSlice Blank => new();

    public static PauseSlice Form<TForm>(ref TForm f, PauseSlice v) where TForm : IForm, allows ref struct
    {
        v.Pauses = f.List("pauses", v.Pauses);
        return v;
    }
}

/// <summary>
/// Holds, promises and disputes of whole accounts once they are over: the days on which they stood are kept, so that a
/// ladder counts by the calendar and not by what runs saw. Those of one item are the item's own (<see cref="ItemState.PausesOn"/>).
/// </summary>
public static class PauseChapter
{
    /// <summary>How long one is remembered after its end, days: longer than any ladder goes on.</summary>
    private const int DaysKept = 800;

    public static readonly SliceKind<PauseSlice> Slice = new("pauses", 4);

    extension(PartyState party)
    {
        /// <summary>Holds, promises and disputes of whole accounts that are over, in order of their first day.</summary>
        public IReadOnlyList<AccountPause> Pauses => Slice.Of(party)?.Pauses ?? (IReadOnlyList<AccountPause>)[];
    }

    internal static void Keep(PartyState state, string account, Pause pause)
    {
        if (pause.To <= pause.From || pause.To.DayNumber < state.AsOf.DayNumber - DaysKept) return;
        var pauses = Slice.In(state).Pauses;
        pauses.Insert(pauses.FindLastIndex(p => p.Pause.From <= pause.From) + 1, new AccountPause(account, pause));
    }

    internal static void Forget(List<AccountPause> pauses, DateOnly asOf) => pauses.RemoveAll(p => p.Pause.To.DayNumber < asOf.DayNumber - DaysKept);
}
