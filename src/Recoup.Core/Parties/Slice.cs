using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>
/// What one business thing keeps of a party: its promises, its holds. A slice knows the party, and the party knows of slices no more than
/// that there are some. It is stored in the party's header, where a party without it pays one bit.
/// </summary>
public abstract class Slice
{
    /// <summary>There is nothing in it that must be stored.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>What took effect by itself since the last day is counted. The party stands on <paramref name="to"/> already.</summary>
    public virtual void Advance(PartyState party, DateOnly from, DateOnly to)
    {
    }

    /// <summary>Rows beside the header that whatever is told may change through the slice.</summary>
    public virtual void Need(RowsNeeded needed)
    {
    }

    /// <summary>A run looks at the party as of a day: what time made of the slice is recorded, each on the day on which it came to be so.</summary>
    public virtual void Judge(Handling work, DateOnly asOf)
    {
    }

    /// <summary>Something about an account was told and taken: what it made good of the slice is recorded, or undid.</summary>
    public virtual void JudgeTold(Handling work)
    {
    }

    /// <summary>The person is about to be erased: what can't be done for them any more is recorded as ended.</summary>
    public virtual void End(Handling work)
    {
    }

    /// <summary>Days on which time alone may change something of it, those gone by too; in no order.</summary>
    public virtual IEnumerable<DateOnly> Days => [];

    /// <summary>Takes in all that the slice of another party has, which becomes part of this slice's.</summary>
    public abstract void Join(Slice other);
}

/// <summary>A kind of slice, declared once beside its class. The list of them at the root of Core gives the order in which they are stored.</summary>
public abstract class SliceKind
{
    private protected SliceKind(string name, int place) => (Name, Place) = (name, place);

    /// <summary>Its field's name in a header that a person reads.</summary>
    public string Name { get; }

    /// <summary>Its place in the list of chapters: in that order slices are stored, and hear that a day has come.</summary>
    internal int Place { get; }

    /// <summary>The class of its slices.</summary>
    internal abstract Type Class { get; }

    /// <summary>Gives the party's slice to the form and puts into the party what the form gives back.</summary>
    internal abstract void Form<TForm>(ref TForm form, PartyState party) where TForm : IForm, allows ref struct;
}

/// <summary>A kind of slice by its class.</summary>
public sealed class SliceKind<T>(string name, int place) : SliceKind(name, place) where T : Slice, IFormed<T>
{
    /// <summary>Null: the party has nothing of it.</summary>
    public T? Of(PartyState party) => (T?)party.SliceAt(Place);

    /// <summary>The party's, to be written to.</summary>
    public T In(PartyState party)
    {
        if (Of(party) is { } there) return there;
        var made = T.Blank;
        party.PutSlice(Place, made);
        return made;
    }

    internal override Type Class => typeof(T);

    internal override void Form<TForm>(ref TForm form, PartyState party)
    {
        var slice = Of(party);
        if (form.OneOrNull(Name, slice is { IsEmpty: false } ? slice : null) is { } read && !ReferenceEquals(read, slice)) party.PutSlice(Place, read);
    }
}
