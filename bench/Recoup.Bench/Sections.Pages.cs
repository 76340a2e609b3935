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

    public static void Pages(IReadOnlyList<int> sizes, List<Figure> figures)
    {
        foreach (var accounts in sizes) Pages(accounts, figures).GetAwaiter().GetResult();
    }

    private static async Task Pages(int accounts, List<Figure> figures)
    {
        using var ground = new Ground();
        var file = Path.Combine(ground.Folder, "rows.csv");
        Progress.Say($"pages: importing {accounts:N0} accounts");
        Ledger.Write(file, Ledger.Opening(accounts).Concat(Ledger.Years(accounts)));
        ground.Import(file, Ledger.Last.AddDays(10), "pages");
        ground.Door("import", Ledger.RunOn).Take([new InputUnit(0, [Parse("""{"type":"sending","key":"live","mode":"live"}""")])]);
        ground.Run(Ledger.RunOn, all: false, "pages");
        var message = new PageReadings(ground.Store).Messages(null, null, 1).Rows.Select(m => m.Message.Id).FirstOrDefault() ?? "none";
        var options = new ServeOptions(ground.Place, IPAddress.Loopback, 0, new Standing(Ground.At(Ledger.RunOn)))
        {
            Role = Role.Api, Writer = TemplateWriter.Shipped, Catalog = () => KpiCatalog.Shipped, Actor = "bench", Say = _ => { },
            Channels = s => new Dictionary<string, ChannelPort>(StringComparer.Ordinal)
            {
                [Channel.Email] = new(true, new MailFolder(s.MailFolder, s.WorkspaceId).Send),
            },
        };
        await using var pages = await WebPages.Start(options);
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() });
        (await http.GetAsync(pages.Link)).EnsureSuccessStatusCode();
        // What the first request of a process compiles is no page's cost, nor what is computed once at the start.
        foreach (var path in new[] { "/accounts", "/", "/?portfolio=P0", "/kpis", "/accounts/A0000001" }) await http.GetStringAsync(pages.Address + path);
        Progress.Say($"pages: asking, with {accounts:N0} accounts");
        var changes = 0;
        foreach (var path in new[] { "/", "/?portfolio=P1", "/worklist", "/accounts", "/accounts?q=A00001", "/accounts?q=INV-0000010", "/accounts/A0000100",
            "/messages", $"/messages/{message}", "/ageing", "/ageing/61-90", "/ageing/90+?portfolio=P1", "/kpis", "/kpis/dso", "/audit", "/status" })
        {
            async Task<double> Ask()
            {
                var watch = System.Diagnostics.Stopwatch.StartNew();
                using var answer = await http.GetAsync(pages.Address + path);
                await answer.Content.ReadAsByteArrayAsync();
                if (answer.StatusCode != HttpStatusCode.OK) throw new InvalidOperationException($"{path}: {answer.StatusCode}");
                return watch.Elapsed.TotalMilliseconds;
            }

            Change(ground, changes++);
            var first = await Ask();
            var seen = new double[Times];
            for (var i = 0; i < Times; i++) seen[i] = await Ask();
            Array.Sort(seen);
            figures.Add(new Figure($"{path} at {accounts:N0} accounts", first, Unit.Milliseconds)
            {
                Limit = new Limit("asked again", seen[Times / 2]), Note = "first answer after a change",
            });
        }
    }

    /// <summary>Something is recorded, so that no figure computed before holds any more.</summary>
    private static void Change(Ground ground, int n) =>
        ground.Door("import", Ledger.RunOn).Take([new InputUnit(0, [Parse($$"""
            {"type":"contact","key":"ch-{{n}}","account":"A0000002","at":"{{Ledger.RunOn:yyyy-MM-dd}}T10:00:00Z",
            """ + $$"""
            "channel":"call","direction":"inbound","outcome":"right_party"}
            """)])]);
}
