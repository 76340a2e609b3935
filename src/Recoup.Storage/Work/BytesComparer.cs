using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Recoup.Storage.Work;

/// <summary>Bytes by what they are, looked up where they lie. Seeded, since whoever gives names must not choose which of them meet.</summary>
internal sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly BytesComparer Instance = new();

    private readonly ulong seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

    public bool Equals(ReadOnlySpan<byte> bytes, byte[] other) => bytes.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> bytes)
    {
        var hash = seed ^ (uint)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..]) hash = Mixed(hash, MemoryMarshal.Read<ulong>(bytes));
        var rest = 0UL;
        foreach (var b in bytes) rest = rest << 8 | b;
        hash = Mixed(hash, rest);
        return unchecked((int)(hash ^ (hash >> 32)));
    }

    private static ulong Mixed(ulong hash, ulong word) => BitOperations.RotateLeft(unchecked((hash ^ word) * 0x9E3779B97F4A7C15), 29);

    public byte[] Create(ReadOnlySpan<byte> bytes) => bytes.ToArray();
}
