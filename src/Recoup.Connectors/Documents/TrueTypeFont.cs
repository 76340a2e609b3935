using System.Buffers.Binary;

namespace Recoup.Connectors.Documents;

/// <summary>
/// A TrueType font as far as printing needs it: which glyph a character has, how wide it is, and a font of only the
/// glyphs that a document uses (ISO/IEC 14496-22). Reads what the fonts that come with the program have: a character map
/// of format 12, places of four bytes. Read once, then only looked at: safe for many threads.
/// </summary>
internal sealed class TrueTypeFont
{
    /// <summary>What a reader of PDF needs to draw glyphs by their number. Hints stay behind: half of the bytes, and nobody prints at so few dots.</summary>
    private static readonly string[] Kept = ["glyf", "head", "hhea", "hmtx", "loca", "maxp"];

    private readonly byte[] bytes;
    private readonly Dictionary<string, (int Offset, int Length)> tables = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> glyphs = [];
    private readonly int widths;

    /// <param name="name">As PDF names it: the PostScript name.</param>
    public TrueTypeFont(string name, byte[] bytes)
    {
        Name = name;
        this.bytes = bytes;
        var count = U16(4);
        for (var i = 0; i < count; i++)
        {
            var at = 12 + (16 * i);
            tables[System.Text.Encoding.ASCII.GetString(bytes, at, 4)] = (I32(at + 8), I32(at + 12));
        }
        UnitsPerEm = U16(At("head") + 18);
        Box = [S16(At("head") + 36), S16(At("head") + 38), S16(At("head") + 40), S16(At("head") + 42)];
        Ascent = S16(At("hhea") + 4);
        Descent = S16(At("hhea") + 6);
        widths = U16(At("hhea") + 34);
        ReadCharacters();
    }

    public string Name { get; }

    /// <summary>All lengths below are in these units.</summary>
    public int UnitsPerEm { get; }

    /// <summary>Left, bottom, right, top of the box that holds every glyph.</summary>
    public IReadOnlyList<int> Box { get; }

    public int Ascent { get; }

    public int Descent { get; }

    /// <summary>Zero, the glyph for what is missing, where the font has none for the character.</summary>
    public int GlyphOf(int codePoint) => glyphs.GetValueOrDefault(codePoint);

    public int WidthOf(int glyph) => U16(At("hmtx") + (4 * Math.Min(glyph, widths - 1)));

