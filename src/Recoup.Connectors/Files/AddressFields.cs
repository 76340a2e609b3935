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

    // The file has the column, and nothing stands in it.
    private static bool IsBlank(MappedRow row, InputMaker.Draft draft, string field)
    {
        var at = draft.Values.Kind.Ordinal(field);
        if (draft.Values.Values[at] is not null) return false;
        foreach (var plan in draft.Plan.Fields)
            if (plan.Field == at) return plan.Source.Column is { } column && row.Has(column.Slot);
        return false;
    }
}
