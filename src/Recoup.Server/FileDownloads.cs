using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Recoup.Core.Evidence;
using Recoup.Server.Access;
using Recoup.Storage.Access;
using Recoup.Storage.Work;

namespace Recoup.Server;

/// <summary>Files as they were added. They come from customers too, so a browser is told to keep them and never to show them as a page of Recoup's.</summary>
internal static class FileDownloads
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/files/{file}", async (Desk desk, AccessLog log, HttpContext http, string file) =>
    {
        if (desk.Files.Find(Looks.IdOf(file)) is not { } line) http.Response.StatusCode = 404;
        else if (desk.Files.ContentOf(line) is not { } content)
            await PlainPage.Write(http, 410, "This file is there no more",
                line.Erased ? "The person was erased, and what they gave with them." : "It was withdrawn, and its content destroyed.",
                (Words.Show.Account(line.File.Account), "Go to the account"));
        else await Write(http, log, desk.Viewer, Looks.Page, line, content);
    });

    /// <summary>Records who takes it away, then gives it to them.</summary>
    public static async Task Write(HttpContext http, AccessLog log, Viewer viewer, string way, FileLine line, byte[] content)
    {
        await log.Record(viewer.Actor, way, AccessKind.Exported, line.File.Account, $"file {line.File.File}");
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(line.File.Name);
        var headers = http.Response.Headers;
        headers.ContentDisposition = disposition.ToString();
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "no-store";
        http.Response.ContentType = FileType.Find(line.File.Type)?.MediaType ?? "application/octet-stream";
        http.Response.ContentLength = content.Length;
        await http.Response.Body.WriteAsync(content, http.RequestAborted);
    }
}
