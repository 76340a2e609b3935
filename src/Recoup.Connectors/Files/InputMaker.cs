using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Connectors.Files;

/// <summary>Makes the inputs of one row after the other, each kind in a draft that is used again.</summary>
internal sealed class InputMaker
{
    private readonly MappedRow row;
    private readonly string actor;
    private readonly List<InputProblem> scratch = [];
    private readonly SeenFacts seen = new();
    private readonly SeenFacts said = new();
    private InvoiceInput.Issued? listed;
    private int ordinal;

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

    /// <summary>To be called before the first input of each row.</summary>
    public void Next() => (listed, ordinal) = (null, 1);

    /// <summary>Null where the row has no such input, or, with problems of the row, where it can't be made.</summary>
    public Input? Make(Draft draft)
    {
        var plan = draft.Plan;
        if (plan.When is { } when && !when.IsTrue(row)) return plan.Follows ? NoMore(draft) : null;
        var values = draft.Values;
        values.Clear();
        var read = true;
        foreach (var field in plan.Fields)
        {
            var known = row.Problems.Count;
            read &= field.Source.Set(row, values, field.Field) || AddressFields.LeaveOut(row, draft, field, known);
        }
        if (!read || !AmountCells.Settle(row, values, plan.Fields)) return null;
        var withdrawn = Withdrawn.Nothing;
        if (plan.Kind.HasPersonal && !AddressFields.Clean(row, draft, out withdrawn)) return null;
        scratch.Clear();
        var input = plan.Kind.Build(values, actor, scratch);
        if (input is not null && plan.KeyHasContent) input = WithContentKey(draft, input, withdrawn);
        if (input is not null && plan.Follows) input = AsListed(input);
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
    private Input? WithContentKey(Draft draft, Input input, Withdrawn withdrawn)
    {
        const int bytesOfDigest = 8, bytesOfFact = 4;
        var digest = Convert.ToHexStringLower(input.Digest.AsSpan(0, bytesOfDigest));
        var key = input.Key.Replace($"{{{MappingCompiler.ContentMark}}}", digest, StringComparison.Ordinal);
        if (!draft.Values.Set(draft.Plan.Kind.Ordinal("key"), key, scratch)) return null;
        var made = draft.Plan.Kind.Build(draft.Values, actor, scratch);
        if (made is not AccountInput.Set account) return made;
        if (IsSaidAbove(draft, input.Key, digest, ref withdrawn)) return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(input.Key), hash);
        // Nothing in a column says something that no such column does not.
        var blank = withdrawn == Withdrawn.Nothing ? "" : ((int)withdrawn).ToString(CultureInfo.InvariantCulture);
        return account with
        {
            Said = Convert.ToHexStringLower(hash[..bytesOfFact]) + digest + blank + RowsAbove(SeenFacts.PlaceOf(input.Key), digest + blank),
            Withdrawn = withdrawn,
        };
    }

    /// <summary>What rows above said otherwise of a customer, each mark after a comma; empty for the first row. The newest few are enough.</summary>
    private string RowsAbove(ulong customer, string mark)
    {
        const int lengthMax = 200;
        var own = Convert.ToUInt64(mark[..16], 16);
        var blank = mark.Length > 16 ? mark[16] : ' ';
        if (firstMarks.TryAdd(customer, (own, blank))) return "";
        if (!marks.TryGetValue(customer, out var above))
        {
            var first = firstMarks[customer];
            above = string.Create(CultureInfo.InvariantCulture, $",{first.Digest:x16}{first.Blank}").TrimEnd();
        }
        if (above.Length + mark.Length < lengthMax) marks[customer] = $"{above},{mark}";
        return above;
    }

    // Of customers by the hash of their key: what the first row said; and, of the few of whom rows say different things, all of them.
    private readonly Dictionary<ulong, (ulong Digest, char Blank)> firstMarks = [];
    private readonly Dictionary<ulong, string> marks = [];

    /// <summary>
    /// Of a customer with many rows a list may say more in one than in another. What a row leaves blank, and one above it gives,
    /// is not taken away; true where a row says nothing of the customer that no row above it said.
    /// </summary>
    private bool IsSaidAbove(Draft draft, string account, string digest, ref Withdrawn withdrawn)
    {
        if (!said.Note($"{account}\n{digest}")) return false;
        var values = draft.Values;
        var isNew = said.Note(account);
        for (var at = 0; at < values.Values.Length; at++)
        {
            var field = values.Kind.Fields[at].Name;
            if (field == "key") continue;
            if (values.Values[at] is { } value)
            {
                said.Note($"{account}\n{field}");
                isNew |= said.Note($"{account}\n{field}\n{value}");
            }
            else if (field is "email" or "phone" or "address" && said.Has($"{account}\n{field}"))
            {
                withdrawn &= ~(field switch { "email" => Withdrawn.Email, "phone" => Withdrawn.Phone, _ => Withdrawn.Address });
            }
        }
        return !isNew;
    }

