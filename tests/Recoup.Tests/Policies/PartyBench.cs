using System.Security.Cryptography;
using System.Text;
using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Tests.Policies;

/// <summary>
/// One party in memory, before the real door: days pass, inputs come, reviews decide, messages leave. Everything
/// that the party needs is always loaded. A day's clock stands at 10:00 UTC unless a test says otherwise.
/// </summary>
internal sealed class PartyBench
{
    private readonly WorkspaceState workspace = new();
    private long seq;
    private long workspaceSeq;
    private int keys;

    public PartyBench(Policy? policy = null, ContactRules? rules = null, bool live = true, DateOnly? liveSince = null,
        PortfolioDetails? portfolio = null, bool account = true)
    {
        Policy = policy ?? ShippedPolicies.Default;
        Rules = rules ?? ShippedPolicies.ContactRules;
        Fold(new WorkspaceEvent.Opened("test"), Day(2025, 1, 1));
        Fold(new WorkspaceEvent.PortfolioSet(portfolio ?? new PortfolioDetails("main") { Creditor = "Beispiel AG", TimeZone = "UTC" }), Day(2025, 1, 1));
        if (live) Live(liveSince ?? Day(2025, 1, 1));
        if (account) Account("A1");
    }

    public Policy Policy { get; set; }
    public ContactRules Rules { get; set; }
    public PartyState State { get; } = new() { Id = "A1" };
    public DateTimeOffset Now { get; private set; } = At(Day(2025, 1, 1));
    public Vault TheVault { get; } = new();
    public RecordingWriter Writer { get; } = new();
    /// <summary>Writes in place of <see cref="Writer"/>, where a test wants the real texts.</summary>
    public IMessageWriter? OtherWriter { get; init; }

    public List<Outgoing> Sent { get; } = [];

    /// <summary>The channel's word on what is released; null: it does not answer.</summary>
    public string? ChannelSays { get; set; } = "sent";

    /// <summary>An agent makes each call on the day it is asked for.</summary>
    public bool AgentCalls { get; set; }

    public static DateOnly Day(int year, int month, int day) => new(year, month, day);

    public static DateTimeOffset At(DateOnly day, int hour = 10, int minute = 0) => new(day.ToDateTime(new TimeOnly(hour, minute)), TimeSpan.Zero);

    public void Live(DateOnly on) => Fold(new WorkspaceEvent.SendingSet("live", null), on);

    public void RunEnded(DateOnly on)
    {
        Fold(new WorkspaceEvent.RunBegan(on, 1), on);
        Fold(new WorkspaceEvent.RunEnded(on, 1, 0, false), on);
    }

    public void Clock(DateTimeOffset now) => Now = now > Now ? now : Now;

    public void Account(string id, string? email = "pay@customer.example", string? phone = "+49301234567", string? zone = "UTC", string kind = "business",
        string? portfolio = null, string? language = null) =>
        Do(new AccountInput.Set
        {
            Key = NextKey(), Account = id, Party = "A1", Name = "Kundin GmbH", Email = email, Phone = phone, TimeZone = zone, Kind = kind,
            Portfolio = portfolio, Language = language,
        });

    public void Invoice(string number, DateOnly due, decimal amount = 100m, string currency = "EUR", string account = "A1", int days = 30) =>
        Do(new InvoiceInput.Issued
        {
            Key = NextKey(), Account = account, Number = number, IssuedOn = due.AddDays(-days), DueOn = due, Amount = Euro(amount, currency),
        });

    public string Pay(DateOnly on, decimal amount, string? number = null, string currency = "EUR", string account = "A1")
    {
        var key = NextKey();
        Do(new PaymentInput.Received
        {
            Key = key, Account = account, On = on, Amount = Euro(amount, currency), For = number is null ? null : [(number, Euro(amount, currency))],
        });
        return key;
    }

    public string Dispute(DateOnly on, string? number = null)
    {
        var key = NextKey();
        Do(new DisputeInput.Opened { Key = key, Account = "A1", Invoice = number, On = on, Reason = "quality" });
        return key;
    }

    public void CloseDispute(string dispute, DateOnly on) =>
        Do(new DisputeInput.Closed { Key = NextKey(), Account = "A1", Dispute = dispute, On = on, Outcome = "rejected" });

    public void Promise(DateOnly on, DateOnly due, decimal amount = 100m) =>
        Do(new PromiseInput.Made { Key = NextKey(), Account = "A1", On = on, DueOn = due, Amount = Euro(amount, "EUR") });

    public void Hold(DateOnly from, DateOnly to) => Do(new HoldInput.Placed { Key = NextKey(), Account = "A1", From = from, To = to, Reason = "requested" });

    public void OptOut(string channel, string? address = null, bool granted = false) =>
        Do(new ConsentInput.Said { Key = NextKey(), Account = "A1", Channel = channel, Address = address, Granted = granted });

