using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>Where a form stands among the fields that are nearly always nothing.</summary>
internal struct Rare
{
    private int fields;
    private int next;

    public bool IsOpen { get; private set; }

    public int Bytes => (fields + 7) / 8;

    public void Begin(int count)
    {
        Invariant.Holds(!IsOpen && count > 0, "rare fields begin once");
        (fields, next, IsOpen) = (count, 0, true);
    }

    /// <summary>The place of the next field's bit.</summary>
    public int Take()
    {
        Invariant.Holds(next < fields, $"more than {fields} rare fields");
        return next++;
    }

    public void End()
    {
        Invariant.Holds(IsOpen && next == fields, $"{next} of {fields} rare fields");
        IsOpen = false;
    }
}

/// <summary>Writes the fields of a state to its bytes.</summary>
internal struct FormWriter(StateWriter w) : IForm
{
    private Rare rare;
    private int rareAt;

    public void BeginRare(int fields)
    {
        rare.Begin(fields);
        rareAt = w.Leave(rare.Bytes);
    }

    public void EndRare() => rare.End();

    /// <summary>Whether the field is to be written; notes in its bit that it is something.</summary>
    private bool Has(bool something)
    {
        Invariant.Holds(rare.IsOpen, "a field that may be nothing stands among the rare ones or has a mark of its own");
        var bit = rare.Take();
        if (something) w.Mark(rareAt + bit / 8, 1 << (bit % 8));
        return something;
    }

    private readonly void Always() => Invariant.Holds(!rare.IsOpen, "a field that is never nothing stands among the rare ones");

    public readonly string Text(string name, string value)
    {
        Always();
        w.Text(value);
        return value;
    }

    public string? TextOrNull(string name, string? value)
    {
        if (!rare.IsOpen) w.TextOrNull(value);
        else if (Has(value is not null)) w.Text(value!);
        return value;
    }

    public readonly string Word(string name, string value)
    {
        Always();
        w.Word(value);
        return value;
    }

    public string? WordOrNull(string name, string? value)
    {
        if (!rare.IsOpen || Has(value is not null)) w.Word(value);
        return value;
    }

    public readonly DateOnly Day(string name, DateOnly value)
    {
        Always();
        w.Day(value);
        return value;
    }

    public DateOnly? DayOrNull(string name, DateOnly? value)
    {
        if (!rare.IsOpen) w.Day(value);
        else if (Has(value is not null)) w.Day(value!.Value);
        return value;
    }

    public readonly DateTimeOffset Instant(string name, DateTimeOffset value)
    {
        Always();
        w.Instant(value);
        return value;
    }

    public DateTimeOffset? InstantOrNull(string name, DateTimeOffset? value)
    {
        if (!rare.IsOpen) w.Instant(value);
        else if (Has(value is not null)) w.Instant(value!.Value);
        return value;
    }

    public long Long(string name, long value)
    {
        if (!rare.IsOpen || Has(value != 0)) w.Long(value);
        return value;
    }

    public int Int(string name, int value)
    {
        Long(name, value);
        return value;
    }

    public bool Flag(string name, bool value)
    {
        if (!rare.IsOpen) w.Flag(value); else Has(value);
        return value;
    }

    public readonly byte[] Bytes(string name, byte[] value)
    {
        Always();
        w.Bytes(value);
        return value;
    }

    public byte[]? BytesOrNull(string name, byte[]? value)
    {
        if (!rare.IsOpen) w.Flag(value is not null);
        if (rare.IsOpen ? Has(value is not null) : value is not null) w.Bytes(value);
        return value;
    }

    public readonly TChoice Choice<TChoice>(string name, TChoice value) where TChoice : struct, Enum
    {
        Always();
        w.Count(System.Runtime.CompilerServices.Unsafe.As<TChoice, int>(ref value));
        return value;
    }

    public List<string> Texts(string name, List<string> value)
    {
        if (rare.IsOpen && !Has(value.Count > 0)) return value;
        w.Count(value.Count);
        foreach (var text in value) w.Text(text);
        return value;
    }

