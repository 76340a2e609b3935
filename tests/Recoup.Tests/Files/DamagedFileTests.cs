using System.Text;
using Recoup.Connectors.Files;
using static Recoup.Tests.Files.TestFiles;

namespace Recoup.Tests.Files;

public class DamagedFileTests
{
    private static readonly byte[] Thousand = Bytes(SimpleHeader + string.Concat(Enumerable.Range(1, 1000).Select(SimpleRow)));

    private static string Refusal(Stream stream, string name = "file.csv", Mapping? mapping = null) =>
        Should.Throw<FileRefusedException>(() => Read(mapping ?? Simple, stream, name)).Message;

    [Fact]
    public void Gzip_is_known_by_its_bytes_whatever_the_name()
    {
        var rows = Read(Simple, Stream(Gzip(Thousand)));
        rows.Count.ShouldBe(1000);
        rows.ShouldAllBe(r => r.Problems.Count == 0);
        rows[^1].Line.ShouldBe(1001);
    }

    [Fact]
    public void Several_gzip_members_are_one_file() =>
        Read(Simple, Stream(Gzip(Bytes(SimpleHeader + SimpleRow(1))), Gzip(Bytes(SimpleRow(2))))).Summary().ShouldBe(["2: t/I1", "3: t/I2"]);

    [Fact]
    public void Of_a_truncated_gzip_each_whole_row_is_read_and_one_problem_says_where_it_ends()
    {
        var packed =
            Gzip(Bytes(SimpleHeader + string.Concat(Enumerable.Range(1, 50_000).Select(i => $"A{i * 7919 % 10007},I{i},2026-01-01,2026-01-31,{i}.50\n"))));
        foreach (var length in new[] { 11, packed.Length / 3, packed.Length / 2, packed.Length - 100, packed.Length - 9, packed.Length - 8, packed.Length - 1 })
        {
            List<Core.Inputs.InputRow> rows;
            try { rows = Read(Simple, Stream(packed[..length])); }
            catch (FileRefusedException e) when (length == 11) { e.Message.ShouldContain("gzip"); continue; }
            var sound = rows.Count - 1;
            rows.Take(sound).Select(r => (r.Line, r.Inputs.Single().Key))
                .ShouldBe(Enumerable.Range(1, sound).Select(i => ((long)i + 1, $"t/I{i}")), $"cut to {length}");
            rows[^1].Line.ShouldBe(sound + 2);
            rows[^1].Reason().ShouldContain("the gzip data is");
            rows[^1].Reason().ShouldContain("cut off");
            if (length > packed.Length / 4) sound.ShouldBeGreaterThan(1000);
        }
    }

    [Fact]
    public void A_corrupt_gzip_ends_with_one_problem()
    {
        var packed = Gzip(Thousand);
        packed[^6] ^= 0x10;
        var rows = Read(Simple, Stream(packed));
        rows.Count(r => r.Problems.Count > 0).ShouldBe(1);
        rows.Count.ShouldBeGreaterThan(900);
        rows[^1].Reason().ShouldContain("is damaged");
    }

    [Fact]
    public void A_row_that_damage_cuts_is_never_taken()
    {
        // The last row reads well as far as it goes: 10 of 10.50.
        var packed = Gzip(Bytes((SimpleHeader + SimpleRow(1) + SimpleRow(2))[..^4]));
        Read(Simple, Stream(packed[..^8])).Summary().First().ShouldBe("2: t/I1");
        Read(Simple, Stream(packed[..^8]))[1].Reason().ShouldContain("cut off");
    }

