using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Recoup.Core.Events;

namespace Recoup.Storage.Journal;

/// <summary>
/// A row of the journal as bytes, each column looked at and copied once, in the layout over which its hash goes. Who reads the
/// whole journal makes no texts of it: the hash is over the bytes, and most of the columns repeat.
/// </summary>
internal sealed class JournalColumns
{
    public const string Names = "id, partition, seq, prior, party, account, kind, version, effective_on, recorded_on, recorded_at, actor, cause, "
        + "workspace_seq, payload, hash";

    private static readonly string[] Name = Names.Split(", ");

    /// <summary>What each column holds. The hash is over values: a 1 kept as text, or as 1.2, would read as the same value.</summary>
    private static readonly ValueClass[] Classes =
    [
        ValueClass.Integer, ValueClass.Integer, ValueClass.Integer, ValueClass.Integer, ValueClass.Text, ValueClass.Text, ValueClass.Text, ValueClass.Integer,
        ValueClass.Text, ValueClass.Text, ValueClass.Integer, ValueClass.Text, ValueClass.Text, ValueClass.Integer, ValueClass.Blob, ValueClass.Blob,
    ];

    private const int HashSize = SHA256.HashSizeInBytes;

    private byte[] buffer = new byte[1024];
    private int at;
    private Range party, account, kind, actor, cause, payload;
    private byte[] hash = new byte[HashSize];
    private int hashLength;

    public long Id { get; private set; }

    public int Partition { get; private set; }

    public long Seq { get; private set; }

    public long Prior { get; private set; }

    public ReadOnlySpan<byte> Party => buffer.AsSpan(party);

    public ReadOnlySpan<byte> Account => buffer.AsSpan(account);

    public ReadOnlySpan<byte> Kind => buffer.AsSpan(kind);

    public int Version { get; private set; }

    public DateOnly EffectiveOn { get; private set; }

    public DateOnly RecordedOn { get; private set; }

    public long RecordedAt { get; private set; }

    public ReadOnlySpan<byte> Actor => buffer.AsSpan(actor);

    public ReadOnlySpan<byte> Cause => buffer.AsSpan(cause);

    public long WorkspaceSeq { get; private set; }

    public ReadOnlySpan<byte> Payload => buffer.AsSpan(payload);

    /// <summary>As it stands there, whatever its length.</summary>
    public ReadOnlySpan<byte> Hash => hash.AsSpan(0, hashLength);

    /// <summary>Throws <see cref="UnreadableRowException"/> where a column holds what Recoup never writes there.</summary>
    /// <param name="row">Stands on a row whose columns are <see cref="Names"/>.</param>
    public void Read(Scan row)
    {
        Id = row.Long(0);
        for (var c = 0; c < Classes.Length; c++)
            if (row.Class(c) != Classes[c]) throw Unreadable($"its column {Name[c]} holds another type of value than it should");
        at = HashSize;
        Partition = Small(row, 1);
        Seq = Number(row.Long(2));
        Prior = Number(row.Long(3));
        party = Text(row, 4);
        account = Text(row, 5);
        kind = Text(row, 6);
        Version = Small(row, 7);
        EffectiveOn = Day(row, 8);
        RecordedOn = Day(row, 9);
        RecordedAt = Number(row.Long(10));
        actor = Text(row, 11);
        cause = Text(row, 12);
        WorkspaceSeq = Number(row.Long(13));
        payload = Bytes(row.Blob(14));
        var stored = row.Blob(15);
        hashLength = stored.Length;
        if (hash.Length < hashLength) hash = new byte[hashLength];
        stored.CopyTo(hash);
    }

    /// <summary>Whether the row has the hash that its columns and the hash before it make (<see cref="Chain.Hash"/>).</summary>
    public bool Follows(ReadOnlySpan<byte> before)
    {
        before.CopyTo(buffer);
        Span<byte> made = stackalloc byte[HashSize];
        SHA256.HashData(buffer.AsSpan(0, at), made);
        return made.SequenceEqual(Hash);
    }

    public JournalRow ToRow() => new()
    {
        Partition = Partition, Seq = Seq, Prior = Prior, Party = Encoding.UTF8.GetString(Party), Account = Encoding.UTF8.GetString(Account),
        Kind = Encoding.UTF8.GetString(Kind), Version = Version,
        EffectiveOn = EffectiveOn, RecordedOn = RecordedOn, RecordedAt = RecordedAt, Actor = Encoding.UTF8.GetString(Actor),
        Cause = Encoding.UTF8.GetString(Cause), WorkspaceSeq = WorkspaceSeq,
        Payload = Payload.ToArray(), Hash = Hash.ToArray(),
    };

    private UnreadableRowException Unreadable(string what) => new(Id, what);

    private Span<byte> Room(int bytes)
    {
        if (buffer.Length - at < bytes) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, at + bytes));
        var room = buffer.AsSpan(at, bytes);
        at += bytes;
        return room;
    }

    private long Number(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);
        return value;
    }

    private Range Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
        return new Range(at - bytes.Length, at);
    }

    private Range Text(Scan row, int column)
    {
        var text = row.Blob(column);
        return Utf8.IsValid(text) ? Bytes(text) : throw Unreadable($"its column {Name[column]} holds bytes that are no text");
    }

    private int Small(Scan row, int column)
    {
        var value = Number(row.Long(column));
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Unreadable($"its column {Name[column]} holds {value}");
    }

    private DateOnly Day(Scan row, int column)
    {
        var text = row.Blob(column);
        if (!TryDay(text, out var day))
            throw Unreadable(Utf8.IsValid(text) ? $"its column {Name[column]} holds '{Store.Short(Encoding.UTF8.GetString(text))}', which is no "
                + "date" : $"its column {Name[column]} holds bytes that are no text");
        Number(day.DayNumber);
        return day;
    }

    /// <summary>As <see cref="Store.Day(DateOnly)"/> writes it, and in no other way.</summary>
    internal static bool TryDay(ReadOnlySpan<byte> text, out DateOnly day)
    {
        day = default;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-') return false;
        var (year, month, date) = (Digits(text[..4]), Digits(text[5..7]), Digits(text[8..]));
        if (year < 1 || month is < 1 or > 12 || date < 1 || date > DateTime.DaysInMonth(year, month)) return false;
        day = new DateOnly(year, month, date);
        return true;

        static int Digits(ReadOnlySpan<byte> digits)
        {
            var value = 0;
            foreach (var digit in digits)
            {
                if (digit is < (byte)'0' or > (byte)'9') return -1;
                value = value * 10 + digit - '0';
            }
            return value;
        }
    }
}
