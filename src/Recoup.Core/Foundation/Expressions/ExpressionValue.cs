using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Recoup.Core.Foundation;

/// <summary>What an expression can be about. There is no conversion between kinds.</summary>
public enum ValueKind
{
    Number,
    Text,
    Date,
    Boolean,
}

/// <summary>
/// A number, text, date or truth, or the absence of one. Two are equal when kind and content are, with 1.0 equal to
/// 1.00 and no value equal to no value of the same kind (unlike <c>=</c> inside an expression, which is false then).
/// The default is no number.
/// </summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly decimal _number;
    private readonly string? _text;
    // The day number of a date, or 1 for true.
    private readonly int _ordinal;

    private Value(ValueKind kind, bool hasValue, decimal number = 0, string? text = null, int ordinal = 0)
    {
        Kind = kind;
        HasValue = hasValue;
        _number = number;
        _text = text;
        _ordinal = ordinal;
    }

    public ValueKind Kind { get; }

    public bool HasValue { get; }

    public static Value None(ValueKind kind) => new(kind, hasValue: false);

    /// <summary>Null gives no value, here and in the other three.</summary>
    public static Value Of(decimal? number) =>
        number is { } n ? new(ValueKind.Number, hasValue: true, number: n) : None(ValueKind.Number);

    /// <summary>Empty text is a value.</summary>
    public static Value Of(string? text) =>
        text is null ? None(ValueKind.Text) : new(ValueKind.Text, hasValue: true, text: text);

    public static Value Of(DateOnly? date) =>
        date is { } d ? new(ValueKind.Date, hasValue: true, ordinal: d.DayNumber) : None(ValueKind.Date);

    public static Value Of(bool? truth) =>
        truth is { } t ? new(ValueKind.Boolean, hasValue: true, ordinal: t ? 1 : 0) : None(ValueKind.Boolean);

    /// <summary>Throws <see cref="InvalidOperationException"/> when this is no number, as its three neighbours do.</summary>
    public decimal AsNumber => Is(ValueKind.Number) ? _number : throw NotA(ValueKind.Number);

    public string AsText => Is(ValueKind.Text) ? _text! : throw NotA(ValueKind.Text);

    public DateOnly AsDate => Is(ValueKind.Date) ? DateOnly.FromDayNumber(_ordinal) : throw NotA(ValueKind.Date);

    public bool AsBoolean => Is(ValueKind.Boolean) ? _ordinal == 1 : throw NotA(ValueKind.Boolean);

    public static bool operator ==(Value left, Value right) => left.Equals(right);

    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    public bool Equals(Value other) =>
        Kind == other.Kind && HasValue == other.HasValue && _number == other._number && _ordinal == other._ordinal
        && string.Equals(_text, other._text, StringComparison.Ordinal);

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Kind, HasValue, _number, _ordinal, _text);

    /// <summary>Equal values print alike: a number without trailing zeros, a date as 2026-03-01, text bare.</summary>
    public override string ToString() => !HasValue
        ? "no value"
        : Kind switch
        {
            ValueKind.Number => _number.ToString("0.############################", CultureInfo.InvariantCulture),
            ValueKind.Text => _text!,
            ValueKind.Date => AsDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => AsBoolean ? "true" : "false",
        };

    private bool Is(ValueKind kind) => HasValue && Kind == kind;

    private InvalidOperationException NotA(ValueKind asked) =>
        new($"Asked for {asked} of {Kind} with {(HasValue ? "a" : "no")} value.");
}