    /// <summary>
    /// A font of these glyphs and those that they are composed of, numbered anew from zero in their order. The first
    /// must be glyph zero.
    /// </summary>
    public byte[] Subset(IReadOnlyList<int> wanted)
    {
        var order = new List<int>(wanted);
        var places = new Dictionary<int, int>();
        for (var i = 0; i < order.Count; i++) places[order[i]] = i;
        for (var i = 0; i < order.Count; i++)
            foreach (var at in Components(order[i]))
            {
                var part = U16(at);
                if (places.TryAdd(part, order.Count)) order.Add(part);
            }

        var glyf = new MemoryStream();
        var loca = new byte[4 * (order.Count + 1)];
        var hmtx = new byte[4 * order.Count];
        for (var i = 0; i < order.Count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * i), (int)glyf.Length);
            glyf.Write(Unhinted(order[i], places));
            while (glyf.Length % 4 != 0) glyf.WriteByte(0);
            BinaryPrimitives.WriteUInt16BigEndian(hmtx.AsSpan(4 * i), (ushort)WidthOf(order[i]));
            BinaryPrimitives.WriteInt16BigEndian(hmtx.AsSpan((4 * i) + 2), BearingOf(order[i]));
        }
        BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * order.Count), (int)glyf.Length);

        var head = Table("head").ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(8), 0); // the sum of all, set at the end
        var hhea = Table("hhea").ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(hhea.AsSpan(34), (ushort)order.Count);
        var maxp = Table("maxp").ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(maxp.AsSpan(4), (ushort)order.Count);
        return Assemble([.. Kept.Zip([glyf.ToArray(), head, hhea, hmtx, loca, maxp])]);
    }

    /// <summary>A glyph's outline without its instructions; the glyphs it is composed of by their new numbers.</summary>
    private byte[] Unhinted(int glyph, Dictionary<int, int> places)
    {
        const int instructions = 0x0100;
        var (start, length) = Outline(glyph);
        var outline = bytes.AsSpan(start, length).ToArray();
        if (length == 0) return outline;
        if (S16(start) >= 0)
        {
            // Ten bytes of head, two for the end of each contour, then the length of the instructions.
            var at = 10 + (2 * S16(start));
            var count = U16(start + at);
            return [.. outline[..at], 0, 0, .. outline[(at + 2 + count)..]];
        }
        var end = 10;
        foreach (var at in Components(glyph))
        {
            var flags = U16(at - 2);
            BinaryPrimitives.WriteUInt16BigEndian(outline.AsSpan(at - 2 - start), (ushort)(flags & ~instructions));
            BinaryPrimitives.WriteUInt16BigEndian(outline.AsSpan(at - start), (ushort)places[U16(at)]);
            end = at - 2 - start + ComponentLength(flags);
        }
        return outline[..end];
    }

    private static byte[] Assemble(List<(string Tag, byte[] Data)> parts)
    {
        var power = 1;
        var log = 0;
        while (power * 2 <= parts.Count) { power *= 2; log++; }
        var font = new byte[12 + (16 * parts.Count) + parts.Sum(p => (p.Data.Length + 3) / 4 * 4)];
        BinaryPrimitives.WriteUInt32BigEndian(font, 0x00010000);
        BinaryPrimitives.WriteUInt16BigEndian(font.AsSpan(4), (ushort)parts.Count);
        BinaryPrimitives.WriteUInt16BigEndian(font.AsSpan(6), (ushort)(power * 16));
        BinaryPrimitives.WriteUInt16BigEndian(font.AsSpan(8), (ushort)log);
        BinaryPrimitives.WriteUInt16BigEndian(font.AsSpan(10), (ushort)((parts.Count - power) * 16));
        var at = 12 + (16 * parts.Count);
        var head = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            var (tag, data) = parts[i];
            var entry = font.AsSpan(12 + (16 * i), 16);
            System.Text.Encoding.ASCII.GetBytes(tag, entry);
            data.CopyTo(font, at);
            var padded = (data.Length + 3) / 4 * 4;
            BinaryPrimitives.WriteUInt32BigEndian(entry[4..], Sum(font.AsSpan(at, padded)));
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], at);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], data.Length);
            if (tag == "head") head = at;
            at += padded;
        }
        BinaryPrimitives.WriteUInt32BigEndian(font.AsSpan(head + 8), unchecked(0xB1B0AFBAu - Sum(font)));
        return font;
    }

    private static uint Sum(ReadOnlySpan<byte> data)
    {
        uint sum = 0;
        for (var i = 0; i < data.Length; i += 4) sum = unchecked(sum + BinaryPrimitives.ReadUInt32BigEndian(data[i..]));
        return sum;
    }

    private (int Start, int Length) Outline(int glyph)
    {
        int Place(int i) => I32(At("loca") + (4 * i));
        return (At("glyf") + Place(glyph), Place(glyph + 1) - Place(glyph));
    }

    /// <summary>Where in the file the numbers stand of the glyphs that a glyph is composed of.</summary>
    private IEnumerable<int> Components(int glyph)
    {
        const int more = 0x0020;
        var (start, length) = Outline(glyph);
        if (length == 0 || S16(start) >= 0) yield break;
        var at = start + 10;
        int flags;
        do
        {
            flags = U16(at);
            yield return at + 2;
            at += ComponentLength(flags);
        }
        while ((flags & more) != 0);
    }

    private static int ComponentLength(int flags)
    {
        const int wordArguments = 0x0001, scale = 0x0008, twoScales = 0x0040, matrix = 0x0080;
        return 4 + ((flags & wordArguments) != 0 ? 4 : 2) + ((flags & scale) != 0 ? 2 : (flags & twoScales) != 0 ? 4 : (flags & matrix) != 0 ? 8 : 0);
    }

    private short BearingOf(int glyph) => (short)(glyph < widths ? S16(At("hmtx") + (4 * glyph) + 2) : S16(At("hmtx") + (4 * widths) + (2 * (glyph - widths))));

    /// <summary>The character map of the whole of Unicode, format 12, which both fonts have.</summary>
    private void ReadCharacters()
    {
        var cmap = At("cmap");
        var map = Enumerable.Range(0, U16(cmap + 2)).Select(i => cmap + I32(cmap + 4 + (8 * i) + 4)).First(at => U16(at) == 12);
        for (var i = 0; i < I32(map + 12); i++)
        {
            var group = map + 16 + (12 * i);
            for (var c = I32(group); c <= I32(group + 4); c++) glyphs[c] = I32(group + 8) + c - I32(group);
        }
    }

    private int At(string table) => tables[table].Offset;

    private ReadOnlySpan<byte> Table(string table) => bytes.AsSpan(tables[table].Offset, tables[table].Length);

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

    private int S16(int at) => BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(at));

    private int I32(int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
}
