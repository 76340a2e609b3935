using System.CommandLine;
using Recoup.Server.Api;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>Prints a list whose columns are declared once.</summary>
internal static class Lists
{
    /// <param name="one">What a row is, such as "note".</param>
    /// <param name="narrowed">Only some are asked for.</param>
    /// <param name="read">Is given the most rows that are wanted.</param>
    public static int Print<T>(ParseResult parsed, Listing<T> listing, string title, string one, bool narrowed,
        Func<Store, int, Slice<T>> read, int limit)
    {
        using var session = new Session(parsed);
        var slice = read(session.Open(), limit);
        var sheet = new Sheet([.. listing.Columns.Select(c => c.Name)])
        {
            Title = title, Empty = narrowed ? $"there is no such {one}" : $"there is no {one} yet",
        };
        foreach (var line in slice.Rows) sheet.Add([.. listing.Cells(line)]);
        session.Output.Print(json => listing.Write(json, slice.Rows), sheet);
        if (slice.Next is not null) Output.Say($"{slice.Rows.Count} are shown; --limit shows more.");
        session.TellRowTroubles();
        return 0;
    }
}
