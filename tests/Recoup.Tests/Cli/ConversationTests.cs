using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Recovery;
using Recoup.Tests.Properties;
using Step = Recoup.Tests.Properties.Step;

namespace Recoup.Tests.Cli;

/// <summary>Notes, callbacks and tags as the contract has them: told by send, listed by their verbs and the worklist.</summary>
public sealed class ConversationTests
{
    private const string Facts = """
        {"type":"portfolio","key":"p-1","portfolio":"EU","time_zone":"Europe/Berlin"}
        {"type":"account","key":"x-1","account":"B1","name":"Beta","portfolio":"EU","country":"DE","phone":"+49301234567"}
        {"type":"account","key":"x-2","account":"C1","name":"Gamma","portfolio":"EU","country":"DE","phone":"+49301234568"}
        {"type":"invoice","key":"x-3","account":"B1","number":"B-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"60.00","currency":"EUR"}
        {"type":"invoice","key":"x-4","account":"C1","number":"C-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"900.00","currency":"EUR"}
        {"type":"note","key":"n-1","account":"B1","at":"2026-04-12T08:15:00Z","text":"asked for the delivery note","invoice":"B-1"}
        {"type":"note","key":"n-2","account":"B1","at":"2026-04-12T08:20:00Z","text":"moves to Bremen"}
        {"type":"callback","key":"cb-1","account":"B1","at":"2026-04-14T09:00:00Z","agent":"ann","about":"the credit note"}
        {"type":"tag","key":"t-1","account":"B1","tag":"Key Account","set":true}
        """;

    private static DataFolder Told()
    {
        var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-04-12T10:00:00Z").Expect(0);
        folder.Send("""{"type":"sending","key":"s","mode":"live"}""", "--now", "2026-04-12T10:00:00Z").Expect(0);
        return folder;
    }

    private static string Rows(JsonElement rows, params string[] fields) => string.Join(" ", rows.EnumerateArray()
        .Select(r => string.Join(':', fields.Select(f => r.GetProperty(f).ToString()))));

    [Fact]
    public void A_callback_stands_first_on_the_worklist_from_its_day_on_at_the_portfolios_place()
    {
        using var folder = Told();
        folder.Run("run", "--now", "2026-04-13T10:00:00Z").Expect(0);
        string Worklist(string now, params string[] more) =>
            Rows(folder.Run(["worklist", "--format", "json", "--now", now, .. more]).Expect(0).Json, "kind", "owner", "account");
        // The other customer is called; whom a call was promised to is not, until then.
        Worklist("2026-04-13T21:59:00Z").ShouldBe("call:agent:C1");
        Worklist("2026-04-13T22:00:00Z").ShouldBe("callback:ann:B1 call:agent:C1");
        Worklist("2026-04-14T07:00:00Z", "--owner", "ann").ShouldBe("callback:ann:B1");
        Worklist("2026-04-14T07:00:00Z", "--owner", "agent").ShouldBe("call:agent:C1");
        Worklist("2026-04-14T07:00:00Z", "--tag", "key-account").ShouldBe("callback:ann:B1");
        Worklist("2026-04-14T07:00:00Z", "--tag", "vip").ShouldBe("");
        var entry = folder.Run("worklist", "--format", "json", "--now", "2026-04-14T07:00:00Z").Json[0];
        (entry.GetProperty("at").GetString(), entry.GetProperty("about").GetString(), entry.GetProperty("phone").GetString())
            .ShouldBe(("2026-04-14T09:00:00Z", "the credit note", "+49301234567"));
        entry.GetProperty("score").ValueKind.ShouldBe(JsonValueKind.Null);
        folder.Run("worklist", "--limit", "1", "--now", "2026-04-14T07:00:00Z").Expect(0).Err.ShouldContain("1 of 2 are shown");

        folder.Send("""
            {"type":"contact","key":"k-1","account":"B1","at":"2026-04-14T09:05:00Z","channel":"call","direction":"outbound","outcome":"no_answer"}
            """, "--now", "2026-04-14T09:10:00Z").Expect(0);
        Worklist("2026-04-14T10:00:00Z").ShouldBe("call:agent:C1");
        Rows(folder.Run("callbacks", "--format", "json").Json, "callback", "state", "closed_on").ShouldBe("cb-1:kept:2026-04-14");
        folder.ShouldBeSound();
    }

