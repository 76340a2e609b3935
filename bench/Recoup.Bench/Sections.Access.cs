using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Core.Measures;
using Recoup.Server;
using Recoup.Server.Access;
using Recoup.Storage;
using Recoup.Storage.Access;
using Recoup.Storage.Work;

namespace Recoup.Bench;

/// <summary>
/// What looking costs: a page and a form after something was recorded, in a workspace of few runs and of many; entries of the chain of
/// access, one by one and together; and a page while somebody imports.
/// </summary>
internal static partial class Sections
{
    private const int AccessAccounts = 300;

    public static void Access(int runs, bool postgres, List<Figure> figures)
    {
        var few = AfterWrites(3, postgres).GetAwaiter().GetResult();
        var many = AfterWrites(runs, postgres).GetAwaiter().GetResult();
        foreach (var (what, milliseconds) in many)
            figures.Add(new Figure($"{what} after a write, {runs:N0} runs", milliseconds, Unit.Milliseconds)
            {
                Limit = new Limit("3 runs", few[what]), Goal = Goal.NoSlower,
            });
        Together(postgres, figures).GetAwaiter().GetResult();
        WhileImporting(postgres, figures).GetAwaiter().GetResult();
    }

    private static ServeOptions Options(Ground ground, DateOnly day) => new(ground.Place, IPAddress.Loopback, 0, new Standing(Ground.At(day)))
    {
        Role = Role.Api, Writer = TemplateWriter.Shipped, Catalog = () => KpiCatalog.Shipped, Actor = "bench", Say = _ => { },
        Channels = _ => new Dictionary<string, ChannelPort>(StringComparer.Ordinal),
    };

    /// <summary>The median of first answers after a change, by page, and of a form.</summary>
    private static async Task<Dictionary<string, double>> AfterWrites(int runs, bool postgres)
    {
        using var ground = new Ground(postgres);
        var file = Path.Combine(ground.Folder, "rows.csv");
        Ledger.Write(file, Ledger.Opening(AccessAccounts));
        ground.Import(file, Ledger.Eve, "access");
        var day = Ledger.Eve;
        for (var i = 0; i < runs; i++, day = day.AddDays(1)) ground.Run(day, all: false, "access");
        Progress.Say($"access: asking after {runs:N0} runs");
        await using var pages = await WebPages.Start(Options(ground, day));
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(pages.Address) };
        (await http.GetAsync(pages.Link)).EnsureSuccessStatusCode();
        var seen = new Dictionary<string, double>();
        foreach (var path in new[] { "/kpis/dso", "/worklist", "/accounts/A0000100", "form" })
        {
            var times = new List<double>();
            for (var i = -2; i < Times; i++)
            {
                var page = path == "form" ? await http.GetStringAsync("/accounts/A0000100") : "";
                ground.Door("import", day).Take([new InputUnit(0, [Parse($$"""
                    {"type":"note","key":"n-{{path}}-{{i}}","account":"A0000002","at":"{{day:yyyy-MM-dd}}T08:00:00Z","text":"a change"}
                    """)])]);
                var watch = Stopwatch.StartNew();
                var answer = path == "form" ? await http.PostAsync("/accounts/A0000100", NoteForm(page, i)) : await http.GetAsync(path);
                await answer.Content.ReadAsByteArrayAsync();
                if (answer.StatusCode != HttpStatusCode.OK) throw new InvalidOperationException($"{path}: {answer.StatusCode}");
                // What the first asking compiles is no page's cost.
                if (i >= 0) times.Add(watch.Elapsed.TotalMilliseconds);
            }
            times.Sort();
            seen[path] = times[Times / 2];
        }
        return seen;
    }

    /// <summary>The account's form for a note, as a browser sends it.</summary>
    private static FormUrlEncodedContent NoteForm(string page, int n)
    {
        var form = PostForms().Matches(page).Select(m => m.Value).First(f => f.Contains("name=\"text\"", StringComparison.Ordinal));
        var fields = HiddenFields().Matches(form).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        fields["text"] = $"called, nobody there {n}";
        return new FormUrlEncodedContent(fields);
    }

    [GeneratedRegex("<form[^>]*method=\"post\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex PostForms();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenFields();

    private static async Task Together(bool postgres, List<Figure> figures)
    {
        using var ground = new Ground(postgres);
        await using var log = new AccessLog(Options(ground, Ledger.Eve));
        await log.Record("bench", "page", AccessKind.Looked, "first", "");
        const int alone = 100, together = 5_000;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < alone; i++) await log.Record("bench", "page", AccessKind.Looked, $"A{i}", "account");
        var perSecondAlone = alone / watch.Elapsed.TotalSeconds;
        var commits = log.Commits;
        watch.Restart();
        await Task.WhenAll(Enumerable.Range(0, together).Select(i => log.Record("bench", "page", AccessKind.Looked, $"A{i}", "account")));
        figures.Add(new Figure($"entries of access, {together:N0} at once", together / watch.Elapsed.TotalSeconds, Unit.PerSecond)
        {
            Limit = new Limit("one after the other", perSecondAlone), Note = $"{log.Commits - commits:N0} commits",
        });
    }

    /// <summary>A page that is recorded, while an import writes the journal and while nobody does.</summary>
    private static async Task WhileImporting(bool postgres, List<Figure> figures)
    {
        using var ground = new Ground(postgres);
        var file = Path.Combine(ground.Folder, "rows.csv");
        Ledger.Write(file, Ledger.Opening(AccessAccounts));
        ground.Import(file, Ledger.Eve, "access");
        Ledger.Write(file, Ledger.Years(20_000));
        await using var pages = await WebPages.Start(Options(ground, Ledger.Last));
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(pages.Address) };
        (await http.GetAsync(pages.Link)).EnsureSuccessStatusCode();
        for (var i = 0; i < 5; i++) await http.GetStringAsync("/accounts/A0000100");

        async Task<double[]> Ask(Func<bool> goesOn)
        {
            var times = new List<double>();
            while (goesOn() && times.Count < 400)
            {
                var watch = Stopwatch.StartNew();
                await http.GetStringAsync("/accounts/A0000100");
                times.Add(watch.Elapsed.TotalMilliseconds);
            }
            return [.. times.Order()];
        }

        var asked = 0;
        var idle = await Ask(() => asked++ < 100);
        var import = Task.Run(() =>
        {
            using var other = Store.Open(ground.Place);
            new Intake(new Door(other, "import", new Standing(Ground.At(Ledger.Last)), TemplateWriter.Shipped)).Take(
                MappedFile.Read(Mapping.Load("receivables"), file), (row, reason) => throw new InvalidOperationException($"line {row.Line}: {reason}"));
        });
        var busy = await Ask(() => !import.IsCompleted);
        await import;
        figures.Add(new Figure("a page that is recorded, while an import writes, the middle", busy[busy.Length / 2], Unit.Milliseconds)
        {
            Limit = new Limit("while nobody does", idle[idle.Length / 2]), Note = $"{busy.Length} pages; the slowest {busy[^1]:0} and {idle[^1]:0} ms",
        });
    }
}
