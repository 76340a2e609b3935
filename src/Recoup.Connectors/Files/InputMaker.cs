using System.Globalization;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>Makes the inputs of one row after the other, each kind in a draft that is used again.</summary>
internal sealed class InputMaker
{
    private readonly MappedRow row;
    private readonly string actor;
    private readonly List<InputProblem> scratch = [];

    public InputMaker(Mapping mapping, MappedRow row)
    {
        this.row = row;
        actor = "import:" + mapping.Name;
        Inputs = [.. mapping.Plan.Inputs.Select(p => new Draft(p))];
    }

    public IReadOnlyList<Draft> Inputs { get; }

    /// <summary>A plan with the values of the row at hand.</summary>
    public sealed class Draft(InputPlan plan)
    {
        public InputPlan Plan { get; } = plan;

        public InputDraft Values { get; } = new(plan.Kind);

        // By field, the column that alone is behind it.
        public string?[] Columns { get; } = ColumnsOf(plan);

        private static string?[] ColumnsOf(InputPlan plan)
        {
            var columns = new string?[plan.Kind.Fields.Count];
            foreach (var field in plan.Fields) columns[field.Field] = field.Source.Column?.Name;
            return columns;
        }
    }

    /// <summary>Null where the row has no such input, or, with problems of the row, where it can't be made.</summary>
    public Input? Make(Draft draft)
    {
        var plan = draft.Plan;
        if (plan.When is { } when && !when.IsTrue(row)) return null;
        var values = draft.Values;
        values.Clear();
        var read = true;
        foreach (var field in plan.Fields) read &= field.Source.Set(row, values, field.Field);
        if (!read) return null;
        scratch.Clear();
        var input = plan.Kind.Build(values, actor, scratch);
        if (input is not null && plan.KeyHasContent) input = WithContentKey(draft, input);
        foreach (var problem in scratch)
        {
            // The file's reader knows its columns; the input's fields are ours.
            var field = problem.Field is null ? -1 : plan.Kind.Ordinal(problem.Field);
            var column = field >= 0 ? draft.Columns[field] : null;
            row.Problems.Add(new InputProblem(column ?? problem.Field, problem.Message));
        }
        return input;
    }

    // New content is a new input, the same content the same one: the digest of the input under the key without it.
    private Input? WithContentKey(Draft draft, Input input)
    {
        const int bytesOfDigest = 8;
        var digest = Convert.ToHexStringLower(input.Digest.AsSpan(0, bytesOfDigest));
        var key = input.Key.Replace($"{{{MappingCompiler.ContentMark}}}", digest, StringComparison.Ordinal);
        return draft.Values.Set(draft.Plan.Kind.Ordinal("key"), key, scratch) ? draft.Plan.Kind.Build(draft.Values, actor, scratch) : null;
    }
}

/// <summary>Makes open items of one row after the other.</summary>
internal sealed class OpenItemMaker(Mapping mapping, OpenItemPlan plan, MappedRow row)
{
    private static readonly InputKind Invoice = InputKinds.Of("invoice");
    private static readonly int Account = Invoice.Ordinal("account");
    private static readonly int Number = Invoice.Ordinal("number");
    private static readonly int IssuedOn = Invoice.Ordinal("issued_on");
    private static readonly int DueOn = Invoice.Ordinal("due_on");
    private static readonly int Balance = Invoice.Ordinal("amount");
    private static readonly int CurrencyCode = Invoice.Ordinal("currency");

    private readonly InputDraft draft = new(Invoice);
    private readonly InputMaker maker = new(mapping, row);
    private readonly InputMaker.Draft? account = plan.Account is null ? null : new InputMaker.Draft(plan.Account);

    /// <summary>Null, with problems of the row, where it can't be made.</summary>
    public OpenItemRow? Make(RowReader reader)
    {
        draft.Clear();
        foreach (var field in plan.Item)
            if (field.Source.Set(row, draft, field.Field) && draft.Values[field.Field] is null) Problem(field.Field, "is missing");
        if (row.Problems.Count > 0) return null;
        var issued = (DateOnly)draft.Values[IssuedOn]!;
        var due = (DateOnly)draft.Values[DueOn]!;
        var amount = (decimal)draft.Values[Balance]!;
        var currency = Currency.Of((string)draft.Values[CurrencyCode]!);
        if (DateBounds.Problem(issued) is { } early) Problem(IssuedOn, $"{issued:yyyy-MM-dd} {early}");
        if (DateBounds.Problem(due) is { } late) Problem(DueOn, $"{due:yyyy-MM-dd} {late}");
        if (due < issued) Problem(DueOn, $"{due:yyyy-MM-dd} is before the invoice was issued ({issued:yyyy-MM-dd})");
        if (amount < 0) Problem(Balance, $"{amount.ToString(CultureInfo.InvariantCulture)} is negative: a credit is no open item; send it as a credit note or a payment");
        if (!Money.TryFromMajor(amount, currency, out var balance))
            Problem(Balance, Math.Abs(amount) > Money.MajorMax ? $"{amount.ToString(CultureInfo.InvariantCulture)} is too large" : $"{amount.ToString(CultureInfo.InvariantCulture)} has more decimals than {currency} has ({currency.Digits})");
        var set = account is null ? null : (Input.AccountSet?)maker.Make(account);
        if (row.Problems.Count > 0) return null;
        return new OpenItemRow(reader.Line, (string)draft.Values[Account]!, (string)draft.Values[Number]!, issued, due, balance, set, [], reader.Raw);
    }

    private void Problem(int field, string message)
    {
        var column = plan.Item.First(p => p.Field == field).Source.Column?.Name;
        row.Problems.Add(new InputProblem(column ?? Invoice.Fields[field].Name, message));
    }
}
