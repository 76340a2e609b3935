using System.Text.RegularExpressions;
using Recoup.Connectors.Mail;
using Recoup.Simulation.Business;
using Recoup.Simulation.Worlds;

namespace Recoup.Tests.Simulation;

/// <summary>The worlds are what docs/worlds.md says, and behave as their names.</summary>
public sealed partial class WorldTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "worlds.md"));

    [Fact]
    public void The_page_has_the_numbers_of_the_code()
    {
        foreach (var p in WorldTable.Payers)
            Page.ShouldContain($"| {p.Id} | {p.SharePercent} | {p.EarliestDay} to {p.LatestDay} | {p.NeverPercent} | {p.PartPercent} | {p.DisputePercent} | "
                + $"{(p.Debit ? p.ReturnedPercent : "-")} | {p.MessagePercent} | {p.CallPercent} | {p.FirmPercent} | {p.FriendlyPercent} | {p.KeepsPercent} | "
                + $"{p.ComplaintPermille} | {p.BouncePercent} |");
        foreach (var w in WorldTable.All)
            Page.ShouldContain($"| {w.Name} | {w.ResponsePercent} | {w.ComplaintPercent} | {w.PostponePercent}% | "
                + $"{w.PostponeDays} | {w.RefusePermille} | {w.LeavePermille} |");
        Page.ShouldContain($"| {string.Join(" | ", WorldTable.SalesPercent)} |");
        Page.ShouldContain($"| {string.Join(" | ", WorldTable.LaterDays)} |");
        var words = Space().Replace(Page, " ");
        words.ShouldContain($"times {WorldTable.FridayPercent}% for messages on a Friday");
        words.ShouldContain($"times {WorldTable.FinalNoticePercent}% for a final notice");
        words.ShouldContain($"times {WorldTable.FatiguePercent}% for each contact of the last {WorldTable.FatigueDays} days beyond the second");
        words.ShouldContain($"{WorldTable.SubscribersPercent}% of customers subscribe to something");
        words.ShouldContain($"{WorldTable.CancelPercent}% of these end between 60 and 365 days later");
        words.ShouldContain($"after {WorldTable.AwayPercent}% of these nothing for 95 to 240 days");
        words.ShouldContain($"has an issue every {WorldTable.IssueEveryDays} days in the mean");
        words.ShouldContain($"{WorldTable.AnswersPercent}% say 1 to 7 days later");
        words.ShouldContain($"wants a DSO of {WorldTable.TargetDays} days");
        WorldTable.Payers.Sum(p => p.SharePercent).ShouldBe(100);
        WorldTable.Portfolios.Sum(p => p.SharePercent).ShouldBe(100);
    }

    private static readonly Lazy<IReadOnlyList<TrialRow>> Trial = new(() => new PolicyTrial(Played.Quiet, null, TemplateWriter.Shipped)
    {
        Worlds = WorldTable.All, Seeds = [1, 2], Customers = Long.Or(100, 50), Days = 150,
    }.Play());

    private static TrialRow Figure(string world, string figure) => Trial.Value.Single(r => r.World == world && r.Figure == figure);

    [Fact]
    public void Everyday_more_contact_brings_more_sooner()
    {
        Figure("everyday", "messages").Difference.ShouldBeGreaterThan(0);
        Figure("everyday", "collected, EUR").Difference.ShouldBeGreaterThan(0);
        Figure("everyday", "DSO at the end, days").Difference.ShouldBeLessThan(0);
    }

    [Fact]
    public void Where_contact_does_nothing_it_brings_nothing_to_the_cent()
    {
        Figure("contact-does-nothing", "messages").Difference.ShouldBeGreaterThan(0);
        Figure("contact-does-nothing", "collected, EUR").Difference.ShouldBe(0);
        Figure("contact-does-nothing", "DSO at the end, days").Difference.ShouldBe(0);
    }

    [Fact]
    public void Where_contact_harms_more_of_it_brings_less_and_customers_leave()
    {
        Figure("contact-harms", "messages").Difference.ShouldBeGreaterThan(0);
        Figure("contact-harms", "collected, EUR").Difference.ShouldBeLessThan(0);
        Figure("contact-harms", "customers who left").Difference.ShouldBeGreaterThan(0);
    }

    /// <summary>One customer more changes nothing for the others.</summary>
    [Fact]
    public void A_customers_draws_depend_on_no_other()
    {
        var start = new DateOnly(2025, 1, 1);
        List<string> Told(int customers)
        {
            var world = new World(WorldTable.All[0], 5, customers, start);
            return [.. Enumerable.Range(0, 200).SelectMany(d => world.Day(start.AddDays(d))).Where(i => i.AccountId == "C00003").Select(i => i.ToString()!)];
        }
        Told(4).ShouldBe(Told(40));
    }

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Space();
}
