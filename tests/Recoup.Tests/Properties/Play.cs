using System.Security.Cryptography;
using System.Text;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Simulation;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Properties;

/// <summary>One unit as the door took it.</summary>
internal sealed record Taken(Step.Send Step, IReadOnlyList<Input> Inputs, UnitResult Result);

/// <summary>
/// A history played through the real door on a real store in a folder of its own, which goes with it. The keys come
/// from the seed, so that the same history gives the same journal.
/// </summary>
internal sealed class Play : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("recoup-play-").FullName;
    private readonly StoppedClock clock = new();
    private readonly long[] seen = new long[Partition.Count];

    static Play()
    {
        // The key that signs anchors belongs outside of every store; here it goes when the tests end.
        if (Environment.GetEnvironmentVariable("RECOUP_KEYS") is { Length: > 0 }) return;
        var keys = Directory.CreateTempSubdirectory("recoup-keys-").FullName;
        Environment.SetEnvironmentVariable("RECOUP_KEYS", keys);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(keys, recursive: true);
    }

    public Play(Policy? policy = null, int seed = 1)
    {
        Store = Store.Open(TestStores.New(folder), random: new SplitMix((ulong)seed).Fill);
        // What a power cut does is tested elsewhere; here the disk need not be waited for.
        if (!TestStores.IsPostgres) Store.Exec("PRAGMA synchronous=OFF");
        Door = new Door(Store, "import", clock, TemplateWriter.Shipped) { Policy = policy };
    }

    public Store Store { get; }

    public Door Door { get; }

    /// <summary>What the mail channel says of a message; by default nearly always that it was sent.</summary>
    public Func<Outgoing, ChannelAnswer> Answers { get; set; } = _ => ChannelAnswer.Sent;

    /// <summary>
    /// A channel that fails or goes silent now and then, the same for the same words to the same party: a message's id
    /// counts events, and two plays that are to be compared may differ in those.
    /// </summary>
    public static ChannelAnswer Moody(Outgoing message) =>
        (SHA256.HashData(Encoding.UTF8.GetBytes($"{message.Party} {message.Text.Subject} {message.Text.Body}"))[0] % 12) switch
        {
            0 => ChannelAnswer.Failed("the mailbox is full"),
            1 => ChannelAnswer.Unknown("the connection broke"),
            2 => ChannelAnswer.Failed("550 5.1.1 no such user") with { BadAddress = "5.1.1" },
            3 => ChannelAnswer.Deferred("451 later", default),
            _ => ChannelAnswer.Sent,
        };

    public static Input Parse(string line)
    {
        var problems = new List<InputProblem>();
        var input = InputJson.Parse(Encoding.UTF8.GetBytes(line), "test", problems);
        input.ShouldNotBeNull($"{string.Join("; ", problems)} in {line}");
        return input;
    }

    /// <summary>Units that follow one another, in one transaction.</summary>
    public IReadOnlyList<Taken> Take(IReadOnlyList<Step.Send> sends)
    {
        clock.Now = sends[^1].At;
        var units = sends.Select(s => new InputUnit(0, [.. s.Lines.Select(Parse)], s.At)).ToList();
        var result = Door.Take(units);
        Door.MergeCells(always: false);
        return [.. sends.Select((s, i) => new Taken(s, units[i].Inputs, result.Units[i]))];
    }

    /// <summary>Units that follow one another, so many a transaction, the next handled while one is written.</summary>
    public void TakeEach(IReadOnlyList<Step.Send> sends, int size)
    {
        if (sends.Count == 0) return;
        clock.Now = sends[^1].At;
        Door.TakeEach(sends.Chunk(size)
            .Select(part => new TakenTogether(part.Length, _ => [.. part.Select(s => new InputUnit(0, [.. s.Lines.Select(Parse)], s.At))])),
            (part, result) => result.Units.Count.ShouldBe(part.Count), least: 1);
    }

    /// <summary>Null where the run was refused, since facts of a later business date are known already.</summary>
    public RunReport? Run(Step.Run run)
    {
        clock.Now = run.At;
        try { return new DailyRun(Door).Run(run.AsOf, run.At, run.All, acceptVolume: true); }
        catch (RunRefusedException) { return null; }
    }

    /// <summary>What is put off is taken at the second try.</summary>
    private ChannelAnswer Answer(Outgoing message, DateTimeOffset at)
    {
        var answer = Answers(message);
        return answer.Outcome != "deferred" ? answer : message.Tries == 0 ? answer with { Until = at.AddMinutes(20) } : ChannelAnswer.Sent;
    }

    public DispatchReport Dispatch(DateTimeOffset at)
    {
        clock.Now = at;
        var mail = new ChannelPort(IsIdempotent: true, (messages, _) => [.. messages.Select(m => Answer(m, at))]);
        return new Dispatcher(Door, new Dictionary<string, ChannelPort>(StringComparer.Ordinal) { [Channel.Email] = mail, [Channel.Sms] = mail }).Dispatch(at);
    }

    /// <summary>Plays one step; what was sent, if something was.</summary>
    public IReadOnlyList<Taken> Do(Step step)
    {
        switch (step)
        {
            case Step.Send send: return Take([send]);
            case Step.Run run: Run(run); return [];
            case Step.Dispatch dispatch: Dispatch(dispatch.At); return [];
            case Step.Settle settle:
                if (new Readings(Store).Messages().Unknown is not [var (id, account), ..]) return [];
                return Take([new Step.Send(settle.At, [Json.Line("message_settled", settle.Key, account, ("message", id), ("outcome", settle.Outcome))])]);
            case Step.Bounce bounce:
                {
                    var sent = Store.Statement("SELECT state FROM message WHERE status = ? ORDER BY id DESC LIMIT 1").Bind((long)IntentStatus.Sent);
                    if (!sent.Step()) return [];
                    var message = MessageChapter.Rows.Decode(sent.Blob(0));
                    sent.Reset();
                    return Take([new Step.Send(bounce.At,
                        [Json.Line("message_bounced", bounce.Key, message.Account, ("message", message.Id), ("kind", bounce.Kind))])]);
                }
            case Step.FinishWork finish:
                if (Worklist().OrderBy(w => w.Work.Id, StringComparer.Ordinal).FirstOrDefault() is not { } entry) return [];
                return Take([new Step.Send(finish.At,
                    [Json.Line("work_item_done", finish.Key, entry.Work.Account, ("work_item", entry.Work.Id), ("disposition", "left word"))])]);
            default: throw new InvalidOperationException(step.ToString());
        }
    }

    public Play Do(History history, bool moody = true)
    {
        if (moody) Answers = Moody;
        foreach (var step in history.Steps) Do(step);
        return this;
    }

    // --- looking ---

    /// <summary>The worklist, as it is listed and as one comes from each item to the next.</summary>
    private IReadOnlyList<WorklistEntry> Worklist()
    {
        var pages = new WorklistReadings(Store, clock.GetUtcNow());
        var all = pages.List(null, null, null, 1000).Rows;
        for (var i = 0; i < all.Count; i++) (pages.Behind(all[i].Work.Id, null)?.Work.Id).ShouldBe(i + 1 < all.Count ? all[i + 1].Work.Id : null);
        return all;
    }

    /// <summary>Everything in the journal, partition by partition.</summary>
    public List<JournalRow> Journal() => [.. Enumerable.Range(0, Partition.Count).SelectMany(p => Store.Journal(p)).Select(r => r.Row)];

    /// <summary>What was recorded since this was asked last.</summary>
    public List<JournalRow> News()
    {
        var news = new List<JournalRow>();
        for (var p = 0; p < Partition.Count; p++)
            foreach (var (_, row) in Store.Journal(p, seen[p] + 1))
            {
                news.Add(row);
                seen[p] = row.Seq;
            }
        return news;
    }

    public static Event EventOf(JournalRow row) => EventCodec.Decode(row.Kind, row.Version, row.Payload);

    /// <summary>One line a row: to hold two journals against each other.</summary>
    public static string Describe(JournalRow row) =>
        $"{row.Partition}/{row.Seq} {row.Party} {row.Account} {row.Kind} {row.EffectiveOn:yyyy-MM-dd} recorded {row.RecordedOn:yyyy-MM-dd} {row.RecordedAt} by "
        + $"{row.Actor} for {row.Cause} under {row.WorkspaceSeq}: {Encoding.UTF8.GetString(row.Payload)} {Convert.ToHexStringLower(row.Hash)[..16]}";

    private static readonly string[] StateTables =
    [
        "SELECT 'party', pid, id, next_review_on, state FROM party ORDER BY pid",
        "SELECT 'item', pid, account, number, open, due, currency, state FROM item ORDER BY pid, account, number",
        "SELECT 'cash', pid, key, state FROM cash ORDER BY pid, key", "SELECT 'message', id, pid, status, not_before, state FROM message ORDER BY id",
        "SELECT 'work', id, pid, open, owner, priority, state FROM work ORDER BY id", "SELECT 'account', account, party FROM account ORDER BY account",
        "SELECT 'joined_party', party, into_party FROM joined_party ORDER BY party",
    ];

    /// <summary>Every row of the states and the head of every chain, as text.</summary>
    public List<string> States() => Rows([.. StateTables, "SELECT 'head', partition, seq, hex(hash), recorded_on FROM head ORDER BY partition",
        "SELECT 'key', key, hex(content) FROM key ORDER BY key"]);

    /// <summary>The cells, merged and not, as text.</summary>
    public List<string> CellTexts() => [.. Door.Cells.All().NonZero.Select(c => $"{c.Key} {c.Value}").Order(StringComparer.Ordinal)];

    private List<string> Rows(IEnumerable<string> queries)
    {
        var rows = new List<string>();
        foreach (var row in queries.SelectMany(query => TestStores.Rows(Store.Place, query)))
            rows.Add(string.Concat(row.Select(value => $"{(value is byte[] state ? StateText.Of(state) : value ?? "-")} ")));
        return rows;
    }

    public void Dispose()
    {
        Store.Dispose();
        TestStores.Drop(Store.Place);
        Directory.Delete(folder, recursive: true);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

/// <summary>Lines of the contract.</summary>
internal static class Json
{
    public static string Line(string type, string key, string? account, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        var text = new StringBuilder($"{{\"type\":\"{type}\",\"key\":{Text(key)}");
        if (account is not null) text.Append($",\"account\":{Text(account)}");
        foreach (var (name, value) in fields)
            if (value is not null)
                text.Append($",\"{name}\":").Append(value switch
                {
                    bool flag => flag ? "true" : "false",
                    DateOnly day => $"\"{day:yyyy-MM-dd}\"",
                    DateTimeOffset at => $"\"{at:yyyy-MM-dd'T'HH:mm:ss'Z'}\"",
                    decimal amount => $"\"{amount.ToString(System.Globalization.CultureInfo.InvariantCulture)}\"",
                    IEnumerable<(string Invoice, decimal Amount)> parts => $"[{string.Join(",", parts.Select(p => Part(p.Invoice, p.Amount)))}]",
                    IEnumerable<(DateOnly DueOn, decimal Amount)> parts => $"[{string.Join(",", parts.Select(p =>
                        $"{{\"due_on\":\"{p.DueOn:yyyy-MM-dd}\",\"amount\":\"{p.Amount.ToString(System.Globalization.CultureInfo.InvariantCulture)}\"}}"))}]",
                    IEnumerable<string> texts => $"[{string.Join(",", texts.Select(Text))}]",
                    IEnumerable<DateOnly> days => $"[{string.Join(",", days.Select(d => $"\"{d:yyyy-MM-dd}\""))}]",
                    int number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    _ => Text(value.ToString()!),
                });
        return text.Append('}').ToString();
    }

    private static string Part(string invoice, decimal amount) =>
        $"{{\"invoice\":{Text(invoice)},\"amount\":\"{amount.ToString(System.Globalization.CultureInfo.InvariantCulture)}\"}}";

    private static string Text(string value) =>
        $"\"{System.Text.Json.JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
