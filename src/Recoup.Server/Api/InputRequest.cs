using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Recoup.Connectors.Files;
using Recoup.Core;
using Recoup.Core.Inputs;
using Recoup.Server.Telemetry;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>
/// POST /api/v1/inputs: reads the body, parses it as `send` does, waits until the units are durable, and says what became
/// of each. One object is answered by itself; lines, or a list, by a report with the rejects.
/// </summary>
internal sealed class InputRequest(ServeOptions options, Committer committer, Instruments instruments)
{
    private const string Json = "application/json", Lines = "application/x-ndjson";

    private static readonly byte[] Accepted = "{\"status\":\"accepted\"}"u8.ToArray(), Unchanged = "{\"status\":\"unchanged\"}"u8.ToArray();

    private readonly SemaphoreSlim largeBodies = new(options.Limits.LargeBodiesMax);

    /// <summary>Null: answered; else why not.</summary>
    public async ValueTask<Problem?> Answer(HttpContext http, Viewer viewer)
    {
        // Which account an input is of is known only where it is handled.
        if (viewer.IsNarrow)
            return new Problem(403, "may_not", "The key may not do this", $"{viewer.Actor} sees some portfolios, and enters things on the pages.");
        var request = http.Request;
        if (TypeOf(request.ContentType) is not { } type)
            return new Problem(415, "media_type", "The body's type is not known",
                $"Send Content-Type {Json} (one object, or a list) or {Lines} (one object a line), in UTF-8.");
        var encoding = request.Headers.ContentEncoding.ToString();
        var zipped = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase);
        if (!zipped && encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return new Problem(415, "encoding", "The body's encoding is not known", "Send the body as it is, or with Content-Encoding gzip.");
        if (request.ContentLength > options.Limits.BodyBytesMax) return BodyTooLarge;
        var small = !zipped && request.ContentLength <= ApiLimits.SmallBytesMax;
        if (small) return await Read(http, viewer, type, zipped: false);
        // What many clients send at once must not fill the memory.
        if (!largeBodies.Wait(0)) return Problem.Full;
        try { return await Read(http, viewer, type, zipped); }
        finally { largeBodies.Release(); }
    }

    private Problem BodyTooLarge => Problem.TooLarge($"A body has at most {options.Limits.BodyBytesMax} bytes, also as unpacked.", "Send it in parts.");

    private Problem TooManyInputs => Problem.TooLarge($"A request has at most {options.Limits.InputsMax} inputs.", "Send them in parts.");

    private static string? TypeOf(string? contentType)
    {
        if (contentType is null) return null;
        if (contentType.Equals(Json, StringComparison.OrdinalIgnoreCase)) return Json;
        var parts = contentType.Split(';', StringSplitOptions.TrimEntries);
        if (parts.Skip(1).Any(p => p.StartsWith("charset=", StringComparison.OrdinalIgnoreCase)
            && !p[8..].Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            return null;
        return parts[0].Equals(Json, StringComparison.OrdinalIgnoreCase) ? Json : parts[0].Equals(Lines, StringComparison.OrdinalIgnoreCase) ? Lines : null;
    }

    private async ValueTask<Problem?> Read(HttpContext http, Viewer viewer, string type, bool zipped)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = options.Limits.BodyBytesMax;
        var reader = http.Request.BodyReader;
        var read = await reader.ReadAsync(http.RequestAborted);
        // Whole when not much larger than a packet: nothing is copied then.
        while (!read.IsCompleted && read.Buffer.Length <= options.Limits.BodyBytesMax)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync(http.RequestAborted);
        }
        Parsed parsed;
        try { parsed = Parse(read.Buffer, zipped, type, viewer, http.Request.Headers["Idempotency-Key"]); }
        finally { reader.AdvanceTo(read.Buffer.End); }
        if (parsed.Problem is { } problem)
        {
            if (problem.Status == 400) instruments.Inputs("", "malformed", 1);
            return problem;
        }
        return parsed.IsList ? await AnswerList(http, parsed) : await AnswerOne(http, parsed.Units[0]);
    }

