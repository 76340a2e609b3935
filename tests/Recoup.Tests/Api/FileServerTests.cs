using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Recoup.Core.Evidence;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>Files by the API and the pages: given in as a form, given out to be kept and never to be shown, by whom is recorded.</summary>
public sealed class FileServerTests
{
    private const string Facts = """
        {"type":"account","key":"a-1","account":"A1","name":"Nora Brandt","portfolio":"EU"}
        {"type":"account","key":"a-2","account":"US7","name":"Liberty","portfolio":"US"}
        {"type":"invoice","key":"i-1","account":"A1","number":"R-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"170.00","currency":"EUR"}
        """;

    private const string Html = "<html><script>alert(1)</script>";

    private static async Task<(DataFolder Folder, ApiServer Server)> Started()
    {
        var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-02-01T10:00:00Z").Expect(0);
        return (folder, await ApiServer.Start(folder));
    }

    private static MultipartFormDataContent Form(byte[]? content, string fileName, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        if (content is not null) form.Add(new ByteArrayContent(content), "content", fileName);
        return form;
    }

    private static HttpClient With(ApiServer server, string key)
    {
        var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private static async Task<(int Status, string Body)> Post(HttpClient http, HttpContent form)
    {
        using var answer = await http.PostAsync("/api/v1/files", form);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_api_takes_a_form_and_gives_the_file_back_as_something_to_keep()
    {
        var (folder, server) = await Started();
        using var _ = folder;
        await using var __ = server;
        using var http = With(server, server.Key);
        var content = Encoding.UTF8.GetBytes(Html);
        (await Post(http, Form(content, "Übergabe 7.txt", ("key", "erp/7"), ("account", "A1"), ("kind", "correspondence"), ("invoice", "R-1"))))
            .ShouldBe((200, """{"status":"accepted"}"""));
        (await Post(http, Form(content, "Übergabe 7.txt", ("key", "erp/7"), ("account", "A1"), ("kind", "correspondence"), ("invoice", "R-1"))))
            .ShouldBe((200, """{"status":"unchanged"}"""));
        using var got = await http.GetAsync("/api/v1/files/erp%2F7");
        got.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await got.Content.ReadAsByteArrayAsync()).ShouldBe(content);
        got.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        got.Content.Headers.ContentDisposition.FileNameStar.ShouldBe("Übergabe 7.txt");
        got.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        got.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        got.Headers.GetValues("Content-Security-Policy").ShouldBe(["default-src 'none'; sandbox"]);
        (await server.Client.Get("/api/v1/files?account=A1")).Json[0].GetProperty("file_name").GetString().ShouldBe("Übergabe 7.txt");
        folder.Run("access", "--kind", "exported", "--format", "csv").Out.ShouldContain("api:tests,api,exported,A1,file erp/7");
        folder.Send("""{"type":"file_withdrawn","key":"w","account":"A1","file":"erp/7"}""", "--now", "2026-02-10T11:00:00Z").Expect(0);
        (await server.Client.Get("/api/v1/files/erp%2F7")).Expect(410).Code.ShouldBe("gone");
        folder.ShouldBeSound();
    }

    [Fact]
    public async Task The_api_says_what_is_wrong_and_keeps_nothing()
    {
        var (folder, server) = await Started();
        using var _ = folder;
        await using var __ = server;
        using var http = With(server, server.Key);
        var pdf = "%PDF-1.7"u8.ToArray();
        async Task Refused(HttpContent form, int status, string says)
        {
            var (found, body) = await Post(http, form);
            found.ShouldBe(status, body);
            body.ShouldContain(says);
        }
        await Refused(Form(pdf, "a.png", ("key", "f"), ("account", "A1")), 400, "should hold png, and it holds pdf");
        await Refused(Form(pdf, "a.pdf", ("account", "A1")), 400, "key: is missing");
        await Refused(Form(null, "", ("key", "f"), ("account", "A1"), ("name", "a.pdf")), 400, "content: is missing");
        await Refused(Form(pdf, "a.pdf", ("key", "f"), ("account", "A1"), ("name", "../a.pdf")), 400, "has a path in it");
        await Refused(Form(pdf, "a.pdf", ("key", "f"), ("account", "A1"), ("kind", "rumour")), 400, "is none of proof_of_delivery");
        await Refused(Form(pdf, "a.pdf", ("key", "f"), ("account", "A9")), 422, "unknown_account");
        await Refused(Form(pdf, "a.pdf", ("key", "f"), ("account", "A1"), ("invoice", "R-2")), 422, "unknown_item");
        await Refused(Form(pdf, "a.pdf", ("key", "f"), ("account", "A1"), ("contact", "k-9")), 422, "unknown_contact");
        (await server.Client.Post("""{"type":"file_withdrawn","key":"w","account":"A1","file":"f"}""")).Expect(422).Code.ShouldBe("unknown_file");
        await Refused(new StringContent("{}", Encoding.UTF8, "application/json"), 415, "multipart/form-data");
        await Refused(Form([.. pdf, .. new byte[FileType.BytesMax]], "a.pdf", ("key", "f"), ("account", "A1")), 400, "has 10485768 bytes");
        await Refused(Form([.. pdf, .. new byte[FileType.BytesMax + 100_000]], "a.pdf", ("key", "f"), ("account", "A1")), 413, "too_large");
        using (var chunked = Form([.. pdf, .. new byte[FileType.BytesMax + 100_000]], "a.pdf", ("key", "f"), ("account", "A1")))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/files") { Content = chunked };
            request.Headers.TransferEncodingChunked = true;
            try { ((int)(await http.SendAsync(request)).StatusCode).ShouldBe(413); }
            catch (HttpRequestException) { /* it was told while it still sent */ }
        }
        using var broken = new ByteArrayContent("--x\r\nno"u8.ToArray());
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        await Refused(broken, 400, "malformed");
        (await server.Client.Get("/api/v1/files/f")).Expect(404);
        folder.Count("SELECT count(*) FROM file_content").ShouldBe(0);
    }

