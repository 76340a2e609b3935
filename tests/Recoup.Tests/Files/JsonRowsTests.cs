using System.Text;
using Recoup.Connectors.Files;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using static Recoup.Tests.Files.TestFiles;

namespace Recoup.Tests.Files;

public class JsonRowsTests
{
    private const string Good = """{"account":"A1","number":"I1","issued":"2026-01-01","due":"2026-01-31","amount":10.5}""";

    private static List<InputRow> Rows(string text, string? yaml = null) => Read(yaml is null ? Simple : Mapping.Parse(yaml, "m.yaml"), text, "file.jsonl");

    [Fact]
    public void Top_level_properties_are_the_columns()
    {
        var rows = Rows("\n" + Good + "\r\n  \n"
            + Good.Replace("\"I1\"", "\"I\\u0032\"", StringComparison.Ordinal).Replace("10.5", "\"10.50\"", StringComparison.Ordinal));
        rows.Summary().ShouldBe(["2: t/I1", "4: t/I2"]);
        rows.Select(r => ((InvoiceInput.Issued)r.Inputs[0]).Amount.ToString()).ShouldBe(["10.50 EUR", "10.50 EUR"]);
    }

    [Fact]
    public void A_number_of_JSON_has_a_point_whatever_the_mapping_says_of_numbers()
    {
        var rows = Rows(Good + "\n" + Good.Replace("10.5", "\"1.010,50\"", StringComparison.Ordinal), SimpleMapping
            + "\nnumbers: { decimal: comma, thousands: point }\n");
        rows.Select(r => ((InvoiceInput.Issued)r.Inputs[0]).Amount.ToString()).ShouldBe(["10.50 EUR", "1010.50 EUR"]);
    }

    [Theory]
    [InlineData("{\"account\":\"A1\"", "is not JSON: character")]
    [InlineData("{", "an object stands on one line, as jq -c . FILE writes it")]
    [InlineData("[1]", "jq -c '.[]' FILE makes lines of a list")]
    [InlineData("[", "jq -c '.[]' FILE makes lines of a list")]
    [InlineData("1", "is not a JSON object")]
    [InlineData(Good + "{}", "is not JSON: character")]
    [InlineData("{\"account\":\"A1\",\"account\":\"A2\"}", "account: stands twice")]
    [InlineData("{\"account\":{\"id\":1}}", "account: holds an object or a list")]
    [InlineData("{\"account\":\"\\ud800\"}", "account: is not UTF-8")]
    [InlineData("{\"\\ud800\":\"x\"}", "is not UTF-8")]
    [InlineData("{\"account\":\"A1\",\"card\":4111111111111111}", "card: holds a payment card number (411111******1111)")]
    [InlineData("{\"account\":\"A1\",\"card\":{\"number\":\"4111111111111111\"}}", "card: holds a payment card number")]
    [InlineData("{\"account\":\"\\u0034111111111111111\"}", "account: holds a payment card number")]
    public void A_line_that_is_no_such_object_is_rejected_and_reading_goes_on(string line, string reason)
    {
        var rows = Rows(line + "\n" + Good + "\n");
        rows[0].Reason().ShouldContain(reason);
        rows[0].Inputs.ShouldBeEmpty();
        rows[1].Problems.ShouldBeEmpty();
    }

    /// <summary>What a program writes that knows no lines: a list, on one line or over many.</summary>
    [Theory]
    [InlineData("[{\"type\":\"account\"}]", "begins a list, and one JSON object a line is wanted: jq -c '.[]' FILE makes lines of a list")]
    [InlineData(" [\n", "jq -c '.[]' FILE makes lines of a list")]
    [InlineData("{\n\"type\":\"account\"", "an object stands on one line, as jq -c . FILE writes it")]
    [InlineData("{\"type\" \"account\"}", "is not JSON: character 9 is not what should stand there")]
    public void Inputs_that_are_not_one_a_line_say_what_makes_lines_of_them(string text, string reason) =>
        InputFile.Read(Stream(Bytes(text))).First().Reason().ShouldEndWith(reason);

    [Fact]
    public void Invalid_bytes_name_their_property()
    {
        var rows = Read(Simple, Stream(Bytes(Good.Replace("A1", "M\u00FC", StringComparison.Ordinal) + "\n" + Good)), "file.ndjson");
        rows[0].Reason().ShouldContain("account: is not UTF-8");
        rows[1].Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Inputs_of_the_contract_are_read_line_by_line()
    {
        const string account = """{"type":"account","key":"a-1","account":"A1"}""";
        var rows = InputFile.Read(Stream($"{account}\n\n{{\"type\":\"acount\"}}\r\n{account}")).ToList();
        rows.Select(r => (r.Line, r.Inputs.Count, r.Problems.Count)).ShouldBe([(1, 1, 0), (3, 0, 1), (4, 1, 0)]);
        rows[0].Inputs[0].Actor.ShouldBe("send");
        rows[1].Raw.ShouldBe("{\"type\":\"acount\"}");
    }

    [Fact]
    public void Inputs_have_the_same_limits_and_damage_as_mapped_files()
    {
        var line = Encoding.UTF8.GetBytes("{\"type\":\"account\",\"key\":\"a-1\",\"account\":\"A1\"}\n");
        var filler = new byte[2 << 20];
        Array.Fill(filler, (byte)'x');
        var rows = InputFile.Read(Stream(line, filler, Bytes("\n"), [(byte)'"', 0xFC, (byte)'"', (byte)'\n'], line)).ToList();
        rows.Select(r => (r.Line, r.Problems.Count)).ShouldBe([(1, 0), (2, 1), (3, 1), (4, 0)]);
        rows[1].Reason().ShouldContain("longer than");
        rows[2].Reason().ShouldContain("UTF-8");

        var packed = Gzip([.. Enumerable.Repeat(line, 1000).SelectMany(l => l)]);
        rows = InputFile.Read(Stream(packed[..^20])).ToList();
        rows.Count(r => r.Problems.Count > 0).ShouldBe(1);
        rows[^1].Reason().ShouldContain("cut off");

        Should.Throw<FileRefusedException>(() => InputFile.Read(Stream([0xFF, 0xFE, 0x7B, 0])).Any()).Message.ShouldContain("UTF-16");
    }

    [Theory]
    [InlineData("{\"type\":\"\\ud800\"}")]
    [InlineData("{\"type\":\"account\",\"\\ud800\":1}")]
    [InlineData("{\"type\":\"payment\",\"for\":[{\"\\ud800\":1}]}")]
    public void Half_a_surrogate_pair_is_refused_and_not_fallen_over(string line) =>
        InputFile.Read(Stream(line)).Only().Reason().ShouldContain("not valid text");
}