    /// <summary>Null where it is too large when unpacked: reading stops there.</summary>
    private byte[]? Unzip(ReadOnlySequence<byte> zipped)
    {
        using var source = new GZipStream(new MemoryStream(zipped.ToArray()), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var part = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int count;
            while ((count = source.Read(part)) > 0)
            {
                if (plain.Length + count > options.Limits.BodyBytesMax) return null;
                plain.Write(part, 0, count);
            }
        }
        finally { ArrayPool<byte>.Shared.Return(part); }
        return plain.ToArray();
    }

    // --- parsing ---

    /// <param name="IsList">It is answered by a report.</param>
    private readonly record struct Parsed(List<InputUnit> Units, List<Reject> Rejects, int Read, bool IsList, Problem? Problem = null);

    private readonly record struct Reject(long Line, string? Key, string Reason);

    private Parsed Parse(ReadOnlySequence<byte> body, bool zipped, string type, Viewer viewer, string? header)
    {
        if (body.Length > options.Limits.BodyBytesMax) return new Parsed([], [], 0, false, BodyTooLarge);
        if (!zipped && body.IsSingleSegment) return Parse(body.FirstSpan, type, viewer, header);
        return (zipped ? Unzip(body) : body.ToArray()) is { } bytes ? Parse(bytes, type, viewer, header) : new Parsed([], [], 0, false, BodyTooLarge);
    }

    private Parsed Parse(ReadOnlySpan<byte> body, string type, Viewer viewer, string? header)
    {
        var key = header is null ? null : header.Trim().Trim('"');
        if (type == Lines) return ParseLines(body, viewer, key);
        if (body.TrimStart(" \t\r\n"u8).StartsWith((byte)'[')) return ParseList(body, viewer, key);
        var problems = new List<InputProblem>();
        var input = InputFile.ParseLine(body, viewer.Actor, problems, key);
        if (input is null)
        {
            var malformed = Problem.Malformed($"This is no input: {string.Join("; ", problems)}. `recoup inputs` lists the kinds and their fields.");
            return new Parsed([], [], 1, false, malformed with { Fields = problems });
        }
        return viewer.MayEnter(InputKinds.NameOf(input)) ? new Parsed([new InputUnit(1, [input])], [], 1, false)
            : new Parsed([], [], 1, false, new Problem(403, "may_not", "The key may not do this", viewer.WhyNot(InputKinds.NameOf(input))));
    }

    private Parsed ParseLines(ReadOnlySpan<byte> body, Viewer viewer, string? key)
    {
        var parsed = new Parsed([], [], 0, true);
        long line = 0;
        foreach (var range in body.Split((byte)'\n'))
        {
            line++;
            var text = body[range].Trim(" \t\r"u8);
            if (text.Length == 0) continue;
            if (parsed.Read == options.Limits.InputsMax) return parsed with { Problem = TooManyInputs };
            parsed = parsed with { Read = parsed.Read + 1 };
            Add(parsed, text, line, viewer, key);
        }
        return parsed.Read == 0 ? parsed with { Problem = Problem.Malformed("There is no line in the body.") } : parsed;
    }

