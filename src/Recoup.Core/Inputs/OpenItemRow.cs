using Recoup.Core.Foundation;

namespace Recoup.Core.Inputs;

/// <summary>
/// One open item of a file that lists everything that is open. Where there are problems, nothing but the line, the
/// problems and the raw row means anything.
/// </summary>
/// <param name="Line">1-based line of the file on which the row begins.</param>
/// <param name="Balance">What is open of it; zero where the file says that it is settled.</param>
/// <param name="Set">What the file tells about the account besides; null where its mapping takes nothing of that.</param>
/// <param name="Problems">Why the row can't be taken.</param>
/// <param name="Raw">The row as it stands in the file, card numbers masked, cut to a bounded length; for the rejects.</param>
public sealed record OpenItemRow(
    long Line, string Account, string Number, DateOnly IssuedOn, DateOnly DueOn, Money Balance, Input.AccountSet? Set,
    IReadOnlyList<InputProblem> Problems, string Raw);
