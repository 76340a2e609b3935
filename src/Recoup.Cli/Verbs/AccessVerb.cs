using System.CommandLine;
using Recoup.Server.Api;
using Recoup.Storage.Access;

namespace Recoup.Cli.Verbs;

/// <summary>access: who came in, who looked at whose data, who took lists away, who changed what somebody may do.</summary>
internal static class AccessVerb
{
    public static Command Access()
    {
        var account = new Option<string?>("--account") { Description = "looks at this account, and what was taken away of it" };
        var user = new Option<string?>("--user") { Description = "what this user did; of a key: api:NAME", HelpName = "ID" };
        var kind = new Option<string?>("--kind") { Description = string.Join(", ", AccessKind.All) };
        kind.AcceptOnlyFromAmong([.. AccessKind.All]);
        var from = new Option<string?>("--from") { Description = "from this day on, by UTC", HelpName = "DATE" };
        var to = new Option<string?>("--to") { Description = "to this day, which is included", HelpName = "DATE" };
        var limit = SimulateVerbs.Limit("at most so many, newest first", byDefault: 100);
        var verb = new Command("access", "Who came in, who looked at whose data, who took lists away, who changed what somebody may do; newest first.")
        {
            account, user, kind, from, to, limit,
        };
        verb.SetAction(parsed =>
        {
            var (first, last) = (Day(parsed.GetValue(from), "--from"), Day(parsed.GetValue(to), "--to"));
            if (first > last) throw new UsageException($"--from {first:yyyy-MM-dd} is after --to {last:yyyy-MM-dd}");
            var filter = AccessList.Filter(parsed.GetValue(user), parsed.GetValue(kind), parsed.GetValue(account), first, last);
            return Lists.Print(parsed, AccessList.Listing, "Access", "entry", filter != new AccessFilter(),
                (store, most) => store.Access.List(filter, null, most), parsed.GetValue(limit));
        });
        return verb;
    }

    private static DateOnly? Day(string? text, string option) => text is null ? null : Session.Day(text, option);
}