    [Fact]
    public void A_line_of_100_MB_is_skipped_in_bounded_memory_and_reading_goes_on()
    {
        const int megabytes = 100;
        static IEnumerable<byte[]> Parts(string before, string after)
        {
            var filler = new byte[1 << 20];
            Array.Fill(filler, (byte)'x');
            yield return Bytes(SimpleHeader + SimpleRow(1) + before);
            for (var i = 0; i < megabytes; i++) yield return filler;
            yield return Bytes(after + SimpleRow(3));
        }
        foreach (var (before, after) in new[] { ("A1,", "\n"), ("A1,\"", "\",2026-01-01,2026-01-31,1\n") })
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            using var stream = new MadeStream(Parts(before, after));
            var rows = Read(Simple, stream);
            // Buffers of the reader grow by doubling to at most twice the limit; the line itself is a hundred times that.
            (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(12 << 20);
            rows.Select(r => (r.Line, r.Problems.Count)).ShouldBe([(2, 0), (3, 1), (4, 0)]);
            rows[1].Reason().ShouldContain("longer than 1,048,576 bytes");
            rows[1].Raw.Length.ShouldBeLessThan(300);
        }
    }

    [Fact]
    public void A_long_line_of_NDJSON_is_skipped_too()
    {
        var limits = new ReadingLimits { RowBytesMax = 1000 };
        var line = """{"account":"A1","number":"I1","issued":"2026-01-01","due":"2026-01-31","amount":"1"}""" + "\n";
        var rows = Read(Simple, Stream(line + "{\"account\":\"" + new string('x', 100_000) + "\"}\n" + line), "file.ndjson", limits);
        rows.Select(r => (r.Line, r.Problems.Count)).ShouldBe([(1, 0), (2, 1), (3, 0)]);
    }

    [Fact]
    public void Lines_inside_the_quotes_of_a_long_row_are_never_rows()
    {
        var limits = new ReadingLimits { RowBytesMax = 1000 };
        var forged = string.Concat(Enumerable.Range(100, 100).Select(SimpleRow));
        var rows =
            Read(Simple, Stream(SimpleHeader + SimpleRow(1) + $"A1,\"note\r\n{forged}\"\"end\",2026-01-01,2026-01-31,1\n" + SimpleRow(2)), limits: limits);
        rows.Select(r => (r.Line, r.Problems.Count)).ShouldBe([(2, 0), (3, 1), (105, 0)]);
    }

