using System.Globalization;
using Recoup.Bench;
using Recoup.Tests.Stores;

const string Usage = """
    all [ACCOUNTS...]               every section, then growth at these sizes
    growth [ACCOUNTS...]            import, verify, rebuild, KPIs and run at 10,000, 100,000 and 1,000,000 accounts on both stores, in one table
    workspace [ACCOUNTS] [postgres] the same at one size
    import [ACCOUNTS] [postgres]    the import alone, and the same file again
    audit [ACCOUNTS] [postgres]     verify and rebuild
    run [ACCOUNTS] [postgres]       the daily run, all due and 2% due
    kpi [FEW] [MANY] [postgres]     KPIs in memory, and by HTTP right after a write
    ingest [CONNECTIONS]            single inputs by HTTP (needs wrk)
    simulate [CUSTOMERS] [DAYS]     the simulator, without auditing and with it
    decisions [PARTIES]             decisions in memory
    party [ITEMS]                   one party of very many items
    pages [FEW] [MANY]              every page, by accounts
    codec [PARTIES]                 bytes and time of each state and event
    shapes [PARTIES]                what a row costs the bare store
    access [RUNS] [postgres]        a page and a form after a write, in a workspace of few runs and of many; who looked, recorded together
    guard FOLDER [SAMPLE]           what the program makes of worlds and histories, as text: for tests/guard.sh
    """;

var onPostgres = args.Length > 0 && args[^1] == "postgres";
var words = onPostgres ? args[..^1] : args;
var name = words.Length == 0 ? "all" : words[0];

// A server of the section's, at an address that it is given.
if (name == "ingest-bare")
{
    Sections.IngestBare(words[1], Number(2, 0));
    return 0;
}
if (Scratch.Root is not null) return InSection();

switch (name)
{
    case "all":
        Console.WriteLine("Recoup bench: " + Host.Details());
        var whole = true;
        foreach (var section in new[] { "decisions", "codec", "party", "pages", "simulate", "ingest" }) whole &= Scratch.InOwnProcess(section).Whole;
        return Growth.Run(Sizes()) && whole ? 0 : 1;
    case "growth":
        Console.WriteLine("Recoup bench: " + Host.Details());
        return Growth.Run(Sizes()) ? 0 : 1;
    case "workspace" or "import" or "audit" or "run" or "kpi" or "ingest" or "simulate" or "decisions" or "party" or "pages" or "codec" or "shapes" or "guard"
        or "access":
        if (onPostgres && PostgresServer.Bin is null)
        {
            Console.Error.WriteLine(PostgresServer.Missing);
            return 2;
        }
        Console.WriteLine("Recoup bench: " + Host.Details());
        var (isWhole, found) = Scratch.InOwnProcess(args);
        // A section prints its own; what one that failed had come through took as long to measure.
        if (!isWhole && found.Count > 0) Table.Print(found);
        return isWhole ? 0 : 1;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

int[] Sizes() => words.Length <= 1 ? [10_000, 100_000, 1_000_000] : [.. Enumerable.Range(1, words.Length - 1).Select(i => Number(i, 0))];

int InSection()
{
    Scratch.Watch();
    var figures = new List<Figure>();
    var before = Host.Load();
    switch (name)
    {
        case "workspace": Sections.Workspace(Sections.Parts.All, Number(1, 100_000), onPostgres, figures); break;
        case "import": Sections.Workspace(Sections.Parts.Again, Number(1, 100_000), onPostgres, figures); break;
        case "audit": Sections.Workspace(Sections.Parts.Audit, Number(1, 100_000), onPostgres, figures); break;
        case "run": Sections.Workspace(Sections.Parts.Run, Number(1, 100_000), onPostgres, figures); break;
        case "kpi": Sections.KpiAtTwoSizes(Number(1, 10_000), Number(2, 100_000), onPostgres, figures); break;
        case "ingest": Sections.Ingest(Number(1, 256), figures); break;
        case "simulate": Sections.Simulate(Number(1, 1_000), Number(2, 180), figures); break;
        case "decisions": Sections.Decisions(Number(1, 100_000), figures); break;
        case "party": Sections.Party(Number(1, 100_000), figures); break;
        case "pages": Sections.Pages([Number(1, 5_000), Number(2, 50_000)], figures); break;
        case "access": Sections.Access(Number(1, 1_000), onPostgres, figures); break;
        case "codec": Sections.Codec(Number(1, 50_000)); break;
        case "guard": Guard.Run(words[1], words.Length > 2 ? words[2] : null); break;
        case "shapes": StorageShapes.Run(Number(1, 1_000_000)); break;
    }
    Console.WriteLine($"\n{string.Join(' ', args)}: load average {before} at the start, {Host.Load()} at the end");
    if (figures.Count > 0) Table.Print(figures);
    Console.WriteLine();
    Scratch.Keep(figures);
    return 0;
}

int Number(int at, int otherwise) => words.Length > at ? int.Parse(words[at], NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : otherwise;
