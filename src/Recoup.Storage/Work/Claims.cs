using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Recoup.Storage.Work;

/// <summary>
/// Whether the key of every input that caused an event is among the keys taken. Of a key only a fingerprint is kept, and whether
/// it was seen as a cause, as a key, or as both; so both tables are read once and in any order, by several threads.
/// </summary>
/// <remarks>
/// A fingerprint is 61 bits of a polynomial over the key's bytes at a point drawn anew for each audit: two given keys have the
/// same with a probability below one in 10^16, whoever chose them.
/// </remarks>
internal sealed class Claims
{
    private const int ShardCount = 64;

    private const ulong Prime = (1UL << 61) - 1;

    private const ulong Cause = 1, Key = 2, Seen = Cause | Key;

    private readonly ulong point = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) % Prime;
    private readonly Shard[] shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];

    /// <summary>Some cause was seen, and its key was not. To be asked for when all has been seen.</summary>
    public bool AnyMissing => shards.Any(s => s.AnyMissing);

    /// <summary>Keys that were seen and are no cause.</summary>
    public long KeysAlone => shards.Sum(s => s.KeysAlone);

    private ulong Fingerprint(ReadOnlySpan<byte> key)
    {
        // Its length first, so that zeros at the end make another one.
        var value = (ulong)key.Length + 1;
        for (; key.Length >= 7; key = key[7..]) value = Times(value,
            (ulong)key[0] << 48 | (ulong)BinaryPrimitives.ReadUInt16LittleEndian(key[1..]) << 32 | BinaryPrimitives.ReadUInt32LittleEndian(key[3..]));
        var rest = 0UL;
        foreach (var b in key) rest = rest << 8 | b;
        // Shifted, since the low bits say what was seen.
        return Times(value, rest) << 2;
    }

    /// <summary>value * point + next, modulo the prime.</summary>
    private ulong Times(ulong value, ulong next)
    {
        var high = Math.BigMul(value, point, out var low);
        var sum = (low & Prime) + (high << 3 | low >> 61) + next;
        sum = (sum & Prime) + (sum >> 61);
        return sum >= Prime ? sum - Prime : sum;
    }

    /// <summary>One thread's way to the table.</summary>
    public sealed class Hand(Claims claims)
    {
        private const int GatheredMax = 256, TextMax = 512;

        private readonly List<ulong>[] gathered = [.. Enumerable.Range(0, ShardCount).Select(_ => new List<ulong>())];

        public void SeeCause(string cause)
        {
            Span<byte> utf8 = stackalloc byte[TextMax];
            SeeCause(cause.Length * 3 <= TextMax ? utf8[..Encoding.UTF8.GetBytes(cause, utf8)] : Encoding.UTF8.GetBytes(cause));
        }

        public void SeeCause(ReadOnlySpan<byte> cause) => Add(claims.Fingerprint(cause) | Cause);

        public void SeeKey(ReadOnlySpan<byte> key) => Add(claims.Fingerprint(key) | Key);

        private void Add(ulong seen)
        {
            var shard = (int)((seen >> 2) % ShardCount);
            gathered[shard].Add(seen);
            if (gathered[shard].Count >= GatheredMax) Flush(shard);
        }

        public void Flush()
        {
            for (var shard = 0; shard < ShardCount; shard++) Flush(shard);
        }

        private void Flush(int shard)
        {
            claims.shards[shard].Add(gathered[shard]);
            gathered[shard].Clear();
        }
    }

    /// <summary>A part of the table: fingerprints at their places, or at the next free one after it.</summary>
    private sealed class Shard
    {
        private readonly Lock gate = new();
        private ulong[] places = new ulong[256];
        private int count;

        public void Add(List<ulong> all)
        {
            lock (gate)
                foreach (var seen in all) Add(seen);
        }

        private void Add(ulong seen)
        {
            if (count * 2 >= places.Length) Grow();
            ref var place = ref Place(places, seen);
            if (place == 0) count++;
            place |= seen;
        }

        private static ref ulong Place(ulong[] places, ulong seen)
        {
            // The low bits of the fingerprint chose the shard.
            var at = (int)((seen >> 8) & (ulong)(places.Length - 1));
            while (places[at] != 0 && (places[at] ^ seen) >> 2 != 0) at = (at + 1) & (places.Length - 1);
            return ref places[at];
        }

        private void Grow()
        {
            var grown = new ulong[places.Length * 2];
            foreach (var seen in places)
                if (seen != 0) Place(grown, seen) = seen;
            places = grown;
        }

        public bool AnyMissing => Array.Exists(places, p => (p & Seen) == Cause);

        public long KeysAlone => places.LongCount(p => (p & Seen) == Key);
    }
}