    public List<string>? TextsOrNull(string name, List<string>? value)
    {
        if (!Begins(value)) return value;
        foreach (var text in value!) w.Text(text);
        return value;
    }

    public readonly T One<T>(string name, T value) where T : IFormed<T>
    {
        Always();
        var inner = new FormWriter(w);
        T.Form(ref inner, value);
        return value;
    }

    public T? OneOrNull<T>(string name, T? value) where T : class, IFormed<T>
    {
        if (!rare.IsOpen) w.Flag(value is not null);
        if (rare.IsOpen ? !Has(value is not null) : value is null) return value;
        var inner = new FormWriter(w);
        T.Form(ref inner, value!);
        return value;
    }

    public List<T> List<T>(string name, List<T> value) where T : IFormed<T>
    {
        if (rare.IsOpen && !Has(value.Count > 0)) return value;
        w.Count(value.Count);
        Each(value);
        return value;
    }

    public List<T>? ListOrNull<T>(string name, List<T>? value) where T : IFormed<T>
    {
        if (Begins(value)) Each(value!);
        return value;
    }

    /// <summary>Writes the count of a list that may be null; whether there is one.</summary>
    private bool Begins<T>(List<T>? value)
    {
        if (rare.IsOpen)
        {
            if (!Has(value is not null)) return false;
            w.Count(value!.Count);
            return true;
        }
        w.Count(value is null ? 0 : value.Count + 1);
        return value is not null;
    }

    private readonly void Each<T>(List<T> value) where T : IFormed<T>
    {
        foreach (var one in value)
        {
            var inner = new FormWriter(w);
            T.Form(ref inner, one);
        }
    }
}

/// <content>Reads the fields of a state by its form.</content>
internal ref partial struct StateReader : IForm
{
    public void BeginRare(int fields)
    {
        rare.Begin(fields);
        marks = Marks(rare.Bytes);
        if (fields < 64 && marks >> fields != 0) throw new StateDamagedException($"the marks {marks:x} are more than {fields}");
    }

    public void EndRare() => rare.End();

    private bool Has() => (marks >> rare.Take() & 1) != 0;

    /// <summary>What is nothing was not written: where it stands nevertheless, it is of another hand.</summary>
    private static void Something(bool something)
    {
        if (!something) throw new StateDamagedException("a field that is nothing is marked as something");
    }

    public string Text(string name, string value) => Text();

    public string? TextOrNull(string name, string? value) => rare.IsOpen ? Has() ? Text() : null : TextOrNull();

    public string Word(string name, string value) => Word();

    public string? WordOrNull(string name, string? value) => rare.IsOpen ? Has() ? Word() : null : WordOrNull();

    public DateOnly Day(string name, DateOnly value) => Day();

    public DateOnly? DayOrNull(string name, DateOnly? value) => rare.IsOpen ? Has() ? Day() : null : DayOrNull();

    public DateTimeOffset Instant(string name, DateTimeOffset value) => Instant();

    public DateTimeOffset? InstantOrNull(string name, DateTimeOffset? value) => rare.IsOpen ? Has() ? Instant() : null : InstantOrNull();

    public long Long(string name, long value)
    {
        if (!rare.IsOpen) return Long();
        if (!Has()) return 0;
        var read = Long();
        Something(read != 0);
        return read;
    }

    public int Int(string name, int value)
    {
        if (!rare.IsOpen) return Int();
        if (!Has()) return 0;
        var read = Int();
        Something(read != 0);
        return read;
    }

    public bool Flag(string name, bool value) => rare.IsOpen ? Has() : Flag();

    public byte[] Bytes(string name, byte[] value) => Bytes();

    public byte[]? BytesOrNull(string name, byte[]? value) => (rare.IsOpen ? Has() : Flag()) ? Bytes() : null;

    public TChoice Choice<TChoice>(string name, TChoice value) where TChoice : struct, Enum => Choice<TChoice>();

    public List<string> Texts(string name, List<string> value)
    {
        if (rare.IsOpen && !Has()) return [];
        var isRare = rare.IsOpen;
        var list = Texts(Count());
        Something(!isRare || list.Count > 0);
        return list;
    }

    public List<string>? TextsOrNull(string name, List<string>? value) => Begins(out var count) ? Texts(count) : null;

    private List<string> Texts(int count)
    {
        var list = new List<string>(count);
        for (var i = 0; i < count; i++) list.Add(Text());
        return list;
    }

    public T One<T>(string name, T value) where T : IFormed<T> => Inner<T>();

    private T Inner<T>() where T : IFormed<T>
    {
        var (outer, outerMarks) = (rare, marks);
        rare = default;
        var value = T.Form(ref this, T.Blank);
        (rare, marks) = (outer, outerMarks);
        return value;
    }

    public T? OneOrNull<T>(string name, T? value) where T : class, IFormed<T>
    {
        if (!(rare.IsOpen ? Has() : Flag())) return null;
        return Inner<T>();
    }

    public List<T> List<T>(string name, List<T> value) where T : IFormed<T>
    {
        if (rare.IsOpen && !Has()) return [];
        var isRare = rare.IsOpen;
        var list = Each<T>(Count());
        Something(!isRare || list.Count > 0);
        return list;
    }

    public List<T>? ListOrNull<T>(string name, List<T>? value) where T : IFormed<T> => Begins(out var count) ? Each<T>(count) : null;

    /// <summary>Reads the count of a list that may be null; whether there is one.</summary>
    private bool Begins(out int count)
    {
        count = 0;
        if (rare.IsOpen)
        {
            if (!Has()) return false;
            count = Count();
            return true;
        }
        count = Count() - 1;
        return count >= 0;
    }

    private List<T> Each<T>(int count) where T : IFormed<T>
    {
        var list = new List<T>(count);
        var (outer, outerMarks) = (rare, marks);
        for (var i = 0; i < count; i++)
        {
            rare = default;
            list.Add(T.Form(ref this, T.Blank));
        }
        (rare, marks) = (outer, outerMarks);
        return list;
    }
}

