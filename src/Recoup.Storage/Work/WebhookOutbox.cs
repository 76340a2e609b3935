using System.Diagnostics;
using System.Text;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Webhooks;

namespace Recoup.Storage.Work;

/// <summary>
/// What one endpoint is told of, in a table beside the journal from which it follows. Its calls go in the order of the journal: where the
/// endpoint could not take one, what comes after it waits. What it refuses as such holds up nothing else.
/// </summary>
/// <param name="atMost">So long is handed over at once; the next round goes on. Null: until nothing is left.</param>
internal sealed class WebhookOutbox(Door door, string endpoint, DateTimeOffset now, DispatchReport report, TimeSpan? atMost) : Outbox<WebhookCall>
{
    private readonly Store store = door.Store;
    private readonly long begun = Stopwatch.GetTimestamp();
    private readonly HashSet<(string Party, string Subject)> aside = SetAsides.Of(door.Store, SetAsides.Webhooks);

    // It takes nothing for now, or is off by now.
    private bool rests;

    // Where it can't be told now, what is under way stays so until it can.
    public override IReadOnlyList<Standing> Interrupted() => Gate() is null ? [] : Read(store.Statement(
        "SELECT id, party, recorded_at, place FROM webhook WHERE endpoint = ? AND status = 1 ORDER BY recorded_at, place").Bind(endpoint));

    public override IReadOnlyList<Standing> Due(DateTimeOffset at, Standing? after)
    {
        if (after is null) TryAtOnce();
        if (after is null && HeldUntil() > at) rests = true;
        if (rests || Stopwatch.GetElapsedTime(begun) > atMost) return [];
        return Read(store.Statement("SELECT id, party, recorded_at, place FROM webhook WHERE endpoint = ? AND status = 0 AND not_before <= ? "
            + "AND (recorded_at, place) > (?, ?) ORDER BY recorded_at, place LIMIT ?").Bind(endpoint).Bind(at.ToUnixTimeMilliseconds())
            .Bind(after?.Order ?? long.MinValue).Bind(after?.Place ?? long.MinValue).Bind(Port<WebhookCall>.PartSizeMax));
    }

    private List<Standing> Read(Statement s)
    {
        var found = new List<Standing>();
        while (s.Step()) found.Add(new Standing(s.Text(0), s.Text(1), endpoint, s.Long(2), s.Long(3)));
        return found;
    }

    // Whoever switched it on, or said where it is now, mended what its last answers were about.
    private void TryAtOnce()
    {
        if (door.Look().Webhooks.Of(endpoint) is not { } standing) return;
        const string waits = "WHERE endpoint = ? AND status = 0 AND not_before > 0 AND answered_at < ?";
        var s = store.Statement($"SELECT 1 FROM webhook {waits} LIMIT 1").Bind(endpoint).Bind(standing.StandsSince);
        if (!s.Step()) return;
        s.Reset();
        store.Atomically(() => store.Statement($"UPDATE webhook SET not_before = 0, holds = 0, tries = 0, first_tried_at = NULL {waits}")
            .Bind(endpoint).Bind(standing.StandsSince).Run());
    }

    private DateTimeOffset? HeldUntil()
    {
        var s = store.Statement("SELECT max(not_before) FROM webhook WHERE endpoint = ? AND status = 0 AND holds = 1").Bind(endpoint);
        s.Step();
        var until = s.IsNull(0) ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(s.Long(0));
        s.Reset();
        return until;
    }

    /// <summary>Nobody counts how many go to an endpoint.</summary>
    public override string? AddressOf(Standing intent) => null;

    public override IReadOnlyList<WebhookCall> Release(IReadOnlyList<Standing> due, DateTimeOffset at)
    {
        // Its gate: it stands, is on, and can be told that it is we who call.
        if (rests || Gate() is not { } open)
        {
            rests = true;
            return [];
        }
        var calls = new List<WebhookCall>(due.Count);
        foreach (var intent in due)
            Try(intent.Party, intent.Id, () =>
            {
                var call = Call(intent, open.Endpoint, open.Secrets);
                Change(intent.Id, row => { if (call is null) row.Withdraw("it is told of no more"); else row.Release(null); });
                if (call is null) report.Withdrawn++;
                else calls.Add(call);
            });
        return calls;
    }

    private (WebhookEndpoint Endpoint, IReadOnlyList<byte[]> Secrets)? Gate()
    {
        if (door.Look() is not { Mode: not "stopped" } workspace || workspace.Webhooks.Of(endpoint) is not { State: "on" } standing) return null;
        var secrets = standing.Secrets.Select(s => store.Vault.Open(WebhookChapter.VaultName(endpoint), s)).OfType<byte[]>().ToList();
        if (secrets.Count > 0) return (standing, secrets);
        report.Troubles[endpoint] = "its secrets can't be opened; give it another with `recoup webhooks rotate`";
        return null;
    }

