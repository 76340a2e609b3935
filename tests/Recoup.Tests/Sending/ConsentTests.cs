using Recoup.Core.Contact;
using Recoup.Tests.Api;
using Recoup.Tests.Cli;
using Recoup.Tests.Policies;

namespace Recoup.Tests.Sending;

/// <summary>What was withdrawn and what was given again, of everything, of a channel and of one address: nothing is without effect and unsaid.</summary>
public sealed class ConsentTests
{
    private static readonly DateOnly Today = PartyBench.Day(2026, 6, 1);

    private static PartyBench Begun()
    {
        var bench = new PartyBench();
        bench.Clock(PartyBench.At(Today));
        return bench;
    }

    private static string[] Withdrawn(PartyBench bench, DateOnly day) => [.. Channel.All.Where(c => bench.State.Contact.HasOptedOut(c, null, day))];

    private static IReadOnlyList<string> Say(PartyBench bench, string channel, bool granted, string? address = null, DateOnly? on = null) =>
        bench.Do(new ConsentInput.Said { Key = bench.NextKey(), Account = "A1", Channel = channel, Address = address, Granted = granted, On = on }).Remarks;

    [Fact]
    public void Who_wanted_nothing_and_says_yes_to_one_channel_is_written_to_there_and_nowhere_else()
    {
        var bench = Begun();
        Say(bench, "all", granted: false).ShouldBeEmpty();
        Say(bench, "email", granted: true).ShouldBeEmpty();
        Withdrawn(bench, Today).ShouldBe(["sms", "call", "letter"]);
        Say(bench, "call", granted: true).ShouldBeEmpty();
        Withdrawn(bench, Today).ShouldBe(["sms", "letter"]);
        Say(bench, "all", granted: true).ShouldBeEmpty();
        bench.State.Contact.OptOuts.ShouldBeEmpty();
    }

    [Fact]
    public void It_holds_for_a_channel_that_was_withdrawn_by_name_as_well()
    {
        var bench = Begun();
        Say(bench, "email", granted: false);
        Say(bench, "all", granted: false);
        Say(bench, "email", granted: true).ShouldBeEmpty();
        Withdrawn(bench, Today).ShouldBe(["sms", "call", "letter"]);
    }

    [Fact]
    public void Consent_to_one_channel_holds_from_its_own_day()
    {
        var (bench, later, latest) = (Begun(), Today.AddDays(4), Today.AddDays(9));
        Say(bench, "all", granted: false);
        Say(bench, "email", granted: true, on: later).ShouldBeEmpty();
        Withdrawn(bench, later.AddDays(-1)).ShouldBe(Channel.All);
        Withdrawn(bench, later).ShouldBe(["sms", "call", "letter"]);
        Say(bench, "all", granted: true, on: latest);
        Say(bench, "sms", granted: true).ShouldBeEmpty();
        Withdrawn(bench, Today).ShouldBe(["email", "call", "letter"]);
        Withdrawn(bench, later).ShouldBe(["call", "letter"]);
        Withdrawn(bench, latest).ShouldBeEmpty();
        // Everything is given from that day on: a yes to one channel takes effect before it, with the others as they were.
        var other = Begun();
        Say(other, "all", granted: false);
        Say(other, "all", granted: true, on: latest);
        Say(other, "email", granted: true, on: later).ShouldBeEmpty();
        Withdrawn(other, Today).ShouldBe(Channel.All);
        Withdrawn(other, later).ShouldBe(["sms", "call", "letter"]);
        Withdrawn(other, latest).ShouldBeEmpty();
    }

