namespace Recoup.Core.Foundation;

/// <summary>
/// A stored thing whose form is declared once, beside the class: one line a field, in the order in which the fields are stored. The
/// same lines write it, read it, show it to a person and describe its form (<see cref="IForm"/>).
/// </summary>
public interface IFormed<T>
{
    /// <summary>One with nothing in it, to be read into.</summary>
    static abstract T Blank { get; }

    /// <summary>Gives each field to the form and takes from it what the field is then.</summary>
    static abstract T Form<TForm>(ref TForm form, T value) where TForm : IForm, allows ref struct;
}

/// <summary>
/// What can be done with the fields of a stored thing, one call a field. Writing and showing give each value back; reading gives what was
/// read. Null, false and an empty list are nothing that is shown.
/// </summary>
public interface IForm
{
    /// <summary>A text of its own, such as a key.</summary>
    string Text(string name, string value);

    string? TextOrNull(string name, string? value);

    /// <summary>A text that is likely to stand elsewhere in the state too, or in most.</summary>
    string Word(string name, string value);

    string? WordOrNull(string name, string? value);

    DateOnly Day(string name, DateOnly value);

    DateOnly? DayOrNull(string name, DateOnly? value);

    DateTimeOffset Instant(string name, DateTimeOffset value);

    DateTimeOffset? InstantOrNull(string name, DateTimeOffset? value);

    long Long(string name, long value);

    int Int(string name, int value);

    bool Flag(string name, bool value);

    byte[] Bytes(string name, byte[] value);

    byte[]? BytesOrNull(string name, byte[]? value);

    /// <summary>One of an enumeration's values, which count from 0 without a gap.</summary>
    TChoice Choice<TChoice>(string name, TChoice value) where TChoice : struct, Enum;

    List<string> Texts(string name, List<string> value);

    List<string>? TextsOrNull(string name, List<string>? value);

    /// <summary>Another stored thing.</summary>
    T One<T>(string name, T value) where T : IFormed<T>;

    T? OneOrNull<T>(string name, T? value) where T : class, IFormed<T>;

    List<T> List<T>(string name, List<T> value) where T : IFormed<T>;

    /// <summary>Null is another thing than an empty list here, as it is to whoever folds.</summary>
    List<T>? ListOrNull<T>(string name, List<T>? value) where T : IFormed<T>;

    /// <summary>
    /// Begins fields that are nearly always nothing: null, false, zero or an empty list. Up to <see cref="EndRare"/> only those are stored
    /// that are something, behind one bit a field that says which. Fields that can't be nothing may not stand among them.
    /// </summary>
    /// <param name="fields">How many they are.</param>
    void BeginRare(int fields);

    void EndRare();
}