    public override WebhookCall? Again(Standing intent) => Gate() is { } open ? Call(intent, open.Endpoint, open.Secrets) : null;

    /// <summary>The call, made from the event as it stands in the journal; null: the outside is not told of such events any more.</summary>
    private WebhookCall? Call(Standing intent, WebhookEndpoint standing, IReadOnlyList<byte[]> secrets)
    {
        var row = store.JournalAt((int)(intent.Place >> Store.PartitionShift), intent.Place & ((1L << Store.PartitionShift) - 1))
            ?? throw new StoreException($"the journal has no row {intent.Place}, of which endpoint {endpoint} is to be told");
        var e = EventCodec.Decode(row.Kind, row.Version, row.Payload);
        if (standing.Words && row.Party.Length > 0) e = SealedWords.Open(store.Vault, row.Party, e);
        if (WebhookFacts.Of(e) is not { } fact) return null;
        var body = WebhookTypes.Body(fact, row, standing.Words);
        return new WebhookCall(row.Party, intent.Id, endpoint, standing.Url, secrets, body) { Tries = Intent(intent.Id).Tries };
    }

    public override void Answer(IReadOnlyList<(string Party, string Intent, ChannelAnswer Answer)> answers, DateTimeOffset at)
    {
        foreach (var (party, id, answer) in answers)
        {
            // Before what it answered is kept: after a crash in between it is asked again, and says so again.
            if (answer.BadAddress is not null) SwitchOff(id, answer);
            if (answer.HoldsOthers) rests = true;
            Change(id, row =>
            {
                if (answer.Outcome == "deferred") row.Defer(answer.Until!.Value, answer.Detail, at);
                else row.Answer(answer.Outcome, answer.Detail);
            }, answer.HoldsOthers, at);
            if (aside.Remove((party, id))) store.Atomically(() => SetAsides.Clear(store, party, SetAsides.Webhooks, id));
        }
        report.Count(answers.Select(a => a.Answer.Outcome));
    }

    private void SwitchOff(string id, ChannelAnswer answer)
    {
        rests = true;
        report.Troubles[endpoint] = $"it was switched off: {answer.Detail}";
        var problems = new List<InputProblem>();
        var line = new System.Text.Json.Nodes.JsonObject
        {
            ["type"] = "webhook_endpoint_switched", ["key"] = $"webhooks/{endpoint}/{id}/{now.ToUnixTimeMilliseconds()}", ["endpoint"] = endpoint,
            ["state"] = "off", ["reason"] = answer.Detail is { Length: > 200 } long_ ? long_[..200] : answer.Detail,
        };
        var input = InputJson.Parse(Encoding.UTF8.GetBytes(line.ToJsonString()), WebhookChapter.Self, problems);
        Invariant.Holds(input is not null, string.Join("; ", problems));
        door.Take([new InputUnit(0, [input], now > door.LastRecordedAt ? now : door.LastRecordedAt)]);
    }

    /// <summary>Moves one intent on in its life.</summary>
    private void Change(string id, Action<Intent> change, bool holds = false, DateTimeOffset? answeredAt = null) => store.Atomically(() =>
    {
        var row = Intent(id);
        change(row);
        store.Statement("UPDATE webhook SET status = ?, not_before = ?, tries = ?, first_tried_at = ?, holds = ?, detail = ?, answered_at = ? "
            + "WHERE endpoint = ? AND id = ?").Bind((long)row.Status).Bind(row.NotBefore.ToUnixTimeMilliseconds()).Bind(row.Tries)
            .Bind(row.FirstTriedAt?.ToUnixTimeMilliseconds()).Bind(holds ? 1L : 0).Bind(row.Detail ?? "").Bind(answeredAt?.ToUnixTimeMilliseconds())
            .Bind(endpoint).Bind(id).Run();
    });

    private Intent Intent(string id)
    {
        var s = store.Statement($"SELECT {WebhookReadings.Columns} FROM webhook WHERE endpoint = ? AND id = ?").Bind(endpoint).Bind(id);
        if (!s.Step()) throw new StoreException($"endpoint {endpoint} is to be told of {id} no more: its row is gone");
        var row = WebhookReadings.Read(s).Intent;
        s.Reset();
        return row;
    }

    public override void Try(string party, string intent, Action work)
    {
        try { work(); }
        catch (Exception e) when (SetAsides.MayBeOf(e)) { Note(party, intent, e); }
    }

    public override void Note(string party, string intent, Exception e)
    {
        store.Atomically(() => SetAsides.Note(store, party, SetAsides.Webhooks, intent, e, now));
        aside.Add((party, intent));
        report.SetAside++;
    }
}
