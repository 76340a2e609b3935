using Recoup.Core.Parties;

namespace Recoup.Tests.Stores;

/// <summary>Rows of a kind that no part of Recoup has heard of.</summary>
internal sealed class MadeUpPlan
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
        Mark = (byte)'Y', Encode = Encode, Decode = Decode, Matches = static (bytes, p) => bytes.SequenceEqual(Encode(p)),
        IsFoundAlone = true, Indexes = [new("heaviest", "weight DESC, id", "parts > 0")],
    };

    private static byte[] Encode(MadeUpPlan plan)
    {
        var w = StateWriter.Begin((byte)'Y');
        w.Text(plan.Id);
        w.Long(plan.Parts);
        w.Text(plan.Owner);
        w.Long(plan.Weight);
        return w.End();
    }

    private static MadeUpPlan Decode(ReadOnlySpan<byte> bytes)
    {
        var r = new StateReader(bytes, (byte)'Y');
        var plan = new MadeUpPlan { Id = r.Text(), Parts = r.Long(), Owner = r.Text(), Weight = r.Long() };
        r.End();
        return plan;
    }
}
