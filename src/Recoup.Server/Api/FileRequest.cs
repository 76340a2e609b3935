using Microsoft.AspNetCore.Http;
using Recoup.Core;
using Recoup.Core.Evidence;
using Recoup.Core.Inputs;
using Recoup.Server.Access;
using Recoup.Server.Words;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>/api/v1/files: a file comes as a form that has the fields of its kind of input, and is given back as it came.</summary>
internal sealed class FileRequest(ServeOptions options, Memory memory, InputRequest inputs, AccessLog log)
{
    /// <summary>Of one request: the file and a little around it.</summary>
    public const int BodyBytesMax = FileType.BytesMax + 64 * 1024;

    private static readonly Problem TooLarge =
        Problem.TooLarge($"A file has at most {FileType.BytesMax} bytes (10 MB).", "Save it smaller, or in parts.");

    private readonly SemaphoreSlim bodies = new(options.Limits.LargeBodiesMax);

    /// <summary>Null: answered; else why not.</summary>
    public async ValueTask<Problem?> Add(HttpContext http, Viewer viewer)
    {
        var kind = InputKinds.Of(typeof(FileInput.Added));
        if (viewer.IsNarrow)
            return new Problem(403, "may_not", "The key may not do this", $"{viewer.Actor} sees some portfolios, and enters things on the pages.");
        if (!viewer.MayEnter(kind.Name)) return new Problem(403, "may_not", "The key may not do this", viewer.WhyNot(kind.Name));
        if (http.Request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
            return new Problem(415, "media_type", "The body's type is not known",
                "Send Content-Type multipart/form-data: the file as content, and key, account, kind, invoice… as fields beside it.");
        if (!Guard.MayBeRead(http, BodyBytesMax)) return TooLarge;
        // What many clients send at once must not fill the memory.
        if (!bodies.Wait(0)) return Problem.Full;
        try { return await Read(http, viewer, kind); }
        finally { bodies.Release(); }
    }

    private async ValueTask<Problem?> Read(HttpContext http, Viewer viewer, InputKind kind)
    {
        IFormCollection form;
        try { form = await http.Request.ReadFormAsync(http.RequestAborted); }
        catch (BadHttpRequestException e) when (e.StatusCode == 413) { return TooLarge; }
        catch (InvalidDataException e) { return Problem.Malformed($"The form can't be read: {e.Message}"); }
        var problems = new List<InputProblem>();
        var key = http.Request.Headers["Idempotency-Key"].ToString().Trim().Trim('"');
        if (FormInputs.Read(kind, form, viewer.Actor, new Reader(HasComma: false, "UTC"), problems, key.Length > 0 ? key : null) is { } input)
            return await inputs.AnswerOne(http, new InputUnit(1, [input]));
        return Problem.Malformed($"This is no {kind.Name}: {string.Join("; ", problems)}. `recoup inputs` lists its fields.") with { Fields = problems };
    }

    /// <summary>Null: answered; else why not.</summary>
    public async ValueTask<Problem?> Get(HttpContext http, Viewer viewer)
    {
        using var desk = new Desk(options, memory, viewer);
        if (desk.Files.Find(Looks.IdOf((string)http.Request.RouteValues["file"]!)) is not { } line)
            return Problem.NotFound("There is no such file here. Its key is wanted, as /api/v1/files lists it, with %2F for a slash.");
        if (desk.Files.ContentOf(line) is not { } content)
            return new Problem(410, "gone", "The file is there no more",
                line.Erased ? "The person was erased, and what they gave with them." : "It was withdrawn, and its content destroyed.");
        await FileDownloads.Write(http, log, viewer, Looks.Api, line, content);
        return null;
    }
}
