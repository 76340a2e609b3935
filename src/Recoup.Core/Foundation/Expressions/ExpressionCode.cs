using System.Diagnostics.CodeAnalysis;

namespace Recoup.Core.Foundation;

/// <summary>A value or none: of structs and texts alike, without boxing. The default is none.</summary>
internal readonly struct Maybe<T>
    where T : notnull
{
    private readonly T _value;

    private Maybe(T value) => (_value, HasValue) = (value, true);

    public static Maybe<T> None => default;

    public bool HasValue { get; }

    public static implicit operator Maybe<T>(T value) => new(value);

    public bool Has([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return HasValue;
    }

    public Maybe<TResult> Map<TResult>(Func<T, TResult> map)
        where TResult : notnull => HasValue ? map(_value) : Maybe<TResult>.None;
}

internal static class Maybe
{
    public static Maybe<T> Of<T>(T? value)
        where T : struct => value is { } v ? v : Maybe<T>.None;

    public static Maybe<string> Of(string? value) => value is not null ? value : Maybe<string>.None;

    public static bool IsTrue(this Maybe<bool> truth) => truth.Has(out var value) && value;

    public static T? OrNull<T>(this Maybe<T> maybe)
        where T : struct => maybe.Has(out var value) ? value : null;
}

/// <summary>
/// A compiled piece whose kind is known only at run time of the compiler. What works alike on all kinds is here; each
/// operation that takes other pieces wants them of the same kind, which the binder has seen to.
/// </summary>
internal abstract class Code<TScope>(ValueKind kind)
{
    public ValueKind Kind => kind;

    public static Code<TScope, decimal> Number(Func<TScope, Maybe<decimal>> read) =>
        new(ValueKind.Number, read, v => Value.Of(v));

    public static Code<TScope, string> Text(Func<TScope, Maybe<string>> read) =>
        new(ValueKind.Text, read, v => Value.Of(v));

    public static Code<TScope, DateOnly> Date(Func<TScope, Maybe<DateOnly>> read) =>
        new(ValueKind.Date, read, v => Value.Of(v));

    public static Code<TScope, bool> Boolean(Func<TScope, Maybe<bool>> read) =>
        new(ValueKind.Boolean, read, v => Value.Of(v));

    /// <summary>Unpacks what a function gives. A value of another kind throws: the function is wrong, not the text.</summary>
    public static Code<TScope> From(ValueKind kind, Func<TScope, Value> call) => kind switch
    {
        ValueKind.Number => Number(s => call(s) is { HasValue: true } v ? v.AsNumber : Maybe<decimal>.None),
        ValueKind.Text => Text(s => call(s) is { HasValue: true } v ? v.AsText : Maybe<string>.None),
        ValueKind.Date => Date(s => call(s) is { HasValue: true } v ? v.AsDate : Maybe<DateOnly>.None),
        _ => Boolean(s => call(s) is { HasValue: true } v ? v.AsBoolean : Maybe<bool>.None),
    };

    public static Code<TScope> Constant(Value value) => value.Kind switch
    {
        ValueKind.Number => Constantly(value.AsNumber, Number),
        ValueKind.Text => Constantly(value.AsText, Text),
        ValueKind.Date => Constantly(value.AsDate, Date),
        _ => Constantly(value.AsBoolean, Boolean),
    };

    public abstract Value Evaluate(TScope scope);

    public abstract Code<TScope, bool> HasValue();

    public abstract Code<TScope, bool> EqualTo(Code<TScope> other);

    public abstract Code<TScope, bool> UnequalTo(Code<TScope> other);

    /// <summary>Whether the sign of comparing with the other passes.</summary>
    public abstract Code<TScope, bool> Ordered(Code<TScope> other, Func<int, bool> passes);

    public abstract Code<TScope, bool> In(IEnumerable<Code<TScope>> list);

    public abstract Code<TScope, bool> NotIn(IEnumerable<Code<TScope>> list);

    public abstract Code<TScope> If(Func<TScope, Maybe<bool>> condition, Code<TScope> otherwise);

    public abstract Code<TScope> Coalesce(IEnumerable<Code<TScope>> others);

    /// <summary>The least of this and the others for sign -1, the greatest for 1.</summary>
    public abstract Code<TScope> Extreme(IEnumerable<Code<TScope>> others, int sign);

    private static Code<TScope, T> Constantly<T>(T value, Func<Func<TScope, Maybe<T>>, Code<TScope, T>> code)
        where T : notnull
    {
        Maybe<T> constant = value;
        return code(_ => constant);
    }
}

internal sealed class Code<TScope, T>(ValueKind kind, Func<TScope, Maybe<T>> read, Func<T, Value> wrap)
    : Code<TScope>(kind)
    where T : notnull
{
    public Func<TScope, Maybe<T>> Read => read;

    public override Value Evaluate(TScope scope) => read(scope).Has(out var value) ? wrap(value) : Value.None(Kind);

    public override Code<TScope, bool> HasValue() => Boolean(s => read(s).HasValue);

    public override Code<TScope, bool> EqualTo(Code<TScope> other)
    {
        var right = ReadOf(other);
        return Boolean(s => read(s).Has(out var a) && right(s).Has(out var b) && Same(a, b));
    }

    public override Code<TScope, bool> UnequalTo(Code<TScope> other)
    {
        var right = ReadOf(other);
        return Boolean(s => read(s).Has(out var a) && right(s).Has(out var b) && !Same(a, b));
    }

    public override Code<TScope, bool> Ordered(Code<TScope> other, Func<int, bool> passes)
    {
        var right = ReadOf(other);
        return Boolean(s =>
            read(s).Has(out var a) && right(s).Has(out var b) && passes(Comparer<T>.Default.Compare(a, b)));
    }

    public override Code<TScope, bool> In(IEnumerable<Code<TScope>> list)
    {
        var items = ReadsOf(list);
        return Boolean(s =>
        {
            if (!read(s).Has(out var value)) return false;
            foreach (var item in items)
            {
                if (item(s).Has(out var other) && Same(value, other)) return true;
            }

            return false;
        });
    }

    public override Code<TScope, bool> NotIn(IEnumerable<Code<TScope>> list)
    {
        var items = ReadsOf(list);
        return Boolean(s =>
        {
            if (!read(s).Has(out var value)) return false;
            foreach (var item in items)
            {
                if (!item(s).Has(out var other) || Same(value, other)) return false;
            }

            return true;
        });
    }

    public override Code<TScope> If(Func<TScope, Maybe<bool>> condition, Code<TScope> otherwise)
    {
        var other = ReadOf(otherwise);
        return With(s => condition(s).IsTrue() ? read(s) : other(s));
    }

    public override Code<TScope> Coalesce(IEnumerable<Code<TScope>> others)
    {
        var rest = ReadsOf(others);
        return With(s =>
        {
            var value = read(s);
            for (var i = 0; !value.HasValue && i < rest.Length; i++) value = rest[i](s);
            return value;
        });
    }

    public override Code<TScope> Extreme(IEnumerable<Code<TScope>> others, int sign)
    {
        var rest = ReadsOf(others);
        return With(s =>
        {
            if (!read(s).Has(out var extreme)) return Maybe<T>.None;
            foreach (var other in rest)
            {
                if (!other(s).Has(out var value)) return Maybe<T>.None;
                if (Comparer<T>.Default.Compare(value, extreme) * sign > 0) extreme = value;
            }

            return extreme;
        });
    }

    // Texts by ordinal; the default comparer of a struct is inlined and does not box.
    private static bool Same(T a, T b) => EqualityComparer<T>.Default.Equals(a, b);

    private static Func<TScope, Maybe<T>> ReadOf(Code<TScope> other) => ((Code<TScope, T>)other).Read;

    private static Func<TScope, Maybe<T>>[] ReadsOf(IEnumerable<Code<TScope>> list) => [.. list.Select(ReadOf)];

    private Code<TScope, T> With(Func<TScope, Maybe<T>> other) => new(Kind, other, wrap);
}
