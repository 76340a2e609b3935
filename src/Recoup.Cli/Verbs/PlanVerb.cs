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
        verb.SetAction(parsed => Lists.Print(parsed, PlanList.Listing, "Payment plans", "payment plan",
            parsed.GetValue(state) is not null || parsed.GetValue(account) is not null, (store, most) =>
            new PageReadings(store).Plans(parsed.GetValue(state), parsed.GetValue(account), new Readings(store).LastRecordedOn(), null, most),
            parsed.GetValue(limit)));
        return verb;
    }
}
