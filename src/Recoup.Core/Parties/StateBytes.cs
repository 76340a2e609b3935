using System.Collections.Frozen;
using System.Text;
using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>A stored state is not one that Recoup wrote; a rebuild from the journal mends it.</summary>
public sealed class StateDamagedException(string what) : JournalDamagedException($"a stored state can't be read: {what}");

/// <summary>
/// The words that stand in a state again and again are written as their place: first the ones every state may have, then
/// the ones of the state at hand in the order in which they came.
/// </summary>
internal static class StateWords
{
    /// <summary>Part of the form: a change here, or of their order, is a new <see cref="StateCodec.Version"/>.</summary>
    public static readonly string[] Common =
    [
        "EUR", "USD", "GBP", "CHF", "business", "consumer", "email", "sms", "letter", "call", "all", "unsegmented", "standard", "main", "message", "document",
            "work", "agent", "manager", "first-reminder",
    ];

    public static readonly FrozenDictionary<string, int> Places = Common.Select((word, place) =>
        (word, place)).ToFrozenDictionary(w => w.word, w => w.place, StringComparer.Ordinal);

    /// <summary>So many words of its own are remembered in a state; what comes after them is written out each time.</summary>
    public const int OwnMax = 32;

    /// <summary>Days are counted from here: those near it take two bytes.</summary>
    public static readonly int DayZero = new DateOnly(2020, 1, 1).DayNumber;

    public static readonly long SecondZero = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks / TimeSpan.TicksPerSecond;
}

/// <summary>
/// Numbers as variable-length integers, seven bits a byte, low bits first; what may be negative is folded (0, -1, 1, -2, …). One a thread, used by one state
/// after another.
/// </summary>
internal sealed class StateWriter
{
    private byte[] buffer = new byte[1024];
    private int at;
    private readonly string[] words = new string[StateWords.OwnMax];
    private int wordCount;

    [ThreadStatic]
    private static StateWriter? ofThread;

    public static StateWriter Begin(byte tag)
    {
        var writer = ofThread ??= new StateWriter();
        writer.at = 0;
        writer.wordCount = 0;
        writer.buffer[writer.at++] = tag;
        return writer;
    }

    public byte[] End()
    {
        Forget();
        return buffer.AsSpan(0, at).ToArray();
    }

    /// <summary>Ends without making an array of it: whether these are the bytes that were written.</summary>
    public bool EndsAs(ReadOnlySpan<byte> bytes)
    {
        Forget();
        return bytes.SequenceEqual(buffer.AsSpan(0, at));
    }

    /// <summary>The words are the last state's own; a thread that goes on to other things must not hold on to them.</summary>
    private void Forget() => Array.Clear(words, 0, wordCount);

    private void Room(int bytes)
    {
        if (buffer.Length - at < bytes) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, at + bytes));
    }

    private void Number(ulong value)
    {
        Room(10);
        while (value >= 0x80)
        {
            buffer[at++] = (byte)((value & 0x7F) | 0x80);
            value >>= 7;
        }
        buffer[at++] = (byte)value;
    }

    /// <summary>Leaves room for marks, and says where.</summary>
    public int Leave(int bytes)
    {
        Room(bytes);
        buffer.AsSpan(at, bytes).Clear();
        at += bytes;
        return at - bytes;
    }

    public void Mark(int place, int bit) => buffer[place] |= (byte)bit;

    public void Count(int value) => Number((uint)value);

    public void Long(long value) => Number(unchecked((ulong)((value << 1) ^ (value >> 63))));

    public void Flag(bool value) => Number(value ? 1UL : 0);

    public void Day(DateOnly day) => Long(day.DayNumber - StateWords.DayZero);

    public void Day(DateOnly? day)
    {
        Flag(day is not null);
        if (day is { } known) Day(known);
    }

    public void Instant(DateTimeOffset at)
    {
        var (seconds, ticks) = Math.DivRem(at.UtcTicks, TimeSpan.TicksPerSecond);
        Long(seconds - StateWords.SecondZero);
        Long(ticks);
        Long(at.TotalOffsetMinutes);
    }

    public void Instant(DateTimeOffset? at)
    {
        Flag(at is not null);
        if (at is { } known) Instant(known);
    }

    /// <summary>A text of its own, such as a key: written out.</summary>
    public void Text(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Room(most + 10);
        if (text.Length < 0x80 / 3)
        {
            // Its length takes one byte, however it is spelt.
            var short_ = Encoding.UTF8.GetBytes(text, buffer.AsSpan(at + 1));
            buffer[at] = (byte)short_;
            at += 1 + short_;
            return;
        }
        Number((ulong)Encoding.UTF8.GetByteCount(text));
        at += Encoding.UTF8.GetBytes(text, buffer.AsSpan(at));
    }

    public void TextOrNull(string? text)
    {
        Flag(text is not null);
        if (text is not null) Text(text);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number((uint)bytes.Length);
        Room(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(at));
        at += bytes.Length;
    }

    /// <summary>A text that is likely to have stood in this state before, or is one of the common ones.</summary>
    public void Word(string? word)
    {
        // 0: null; 1: written out here for the first time; from 2 on: a place.
        if (word is null) { Number(0); return; }
        for (var i = 0; i < wordCount; i++)
            if ((object)words[i] == word || string.Equals(words[i], word)) { Number((uint)(2 + StateWords.Common.Length + i)); return; }
        if (StateWords.Places.TryGetValue(word, out var place)) { Number((uint)(2 + place)); return; }
        Number(1);
        Text(word);
        if (wordCount < words.Length) words[wordCount++] = word;
    }
}

