using Recoup.Connectors.Mail;
using Recoup.Simulation.Business;
using Recoup.Simulation.Worlds;

namespace Recoup.Bench;

/// <summary>The simulator: account-days and events a second, without the auditor and with it, beside the world alone.</summary>
internal static partial class Sections
{
    public static void Simulate(int customers, int days, List<Figure> figures)
    {
        Progress.Say("simulate: warming up");
        foreach (var audited in new[] { false, true }) Play(100, 60, audited);

        var accountDays = (double)customers * days;
        Progress.Say($"simulate: {customers:N0} customers for {days:N0} days, the world alone");
        var world = Time(() =>
        {
            var alone = new World(WorldTable.All[0], 1, customers, Ledger.First);
            for (var i = 0; i < days; i++) alone.Day(Ledger.First.AddDays(i));
        });
        foreach (var audited in new[] { false, true })
        {
            var name = audited ? "simulator, audited" : "simulator";
            Progress.Say($"{name}: {customers:N0} customers for {days:N0} days");
            Host.ForgetPeak();
            var report = default(SimulationReport);
            var seconds = Time(() => report = Play(customers, days, audited));
            figures.Add(new Figure($"{name}, account-days", accountDays / seconds, Unit.PerSecond)
            {
                Limit = new Limit("the world without Recoup", accountDays / world), Note = $"{customers:N0} customers, {days:N0} days, {seconds:F1} s",
            });
            figures.Add(new Figure($"{name}, events", report!.Events / seconds, Unit.PerSecond) { Note = $"{report.Events:N0} events" });
            figures.Add(new Figure($"{name}, peak memory", Host.PeakMebibytes(), Unit.Megabytes) { Goal = Goal.Memory });
        }
    }

    /// <summary>As `recoup simulate` does it: audited, all hashes are computed anew each quarter.</summary>
    private static SimulationReport Play(int customers, int days, bool audited)
    {
        var folder = Directory.CreateTempSubdirectory("simulation-").FullName;
        try
        {
            using var business = new SimulatedBusiness(new SimulationPlan(WorldTable.All[0], 1, customers, days)
            {
                Writer = TemplateWriter.Shipped, Audited = audited, ThoroughEveryDays = audited ? 91 : 0,
            }, folder);
            var report = business.Play((day, share) => Progress.Now(() => $"simulate: {day:yyyy-MM-dd}, {share:P0}"));
            return report.Findings.Ok ? report : throw new InvalidOperationException(report.Findings.Breaches[0].ToString());
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
