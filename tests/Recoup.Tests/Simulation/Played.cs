using Microsoft.Data.Sqlite;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Simulation.Business;
using Recoup.Simulation.Worlds;

namespace Recoup.Tests.Simulation;

/// <summary>Simulations of tests, each in a folder of its own that is gone afterwards.</summary>
internal static class Played
{
    public static SimulationPlan Plan(ulong seed, int customers, int days, string world = "everyday") =>
        new(WorldTable.Named(world), seed, customers, days) { Writer = TemplateWriter.Shipped, QuietDays = 20 };

    public static SimulationReport Play(this SimulationPlan plan)
    {
        var folder = Directory.CreateTempSubdirectory("recoup-played-").FullName;
        try
        {
            using var business = new SimulatedBusiness(plan, folder);
            return business.Play();
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    /// <summary>Every invariant was looked at and held.</summary>
    public static void ShouldHold(this SimulationReport report) => report.Findings.Breaches.ShouldBeEmpty(string.Join('\n', report.Findings.Breaches));

    /// <summary>One change behind Recoup's back; says that it met something.</summary>
    public static int Tamper(string folder, string sql)
    {
        using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "recoup.db"), Pooling = false }.ToString());
        db.Open();
        // States are not text: what a bug does to one it does here.
        db.CreateFunction("state_text", (byte[] state) => StateText.Of(state));
        db.CreateFunction("pending", (byte[] state, string id) =>
        {
            var message = MessageChapter.Rows.Decode(state);
            (message.Id, message.Status) = (id, IntentStatus.Pending);
            return MessageChapter.Rows.Encode(message);
        });
        db.CreateFunction("without_second_movement", (byte[] state) =>
        {
            var item = ReceivableChapter.ItemRows.Decode(state);
            item.Movements.RemoveAt(1);
            return ReceivableChapter.ItemRows.Encode(item);
        });
        db.CreateFunction("with_one_more", (byte[] state) =>
        {
            var header = StateCodec.DecodeParty(state);
            header.Exposures[0].Minor++;
            return StateCodec.Encode(header);
        });
        using var command = db.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    /// <summary>The shipped policy with its words but one letter a debt: to compare with.</summary>
    public static Policy Quiet { get; } = Policy.Parse(Without("second-reminder", "call", "final-notice", "agency", "due-soon"), "quiet.yaml");

    private static string Without(params string[] steps) =>
        string.Join('\n', ShippedPolicies.DefaultText.Split('\n')
            .Where(line => !steps.Any(step => line.Contains($"- {{ id: {step},", StringComparison.Ordinal))));
}
