using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Recoup.Core.Foundation;

namespace Recoup.Core.Events;

/// <summary>
/// Writes the JSON of a payload as the serializer would, byte for byte, for texts that need no escapes; others spoil it,
/// and the serializer has to write the event. One a thread, used by one event after another.
/// </summary>
internal sealed class PayloadWriter
{
    private byte[] buffer = new byte[1024];
    private int at;
    private bool spoilt;

    [ThreadStatic]
    private static PayloadWriter? ofThread;

    /// <summary>What the serializer writes as it is: ASCII but for quotes, backslash and what could end a script or a tag.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create(" !#$%()*,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~");

    public static PayloadWriter Begin()
    {
        var writer = ofThread ??= new PayloadWriter();
        writer.at = 0;
        writer.spoilt = false;
        return writer;
    }

    /// <summary>Null: it was spoilt.</summary>
    public byte[]? End() => spoilt ? null : buffer.AsSpan(0, at).ToArray();

    private void Room(int bytes)
    {
        if (buffer.Length - at < bytes) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, at + bytes));
    }

    /// <summary>Names and signs, as they are.</summary>
    public PayloadWriter Raw(ReadOnlySpan<byte> json)
    {
        Room(json.Length);
        json.CopyTo(buffer.AsSpan(at));
        at += json.Length;
        return this;
    }

    public PayloadWriter Text(string text)
    {
        if (text.AsSpan().ContainsAnyExcept(Plain)) { spoilt = true; return this; }
        Room(text.Length + 2);
        buffer[at++] = (byte)'"';
        at += Encoding.ASCII.GetBytes(text, buffer.AsSpan(at));
        buffer[at++] = (byte)'"';
        return this;
    }

    public PayloadWriter Number(long number)
    {
        Room(20);
        number.TryFormat(buffer.AsSpan(at), out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        at += written;
        return this;
    }

    public PayloadWriter Day(DateOnly day)
    {
        Room(12);
        buffer[at++] = (byte)'"';
        Digits(day.Year, 4);
        buffer[at++] = (byte)'-';
        Digits(day.Month, 2);
        buffer[at++] = (byte)'-';
        Digits(day.Day, 2);
        buffer[at++] = (byte)'"';
        return this;
    }

    private void Digits(int value, int count)
    {
        for (var i = count - 1; i >= 0; i--, value /= 10) buffer[at + i] = (byte)('0' + value % 10);
        at += count;
    }

    /// <summary>Only whole seconds of UTC, as the door's clock mostly gives them.</summary>
    public PayloadWriter Instant(DateTimeOffset instant)
    {
        if (instant.Offset != TimeSpan.Zero || instant.Ticks % TimeSpan.TicksPerSecond != 0) { spoilt = true; return this; }
        Day(DateOnly.FromDateTime(instant.DateTime));
        at--;
        Room(16);
        buffer[at++] = (byte)'T';
        Digits(instant.Hour, 2);
        buffer[at++] = (byte)':';
        Digits(instant.Minute, 2);
        buffer[at++] = (byte)':';
        Digits(instant.Second, 2);
        return Raw("+00:00\""u8);
    }

    public PayloadWriter Base64(byte[] bytes)
    {
        Room(Base64Length(bytes.Length) + 2);
        buffer[at++] = (byte)'"';
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, buffer.AsSpan(at), out _, out var written);
        // The serializer writes base 64 without escapes, its plus included.
        at += written;
        buffer[at++] = (byte)'"';
        return this;
    }

    private static int Base64Length(int bytes) => System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes);

    // --- with their names in front; null is left out ---

    public PayloadWriter Text(ReadOnlySpan<byte> name, string? text) => text is null ? this : Raw(name).Text(text);

    public PayloadWriter Number(ReadOnlySpan<byte> name, long? number) => number is { } n ? Raw(name).Number(n) : this;

    public PayloadWriter Day(ReadOnlySpan<byte> name, DateOnly? day) => day is { } d ? Raw(name).Day(d) : this;
}

