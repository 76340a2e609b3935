using Recoup.Connectors.Catalog;
using Recoup.Connectors.Mail;
using Recoup.Connectors.Sms;
using Recoup.Core.Foundation;

namespace Recoup.Server;

/// <summary>A file of the user's that can't be used.</summary>
/// <param name="File">Its path, from the data folder on.</param>
/// <param name="Line">Null: it is not one line.</param>
/// <param name="Problem">What is wrong and how to mend it, and what stands in its place meanwhile.</param>
public sealed record BrokenFile(string File, long? Line, string Problem);

/// <summary>What a user may edit in the data folder, and what of it can't be used: `recoup status` and the status page tell of it.</summary>
public static class UserFiles
{
    /// <summary>Everything that is wrong, each kind of file by its own reader.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="own">What came of reading the user's catalogue; null: there is none.</param>
    public static IReadOnlyList<BrokenFile> Broken(string folder, CatalogReading? own = null) =>
        [.. Channels(folder), .. own?.Problems.Select(p => new BrokenFile(p.File, p.Line, p.Instead is null ? p.Text : $"{p.Text}; {p.Instead}")) ?? []];

    private static IEnumerable<BrokenFile> Channels(string folder)
    {
        try
        {
            if (SmsSettings.ProblemsIn(folder) is { Count: > 0 } problems)
                return problems.Select(p => new BrokenFile(SmtpSettings.FileName, p.Line, $"{p.Message} Nothing is sent meanwhile."));
            _ = SmtpSettings.Load(folder);
        }
        catch (YamlException e) { return [new BrokenFile("channels.yaml", e.Line, $"{e.Message} Nothing is sent meanwhile.")]; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SmtpException)
        {
            return [new BrokenFile("channels.yaml", null, $"{e.Message} Nothing is sent meanwhile.")];
        }
        return [];
    }
}