    [Theory]
    // 14:00 UTC is 16:00 in Berlin; a call an hour and a minute before is another.
    [InlineData("2026-04-14T12:59:00Z", "2026-04-14T15:00:00Z", "open")]
    [InlineData("2026-04-14T13:00:00Z", "2026-04-14T15:00:00Z", "kept")]
    [InlineData("2026-04-14T21:59:00Z", "2026-04-14T22:30:00Z", "kept")]
    [InlineData("2026-04-14T22:01:00Z", "2026-04-14T22:30:00Z", "late")]
    // Told of after a run had found none.
    [InlineData("2026-04-14T15:00:00Z", "2026-04-16T15:00:00Z", "kept")]
    [InlineData("2026-04-16T14:00:00Z", "2026-04-16T15:00:00Z", "late")]
    public void A_call_keeps_it_on_its_day(string called, string told, string state)
    {
        using var folder = Told();
        folder.Send("""{"type":"callback","key":"cb-2","account":"B1","at":"2026-04-14T14:00:00Z"}""", "--now", "2026-04-12T11:00:00Z").Expect(0);
        if (told.StartsWith("2026-04-16", StringComparison.Ordinal)) folder.Run("run", "--now", "2026-04-15T10:00:00Z").Expect(0);
        folder.Send($$"""
            {"type":"contact","key":"k","account":"B1","at":"{{called}}","channel":"call","direction":"outbound","outcome":"right_party","agent":"ann"}
            """, "--now", told).Expect(0);
        Rows(folder.Run("callbacks", "--format", "json").Json, "callback", "state").ShouldBe($"cb-2:{state} cb-1:superseded");
        folder.Run("run", "--now", "2026-04-18T10:00:00Z").Expect(0);
        Rows(folder.Run("kpi", "callback_kept_rate", "--as-of", "2026-04-18", "--format", "json").Json, "value").ShouldBe(state == "kept" ? "100" : "0");
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("2026-04-14T19:30:00Z", "2026-04-14 21:30 in Europe/Berlin", "first time after it is 2026-04-15 08:00 in Europe/Berlin")]
    [InlineData("2026-04-13T03:00:00Z", "2026-04-13 05:00 in Europe/Berlin", "first time after it is 2026-04-13 08:00 in Europe/Berlin")]
    public void Outside_the_hours_of_the_law_it_is_refused_and_the_next_time_is_named(string at, string when, string next)
    {
        using var folder = Told();
        var refused = folder.Send($$"""{"type":"callback","key":"night","account":"B1","at":"{{at}}"}""", "--now", "2026-04-12T11:00:00Z").Expect(3);
        refused.Err.ShouldContain(when);
        refused.Err.ShouldContain(next);
        // As it is told of afterwards it was.
        folder.Send($$"""{"type":"callback","key":"night","account":"B1","at":"{{at}}"}""", "--now", "2026-04-16T11:00:00Z").Expect(0);
    }

