using System.Collections.Frozen;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>Where a field of an input gets its value from; compiled once, then read against each row.</summary>
internal abstract record FieldSource
{
    private FieldSource() { }

    /// <summary>The one column behind it, for messages; null where there are several or none.</summary>
    public virtual MappedColumn? Column => null;

    /// <summary>Amounts come in the currency's minor unit: they are divided once the currency is known.</summary>
    public virtual bool IsMinor => false;

    /// <summary>The one number behind it; null where there is none, or several.</summary>
    public virtual TypedCell? Amount => null;

    /// <summary>Puts the value, or none, in the draft. False, with a problem of the row, where it can't be read.</summary>
    public abstract bool Set(MappedRow row, InputDraft draft, int field);

    public sealed record Constant(object? Value) : FieldSource
    {
        public override bool Set(MappedRow row, InputDraft draft, int field) => draft.Set(field, Value);
    }

    /// <summary>The cell as text, read as the field's type is read anywhere.</summary>
    public sealed record Text(MappedColumn From) : FieldSource
    {
        public override MappedColumn Column => From;

        public override bool Set(MappedRow row, InputDraft draft, int field) =>
            row.Text(From.Slot) is not { } text ? draft.Set(field, (object?)null) : SetText(row, draft, field, text, From.Name);
    }

    /// <summary>A date or an amount, as the file writes them.</summary>
    public sealed record Typed(TypedCell Cell) : FieldSource
    {
        public override MappedColumn Column => Cell.Column;

        public override TypedCell? Amount => Cell.Numbers is null ? null : Cell;

        public override bool Set(MappedRow row, InputDraft draft, int field)
        {
            var value = row.Typed(Cell);
            return !ReferenceEquals(value, MappedRow.Unread) && draft.Set(field, value);
        }
    }

    /// <summary>A currency's code in letters of any size, or a sign that stands for one currency alone.</summary>
    public sealed record CurrencyText(MappedColumn From) : FieldSource
    {
        public override MappedColumn Column => From;

        public override bool Set(MappedRow row, InputDraft draft, int field)
        {
            if (row.Text(From.Slot) is not { } text) return draft.Set(field, (object?)null);
            if (CurrencySign.Of(text) is { Codes: [var code] }) return draft.Set(field, (object?)code);
            return SetText(row, draft, field, text, From.Name);
        }
    }

    /// <summary>An amount in minor units.</summary>
    public sealed record Minor(FieldSource Of) : FieldSource
    {
        public override MappedColumn? Column => Of.Column;

        public override bool IsMinor => true;

        public override TypedCell? Amount => Of.Amount;

        public override bool Set(MappedRow row, InputDraft draft, int field) => Of.Set(row, draft, field);
    }

    /// <summary>A day that follows from another by terms of payment: of all rows, or those that a column names.</summary>
    public sealed record Terms(TypedCell From, IReadOnlyList<TermStep>? Steps, MappedColumn? Named, FrozenDictionary<string, IReadOnlyList<TermStep>>? ByName)
        : FieldSource
    {
        public override MappedColumn Column => Named ?? From.Column;

        public override bool Set(MappedRow row, InputDraft draft, int field)
        {
            var value = row.Typed(From);
            if (ReferenceEquals(value, MappedRow.Unread)) return false;
            if (value is not DateOnly from) return draft.Set(field, (object?)null);
            var steps = Steps;
            if (Named is { } named && row.Text(named.Slot) is { } text && !ByName!.TryGetValue(text, out steps!) && (steps = Steps) is null)
            {
                row.Problems.Add(new InputProblem(named.Name,
                    $"'{MappedRow.Short(text)}' is none of {string.Join(", ", ByName!.Keys.Order(StringComparer.Ordinal))}, the terms that the mapping knows"));
                return false;
            }
            if (steps is null) return draft.Set(field, (object?)null);
            return PaymentTerms.TryAdd(from, steps, row, out var due) && draft.Set(field, (object?)due);
        }
    }

    /// <summary>The earliest or latest of some dates; blank ones do not count.</summary>
    public sealed record Extreme(IReadOnlyList<TypedCell> Cells, bool Latest) : FieldSource
    {
        public override bool Set(MappedRow row, InputDraft draft, int field)
        {
            object? best = null;
            var read = true;
            foreach (var cell in Cells)
            {
                var value = row.Typed(cell);
                if (value is not DateOnly date) { read &= value is null; continue; }
                if (best is not DateOnly other || (Latest ? date > other : date < other)) best = value;
            }
            return read && draft.Set(field, best);
        }
    }