    // --- what a list says of an invoice, as it is now ---

    private Input? AsListed(Input input)
    {
        switch (input)
        {
            case InvoiceInput.Issued invoice:
                ordinal = seen.Ordinal($"{invoice.Key}\n{invoice.IssuedOn.Year}", invoice.Digest);
                return listed = (ordinal == 1 ? invoice : invoice with { Key = $"{invoice.Key}/{ordinal}" }) with
                {
                    Listed = new(invoice.Number, invoice.IssuedOn, invoice.DueOn, ordinal, IsAlone(invoice.Key, invoice.IssuedOn.Year) ? invoice.Amount : null)
                    {
                        Currency = invoice.Amount.Currency.Code,
                    },
                };
            case PaymentInput.Received payment when listed is not null:
                return payment with { Listed = listed.Listed };
            case DisputeInput.Opened dispute when listed is not null: return dispute with { Listed = listed.Listed };
            case DisputeInput.Closed dispute when listed is not null: return dispute with { Listed = listed.Listed };
            case CreditInput.Granted credit:
                var (year, day) = (seen.Ordinal($"{credit.Key}\n{credit.On.Year}", credit.Digest), seen.Ordinal($"{credit.Key}\n{credit.On:O}", credit.Digest));
                var amount = IsAlone(credit.Key, credit.On.Year) ? credit.Amount : (Money?)null;
                return credit with { IsListed = true, Listed = new(credit.Number, credit.On, year, day, amount) { Currency = credit.Amount.Currency.Code } };
            default:
                return input;
        }
    }

    // Where the file has the number of the year before or after too, each is a document of its own.
    private bool IsAlone(string key, int year)
    {
        said.Note($"{key}\n{year}");
        return !said.Has($"{key}\n{year - 1}") && !said.Has($"{key}\n{year + 1}");
    }

    /// <summary>
    /// The row says that there is no payment or no dispute: what the list said before is so no longer. Where a column closes disputes with
    /// an outcome of their own, that does it.
    /// </summary>
    private Input? NoMore(Draft draft)
    {
        var plan = draft.Plan;
        var isDispute = plan.Kind.Name == "dispute_opened";
        if (listed is null || !(plan.Kind.Name == "payment" || isDispute)) return null;
        if (isDispute && Inputs.Any(d => d.Plan is { Follows: true, Kind.Name: "dispute_closed" })) return null;
        // A list that lacks the column of the payment's day, or of the dispute, says nothing of it.
        foreach (var slot in isDispute ? plan.WhenSlots : [])
            if (!row.Has(slot)) return null;
        foreach (var field in plan.Fields)
            if (!isDispute && plan.Kind.Fields[field.Field].Name == "on" && field.Source.Column is { } column && !row.Has(column.Slot)) return null;
        var values = draft.Values;
        values.Clear();
        var key = plan.Kind.Ordinal("key");
        foreach (var field in plan.Fields)
            if (field.Field == key && !field.Source.Set(row, values, key)) return null;
        return isDispute
            ? new DisputeInput.Unlisted
            {
                Key = (string)values.Values[key]!, Account = listed.Account, Listed = listed.Listed!, Digest = DisputeInput.Unlisted.Mark, Actor = actor,
            }
            : new PaymentInput.Unpaid
            {
                Key = (string)values.Values[key]!, Account = listed.Account, Listed = listed.Listed!, Digest = PaymentInput.Unpaid.Mark, Actor = actor,
            };
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
            // A credit is due to nobody, and where nothing is open nothing is due: it may go without a due day.
            if (field.Source.Set(row, draft, field.Field) && draft.Values[field.Field] is null && !(field.Field == DueOn && IsOwedNothing()))
                Problem(field.Field, "is missing");
        AmountCells.Settle(row, draft, plan.Item);
        if (row.Problems.Count > 0) return null;
        var issued = (DateOnly)draft.Values[IssuedOn]!;
        var due = draft.Values[DueOn] is DateOnly given ? given : issued;
        var amount = (decimal)draft.Values[Balance]!;
        var currency = Currency.Of((string)draft.Values[CurrencyCode]!);
        if (DateBounds.Problem(issued) is { } early) Problem(IssuedOn, $"{issued:yyyy-MM-dd} {early}");
        if (DateBounds.Problem(due) is { } late) Problem(DueOn, $"{due:yyyy-MM-dd} {late}");
        if (amount >= 0 && due < issued) Problem(DueOn, $"{due:yyyy-MM-dd} is before the invoice was issued ({issued:yyyy-MM-dd})");
        if (!Money.TryFromMajor(amount, currency, out var balance))
            Problem(Balance,
                Math.Abs(amount) > Money.MajorMaxOf(currency)
                    ? $"{amount.ToString(CultureInfo.InvariantCulture)} is too large"
                    : $"{amount.ToString(CultureInfo.InvariantCulture)} has more decimals than {currency} has ({currency.Digits})");
        var set = account is null ? null : (AccountInput.Set?)maker.Make(account);
        if (row.Problems.Count > 0) return null;
        return new OpenItemRow(reader.Line, (string)draft.Values[Account]!, (string)draft.Values[Number]!, issued, due, balance, set, [], reader.Raw)
        {
            Notes = [.. row.Notes],
        };
    }

