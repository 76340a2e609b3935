using System.Net;
using Recoup.Server;
using Recoup.Server.Access;
using Recoup.Storage;
using Recoup.Storage.Access;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Api;

/// <summary>Who came in, looked and took away is recorded before they are shown anything, in a chain of its own that the audit holds to.</summary>
public sealed class AccessTests
{
    private const string Now = "2026-02-10T09:00:00Z";

    private const string Facts = """
        {"type":"account","key":"a","account":"A1","name":"Acme"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
        """;

    private static DataFolder WithFacts()
    {
        var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-02-09T10:00:00Z").Expect(0);
        return folder;
    }

    /// <summary>Actor, way, kind, subject and detail of each entry, the oldest first.</summary>
    private static List<string> Entries(DataFolder folder, params string[] arguments) =>
        [.. folder.Run(["access", "--format", "csv", .. arguments]).Expect(0).Out.Trim().Split('\n').Skip(1).Select(l => l.Trim())
            .Select(l => string.Join(' ', l.Split(',').Skip(2)).Replace("\"", "", StringComparison.Ordinal)).Reverse()];

    [Fact]
    public async Task Pages_files_the_api_and_commands_are_recorded_with_who_and_what()
    {
        using var folder = WithFacts();
        folder.Run("user", "add", "ann", "--role", "manager", "--now", Now).Expect(0);
        await using var server = await ApiServer.Start(folder);
        var link = folder.Run("user", "link", "ann", "--urls", server.Address, "--format", "json", "--now", Now).Json.GetProperty("link").GetString()!;
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var path in new[] { "/", "/accounts/A1", "/accounts.csv?q=Acme", "/account-items.xlsx?account=A1", "/kpis/dso" })
            (await http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK, path);
        (await server.Client.Get("/api/v1/accounts/A1")).Status.ShouldBe(200);
        (await server.Client.Get("/api/v1/worklist")).Status.ShouldBe(200);
        (await server.Client.Get("/api/v1/kpis")).Status.ShouldBe(200);
        (await new HttpClient().GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        folder.Run("explain", "A1").Expect(0);
        var me = Environment.UserName;
        Entries(folder).ShouldBe(
        [
            $"{me} command permitted ann manager  active  all portfolios", " command permitted tests key added: read write",
            $"{me} command permitted ann link made", "ann page entered  link of their own", "ann page looked A1 account", "ann page exported accounts csv",
            "ann page exported A1 account-items.xlsx", "api:tests api looked A1 accounts", "api:tests api exported worklist json",
            "nobody page refused  ", $"{me} command looked A1 explain",
        ]);
        Entries(folder, "--user", "ann", "--kind", "exported").Count.ShouldBe(2);
        Entries(folder, "--account", "A1").Count.ShouldBe(4);
        Entries(folder, "--to", "2026-02-09").ShouldBeEmpty();
        folder.Run("access", "--from", "2026-02-11", "--to", "2026-02-10").Expect(2).Err.ShouldContain("is after --to");
        var answer = await server.Client.Get("/api/v1/access?account=A1&limit=1");
        answer.Json.GetProperty("rows")[0].GetProperty("detail").GetString().ShouldBe("explain");
        answer.Json.GetProperty("next").GetString().ShouldNotBeNull();
        (await http.GetStringAsync("/access?account=A1")).ShouldContain("account-items.xlsx");
        folder.ShouldBeSound();
    }