    public void Contacted(DateTimeOffset at, string channel = "call", string direction = "outbound", string outcome = "no_answer") =>
        Do(new ContactInput.Made { Key = NextKey(), Account = "A1", At = at, Channel = channel, Direction = direction, Outcome = outcome });

    /// <summary>One input through the door; it must be taken.</summary>
    public Outcome Do(Input input)
    {
        var outcome = Machine.Handle(State, seq, input, Context, new CellDeltas());
        outcome.Refused.ShouldBeNull(outcome.Refused?.Message);
        seq += outcome.Events.Count;
        return outcome;
    }

    /// <summary>An event as an older program recorded it.</summary>
    /// <param name="on">Its day; null: that on which the party stands.</param>
    public void Record(Event e, DateOnly? on = null)
    {
        seq++;
        var day = on ?? State.AsOf;
        Core.Fold.Apply(State, new Envelope(seq, "A1", day, day, Now.ToUnixTimeMilliseconds(), NextKey()), e, new CellDeltas());
    }

    /// <summary>The review of a day, at ten o'clock; the only portfolio's decision.</summary>
    public DecisionRecord Review(DateOnly day) => ReviewAll(day).Single();

    public IReadOnlyList<DecisionRecord> ReviewAll(DateOnly day)
    {
        Clock(At(day));
        var outcome = Do(new Input.Review { Key = NextKey(), Party = State.Id, AsOf = day });
        return [.. outcome.Events.Select(e => e.Event).OfType<DecisionEvent.Made>().Select(d => d.Decision)];
    }

    /// <summary>Releases what is pending, and gives the channel's word on it.</summary>
    public IReadOnlyList<Event> Dispatch()
    {
        var events = new List<Event>();
        foreach (var pending in State.Pending.Where(p => p.Kind == "message").ToList())
        {
            var outcome = Do(new Input.Release { Key = NextKey(), Party = State.Id, Message = pending.Id });
            events.AddRange(outcome.Events.Select(e => e.Event));
            Sent.AddRange(outcome.Outgoing);
            foreach (var outgoing in outcome.Outgoing)
                if (ChannelSays is { } word)
                    events.AddRange(Do(new Input.ChannelResult { Key = NextKey(), Party = State.Id, Message = outgoing.Message, Outcome = word })
                        .Events.Select(e => e.Event));
        }
        return events;
    }

    /// <summary>Reviews on the days on which the party asks for it, as a run does, and dispatches; what was done, by day.</summary>
    public List<(DateOnly Day, DecisionRecord Decision)> Run(DateOnly from, DateOnly to)
    {
        var done = new List<(DateOnly, DecisionRecord)>();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            if (State.NextReviewOn is not { } next || next > day) continue;
            foreach (var decision in ReviewAll(day)) done.Add((day, decision));
            if (AgentCalls && State.Pending.Exists(p => p.Kind == "work")) Contacted(At(day, 12));
            Dispatch();
            RunEnded(day);
        }
        return done;
    }

    public static Money Euro(decimal amount, string currency = "EUR") =>
        Money.TryFromMajor(amount, Currency.Of(currency), out var money) ? money : throw new ArgumentException("amount", nameof(amount));

    private Context Context => new()
    {
        Now = Now, Workspace = workspace, Policy = Policy, PolicyVersion = 1, Rules = Rules, Vault = TheVault, Writer = OtherWriter ?? Writer,
    };

    public string NextKey() => $"k-{++keys}";

    private void Fold(Event e, DateOnly on) => workspace.Apply(new JournalRow
    {
        Partition = 64, Seq = ++workspaceSeq, Prior = 0, Party = "", Account = "", Kind = "", Version = 1, EffectiveOn = on, RecordedOn = on,
        RecordedAt = At(on).ToUnixTimeMilliseconds(), Actor = "test", Cause = "test", WorkspaceSeq = workspaceSeq, Payload = [],
    }, e);

    /// <summary>Seals by turning the bytes over, which is enough to see that nothing is read without it.</summary>
    internal sealed class Vault : IVault
    {
        private readonly HashSet<string> forgotten = new(StringComparer.Ordinal);

        public byte[] Seal(string party, ReadOnlySpan<byte> plain) => [.. plain.ToArray().Select(b => (byte)(b ^ 0xFF))];

        public byte[]? Open(string party, ReadOnlySpan<byte> sealedBytes) =>
            forgotten.Contains(party) ? null : [.. sealedBytes.ToArray().Select(b => (byte)(b ^ 0xFF))];

        public string Token(string party, string address) =>
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{party}|{address}")).AsSpan(0, 6));

        public bool HasKey(string party) => !forgotten.Contains(party);

        public void Forget(string party) => forgotten.Add(party);
    }

    internal sealed class RecordingWriter : IMessageWriter
    {
        public List<MessageFacts> Written { get; } = [];

        public MessageText Write(MessageFacts facts)
        {
            Written.Add(facts);
            return new MessageText(facts.To, facts.Name, "from@creditor.example", facts.Portfolio.Creditor, facts.Template, facts.Tone);
        }

        public bool Has(string template) => true;
    }
}
