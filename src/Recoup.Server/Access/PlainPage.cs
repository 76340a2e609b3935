using System.Net;
using Microsoft.AspNetCore.Http;
using Recoup.Server.Assets;

namespace Recoup.Server.Access;

/// <summary>A page of a few words, made without the store: for those not let in, and for when something fails.</summary>
internal static class PlainPage
{
    public static async Task Write(HttpContext http, int status, string title, string words, (string Href, string Text)? link = null, bool goOn = false)
    {
        http.Response.Begin();
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        var to = link is { } l ? $"<p><a class=\"button\" href=\"{WebUtility.HtmlEncode(l.Href)}\">{WebUtility.HtmlEncode(l.Text)}</a></p>" : "";
        var refresh = goOn && link is { } target ? $"<meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(target.Href)}\">" : "";
        var heading = WebUtility.HtmlEncode(title);
        var says = Code(WebUtility.HtmlEncode(words));
        var (icon, sheet) = (AssetFiles.Url("recoup.svg"), AssetFiles.Url("recoup.css"));
        await http.Response.WriteAsync($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{refresh}
            <title>{heading} · Recoup</title><link rel="icon" href="{icon}"><link rel="stylesheet" href="{sheet}"></head>
            <body class="plain"><main id="main"><p class="brand">Recoup</p><h1>{heading}</h1><p>{says}</p>{to}</main></body></html>
            """);
    }

    /// <summary>What stands between back quotes is typed in a terminal.</summary>
    private static string Code(string html)
    {
        var parts = html.Split('`');
        return string.Concat(parts.Select((part, i) => i % 2 == 0 || i == parts.Length - 1 ? part : $"<code>{part}</code>"));
    }

    /// <summary>What was begun is thrown away, the headers that the guard set are kept.</summary>
    private static void Begin(this HttpResponse response)
    {
        response.Headers.ContentLength = null;
        response.Headers.Location = default;
        if (response.Body.CanSeek) response.Body.SetLength(0);
    }
}
