using System.Runtime.InteropServices;
using Recoup.Core.Cells;
using Recoup.Core.Measures;

namespace Recoup.Storage.Work;

/// <summary>
/// What the journal makes of each cell less what stands there: zero all over where they agree. Both come part by part, in any
/// order and from several threads at once, and only cells are kept, never where they came from.
/// </summary>
internal sealed class CellBalance
{
    /// <summary>Parts of the table, each with a lock of its own.</summary>
    private const int ShardCount = 64;

    /// <summary>A cell's place, with a number in place of all that is no day.</summary>
    private readonly record struct Place(int Day, int RefDay, int Kind)
    {
        public override int GetHashCode() => unchecked((int)(((((uint)Kind * 0x9E3779B1u) ^ (uint)Day) * 0x85EBCA77u ^ (uint)RefDay) * 0xC2B2AE3Du >> 7));
    }

    private readonly record struct Kind(Measure Measure, string Portfolio, string Segment, string Currency, string Own);

    private static int ShardOf(Place place) => place.GetHashCode() & (ShardCount - 1);

    private sealed class Shard
    {
        public readonly Lock Gate = new();
        public readonly Dictionary<Place, CellValue> Cells = [];
    }

    private readonly Shard[] shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];
    private readonly Dictionary<Kind, int> numbers = [];
    private readonly List<Kind> kinds = [];

    /// <summary>What is so large that a sum on the way might not fit, though the last one does. Nothing that Recoup wrote is.</summary>
    private readonly Dictionary<Place, (Int128 Minor, Int128 Count)> large = [];

    public static bool IsLarge(long minor, long count) => minor is < -Large or > Large || count is < -Large or > Large;

    private const long Large = long.MaxValue / 2;

    private void AddLarge(Place place, CellValue value)
    {
        lock (large)
        {
            var before = large.GetValueOrDefault(place);
            large[place] = (before.Minor + value.Minor, before.Count + value.Count);
        }
    }

    private int Number(Kind kind)
    {
        lock (numbers)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, kind, out var known);
            if (!known)
            {
                number = kinds.Count;
                kinds.Add(kind);
            }
            return number;
        }
    }

    /// <summary>Cells that are not zero, in the order of the table. To be asked for when all parts have come.</summary>
    public KeyValuePair<CellKey, CellValue>[] InOrder()
    {
        foreach (var (place, value) in large)
        {
            ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(shards[ShardOf(place)].Cells, place, out _);
            cell = new CellValue(checked((long)(value.Minor + cell.Minor)), checked((long)(value.Count + cell.Count)));
        }
        large.Clear();
        var cells = new List<KeyValuePair<CellKey, CellValue>>();
        foreach (var shard in shards)
            foreach (var (place, value) in shard.Cells)
                if (!value.IsZero)
                    cells.Add(new(new CellKey(kinds[place.Kind].Measure, place.Day, place.RefDay, kinds[place.Kind].Portfolio, kinds[place.Kind].Segment,
                        kinds[place.Kind].Currency, kinds[place.Kind].Own), value));
        var inOrder = cells.ToArray();
        Array.Sort(inOrder, static (x, y) =>
        {
            var (a, b) = (x.Key, y.Key);
            if (a.Measure != b.Measure) return a.Measure.Number.CompareTo(b.Measure.Number);
            if (a.Day != b.Day) return a.Day.CompareTo(b.Day);
            if (a.RefDay != b.RefDay) return a.RefDay.CompareTo(b.RefDay);
            var order = string.CompareOrdinal(a.Portfolio, b.Portfolio);
            if (order == 0) order = string.CompareOrdinal(a.Segment, b.Segment);
            if (order == 0) order = string.CompareOrdinal(a.Currency, b.Currency);
            return order != 0 ? order : string.CompareOrdinal(a.Own, b.Own);
        });
        return inOrder;
    }

    /// <summary>One thread's way to the table: gathers what is for each part of it, and goes to a part when there is enough.</summary>
    public sealed class Hand(CellBalance balance)
    {
        private const int GatheredMax = 256;

        private readonly Dictionary<Kind, int> numbers = [];
        private readonly Dictionary<byte[], int> numbersByName = new(BytesComparer.Instance);
        private readonly List<KeyValuePair<Place, CellValue>>[] gathered = [.. Enumerable.Range(0, ShardCount).Select(_ =>
            new List<KeyValuePair<Place, CellValue>>())];

        /// <summary>Adds what was gathered, and makes the cells empty.</summary>
        public void Add(CellDeltas cells)
        {
            foreach (var (key, value) in cells.NonZero)
            {
                var kind = new Kind(key.Measure, key.Portfolio, key.Segment, key.Currency, key.Own);
                if (!numbers.TryGetValue(kind, out var number)) numbers[kind] = number = balance.Number(kind);
                Add(new Place(key.Day, key.RefDay, number), value);
            }
            cells.Clear();
        }

        /// <summary>Takes away the cell of a row.</summary>
        /// <param name="row">Its columns: measure, day, ref_day, portfolio, segment, currency, minor, count, own.</param>
        public void Subtract(Scan row) => Add(new Place(row.Int(1), row.Int(2), Number(row, withOwn: true)), new CellValue(-row.Long(6), -row.Long(7)));

        /// <summary>Adds to the cell of a row of what stands, which has no dimensions of its own, but of that day.</summary>
        public void Add(Scan row, int day, long minor, long count) => Add(new Place(day, row.Int(2), Number(row, withOwn: false)), new CellValue(minor, count));

        public void Subtract(CellKey key, CellValue value) =>
            Add(new Place(key.Day, key.RefDay, balance.Number(new Kind(key.Measure, key.Portfolio, key.Segment, key.Currency, key.Own))),
                new CellValue(-value.Minor, -value.Count));

        private int Number(Scan row, bool withOwn)
        {
            var portfolio = row.Blob(3);
            var segment = row.Blob(4);
            var currency = row.Blob(5);
            var own = withOwn ? row.Blob(8) : [];
            var length = portfolio.Length + segment.Length + currency.Length + own.Length + 4;
            Span<byte> room = stackalloc byte[256];
            if (length > room.Length || row.Long(0) is < 0 or > 127) return balance.Number(KindOf(row, withOwn));
            // No UTF-8 has a byte of all ones, so that no two names run together to the same.
            var name = room[..length];
            name.Fill(0xFF);
            name[0] = (byte)row.Long(0);
            portfolio.CopyTo(name[1..]);
            segment.CopyTo(name[(portfolio.Length + 2)..]);
            currency.CopyTo(name[(portfolio.Length + segment.Length + 3)..]);
            own.CopyTo(name[(length - own.Length)..]);
            var byName = numbersByName.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (byName.TryGetValue(name, out var number)) return number;
            return numbersByName[name.ToArray()] = balance.Number(KindOf(row, withOwn));
        }

        private static Kind KindOf(Scan row, bool withOwn) =>
            new(MeasureList.Numbered(row.Int(0)), row.Text(3), row.Text(4), row.Text(5), withOwn ? row.Text(8) : "");

        private void Add(Place place, CellValue value)
        {
            if (IsLarge(value.Minor, value.Count))
            {
                balance.AddLarge(place, value);
                return;
            }
            var shard = ShardOf(place);
            gathered[shard].Add(new(place, value));
            if (gathered[shard].Count >= GatheredMax) Flush(shard);
        }

        public void Flush()
        {
            for (var shard = 0; shard < ShardCount; shard++) Flush(shard);
        }

        private void Flush(int index)
        {
            var shard = balance.shards[index];
            lock (shard.Gate)
                foreach (var (place, value) in gathered[index])
                    CollectionsMarshal.GetValueRefOrAddDefault(shard.Cells, place, out _) += value;
            gathered[index].Clear();
        }
    }
}
