using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Recoup.Connectors.Documents;

/// <summary>
/// Pages of text and rules to the bytes of a PDF (ISO 32000-1), with only those glyphs of the fonts that are used. No
/// clock and nothing random: the same pages give the same bytes, and the file's id is a digest of its content.
/// Lengths are hundredths of a point, counted from the left and from the top of the page.
/// </summary>
internal sealed class PdfFile(string title, string author, string language)
{
    /// <summary>A4: 210 by 297 mm.</summary>
    public const int Width = 59528, Height = 84189;

    /// <summary>Stands for a character that the font has not.</summary>
    public const int Missing = 0xFFFD;

    private readonly List<StringBuilder> pages = [];
    private readonly List<FontInUse> fonts = [new(Fonts.Regular), new(Fonts.Bold)];

    public int PageCount => pages.Count;

    /// <summary>Something was printed with the sign for a missing character.</summary>
    public bool HasMissing { get; private set; }

    public void AddPage() => pages.Add(new StringBuilder());

    public static int WidthOf(string text, int size, bool bold)
    {
        var font = bold ? Fonts.Bold : Fonts.Regular;
        long units = 0;
        foreach (var rune in text.EnumerateRunes()) units += font.WidthOf(GlyphOf(font, rune.Value));
        return (int)(units * size / font.UnitsPerEm);
    }

