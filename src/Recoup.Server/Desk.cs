using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Recoup.Connectors.Catalog;
using Recoup.Core.Cells;
using Recoup.Core.Controlling;
using Recoup.Core.Measures;
using Recoup.Core.Workspace;
using Recoup.Statistics;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server;

/// <summary>What one request reads with: a store of its own, opened when first asked for. A reader never waits for a writer, nor a writer for it.</summary>
/// <param name="viewer">Who looks and acts; null: who is at the machine.</param>
public sealed class Desk(ServeOptions options, Memory memory, Viewer? viewer) : IDisposable
{
    /// <summary>Who looks and acts.</summary>
    public Viewer Viewer { get; } = viewer ?? Viewer.Everything(options.Actor);

    private Store? store;
    private string? version;
    private DateOnly? lastRecordedOn;

    public Store Store => store ??= options.OpenStore();

    public Readings Readings => field ??= new Readings(Store, Viewer);

    public PageReadings Pages => field ??= new PageReadings(Store, Viewer);

    public WorklistReadings Worklist => field ??= new WorklistReadings(Store, options.Clock.GetUtcNow(), Viewer);

    public FileReadings Files => field ??= new FileReadings(Store, Viewer);

    public ConversationReadings Conversations => field ??= new ConversationReadings(Store, Viewer);

    /// <summary>The user's own files: what can be used of them, and what is wrong with the rest; null: there are none here.</summary>
    public CatalogReading? Own => field ??= options.Own?.Read(Workspace.Adopted, AsOf);

    public KpiCatalog Catalog => field ??= options.Catalog?.Invoke() ?? Own?.Kpis ?? KpiCatalog.Shipped;

    // Figures are of the definitions too, which change without the journal. A watch gives the same catalogue as long as no file changes.
    private string CatalogKey => RuntimeHelpers.GetHashCode(Catalog).ToString(CultureInfo.InvariantCulture);

    /// <summary>Changes with everything recorded.</summary>
    public string Version => version ??= Pages.Version();

    public WorkspaceState Workspace => Remember("workspace", Pages.Workspace);

    /// <summary>Nothing was ever recorded.</summary>
    public bool IsEmpty => LastRecordedOn == DateOnly.MinValue;

    /// <summary>The last business date on which anything was recorded: the day that pages are as of unless told otherwise.</summary>
    public DateOnly LastRecordedOn => lastRecordedOn ??= Readings.LastRecordedOn();

    public DateOnly AsOf => IsEmpty ? Core.Foundation.LocalDay.Of(options.Clock.GetUtcNow(), "UTC") : LastRecordedOn;

    /// <summary>What was computed before, as long as nothing was recorded since.</summary>
    public T Remember<T>(string key, Func<T> compute) where T : class => memory.Get(Version, Viewer.Scope + key, compute);

    /// <param name="cut">Where the table is cut; null: as usual.</param>
    public IReadOnlyList<AgeingRow> Ageing(DateOnly asOf, bool byPortfolio, AgeingCut? cut = null) =>
        Remember($"ageing/{asOf:yyyy-MM-dd}/{byPortfolio}/{cut?.Text}", () => Readings.Read(cells => AgeingReport.Of(cells, asOf, byPortfolio, cut: cut)));

    /// <summary>What is overdue by who has the next move, as of the last day on which anything was recorded.</summary>
    public IReadOnlyList<NextMoveRow> NextMoves(bool byPortfolio)
    {
        var waiting = Waiting;
        return Remember($"next-moves/{byPortfolio}", () =>
            Readings.Read(cells => NextMoveReport.Of(cells, AsOf, byPortfolio, bySegment: false, waiting)));
    }

    /// <summary>The same by account, the largest amount first.</summary>
    public IReadOnlyList<AccountWaiting> Waiting => Remember("waiting", () =>
        Readings.Read(_ => NextMoveReport.InOrder(Readings.Waiting(AsOf) ?? [])));