    [Fact]
    public async Task Who_may_only_read_adds_nothing()
    {
        var (folder, server) = await Started();
        using var _ = folder;
        await using var __ = server;
        folder.Run("user", "add", "eva", "--role", "agent", "--portfolios", "EU", "--now", "2026-02-10T09:00:00Z").Expect(0);
        var key = folder.Run("api-key", "add", "eva", "--format", "json", "--now", "2026-02-10T09:00:00Z").Expect(0).Json.GetProperty("key").GetString()!;
        var pdf = "%PDF-1.7"u8.ToArray();
        using (var reader = With(server, ApiServer.NewKey(folder, "reader", ApiMay.Read)))
            (await Post(reader, Form(pdf, "a.pdf", ("key", "f"), ("account", "A1")))).Status.ShouldBe(403);
        using (var nobody = With(server, "rk_x")) (await Post(nobody, Form(pdf, "a.pdf", ("key", "f"), ("account", "A1")))).Status.ShouldBe(401);
        using var eva = With(server, key);
        (await Post(eva, Form(pdf, "a.pdf", ("key", "f"), ("account", "US7")))).Status.ShouldBe(403);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'file_added'").ShouldBe(0);
    }

    // --- pages ---

    private static async Task<HttpClient> Enter(ApiServer server)
    {
        var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(server.Link)).EnsureSuccessStatusCode();
        return http;
    }

    private static async Task<(HttpStatusCode Status, string Page)> Upload(HttpClient http, byte[] content, string fileName, params (string, string)[] fields)
    {
        var page = await http.GetStringAsync("/accounts/A1");
        var shown = Regex.Matches(page, "<form.*?</form>", RegexOptions.Singleline).Select(m => m.Value).Single(f => f.Contains("type=\"file\""));
        shown.ShouldContain("enctype=\"multipart/form-data\"");
        var hidden = Regex.Matches(shown, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")
            .Select(m => (m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));
        using var answer = await http.PostAsync("/accounts/A1", Form(content, fileName, [.. hidden, .. fields]));
        return (answer.StatusCode, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task On_an_accounts_page_a_file_is_added_found_and_taken_away()
    {
        var (folder, server) = await Started();
        using var _ = folder;
        await using var __ = server;
        using var http = await Enter(server);
        (await http.GetStringAsync("/accounts/A1")).ShouldContain("No file yet");
        // Some browsers tell the path where it lay.
        var (status, page) = await Upload(http, Encoding.UTF8.GetBytes(Html), "Ablage\\Mahnung.txt", ("kind", "correspondence"), ("invoice", "R-1"));
        status.ShouldBe(HttpStatusCode.OK, page);
        page.ShouldContain("The file is added");
        page.ShouldContain(">Mahnung.txt</a>");
        page.ShouldContain("correspondence · invoice R-1 · txt, 31 B");
        var href = WebUtility.HtmlDecode(Regex.Match(page, "href=\"(/files/[^\"]+)\"").Groups[1].Value);
        using var got = await http.GetAsync(href);
        (await got.Content.ReadAsStringAsync()).ShouldBe(Html);
        got.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        got.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        got.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await http.GetStringAsync("/files?account=A1")).ShouldContain("Mahnung.txt");
        (await http.GetAsync("/files/none")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        folder.Run("access", "--kind", "exported", "--format", "csv").Out.ShouldContain("page,exported,A1,file web/");
        folder.Send($$"""{"type":"file_withdrawn","key":"w","account":"A1","file":"{{Uri.UnescapeDataString(href["/files/".Length..])}}"}""", "--now",
            "2026-02-10T11:00:00Z").Expect(0);
        using var gone = await http.GetAsync(href);
        gone.StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await gone.Content.ReadAsStringAsync()).ShouldContain("It was withdrawn, and its content destroyed.");
    }

    [Fact]
    public async Task What_is_wrong_is_said_where_the_file_was_chosen()
    {
        var (folder, server) = await Started();
        using var _ = folder;
        await using var __ = server;
        using var http = await Enter(server);
        const string at = "id=\"file-content-wrong\">";
        (await Upload(http, [0x4D, 0x5A, 0], "a.exe")).Page.ShouldContain($"{at}'a.exe' ends with none of .pdf");
        (await Upload(http, [0x4D, 0x5A, 0], "a.pdf")).Page.ShouldContain($"{at}is of a type that is not taken");
        (await Upload(http, [], "a.pdf")).Page.ShouldContain($"{at}is empty");
        (await Upload(http, [.. "%PDF-"u8, .. new byte[FileType.BytesMax]], "a.pdf")).Page.ShouldContain($"{at}has 10485765 bytes");
        (await Upload(http, "%PDF-"u8.ToArray(), "a.pdf", ("invoice", "R-2"))).Page.ShouldContain("Not taken: account A1 has no item R-2");
        var (status, page) = await Upload(http, new byte[2 * FileType.BytesMax + 1], "a.pdf");
        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        page.ShouldContain("A file has at most 10 MB, and this one has 20 MB");
        // A form without a file is as small as ever.
        using var large = new FormUrlEncodedContent([new("text", new string('x', 100_000))]);
        (await http.PostAsync("/accounts/A1", large)).IsSuccessStatusCode.ShouldBeFalse();
        folder.Count("SELECT count(*) FROM file_content").ShouldBe(0);
    }
}
