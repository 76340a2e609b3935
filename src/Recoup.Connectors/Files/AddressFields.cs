using Recoup.Core.Contact;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>Cleans what a row says of a person's addresses, so that a cell that holds none costs nobody a receivable.</summary>
internal static class AddressFields
{
    private static readonly string[] MayBeNone = ["phone", "address", "country", "time_zone", "language"];

    /// <summary>False where the whole input is about an address that is none: it is left out.</summary>
    public static bool Clean(MappedRow row, InputMaker.Draft draft, out Withdrawn withdrawn)
    {
        withdrawn = Withdrawn.Nothing;
        var values = draft.Values;
        if (values.Kind.Name != "account")
        {
            var channel = values.Kind.Ordinal("channel");
            return values.Values[channel] as string != Channel.Email || CleanMail(row, draft, "address", null, out _);
        }
        CleanMail(row, draft, "email", "other_emails", out var isNone);
        if (isNone) withdrawn |= Withdrawn.Email;
        foreach (var field in MayBeNone)
        {
            var at = values.Kind.Ordinal(field);
            // NO is Norway, and NA is Namibia.
            if (values.Values[at] is string { Length: not 2 } text && AddressCells.Read(text).IsNone) values.Set(at, (object?)null);
        }
        CheckPlace(row, draft, "country", text => FieldChecks.CountryOf(text) is null ? FieldChecks.CountryProblem(text) : null);
        CheckPlace(row, draft, "time_zone", FieldChecks.ZoneProblem);
        CheckPlace(row, draft, "language", FieldChecks.LanguageProblem);
        if (IsBlank(row, draft, "phone")) withdrawn |= Withdrawn.Phone;
        if (IsBlank(row, draft, "address")) withdrawn |= Withdrawn.Address;
        return true;
    }

    private static bool CleanMail(MappedRow row, InputMaker.Draft draft, string field, string? others, out bool isNone)
    {
        var values = draft.Values;
        var at = values.Kind.Ordinal(field);
        isNone = false;
        if (values.Values[at] is not string text)
        {
            isNone = IsBlank(row, draft, field);
            return true;
        }
        var reading = AddressCells.Read(text);
        isNone = reading.IsNone;
        if (reading.Addresses.Count == 0 && !isNone)
            row.Notes.Add(new InputProblem(draft.Columns[at] ?? field, $"'{MappedRow.Short(text)}' is not a mail address, and was left out"));
        values.Set(at, (object?)(reading.Addresses.Count > 0 ? reading.Addresses[0] : null));
        if (others is not null && reading.Addresses.Count > 1 && values.Kind.Ordinal(others) is >= 0 and var more && values.Values[more] is null)
            values.Set(more, (object?)string.Join("; ", reading.Addresses.Skip(1)));
        return reading.Addresses.Count > 0;
    }

    /// <summary>
    /// A cell that can't be taken as what an account may also go without, such as a country by its name, is left out and told of.
    /// False where the field is another, or its value comes from more than the cell: what a mapping says of it holds.
    /// </summary>
    /// <param name="known">How many problems the row had before the cell was read.</param>
    public static bool LeaveOut(MappedRow row, InputMaker.Draft draft, FieldPlan field, int known)
    {
        var values = draft.Values;
        if (values.Kind.Name != "account" || field.Source is not FieldSource.Text) return false;
        var name = values.Kind.Fields[field.Field].Name;
        if (name is not ("email" or "other_emails") && !MayBeNone.Contains(name)) return false;
        foreach (var problem in row.Problems.Skip(known)) row.Notes.Add(problem with { Message = $"{problem.Message}; it was left out" });
        row.Problems.RemoveRange(known, row.Problems.Count - known);
        values.Set(field.Field, (object?)null);
        return true;
    }

    // Where the customer is may be unknown; what is owed is known all the same.
    private static void CheckPlace(MappedRow row, InputMaker.Draft draft, string field, Func<string, string?> problemOf)
    {
        var at = draft.Values.Kind.Ordinal(field);
        if (draft.Columns[at] is not { } column || draft.Values.Values[at] is not string text || problemOf(text) is not { } problem) return;
        row.Notes.Add(new InputProblem(column, $"{problem}; it was left out"));
        draft.Values.Set(at, (object?)null);
    }

    // The file has the column, and nothing stands in it.
    private static bool IsBlank(MappedRow row, InputMaker.Draft draft, string field)
    {
        var at = draft.Values.Kind.Ordinal(field);
        if (draft.Values.Values[at] is not null) return false;
        foreach (var plan in draft.Plan.Fields)
            if (plan.Field == at) return plan.Source.Column is { } column && row.Has(column.Slot)
                && (row.Text(column.Slot) is not { } text || AddressCells.Read(text).IsNone);
        return false;
    }
}
