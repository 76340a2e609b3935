using Recoup.Core.Accounts;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Core;

/// <summary>
/// One open item, or one credit, of a file that lists everything that is open. Where there are problems, account and
/// number are those that could be read, and the balance counts where <see cref="IsCounted"/> says so.
/// </summary>
/// <param name="Line">1-based line of the file on which the row begins.</param>
/// <param name="Balance">What is open of it; zero where the file says that it is settled; below zero for a credit.</param>
/// <param name="Set">What the file tells about the account besides; null where its mapping takes nothing of that.</param>
/// <param name="Problems">Why the row can't be taken.</param>
/// <param name="Raw">The row as it stands in the file, card numbers masked, cut to a bounded length; for the rejects.</param>
public sealed record OpenItemRow(
    long Line, string Account, string Number, DateOnly IssuedOn, DateOnly DueOn, Money Balance, AccountInput.Set? Set,
    IReadOnlyList<InputProblem> Problems, string Raw)
{
    /// <summary>What its sender should know of a row that is taken: what was left out of it.</summary>
    public IReadOnlyList<InputProblem> Notes { get; init; } = [];

    /// <summary>The balance could be read, though the row is rejected.</summary>
    public bool IsCounted { get; init; }

    /// <summary>It is no item: the list adds up its rows there, to the balance where <see cref="IsCounted"/> says that it could be read.</summary>
    public bool IsTotal { get; init; }

    /// <summary>More than this row could not be read: nobody knows what stood there.</summary>
    public bool IsLost { get; init; }
}
