using System.Net;
using Recoup.Connectors.Catalog;
using Recoup.Core.Measures;
using Recoup.Core.Webhooks;
using Recoup.Core.Workspace;
using Recoup.Server.Api;
using Recoup.Server.Telemetry;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server;

/// <summary>What a server is for.</summary>
public enum Role
{
    /// <summary>Pages and the API: nobody runs the day or sends.</summary>
    Api,

    /// <summary>Runs the days and dispatches, and serves nothing but its health.</summary>
    Worker,

    /// <summary>Both.</summary>
    All,
}

/// <summary>What `serve` is told.</summary>
/// <param name="Place">Where the workspace is.</param>
/// <param name="Address">A loopback address.</param>
/// <param name="Port">0: any that is free.</param>
/// <param name="Clock">Gives the time of runs, of dispatch and of what people enter.</param>
public sealed record ServeOptions(StorePlace Place, IPAddress Address, int Port, TimeProvider Clock)
{
    /// <summary>Mail, anchors and settings; on SQLite the data too.</summary>
    public string Folder => Place.Folder;

    /// <summary>When each portfolio's day is run, at its place.</summary>
    public TimeOnly RunAt { get; init; } = new(6, 0);

    public Role Role { get; init; } = Role.All;

    /// <summary>False: nobody runs the day or sends here.</summary>
    public bool Beats => Role != Role.Api;

    /// <summary>False: no pages and no API, only health.</summary>
    public bool ServesPages => Role != Role.Worker;

    /// <summary>How often it is looked what is due.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What is held against the database's clock; the business's own may be another one in a rehearsal.</summary>
    public TimeProvider MachineClock { get => field ?? Clock; init; }

    /// <summary>A worker whose clock is further from the database's than this does nothing.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a node that died or hangs may keep what it was at; after that the others have it.</summary>
    public TimeSpan TakeOver { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What takes the API's inputs opens its store anew after so long: what its cache holds of persons whom another process erased goes.</summary>
    public TimeSpan StoreLife { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Several processes share the work by the database's word.</summary>
    public bool IsNode => Beats && Place.Connection is not null;

    public required IMessageWriter Writer { get; init; }

    /// <summary>The channels of a store, as the command line has them.</summary>
    public required Func<Store, IReadOnlyDictionary<string, ChannelPort>> Channels { get; init; }

    /// <summary>How endpoints are called; null: nobody tells them from here.</summary>
    public Func<Store, Func<Port<WebhookCall>>>? Webhooks { get; init; }

    /// <summary>The user's own files of the catalogue; null: everything is as shipped.</summary>
    public CatalogWatch? Own { get; init; }

    /// <summary>The KPIs there are; those shipped and the user's own unless set.</summary>
    public Func<KpiCatalog>? Catalog { get; init; }

    /// <summary>The ids of these, in order.</summary>
    internal IReadOnlyList<string> KpiIds() =>
        [.. (Catalog?.Invoke() ?? Own?.Catalog(null, DateOnly.MinValue).ReadKpis().Kpis ?? KpiCatalog.Shipped).All.Select(kpi => kpi.Id)];

    /// <summary>Who acts when somebody enters something on a page.</summary>
    public required string Actor { get; init; }

    /// <summary>A line for the person at the terminal.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Where events go; in words to the person at the terminal unless set.</summary>
    public EventLog Log { get => field ??= EventLog.InWords(Say); init; }

    public ApiLimits Limits { get; init; } = new();

    /// <summary>The store that is served.</summary>
    internal Store OpenStore(bool create = false) => OpenStore(Place, create);

    /// <summary>The same under another name of its sessions.</summary>
    internal Store OpenStore(StorePlace named, bool create = false)
    {
        var store = Store.Open(named, create);
        store.Kept = kept;
        return store;
    }

    private readonly KeptWorkspace kept = new();
}

/// <summary>Where to listen, as `--urls` has it.</summary>
public static class LoopbackUrl
{
    public const int DefaultPort = 5252;

    /// <summary>Null where the text is no such URL or names another machine's address; <paramref name="problem"/> says which and how to mend it.</summary>
    public static (IPAddress Address, int Port)? Parse(string text, out string problem)
    {
        problem = $"'{text}' is not a URL to serve at; write http://127.0.0.1:{DefaultPort}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.AbsolutePath != "/" || url.Query.Length > 0) return null;
        if (url.Scheme != Uri.UriSchemeHttp)
        {
            problem = $"'{text}': pages are served by http at this machine's own address only; write http://127.0.0.1:{DefaultPort}";
            return null;
        }
        var address = url.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(url.Host.Trim('[', ']'), out var given) ? given : null;
        if (address is not null && IPAddress.IsLoopback(address)) return (address, url.Port);
        problem = $"'{url.Host}' can be reached from other machines; Recoup serves its pages at a loopback address only (127.0.0.1 and its like, or [::1]). "
            + "To look from another machine, go through an SSH tunnel.";
        return null;
    }
}
