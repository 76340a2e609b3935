using System.Diagnostics;
using System.Net;
using Recoup.Cli;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Outbox;
using Recoup.Core.Webhooks;
using Recoup.Server;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Api;
using Recoup.Tests.Cli;
using Recoup.Tests.Durability;

namespace Recoup.Tests.Webhooks;

/// <summary>Endpoints as the server, its API and its pages have them.</summary>
public sealed class WebhookServerTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Allow()
    {
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, "webhooks.yaml"), "allow: [127.0.0.1]\ntimeout_seconds: 5\n");
    }

    private static Task<WebPages> Serve(DataFolder folder) => WebPages.Start(new ServeOptions(folder.Place, IPAddress.Loopback, 0, TimeProvider.System)
    {
        Writer = TemplateWriter.Shipped, Actor = "ann", Say = _ => { }, Beat = TimeSpan.FromSeconds(0.2),
        Channels = store => new Dictionary<string, ChannelPort>(StringComparer.Ordinal)
        {
            [Channel.Email] = new(true, new MailFolder(store.MailFolder, store.WorkspaceId).Send),
        },
        Webhooks = store => Session.WebhooksOf(store, TimeProvider.System),
    });

    private static async Task Until(Func<bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); await Task.Delay(50))
            if (waited.Elapsed > TimeSpan.FromMinutes(1)) Assert.Fail("it did not come to that within a minute");
    }

    [Fact]
    public async Task A_server_tells_by_itself_and_a_slow_receiver_holds_up_no_other()
    {
        Allow();
        await using var quick = await Receiver.Start();
        await using var slow = await Receiver.Start();
        slow.Answers = async (_, http) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(3), http.RequestAborted);
            http.Response.StatusCode = 204;
        };
        folder.Run("webhooks", "add", "slow", slow.Url).Expect(0);
        folder.Run("webhooks", "add", "quick", quick.Url, "--events", "account.*").Expect(0);
        await using var pages = await Serve(folder);
        using var client = new ApiClient(pages.Address, ApiServer.NewKey(folder));
        foreach (var name in "ABCD")
            (await client.Post($$"""{"type":"account","key":"a-{{name}}","account":"{{name}}"}""")).Expect(200);
        await Until(() => quick.All.Count == 4);
        slow.All.Count.ShouldBeLessThan(4);
        quick.All.Select(c => c.Type).ShouldAllBe(t => t == "account.opened");
        await Until(() => slow.All.Count == 4);
        quick.All.Count.ShouldBe(4);
    }

    [Fact]
    public async Task The_API_declares_lists_and_refuses()
    {
        await using var server = await ApiServer.Start(folder);
        const string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        async Task Refused(string line, string code) => (await server.Client.Post(line)).Expect(422).Json.GetProperty("code").GetString().ShouldBe(code);
        await Refused("""{"type":"webhook_endpoint","key":"w-1","endpoint":"crm","url":"https://crm.example"}""", "no_secret");
        await Refused("""{"type":"webhook_endpoint_switched","key":"w-2","endpoint":"crm","state":"off"}""", "unknown_endpoint");
        (await server.Client.Post($$"""{"type":"webhook_endpoint","key":"w-1","endpoint":"crm","url":"https://crm.example","secret":"{{secret}}"}"""))
            .Expect(200);
        foreach (var key in "BCD")
            (await server.Client.Post($$"""
                {"type":"webhook_endpoint","key":"w-{{key}}","endpoint":"crm","url":"https://crm.example",
                "secret":"whsec_{{Convert.ToBase64String(Enumerable.Repeat((byte)key, 24).ToArray())}}"}
                """)).Expect(200);
        await Refused("""
            {"type":"webhook_endpoint","key":"w-E","endpoint":"crm","url":"https://crm.example","secret":"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"}
            """, "too_many_secrets");
        (await server.Client.Post("""{"type":"account","key":"a-1","account":"A1"}""")).Expect(200);
        using (var store = folder.Open())
        {
            var door = new Door(store, "dispatch", TimeProvider.System, TemplateWriter.Shipped);
            var round = new WebhookRound(door, () => throw new InvalidOperationException("nobody is called"));
            round.Look(ApiServer.Now, default).ShouldBe(1);
            round.Look(ApiServer.Now, default).ShouldBe(0);
        }
        var rows = (await server.Client.Get("/api/v1/webhooks?endpoint=crm&status=pending")).Expect(200).Json.GetProperty("rows");
        rows[0].GetProperty("type").GetString().ShouldBe("account.opened");
        (await server.Client.Get("/api/v1/webhooks?status=sent")).Expect(200).Json.GetProperty("rows").GetArrayLength().ShouldBe(0);
        (await server.Client.Get("/api/v1/webhooks?status=lost")).Expect(400);
        folder.ShouldBeSound();
    }

    /// <summary>An endpoint is told of all portfolios.</summary>
    [Fact]
    public void Who_sees_some_portfolios_says_nothing_of_endpoints()
    {
        var all = new Viewer("mia", "manager");
        var some = all with { Portfolios = new HashSet<string>(["EU"]) };
        foreach (var kind in InputKinds.All.Where(k => k.Type.IsSubclassOf(typeof(WebhookInput))))
        {
            all.MayEnter(kind.Name).ShouldBeTrue(kind.Name);
            some.MayEnter(kind.Name).ShouldBeFalse(kind.Name);
            new Viewer("ann", "agent").MayEnter(kind.Name).ShouldBeFalse(kind.Name);
        }
        InputKinds.All.Count(k => k.Type.IsSubclassOf(typeof(WebhookInput))).ShouldBe(3);
    }

    /// <summary>The list of types is no wish: each comes of an event, and each event's type is in the list.</summary>
    [Fact]
    public void Every_type_is_that_of_some_event()
    {
        EveryKind.Play(folder);
        using var store = folder.Open();
        var told = Enumerable.Range(0, Core.Foundation.Partition.Count).SelectMany(p => store.Journal(p))
            .Select(r => WebhookFacts.Of(EventCodec.Decode(r.Row.Kind, r.Row.Version, r.Row.Payload))?.Type).OfType<string>().ToHashSet(StringComparer.Ordinal);
        // What those few days do not have: other outcomes of the same events.
        foreach (var e in new Event[]
        {
            new Core.Recovery.PromiseEvent.Closed("p", "partial", 1, "EUR"), new Core.Recovery.PromiseEvent.Closed("p", "broken", 1, "EUR"),
            new Core.Recovery.PromiseEvent.Closed("p", "kept", 1, "EUR"), new Core.Recovery.PlanEvent.Closed("p", "completed", 1, "EUR", null),
            new Core.Recovery.PlanEvent.Closed("p", "broken", 1, "EUR", null), new MessageEvent.Settled("m", "failed", null, false),
            new MessageEvent.Settled("m", "unknown", null, false),
        }) told.Add(WebhookFacts.Of(e)!.Type);
        WebhookTypes.All.Select(t => t.Type).Except(told).ShouldBeEmpty();
        WebhookTypes.All.Select(t => t.Type).ShouldBeUnique();
        WebhookTypes.All.ShouldAllBe(t => t.Type.All(c => char.IsAsciiLetterLower(c) || c == '_' || c == '.'));
    }
}
