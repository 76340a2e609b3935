using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Recoup.Core.Foundation;

namespace Recoup.Core.Inputs;

/// <summary>What a field's text is read as. Amounts are decimals in major units, content is Base64; the last five are lists.</summary>
public enum FieldType { Text, Date, Instant, Amount, Currency, Integer, Boolean, Choice, Content, Allocations, Lines, Dates, Texts, Instalments }

/// <summary>One field of a kind of input, as people and files name it.</summary>
public sealed record Field(string Name, FieldType Type, string Meaning)
{
    public bool Required { get; init; }

    /// <summary>The values there are, for <see cref="FieldType.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>A text that is the name of something, a code, or who of the own people did it: nothing that is said of a customer.</summary>
    public bool IsName { get; init; }

    /// <summary>Identifies a person: sealed before it is written.</summary>
    public bool Personal { get; init; }

    /// <summary>A date that may have no end: left out, or <see cref="DateBounds.NoEnd"/>, which are the same.</summary>
    public bool OpenEnd { get; init; }

    /// <summary>Longest text, in characters.</summary>
    public int LengthMax { get; init; } = 200;
}

/// <summary>Fields as the table of kinds tells them.</summary>
internal static class Fields
{
    public static readonly Field[] AmountAndCurrency =
        [Need("amount", FieldType.Amount, "in major units, a decimal string"), Need("currency", FieldType.Currency, "ISO 4217 code")];

    public static readonly Field OnDay = Need("on", FieldType.Date, "the day it takes effect");

    public static Field Need(string name, FieldType type, string meaning) => new(name, type, meaning) { Required = true };

    public static Field May(string name, FieldType type, string meaning) => new(name, type, meaning);

    public static Field Choice(string name, string meaning, params string[] choices) => new(name, FieldType.Choice, meaning) { Choices = choices };
}

/// <summary>A part of a payment for one invoice, as given; its amount in major units.</summary>
public readonly record struct AllocationDraft(string Invoice, decimal Amount);

/// <summary>A line of an invoice, as given; its amount in major units.</summary>
public readonly record struct LineDraft(string Description, decimal Amount);

/// <summary>An instalment of a payment plan, as given; its amount in major units.</summary>
public readonly record struct InstalmentDraft(DateOnly DueOn, decimal Amount);

/// <summary>What is wrong with an input, in words for the one who sent it.</summary>
public sealed record InputProblem(string? Field, string Message)
{
    public override string ToString() => Field is null ? Message : $"{Field}: {Message}";
}

/// <summary>
/// One kind of input: its fields, and how their values become the typed input. The one table behind `send`, the
/// API, mappings, `inputs` and its JSON Schema.
/// </summary>
public sealed class InputKind
{
    private readonly FrozenDictionary<string, int> ordinals;
    private readonly Func<InputDraft, Input> build;
    private readonly int[] required;
    private readonly int[] dated;

    private InputKind(Type type, string name, string meaning, bool ofAccount, IEnumerable<Field> fields, Func<InputDraft, Input> build)
    {
        Type = type;
        Name = name;
        Meaning = meaning;
        Field[] common = ofAccount ? [KeyField, AccountField] : [KeyField];
        Fields = [.. common, .. fields];
        ordinals = Fields.Select((f, i) => (f.Name, i)).ToFrozenDictionary(f => f.Name, f => f.i, StringComparer.Ordinal);
        this.build = build;
        dated = [.. Enumerable.Range(0, Fields.Count)
            .Where(i => Fields[i].Type is FieldType.Date or FieldType.Instant or FieldType.Dates or FieldType.Instalments)];
        required = [.. Enumerable.Range(0, Fields.Count).Where(i => Fields[i].Required)];
        Marks = [.. Fields.Select(f => Encoding.UTF8.GetBytes($"\u001f{f.Name}\u001e"))];
        personal = [.. Enumerable.Range(0, Fields.Count).Where(i => Fields[i].Personal)];
        Words = ofAccount ? [.. Fields.Where(f => f.Type is FieldType.Text or FieldType.Lines && !f.Personal && !f.IsName && !Names.Contains(f.Name))] : [];
        worded = [.. Words.Select(f => Ordinal(f.Name))];
    }

    /// <param name="ofAccount">It has a field for the account that it is about.</param>
    /// <param name="build">Makes the input of what was given; key, actor and digest are set afterwards.</param>
    internal static InputKind Of<T>(string name, string meaning, bool ofAccount, IEnumerable<Field> fields, Func<InputDraft, T> build) where T : Input =>
        new(typeof(T), name, meaning, ofAccount, fields, build);