    /// <summary>Of a row that is rejected, what can be read of it all the same: whose item it is, and what the control total counts.</summary>
    /// <param name="isReadable">Its cells can be told apart.</param>
    public OpenItemRow Rejected(RowReader reader, bool isReadable)
    {
        InputProblem[] problems = [.. row.Problems.Distinct()];
        draft.Clear();
        if (isReadable)
        {
            foreach (var field in plan.Item)
                if (field.Field != IssuedOn && field.Field != DueOn) field.Source.Set(row, draft, field.Field);
            AmountCells.Settle(row, draft, plan.Item);
        }
        Money balance = default;
        var counted = draft.Values[Balance] is decimal amount && draft.Values[CurrencyCode] is string code
            && Money.TryFromMajor(amount, Currency.Of(code), out balance);
        return new OpenItemRow(reader.Line, draft.Values[Account] as string ?? "", draft.Values[Number] as string ?? "", default, default,
            balance, null, problems, reader.Raw)
        {
            IsCounted = counted, IsLost = reader.IsLost,
        };
    }

    /// <summary>Words by which lists call the row that adds them up, in any case.</summary>
    private static readonly FrozenSet<string> TotalWords = new[]
    {
        "total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "endsumme", "total général", "totale", "totaal", "suma",
        "subtotal", "zwischensumme",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The row, which can't be taken, is the list's own sum of the rows before it: it says so, and names neither an item nor its day.</summary>
    public bool IsTotal(RowReader reader)
    {
        if (reader is not CsvRows csv || !(Says(Number) || draft.Values[Number] is null)) return false;
        if (plan.Item.FirstOrDefault(p => p.Field == IssuedOn) is { Source.Column: { } day } && !row.IsBlank(day.Slot)) return false;
        for (var i = 0; i < csv.Columns.Length; i++)
            if (IsTotalWord(csv.Cell(i))) return true;
        return false;

        bool Says(int field) => draft.Values[field] is string text && IsTotalWord(text);
    }

    /// <summary>One of the words, alone or with a currency's code behind or before it: lists add up each of their currencies.</summary>
    private static bool IsTotalWord(ReadOnlySpan<char> cell)
    {
        cell = Unseen.Trim(cell).TrimEnd(":)");
        if (IsWord(cell)) return true;
        if (cell.Length <= CodeLength) return false;
        return (IsCode(cell[^CodeLength..]) && IsWord(cell[..^CodeLength].TrimEnd(Between)))
            || (IsCode(cell[..CodeLength]) && IsWord(cell[CodeLength..].TrimStart(Between)));

        static bool IsWord(ReadOnlySpan<char> text) => TotalWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text);

        static bool IsCode(ReadOnlySpan<char> text) => Currency.TryOf(text.ToString(), out _);
    }

    private const int CodeLength = 3;

    /// <summary>What stands between the word and the code.</summary>
    private const string Between = " \u00a0-:/(";

    private bool IsOwedNothing() => plan.Item.First(p => p.Field == Balance).Source.Amount is { } cell && row.Number(cell) <= 0;

    private void Problem(int field, string message)
    {
        var column = plan.Item.First(p => p.Field == field).Source.Column?.Name;
        row.Problems.Add(new InputProblem(column ?? Invoice.Fields[field].Name, message));
    }
}
