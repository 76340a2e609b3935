using Recoup.Connectors.Mail;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;

namespace Recoup.Tests.Policies;

public sealed class PolicyFileTests
{
    [Fact]
    public void The_shipped_policy_parses_and_is_what_it_says()
    {
        var policy = ShippedPolicies.Default;
        policy.Name.ShouldBe("default");
        policy.Segments.Select(s => s.Id).ShouldBe(["small", "risky", "new", "prompt", "slow"]);
        policy.Strategies.Select(s => s.Id).ShouldBe(["gentle", "standard", "firm"]);
        foreach (var strategy in policy.Strategies)
        {
            strategy.PreDueStep!.Template.ShouldBe("due-soon");
            strategy.DunningSteps.Select(s => s.Id).ShouldBe(["first-reminder", "second-reminder", "call", "final-notice", "agency"]);
            strategy.Entry.ShouldBe("first-reminder");
            strategy.DunningSteps.Zip(strategy.DunningSteps.Skip(1), (a, b) => b.At - a.At).ShouldAllBe(gap => gap >= strategy.DaysBetweenSteps);
        }
        policy.Strategies.ShouldAllBe(s => policy.Segments.Any(segment => segment.Strategy == s.Id));
    }

    [Fact]
    public void An_agency_is_proposed_only_after_the_days_that_the_final_notice_gives()
    {
        foreach (var strategy in ShippedPolicies.Default.Strategies)
            (strategy.Steps.Single(s => s.Id == "agency").At - strategy.Steps.Single(s => s.Id == "final-notice").At).ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Every_message_of_the_shipped_policy_has_its_template_and_every_template_a_message()
    {
        var used = ShippedPolicies.Default.Strategies.SelectMany(s => s.Steps).Where(s => s.Action == Act.Message)
            .Select(s => $"{s.Template}.{s.Tone}.hbs").ToHashSet(StringComparer.Ordinal);
        // What other tones fall back to must be there even where the policy does not name it.
        used.UnionWith(used.Select(u => u.Split('.')[0] + ".neutral.hbs").ToList());
        // A policy of somebody's own may send each as a text.
        used.UnionWith(used.Select(u => u.Split('.')[0] + ".sms.hbs").ToList());
        // Documents have their own, whatever the policy.
        used.UnionWith(Core.Contact.Purpose.All.Where(p => p != Core.Contact.Purpose.Dunning).Select(p => $"{p}.neutral.hbs"));
        foreach (var language in new[] { "en", "de" })
            TemplateWriter.ShippedFiles().Select(f => f.Path)
                .Where(p => p.StartsWith($"{language}/", StringComparison.Ordinal) && !p.Contains("/_", StringComparison.Ordinal))
                .Select(p => p[3..]).Order(StringComparer.Ordinal).ShouldBe(used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_step_by_text_needs_a_text()
    {
        var text = SamplePolicy.Text.Replace("channels: [email", "channels: [sms, email", StringComparison.Ordinal);
        Policy.ProblemsOf(text, "p.yaml", ["due-soon", "due-soon.sms", "first-reminder", "second-reminder", "second-reminder.sms", "final-notice"])
            .Select(p => p.Text.Split(':')[0]).ShouldBe([
                "there is no text for phones of template 'first-reminder'", "there is no text for phones of template 'final-notice'",
            ]);
    }

    [Theory]
    [InlineData("review_every_days: 30", "review_evry_days: 30", "review_every_days is missing")]
    [InlineData("business_days_only: false", "business_days: false", "'business_days' is no field here; did you mean 'business_days_only'?")]
    [InlineData("strategy: levels", "strategy: ladder", "there is no strategy 'ladder'; there are levels")]
    [InlineData("at: 20,", "at: 4,", "steps go by day: 4 does not come after 5")]
    [InlineData("at: 20,", "at: 5,", "steps go by day: 5 does not come after 5")]
    [InlineData("id: level-2", "id: level-1", "step 'level-1' stands twice")]
    [InlineData("entry: level-1", "entry: ahead", "'ahead' is no step after the due date; there are level-1, level-2, level-3")]
    [InlineData("channels: [email], ", "channels: [letter], ", "'letter' can't be sent yet; email or sms, or call for a person's task")]
    [InlineData("channels: [email], ", "", "channels are missing")]
    [InlineData("tone: friendly", "tone: rude", "tone is one of friendly, neutral, firm, not 'rude'")]
    [InlineData("id: ahead, at: -3, action: message, channels: [email], template: due-soon, tone: friendly",
        "id: ahead, at: -3, action: task", "before the due date only messages go out")]
    [InlineData("when: \"true\"", "when: \"open > 5\"", "the last segment must take everybody: when: true")]
    [InlineData("base: 50", "base: 101", "base takes a whole number from 0 to 100, not '101'")]
    [InlineData("multiple: 3", "multiple: 0.5", "multiple takes a number of 1 or more")]
    [InlineData("allocation: oldest_first", "allocation: newest_first", "allocation is one of oldest_first, charges_first, not 'newest_first'")]
    [InlineData("promises_broken > 0", "promises_brokn > 0", "when: column 1: unknown name 'promises_brokn'; did you mean 'promises_broken'?")]
    [InlineData("promises_broken > 0", "promises_broken >", "column 18")]
    [InlineData("promises_broken > 0", "promises_broken", "must be true or false")]
    [InlineData("promises_broken > 0", "score > 0", "score")]
    [InlineData("score: {", "score: [", "line 2")]
    public void What_is_wrong_with_a_policy_is_said_with_its_place(string old, string @new, string message)
    {
        SamplePolicy.Text.ShouldContain(old);
        var error = Should.Throw<YamlException>(() => Policy.Parse(SamplePolicy.Text.Replace(old, @new, StringComparison.Ordinal), "mine.yaml"));
        error.Message.ShouldContain(message);
        error.Message.ShouldStartWith("mine.yaml, line ");
    }

    [Fact]
    public void A_policy_without_strategies_says_so()
    {
        var text = SamplePolicy.Text.Split("strategies:")[0] + "review_every_days: 30\n";
        Should.Throw<YamlException>(() => Policy.Parse(text, "mine.yaml")).Message.ShouldContain("strategies are missing");
    }

    [Fact]
    public void The_line_named_is_the_line_at_fault()
    {
        var error = Should.Throw<YamlException>(() => Policy.Parse(SamplePolicy.Text.Replace("at: 20,", "at: 4,", StringComparison.Ordinal), "mine.yaml"));
        SamplePolicy.Text.Split('\n')[error.Line - 1].ShouldContain("level-2");
    }

    [Fact]
    public void The_same_text_is_the_same_policy_and_any_other_is_another()
    {
        SamplePolicy.With().Digest.ShouldBe(SamplePolicy.With().Digest);
        SamplePolicy.With(("at: 20", "at: 21")).Digest.ShouldNotBe(SamplePolicy.With().Digest);
    }

    [Fact]
    public void The_handbook_names_every_fact_that_a_condition_may_name()
    {
        var handbook = File.ReadAllText(Path.Combine(Repository.Root, "docs", "policies.md"));
        Facts.All.Names.Where(name => !handbook.Contains($"`{name}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
