using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Npgsql;

namespace Recoup.Storage.Postgres;

/// <summary>
/// Many rows by COPY in its binary form: the server's bytes are looked at where they arrive, without an object for a row or a
/// column. The connection serves nothing else until the scan is disposed of.
/// </summary>
internal sealed class PostgresScan : Scan
{
    /// <summary>What a binary COPY begins with: eleven bytes of signature, flags, and the length of an extension that is not used.</summary>
    private const int HeaderSize = 19;

    private readonly NpgsqlRawCopyStream stream;
    private readonly ValueClass[] classes;
    private readonly (int Start, int Length)[] columns;
    private byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private bool ended;

    /// <param name="classes">Of the columns, which a COPY does not tell.</param>
    public PostgresScan(NpgsqlConnection connection, string sql, ValueClass[] classes)
    {
        this.classes = classes;
        columns = new (int, int)[classes.Length];
        stream = connection.BeginRawBinaryCopy($"COPY ({sql}) TO STDOUT (FORMAT BINARY)");
        _ = Take(HeaderSize);
    }

    /// <summary>The numbers in place of the `?`: a COPY has no parameters.</summary>
    public static string Filled(string sql, ReadOnlySpan<long> numbers)
    {
        var parts = sql.Split('?');
        var text = new StringBuilder(parts[0]);
        for (var i = 0; i < numbers.Length; i++) text.Append('(').Append(numbers[i].ToString(CultureInfo.InvariantCulture)).Append(')').Append(parts[i + 1]);
        return text.ToString();
    }

    /// <summary>Goes past so many bytes, which stand in the buffer until the next row, and says where they begin.</summary>
    private int Take(int bytes)
    {
        while (end - at < bytes)
        {
            var read = end < buffer.Length ? stream.Read(buffer, end, buffer.Length - end) : 0;
            if (read == 0 && end < buffer.Length) throw new EndOfStreamException("the rows ended in the middle of one");
            end += read;
            if (end == buffer.Length && end - at < bytes) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, at + bytes));
        }
        at += bytes;
        return at - bytes;
    }

    public override bool Step()
    {
        if (ended) return false;
        try
        {
            // What is left of the next row moves to the front, where a whole row has its room.
            if (buffer.Length - at < buffer.Length / 4)
            {
                buffer.AsSpan(at, end - at).CopyTo(buffer);
                (at, end) = (0, end - at);
            }
            var count = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(Take(2)));
            if (count < 0)
            {
                Drain();
                return false;
            }
            for (var c = 0; c < columns.Length; c++)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(Take(4)));
                columns[c] = (length > 0 ? Take(length) : at, length);
            }
            return true;
        }
        catch (Exception e) when (Trouble.Of(e) is not null)
        {
            ended = true;
            throw Trouble.Of(e)!;
        }
    }

    /// <summary>To the end, whatever comes: broken off, it would take the whole transaction with it.</summary>
    private void Drain()
    {
        if (ended) return;
        while (stream.Read(buffer, 0, buffer.Length) > 0) { }
        ended = true;
    }

    public override bool IsNull(int column) => columns[column].Length < 0;

    public override long Long(int column) => classes[column] switch
    {
        ValueClass.Integer => IsNull(column) ? 0 : BinaryPrimitives.ReadInt64BigEndian(Blob(column)),
        _ => throw new FormatException($"column {column} of the rows holds no whole number"),
    };

    public override string Text(int column) => Encoding.UTF8.GetString(Blob(column));

    internal override ValueClass Class(int column) => IsNull(column) ? ValueClass.Null : classes[column];

    public override ReadOnlySpan<byte> Blob(int column) => buffer.AsSpan(columns[column].Start, Math.Max(0, columns[column].Length));

    public override void Dispose()
    {
        try
        {
            Drain();
            stream.Dispose();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
        {
            // Whoever broke off the reading has the reason already.
        }
    }
}
