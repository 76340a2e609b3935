using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Recoup.Core.Controlling;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Server.Access;
using Recoup.Server.Telemetry;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>The API's addresses: each checks the key, asks or sends, and answers with JSON or a problem.</summary>
internal sealed class ApiRoutes(ServeOptions options, Memory memory, Committer committer, Instruments instruments, ProblemTally problems, AccessLog log)
{
    public const string Root = "/api/";

    private const string V1 = "/api/v1/";

    private readonly Keyring keyring = new(options);
    private readonly InputRequest inputs = new(options, committer, instruments);
    private readonly SemaphoreSlim slow = new(1);
    private FileRequest Files => field ??= new FileRequest(options, memory, inputs, log);

    public void Map(IEndpointRouteBuilder routes)
    {
        Get(routes, "kpis", "KPIs, computed now from the measures", Reads.KpiFields, (desk, query, _) => Reads.Kpis(desk, query),
            isBeside: desk => desk.Catalog != KpiCatalog.Shipped);
        Get(routes, "bridge", "Why a figure changed, in parts that add up to the change", Reads.BridgeFields, (desk, query, _) => Reads.Bridge(desk, query),
            isBeside: desk => desk.Catalog != KpiCatalog.Shipped);
        Get(routes, "cohorts", "Recovery curves at equal age, by the month in which items first became overdue", Reads.CohortFields,
            (desk, query, _) => Reads.Cohorts(desk, query), isSlow: true);
        Get(routes, "ageing", "Open receivables by days past due", Reads.AgeingFields, (desk, query, _) => Reads.Ageing(desk, query));
        Get(routes, "figures", "Costs, targets, rates of exchange and figures from other books, the last told first", Reads.FiguresFields,
            (desk, query, _) => Reads.Figures(desk, query));
        Get(routes, "unworked", "Overdue money by who has the next move", Reads.UnworkedFields, (desk, query, _) => Reads.Unworked(desk, query));
        Get(routes, "accounts", "Accounts in order of their id", Reads.AccountsFields, (desk, query, _) => Reads.Accounts(desk, query));
        Get(routes, "accounts/{account}", "One account: what it owes, and its items", Reads.AccountFields,
            (desk, query, http) => Reads.Account(desk, query, IdOf(http)));
        Get(routes, "decisions", "What was decided about an account, why, and what became of it", Reads.DecisionsFields,
            (desk, query, _) => Reads.Decisions(desk, query));
        Get(routes, "worklist", "What people should do next, best first", Reads.WorklistFields, (desk, query, _) => Reads.Worklist(desk, query));
        Get(routes, "plans", "Payment plans, newest first", Reads.PlansFields, (desk, query, _) => Reads.Plans(desk, query));
        Get(routes, "callbacks", "Promises to call back", Reads.CallbacksFields, (desk, query, _) => Reads.Callbacks(desk, query));
        Get(routes, "notes", "What people wrote down, newest first", Reads.NotesFields, (desk, query, _) => Reads.Notes(desk, query));
        Get(routes, "files", "Files of accounts, newest first", Reads.FilesFields, (desk, query, _) => Reads.Files(desk, query));
        const string files = V1 + "files", one = V1 + "files/{file}";
        RequestDelegate getFile = http => Answer(http, one, ApiMay.Read, Files.Get), addFile = http => Answer(http, files, ApiMay.Write, Files.Add);
        ApiDescription.DescribeFile(routes.MapGet(one, getFile), "One file, as it was added", ApiMay.Read);
        ApiDescription.DescribeFile(routes.MapPost(files, addFile), "Adds a file to an account; answered when it is durable", ApiMay.Write);
        Get(routes, "access", "Who came in, looked and took away, newest first", Reads.AccessFields, (desk, query, _) => Reads.Access(desk, query),
            isBeside: _ => true, may: viewer => viewer.SeesUsers);
        Get(routes, "webhooks", "What endpoints were and are to be told of, the newest events first", Reads.WebhooksFields,
            (desk, query, _) => Reads.Webhooks(desk, query));
        const string route = V1 + "inputs";
        RequestDelegate post = http => Post(http, route);
        ApiDescription.Describe(routes.MapPost(route, post), "Takes inputs of any kind; answered when they are durable", [], ApiMay.Write);
        routes.MapOpenApi(V1 + "openapi.json");
        routes.Map("/api/{**rest}",
            http => Problem.NotFound($"{http.Request.Method} is no method of this address, or there is no such address; {V1}openapi.json describes them all.")
                .Write(http));
    }

    /// <param name="isBeside">What is answered may change without the journal.</param>
    /// <param name="isSlow">It looks at so much that one at a time is enough.</param>
    private void Get(IEndpointRouteBuilder routes, string path, string about, IReadOnlyList<QueryField> fields,
        Func<Desk, Query, HttpContext, Reply?> ask, Func<Desk, bool>? isBeside = null, Func<Viewer, bool>? may = null, bool isSlow = false)
    {
        var route = V1 + path;
        RequestDelegate get = http => Answer(http, route, ApiMay.Read, async (_, viewer) =>
        {
            if (viewer.IsNarrow && !Narrowed.Contains(path)) return OfAll(viewer);
            if (may?.Invoke(viewer) == false)
                return new Problem(403, "may_not", "The key may not do this",
                    $"This is for managers and auditors, and {viewer.Actor} has the role {viewer.Role}.");
            var account = http.Request.RouteValues.ContainsKey("account") ? IdOf(http) : null;
            if (Looks.OfApi(path.Split('/')[0], account, http.Request) is var (kind, subject, detail))
                await log.Record(viewer.Actor, Looks.Api, kind, subject, detail);
            return await Read(http, viewer, fields, ask, isBeside, isSlow);
        });
        ApiDescription.Describe(routes.MapGet(route, get), about, fields, ApiMay.Read);
    }

