using System.IO.Compression;
using System.Xml.Linq;
using Recoup.Connectors.Files;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Files;

/// <summary>A workbook has numbers as numbers, days as days and text as text, whatever it looks like.</summary>
public sealed class WorkbookTests
{
    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    /// <summary>Cells by their type (t; n where none is said) and value.</summary>
    private static List<List<(string Type, string Value)>> Read(byte[] book, int sheet = 1)
    {
        using var zip = new ZipArchive(new MemoryStream(book));
        XDocument Part(string name) => XDocument.Load(zip.GetEntry(name)!.Open());
        var shared = zip.GetEntry("xl/sharedStrings.xml") is null ? [] : Part("xl/sharedStrings.xml").Descendants(Main + "si").Select(s => s.Value).ToList();
        return [.. Part($"xl/worksheets/sheet{sheet}.xml").Descendants(Main + "row").Select(row => row.Elements(Main + "c").Select(c =>
        {
            var type = c.Attribute("t")?.Value ?? "n";
            return type == "s"
                ? ("text", shared[int.Parse(c.Value, System.Globalization.CultureInfo.InvariantCulture)])
                : (type is "inlineStr" or "str" ? "text" : type, c.Value);
        }).ToList())];
    }

    private static async Task<byte[]> Written(params WorkbookSheet[] sheets)
    {
        using var to = new MemoryStream();
        await Workbook.Write(to, sheets, TestContext.Current.CancellationToken);
        return to.ToArray();
    }

    [Fact]
    public async Task Cells_are_what_they_were()
    {
        var rows = Read(await Written(new WorkbookSheet("Items", ["number", "amount", "due"],
            [["00123", 1234.50m, new DateOnly(2026, 3, 31)], ["=cmd|x", -1m, null], ["a\u0001b", 0m, new DateOnly(1850, 1, 1)]])));
        rows[0].ShouldBe([("text", "number"), ("text", "amount"), ("text", "due")]);
        rows[1].ShouldBe([("text", "00123"), ("n", "1234.5"), ("n", "46112")]);
        rows[2].Take(2).ShouldBe([("text", "=cmd|x"), ("n", "-1")]);
        rows[3].ShouldBe([("text", "ab"), ("n", "0"), ("text", "1850-01-01")]);
    }

    [Fact]
    public async Task Sheets_have_names_that_a_spreadsheet_takes_each_once()
    {
        using var zip = new ZipArchive(new MemoryStream(await Written(new WorkbookSheet("a/b:c", ["x"], []), new WorkbookSheet("a-b-c", ["x"], []),
            new WorkbookSheet(new string('n', 40), ["x"], []), new WorkbookSheet("", ["x"], []))));
        XDocument.Load(zip.GetEntry("xl/workbook.xml")!.Open()).Descendants(Main + "sheet").Select(s => s.Attribute("name")!.Value)
            .ShouldBe(["a-b-c", "a-b-c 2", new string('n', 31), "Sheet"]);
    }

    [Fact]
    public void Every_verb_that_prints_data_writes_a_workbook()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","name":"Acme","portfolio":"EU"}
            {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"1234.50","currency":"EUR"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        var path = Path.Combine(folder.Root, "ageing.xlsx");
        File.WriteAllBytes(path, folder.RunForBytes("ageing", "--as-of", "2026-02-02", "--format", "xlsx"));
        var rows = Read(File.ReadAllBytes(path));
        rows[1].ShouldContain(("n", "1234.5"));
        rows[0].Count.ShouldBe(rows[1].Count);
    }
}