    private Parsed ParseList(ReadOnlySpan<byte> body, Viewer viewer, string? key)
    {
        var parsed = new Parsed([], [], 0, true);
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 9 });
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (parsed.Read == options.Limits.InputsMax) return parsed with { Problem = TooManyInputs };
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                parsed = parsed with { Read = parsed.Read + 1 };
                Add(parsed, body[start..(int)reader.BytesConsumed], parsed.Read, viewer, key);
            }
            while (reader.Read()) { }
        }
        catch (JsonException e)
        {
            return parsed with
            {
                Problem = Problem.Malformed($"The list is not JSON: line {e.LineNumber + 1}, character {e.BytePositionInLine + 1} is not what should stand "
                    + "there. Nothing of it was taken."),
            };
        }
        return parsed.Read == 0 ? parsed with { Problem = Problem.Malformed("The list is empty.") } : parsed;
    }

    private static void Add(Parsed parsed, ReadOnlySpan<byte> text, long line, Viewer viewer, string? key)
    {
        var problems = new List<InputProblem>();
        var input = InputFile.ParseLine(text, viewer.Actor, problems,
            key is null ? null : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{key}#{line}"));
        if (input is null) parsed.Rejects.Add(new Reject(line, null, string.Join("; ", problems)));
        else if (!viewer.MayEnter(InputKinds.NameOf(input))) parsed.Rejects.Add(new Reject(line, input.Key, viewer.WhyNot(InputKinds.NameOf(input))));
        else parsed.Units.Add(new InputUnit(line, [input]));
    }

    // --- answering ---

    /// <summary>Null: answered; else why not.</summary>
    public async ValueTask<Problem?> AnswerOne(HttpContext http, InputUnit unit)
    {
        var submission = new Submission([unit]);
        if (!committer.TryAdd(submission)) return Problem.Full;
        var settled = await submission.Settled;
        if (settled.Problem is { } problem) return problem;
        var result = settled.Results![0];
        if (result.Refused is { } refused) return new Problem(422, Name(refused.Refusal), "The input was refused", refused.Message);
        Write(http, result switch
        {
            { Remarks.Count: > 0 } => Remarked(result),
            { Status: UnitStatus.Accepted } => Accepted,
            _ => Unchanged,
        });
        return null;
    }

    private static ReadOnlySpan<byte> Remarked(UnitResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ContractJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("status", result.Status == UnitStatus.Accepted ? "accepted" : "unchanged");
            json.WriteStartArray("remarks");
            foreach (var remark in result.Remarks) json.WriteStringValue(remark);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan;
    }

    private async ValueTask<Problem?> AnswerList(HttpContext http, Parsed parsed)
    {
        IReadOnlyList<UnitResult> results = [];
        if (parsed.Rejects.Count > 0) instruments.Inputs("", "malformed", parsed.Rejects.Count);
        if (parsed.Units.Count > 0)
        {
            var submission = new Submission(parsed.Units);
            if (!committer.TryAdd(submission)) return Problem.Full;
            var settled = await submission.Settled;
            if (settled.Problem is { } problem) return problem;
            results = settled.Results!;
        }
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < results.Count; i++)
        {
            foreach (var kind in results[i].Accepted) kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            if (results[i].Status == UnitStatus.SetAside)
                parsed.Rejects.Add(new Reject(results[i].Line, parsed.Units[i].Inputs[0].Key,
                    "could not be taken by an error in Recoup, and was set aside; send it again once that is mended"));
            if (results[i].Refused is { } refused) parsed.Rejects.Add(new Reject(results[i].Line, parsed.Units[i].Inputs[0].Key, refused.Message));
        }
        Write(http, Report(parsed, results, kinds));
        return null;
    }

    private static ReadOnlySpan<byte> Report(Parsed parsed, IReadOnlyList<UnitResult> results, SortedDictionary<string, int> kinds)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ContractJson.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("read", parsed.Read);
            json.WriteNumber("accepted", results.Count(r => r.Status == UnitStatus.Accepted));
            json.WriteNumber("unchanged", results.Count(r => r.Status == UnitStatus.Unchanged));
            json.WriteNumber("rejected", parsed.Rejects.Count);
            json.WriteNumber("set_aside", results.Count(r => r.Status == UnitStatus.SetAside));
            json.WriteStartObject("inputs");
            foreach (var (kind, count) in kinds) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteStartArray("rejects");
            foreach (var reject in parsed.Rejects.OrderBy(r => r.Line))
            {
                json.WriteStartObject();
                json.WriteNumber("line", reject.Line);
                json.WriteString("key", reject.Key);
                json.WriteString("reason", reject.Reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("remarks");
            foreach (var (line, remark) in results.SelectMany(r => r.Remarks, (r, remark) => (r.Line, remark)))
            {
                json.WriteStartObject();
                json.WriteNumber("line", line);
                json.WriteString("text", remark);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan;
    }

    private static void Write(HttpContext http, ReadOnlySpan<byte> json)
    {
        http.Response.ContentType = Json;
        http.Response.ContentLength = json.Length;
        http.Response.BodyWriter.Write(json);
    }

    private static string Name(Refusal refusal) => Names[(int)refusal];

    private static readonly string[] Names = [.. Enum.GetValues<Refusal>().Select(r => JsonNamingPolicy.SnakeCaseLower.ConvertName(r.ToString()))];
}