    private static Problem OfAll(Viewer viewer) =>
        new(403, "may_not", "The key may not do this", $"{viewer.Actor} sees some portfolios, and this is about all.");

    /// <summary>What is narrowed to the portfolios that a viewer sees. Anything else is closed to who does not see all.</summary>
    private static readonly FrozenSet<string> Narrowed = FrozenSet.Create(StringComparer.Ordinal,
        "kpis", "bridge", "cohorts", "ageing", "figures", "unworked", "accounts", "accounts/{account}", "decisions", "worklist", "plans", "callbacks", "notes",
        "files");

    private Task Post(HttpContext http, string route) => Answer(http, route, ApiMay.Write, inputs.Answer);

    private static string IdOf(HttpContext http) => Looks.IdOf((string)http.Request.RouteValues["account"]!);

    // --- what all have in common ---

    private async Task Answer(HttpContext http, string route, ApiMay needed, Func<HttpContext, Viewer, ValueTask<Problem?>> answer)
    {
        var begun = Stopwatch.GetTimestamp();
        using var activity = instruments.Start($"{http.Request.Method} {route}", ActivityKind.Server, http.Request.Headers.TraceParent);
        Problem? problem;
        string? name = null;
        try
        {
            var bearer = keyring.Bearer(http.Request.Headers.Authorization);
            name = bearer?.Key.Name;
            if (bearer is not var (key, viewer))
            {
                if (http.Request.Headers.Authorization.Count > 0) await log.RecordRefused(Looks.Api);
                problem = Problem.NoKey;
            }
            else if ((key.May & needed) == 0) problem = Problem.MayNot(ApiKeys.Words(needed));
            else problem = await answer(http, viewer);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            if (http.RequestAborted.IsCancellationRequested) return;
            problem = ProblemOf(e);
            if (problem.Status >= 500)
                options.Log.Failure("request_failed", e, $"{http.Request.Method} {route}: {e}", ("route", route), ("status", problem.Status));
        }
        if (problem is not null)
        {
            if (problem.Status == 429) instruments.Throttled();
            problems.Count(route, problem.Status, problem.Code, name);
            await problem.Write(http);
        }
        instruments.Answered(route, http.Response.StatusCode, Stopwatch.GetElapsedTime(begun));
        if (activity is null) return;
        activity.SetTag("http.route", route);
        activity.SetTag("http.request.method", http.Request.Method);
        activity.SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= 500) activity.SetStatus(ActivityStatusCode.Error);
    }

    private Problem ProblemOf(Exception e) => e switch
    {
        QueryException => Problem.Malformed(e.Message),
        MissingRateException => new Problem(422, "missing_rate", "A rate of exchange is not known", $"There is {e.Message}."),
        BadHttpRequestException { StatusCode: 413 } => Problem.TooLarge($"A body has at most {options.Limits.BodyBytesMax} bytes.", "Send it in parts."),
        BadHttpRequestException bad =>
            new Problem(bad.StatusCode, "malformed", "The request can't be read", "The body did not come as HTTP has it, or not in time."),
        InvalidDataException => Problem.Malformed("The body is not the gzip that Content-Encoding says."),
        JournalDamagedException or YamlException =>
            Problem.Unavailable("The data folder holds something that Recoup never wrote; the log of the server tells more."),
        _ => Storing.ProblemOf(e) ?? Problem.Ours,
    };

    private async ValueTask<Problem?> Read(HttpContext http, Viewer viewer, IReadOnlyList<QueryField> fields,
        Func<Desk, Query, HttpContext, Reply?> ask, Func<Desk, bool>? isBeside, bool isSlow)
    {
        var query = new Query(http.Request.Query, fields);
        if (!isSlow && !Reads.IsSlow(query)) return await Write(http, viewer, query, ask, isBeside);
        if (!slow.Wait(0))
            return Problem.Full with { Detail = "One question over the whole journal is answered at a time. Ask again after the time that Retry-After gives." };
        try { return await Write(http, viewer, query, ask, isBeside); }
        finally { slow.Release(); }
    }

    private async ValueTask<Problem?> Write(HttpContext http, Viewer viewer, Query query,
        Func<Desk, Query, HttpContext, Reply?> ask, Func<Desk, bool>? isBeside)
    {
        using var desk = new Desk(options, memory, viewer);
        // Read before the answer is made: what is recorded meanwhile makes the tag old, never the answer. A user's own KPIs
        // are files that may change at any time.
        var tag = isBeside?.Invoke(desk) == true ? null : $"\"{viewer.Scope}{desk.Version}\"";
        if (tag is not null) http.Response.Headers.ETag = tag;
        if (tag is not null && http.Request.Headers.IfNoneMatch == tag)
        {
            http.Response.StatusCode = 304;
            return null;
        }
        if (ask(desk, query, http) is not { } reply)
            return Problem.NotFound("There is no such account here. Ids are written with upper and lower case as they were given.");
        if (reply.CellsRead is { } cells) http.Response.Headers["Recoup-Cells-Read"] = cells.ToString(CultureInfo.InvariantCulture);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ContractJson.Options)) reply.Json(json);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory);
        return null;
    }
}
