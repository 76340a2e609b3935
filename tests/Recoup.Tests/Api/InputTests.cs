using System.IO.Compression;
using System.Text;
using Recoup.Core.Inputs;
using Recoup.Server.Api;
using Recoup.Tests.Cli;
using Recoup.Tests.Durability;

namespace Recoup.Tests.Api;

/// <summary>POST /api/v1/inputs: each form of a body, each way in which one can be wrong, and what is kept of it.</summary>
public sealed class InputTests
{
    private const string Lines = "application/x-ndjson";

    private const string Account = """{"type":"account","key":"a-1","account":"A1","name":"Jana Ärmel","portfolio":"EU"}""";

    private static string Invoice(int n, string account = "A1") =>
        $$"""
            {"type":"invoice","key":"i-{{n}}","account":"{{account}}","number":"INV-{{n}}","issued_on":"2026-01-02",
            """ + $$"""
            "due_on":"2026-02-01","amount":"{{n}}.00","currency":"EUR"}
            """;

    [Fact]
    public async Task One_object_is_accepted_then_unchanged_then_refused_with_other_content()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        (await server.Client.Post(Account)).Expect(200).Body.ShouldBe("""{"status":"accepted"}""");
        (await server.Client.Post(Account.Replace("\"key\"", "\n \"key\"", StringComparison.Ordinal))).Expect(200).Body.ShouldBe("""{"status":"unchanged"}""");
        var refused = (await server.Client.Post(Account.Replace("Jana", "Jan", StringComparison.Ordinal))).Expect(422);
        refused.Code.ShouldBe("key_used_with_other_content");
        refused.Json.GetProperty("detail").GetString()!.ShouldContain("a-1");
        (await server.Client.Post(Invoice(1, "A9"))).Expect(422).Code.ShouldBe("unknown_account");
        // A refusal uses no key up.
        (await server.Client.Post("""{"type":"account","key":"a-9","account":"A9"}""")).Expect(200);
        (await server.Client.Post(Invoice(1, "A9"))).Expect(200).Body.ShouldBe("""{"status":"accepted"}""");
        (await server.Client.Post(Invoice(2, "A9").Replace("INV-2", "INV-1", StringComparison.Ordinal))).Expect(422).Code.ShouldBe("duplicate_number");
        folder.ShouldBeSound();
    }

    /// <summary>As an import tells it: what was taken and should be looked at all the same.</summary>
    [Fact]
    public async Task A_number_that_can_not_be_dialled_is_taken_and_told_of()
    {
        static string With(int n, string more) => $$"""{"type":"account","key":"n-{{n}}","account":"N{{n}}","phone":"030 1234567"{{more}}}""";
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        var one = (await server.Client.Post(With(1, ""))).Expect(200);
        one.Json.GetProperty("status").GetString().ShouldBe("accepted");
        one.Json.GetProperty("remarks").EnumerateArray().Single().GetString()!.ShouldContain("country code");
        (await server.Client.Post(With(1, ""))).Expect(200).Body.ShouldBe("""{"status":"unchanged"}""");
        var several = (await server.Client.Post($"{With(2, ",\"country\":\"DE\"")}\n{With(3, "")}", Lines)).Expect(200).Json;
        several.GetProperty("accepted").GetInt32().ShouldBe(2);
        var remark = several.GetProperty("remarks").EnumerateArray().Single();
        remark.GetProperty("line").GetInt32().ShouldBe(2);
        remark.GetProperty("text").GetString()!.ShouldContain("country code");
    }

    [Theory]
    [InlineData("""{"type":"account","key":"x","account":"A1","party":"P2"}""", "account_of_other_party")]
    [InlineData("""{"type":"work_item_done","key":"x","account":"A1","work_item":"w-00-99999999","disposition":"done"}""", "unknown_work_item")]
    public async Task What_can_not_be_so_is_refused_by_name(string body, string refusal)
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        (await server.Client.Post(Account)).Expect(200);
        (await server.Client.Post(body)).Expect(422).Code.ShouldBe(refusal);
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("""{"type":"account"}""", "account: is missing")]
    [InlineData("""{"type":"account","key":"k","account":"A","colour":"red"}""", "colour")]
    [InlineData("""{"type":"party","key":"k"}""", "is no kind of input")]
    [InlineData("""{"type":"account","key":"k","account":"A","account":"A"}""", "stands twice")]
    [InlineData("""{"type":"payment","key":"k","account":"A","on":"soon","amount":"1","currency":"EUR"}""", "is not a date")]
    [InlineData("""{"type":"payment","key":"k","account":"A","on":"2026-01-01","amount":"1.001","currency":"EUR"}""", "amount")]
    [InlineData("""{"type":"account","key":"k","account":"A","name":"4111 1111 1111 1111"}""", "card")]
    [InlineData("""{"type":"account","key":"k","account":"A"} {}""", "more behind")]
    [InlineData("{", "is not JSON")]
    [InlineData("\"text\"", "is not a JSON object")]
    [InlineData("", "is not JSON")]
    [InlineData("[", "is not JSON")]
    [InlineData("[]", "empty")]
    [InlineData("""[{"type":"account","key":"k","account":"A"}""", "is not JSON")]
    [InlineData("""[{"type":"account","key":"k","account":"A"}] x""", "is not JSON")]
    public async Task What_can_not_be_read_is_said_and_not_taken(string body, string why)
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        var answered = (await server.Client.Post(body)).Expect(400);
        answered.Code.ShouldBe("malformed");
        answered.Body.ShouldContain(why);
        folder.Count("SELECT count(*) FROM journal").ShouldBe(0);
    }

    [Fact]
    public async Task Lines_and_lists_are_reported_as_send_does_each_line_its_own()
    {
        string[] inputs = [Account, Invoice(1), Account, "{\"type\":\"account\"}", Invoice(2, "nobody"), "", Invoice(3), "nonsense"];
        using var folder = new DataFolder();
        using var sent = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        var report = (await server.Client.Post(string.Join("\r\n", inputs), Lines + "; charset=utf-8")).Expect(200).Json;
        var printed = sent.Send(string.Join('\n', inputs), "--now", "2026-02-10T10:00:00Z").Expect(3).Json;
        foreach (var field in new[] { "read", "accepted", "unchanged", "rejected" })
            report.GetProperty(field).GetInt32().ShouldBe(printed.GetProperty(field).GetInt32(), field);
        report.GetProperty("inputs").GetRawText().ShouldBe(printed.GetProperty("inputs").GetRawText());
        var rejects = report.GetProperty("rejects").EnumerateArray().ToList();
        rejects.Select(r => r.GetProperty("line").GetInt32()).ShouldBe([4, 5, 8]);
        rejects.Select(r => r.GetProperty("key").GetString()).ShouldBe([null, "i-2", null]);
        // The same words, by the same parser and door.
        var rows = File.ReadAllText(Path.Combine(sent.Path, "rejects.csv"));
        foreach (var reason in rejects.Select(r => r.GetProperty("reason").GetString()!))
            rows.ShouldContain(reason.Replace("\"", "\"\"", StringComparison.Ordinal));

        string[] list = [Account, Invoice(1), Invoice(4), """{"type":"invoice","key":"i-5"}"""];
        var again = (await server.Client.Post($" [{string.Join(" , ", list)}]\n")).Expect(200).Json;
        again.GetProperty("unchanged").GetInt32().ShouldBe(2);
        again.GetProperty("inputs").GetRawText().ShouldBe("""{"invoice":1}""");
        again.GetProperty("rejects")[0].GetProperty("line").GetInt32().ShouldBe(4);
        folder.Rows("SELECT DISTINCT actor FROM journal WHERE partition < 64").ShouldBe(["api:tests"]);
        folder.ShouldBeSound();
    }

    /// <summary>What is wrong a hundred thousand times is told a few times.</summary>
    [Theory]
    [InlineData("\"type\":\"account\",\"key\":\"k\",\"account\":\"A\"", "\"x{0}\":1", "", "")]
    [InlineData("\"type\":\"payment\",\"key\":\"k\",\"account\":\"A\",\"on\":\"2026-01-01\",\"amount\":\"1\",\"currency\":\"EUR\"", "{0}", "\"for\":[", "]")]
    [InlineData("\"type\":\"portfolio\",\"key\":\"k\",\"portfolio\":\"P\"", "{0}", "\"holidays\":[", "]")]
    public async Task Many_problems_make_a_short_answer(string good, string bad, string before, string after)
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        var wrong = string.Join(',', Enumerable.Range(0, 100_000).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, bad, i)));
        var answered = (await server.Client.Post($"{{{good},{before}{wrong}{after}}}")).Expect(400);
        answered.Json.GetProperty("problems").GetArrayLength().ShouldBe(10);
        answered.Body.Length.ShouldBeLessThan(20_000);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_said()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        var latin = Encoding.Latin1.GetBytes(Account);
        (await server.Client.Post(latin)).Expect(400).Body.ShouldContain("UTF-8");
        (await server.Client.Post([.. latin, (byte)'\n', .. Encoding.UTF8.GetBytes(Account)], Lines)).Expect(200)
            .Json.GetProperty("rejected").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task The_header_stands_in_for_a_key_that_is_missing_and_for_no_other()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        const string keyless = """{"type":"account","account":"B1"}""";
        (await server.Client.Post(keyless)).Expect(400).Body.ShouldContain("key: is missing");
        (await server.Client.Post(keyless, idempotencyKey: "\"h-1\"")).Expect(200).Body.ShouldContain("accepted");
        (await server.Client.Post(keyless, idempotencyKey: "h-1")).Expect(200).Body.ShouldContain("unchanged");
        (await server.Client.Post(Account, idempotencyKey: "h-1")).Expect(200).Body.ShouldContain("accepted");
        (await server.Client.Post($"{keyless}\n\n{Account}\n{keyless.Replace("B1", "B2", StringComparison.Ordinal)}", Lines, "batch")).Expect(200)
            .Json.GetProperty("accepted").GetInt32().ShouldBe(2);
        folder.Rows("SELECT key FROM key ORDER BY key").ShouldBe(["a-1", "batch#1", "batch#4", "h-1"]);
        (await server.Client.Post(keyless, idempotencyKey: new string('k', 300))).Expect(400);
        (await server.Client.Post(keyless, idempotencyKey: "4111111111111111")).Expect(400).Body.ShouldContain("card");
    }

    [Fact]
    public async Task Only_the_types_and_encodings_that_are_known_are_read()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        foreach (var type in new[] { "text/plain", "application/xml", "application/json; charset=latin1", "multipart/form-data" })
            (await server.Client.Post(Account, type)).Expect(415).Code.ShouldBe("media_type");
        (await server.Client.Post(Encoding.UTF8.GetBytes(Account), encoding: "br")).Expect(415).Code.ShouldBe("encoding");
        (await server.Client.Post(Account, "application/json; charset=UTF-8")).Expect(200);
    }

    [Fact]
    public async Task A_zipped_body_is_read_up_to_its_unpacked_limit()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder, new ApiLimits { BodyBytesMax = 20_000 });
        (await server.Client.Post(Zip(Encoding.UTF8.GetBytes(Account)), encoding: "gzip")).Expect(200).Body.ShouldContain("accepted");
        // A thousandth of its size on the way.
        var bomb = Zip(new byte[10_000_000]);
        bomb.Length.ShouldBeLessThan(20_000);
        (await server.Client.Post(bomb, Lines, encoding: "gzip")).Expect(413).Code.ShouldBe("too_large");
        (await server.Client.Post(Encoding.UTF8.GetBytes(Account), encoding: "gzip")).Expect(400).Body.ShouldContain("gzip");
        // Zipped without saying so is no line of JSON, and is not unpacked.
        (await server.Client.Post(bomb, Lines)).Expect(200).Json.GetProperty("accepted").GetInt32().ShouldBe(0);

        static byte[] Zip(byte[] plain)
        {
            using var zipped = new MemoryStream();
            using (var zip = new GZipStream(zipped, CompressionLevel.SmallestSize)) zip.Write(plain);
            return zipped.ToArray();
        }
    }

    [Fact]
    public async Task What_is_too_large_is_refused_whole()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder, new ApiLimits { BodyBytesMax = 5000, InputsMax = 10 });
        var eleven = Enumerable.Range(0, 11).Select(i => $$"""{"type":"account","key":"x-{{i}}","account":"X{{i}}"}""").ToList();
        (await server.Client.Post(string.Join('\n', eleven), Lines)).Expect(413).Body.ShouldContain("at most 10 inputs");
        (await server.Client.Post($"[{string.Join(',', eleven)}]")).Expect(413);
        var large = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat(Account, 200)));
        (await server.Client.Post(large, Lines)).Expect(413).Body.ShouldContain("at most 5000 bytes");
        (await server.Client.Post(large, Lines, chunked: true)).Expect(413);
        folder.Count("SELECT count(*) FROM journal").ShouldBe(0);
        (await server.Client.Post(string.Join('\n', eleven.Take(10)), Lines)).Expect(200).Json.GetProperty("accepted").GetInt32().ShouldBe(10);
        (await server.Client.Post(Encoding.UTF8.GetBytes(Account), chunked: true)).Expect(200);
    }

    /// <summary>Every refusal that an input from outside can meet has its name on the wire, as the enum spells it.</summary>
    [Fact]
    public async Task A_refusal_goes_by_its_name()
    {
        using var folder = new DataFolder();
        EveryKind.Play(folder);
        await using var server = await ApiServer.Start(folder);
        foreach (var (refusal, input) in new (Refusal, string)[]
        {
            (Refusal.PartyErased, """{"type":"account","key":"n-1","account":"A4","name":"Vier"}"""),
            (Refusal.UnknownItem, """{"type":"write_off","key":"n-2","account":"A1","invoice":"NONE","on":"2026-02-09","reason":"x"}"""),
            (Refusal.UnknownPayment, """{"type":"payment_reversed","key":"n-3","account":"A1","payment":"none","on":"2026-02-09","reason":"returned"}"""),
            (Refusal.UnknownDispute, """{"type":"dispute_closed","key":"n-4","account":"A1","dispute":"none","on":"2026-02-09","outcome":"rejected"}"""),
            (Refusal.UnknownHold, """{"type":"hold_released","key":"n-5","account":"A1","hold":"none","on":"2026-02-09"}"""),
            (Refusal.AlreadyErased, """{"type":"erasure","key":"n-6","account":"A4","reason":"again"}"""),
            (Refusal.WrongCurrency,
                """{"type":"write_off","key":"n-7","account":"A1","invoice":"INV-1","on":"2026-02-09","amount":"1.00","currency":"USD","reason":"x"}"""),
        })
            (await server.Client.Post(input)).Expect(422).Code.ShouldBe(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(refusal.ToString()));
    }
}
