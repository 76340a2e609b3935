namespace Recoup.Core.Inputs;

/// <summary>
/// One row of a file, read and mapped. A row with problems gives no inputs: it is taken whole or rejected whole.
/// </summary>
/// <param name="Line">1-based line of the file on which the row begins.</param>
/// <param name="Inputs">In the order in which they must be taken; empty where there are problems or nothing applies.</param>
/// <param name="Problems">Why the row can't be taken.</param>
/// <param name="Raw">The row as it stands in the file, card numbers masked, cut to a bounded length; for the rejects.</param>
public sealed record InputRow(long Line, IReadOnlyList<Input> Inputs, IReadOnlyList<InputProblem> Problems, string Raw)
{
    /// <summary>What its sender should know of a row that is taken: what was left out of it.</summary>
    public IReadOnlyList<InputProblem> Notes { get; init; } = [];
}
