using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Recoup.Core.Events;
using Recoup.Core.Evidence;
using Recoup.Core.Foundation;
using Recoup.Server.Api;
using Recoup.Server.Assets;
using Recoup.Storage;
using Recoup.Storage.Access;
using Recoup.Storage.Work;

namespace Recoup.Server.Access;

/// <summary>
/// Stands before every page and the API: only this machine's names as host (against DNS rebinding), headers that keep the page
/// to itself, the entrance, and an answer in words where something fails.
/// </summary>
public sealed class Guard(Entrance entrance, AccessLog log, ServeOptions options, Func<string> address, RequestDelegate next)
{
    public const string EnterPath = "/enter/";

    /// <summary>A session that posts here ends.</summary>
    public const string LeavePath = "/leave";

    private const string Policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public async Task Invoke(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        var isApi = path.StartsWith(ApiRoutes.Root, StringComparison.Ordinal);
        if (isApi) SetApiHeaders(http.Response.Headers);
        else SetHeaders(http.Response.Headers);
        if (!IsOfThisMachine(http.Request.Host.Host))
        {
            await PlainPage.Write(http, 400, "This is not the address", $"The pages answer at this machine's own address only: {address()}.");
            return;
        }
        if (LeadsElsewhere(path))
        {
            await PlainPage.Write(http, 404, "There is no such page", "The address leads nowhere; perhaps it was cut.", ("/", "Go to the dashboard"));
            return;
        }
        // Programs come with a key, a provider of texts with a secret, and a cookie means nothing there; monitors come with nothing.
        if (isApi || path.StartsWith(TextCalls.Root, StringComparison.Ordinal) || path is "/health" or "/health/live" or "/health/ready") await next(http);
        else if (path.StartsWith(EnterPath, StringComparison.Ordinal)) await InWords(http, () => Enter(http, path[EnterPath.Length..]));
        else if (path.StartsWith(AssetFiles.Path, StringComparison.Ordinal)) await next(http);
        else if (!entrance.Knows(http.Request.Cookies[CookieName(http)], out var session)) await Refuse(http);
        else if (path == LeavePath && HttpMethods.IsPost(http.Request.Method)) await InWords(http, () => Leave(http, session));
        else await InWords(http, () => Answer(http, session));
    }