/// <summary>Reads what <see cref="StateWriter"/> wrote, and throws <see cref="StateDamagedException"/> where it did not write this.</summary>
internal ref partial struct StateReader
{
    private readonly ReadOnlySpan<byte> bytes;
    private readonly string[] words;
    private int at;
    private int wordCount;

    // Of the fields that are nearly always nothing, where the form stands, and which of them are something.
    private Rare rare;
    private ulong marks;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    [ThreadStatic]
    private static string[]? wordsOfThread;

    public StateReader(ReadOnlySpan<byte> bytes, byte tag)
    {
        this.bytes = bytes;
        words = wordsOfThread ??= new string[StateWords.OwnMax];
        if (Byte() != tag) throw new StateDamagedException("it is of another kind");
    }

    /// <summary>Nothing may come after what was read.</summary>
    public readonly void End()
    {
        Array.Clear(words, 0, wordCount);
        if (at != bytes.Length) throw new StateDamagedException($"{bytes.Length - at} bytes too many");
    }

    private byte Byte()
    {
        if (at >= bytes.Length) throw new StateDamagedException("it ends too early");
        return bytes[at++];
    }

    private ulong Number()
    {
        ulong value = Byte();
        if (value < 0x80) return value;
        value &= 0x7F;
        for (var shift = 7; ; shift += 7)
        {
            ulong next = Byte();
            if (shift == 63 && next > 1 || next == 0) throw new StateDamagedException($"the number that ends at byte {at} is none");
            value |= (next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    /// <summary>Of so many bytes, the first the lowest.</summary>
    private ulong Marks(int count)
    {
        ulong marks = 0;
        for (var i = 0; i < count; i++) marks |= (ulong)Byte() << (8 * i);
        return marks;
    }

    public int Count()
    {
        var value = Number();
        // Whatever is counted takes a byte at least: a count beyond that must not ask for room first.
        if (value > (ulong)(bytes.Length - at) + 1) throw new StateDamagedException($"{value} of something are more than there are bytes");
        return (int)value;
    }

    public long Long()
    {
        var value = Number();
        return unchecked((long)(value >> 1) ^ -(long)(value & 1));
    }

    public int Int() =>
        Long() is var value && value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new StateDamagedException($"{value} is too large");

    public bool Flag() => Number() switch { 0 => false, 1 => true, var other => throw new StateDamagedException($"{other} is neither yes nor no") };

    public T Choice<T>() where T : struct, Enum
    {
        var value = Number();
        if (value >= (ulong)Choices<T>.All.Length) throw new StateDamagedException($"{value} is no {typeof(T).Name}");
        return Choices<T>.All[value];
    }

    /// <summary>A choice is written as its number, so they count from 0 without a gap.</summary>
    private static class Choices<T> where T : struct, Enum
    {
        public static readonly T[] All = Enum.GetValues<T>();
    }

    public DateOnly Day()
    {
        var day = Long();
        if (day < -StateWords.DayZero || day > DateOnly.MaxValue.DayNumber - StateWords.DayZero) throw new StateDamagedException($"{day} is no day");
        return DateOnly.FromDayNumber(StateWords.DayZero + (int)day);
    }

    public DateOnly? DayOrNull() => Flag() ? Day() : null;

    public DateTimeOffset Instant()
    {
        var (seconds, ticks, minutes) = (Long(), Long(), Long());
        try
        {
            return new DateTimeOffset((seconds + StateWords.SecondZero) * TimeSpan.TicksPerSecond + ticks,
                TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(minutes));
        }
        catch (Exception e) when (e is ArgumentException or OverflowException) { throw new StateDamagedException("an instant is none"); }
    }

    public DateTimeOffset? InstantOrNull() => Flag() ? Instant() : null;

    private ReadOnlySpan<byte> Span()
    {
        var length = Number();
        if (length > (ulong)(bytes.Length - at)) throw new StateDamagedException("it ends too early");
        var span = bytes.Slice(at, (int)length);
        at += (int)length;
        return span;
    }

    public byte[] Bytes() => Span().ToArray();

    public string Text() => Decoded(Span());

    private static string Decoded(ReadOnlySpan<byte> span)
    {
        try { return Utf8.GetString(span); }
        catch (ArgumentException) { throw new StateDamagedException("a text in it is not UTF-8"); }
    }

    public string? TextOrNull() => Flag() ? Text() : null;

    public string Word() => WordOrNull() ?? throw new StateDamagedException("a word is missing");

    public string? WordOrNull()
    {
        var place = Number();
        if (place == 0) return null;
        if (place == 1)
        {
            var word = Lately(Span());
            if (wordCount < words.Length) words[wordCount++] = word;
            return word;
        }
        place -= 2;
        if (place < (ulong)StateWords.Common.Length) return StateWords.Common[place];
        place -= (ulong)StateWords.Common.Length;
        return place < (ulong)wordCount ? words[place] : throw new StateDamagedException("it names a word that it does not have");
    }

    /// <summary>Portfolios, segments and strategies are the same few in every state.</summary>
    private static string Lately(ReadOnlySpan<byte> span)
    {
        try { return RecentTexts.Of(span); }
        catch (ArgumentException) { throw new StateDamagedException("a text in it is not UTF-8"); }
    }
}
