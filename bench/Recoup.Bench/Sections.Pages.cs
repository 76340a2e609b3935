using System.Net;
using Recoup.Connectors.Mail;
using Recoup.Core.Contact;
using Recoup.Core.Measures;
using Recoup.Server;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Bench;

/// <summary>How long a page takes, by HTTP from a server of its own, with few accounts and with many.</summary>
internal static partial class Sections
{
    private const int Times = 9;

    public static void Pages(params int[] sizes)
    {
        foreach (var accounts in sizes) Pages(accounts).GetAwaiter().GetResult();
    }

    private static async Task Pages(int accounts)
    {
        using var folder = new Folder();
        string message;
        using (var store = Store.Open(folder.Path))
        {
            var file = Path.Combine(folder.Path, "rows.csv");
            WriteRows(file, accounts * 2, accounts);
            Take(store, file);
            var day = Last.AddDays(31);
            var door = Door(store, "import", day);
            door.Take([new Storage.InputUnit(0, [Core.Inputs.InputJson.Parse("""{"type":"sending","key":"live","mode":"live"}"""u8, "bench", [])!])]);
            new DailyRun(Door(store, "run", day)).Run(day, At(day), acceptVolume: true);
            message = new PageReadings(store).Messages(null, null, 1).Rows.Select(m => m.Message.Id).FirstOrDefault() ?? "none";
        }
        var options = new ServeOptions(new Storage.StorePlace(folder.Path), IPAddress.Loopback, 0, new Standing(At(Last.AddDays(31))))
        {
            Role = Role.Api, Writer = TemplateWriter.Shipped, Catalog = () => KpiCatalog.Shipped, Actor = "bench", Say = Console.WriteLine,
            Channels = s => new Dictionary<string, ChannelPort>(StringComparer.Ordinal) { [Channel.Email] = new(true, new MailFolder(s.MailFolder, s.WorkspaceId).Send) },
        };
        await using var pages = await WebPages.Start(options);
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() });
        (await http.GetAsync(pages.Link)).EnsureSuccessStatusCode();
        // What the first request of a process compiles is no page's cost, nor what is computed once at the start.
        foreach (var path in new[] { "/accounts", "/", "/?portfolio=P0", "/kpis", "/accounts/A0000001" }) await http.GetStringAsync(pages.Address + path);
        Line($"pages at {accounts:N0} accounts", $"first answer after a change, then the median of {Times} more");
        var changes = 0;
        foreach (var path in new[] { "/", "/?portfolio=P1", "/worklist", "/accounts", "/accounts?q=A00001", "/accounts?q=INV-00000100", "/accounts/A0000100", "/messages", $"/messages/{message}", "/ageing", "/ageing/61-90", "/ageing/90+?portfolio=P1", "/kpis", "/kpis/dso", "/audit", "/status" })
        {
            async Task<double> Ask()
            {
                var watch = System.Diagnostics.Stopwatch.StartNew();
                using var answer = await http.GetAsync(pages.Address + path);
                await answer.Content.ReadAsByteArrayAsync();
                if (answer.StatusCode != HttpStatusCode.OK) throw new InvalidOperationException($"{path}: {answer.StatusCode}");
                return watch.Elapsed.TotalMilliseconds;
            }

            Change(folder.Path, changes++);
            var first = await Ask();
            var seen = new double[Times];
            for (var i = 0; i < Times; i++) seen[i] = await Ask();
            Array.Sort(seen);
            Line("  " + path, $"{first,8:F0} ms {seen[Times / 2],8:F0} ms");
        }
    }

    /// <summary>Something is recorded, so that no figure computed before holds any more.</summary>
    private static void Change(string folder, int n)
    {
        using var store = Store.Open(folder);
        var json = System.Text.Encoding.UTF8.GetBytes($$"""{"type":"contact","key":"ch-{{n}}","account":"A0000002","at":"2026-01-31T10:00:00Z","channel":"call","direction":"inbound","outcome":"right_party"}""");
        Door(store, "import", Last.AddDays(31)).Take([new Storage.InputUnit(0, [Core.Inputs.InputJson.Parse(json, "bench", [])!])]);
    }
}