    public static readonly Field KeyField = new("key", FieldType.Text, "makes the input idempotent: the same key with the same content changes "
        + "nothing")
    { Required = true };

    public static readonly Field AccountField = new("account", FieldType.Text, "the account it is about") { Required = true, LengthMax = 100 };

    /// <summary>The class of its inputs.</summary>
    public Type Type { get; }

    public string Name { get; }

    public string Meaning { get; }

    public IReadOnlyList<Field> Fields { get; }

    public bool HasPersonal => personal.Length > 0;

    private readonly int[] personal;

    /// <summary>Names of fields that are such wherever they stand; see <see cref="Field.IsName"/>.</summary>
    private static readonly FrozenSet<string> Names = FrozenSet.Create(StringComparer.Ordinal,
        "key", "account", "with", "party", "portfolio", "parent", "country", "time_zone", "language", "number", "invoice", "payment", "credit_note",
        "charge", "dispute",
        "promise", "plan", "interest", "refund", "hold", "work_item", "message", "method", "agent", "status");

    /// <summary>
    /// What people say of a customer in their own words: sealed under the party's key, gone with its erasure. Every text of an
    /// account's input that is neither personal nor a name of something is one.
    /// </summary>
    public IReadOnlyList<Field> Words { get; }

    private readonly int[] worded;

    /// <summary>By field, what stands before its value in the canonical form that digests are taken of.</summary>
    internal byte[][] Marks { get; }

    /// <summary>The field's place, or -1.</summary>
    public int Ordinal(string field) => ordinals.GetValueOrDefault(field, -1);

    /// <summary>Holds a date to its bounds, whoever read it; one that is left out where an end may be open becomes that end.</summary>
    private void Bound(InputDraft draft, int ordinal, List<InputProblem> problems)
    {
        switch (draft.Values[ordinal])
        {
            case null when Fields[ordinal].OpenEnd:
                draft.Values[ordinal] = DateBounds.NoEnd;
                break;
            case DateOnly day when DateBounds.Problem(day) is { } problem && !(Fields[ordinal].OpenEnd && day == DateBounds.NoEnd):
                problems.Add(new InputProblem(Fields[ordinal].Name, $"{day:yyyy-MM-dd} {(Fields[ordinal].OpenEnd ? DateBounds.ProblemOfEnd(day) : problem)}"));
                break;
            case DateTimeOffset instant when DateBounds.Problem(instant) is { } problem:
                problems.Add(new InputProblem(Fields[ordinal].Name, $"{instant.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} {problem}"));
                break;
            case IReadOnlyList<DateOnly> days:
                foreach (var day in days)
                    if (DateBounds.Problem(day) is { } problem) problems.Add(new InputProblem(Fields[ordinal].Name, $"{day:yyyy-MM-dd} {problem}"));
                break;
            case IReadOnlyList<InstalmentDraft> parts:
                foreach (var part in parts)
                    if (DateBounds.Problem(part.DueOn) is { } problem)
                        problems.Add(new InputProblem(Fields[ordinal].Name, $"{part.DueOn:yyyy-MM-dd} {problem}"));
                break;
        }
    }

    private static bool HasAny(InputDraft draft, int[] fields)
    {
        foreach (var i in fields)
            if (draft.Values[i] is not null) return true;
        return false;
    }

    /// <summary>Builds the input, or says everything that is wrong with it.</summary>
    public Input? Build(InputDraft draft, string actor, List<InputProblem> problems)
    {
        var before = problems.Count;
        foreach (var i in required)
            if (draft.Values[i] is null) problems.Add(new InputProblem(Fields[i].Name, "is missing"));
        foreach (var i in dated) Bound(draft, i, problems);
        if (problems.Count > before) return null;
        draft.Problems = problems;
        var input = build(draft);
        if (problems.Count > before) return null;
        return input with
        {
            Key = draft.Text("key")!,
            Digest = draft.Digest(),
            Actor = actor,
            HasWords = HasAny(draft, worded),
            IsPersonal = HasAny(draft, personal)
        };
    }
}

/// <summary>The values of one input's fields, parsed but not yet believed. Reused from row to row by a reader.</summary>
public sealed class InputDraft(InputKind kind)
{
    public InputKind Kind { get; } = kind;

    /// <summary>By the field's place; null: not given. Text, DateOnly, DateTimeOffset, decimal, long, bool, bytes, or a list of drafts.</summary>
    public object?[] Values { get; } = new object?[kind.Fields.Count];

    internal List<InputProblem> Problems { get; set; } = [];

    public void Clear() => Array.Clear(Values);