/// <summary>
/// Reads payloads in exactly the form in which <see cref="PayloadWriter"/> writes them. Anything else (another order, a
/// space, an escape, a field too many) spoils it, and the serializer has to read the payload and say what is wrong.
/// </summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> json)
{
    private readonly ReadOnlySpan<byte> json = json;
    private int at;

    /// <summary>What was read so far is not to be used.</summary>
    public bool Spoilt { get; private set; }

    /// <summary>True where all was read and all was as it should be.</summary>
    public readonly bool Ended => !Spoilt && at == json.Length;

    /// <summary>Goes on past this where it stands here.</summary>
    public bool Has(ReadOnlySpan<byte> raw)
    {
        if (Spoilt || !json[at..].StartsWith(raw)) return false;
        at += raw.Length;
        return true;
    }

    public void Raw(ReadOnlySpan<byte> raw)
    {
        if (!Has(raw)) Spoilt = true;
    }

    private static readonly SearchValues<byte> Plain = SearchValues.Create(Enumerable.Range(0x20, 0x5F).Select(b =>
        (byte)b).Where(b => b is not ((byte)'"' or (byte)'\\')).ToArray());

    private ReadOnlySpan<byte> Quoted()
    {
        if (Spoilt || at >= json.Length || json[at] != (byte)'"') { Spoilt = true; return default; }
        var rest = json[(at + 1)..];
        var length = rest.IndexOfAnyExcept(Plain);
        if (length < 0 || rest[length] != (byte)'"') { Spoilt = true; return default; }
        at += length + 2;
        return rest[..length];
    }

    /// <summary>A text of its own, such as a number of a document.</summary>
    public string Text() => Encoding.ASCII.GetString(Quoted());

    /// <summary>A text that stands in many payloads, such as a currency.</summary>
    public string Word() => Quoted() is var text && !Spoilt ? RecentTexts.Of(text) : "";

    public long Number()
    {
        if (Spoilt || !Utf8Parser.TryParse(json[at..], out long value, out var length) || length > 18) { Spoilt = true; return 0; }
        // A leading zero or a plus is none of JSON's numbers.
        var first = json[at] == (byte)'-' ? at + 1 : at;
        if (json[at] == (byte)'+' || (json[first] == (byte)'0' && at + length > first + 1) || (first > at && json[first] == (byte)'0'))
        { Spoilt = true; return 0; }
        at += length;
        // A fraction or an exponent behind it.
        if (at < json.Length && json[at] is (byte)'.' or (byte)'e' or (byte)'E') Spoilt = true;
        return value;
    }

    public int Int()
    {
        var value = Number();
        if (value is >= int.MinValue and <= int.MaxValue) return (int)value;
        Spoilt = true;
        return 0;
    }

    public DateOnly Day()
    {
        var text = Quoted();
        return !Spoilt && text.Length == 10 && TryDay(text, out var day) ? day : SpoiltDay();
    }

    private DateOnly SpoiltDay()
    {
        Spoilt = true;
        return default;
    }

    private static bool TryDay(ReadOnlySpan<byte> text, out DateOnly day)
    {
        day = default;
        if (text[4] != (byte)'-' || text[7] != (byte)'-' || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month)
            || !Digits(text[8..10], out var d)) return false;
        if (year == 0 || month is 0 or > 12 || d == 0 || d > DateTime.DaysInMonth(year, month)) return false;
        day = new DateOnly(year, month, d);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = value * 10 + digit - '0';
        }
        return true;
    }

    /// <summary>Whole seconds of UTC.</summary>
    public DateTimeOffset Instant()
    {
        var text = Quoted();
        if (!Spoilt && text.Length == 25 && text[10] == (byte)'T' && text[13] == (byte)':' && text[16] == (byte)':' && text[19..].SequenceEqual("+00:00"u8)
            && TryDay(text[..10], out var day) && Digits(text[11..13], out var hour) && Digits(text[14..16], out var minute)
                && Digits(text[17..19], out var second)
            && hour < 24 && minute < 60 && second < 60) return new DateTimeOffset(day, new TimeOnly(hour, minute, second), TimeSpan.Zero);
        Spoilt = true;
        return default;
    }

    public byte[] Base64()
    {
        var text = Quoted();
        var bytes = new byte[text.Length / 4 * 3];
        if (Spoilt || System.Buffers.Text.Base64.DecodeFromUtf8(text, bytes, out var read, out var written) != OperationStatus.Done || read != text.Length)
        { Spoilt = true; return []; }
        return written == bytes.Length ? bytes : bytes[..written];
    }

    // --- with their names in front; null where the name does not stand here ---

    public string? Text(ReadOnlySpan<byte> name) => Has(name) ? Text() : null;

    public string? Word(ReadOnlySpan<byte> name) => Has(name) ? Word() : null;

    public long? Number(ReadOnlySpan<byte> name) => Has(name) ? Number() : null;

    public DateOnly? Day(ReadOnlySpan<byte> name) => Has(name) ? Day() : null;
}
