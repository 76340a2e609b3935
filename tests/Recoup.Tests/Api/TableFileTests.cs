using System.IO.Compression;
using System.Net;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>Every table of the pages as a file, taken from a server: whole, as CSV and as a workbook.</summary>
public sealed class TableFileTests
{
    private static readonly string[] Tables =
    [
        "accounts", "account-items?account=A1", "access", "ageing", "ageing/90+", "callbacks", "cohorts", "figures", "files", "kpis", "kpis/dso",
        "kpis?by=segment",
        "kpis/dso?by=portfolio", "messages", "notes", "plans", "webhooks",
        "worklist",
    ];

    [Fact]
    public async Task Each_comes_whole()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","name":"Acme"}
            {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2025-01-01","due_on":"2025-01-31","amount":"900.00","currency":"EUR"}
            {"type":"note","key":"n","account":"A1","at":"2026-02-09T08:00:00Z","text":"pays late"}
            """, "--now", "2026-02-09T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T12:00:00Z").Expect(0);
        await using var server = await ApiServer.Start(folder);
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(server.Link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var table in Tables)
        {
            string Path(string ending) => "/" + (table.Split('?') is [var name, var query] ? $"{name}.{ending}?{query}" : $"{table}.{ending}");
            var csv = await http.GetStringAsync(Path("csv"));
            csv.Split('\n')[0].ShouldContain(",", customMessage: table);
            using var workbook = new ZipArchive(new MemoryStream(await http.GetByteArrayAsync(Path("xlsx"))));
            using var sheet = new StreamReader(workbook.GetEntry("xl/worksheets/sheet1.xml")!.Open());
            // As many rows as the CSV has; to have taken that is one more in the list of who took what.
            var rows = csv.TrimEnd().Split('\n').Length + (table == "access" ? 1 : 0);
            (await sheet.ReadToEndAsync()).Split("<row").Length.ShouldBe(rows + 1, table);
        }
    }
}
