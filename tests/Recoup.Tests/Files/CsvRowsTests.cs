using System.Text;
using CsvHelper;
using Recoup.Connectors.Files;
using static Recoup.Tests.Files.TestFiles;

namespace Recoup.Tests.Files;

public class CsvRowsTests
{
    private static readonly HashSet<string> None = [];

    private static List<(long Line, string[] Cells)> Rows(string csv, char delimiter = ',', int chunk = int.MaxValue)
    {
        var bytes = Encoding.UTF8.GetBytes(csv);
        using var stream = new MadeStream(bytes.Chunk(Math.Min(chunk, Math.Max(bytes.Length, 1))));
        using var reader = new CsvRows(FileSource.Of(stream, "file.csv", null), delimiter, None, ReadingLimits.Default, TestContext.Current.CancellationToken);
        var rows = new List<(long, string[])>();
        while (reader.Read())
        {
            reader.Problems.ShouldBeEmpty();
            rows.Add((reader.Line, [.. Enumerable.Range(0, reader.Columns.Length).Select(i => reader.Cell(i).ToString())]));
        }
        return rows;
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "1|2")]
    [InlineData("a,b\r\n1,2\r\n", "1|2")]
    [InlineData("a,b\r1,2\r", "1|2")]
    [InlineData("a,b\n1,2", "1|2")]
    [InlineData("a,b\n1,", "1|")]
    [InlineData("a,b\n,\n", "|")]
    [InlineData("a,b\n\"1,5\",2\n", "1,5|2")]
    [InlineData("a,b\n\"say \"\"please\"\"\",2\n", "say \"please\"|2")]
    [InlineData("a,b\n\"\",\"\"\"\"\n", "|\"")]
    [InlineData("a,b\n5\" pipe,2\n", "5\" pipe|2")]
    [InlineData("a,b\n\"two\r\nlines\",2\n", "two\nlines|2")]
    [InlineData("a,b\nMüller,名前\n", "Müller|名前")]
    [InlineData("a,b\n\"Mü\"\"ller\",名\n", "Mü\"ller|名")]
    [InlineData("\uFEFFa,b\n1,2\n", "1|2")]
    public void Cells_are_read_as_RFC_4180_has_them(string csv, string cells)
    {
        foreach (var chunk in new[] { int.MaxValue, 1, 2, 3, 7 })
            string.Join('|', Rows(csv, chunk: chunk).ShouldHaveSingleItem().Cells).ShouldBe(cells, $"in pieces of {chunk}");
    }

    [Fact]
    public void A_row_has_the_line_on_which_it_begins()
    {
        var rows = Rows("a,b\n1,\"x\ny\r\nz\"\n\n  \r\n2,\"\r\"\n3,c\n");
        rows.Select(r => (r.Line, r.Cells[0])).ShouldBe([(2, "1"), (7, "2"), (9, "3")]);
    }

    [Fact]
    public void Other_delimiters_leave_commas_alone()
    {
        Rows("a;b\n1,5;2\n", ';').ShouldHaveSingleItem().Cells.ShouldBe(["1,5", "2"]);
        Rows("a\tb\n1,5\t2\n", '\t').ShouldHaveSingleItem().Cells.ShouldBe(["1,5", "2"]);
    }

    [Fact]
    public void Agrees_with_CsvHelper_on_whatever_is_written_well()
    {
        string[] pieces = ["", "a", "ü", ",", ";", "\"", "\n", "\r\n", " ", "0", "名", "\t"];
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder("c0,c1,c2\n");
            for (var row = 0; row < 20; row++)
            {
                var cells = Enumerable.Range(0, 3)
                    .Select(_ => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)])));
                text.AppendJoin(',', cells.Select(c => $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")).Append(random.Next(2) == 0 ? "\n" : "\r\n");
            }
            using var oracle = CsvReader.FromText(text.ToString(), CsvReaderOptions.Default);
            foreach (var (_, cells) in Rows(text.ToString(), chunk: random.Next(1, 50)))
            {
                oracle.Read().ShouldBeTrue();
                cells.ShouldBe([.. Enumerable.Range(0, 3).Select(i => oracle.GetString(i).Replace("\r\n", "\n", StringComparison.Ordinal))], $"seed {seed}");
            }
            oracle.Read().ShouldBeFalse();
        }
    }

    [Fact]
    public void Too_few_and_too_many_cells_reject_the_row_and_say_what_is_missing()
    {
        var rows = ReadSimple("A1,I1,2026-01-01\n" + SimpleRow(2) + "A1,I3,2026-01-01,2026-01-31,1,50\n");
        rows.Summary().ShouldBe(
        [
            "2! has 3 of the header's 5 cells; due and those after it are missing",
            "3: t/I2",
            "4! has 6 cells, more than the header's 5; a cell that holds ',' must stand in quotes",
        ]);
        rows[0].Raw.ShouldBe("A1,I1,2026-01-01");
    }

    [Fact]
    public void A_quote_that_is_never_closed_costs_its_line_alone()
    {
        ReadSimple(SimpleRow(1) + "A1,\"I2,2026-01-01,2026-01-31,10.50\n" + SimpleRow(3) + SimpleRow(4)).Summary().ShouldBe(
            ["2: t/I1", "3! number: the quote that opens here is never closed; close it, or double it where it is part of the text", "4: t/I3", "5: t/I4"]);
    }

    [Fact]
    public void Text_after_a_closing_quote_rejects_the_row_and_the_next_line_is_read()
    {
        ReadSimple("A1,\"I\"2,2026-01-01,2026-01-31,10.50\n" + "A1,\"I3,2026-01-01,2026-01-31,10.50\n" + "A1,\"I4\",2026-01-01,2026-01-31,10.50\n")
            .Summary().ShouldBe(
            [
                "2! number: there is text after the quote that closes; double a quote that is part of the text",
                "3! number: there is text after the quote that closes; double a quote that is part of the text",
                "4: t/I4",
            ]);
    }

    [Fact]
    public void Invalid_bytes_reject_their_row_and_name_the_column()
    {
        var rows = Read(Simple, Stream(Bytes(SimpleHeader), Bytes("A1,I\u00FC2,2026-01-01,2026-01-31,10.50\n"), Bytes(SimpleRow(3))));
        rows.Summary().ShouldBe(["2! number: is not UTF-8; export the file as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8", "3: t/I3"]);
    }

    [Fact]
    public void Nul_bytes_reject_their_row()
    {
        ReadSimple("A1,I\0,2026-01-01,2026-01-31,10.50\n" + SimpleRow(3)).Summary().ShouldBe(["2! number: holds NUL bytes, which are no text", "3: t/I3"]);
    }
}
