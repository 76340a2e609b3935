using Recoup.Core.Foundation;

namespace Recoup.Core.Inputs;

/// <summary>What of an account's addresses a list has a column for and nothing in it.</summary>
[Flags]
public enum Withdrawn { Nothing = 0, Email = 1, Phone = 2, Address = 4 }

/// <summary>A row of a list that is followed: how the ledger names the invoice now.</summary>
/// <param name="Number">As the document has it; an item of Recoup may be named otherwise.</param>
/// <param name="Ordinal">1 for the first row of its number and year in the list, 2 for the second: another instalment.</param>
/// <param name="Amount">What the row says of it; null: nothing.</param>
public sealed record ListedInvoice(string Number, DateOnly IssuedOn, DateOnly DueOn, int Ordinal, Money? Amount = null)
{
    /// <summary>What was cancelled in another currency is another; null: the name tells already.</summary>
    public string? Currency { get; init; }
}

/// <summary>A row of a list that is followed: how the ledger names the credit note now.</summary>
/// <param name="Number">As the document has it; a credit note of Recoup may be named otherwise.</param>
/// <param name="Ordinal">1 for the first row of its number and year in the list, 2 for the second: another credit note.</param>
/// <param name="OfDay">The same, of those of its day alone.</param>
/// <param name="Amount">What the row says of it; null: nothing.</param>
public sealed record ListedCredit(string Number, DateOnly IssuedOn, int Ordinal, int OfDay, Money? Amount = null)
{
    /// <summary>What was cancelled in another currency is another; null: the name tells already.</summary>
    public string? Currency { get; init; }
}
