using System.CommandLine;
using Recoup.Core.Recovery;
using Recoup.Server.Api;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>plans: payment plans as the pages list them.</summary>
internal static class PlanVerb
{
    public static Command Plans()
    {
        var state = new Option<string?>("--state") { Description = $"{string.Join(", ", PlanState.Statuses)}; open has the late and missed ones too" };
        state.AcceptOnlyFromAmong([.. PlanState.Statuses]);
        var account = new Option<string?>("--account") { Description = "of this account alone" };
        var limit = SimulateVerbs.Limit("at most so many, newest first", byDefault: 1000);
        var verb = new Command("plans", "Payment plans, newest first.") { state, account, limit };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var store = session.Open();
            var pages = new PageReadings(store);
            var slice = pages.Plans(parsed.GetValue(state), parsed.GetValue(account), new Readings(store).LastRecordedOn(), null, parsed.GetValue(limit));
            var listing = PlanList.Listing;
            var sheet = new Sheet([.. listing.Columns.Select(c => c.Name)]) { Title = "Payment plans", Empty = "there is no such payment plan" };
            foreach (var line in slice.Rows) sheet.Add([.. listing.Cells(line)]);
            session.Output.Print(json => listing.Write(json, slice.Rows), sheet);
            if (slice.Next is not null) Output.Say($"{slice.Rows.Count} are shown, newest first; --limit shows more.");
            session.TellRowTroubles();
            return 0;
        });
        return verb;
    }
}
