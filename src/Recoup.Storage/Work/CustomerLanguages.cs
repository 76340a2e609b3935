using Recoup.Core;
using Recoup.Core.Foundation;

namespace Recoup.Storage.Work;

/// <summary>A language that customers are written to in, or would be if there were templates in it.</summary>
/// <param name="Code">As templates are named by it; empty: none was given.</param>
/// <param name="First">Accounts, by the order in which their parties came; at most as many as were asked for.</param>
public sealed record CustomerLanguage(string Code, long Accounts, IReadOnlyList<string> First);

/// <summary>
/// Which languages customers have. No index knows: every header is read, so it is asked for by name and stands on no page.
/// </summary>
public static class CustomerLanguages
{
    private const int PartSize = 1000;

    /// <summary>Most accounts first. Whom somebody erased is written to in none.</summary>
    public static IReadOnlyList<CustomerLanguage> Of(Store store, int shown)
    {
        var found = new Dictionary<string, (long Count, List<string> First)>(StringComparer.Ordinal);
        for (var last = -1L; Part(store, last) is { Count: > 0 } part; last = part[^1].Pid)
            foreach (var (pid, bytes) in part)
            {
                if (store.OrTrouble(pid, () => StateCodec.DecodeParty(bytes)) is not { Erased: false } state) continue;
                foreach (var account in state.Accounts)
                {
                    var code = account.Language is { } language ? LanguageCode.Of(language) : "";
                    var (count, first) = found.GetValueOrDefault(code, (0, []));
                    if (first.Count < shown) first.Add(account.Account);
                    found[code] = (count + 1, first);
                }
            }
        return [.. found.Select(f => new CustomerLanguage(f.Key, f.Value.Count, f.Value.First))
            .OrderByDescending(l => l.Accounts).ThenBy(l => l.Code, StringComparer.Ordinal)];
    }

    private static List<(long Pid, byte[] State)> Part(Store store, long behind)
    {
        var part = new List<(long, byte[])>(PartSize);
        using var rows = store.Own(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"SELECT pid, state FROM party WHERE pid > {behind} ORDER BY pid LIMIT {PartSize}"));
        while (rows.Step()) part.Add((rows.Long(0), rows.Blob(1).ToArray()));
        return part;
    }
}