    // Of another site's form the strict cookie does not come along, so nobody is put out by it.
    private async Task Leave(HttpContext http, Entrance.Session session)
    {
        entrance.Close(http.Request.Cookies[CookieName(http)]);
        await log.Record(session.User ?? options.Actor, Looks.Page, AccessKind.Left, "", "");
        http.Response.Cookies.Delete(CookieName(http), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
        await PlainPage.Write(http, 200, "You are out", session.User is { } user
            ? $"This browser is let in no more. `recoup user link {user}` makes a link to come in by again."
            : "This browser is let in no more. The next link stands in the terminal in which `recoup serve` runs.");
    }

    /// <summary>localhost, or a loopback address written as one (127.0.0.2 too): no name that somebody else's DNS answers for.</summary>
    private static bool IsOfThisMachine(string host) =>
        host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>A browser takes //name and /\name for another machine's address, so none is ever given back as a link.</summary>
    private static bool LeadsElsewhere(string path) => path.Length > 1 && path[1] is '/' or '\\' || path.Any(char.IsControl);

    /// <summary>Answers may be kept by the program that asked, and are asked for again with their ETag.</summary>
    private static void SetApiHeaders(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "private, no-cache";
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    /// <summary>Cookies know no ports: two servers on one machine need two names.</summary>
    private static string CookieName(HttpContext http) => string.Create(CultureInfo.InvariantCulture, $"recoup-{http.Connection.LocalPort}");

    private async Task Enter(HttpContext http, string token)
    {
        var user = HttpMethods.IsGet(http.Request.Method) ? UserOf(token) : null;
        if (HttpMethods.IsGet(http.Request.Method) && (user is null ? entrance.Enter(token) : entrance.Open(user.Value)) is { } session)
        {
            // The link is used up: the next one is there whatever comes of this.
            if (user is null) options.Say($"Somebody came in by the link. For another browser: {address()}{EnterPath}{entrance.NewToken()}");
            await log.Record(user?.User ?? options.Actor, Looks.Page, AccessKind.Entered, "", user is null ? "link of the terminal" : "link of their own");
            http.Response.Cookies.Append(CookieName(http), session, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
            // A strict cookie does not go along a redirect that began at another site; a page of our own begins anew.
            await PlainPage.Write(http, 200, "Welcome", "You are in.", ("/", "Go to the dashboard"), goOn: true);
            return;
        }
        if (entrance.Knows(http.Request.Cookies[CookieName(http)], out _)) http.Response.Redirect("/");
        else
        {
            await log.RecordRefused(Looks.Page);
            await PlainPage.Write(http, 401, "This link was used, or is not the last one",
            "Each link lets one browser in, once. The next one stands in the terminal in which `recoup serve` runs; `recoup user link NAME` makes a user's.");
        }
    }

    /// <summary>Whom a user's own link lets in; null: it is none, or was used, or is over.</summary>
    private Entrance.Session? UserOf(string token)
    {
        // What is no such link costs no reading.
        if (!token.StartsWith(UserAccounts.TokenPrefix, StringComparison.Ordinal)) return null;
        using var store = options.OpenStore();
        var door = new Door(store, "user", options.Clock, options.Writer);
        return UserAccounts.Enter(door, token, options.Clock.GetUtcNow()) is { } user
            ? new Entrance.Session(user, door.Workspace.Users.Find(user)?.TimesDisabled ?? 0)
            : null;
    }

    private static async Task Refuse(HttpContext http)
    {
        // A link shared in a chat or a mail comes from another site, without the strict cookie: ask again from here.
        if (HttpMethods.IsGet(http.Request.Method) && http.Request.Headers["Sec-Fetch-Site"] == "cross-site"
            && http.Request.Headers["Sec-Fetch-Mode"] == "navigate")
        {
            await PlainPage.Write(http, 401, "One moment", "The page opens if this browser was let in.",
                (http.Request.Path + http.Request.QueryString, "Open it"), goOn: true);
            return;
        }
        await PlainPage.Write(http, 401, "Come in by the link",
            "The link stands in the terminal in which `recoup serve` runs. It lets one browser in, once; then the next one is printed there.");
    }

    /// <summary>Pages and files that are narrowed to the portfolios that a viewer sees. Any other is closed to who does not see all.</summary>
    private static readonly FrozenSet<string> Narrowed = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "", "accounts", "account-items", "ageing", "callbacks", "cohorts", "figures", "files", "kpis", "messages", "next-moves", "notes",
        "plans", "policies", "worklist");

    private static bool IsNarrowed(HttpContext http) => IsNarrowed(http.Request.Path.Value ?? "/");

    /// <summary>The page is for who sees some portfolios too.</summary>
    internal static bool IsNarrowed(string path) => Narrowed.Contains(path.Split('/', '.')[1]);

    /// <summary>A desk of its own: that of the request is made for whom this says. Null: there is no such user any more.</summary>
    private Viewer? Known(HttpContext http, string user, int timesDisabled)
    {
        using var desk = new Desk(options, http.RequestServices.GetRequiredService<Memory>(), viewer: null);
        return desk.Workspace.Users.Find(user) is { Details: { Disabled: false } details } known && known.TimesDisabled == timesDisabled
            ? Viewer.Of(details)
            : null;
    }

    private async Task Answer(HttpContext http, Entrance.Session session)
    {
        if (session.User is { } user)
        {
            if (Known(http, user, session.TimesDisabled) is not { } viewer)
            {
                await PlainPage.Write(http, 401, "You are in no more",
                    $"{user} was disabled. `recoup user enable {user}` undoes that, and `recoup user link {user}` makes a link to come in by.");
                return;
            }
            http.Items[typeof(Viewer)] = viewer;
            if (viewer.IsNarrow && !IsNarrowed(http))
            {
                await PlainPage.Write(http, 403, "This page is about all portfolios",
                    $"You see {string.Join(", ", viewer.Portfolios!.Order(StringComparer.Ordinal))}.", ("/", "Go to the dashboard"));
                return;
            }
        }
        if (IsUpload(http.Request) && !MayBeRead(http, UploadBytesMax))
        {
            await PlainPage.Write(http, 413, "The file is too large", $"A file has at most {FileType.BytesMax / 1024 / 1024} MB, and this one has "
                + $"{http.Request.ContentLength / 1024 / 1024} MB. Nothing of it was kept. Save it smaller, or in parts, and add it again.",
                (http.Request.Path + http.Request.QueryString, "Back to the page"));
            return;
        }
        if (Looks.OfPage(http.Request) is var (kind, subject, detail))
            await log.Record((http.Items[typeof(Viewer)] as Viewer)?.Actor ?? options.Actor, Looks.Page, kind, subject, detail);
        await next(http);
        if (http.Response is { StatusCode: 404, HasStarted: false } && HttpMethods.IsGet(http.Request.Method))
            await PlainPage.Write(http, 404, "There is no such page", "The address leads nowhere; perhaps it was cut.", ("/", "Go to the dashboard"));
    }

    /// <summary>
    /// A form with a file may have so many bytes: more than a file has, so that of one that is a little too large it is said where it was
    /// chosen.
    /// </summary>
    public const int UploadBytesMax = 2 * FileType.BytesMax;

    private static bool IsUpload(HttpRequest request) => HttpMethods.IsPost(request.Method)
        && request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Lets a body be so large, of who was let in. False: it is larger.</summary>
    internal static bool MayBeRead(HttpContext http, long bytesMax)
    {
        var isTooLarge = http.Request.ContentLength > bytesMax;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            // What is too large is thrown away to its end, so that whoever sends it hears the answer.
            size.MaxRequestBodySize = isTooLarge ? null : bytesMax;
        return !isTooLarge;
    }

    /// <summary>Where something fails it is said in words.</summary>
    private async Task InWords(HttpContext http, Func<Task> answer)
    {
        try { await answer(); }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            if (http.Response.HasStarted)
            {
                // The reader's program sees that it is not whole; who runs the server sees why.
                options.Log.Failure("page_failed", e, $"{http.Request.Method} {http.Request.Path}, when a part was sent already: {e}");
                http.Abort();
                return;
            }
            var (title, words) = Words(e);
            options.Log.Failure("page_failed", e, $"{http.Request.Method} {http.Request.Path}: {e}");
            await PlainPage.Write(http, 500, title, words, (http.Request.Path + http.Request.QueryString, "Try again"));
        }
    }

    /// <summary>What went wrong, where, and how to mend it.</summary>
    private static (string Title, string Words) Words(Exception e) => e switch
    {
        StoreBusyException => ("The data is busy", e.Message),
        StoreException or YamlException => ("The data can't be read", e.Message),
        Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 5 or 6 } =>
            ("The data folder is busy", "Another Recoup has held it for half a minute. Try again when it is done."),
        Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 13 } =>
            ("The disk is full", "Nothing of the last step was kept, and nothing before it is lost. Make room and try again."),
        Microsoft.Data.Sqlite.SqliteException or JournalDamagedException or System.Text.Json.JsonException =>
            ("The data folder holds something that Recoup never wrote",
                $"{e.Message} `recoup audit verify` tells where; what is wrong in states or read models `recoup rebuild` mends."),
        _ => ("This page could not be made",
            $"That is an error in Recoup, not in your data: {e.GetType().Name}. The terminal in which `recoup serve` runs has the details."),
    };
}