    /// <summary>Text with cells in it. Without a value where all its cells are blank; a key must have them all.</summary>
    public sealed record Template(IReadOnlyList<TemplatePart> Parts, DateFormats Dates, AmountFormats Numbers, bool IsKey) : FieldSource
    {
        public override bool Set(MappedRow row, InputDraft draft, int field)
        {
            var text = row.Scratch.Clear();
            var hasCells = false;
            var hasValue = false;
            foreach (var part in Parts)
            {
                if (part.Column is not { } column) { text.Append(part.Text); continue; }
                hasCells = true;
                var cell = row.Trimmed(column.Slot);
                if (cell.IsEmpty && IsKey)
                {
                    row.Problems.Add(new InputProblem(column.Name, "is blank, and the key needs it"));
                    return false;
                }
                hasValue |= !cell.IsEmpty;
                text.Append(cell);
            }
            var whole = text.ToString();
            if (hasCells && !hasValue) return draft.Set(field, (object?)null);
            var target = draft.Kind.Fields[field];
            var value = target.Type switch
            {
                FieldType.Date => MappedRow.ReadDate(whole, Dates, target.Name, row.Problems),
                FieldType.Amount => MappedRow.ReadNumber(whole, Numbers, target.Name, row.Problems, out _),
                _ => null,
            };
            return value is null ? draft.Set(field, whole, row.Problems) : !ReferenceEquals(value, MappedRow.Unread) && draft.Set(field, value);
        }
    }

    /// <summary>A table of values: what the cell says, and what it means.</summary>
    public sealed record Table(MappedColumn From, FrozenDictionary<string, object> Values, object? Otherwise, bool HasOtherwise) : FieldSource
    {
        public override MappedColumn Column => From;

        public override bool Set(MappedRow row, InputDraft draft, int field)
        {
            if (row.Text(From.Slot) is not { } text) return draft.Set(field, (object?)null);
            if (Values.TryGetValue(text, out var value)) return draft.Set(field, value);
            if (HasOtherwise) return draft.Set(field, Otherwise);
            row.Problems.Add(new InputProblem(From.Name,
                $"'{MappedRow.Short(text)}' is none of {string.Join(", ", Values.Keys.Order(StringComparer.Ordinal))}, the values that the mapping knows"));
            return false;
        }
    }

    /// <summary>A constant where the other source has no value.</summary>
    public sealed record Default(FieldSource Of, object Value) : FieldSource
    {
        public override MappedColumn? Column => Of.Column;

        public override bool IsMinor => Of.IsMinor;

        public override TypedCell? Amount => Of.Amount;

        public override bool Set(MappedRow row, InputDraft draft, int field)
        {
            if (!Of.Set(row, draft, field)) return false;
            return draft.Values[field] is not null || draft.Set(field, Value);
        }
    }

    /// <summary>What a payment is for. A part whose invoice and amount are both without value is none.</summary>
    public sealed record Allocations(IReadOnlyList<(FieldSource Invoice, FieldSource Amount)> Of) : FieldSource
    {
        public override bool IsMinor => Of.Any(part => part.Amount.IsMinor);

        public override bool Set(MappedRow row, InputDraft draft, int field)
        {
            var part = row.Part;
            var invoice = part.Kind.Ordinal("invoice");
            var amount = part.Kind.Ordinal("amount");
            var read = true;
            List<AllocationDraft>? parts = null;
            foreach (var (invoiceSource, amountSource) in Of)
            {
                part.Clear();
                if (!(invoiceSource.Set(row, part, invoice) & amountSource.Set(row, part, amount))) { read = false; continue; }
                if (part.Values[invoice] is string number && part.Values[amount] is decimal sum)
                    (parts ??= new(Of.Count)).Add(new AllocationDraft(number, sum));
                else if (part.Values[invoice] is not null || part.Values[amount] is not null)
                {
                    row.Problems.Add(new InputProblem("for", part.Values[invoice] is null ? "has an amount and no invoice" : "has an invoice and no amount"));
                    read = false;
                }
            }
            return read && draft.Set(field, parts);
        }
    }

    // The problem names the file's column rather than the input's field: the column is what its reader sees.
    private static bool SetText(MappedRow row, InputDraft draft, int field, string text, string column)
    {
        // Where a code of two letters should stand, a word for none says that there is none.
        if (text.Length > draft.Kind.Fields[field].LengthMax && draft.Kind.HasPersonal && AddressCells.Read(text).IsNone)
            return draft.Set(field, (object?)null);
        var before = row.Problems.Count;
        if (draft.Set(field, text, row.Problems)) return true;
        for (var i = before; i < row.Problems.Count; i++) row.Problems[i] = row.Problems[i] with { Field = column };
        return false;
    }
}

/// <summary>A piece of a template: fixed text, or a column.</summary>
internal readonly record struct TemplatePart(string Text, MappedColumn? Column);
