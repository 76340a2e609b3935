using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Tests.Stores;

/// <summary>Rows of a kind that no part of Recoup has heard of.</summary>
internal sealed record MadeUpPlan : IFormed<MadeUpPlan>
{
    public required string Id { get; init; }
    public required long Parts { get; init; }
    public required string Owner { get; init; }
    public required long Weight { get; init; }

    public static readonly RowKind<string, MadeUpPlan> Kind = new("pay_plan", RowKeys.Text("id"), static p => p.Id,
        RowColumn<MadeUpPlan>.Integer("parts", static p => p.Parts),
        RowColumn<MadeUpPlan>.Text("owner", static p => p.Owner),
        RowColumn<MadeUpPlan>.Real("weight", static p => p.Weight))
    {
        Mark = (byte)'Y', IsFoundAlone = true, Indexes = [new("heaviest", "weight DESC, id", "parts > 0")],
    };

    public static MadeUpPlan Blank => new() { Id = "", Parts = 0, Owner = "", Weight = 0 };

    public static MadeUpPlan Form<TForm>(ref TForm f, MadeUpPlan v) where TForm : IForm, allows ref struct => new()
    {
        Id = f.Text("id", v.Id), Parts = f.Long("parts", v.Parts), Owner = f.Text("owner", v.Owner), Weight = f.Long("weight", v.Weight),
    };
}