    [Fact]
    public void Notes_are_listed_sealed_and_gone_with_the_person()
    {
        using var folder = Told();
        string Notes() => Rows(folder.Run("notes", "--account", "B1", "--format", "json").Expect(0).Json, "note", "invoice", "by", "text");
        Notes().ShouldBe("n-2::send:moves to Bremen n-1:B-1:send:asked for the delivery note");
        folder.Run("notes", "--account", "C1", "--format", "json").Json.GetArrayLength().ShouldBe(0);
        folder.Rows("SELECT CAST(payload AS TEXT) FROM journal WHERE kind = 'note_added'").ShouldAllBe(p => !p.Contains("Bremen"));
        folder.Send("""{"type":"note_withdrawn","key":"w-1","account":"B1","note":"n-2","reason":"hearsay"}""", "--now", "2026-04-12T11:00:00Z").Expect(0);
        Notes().ShouldBe("n-1:B-1:send:asked for the delivery note");
        folder.Send("""{"type":"note_withdrawn","key":"w-2","account":"B1","note":"n-2"}""", "--now", "2026-04-12T11:00:00Z").Expect(3)
            .Err.ShouldContain("has no note n-2");
        folder.Send("""{"type":"note","key":"n-3","account":"B1","at":"2026-04-14T11:00:00Z","text":"later"}""", "--now", "2026-04-12T11:00:00Z").Expect(3)
            .Err.ShouldContain("a callback, a promise or a hold");
        folder.Send("""{"type":"erasure","key":"e","account":"B1","reason":"asked for"}""", "--now", "2026-04-12T12:00:00Z").Expect(0);
        Notes().ShouldBe("n-1:B-1:send:(erased)");
        // What was promised to them ends, and what they were called.
        Rows(folder.Run("callbacks", "--format", "json").Json, "callback", "state", "about").ShouldBe("cb-1:cancelled:(erased)");
        folder.Rows("SELECT account, tag FROM account_tag WHERE is_set = 1").ShouldBeEmpty();
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_tag_has_one_spelling_and_an_account_so_many()
    {
        using var folder = Told();
        const string now = "2026-04-12T11:00:00Z";
        string Tags() => string.Join(' ', folder.Rows("SELECT tag FROM account_tag WHERE is_set = 1 ORDER BY tag"));
        Tags().ShouldBe("key-account");
        folder.Send("""{"type":"tag","key":"t-1","account":"B1","tag":"key-account","set":true}""", "--now", now).Expect(0).Json
            .GetProperty("unchanged").GetInt32().ShouldBe(1);
        folder.Send("""{"type":"tag","key":"t-2","account":"B1","tag":" key_ACCOUNT ","set":true}""", "--now", now).Expect(0);
        folder.Rows("SELECT count(*) FROM journal WHERE kind = 'tag_changed'").ShouldBe(["1"]);
        folder.Send("""{"type":"tag","key":"t-3","account":"B1","tag":"a*b","set":true}""", "--now", now).Expect(3).Err.ShouldContain("other characters");
        folder.Send($$"""{"type":"tag","key":"t-4","account":"B1","tag":"{{new string('a', 41)}}","set":true}""", "--now", now).Expect(3)
            .Err.ShouldContain("has 41 characters; 1 to 40");
        var more = Enumerable.Range(1, TagChapter.CountMax).Select(n => $$"""{"type":"tag","key":"m-{{n}}","account":"B1","tag":"t{{n}}","set":true}""");
        folder.Send(string.Join('\n', more), "--now", now).Expect(3).Err.ShouldContain("account B1 has 20 tags");
        folder.Send("""{"type":"tag","key":"u-1","account":"B1","tag":"Key Account","set":false}""", "--now", now).Expect(0);
        Tags().ShouldNotContain("key-account");
        folder.ShouldBeSound();
    }

    [Fact]
    public void One_tag_too_many_is_refused_and_one_that_is_unset_makes_room()
    {
        using var play = new Play();
        var at = new DateTimeOffset(2026, 4, 12, 10, 0, 0, TimeSpan.Zero);
        Refusal? Send(string line) => play.Take([new Step.Send(at, [line])]).Single().Result.Refused?.Refusal;
        Refusal? Tag(string tag, bool set) => Send(Json.Line("tag", $"{tag}/{set}", "A1", ("tag", tag), ("set", set)));
        Send(Json.Line("account", "a", "A1")).ShouldBeNull();
        for (var n = 1; n <= TagChapter.CountMax; n++) Tag($"t{n}", true).ShouldBeNull();
        Tag("one-more", true).ShouldBe(Refusal.TooManyTags);
        Tag("t3", false).ShouldBeNull();
        Tag("one-more", true).ShouldBeNull();
    }

    [Theory]
    [InlineData("""tags has "vip" """, null)]
    [InlineData("""open > 1 and not tags has "vip" """, null)]
    [InlineData("""tags has "VIP" """, "'VIP' is spelled vip")]
    [InlineData("""tags = "vip" """, "ask for one of them, tags has")]
    [InlineData("tags has vip", "a word in quotes")]
    [InlineData("""country has "DE" """, "write tags has")]
    public void A_policy_asks_for_a_tag_as_it_is_spelled(string condition, string? wrong)
    {
        Action compile = () => Expression.Compile(condition, Core.Policies.Facts.All, ValueKind.Boolean);
        if (wrong is null) compile.ShouldNotThrow();
        else compile.ShouldThrow<ExpressionException>().Message.ShouldContain(wrong);
    }
}