    /// <param name="baseline">From the top of the page.</param>
    /// <param name="grey">0 is black, 100 white.</param>
    public void Text(int page, int left, int baseline, string text, int size, bool bold = false, int grey = 0)
    {
        if (text.Length == 0) return;
        var font = fonts[bold ? 1 : 0];
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (font.Font.GlyphOf(rune.Value) == 0) HasMissing = true;
            shown.Append(font.NumberOf(rune.Value).ToString("X4", CultureInfo.InvariantCulture));
        }
        pages[page].Append(CultureInfo.InvariantCulture,
            $"BT {Share(grey)} g /F{(bold ? 2 : 1)} {Points(size)} Tf {Points(left)} {Points(Height - baseline)} Td <{shown}> Tj ET\n");
    }

    /// <summary>A level rule.</summary>
    public void Rule(int page, int left, int right, int at, int thickness, int grey) =>
        pages[page].Append(CultureInfo.InvariantCulture,
            $"{Share(grey)} G {Points(thickness)} w {Points(left)} {Points(Height - at)} m {Points(right)} {Points(Height - at)} l S\n");

    /// <summary>A filled box, to be drawn before what stands on it.</summary>
    public void Box(int page, int left, int top, int right, int bottom, int grey) =>
        pages[page].Append(CultureInfo.InvariantCulture,
            $"{Share(grey)} g {Points(left)} {Points(Height - bottom)} {Points(right - left)} {Points(bottom - top)} re f\n");

    private static int GlyphOf(TrueTypeFont font, int codePoint) => font.GlyphOf(codePoint) is var glyph and not 0 ? glyph : font.GlyphOf(Missing);

    /// <summary>The whole file.</summary>
    public byte[] ToBytes()
    {
        var used = fonts.FindAll(f => f.Used);
        var objects = new List<byte[]>();
        // 1 the catalogue, 2 the pages, 3 the title and its like; then five objects a font; then two a page.
        var firstPage = 4 + (5 * used.Count);
        objects.Add(Plain($"<< /Type /Catalog /Pages 2 0 R /Lang {Hex(language)} /ViewerPreferences << /DisplayDocTitle true >> >>"));
        objects.Add(Plain(
            $"<< /Type /Pages /Kids [{string.Join(' ', Enumerable.Range(0, pages.Count).Select(i => $"{firstPage + (2 * i)} 0 R"))}] /Count {pages.Count} >>"));
        objects.Add(Plain($"<< /Title {Hex(title)} /Author {Hex(author)} /Producer {Hex("Recoup")} >>"));
        foreach (var font in used) objects.AddRange(font.Objects(objects.Count + 1));
        var resources = string.Join(' ', used.Select((f, i) => $"/F{fonts.IndexOf(f) + 1} {4 + (5 * i)} 0 R"));
        for (var i = 0; i < pages.Count; i++)
        {
            objects.Add(Plain($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {Points(Width)} {Points(Height)}] /Resources << /Font << {resources} >> >> ",
                $"/Contents {firstPage + (2 * i) + 1} 0 R >>"));
            objects.Add(Stream(Encoding.ASCII.GetBytes(pages[i].ToString()), ""));
        }

        using var file = new MemoryStream();
        // Four bytes beyond ASCII say that this is no text file.
        file.Write("%PDF-1.7\n%"u8);
        file.Write([0xE2, 0xE3, 0xCF, 0xD3, (byte)'\n']);
        var places = new List<long>();
        for (var i = 0; i < objects.Count; i++)
        {
            places.Add(file.Length);
            file.Write(Plain($"{i + 1} 0 obj\n"));
            file.Write(objects[i]);
            file.Write("\nendobj\n"u8);
        }
        var id = Convert.ToHexString(SHA256.HashData(file.ToArray()).AsSpan(0, 16));
        var table = file.Length;
        file.Write(Plain($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n"));
        foreach (var place in places) file.Write(Plain($"{place:D10} 00000 n \n"));
        file.Write(Plain($"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R /Info 3 0 R /ID [<{id}> <{id}>] >>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();
    }

    private static byte[] Plain(params FormattableString[] parts) => Encoding.ASCII.GetBytes(string.Concat(parts.Select(FormattableString.Invariant)));

    private static byte[] Stream(byte[] data, string entries)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(data);
        return [.. Plain($"<< /Length {packed.Length} /Filter /FlateDecode{entries} >>\nstream\n"), .. packed.ToArray(), .. "\nendstream"u8];
    }

    /// <summary>Text of any language as UTF-16 with its mark, written in hexadecimal so that nothing need be escaped.</summary>
    private static string Hex(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";

    private static string Points(int hundredths) => (hundredths / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    private static string Share(int percent) => (percent / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A font and those of its characters that the document shows, numbered in the order in which they came.</summary>
    private sealed class FontInUse(TrueTypeFont font)
    {
        private readonly Dictionary<int, int> numbers = [];
        private readonly List<int> characters = [];

        public TrueTypeFont Font => font;

        public bool Used => characters.Count > 0;

        public int NumberOf(int codePoint)
        {
            if (font.GlyphOf(codePoint) == 0) codePoint = Missing;
            if (numbers.TryGetValue(codePoint, out var number)) return number;
            characters.Add(codePoint);
            return numbers[codePoint] = characters.Count;
        }

        /// <summary>The font as PDF composes it: font, its descendant, its description, its file, and which character a glyph stands for.</summary>
        public List<byte[]> Objects(int first)
        {
            var glyphs = characters.ConvertAll(c => GlyphOf(font, c));
            var file = font.Subset([0, .. glyphs]);
            // Six letters before the name say that it is a part of the font, and tell parts apart (ISO 32000-1, 9.6.4).
            var tag = string.Concat(SHA256.HashData(file).Take(6).Select(b => (char)('A' + (b % 26))));
            int Thousandths(int units) => (int)Math.Round(units * 1000m / font.UnitsPerEm, MidpointRounding.AwayFromZero);
            var box = string.Join(' ', font.Box.Select(Thousandths));
            var widths = string.Join(' ', glyphs.Select(g => Thousandths(font.WidthOf(g))));
            return
            [
                Plain($"<< /Type /Font /Subtype /Type0 /BaseFont /{tag}+{font.Name} /Encoding /Identity-H /DescendantFonts [{first + 1} 0 R] ",
                    $"/ToUnicode {first + 4} 0 R >>"),
                Plain($"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{tag}+{font.Name} ",
                    $"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> ",
                    $"/FontDescriptor {first + 2} 0 R /CIDToGIDMap /Identity /DW {Thousandths(font.WidthOf(0))} /W [1 [{widths}]] >>"),
                Plain($"<< /Type /FontDescriptor /FontName /{tag}+{font.Name} /Flags 4 /FontBBox [{box}] /ItalicAngle 0 /Ascent {Thousandths(font.Ascent)} ",
                    $"/Descent {Thousandths(font.Descent)} /CapHeight 729 /StemV {(font == Fonts.Bold ? 140 : 80)} /FontFile2 {first + 3} 0 R >>"),
                Stream(file, $" /Length1 {file.Length}"),
                Stream(Encoding.ASCII.GetBytes(ToUnicode()), ""),
            ];
        }

        /// <summary>So that what is shown can be searched and copied.</summary>
        private string ToUnicode()
        {
            var map = new StringBuilder("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                + "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                + "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
            // At most a hundred a block.
            foreach (var block in characters.Select((c, i) => (Number: i + 1, Character: c)).Chunk(100))
            {
                map.Append(CultureInfo.InvariantCulture, $"{block.Length} beginbfchar\n");
                foreach (var (number, character) in block)
                    map.Append(CultureInfo.InvariantCulture,
                        $"<{number:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(char.ConvertFromUtf32(character)))}>\n");
                map.Append("endbfchar\n");
            }
            return map.Append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n").ToString();
        }
    }
}

/// <summary>The fonts that come with the program: DejaVu Sans, which has the letters of every European language.</summary>
internal static class Fonts
{
    private static readonly Lazy<TrueTypeFont> LazyRegular = new(() => Load("DejaVuSans"));
    private static readonly Lazy<TrueTypeFont> LazyBold = new(() => Load("DejaVuSans-Bold"));

    public static TrueTypeFont Regular => LazyRegular.Value;

    public static TrueTypeFont Bold => LazyBold.Value;

    private static TrueTypeFont Load(string name)
    {
        using var stream = typeof(Fonts).Assembly.GetManifestResourceStream($"fonts/{name}.ttf")
            ?? throw new InvalidOperationException($"the font {name} is missing from the program");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return new TrueTypeFont(name, memory.ToArray());
    }
}
