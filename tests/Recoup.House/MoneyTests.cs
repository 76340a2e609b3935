namespace Recoup.House;

/// <summary>Money is whole minor units or decimal; a binary fraction never comes near it.</summary>
public sealed class MoneyTests
{
    /// <summary>Type.Member to why it may. Empty, and hard to get into.</summary>
    private static readonly IReadOnlyDictionary<string, string> Allowed = new Dictionary<string, string>(StringComparer.Ordinal);

    private static readonly Type[] Floating = [typeof(double), typeof(float), typeof(Half), typeof(System.Numerics.Complex)];

    [Fact]
    public void There_is_no_floating_point_in_Core() => CompiledCode.Of(CompiledCode.Core)
        .Where(m => Floating.Contains(m.Type) && !Allowed.ContainsKey(m.Where))
        .Select(m => m.ToString() + (m.By is { } op ? $" ({op.Name}{(m.Member is null ? "" : $" {m.Member.DeclaringType?.Name}.{m.Member.Name}")})" : ""))
        .Distinct(StringComparer.Ordinal).ShouldBeEmpty();

    [Fact]
    public void Sums_that_do_not_fit_stop_the_program() =>
        Repository.Read("Directory.Build.props").ShouldContain("<CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>");
}
