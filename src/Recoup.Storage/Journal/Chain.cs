using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Recoup.Core.Events;

namespace Recoup.Storage.Journal;

/// <summary>
/// The hash that ties a row to the one before it: SHA-256 over the hash before and every column, each with its
/// length in front, so that no byte can move from one column to another unseen.
/// </summary>
public static class Chain
{
    /// <summary>What the first row of a partition is chained to.</summary>
    public static readonly byte[] Root = new byte[32];

    public static byte[] Hash(ReadOnlySpan<byte> before, JournalRow row)
    {
        var size = 32 + 8 * 14 + 3 * (row.Party.Length + row.Account.Length + row.Kind.Length + row.Actor.Length + row.Cause.Length) + row.Payload.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var at = 0;
            before.CopyTo(buffer);
            at += 32;
            Number(row.Partition);
            Number(row.Seq);
            Number(row.Prior);
            Text(row.Party);
            Text(row.Account);
            Text(row.Kind);
            Number(row.Version);
            Number(row.EffectiveOn.DayNumber);
            Number(row.RecordedOn.DayNumber);
            Number(row.RecordedAt);
            Text(row.Actor);
            Text(row.Cause);
            Number(row.WorkspaceSeq);
            Number(row.Payload.Length);
            row.Payload.CopyTo(buffer.AsSpan(at));
            at += row.Payload.Length;
            return SHA256.HashData(buffer.AsSpan(0, at));

            void Number(long value)
            {
                BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(at), value);
                at += 8;
            }

            void Text(string value)
            {
                var length = Encoding.UTF8.GetBytes(value, buffer.AsSpan(at + 8));
                BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(at), length);
                at += 8 + length;
            }
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }
}

/// <summary>The end of a partition's chain.</summary>
public sealed record Head(int Partition, long Seq, byte[] Hash, long RecordedAt, DateOnly RecordedOn)
{
    public static Head Empty(int partition) => new(partition, 0, Chain.Root, 0, DateOnly.MinValue);
}