    /// <summary>What was said last holds, in whatever order it is told of; of one day the withdrawal does.</summary>
    [Theory]
    [InlineData("email", "email", -5, -9, true, "consent was withdrawn on 2026-05-27, after it was given on the day of this consent")]
    [InlineData("email", "email", -5, -5, true, "consent was withdrawn on 2026-05-27, the day of this consent")]
    [InlineData("all", "email", -5, -9, true, "consent was withdrawn on 2026-05-27, after it was given")]
    [InlineData("email", "all", -5, -9, true, "consent was withdrawn on 2026-05-27, after it was given")]
    [InlineData("email", "email", -5, -4, false, null)]
    [InlineData("all", "email", -5, -4, false, null)]
    [InlineData("email", "all", -5, -4, false, null)]
    public void What_was_said_last_holds_in_whatever_order_it_is_told(string withdrawn, string given, int out_, int in_, bool isWithdrawn, string? told)
    {
        foreach (var isToldFirst in new[] { true, false })
        {
            var bench = Begun();
            if (isToldFirst) Say(bench, withdrawn, granted: false, on: Today.AddDays(out_)).ShouldBeEmpty();
            var said = string.Join("; ", Say(bench, given, granted: true, on: Today.AddDays(in_)));
            if (!isToldFirst) said = string.Join("; ", Say(bench, withdrawn, granted: false, on: Today.AddDays(out_)));
            Withdrawn(bench, Today).Contains("email").ShouldBe(isWithdrawn, $"{isToldFirst}");
            Withdrawn(bench, Today).Contains("sms").ShouldBe(withdrawn == "all" && given != "all");
            if (isToldFirst) said.ShouldContain(told ?? "");
            // Without a day it is said when it is told: the last word of all.
            Say(bench, "all", granted: true);
            Withdrawn(bench, Today).ShouldBeEmpty();
            Say(bench, "all", granted: false);
            Withdrawn(bench, Today).ShouldBe(Channel.All);
        }
    }

    [Theory]
    [InlineData("all", null, "email", "a@b.example", "withdrawn for all channels: to give it again, send consent for email without an address")]
    [InlineData("email", null, "email", "a@b.example", "withdrawn for all of email: to give it again, send consent for email without an address")]
    [InlineData("email", "a@b.example", "email", null, "stays withdrawn for one address of email")]
    [InlineData("all", "a@b.example", "email", "a@b.example", "send consent for all with the address")]
    public void Consent_that_is_of_no_effect_says_so_and_what_would_be(string withdrawn, string? of, string given, string? to, string told)
    {
        var bench = Begun();
        Say(bench, withdrawn, granted: false, of).ShouldBeEmpty();
        var remark = Say(bench, given, granted: true, to).ShouldHaveSingleItem();
        remark.ShouldContain(told);
        remark.ShouldNotContain("a@b.example");
        bench.State.Contact.HasOptedOut("email", bench.TheVault.Token("A1", "a@b.example"), Today).ShouldBeTrue();
        // As it says.
        Say(bench, "email", granted: true).Count.ShouldBe(of is null ? 0 : 1);
        Say(bench, withdrawn, granted: true, of).ShouldBeEmpty();
        bench.State.Contact.HasOptedOut("email", bench.TheVault.Token("A1", "a@b.example"), Today).ShouldBeFalse();
    }

    [Fact]
    public async Task The_account_s_page_says_of_what_consent_was_withdrawn_and_until_when()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","email":"a@b.example"}
            {"type":"consent","key":"c1","account":"A1","channel":"email","address":"a@b.example","granted":false}
            {"type":"consent","key":"c2","account":"A1","channel":"sms","granted":false}
            {"type":"consent","key":"c3","account":"A1","channel":"sms","granted":true,"on":"2026-12-24"}
            {"type":"account","key":"b","account":"A2"}
            {"type":"consent","key":"c4","account":"A2","channel":"all","granted":false}
            """, "--now", "2026-01-02T10:00:00Z").Expect(0);
        await using var server = await ApiServer.Start(folder);
        using var cookies = new HttpClientHandler { CookieContainer = new System.Net.CookieContainer() };
        using var browser = new HttpClient(cookies) { BaseAddress = new Uri(server.Address) };
        await browser.GetAsync(server.Link);
        var page = await browser.GetStringAsync("/accounts/A1");
        page.ShouldContain("No contact by email at one address: consent was withdrawn.");
        page.ShouldContain("No contact by sms: consent was withdrawn, and is given again from <span class=\"d\">2026-12-24</span> on.");
        (await browser.GetStringAsync("/accounts/A2")).ShouldContain("No contact by any channel: consent was withdrawn.");
    }

    [Fact]
    public void The_command_line_tells_it_and_the_states_fold_anew_to_the_same()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","email":"a@b.example"}
            {"type":"consent","key":"c1","account":"A1","channel":"all","granted":false}
            """).Expect(0);
        folder.Send("""{"type":"consent","key":"c2","account":"A1","channel":"email","address":"a@b.example","granted":true}""").Expect(0)
            .Err.ShouldContain("to give it again, send consent for email without an address");
        folder.Send("""{"type":"consent","key":"c3","account":"A1","channel":"email","granted":true}""").Expect(0).Err.ShouldNotContain("consent");
        folder.ShouldBeSound();
    }
}
