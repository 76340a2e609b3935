using Recoup.Core.Foundation;

namespace Recoup.Core.Cells;

/// <summary>What the values of a measure are, and so what may be asked of it.</summary>
public enum MeasureSort
{
    /// <summary>Changes of something that stands: summed up to a day, never over a window. Minor units.</summary>
    Stock,

    /// <summary>Amounts that happened on a day, minor units of the cell's currency; where the measure says of what, they are counted too.</summary>
    Money,

    /// <summary>How often something happened; it has no currency.</summary>
    Count,

    /// <summary>
    /// A histogram: things that happened on a day, by how many days each had taken until then (<see cref="CellKey.CountDays"/>), counted and with their
    /// amounts. Cells of the same number of days may be summed, so a distribution over any window follows from them.
    /// </summary>
    Days,

    /// <summary>
    /// Changes of a number of things that stand, such as customers: summed up from the first day on. They have no currency, and as they change
    /// seldom no month ends are kept of them.
    /// </summary>
    Standing,

    /// <summary>The same with a currency: an amount that stands, or, where the measure says of what, a number of things.</summary>
    StandingIn,
}

/// <summary>
/// What is added up over events, by business day and dimensions. Each is declared once, in the chapter that adds to it, and is in that
/// chapter's list of measures. A measure is additive: two cells of it may be summed, so partitions and days add up.
/// </summary>
public sealed class Measure
{
    /// <param name="number">A cell is stored with one byte of it.</param>
    internal Measure(int number, string name, MeasureSort sort, string? counts, IReadOnlyList<Dimension> own)
    {
        Invariant.Holds(own.Count == 0 || sort is MeasureSort.Money or MeasureSort.Count,
            "month ends and days are kept by the dimensions of all measures alone");
        (Number, Name, Sort, Counts, Own) = (number, name, sort, counts, own);
    }

    /// <summary>By which cells are stored; never changed, and never given to another. 1 to 255.</summary>
    public int Number { get; }

    /// <summary>By which formulas, files and lists call it.</summary>
    public string Name { get; }

    public MeasureSort Sort { get; }

    /// <summary>What its counts are of, in the plural; null: it has amounts alone.</summary>
    public string? Counts { get; }

    /// <summary>The dimensions that it has beside those of all measures, in the order in which its cells name them. None of a stock.</summary>
    public IReadOnlyList<Dimension> Own { get; }

    public bool IsStock => Sort == MeasureSort.Stock;

    /// <summary>A number that stands: <c>start</c> and <c>end</c> of a window say something, and no sum over it.</summary>
    public bool IsStanding => Sort is MeasureSort.Standing or MeasureSort.StandingIn;

    /// <summary>It has no currency.</summary>
    public bool IsWithoutMoney => Sort is MeasureSort.Count or MeasureSort.Standing;

    /// <summary>Its sum over a window is an amount.</summary>
    public bool IsSummed => Sort is MeasureSort.Money or MeasureSort.Days;

    /// <summary>Its count over a window says something.</summary>
    public bool IsCounted => !IsStock && !IsStanding && Counts is not null;

    /// <summary>
    /// It is told out of books, for a portfolio, and does not follow from what was done with customers: it has no segment, and where nothing of it
    /// was told it is not zero but not known.
    /// </summary>
    public bool IsTold { get; private init; }

    internal Measure Told() => new(Number, Name, Sort, Counts, Own) { IsTold = true };

    public bool Has(Dimension dimension) => dimension.IsOfAll ? !(IsTold && dimension == Dimension.Segment) : Own.Contains(dimension);

    /// <summary>Where its cells name the value of one of its own dimensions (<see cref="OwnValues.At"/>).</summary>
    public int PlaceOf(Dimension own)
    {
        for (var place = 0; place < Own.Count; place++)
            if (Own[place] == own) return place;
        throw new InvariantBrokenException($"{this} was asked for its {own}, which it has not");
    }

    public static Measure Stock(int number, string name) => new(number, name, MeasureSort.Stock, null, []);

    /// <param name="counts">What its counts are of, in the plural; null: it has amounts alone.</param>
    public static Measure Money(int number, string name, string? counts, params IReadOnlyList<Dimension> own) =>
        new(number, name, MeasureSort.Money, counts, own);

    /// <param name="counts">What is counted, in the plural.</param>
    public static Measure Count(int number, string name, string counts, params IReadOnlyList<Dimension> own) =>
        new(number, name, MeasureSort.Count, counts, own);

    /// <summary>A histogram by whole days, from each cell's reference day on; see <see cref="MeasureSort.Days"/>.</summary>
    /// <param name="counts">What is counted, in the plural; null: it has amounts alone.</param>
    public static Measure Days(int number, string name, string? counts) => new(number, name, MeasureSort.Days, counts, []);

    /// <param name="counts">What stands, in the plural.</param>
    public static Measure Standing(int number, string name, string counts) => new(number, name, MeasureSort.Standing, counts, []);

    /// <param name="counts">What stands, in the plural; null: an amount.</param>
    public static Measure StandingIn(int number, string name, string? counts) => new(number, name, MeasureSort.StandingIn, counts, []);

    /// <summary>Another where its cells would be others.</summary>
    public string Description => $"{Number} {Name} {Sort} {string.Join(' ', Own)}";

    public override string ToString() => Name;
}
