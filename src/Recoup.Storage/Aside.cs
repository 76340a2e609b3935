using Recoup.Core.Inputs;

namespace Recoup.Storage;

/// <summary>
/// Takes units of one kind of work, an import or a dispatch, so that what fails alone is set aside while all others are
/// taken, and what was set aside before is so no longer once it goes through.
/// </summary>
/// <param name="work">As <see cref="SetAsides"/> names it.</param>
/// <param name="subjectOf">Tells a party's work of this kind apart: the key of an input, the id of a message.</param>
internal sealed class Aside(Door door, string work, Func<Input, string> subjectOf)
{
    // Most often there is none, and then nothing is looked for.
    private readonly HashSet<(string Party, string Subject)> noted = SetAsides.Of(door.Store, work);

    public BatchResult Take(IReadOnlyList<InputUnit> units)
    {
        var result = new BatchResult();
        door.TakeOrSetAside(Together(units), result);
        return result;
    }

    public TakenTogether Together(IReadOnlyList<InputUnit> units) => new(units.Count, _ => units, noted.Count == 0 ? null : result => Clear(units, result))
    {
        Halves = () => (Together([.. units.Take(units.Count / 2)]), Together([.. units.Skip(units.Count / 2)])),
        SetAside = e => Note(units[0], e),
    };

    /// <summary>Writes down that a unit failed.</summary>
    public UnitResult Note(InputUnit unit, Exception e)
    {
        var input = unit.Inputs[0];
        Note(SetAsides.PartyOf(door.Store, input), subjectOf(input), e);
        return new UnitResult(unit.Line, UnitStatus.SetAside, null, []) { Cause = SetAsides.CauseOf(e) };
    }

    public void Note(string party, string subject, Exception e) =>
        door.Store.Atomically(() => SetAsides.Note(door.Store, party, work, subject, e, door.Clock));

    /// <summary>Within the transaction that takes them.</summary>
    private bool Clear(IReadOnlyList<InputUnit> units, BatchResult result)
    {
        for (var i = 0; i < units.Count; i++)
        {
            if (result.Units[i].Status is not (UnitStatus.Accepted or UnitStatus.Unchanged)) continue;
            var subject = subjectOf(units[i].Inputs[0]);
            foreach (var (party, aside) in noted)
                if (aside == subject) SetAsides.Clear(door.Store, party, work, aside);
        }
        return true;
    }
}
