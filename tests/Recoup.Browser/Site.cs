using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Recoup.Connectors.Mail;
using Recoup.Core.Contact;
using Recoup.Core.Measures;
using Recoup.Server;
using Recoup.Storage.Work;

namespace Recoup.Browser;

/// <summary>The pages of one data folder, served as `serve` does, on a free port.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly WebPages pages;
    private readonly bool ownsFolder;

    private Site(string folder, WebPages pages, List<string> said, bool ownsFolder) =>
        (Folder, this.pages, Said, this.ownsFolder) = (folder, pages, said, ownsFolder);

    public string Folder { get; }

    public string Address => pages.Address;

    public string Link => pages.Link;

    /// <summary>What the terminal would show.</summary>
    public List<string> Said { get; }

    public static async Task<Site> Serve(string? folder = null, bool beats = false, bool owns = false, IPAddress? at = null)
    {
        var said = new List<string>();
        var path = folder ?? Directory.CreateTempSubdirectory("recoup-site-").FullName;
        var options = new ServeOptions(new Storage.StorePlace(path), at ?? IPAddress.Loopback, 0, new ClockFrom(SmallBusiness.Now))
        {
            Role = beats ? Role.All : Role.Api, Writer = TemplateWriter.Shipped, Catalog = () => KpiCatalog.Shipped, Actor = "ann",
            Say = line => { lock (said) said.Add(line); },
            Channels = store => new Dictionary<string, ChannelPort>(StringComparer.Ordinal)
            {
                [Channel.Email] = new(true, new MailFolder(store.MailFolder, store.WorkspaceId).Send),
            },
        };
        return new Site(path, await WebPages.Start(options), said, owns || folder is null);
    }

    public async ValueTask DisposeAsync()
    {
        await pages.DisposeAsync();
        if (ownsFolder) Directory.Delete(Folder, recursive: true);
    }

    private sealed class ClockFrom(DateTimeOffset start) : TimeProvider
    {
        private readonly long begun = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(begun);
    }

    /// <summary>The key that signs anchors is the tests' own, never the user's.</summary>
    [ModuleInitializer]
    internal static void OwnKeys()
    {
        var keys = Directory.CreateTempSubdirectory("recoup-test-keys-").FullName;
        Environment.SetEnvironmentVariable("RECOUP_KEYS", keys);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(keys, recursive: true);
    }
}

/// <summary>One browser and one small business for all tests that only look; who changes something takes a copy.</summary>
public sealed class Stage : IAsyncLifetime
{
    private IPlaywright playwright = null!;
    private string folder = null!;
    private Site site = null!;
    private string state = null!;

    internal IBrowser Chromium { get; private set; } = null!;

    internal string Folder => folder;

    internal string Address => site.Address;

    public async ValueTask InitializeAsync()
    {
        folder = Directory.CreateTempSubdirectory("recoup-browser-").FullName;
        if (Browsers.Missing is not null) return;
        SmallBusiness.Make(folder);
        playwright = await Playwright.CreateAsync();
        Chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Browsers.Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync"],
        });
        site = await Site.Serve(folder);
        state = await Enter(site);
    }

    /// <summary>Takes the link; what the browser keeps of it lets windows in.</summary>
    internal async Task<string> Enter(Site to)
    {
        await using var context = await Chromium.NewContextAsync();
        (await context.APIRequest.GetAsync(to.Link)).Status.ShouldBe(200);
        return await context.StorageStateAsync();
    }

    /// <summary>A window on the shared site.</summary>
    internal Task<Window> Open(string path, Look? look = null) => Open(site, state, path, look);

    /// <summary>A window that was not let in.</summary>
    internal Task<Window> OpenOutside(string path) => Open(site, null, path);

    internal async Task<Window> Open(Site to, string? kept, string path, Look? look = null)
    {
        var wanted = look ?? Look.Desk;
        var context = await Chromium.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = wanted.Width, Height = wanted.Width > 500 ? 900 : 844 },
            ColorScheme = wanted.Dark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = wanted.Language, StorageState = kept, JavaScriptEnabled = wanted.Script, BaseURL = to.Address,
        });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        var window = new Window(context, page);
        var answer = await page.GotoAsync(path);
        window.Status = answer!.Status;
        return window;
    }

    /// <summary>A copy of the small business with a server of its own.</summary>
    internal async Task<Site> Copy()
    {
        var copy = Directory.CreateTempSubdirectory("recoup-copy-").FullName;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return await Site.Serve(copy, owns: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (Browsers.Missing is null)
        {
            await site.DisposeAsync();
            await Chromium.DisposeAsync();
            playwright.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>How wide a window is, by day or by night, and whether scripts run.</summary>
public sealed record Look(int Width, bool Dark, bool Script = true, string Language = "en-US")
{
    public static readonly Look Desk = new(1440, Dark: false);
}

/// <summary>One page in a window of its own, and what its console complained of.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;

    public Window(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.Console += (_, message) => { if (message.Type == "error") Errors.Add(message.Text); };
        page.PageError += (_, error) => Errors.Add(error);
    }

    public IPage Page { get; }

    public int Status { get; set; }

    public List<string> Errors { get; } = [];

    public ValueTask DisposeAsync() => context.DisposeAsync();
}

/// <summary>Waits that miss nothing.</summary>
internal static class Waits
{
    /// <summary>
    /// Until the page at this address is there as a whole; * stands for anything. Playwright's WaitForURLAsync looks at the address first and listens
    /// afterwards, so a page that comes between the two is waited for in vain (https://github.com/microsoft/playwright-dotnet/issues/3364).
    /// </summary>
    public static async Task Reaches(this IPage page, string pathAndQuery)
    {
        var address = new Regex("^https?://[^/]+" + Regex.Escape(pathAndQuery).Replace("\\*", ".*", StringComparison.Ordinal) + "$");
        await Assertions.Expect(page).ToHaveURLAsync(address, new PageAssertionsToHaveURLOptions { Timeout = 60_000 });
        await page.WaitForFunctionAsync("document.readyState === 'complete'");
    }
}

[CollectionDefinition("stage")]
public sealed class StageGroup : ICollectionFixture<Stage>;
