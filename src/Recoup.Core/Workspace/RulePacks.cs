using System.Collections.Concurrent;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;

namespace Recoup.Core.Workspace;

/// <summary>Which packs of rules bind: the shipped one, and what a user put beside it or in its place.</summary>
public static class RulePacks
{
    private static readonly ConcurrentDictionary<string, ContactRules> Read = new(StringComparer.Ordinal);

    /// <summary>
    /// The files that bind: a user's, and the shipped pack beside them unless one of theirs stands in its place. A file that
    /// this program can't read is left out, and so is one with a rule that another has already.
    /// </summary>
    public static IReadOnlyList<CatalogFile> Together(IReadOnlyList<CatalogFile> own)
    {
        var read = own.Where(f => ContactRules.ProblemsOf(f.Text, f.Path).Count == 0).OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
        var shipped = new CatalogFile(ShippedPolicies.ContactRulesPath, ShippedPolicies.ContactRulesText) { Shipped = true };
        if (!read.Exists(f => !ContactRules.Parse(f.Text, f.Path).Beside)) read.Insert(0, shipped);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        read.RemoveAll(f => ContactRules.Parse(f.Text, f.Path).Rules is var rules && (rules.Any(r => ids.Contains(r.Id)) || !rules.All(r => ids.Add(r.Id))));
        return read;
    }

    /// <summary>The rules that the workspace adopted; the shipped ones where it adopted none, or what this program can't read.</summary>
    public static ContactRules Of(AdoptedFiles? adopted)
    {
        if (adopted is null) return ShippedPolicies.ContactRules;
        if (Read.TryGetValue(adopted.Digest, out var known)) return known;
        // One a change of the rules: few, unless somebody changes them all day.
        if (Read.Count > 100) Read.Clear();
        try { return Read[adopted.Digest] = ContactRules.Together(adopted.Files); }
        catch (YamlException)
        {
            // Written for another version of the program. The shipped ones, which are strict, hold until the next run adopts what this one reads.
            return Read[adopted.Digest] = ShippedPolicies.ContactRules;
        }
    }
}