    [Fact]
    public void A_quote_left_open_in_a_long_file_says_which_lines_were_not_read()
    {
        var limits = new ReadingLimits { RowBytesMax = 1000 };
        var rows = Read(Simple, Stream(SimpleHeader + "A1,\"I1\n" + string.Concat(Enumerable.Range(1, 100).Select(SimpleRow))), limits: limits);
        rows.Only().Reason().ShouldContain("line 2 and all lines after it could not be told apart");
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void UTF_16_is_refused_with_the_way_out(string encoding)
    {
        var chosen = Encoding.GetEncoding(encoding);
        var message = Refusal(Stream([.. chosen.GetPreamble(), .. chosen.GetBytes(SimpleHeader + SimpleRow(1))]));
        message.ShouldContain("UTF-16");
        message.ShouldContain("UTF-8");
        Refusal(Stream(chosen.GetBytes(SimpleHeader))).ShouldContain("UTF-16");
    }

    [Fact]
    public void What_is_no_text_is_refused_by_what_it_is()
    {
        Refusal(Stream([0x50, 0x4B, 3, 4, 0, 0])).ShouldContain("Excel");
        Refusal(Stream("")).ShouldBe("file.csv is empty: its first line must name its columns.");
        Refusal(Stream("\n\n")).ShouldContain("is empty");
        Read(Simple, "", "file.ndjson").ShouldBeEmpty();
        Refusal(Stream(Gzip(Gzip(Thousand)))).ShouldContain("compressed twice");
    }

    [Fact]
    public void Missing_columns_are_refused_with_what_is_wanted_and_what_there_is()
    {
        var message = Refusal(Stream("account,nmber,issued,due\nA1,I1,2026-01-01,2026-01-31\n"));
        message.ShouldContain("file.csv lacks number (simple.yaml, line 3), amount (simple.yaml, line 8)");
        message.ShouldContain("The mapping wants number, account, issued, due, amount; the file has account, nmber, issued, due.");
        message.ShouldContain("number may be its nmber");
    }

    [Fact]
    public void A_wrong_delimiter_is_guessed_at() =>
        Refusal(Stream(SimpleHeader.Replace(',', ';'))).ShouldContain("parted by semicolon: say so with 'delimiter'");

    [Fact]
    public void Columns_of_one_name_are_refused() =>
        Refusal(Stream("account,number,number,issued,due,amount\n")).ShouldContain("has the column number twice");

    [Fact]
    public void A_file_that_is_not_there_is_refused()
    {
        Should.Throw<FileRefusedException>(() => MappedFile.Read(Simple, "no-such-file.csv").Any()).Message.ShouldContain("no file no-such-file.csv");
        Should.Throw<FileRefusedException>(() => MappedFile.Read(Simple, AppContext.BaseDirectory).Any()).Message.ShouldContain("is a folder");
    }

    [Fact]
    public void Whatever_is_wrong_with_a_file_nothing_falls_over_and_the_pieces_it_comes_in_do_not_matter()
    {
        byte[] csv = Bytes(SimpleHeader + string.Concat(Enumerable.Range(1, 12).Select(SimpleRow))
            + "A1,\"I\"\"x\r\ny\",2026-01-01,2026-01-31,1\r\n" + SimpleRow(13));
        byte[] json = Bytes(string.Concat(Enumerable.Range(1, 5)
            .Select(i => $"{{\"account\":\"A1\",\"number\":\"I{i}\",\"issued\":\"2026-01-01\",\"due\":\"2026-01-31\",\"amount\":{i}}}\n")));
        byte[] odd = [(byte)'"', (byte)'"', (byte)',', (byte)'\n', (byte)'\r', 0, 0xFC, 0xFF, (byte)'{', (byte)'}', (byte)'\\', (byte)'4'];
        var limits = new ReadingLimits { RowBytesMax = 200 };
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            var bytes = ((seed % 3) switch { 0 => csv, 1 => json, _ => Gzip(csv) }).ToList();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = odd[random.Next(odd.Length)]; break;
                    case 1: bytes.Insert(at, odd[random.Next(odd.Length)]); break;
                    case 2: bytes.RemoveAt(at); break;
                    default: bytes.InsertRange(at, Enumerable.Repeat((byte)'x', random.Next(300))); break;
                }
            }
            var outcomes = new[] { int.MaxValue, 1, random.Next(2, 60) }
                .Select(chunk => Outcome([.. bytes], chunk, seed % 3 == 1 ? "f.ndjson" : "f.csv", limits)).Distinct().ToList();
            // How far damaged gzip unpacks depends on the pieces; that it ends well does not.
            if (seed % 3 != 2) outcomes.Count.ShouldBe(1, $"seed {seed}:\n{string.Join("\n---\n", outcomes)}");
        }
    }

    private static string Outcome(byte[] bytes, int chunk, string name, ReadingLimits limits)
    {
        using var stream = new MadeStream(bytes.Chunk(Math.Min(chunk, bytes.Length)));
        var rows = new List<Core.Inputs.InputRow>();
        try
        {
            rows.AddRange(MappedFile.Read(Simple, stream, limits: limits, name: name));
        }
        catch (FileRefusedException e)
        {
            return e.Message;
        }
        rows.Select(r => r.Line).ShouldBeInOrder();
        rows.ShouldAllBe(r => r.Problems.Count == 0 || r.Inputs.Count == 0);
        return string.Join('\n', rows.Summary());
    }

    [Fact]
    public void Progress_tells_bytes_as_they_lie_in_the_file()
    {
        var packed = Gzip(Thousand);
        var progress = new FileProgress();
        MappedFile.Read(Simple, Stream(packed), progress: progress).Count().ShouldBe(1000);
        progress.BytesRead.ShouldBe(packed.Length);
        progress.BytesTotal.ShouldBe(packed.Length);
    }

    [Fact]
    public void Reading_stops_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        using var stream = new MadeStream(Enumerable.Repeat(Bytes(SimpleRow(1)), 1_000_000).Prepend(Bytes(SimpleHeader)));
        Should.Throw<OperationCanceledException>(() =>
        {
            foreach (var row in MappedFile.Read(Simple, stream, cancel.Token))
                if (row.Line == 10) cancel.Cancel();
        });
    }
}
