using System.Globalization;
using Recoup.Bench;

// Each section runs in a process of its own, so that its peak memory is its own.
if (args.Length == 0 || args[0] == "all")
{
    var scale = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
    Console.WriteLine($"Recoup bench: {Environment.ProcessorCount} processors, .NET {Environment.Version}");
    foreach (var section in new[] { $"import {scale}", $"run {scale / 5}", $"kpi {scale / 20} {scale}", "party 100000", $"decisions {scale / 10}", $"codec {scale / 20}", $"pages {scale / 50} {scale / 5}", "ingest" })
        Sections.InOwnProcess(section);
    if (Recoup.Tests.Stores.PostgresServer.Bin is null) Console.WriteLine("no PostgreSQL server on this machine (Debian: postgresql): its figures are left out");
    else foreach (var section in new[] { $"import {scale}", $"run {scale / 5}", $"kpi {scale / 20} {scale}" }) Sections.InOwnProcess(section + " postgres");
    return 0;
}
if (args[^1] == "postgres")
{
    Sections.OnPostgres = true;
    args = args[..^1];
}
switch (args[0])
{
    case "shapes": StorageShapes.Run(Number(1, 1_000_000)); break;
    case "import": Sections.Import(Number(1, 1_000_000)); break;
    case "run": Sections.Run(Number(1, 200_000)); break;
    case "kpi": Sections.Kpi(Number(1, 50_000), Number(2, 1_000_000)); break;
    case "pages": Sections.Pages(Number(1, 20_000), Number(2, 200_000)); break;
    case "decisions": Sections.Decisions(Number(1, 100_000)); break;
    case "codec": Sections.Codec(Number(1, 50_000)); break;
    case "ingest": Sections.Ingest(Number(1, 256)); break;
    case "ingest-bare": Sections.IngestBare(args[1]); break;
    case "party": Sections.Party(Number(1, 100_000)); break;
    default:
        Console.Error.WriteLine("sections: all [ROWS], shapes [PARTIES], import [ROWS], run [PARTIES], kpi [FEW] [MANY], party [ITEMS], decisions [PARTIES], codec [PARTIES], pages [FEW] [MANY ACCOUNTS], ingest [CONNECTIONS]; import, run and kpi also with postgres behind");
        return 2;
}
return 0;

int Number(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