    /// <summary>Sets a field from text, as files have it. False, with a problem, where it can't be read. Blank text is no value.</summary>
    public bool Set(int ordinal, string text, List<InputProblem> problems)
    {
        var field = Kind.Fields[ordinal];
        if (Unseen.Trim(text) is var seen && seen.IsEmpty) { Values[ordinal] = null; return true; }
        if (seen.Length < text.Length) text = seen.ToString();
        switch (field.Type)
        {
            case FieldType.Date:
                if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return Put(ordinal, date);
                return Wrong(problems, field, $"'{Short(text)}' is not a date; write YYYY-MM-DD");
            case FieldType.Instant:
                if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var instant)) return Put(ordinal, instant);
                return Wrong(problems, field, $"'{Short(text)}' is not an instant; write 2026-04-12T10:15:00Z");
            case FieldType.Amount:
                if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
                    return Put(ordinal, amount);
                return Wrong(problems, field, $"'{Short(text)}' is not an amount; write 1234.50");
            case FieldType.Integer:
                if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return Put(ordinal, number);
                return Wrong(problems, field, $"'{Short(text)}' is not a whole number");
            case FieldType.Boolean:
                if (bool.TryParse(text, out var flag)) return Put(ordinal, flag);
                return Wrong(problems, field, $"'{Short(text)}' is neither true nor false");
            case FieldType.Currency:
                if (Currency.TryOf(text, out var currency)) return Put(ordinal, currency.Code);
                return Wrong(problems, field, $"'{Short(text)}' is not an ISO 4217 currency code, such as EUR");
            case FieldType.Choice:
                foreach (var choice in field.Choices)
                    if (choice == text) return Put(ordinal, choice);
                return Wrong(problems, field, $"'{Short(text)}' is none of {string.Join(", ", field.Choices)}");
            case FieldType.Text:
                if (text.Length > field.LengthMax) return Wrong(problems, field, $"has {text.Length} characters; at most {field.LengthMax}");
                if (text.AsSpan().ContainsAny(NoText)) return Wrong(problems, field, "has characters that are no text; is the file's encoding right?");
                return Put(ordinal, text);
            case FieldType.Content:
                var bytes = new byte[text.Length / 4 * 3 + 3];
                if (Convert.TryFromBase64String(text, bytes, out var length)) return Put(ordinal, bytes[..length]);
                return Wrong(problems, field, "is not Base64 (RFC 4648), as `base64 -w0 FILE` writes it");
            case FieldType.Texts:
                return Put(ordinal, text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            default:
                return Wrong(problems, field, "takes a list, which only JSON can carry");
        }
    }

    // Control characters but line break and tab, and the one that stands for bytes that could not be read.
    private static readonly SearchValues<char> NoText =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\n' or '\t')), '\uFFFD']);

    public bool Set(int ordinal, object? value) => Put(ordinal, value);

    private bool Put(int ordinal, object? value) { Values[ordinal] = value; return true; }

    private static bool Wrong(List<InputProblem> problems, Field field, string message) { problems.Add(new InputProblem(field.Name, message)); return false; }

    public static string Short(string text) => SecretText.Mask(CardNumber.Mask(text.Length <= 40 ? text : text[..37] + "..."));

    // --- reading, for the builders ---

    internal string? Text(string field) => (string?)Values[Kind.Ordinal(field)];

    internal string Need(string field) => (string)Values[Kind.Ordinal(field)]!;

    internal DateOnly? Date(string field) => (DateOnly?)Values[Kind.Ordinal(field)];

    internal DateOnly NeedDate(string field) => (DateOnly)Values[Kind.Ordinal(field)]!;

    internal T Get<T>(string field) => (T)Values[Kind.Ordinal(field)]!;

    internal T? GetOrNull<T>(string field) where T : struct => (T?)Values[Kind.Ordinal(field)];

    internal bool Has(string field) => Values[Kind.Ordinal(field)] is not null;

    /// <summary>An amount with its currency. A problem where it is zero or below (unless allowed) or too precise.</summary>
    internal Money Money(string field, bool zeroAllowed = false)
    {
        var amount = (decimal)Values[Kind.Ordinal(field)]!;
        return ToMoney(field, amount, zeroAllowed);
    }

    /// <summary>What a credit takes off: the same with a minus before it. The minus is no part of the content.</summary>
    internal Money CreditAmount(string field)
    {
        var at = Kind.Ordinal(field);
        if (Values[at] is decimal and < 0) Values[at] = -(decimal)Values[at]!;
        return Money(field);
    }

    internal Money ToMoney(string field, decimal amount, bool zeroAllowed = false, bool negativeAllowed = false)
    {
        var currency = Currency.Of(Need("currency"));
        if (amount < 0 && !negativeAllowed)
            Problems.Add(new InputProblem(field, $"{amount.ToString(CultureInfo.InvariantCulture)} is negative; a reduction is a credit note, a correction or "
                + "a write-off"));
        else if (amount == 0 && !zeroAllowed) Problems.Add(new InputProblem(field, "is zero"));
        else if (Foundation.Money.TryFromMajor(amount, currency, out var money)) return money;
        else if (Math.Abs(amount) > Foundation.Money.MajorMaxOf(currency))
            Problems.Add(new InputProblem(field, $"{amount.ToString(CultureInfo.InvariantCulture)} is too large; at most "
                + $"{Foundation.Money.MajorMaxOf(currency).ToString("0", CultureInfo.InvariantCulture)} {currency}"));
        else Problems.Add(new InputProblem(field, $"{amount.ToString(CultureInfo.InvariantCulture)} has more decimals than {currency} has "
            + $"({currency.Digits})"));
        return Foundation.Money.Zero(currency);
    }

    internal Money? MoneyOrNull(string field, bool zeroAllowed = false) => Has(field) ? Has("currency") ? Money(field, zeroAllowed) : Missing() : null;

    private Money? Missing()
    {
        Problems.Add(new InputProblem("currency", "is missing beside an amount"));
        return null;
    }

    internal void Problem(string? field, string message) => Problems.Add(new InputProblem(field, message));

    /// <summary>SHA-256 over kind and values, each in one canonical form, cut to 16 bytes.</summary>
    internal byte[] Digest()
    {
        canonical.ResetWrittenCount();
        Append(Kind.Name);
        for (var i = 0; i < Values.Length; i++)
        {
            if (Values[i] is not { } value) continue;
            canonical.Write(Kind.Marks[i]);
            Append(value);
        }
        Span<byte> hash = stackalloc byte[32];
        sha ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(canonical.WrittenSpan);
        sha.GetHashAndReset(hash);
        return hash[..16].ToArray();
    }

    // Both are used again from input to input: a digest is taken for every row of a file. Making the hash anew costs as much as hashing.
    [ThreadStatic]
    private static IncrementalHash? sha;

    private readonly ArrayBufferWriter<byte> canonical = new(256);

    private void Append(char c) => canonical.Write([(byte)c]);

    private void Append(string text) => Encoding.UTF8.GetBytes(text, canonical);

    private void Append<T>(T value, string format) where T : IUtf8SpanFormattable
    {
        const int bytesMax = 40;
        value.TryFormat(canonical.GetSpan(bytesMax), out var length, format, CultureInfo.InvariantCulture);
        canonical.Advance(length);
    }

    // Without the zeros at the end of its decimals, so that 60.0 is 60.00.
    private void Append(decimal value)
    {
        const int bytesMax = 40;
        var text = canonical.GetSpan(bytesMax);
        value.TryFormat(text, out var length, "G", CultureInfo.InvariantCulture);
        text = text[..length];
        if (text.Contains((byte)'.')) text = text.TrimEnd((byte)'0').TrimEnd((byte)'.');
        canonical.Advance(text.Length);
    }

    private void Append(object value)
    {
        switch (value)
        {
            case string s: Append(s); break;
            case decimal d: Append(d); break;
            case DateOnly d: Append(d, "O"); break;
            case DateTimeOffset t: Append(t.ToUnixTimeMilliseconds(), "D"); break;
            case long n: Append(n, "D"); break;
            case bool b: Append(b ? "true" : "false"); break;
            case byte[] content: canonical.Write(SHA256.HashData(content)); break;
            case IReadOnlyList<AllocationDraft> list:
                foreach (var a in list) { Append('\u001d'); Append(a.Invoice); Append('='); Append(a.Amount); }
                break;
            case IReadOnlyList<LineDraft> list:
                foreach (var l in list) { Append('\u001d'); Append(l.Description); Append('='); Append(l.Amount); }
                break;
            case IReadOnlyList<DateOnly> list:
                foreach (var d in list) { Append('\u001d'); Append(d, "O"); }
                break;
            case IReadOnlyList<string> list:
                foreach (var t in list) { Append('\u001d'); Append(t); }
                break;
            case IReadOnlyList<InstalmentDraft> list:
                foreach (var i in list) { Append('\u001d'); Append(i.DueOn, "O"); Append('='); Append(i.Amount); }
                break;
            default: Invariant.Never($"a field has a value of type {value.GetType()}"); break;
        }
    }
}