/// <summary>Shows the fields of a state as JSON; what is nothing is left out.</summary>
internal readonly struct FormText(Utf8JsonWriter json) : IForm
{
    public void BeginRare(int fields) { }

    public void EndRare() { }

    public string Text(string name, string value)
    {
        json.WriteString(name, value);
        return value;
    }

    public string? TextOrNull(string name, string? value) => value is null ? null : Text(name, value);

    public string Word(string name, string value) => Text(name, value);

    public string? WordOrNull(string name, string? value) => TextOrNull(name, value);

    public DateOnly Day(string name, DateOnly value)
    {
        json.WriteString(name, value.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        return value;
    }

    public DateOnly? DayOrNull(string name, DateOnly? value) => value is { } day ? Day(name, day) : null;

    public DateTimeOffset Instant(string name, DateTimeOffset value)
    {
        json.WriteString(name, value);
        return value;
    }

    public DateTimeOffset? InstantOrNull(string name, DateTimeOffset? value) => value is { } at ? Instant(name, at) : null;

    public long Long(string name, long value)
    {
        json.WriteNumber(name, value);
        return value;
    }

    public int Int(string name, int value)
    {
        json.WriteNumber(name, value);
        return value;
    }

    public bool Flag(string name, bool value)
    {
        if (value) json.WriteBoolean(name, value);
        return value;
    }

    public byte[] Bytes(string name, byte[] value)
    {
        json.WriteBase64String(name, value);
        return value;
    }

    public byte[]? BytesOrNull(string name, byte[]? value) => value is null ? null : Bytes(name, value);

    public TChoice Choice<TChoice>(string name, TChoice value) where TChoice : struct, Enum
    {
        json.WriteNumber(name, System.Runtime.CompilerServices.Unsafe.As<TChoice, int>(ref value));
        return value;
    }

    public List<string> Texts(string name, List<string> value)
    {
        if (value.Count > 0) TextsOrNull(name, value);
        return value;
    }

    public List<string>? TextsOrNull(string name, List<string>? value)
    {
        if (value is null) return null;
        json.WriteStartArray(name);
        foreach (var text in value) json.WriteStringValue(text);
        json.WriteEndArray();
        return value;
    }

    public T One<T>(string name, T value) where T : IFormed<T>
    {
        json.WritePropertyName(name);
        return Object(value);
    }

    public T? OneOrNull<T>(string name, T? value) where T : class, IFormed<T> => value is null ? null : One(name, value);

    public List<T> List<T>(string name, List<T> value) where T : IFormed<T>
    {
        if (value.Count > 0) ListOrNull(name, value);
        return value;
    }

    public List<T>? ListOrNull<T>(string name, List<T>? value) where T : IFormed<T>
    {
        if (value is null) return null;
        json.WriteStartArray(name);
        foreach (var one in value) Object(one);
        json.WriteEndArray();
        return value;
    }

    public T Object<T>(T value) where T : IFormed<T>
    {
        json.WriteStartObject();
        var inner = new FormText(json);
        T.Form(ref inner, value);
        json.WriteEndObject();
        return value;
    }
}

/// <summary>Describes a form: the names and sorts of its fields, and those of what is in them. Two forms of one description have the same bytes.</summary>
internal readonly struct FormDescription(StringBuilder text) : IForm
{
    /// <summary>SHA-256 of the description, hexadecimal, 16 characters.</summary>
    public static string DigestOf(string description) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description)).AsSpan(0, 8));

    public static string Of<T>() where T : IFormed<T>
    {
        var text = new StringBuilder();
        var form = new FormDescription(text);
        T.Form(ref form, T.Blank);
        return text.ToString();
    }

    private T Add<T>(string name, string sort, T value)
    {
        text.Append(name).Append(':').Append(sort).Append(';');
        return value;
    }

    private void Inner<T>(string name, string sort) where T : IFormed<T>
    {
        text.Append(name).Append(':').Append(sort).Append('{');
        var inner = new FormDescription(text);
        T.Form(ref inner, T.Blank);
        text.Append('}');
    }

    public void BeginRare(int fields) => text.Append("rare(");

    public void EndRare() => text.Append(')');

    public string Text(string name, string value) => Add(name, "text", value);

    public string? TextOrNull(string name, string? value) => Add(name, "text?", value);

    public string Word(string name, string value) => Add(name, "word", value);

    public string? WordOrNull(string name, string? value) => Add(name, "word?", value);

    public DateOnly Day(string name, DateOnly value) => Add(name, "day", value);

    public DateOnly? DayOrNull(string name, DateOnly? value) => Add(name, "day?", value);

    public DateTimeOffset Instant(string name, DateTimeOffset value) => Add(name, "instant", value);

    public DateTimeOffset? InstantOrNull(string name, DateTimeOffset? value) => Add(name, "instant?", value);

    public long Long(string name, long value) => Add(name, "long", value);

    public int Int(string name, int value) => Add(name, "int", value);

    public bool Flag(string name, bool value) => Add(name, "flag", value);

    public byte[] Bytes(string name, byte[] value) => Add(name, "bytes", value);

    public byte[]? BytesOrNull(string name, byte[]? value) => Add(name, "bytes?", value);

    public TChoice Choice<TChoice>(string name, TChoice value) where TChoice : struct, Enum => Add(name, string.Join('|', Enum.GetNames<TChoice>()), value);

    public List<string> Texts(string name, List<string> value) => Add(name, "texts", value);

    public List<string>? TextsOrNull(string name, List<string>? value) => Add(name, "texts?", value);

    public T One<T>(string name, T value) where T : IFormed<T>
    {
        Inner<T>(name, "one");
        return value;
    }

    public T? OneOrNull<T>(string name, T? value) where T : class, IFormed<T>
    {
        Inner<T>(name, "one?");
        return value;
    }

    public List<T> List<T>(string name, List<T> value) where T : IFormed<T>
    {
        Inner<T>(name, "list");
        return value;
    }

    public List<T>? ListOrNull<T>(string name, List<T>? value) where T : IFormed<T>
    {
        Inner<T>(name, "list?");
        return value;
    }
}
