using System.CommandLine;
using Recoup.Core.Foundation;
using Recoup.Simulation.Business;
using Recoup.Simulation.Worlds;
using Recoup.Storage;

namespace Recoup.Cli.Verbs;

/// <summary>policy simulate: a policy file against the policy in force, in the same worlds and seeds.</summary>
internal static class PolicySimulation
{
    public static Command Simulate()
    {
        var file = new Argument<string>("FILE");
        var world = new Option<string?>("--world")
        {
            Description = $"one of {string.Join(", ", WorldTable.All.Select(w => w.Name))}; else all of them", HelpName = "NAME",
        };
        world.AcceptOnlyFromAmong([.. WorldTable.All.Select(w => w.Name)]);
        var seeds = SimulateVerbs.Counting("--seeds", "how many seeds, from 1 on: the more, the less is luck", 5, 1, 1000);
        var accounts = SimulateVerbs.Counting("--accounts", "customers of each world", 200, 1, 100_000);
        var days = SimulateVerbs.Counting("--days", "simulated days, the first 30 without contact", 270, 31, 3650);
        var verb = new Command("simulate", "Plays made-up worlds under the policy in force and under FILE, and compares what came of it. "
            + "docs/worlds.md tells the worlds.") { file, world, seeds, accounts, days };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var other = PolicyVerbs.Load(session, parsed.GetValue(file)!);
            var inForce = Store.Exists(session.Place) ? session.Door("run").PolicyInForce : Core.Policies.ShippedPolicies.Default;
            var trial = new PolicyTrial(inForce, other, session.Writer())
            {
                Worlds = parsed.GetValue(world) is { } name ? [WorldTable.Named(name)] : WorldTable.All,
                Seeds = [.. Enumerable.Range(1, parsed.GetValue(seeds)).Select(s => (ulong)s)],
                Customers = parsed.GetValue(accounts),
                Days = parsed.GetValue(days),
            };
            var rows = trial.Play((done, of) => Output.Progress($"{done} of {of} simulations", (double)done / of));
            Output.ProgressDone();
            Print(session.Output, trial, rows, inForce.ToString(), other.ToString());
            Output.Say($"Means over {Plural.Of(trial.Seeds.Count, "seed")} of {Plural.Of(trial.Customers, "customer")} and {Plural.Of(trial.Days, "day")}. "
                + "The spread is the standard deviation of the difference from seed to seed; a difference no greater than it may be luck.");
            Output.Say("What this says holds for these made-up worlds only (docs/worlds.md). It is no forecast for your customers.");
            return 0;
        });
        return verb;
    }

    private static void Print(Output output, PolicyTrial trial, IReadOnlyList<TrialRow> rows, string inForce, string other)
    {
        var sheet = new Sheet("world", "figure", inForce, other, "difference", "spread", "") { Title = "In made-up worlds" };
        foreach (var row in rows)
            sheet.Add(row.World, row.Figure, row.InForce, row.Other, row.Difference, row.Spread,
                row.Difference == 0 ? "the same" : row.MayBeLuck ? "may be luck" : "");
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteString("in_force", inForce);
            json.WriteString("file", other);
            json.WriteNumber("seeds", trial.Seeds.Count);
            json.WriteNumber("accounts", trial.Customers);
            json.WriteNumber("days", trial.Days);
            json.WriteStartArray("figures");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteString("world", row.World);
                json.WriteString("figure", row.Figure);
                json.WriteNumber("in_force", row.InForce);
                json.WriteNumber("file", row.Other);
                json.WriteNumber("difference", row.Difference);
                json.WriteNumber("spread", row.Spread);
                json.WriteBoolean("may_be_luck", row.MayBeLuck);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteString("holds_for", "these made-up worlds only");
            json.WriteEndObject();
        }, sheet);
    }
}
