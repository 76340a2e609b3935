using System.CommandLine;
using System.Text.Json;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Server.Api;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>run, dispatch, sending, messages: what is decided and sent.</summary>
internal static class WorkVerbs
{
    public static Command Run()
    {
        var asOf = new Option<string?>("--as-of") { Description = "the business date; else today, at each portfolio's place", HelpName = "DATE" };
        var all = new Option<bool>("--all") { Description = "look at every party, not only those that are due" };
        var policyFile = new Option<string?>("--policy")
        {
            Description = "with --dry-run: a policy file to decide by instead of the one in force",
            HelpName = "FILE"
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "decide and keep nothing; also for a day gone by" };
        var acceptVolume = new Option<bool>("--accept-volume") { Description = "go on beyond the volume stop" };
        var verb = new Command("run", "The daily run: decides what to do about each party that is due.") { asOf, all, policyFile, dryRun, acceptVolume };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var dry = parsed.GetValue(dryRun);
            if (parsed.GetValue(policyFile) is { } named && !dry)
                throw new UsageException($"a run decides by the policy that was adopted: `recoup policy adopt {named}` brings this one in force, and "
                    + $"`run --policy {named} --dry-run` shows what it would decide.");
            var policy = parsed.GetValue(policyFile) is { } file ? PolicyVerbs.Load(session, file) : null;
            var door = session.Door("run", policy: policy);
            session.TakeIn(door);
            var clock = session.Clock.GetUtcNow();
            var today = door.Workspace.Today(clock);
            var day = parsed.GetValue(asOf) is { } text ? Session.Day(text, "--as-of") : DailyRun.DateOf(door, today) ?? today;
            // Of a workspace in several zones: where the date has not begun, parties are looked at as of the day that it still is.
            var ownDays = day == today || parsed.GetValue(asOf) is null;
            if (day > today.AddDays(DailyRun.DaysAheadMax))
                throw new UsageException($"{day:yyyy-MM-dd} is more than {DailyRun.DaysAheadMax} days ahead; the workspace's clock would go there for good. "
                    + "If that is meant, give a --now of that time as well.");
            var now = session.GivenNow ?? (ownDays ? clock : DailyRun.InstantOf(day, clock, door.Workspace));
            var report = new DailyRun(door).Run(day, now, parsed.GetValue(all), dry, parsed.GetValue(acceptVolume),
                (done, of) => Output.Progress($"{done:N0} of {Plural.Of(of, "party", "parties")}", (double)done / of), ownDays);
            Output.ProgressDone();
            Print(session.Output, report, dry);
            if (report.NotListed.Count > 0)
                Output.Say($"The policy does not say what {Listed(report.NotListed)} worth: nobody is called and no agency proposed for such amounts. "
                    + $"List {(report.NotListed.Count == 1 ? "it" : "them")} under worth: in your policy.");
            if (report.Stopped is not null) { Output.Say(report.Stopped); return 1; }
            if (report.Shadow && !dry && report.Decisions > 0)
                Output.Say("The workspace is in shadow: decisions are recorded, nothing is sent. `recoup explain ACCOUNT` shows why; "
                    + "`recoup sending live` switches sending on.");
            return AsideExit(report.SetAside, "party", "parties", "run");
        });
        return verb;
    }

    /// <summary>"MRU is", "MRU and TOP are", "MRU, TOP and XAF are".</summary>
    private static string Listed(IReadOnlyCollection<string> names) =>
        names.Count == 1 ? $"{names.First()} is" : $"{string.Join(", ", names.SkipLast(1))} and {names.Last()} are";

    /// <summary>Tells of what was left out. The verb's exit where all else is well.</summary>
    public static int AsideExit(long count, string one, string many, string verb)
    {
        if (count == 0) return 0;
        var what = count == 1 ? $"1 {one} could not be handled and was" : $"{count:N0} {many} could not be handled and were";
        Output.Say($"{what} set aside; everybody else was worked. `recoup status` says why; the next `recoup {verb}` tries again.");
        return 3;
    }

    public static void Print(Output output, RunReport report, bool dry)
    {
        var sheet = new Sheet(dry ? "would do" : "did", "number")
        {
            Title = $"Run as of {report.AsOf:yyyy-MM-dd}{(dry ? " (dry run: nothing was kept)" : "")}",
        };
        foreach (var (portfolio, on) in report.Days ?? []) sheet.Add($"{portfolio}, where it still is", on);
        sheet.Add("accounts reviewed", report.Reviewed);
        sheet.Add("decisions", report.Decisions);
        foreach (var (kind, count) in report.Actions) sheet.Add($"action: {kind}", count);
        if (report.Actions.Count > 0) sheet.Add("of the actions, by the calendar", report.ByCalendar);
        foreach (var (kind, count) in report.Documents) sheet.Add($"document: {kind}", count);
        sheet.Add("deferred by the gate", report.Deferred);
        sheet.Add("blocked by the gate", report.Blocked);
        if (report.SetAside > 0) sheet.Add("set aside", report.SetAside);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteString("as_of", Sheet.Text(report.AsOf));
            if (report.Days is { } days)
            {
                json.WriteStartObject("days");
                foreach (var (portfolio, on) in days) json.WriteString(portfolio, Sheet.Text(on));
                json.WriteEndObject();
            }
            json.WriteNumber("accounts_reviewed", report.Reviewed);
            json.WriteNumber("decisions", report.Decisions);
            json.WriteStartObject("actions");
            foreach (var (kind, count) in report.Actions) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("by_calendar", report.ByCalendar);
            json.WriteStartObject("documents");
            foreach (var (kind, count) in report.Documents) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("deferred", report.Deferred);
            json.WriteNumber("blocked", report.Blocked);
            json.WriteNumber("set_aside", report.SetAside);
            json.WriteNumber("seconds", Math.Round(report.Seconds, 3));
            json.WriteBoolean("shadow", report.Shadow);
            if (report.Stopped is not null) json.WriteString("stopped", report.Stopped);
            if (report.NotListed.Count > 0)
            {
                json.WriteStartArray("currencies_not_listed");
                foreach (var currency in report.NotListed) json.WriteStringValue(currency);
                json.WriteEndArray();
            }
            if (report.AnchorFile is not null) json.WriteString("anchor", report.AnchorFile);
            if (dry)
            {
                json.WriteStartArray("would");
                foreach (var (party, account, decision) in report.Decided)
                {
                    json.WriteStartObject();
                    json.WriteString("party", party);
                    ContractJson.Decision(json, account, decision, report.Adopted);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }, sheet);
    }

    public static Command Dispatch()
    {
        var verb = new Command("dispatch", "Drains the outbox once: asks the gate again, sends, records what became of it.");
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var door = session.Door("dispatch");
            session.TakeIn(door);
            if (door.Own is { } own) Adoption.Adopt(door, own, Environment.UserName, session.Clock.GetUtcNow());
            var report = new Dispatcher(door, session.Channels()).Dispatch(session.Clock.GetUtcNow(),
                done => Output.Progress(Plural.Of(done, "message"), null));
            var webhooks = new WebhookRound(door, Session.WebhooksOf(door.Store, session.Clock)).Make(session.Clock.GetUtcNow());
            Output.ProgressDone();
            Print(session.Output, report, webhooks);
            if (report.Off is not null) Output.Say(report.Off);
            else if (report.Sent > 0 && session.MailIsFiles) Output.Say($"Messages are in {door.Store.MailFolder}, one file each.");
            if (report.Unknown > 0)
                Output.Say("Of some messages nobody knows whether they arrived. `recoup messages` lists them; "
                    + "find out, and settle each with `recoup messages settle`.");
            if (report.Throttled > 0) Output.Say("Some wait because as many as may went to their domain within the last minute: run `recoup dispatch` again.");
            foreach (var (channel, trouble) in report.Troubles) Output.Say($"Nothing goes by {channel} now, and its messages wait: {trouble}");
            foreach (var (endpoint, trouble) in webhooks?.Calls.Troubles ?? []) Output.Say($"Endpoint {endpoint} is told of nothing now: {trouble}");
            if (webhooks?.Calls.ToRetry > 0) Output.Say("Some calls did not go through and are made again later; `recoup webhooks` says why.");
            var aside = AsideExit(report.SetAside + (webhooks?.Calls.SetAside ?? 0), "message", "messages", "dispatch");
            return report.Troubles.Count > 0 ? 1 : aside;
        });
        return verb;
    }

    public static void Print(Output output, DispatchReport report, WebhookReport? webhooks)
    {
        var sheet = new Sheet("messages", "number");
        sheet.Add("sent", report.Sent);
        sheet.Add("failed", report.Failed);
        sheet.Add("unknown", report.Unknown);
        sheet.Add("put off by the gate", report.Deferred);
        sheet.Add("withdrawn: the reason was gone", report.Withdrawn);
        sheet.Add("not taken for now, tried again", report.ToRetry);
        sheet.Add("waiting: as many as may went to their domain", report.Throttled);
        sheet.Add("waiting: their channel takes nothing", report.Waiting);
        if (report.SetAside > 0) sheet.Add("set aside", report.SetAside);
        if (webhooks is not null)
        {
            sheet.Add("webhooks: sent", webhooks.Calls.Sent);
            sheet.Add("webhooks: not taken for now, tried again", webhooks.Calls.ToRetry);
            sheet.Add("webhooks: failed", webhooks.Calls.Failed);
            sheet.Add("webhooks: waiting", webhooks.Calls.Waiting);
        }
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("sent", report.Sent);
            json.WriteNumber("failed", report.Failed);
            json.WriteNumber("unknown", report.Unknown);
            json.WriteNumber("deferred", report.Deferred);
            json.WriteNumber("withdrawn", report.Withdrawn);
            json.WriteNumber("to_retry", report.ToRetry);
            json.WriteNumber("throttled", report.Throttled);
            json.WriteNumber("waiting", report.Waiting);
            json.WriteNumber("set_aside", report.SetAside);
            if (report.Troubles.Count > 0)
            {
                json.WriteStartObject("troubles");
                foreach (var (channel, trouble) in report.Troubles) json.WriteString(channel, trouble);
                json.WriteEndObject();
            }
            if (report.Off is not null) json.WriteString("off", report.Off);
            if (webhooks is not null)
            {
                json.WriteStartObject("webhooks");
                json.WriteNumber("found", webhooks.Found);
                json.WriteNumber("sent", webhooks.Calls.Sent);
                json.WriteNumber("to_retry", webhooks.Calls.ToRetry);
                json.WriteNumber("failed", webhooks.Calls.Failed);
                json.WriteNumber("waiting", webhooks.Calls.Waiting);
                json.WriteNumber("set_aside", webhooks.Calls.SetAside);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }, sheet);
    }

    public static Command Sending()
    {
        var mode = new Argument<string>("MODE") { Description = "status, live, shadow or stopped", DefaultValueFactory = _ => "status" };
        mode.AcceptOnlyFromAmong("status", "live", "shadow", "stopped");
        var reason = new Option<string?>("--reason") { Description = "why, for the journal" };
        var verb = new Command("sending", "The one switch of all sending. A new workspace is in shadow until it is switched to live.") { mode, reason };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var wanted = parsed.GetValue(mode)!;
            var door = session.Door("import", create: wanted != "status");
            if (wanted != "status") Switch(door, wanted, parsed.GetValue(reason), $"sending/{wanted}/{session.Clock.GetUtcNow().ToUnixTimeMilliseconds()}");
            var workspace = door.Look();
            var waiting = new Readings(door.Store).Messages().Counts.GetValueOrDefault(IntentStatus.Pending);
            var sheet = new Sheet("sending", "since", "messages waiting");
            sheet.Add(workspace.Mode, workspace.Mode == "live" ? workspace.LiveSince : null, waiting);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("mode", workspace.Mode);
                json.WriteString("live_since", workspace.LiveSince is { } since ? Sheet.Text(since) : null);
                json.WriteNumber("waiting", waiting);
                json.WriteEndObject();
            }, sheet);
            return 0;
        });
        return verb;
    }

    public static void Switch(Door door, string mode, string? reason, string key)
    {
        var problems = new List<InputProblem>();
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", "sending");
            json.WriteString("key", key);
            json.WriteString("mode", mode);
            if (reason is not null) json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        var input = InputJson.Parse(stream.ToArray(), Environment.UserName, problems) ?? throw new UsageException(string.Join("; ", problems));
        door.Take([new InputUnit(0, [input])]);
    }

    private static Command Settle()
    {
        var id = new Argument<string>("MESSAGE") { Description = "the message's id, as `recoup messages` lists it" };
        var outcome = new Option<string>("--as") { Description = "what became of it: sent or failed", Required = true, HelpName = "OUTCOME" };
        outcome.AcceptOnlyFromAmong("sent", "failed");
        var reason = new Option<string>("--reason") { Description = "how you know, for the journal; names no customer", Required = true, HelpName = "TEXT" };
        var by = new Option<string?>("--by") { Description = "who says so; else the user of this machine", HelpName = "NAME" };
        var verb = new Command("settle", "Says what became of a message of unknown fate.") { id, outcome, reason, by };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var door = session.Door("dispatch");
            var (message, wanted) = (parsed.GetValue(id)!, parsed.GetValue(outcome)!);
            var result = Settling.Settle(door, message, wanted, parsed.GetValue(reason)!,
                parsed.GetValue(by) ?? Environment.UserName, session.Clock.GetUtcNow());
            if (result is null or { Status: UnitStatus.Refused or UnitStatus.SetAside })
            {
                Output.Say(result?.Refused?.Message ?? result?.Cause ?? $"there is no message {message}; `recoup messages` lists those of unknown fate");
                return 1;
            }
            var sheet = new Sheet("message", "settled as");
            sheet.Add(message, wanted);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("message", message);
                json.WriteString("settled_as", wanted);
                json.WriteEndObject();
            }, sheet);
            return 0;
        });
        return verb;
    }

    public static Command Messages()
    {
        var verb = new Command("messages", "How many messages there are by what became of them, and those of unknown fate.") { Settle() };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var (counts, unknown) = new Readings(session.Open()).Messages();
            var sheet = new Sheet("status", "messages") { Empty = "no message was ever decided" };
            foreach (var status in Enum.GetValues<IntentStatus>())
                if (counts.TryGetValue(status, out var count)) sheet.Add(status.ToString().ToLowerInvariant(), count);
            var list = new Sheet("message", "account") { Title = "Nobody knows whether these arrived", Empty = "no message is of unknown fate" };
            foreach (var (id, account) in unknown) list.Add(id, account);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                foreach (var status in Enum.GetValues<IntentStatus>())
                    json.WriteNumber(status.ToString().ToLowerInvariant(), counts.GetValueOrDefault(status));
                json.WriteStartArray("unknown_messages");
                foreach (var (id, account) in unknown)
                {
                    json.WriteStartObject();
                    json.WriteString("message", id);
                    json.WriteString("account", account);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }, sheet, list);
            session.TellRowTroubles();
            return 0;
        });
        return verb;
    }
}
