using Recoup.Core.Inputs;
using static Recoup.Core.Inputs.Fields;
using static Recoup.Core.Inputs.FieldType;

namespace Recoup.Core.Documents;

/// <summary>What people ask for of statements.</summary>
public abstract record StatementInput : Input.OfAccount
{
    private StatementInput() { }

    /// <summary>
    /// Somebody wants a statement of the account sent to the customer, as of a day; without a first day, of the three
    /// calendar months that end with it.
    /// </summary>
    public sealed record Requested : StatementInput
    {
        public override bool IsOfPerson => true;
        public required DateOnly On { get; init; }
        public DateOnly? From { get; init; }
    }
}

/// <summary>Statements of account that somebody asks for.</summary>
internal static class StatementChapter
{
    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("statement_requested", "sends the customer a statement of the account", true,
        [Need("on", Date, "the statement's last day, today or before"), May("from", Date, "its first day; by default three calendar months, the last day's "
            + "included")],
        d =>
        {
            if (d.Date("from") > d.NeedDate("on")) d.Problem("from", "is after the statement's last day");
            return new StatementInput.Requested { Key = "", Account = d.Need("account"), On = d.NeedDate("on"), From = d.Date("from") };
        }),
    ];
}