    /// <summary>However it is written, and whatever is added to it.</summary>
    [Theory]
    [InlineData("/Accounts/A1", "looked A1 account")]
    [InlineData("/MESSAGES/m-1", "looked m-1 message")]
    [InlineData("/notes?account=A1", "looked A1 notes")]
    [InlineData("/files?account=A1", "looked A1 files")]
    [InlineData("/files.csv?account=A1", "exported A1 files.csv")]
    [InlineData("/api/v1/files?account=A1", "looked A1 files")]
    [InlineData("/api/v1/files", "exported files json")]
    [InlineData("/accounts.csv?account=A1", "exported accounts csv")]
    [InlineData("/access.csv?account=A1", "exported access csv")]
    [InlineData("/notes.csv?account=A1", "exported A1 notes.csv")]
    [InlineData("/api/v1/ageing?by=account", "exported ageing json")]
    [InlineData("/api/v1/unworked?by=account", "exported unworked json")]
    [InlineData("/next-moves.csv", "exported next-moves csv")]
    [InlineData("/api/v1/notes?account=A1", "looked A1 notes")]
    public async Task A_look_is_recorded_however_it_is_asked_for(string path, string wanted)
    {
        using var folder = WithFacts();
        await using var server = await ApiServer.Start(folder);
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(server.Link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        if (path.StartsWith("/api/", StringComparison.Ordinal)) await server.Client.Get(path);
        else await http.GetAsync(path);
        Entries(folder)[^1].ShouldEndWith(wanted);
    }

    /// <summary>A form that is refused shows its page again.</summary>
    [Fact]
    public async Task What_is_sent_to_an_accounts_page_is_a_look_at_it()
    {
        using var folder = WithFacts();
        await using var server = await ApiServer.Start(folder);
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(server.Link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await http.PostAsync("/accounts/A1", new FormUrlEncodedContent([]));
        Entries(folder)[^1].ShouldEndWith("looked A1 account");
    }

    [Fact]
    public async Task Who_tries_again_and_again_is_recorded_with_how_often()
    {
        using var folder = WithFacts();
        await using (var log = new AccessLog(Options(folder)))
        {
            for (var i = 0; i < 20; i++) await log.RecordRefused("page");
            using var store = folder.Open();
            for (var waited = 0; waited < 200 && store.Access.Last!.Seq < 2; waited++) await Task.Delay(100);
        }
        Entries(folder).ShouldBe(["nobody page refused  ", "nobody page refused  19 more"]);
    }

    [Fact]
    public async Task Who_sees_no_users_sees_nobodys_looks()
    {
        using var folder = WithFacts();
        folder.Run("user", "add", "bob", "--role", "agent", "--now", Now).Expect(0);
        await using var server = await ApiServer.Start(folder);
        using var bobs = new ApiClient(server.Address, ApiServer.NewKey(folder, "bob"));
        (await bobs.Get("/api/v1/access")).Status.ShouldBe(403);
        var link = folder.Run("user", "link", "bob", "--urls", server.Address, "--format", "json", "--now", Now).Json.GetProperty("link").GetString()!;
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        await http.GetAsync(link);
        (await http.GetStringAsync("/access")).ShouldContain("Managers and auditors");
        (await http.GetAsync("/access.csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void A_changed_a_missing_and_a_cut_entry_are_found()
    {
        using var folder = WithFacts();
        for (var i = 0; i < 3; i++) folder.Run("explain", "A1").Expect(0);
        folder.Run("run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z").Expect(0);
        folder.Run("explain", "A1").Expect(0);
        folder.ShouldBeSound();
        // The last look came after the run's anchor: that only its chain covers it is said.
        folder.Run("audit", "verify", "--anchor", folder.Anchors, "--format", "json").Expect(0).Json.GetProperty("unchecked").EnumerateArray()
            .ShouldContain(u => u.GetString()!.StartsWith("access: 1 entry of the chain of access came after the last anchor", StringComparison.Ordinal));

        using var changed = folder.Copy();
        Tamper(changed, "UPDATE {0} SET actor = 'somebody' WHERE seq = 2");
        Verify(changed).ShouldContain("the entry, or one before it, was changed");

        using var missing = folder.Copy();
        Tamper(missing, "DELETE FROM {0} WHERE seq = 2");
        Verify(missing).ShouldContain("entry 2 is gone");

        using var cut = folder.Copy();
        Tamper(cut, "DELETE FROM {0} WHERE seq >= 3");
        Verify(cut).ShouldContain("entry 3 is gone: the tail was cut");
        cut.Run("audit", "verify").Expect(0);
    }

    private static string Verify(DataFolder folder) => folder.Run("audit", "verify", "--anchor", folder.Anchors, "--format", "json").Expect(1).Out;

    private static void Tamper(DataFolder folder, string sql)
    {
        if (folder.Place.Connection is not null) folder.Tamper(string.Format(null, sql, "recoup_access.access"));
        else DataFolder.Tamper(Path.Combine(folder.Path, "access.db"), string.Format(null, sql, "access"));
    }

    private static ServeOptions Options(DataFolder folder) => new(folder.Place, IPAddress.Loopback, 0, TimeProvider.System)
    {
        Writer = Connectors.Mail.TemplateWriter.Shipped, Actor = "ann", Say = _ => { }, Channels = _ => new Dictionary<string, Storage.Work.ChannelPort>(),
    };

    [Fact]
    public async Task What_comes_together_is_committed_together()
    {
        using var folder = WithFacts();
        await using var log = new AccessLog(Options(folder));
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => log.Record("ann", "page", AccessKind.Looked, $"A{i}", "account")));
        log.Commits.ShouldBeLessThan(300);
        using var store = folder.Open();
        store.Access.Last!.Seq.ShouldBe(600);
        store.Access.List(new AccessFilter { Subject = "A599" }, null, 10).Rows.Count.ShouldBe(1);
        folder.ShouldBeSound();
    }

    [Fact]
    public async Task Nobody_who_writes_the_journal_holds_up_who_looks()
    {
        using var folder = WithFacts();
        await using var log = new AccessLog(Options(folder));
        using var store = folder.Open();
        store.Begin();
        try
        {
            store.Database.LockAll();
            store.SetMeta("held", "for as long as an import's part takes");
            await log.Record("ann", "page", AccessKind.Looked, "A1", "account").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
        finally { store.Rollback(); }
        store.Access.Last!.Note.Subject.ShouldBe("A1");
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_shown()
    {
        Assert.SkipWhen(TestStores.IsPostgres, "of a file");
        using var folder = WithFacts();
        await using var server = await ApiServer.Start(folder);
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(server.Link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var other = await ApiServer.Start(folder);
        File.WriteAllText(Path.Combine(folder.Path, "access.db"), new string('x', 5000));
        using var late = new HttpClient { BaseAddress = new Uri(other.Address) };
        var refused = await late.GetAsync(other.Link);
        refused.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("damaged");
    }

    [Fact]
    public void Texts_are_kept_short_and_on_one_line()
    {
        var note = new AccessNote(DateTimeOffset.UnixEpoch, "ann", "page", AccessKind.Looked, "A\n1\0", new string('x', 500)).Tidied();
        note.Subject.ShouldBe("A 1 ");
        note.Detail.Length.ShouldBe(AccessNote.LengthMax);
    }
}
