using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Recovery;
using Recoup.Storage;

namespace Recoup.Simulation.Weather;

/// <summary>One row as it is told: inputs that are taken together, and what must come of it.</summary>
/// <param name="Expected">The refusals that fit; empty: it must be taken.</param>
public sealed record Told(IReadOnlyList<Input> Inputs, params IReadOnlyList<Refusal> Expected)
{
    public static Told Fact(Input input) => new([input]);

    /// <summary>It names the person, so that nobody may keep it once they are forgotten.</summary>
    public bool Identifies =>
        Inputs.Any(i => i is AccountInput.Set or ContactInput.PointSet or PromiseInput.Made or ContactInput.Made or ConsentInput.Said { Address: not null });

    /// <summary>The early end of a hold that is told late: where the hold has run out by itself meanwhile nothing can come of it any more.</summary>
    internal bool IsLateRelease(DateOnly day) => Inputs is [HoldInput.Released release] && release.On < day;

    /// <summary>Whether this came of it as it should.</summary>
    /// <param name="forgotten">The person was erased by now.</param>
    /// <param name="day">On which it is told.</param>
    internal bool Fits(UnitResult result, bool forgotten, DateOnly day)
    {
        if (result.Refused?.Refusal == Refusal.UnknownHold && IsLateRelease(day)) return true;
        // Told again after the erasure, it is refused before anybody looks whether it was known.
        if (forgotten && Identifies && result.Refused?.Refusal == Refusal.PartyErased) return true;
        return Expected.Count == 0 ? result.Status != UnitStatus.Refused : result.Status == UnitStatus.Refused && Expected.Contains(result.Refused!.Refusal);
    }

    public override string ToString() => string.Join(" + ", Inputs.Select(i => $"{InputKinds.NameOf(i)} {i.Key}"));
}
