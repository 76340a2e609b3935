using System.Text;
using Recoup.Connectors.Files;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Tests.Files;

public sealed class RejectsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("recoup-rejects-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("-1+2", "'-1+2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "'\rx")]
    [InlineData("＝1", "'＝1")]
    [InlineData("-", "'-")]
    [InlineData("-12.50", "-12.50")]
    [InlineData("+3", "+3")]
    [InlineData("-1,234.50", "-1,234.50")]
    [InlineData("a=b", "a=b")]
    [InlineData("2026-01-01", "2026-01-01")]
    [InlineData("", "")]
    public void What_a_spreadsheet_would_run_is_made_text(string cell, string safe) => CsvText.Safe(cell).ShouldBe(safe);

    [Fact]
    public void Cells_are_quoted_where_they_must_be() =>
        CsvText.AppendLine(new StringBuilder(), "a", null, "b,c", "say \"please\"", "two\nlines", " x", "=A1,B1").ToString()
            .ShouldBe("a,,\"b,c\",\"say \"\"please\"\"\",\"two\nlines\",\" x\",\"'=A1,B1\"\n");

    [Fact]
    public void Rejects_have_line_reason_and_row_with_card_numbers_masked()
    {
        var path = Path.Combine(folder, "rejects.csv");
        File.WriteAllText(path, "older");
        using (var rejects = new RejectsWriter(path))
        {
            rejects.Add(new InputRow(7, [], [new InputProblem("name", "is blank"), new InputProblem(null, "is void")], "=HYPERLINK(\"x\"),4111111111111111"));
            File.ReadAllText(path).ShouldBe("older");
            rejects.Complete();
        }
        File.ReadAllText(path).ShouldBe("line,reason,row\n7,name: is blank; is void,\"'=HYPERLINK(\"\"x\"\"),411111******1111\"\n");
        Directory.GetFiles(folder).ShouldHaveSingleItem();
    }

    [Fact]
    public void Rejects_that_are_not_completed_leave_nothing_behind()
    {
        using (var rejects = new RejectsWriter(Path.Combine(folder, "rejects.csv"))) rejects.Add(1, "no", "x");
        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public void A_secret_of_a_row_that_was_not_taken_is_kept_nowhere()
    {
        var path = Path.Combine(folder, "rejects.csv");
        using (var rejects = new RejectsWriter(path))
        {
            rejects.Add(1, "secret: 'whsec_QUJDREVGR0hJSktM' is none", """{"type":"webhook_endpoint","secret":"whsec_QUJDREVGR0hJSktMTU5P+/=="}""");
            rejects.Complete();
        }
        var kept = File.ReadAllText(path);
        kept.ShouldNotContain("QUJD");
        kept.ShouldContain("whsec_…");
    }
}
