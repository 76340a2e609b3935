namespace Recoup.Core.Cells;

/// <summary>
/// By what figures may be split. Portfolio and currency every measure has, segment all but those that are told out of books
/// (<see cref="Measure.IsTold"/>), and currency always splits; the others are of the measures that name them. A new one is a line here, and in each
/// measure that has it.
/// </summary>
public sealed class Dimension
{
    private Dimension(string name, bool isOfAll = false) => (Name, IsOfAll) = (name, isOfAll);

    public static readonly Dimension Portfolio = new("portfolio", isOfAll: true);

    public static readonly Dimension Segment = new("segment", isOfAll: true);

    /// <summary>How somebody was reached: email, sms, call or letter.</summary>
    public static readonly Dimension Channel = new("channel");

    /// <summary>Who acted, or was to: an agent as inputs name them. Nobody's is what Recoup did by itself, and what nobody was named for.</summary>
    public static readonly Dimension Owner = new("owner");

    /// <summary>Why something is contested: the code of a dispute's reason.</summary>
    public static readonly Dimension Code = new("code");

    /// <summary>What a cost was for, as the input <c>cost</c> lists it.</summary>
    public static readonly Dimension Kind = new("kind");

    public static readonly IReadOnlyList<Dimension> All = [Portfolio, Segment, Channel, Owner, Code, Kind];

    /// <summary>As questions, files and rows write it.</summary>
    public string Name { get; }

    /// <summary>Measures have it without naming it.</summary>
    public bool IsOfAll { get; }

    /// <summary>Each once; null and the problem, for people, where one is none.</summary>
    public static IReadOnlyList<Dimension>? Parse(IEnumerable<string> names, out string problem)
    {
        var found = new List<Dimension>();
        problem = "";
        foreach (var name in names.Distinct())
        {
            if (Find(name) is { } dimension) found.Add(dimension);
            else problem = $"takes {string.Join(", ", All)}, not '{(name.Length <= 40 ? name : name[..40] + "…")}'";
            if (problem.Length > 0) return null;
        }
        return found;
    }

    public static Dimension? Find(string name) => All.FirstOrDefault(d => d.Name == name);

    public override string ToString() => Name;
}