    /// <summary>What was open at the end of a day and due within days, by currency; a currency in which nothing is due then has zero.</summary>
    public IReadOnlyList<(string Currency, long Minor)> OpenDue(DateOnly asOf, DateOnly from, DateOnly to, string? portfolio) =>
        Remember($"open-due/{asOf:yyyy-MM-dd}/{from:yyyy-MM-dd}/{to:yyyy-MM-dd}/{portfolio}", () => Readings.Read(cells => cells.ExposureByDue(asOf)
            .Where(s => portfolio is null || s.Portfolio == portfolio).GroupBy(s => s.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, g.Where(s => s.DueDay >= from.DayNumber && s.DueDay <= to.DayNumber).Sum(s => s.Value.Minor))).ToList()));

    /// <summary>The portfolios of which the viewer may see something, in order.</summary>
    public IReadOnlyList<string> Portfolios =>
    [
        .. Ageing(AsOf, byPortfolio: true).Select(r => r.Group.Portfolio!).Concat(Workspace.Portfolios.Select(p => p.Portfolio).Where(Viewer.Sees))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    /// <summary>Of whatever the question names, but for windows of its own and values that it keeps to: no page has these.</summary>
    public IReadOnlyList<KpiRow> Kpis(KpiQuestion question) =>
        Remember($"kpis/{CatalogKey}/{question.Basis}/{string.Join(',', question.By)}/{string.Join(',', question.Kpis)}/"
            + string.Join(',', question.Days), () =>
            Readings.Read(cells => Engine(cells).Answer(question)));

    private KpiEngine Engine(IMeasureSource cells) => new(Catalog, cells, Estimates.At95) { Controlling = Readings.Controlling() };

    /// <summary>What controlling tells, of what the viewer sees.</summary>
    public ControllingFacts Controlling => Remember("controlling", () => Readings.Read(_ => Readings.Controlling()));

    /// <summary>
    /// Every KPI at the month ends before the last day. Only a fact that comes late changes them, and they are many
    /// cells to read; so those of an older version of the journal are shown until new ones are there, half a minute later at most when somebody looks.
    /// </summary>
    public IReadOnlyList<KpiRow> PastKpis(bool byPortfolio)
    {
        var ends = Trends.PastMonths(AsOf);
        return memory.Lasting($"{Viewer.Scope}past/{CatalogKey}/{byPortfolio}/{ends[0]}/{ends.Count}", Version, this, () => new Desk(options, memory, Viewer),
            desk => desk.Readings.Read(cells => desk.Engine(cells)
                .Answer(new KpiQuestion(ends) { By = byPortfolio ? [Dimension.Portfolio] : [] })));
    }

    /// <summary>One KPI a year before each day of a trend; remembered as those of past months are.</summary>
    public IReadOnlyList<KpiRow> YearBefore(string id, bool byPortfolio)
    {
        var days = Trends.Months(AsOf).Select(KpiSeries.YearBefore).ToList();
        return memory.Lasting($"{Viewer.Scope}year-before/{CatalogKey}/{id}/{byPortfolio}/{days[0]}/{days[^1]}", Version, this,
            () => new Desk(options, memory, Viewer), desk => desk.Readings.Read(cells => desk.Engine(cells)
                .Answer(new KpiQuestion(days) { Kpis = [id], By = byPortfolio ? [Dimension.Portfolio] : [] })));
    }

    /// <summary>Why a figure changed from a day to the last, of a portfolio or of all.</summary>
    /// <param name="why">Null: there is a bridge; else why there is none, for people.</param>
    public KpiBridge? Bridge(KpiDefinition kpi, DateOnly since, Dimension by, string? portfolio, string? currency, out string? why)
    {
        var answer = Remember($"bridge/{CatalogKey}/{kpi.Id}/{since:yyyy-MM-dd}/{by}/{currency}/{portfolio}", () =>
        {
            var question = new KpiBridgeQuestion(kpi, since, AsOf)
            {
                By = [by], Currency = currency,
                Only = portfolio is null ? new Dictionary<Dimension, string>() : new Dictionary<Dimension, string> { [Dimension.Portfolio] = portfolio },
            };
            return new Bridged(new KpiBridgeReadings(Readings, Catalog, Estimates.At95).Answer(question, [], out var problem), problem);
        });
        why = answer.Bridge is null ? answer.Problem : null;
        return answer.Bridge;
    }

    private sealed record Bridged(KpiBridge? Bridge, string Problem);

    /// <summary>Recovery by age; see <see cref="CohortReport"/>. Every item and payment is looked at.</summary>
    public IReadOnlyList<CohortRow> Cohorts(DateOnly asOf, IReadOnlySet<string> by, int? age = null) =>
        Remember($"cohorts/{asOf:yyyy-MM-dd}/{string.Join(',', by.Order(StringComparer.Ordinal))}/{age}",
            () => Readings.Read(_ => CohortReport.Of(Readings.OverdueItems(asOf), asOf, by, age)));

    public void Dispose() => store?.Dispose();
}

/// <summary>Figures computed for one version of the journal; the next version forgets them.</summary>
public sealed class Memory
{
    private volatile Kept kept = new("");

    public T Get<T>(string version, string key, Func<T> compute) where T : class
    {
        var now = kept;
        if (now.Version != version) kept = now = new Kept(version);
        if (now.Values.TryGetValue(key, out var known)) return (T)known;
        var value = compute();
        if (now.Values.Count < ValuesMax) now.Values[key] = value;
        return value;
    }

    private readonly ConcurrentDictionary<string, (string Version, long At, object Value)> lasting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> underWay = new(StringComparer.Ordinal);

    /// <summary>What was computed last, perhaps for an older version; then it is computed anew in the background, with a desk of its own.</summary>
    public T Lasting<T>(string key, string version, Desk desk, Func<Desk> another, Func<Desk, T> compute) where T : class
    {
        if (!lasting.TryGetValue(key, out var known))
        {
            var value = compute(desk);
            if (lasting.Count < ValuesMax) lasting[key] = (version, Environment.TickCount64, value);
            return value;
        }
        // Many changes in a row are computed for once.
        if (known.Version != version && Environment.TickCount64 - known.At > MillisecondsBetween && underWay.TryAdd(key, true))
            _ = Task.Run(() =>
            {
                try
                {
                    using var own = another();
                    // Read before computing: what is recorded meanwhile is computed for at the next asking.
                    var now = own.Version;
                    lasting[key] = (now, Environment.TickCount64, compute(own));
                }
                catch (Exception e) when (e is Storage.StoreException or Microsoft.Data.Sqlite.SqliteException or IOException)
                {
                    // The page that asks next meets the same trouble in its own reading, and says so.
                }
                finally { underWay.TryRemove(key, out _); }
            });
        return (T)known.Value;
    }

    private const int ValuesMax = 500;

    private const long MillisecondsBetween = 20_000;

    private sealed record Kept(string Version)
    {
        public ConcurrentDictionary<string, object> Values { get; } = new(StringComparer.Ordinal);
    }
}
