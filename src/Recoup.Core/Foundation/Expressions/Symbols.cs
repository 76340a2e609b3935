using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Recoup.Core.Foundation;

/// <summary>
/// What names mean when read against a <typeparamref name="TScope"/>. Fill it once, then share it: compiling only reads.
/// Names are snake_case, with dots. A name declared twice, a reserved word, or a function named as a built-in one throws
/// <see cref="ArgumentException"/>: that is a bug in the program, not in an expression.
/// </summary>
public sealed class Symbols<TScope>
{
    private readonly Dictionary<string, Code<TScope>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SymbolFunction<TScope>> _functions = new(StringComparer.Ordinal);

    private readonly Dictionary<string, SymbolSet<TScope>> _sets = new(StringComparer.Ordinal);

    /// <summary>The names of values and sets, in ordinal order; functions are not among them.</summary>
    public IEnumerable<string> Names => _values.Keys.Concat(_sets.Keys).Order(StringComparer.Ordinal);

    internal IEnumerable<string> SetNames => _sets.Keys.Order(StringComparer.Ordinal);

    /// <summary>The names of the functions added here, in ordinal order; built-in ones are not among them.</summary>
    public IEnumerable<string> FunctionNames => _functions.Keys.Order(StringComparer.Ordinal);

    /// <summary>Null is no value, here and in the next three.</summary>
    public Symbols<TScope> Number(string name, Func<TScope, decimal?> read) =>
        Add(name, Code<TScope>.Number(scope => Maybe.Of(read(scope))));

    public Symbols<TScope> Text(string name, Func<TScope, string?> read) =>
        Add(name, Code<TScope>.Text(scope => Maybe.Of(read(scope))));

    public Symbols<TScope> Date(string name, Func<TScope, DateOnly?> read) =>
        Add(name, Code<TScope>.Date(scope => Maybe.Of(read(scope))));

    public Symbols<TScope> Boolean(string name, Func<TScope, bool?> read) =>
        Add(name, Code<TScope>.Boolean(scope => Maybe.Of(read(scope))));

    /// <summary>Several words at once, of which an expression asks for one: <c>tags has "vip"</c>.</summary>
    /// <param name="problemOf">What is wrong with a word that is asked for, such as another spelling than the one that words have; null: nothing.</param>
    public Symbols<TScope> Set(string name, Func<TScope, IReadOnlyCollection<string>> read, Func<string, string?> problemOf)
    {
        CheckFree(name);
        _sets.Add(name, new SymbolSet<TScope>(read, problemOf));
        return this;
    }

    /// <summary>
    /// A function of values. It is called even when an argument has no value, with a fresh array each time (so such a
    /// call does allocate); it must give a value of the declared kind, or no value of any kind.
    /// </summary>
    public Symbols<TScope> Function(
        string name, ValueKind[] parameters, ValueKind result, Func<TScope, Value[], Value> call) =>
        Add(name, new SymbolFunction<TScope>.OfValues([.. parameters], result, call));

    /// <summary>
    /// A function of one bare name out of <paramref name="allowedNames"/>, such as <c>sum(sales)</c>. Another name is
    /// refused when compiling.
    /// </summary>
    public Symbols<TScope> NameFunction(
        string name, IReadOnlySet<string> allowedNames, ValueKind result, Func<TScope, string, Value> call) =>
        Add(name, new SymbolFunction<TScope>.OfName(
            allowedNames.ToFrozenSet(StringComparer.Ordinal), result, call));

    internal bool Find(string name, [NotNullWhen(true)] out Code<TScope>? code) => _values.TryGetValue(name, out code);

    internal bool FindSet(string name, [NotNullWhen(true)] out SymbolSet<TScope>? set) => _sets.TryGetValue(name, out set);

    internal bool FindFunction(string name, [NotNullWhen(true)] out SymbolFunction<TScope>? function) =>
        _functions.TryGetValue(name, out function);

    private Symbols<TScope> Add(string name, Code<TScope> code)
    {
        CheckFree(name);
        _values.Add(name, code);
        return this;
    }

    private Symbols<TScope> Add(string name, SymbolFunction<TScope> function)
    {
        CheckFree(name);
        if (ExpressionFunctions<TScope>.All.ContainsKey(name))
            throw new ArgumentException($"'{name}' is a built-in function.", nameof(name));
        _functions.Add(name, function);
        return this;
    }

    private void CheckFree(string name)
    {
        if (!ExpressionParser.IsName(name))
            throw new ArgumentException($"'{name}' is not a name: write snake_case, with dots, and no reserved word.", nameof(name));
        if (_values.ContainsKey(name) || _sets.ContainsKey(name) || _functions.ContainsKey(name))
            throw new ArgumentException($"'{name}' is declared twice.", nameof(name));
    }
}

internal sealed record SymbolSet<TScope>(Func<TScope, IReadOnlyCollection<string>> Read, Func<string, string?> ProblemOf);

internal abstract record SymbolFunction<TScope>(ValueKind Result)
{
    public sealed record OfValues(ValueKind[] Parameters, ValueKind Result, Func<TScope, Value[], Value> Call)
        : SymbolFunction<TScope>(Result);

    public sealed record OfName(FrozenSet<string> Allowed, ValueKind Result, Func<TScope, string, Value> Call)
        : SymbolFunction<TScope>(Result);
}
