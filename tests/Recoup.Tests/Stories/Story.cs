using System.Globalization;
using System.Text.RegularExpressions;
using Recoup.Core.Decisions;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Properties;
using Step = Recoup.Tests.Properties.Step;

namespace Recoup.Tests.Stories;

/// <summary>
/// A story that an accountant can read, told to the real door: docs/stories.md has its vocabulary. What stands behind
/// `expect` is held against what happened; with RECOUP_ACCEPT=1 it is written anew.
/// </summary>
internal sealed partial class Story : IDisposable
{
    private readonly string name;
    private Play? play;
    private Policy policy = ShippedPolicies.Default;
    private DateTimeOffset now = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
    private string defaultAccount = "A1";
    private readonly List<string> accounts = [];
    private readonly HashSet<string> portfolios = new(StringComparer.Ordinal);
    private int keys;
    private UnitResult? last;
    private bool refusalTold = true;
    private List<DecisionRecord> decided = [];
    private List<DecisionRecord> documents = [];
    private List<string> attached = [];
    private (string Account, string Message) lastLeft;
    private int messages;
    private string lastBody = "";

    private Story(string name) => this.name = name;

    private Play Play => play ??= new Play(policy);

    private DateOnly Today => DateOnly.FromDateTime(now.UtcDateTime);

    /// <summary>Tells the story of a file; gives its text with every expectation as it came out.</summary>
    public static string Tell(string path)
    {
        using var story = new Story(Path.GetFileName(path));
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            try { lines[i] = story.Line(lines[i]); }
            catch (Exception e) when (e is StoryException or InvalidOperationException or InvariantBrokenException)
            {
                throw new StoryException($"{story.name} line {i + 1}: {e.Message}\n    {lines[i].Trim()}");
            }
        }
        story.NothingRefusedUntold($"{story.name}, at its end");
        var problems = Audit.Verify(story.Play.Store, []).Problems;
        if (problems.Count > 0) throw new StoryException($"{story.name}: {problems[0].Message}");
        return string.Join('\n', lines) + "\n";
    }

    private string Line(string line)
    {
        if (line.Trim().Length == 0 || line.TrimStart().StartsWith('#')) return line;
        var words = new Words(line);
        if (words.Take("day"))
        {
            var day = words.Date();
            var time = words.Take("at") ? TimeOnly.ParseExact(words.Next("a time such as 19:30"), "HH:mm", CultureInfo.InvariantCulture) : new TimeOnly(10, 0);
            var moment = new DateTimeOffset(day.ToDateTime(time), TimeSpan.Zero);
            if (moment < now) throw new StoryException("days go forward");
            now = moment;
        }
        if (words.AtEnd) return line;
        var at = words.Position;
        if (!words.Take("expect"))
        {
            NothingRefusedUntold("the line before");
            Do(words);
            words.End();
            return line;
        }
        var told = words.Rest();
        var came = Expect(new Words(told));
        return Plain(told) == Plain(came) ? line : string.Concat(line.AsSpan(0, at), "expect ", came);
    }

    private static string Plain(string text) => Regex.Replace(text.Trim(), " +", " ");

    private void NothingRefusedUntold(string where)
    {
        if (!refusalTold)
            throw new StoryException($"{where} was refused ({last!.Refused!.Refusal}: {last.Refused.Message}); say `expect refused …` if that is right");
    }

    // --- what happens ---

    private void Do(Words w)
    {
        switch (w.Next("a verb"))
        {
            case "policy": SetPolicy(w); break;
            case "live": Send(Json.Line("sending", Key(), null, ("mode", "live"))); break;
            case "shadow": Send(Json.Line("sending", Key(), null, ("mode", "shadow"))); break;
            case "stop": w.Expect("sending"); Send(Json.Line("sending", Key(), null, ("mode", "stopped"))); break;
            case "portfolio":
                var portfolio = w.Next("a portfolio");
                portfolios.Add(portfolio);
                var zone = w.Take("zone") ? w.Next("a zone") : null;
                var (calendar, holidays) = (w.Take("calendar") ? w.Next("a calendar") : null, w.Take("holiday") ? new[] { w.Date() } : null);
                Send(Json.Line("portfolio", Key(), null, ("portfolio", portfolio), ("time_zone", zone), ("calendar", calendar), ("holidays", holidays),
                    ("invoice_delivery", w.Take("delivers") ? w.Next("email or none") : null),
                    ("statements", w.Take("statements") ? w.Next("monthly, quarterly or none") : null)));
                break;
            case "account": OpenAccount(w); break;
            case "invoice":
                {
                    var (number, amount, currency) = (w.Next("a number"), w.Amount(), w.Currency());
                    w.Expect("due");
                    var due = w.Date();
                    DateOnly? serviced = w.Take("serviced") ? w.Date() : null, delivered = w.Take("delivered") ? w.Date() : null;
                    Send(Json.Line("invoice", Key(), Account(w, out var issued, "issued"), ("number", number), ("issued_on", issued), ("due_on", due),
                        ("amount", amount), ("currency", currency), ("serviced_on", serviced), ("delivered_on", delivered)));
                    break;
                }
            case "correct":
                {
                    var number = w.Next("a number");
                    decimal? amount = w.Take("amount") ? w.Amount() : null;
                    var currency = amount is null ? null : w.Currency();
                    DateOnly? due = w.Take("due") ? w.Date() : null;
                    Send(Json.Line("invoice_corrected", Key(), Account(w, out var on), ("invoice", number), ("on", on),
                        ("amount", amount), ("currency", currency), ("due_on", due)));
                    break;
                }
            case "cancel" when w.Take("plan"):
                {
                    var plan = w.Next("a plan's name");
                    Send(Json.Line("payment_plan_cancelled", Key(), Account(w, out var on), ("plan", plan), ("on", on), ("reason", "requested")));
                    break;
                }
            case "plan": Plan(w); break;
            case "note":
                {
                    var text = w.Next("a word that is noted");
                    var of = w.Take("for") ? w.Next("a number") : null;
                    Send(Json.Line("note", Named(w), Account(w, out _), ("at", now), ("text", text), ("invoice", of)));
                    break;
                }
            case "callback":
                {
                    w.Expect("at");
                    var day = w.Date();
                    var time = TimeOnly.ParseExact(w.Next("a time such as 19:30"), "HH:mm", CultureInfo.InvariantCulture);
                    var agent = w.Take("by") ? w.Next("who calls") : null;
                    Send(Json.Line("callback", Named(w), Account(w, out _), ("at", new DateTimeOffset(day.ToDateTime(time), TimeSpan.Zero)),
                        ("agent", agent)));
                    break;
                }
            case "cancel" when w.Take("callback"):
                {
                    var callback = w.Next("a callback's name");
                    Send(Json.Line("callback_cancelled", Key(), Account(w, out _), ("callback", callback), ("reason", "called us")));
                    break;
                }
            case "tag" or "untag":
                {
                    var set = w.Last == "tag";
                    var tag = w.Next("a tag");
                    Send(Json.Line("tag", Key(), Account(w, out _), ("tag", tag), ("set", set)));
                    break;
                }
            case "active":
                {
                    var kind = w.Next("what they did");
                    Send(Json.Line("activity", Key(), Account(w, out var on), ("kind", kind), ("on", on)));
                    break;
                }
            case "cancel" when w.Take("credit"):
                {
                    var number = w.Next("a number");
                    Send(Json.Line("credit_note_cancelled", Key(), Account(w, out var on), ("credit_note", number), ("on", on)));
                    break;
                }
            case "cancel" when w.Take("charge"):
                {
                    var number = w.Next("a number");
                    Send(Json.Line("charge_cancelled", Key(), Account(w, out var on), ("charge", number), ("on", on)));
                    break;
                }
            case "move":
                {
                    w.Expect("to");
                    var to = w.Next("a portfolio");
                    portfolios.Add(to);
                    var moved = Account(w, out var day);
                    Send(Json.Line("account_moved", Key(), moved, ("portfolio", to), ("on", day == Today ? null : day)));
                    break;
                }
            case "join":
                {
                    var joined = w.Next("an account");
                    w.Expect("with");
                    var with = w.Next("an account");
                    DateOnly? day = w.Take("on") ? w.Date() : null;
                    Send(Json.Line("account_joined", Key(), joined, ("with", with), ("on", day), ("reason", "the same customer")));
                    break;
                }
            case "refund":
                {
                    var (amount, currency) = (w.Amount(), w.Currency());
                    var (credit, from) = w.Take("from") ? (w.Take("credit"), w.Next("a payment or credit note")) : (false, null);
                    Send(Json.Line("refund", Named(w), Account(w, out var on), (credit ? "credit_note" : "payment", from), ("on", on),
                        ("amount", amount), ("currency", currency)));
                    break;
                }
            case "take": TakeBack(w); break;
            case "cancel":
                {
                    var number = w.Next("a number");
                    Send(Json.Line("invoice_cancelled", Key(), Account(w, out var on), ("invoice", number), ("on", on)));
                    break;
                }
            case "pay":
                {
                    var (amount, currency) = (w.Amount(), w.Currency());
                    var named = new List<(string, decimal)>();
                    if (w.Take("for")) do named.Add((w.Next("a number"), w.IsAmount ? w.Amount() : amount)); while (w.Take("and"));
                    Send(Json.Line("payment", Named(w), Account(w, out var on), ("on", on), ("amount", amount),
                        ("currency", currency), ("for", named.Count == 0 ? null : named)));
                    break;
                }
            case "reverse":
                {
                    var payment = w.Next("a payment's name");
                    Send(Json.Line("payment_reversed", Key(), Account(w, out var on), ("payment", payment), ("on", on), ("reason", "returned")));
                    break;
                }
            case "credit":
                {
                    var (number, amount, currency) = (w.Next("a number"), w.Amount(), w.Currency());
                    var invoice = w.Take("for") ? w.Next("a number") : null;
                    Send(Json.Line("credit_note", Key(), Account(w, out var on), ("number", number), ("on", on), ("amount", amount),
                        ("currency", currency), ("invoice", invoice)));
                    break;
                }
            case "apply":
                {
                    var (amount, currency) = (w.Amount(), w.Currency());
                    w.Expect("of");
                    var credit = w.Take("credit");
                    var from = w.Next("a payment or credit note");
                    w.Expect("to");
                    var invoice = w.Next("a number");
                    Send(Json.Line("allocation", Key(), Account(w, out var on), (credit ? "credit_note" : "payment", from), ("invoice", invoice), ("on", on),
                        ("amount", amount), ("currency", currency)));
                    break;
                }
            case "charge":
                {
                    var (number, amount, currency) = (w.Next("a number"), w.Amount(), w.Currency());
                    DateOnly? due = w.Take("due") ? w.Date() : null;
                    Send(Json.Line("charge", Key(), Account(w, out var on), ("number", number), ("on", on), ("due_on", due), ("kind", "fee"),
                        ("amount", amount), ("currency", currency)));
                    break;
                }
            case "waive": Reduce(w, "waiver", "charge"); break;
            case "write": w.Expect("off"); Reduce(w, "write_off", "invoice"); break;
            case "ledger":
                {
                    w.Expect("says");
                    var (number, amount, currency) = (w.Next("a number"), w.Amount(), w.Currency());
                    Send(Json.Line("open_balance", Key(), Account(w, out var on), ("invoice", number), ("on", on), ("balance", amount),
                        ("currency", currency), ("reason", "the ledger")));
                    break;
                }
            case "dispute":
                {
                    var invoice = w.AtEnd || w.IsWord("as", "of", "on") ? null : w.Next("a number");
                    Send(Json.Line("dispute_opened", Named(w), Account(w, out var on), ("invoice", invoice), ("on", on), ("reason", "quality")));
                    break;
                }
            case "settle":
                {
                    var dispute = w.Next("a dispute's name");
                    Send(Json.Line("dispute_closed", Key(), Account(w, out var on), ("dispute", dispute), ("on", on), ("outcome", "rejected")));
                    break;
                }
            case "promise":
                {
                    var (amount, currency) = (w.Amount(), w.Currency());
                    w.Expect("by");
                    var due = w.Date();
                    Send(Json.Line("promise", Named(w), Account(w, out var on), ("on", on), ("due_on", due), ("amount", amount), ("currency", currency)));
                    break;
                }
            case "hold":
                {
                    var from = w.Date();
                    w.Expect("to");
                    var to = w.Date();
                    Send(Json.Line("hold", Named(w), Account(w, out _), ("from", from), ("to", to), ("reason", "requested")));
                    break;
                }
            case "release":
                {
                    var hold = w.Next("a hold's name");
                    Send(Json.Line("hold_released", Key(), Account(w, out var on), ("hold", hold), ("on", on)));
                    break;
                }
            case "opt":
                var granted = !w.Take("out");
                if (granted) w.Expect("in");
                var channel = w.Next("a channel");
                Send(Json.Line("consent", Key(), Account(w, out var said), ("channel", channel), ("granted", granted),
                    ("on", said == DateOnly.FromDateTime(now.UtcDateTime) ? null : said)));
                break;
            case "call":
                {
                    var outcome = w.Next("an outcome");
                    var result = w.Take("result") ? w.Next("a result") : null;
                    var promise = w.Take("promise") ? w.Next("a promise's name") : null;
                    Send(Json.Line("contact", Key(), Account(w, out _), ("at", now), ("channel", "call"), ("direction", "outbound"),
                        ("outcome", outcome), ("agent", "ann"), ("result", result), ("promise", promise)));
                    break;
                }
            case "erase": Send(Json.Line("erasure", Key(), Account(w, out _), ("reason", "asked for"))); break;
            case "address":
                {
                    var address = w.Next("an address");
                    Send(Json.Line("contact_point", Key(), Account(w, out _), ("channel", "email"), ("address", address)));
                    break;
                }
            case "bounce": Send(Json.Line("message_bounced", Key(), lastLeft.Account, ("message", lastLeft.Message), ("kind", "hard"))); break;
            case "request":
                {
                    w.Expect("statement");
                    DateOnly? from = w.Take("from") ? w.Date() : null;
                    Send(Json.Line("statement_requested", Key(), Account(w, out var on), ("on", on), ("from", from)));
                    break;
                }
            case "run": Run(w.Take("all")); break;
            case "dispatch": Dispatch(); break;
            default: throw new StoryException($"'{w.Last}' is no verb of a story; docs/stories.md lists them");
        }
    }

    private void SetPolicy(Words w)
    {
        if (play is not null) throw new StoryException("the policy comes before everything else");
        var which = w.Next("a policy");
        var text = which == "default" ? ShippedPolicies.Default.Text : File.ReadAllText(Path.Combine(StoryTests.Folder, which + ".yaml"));
        while (w.Take("with"))
        {
            var field = w.Next("a field");
            var value = w.Next("a value");
            if (!Regex.IsMatch(text, $"(?m)^{field}: .*$")) throw new StoryException($"the policy has no line '{field}: …'");
            text = Regex.Replace(text, $"(?m)^{field}: .*$", $"{field}: {value}");
        }
        policy = Policy.Parse(text, which);
    }

    private void OpenAccount(Words w)
    {
        var account = w.Next("an account");
        string? party = null, portfolio = null, zone = null, country = null,
            email = $"{account.ToLowerInvariant()}@customer.example", phone = null, kind = null;
        while (!w.AtEnd)
        {
            if (w.Take("party")) party = w.Next("a party");
            else if (w.Take("portfolio")) portfolio = w.Next("a portfolio");
            else if (w.Take("zone")) zone = w.Next("a zone");
            else if (w.Take("country")) country = w.Next("a country");
            else if (w.Take("phone")) phone = w.StartsWith('+') ? w.Next("a number") : "+49301234567";
            else if (w.Take("consumer")) kind = "consumer";
            else if (w.Take("without")) { w.Expect("email"); email = null; }
            else throw new StoryException($"'{w.Next("")}' says nothing of an account");
        }
        Send(Json.Line("account", Key(), account, ("party", party), ("portfolio", portfolio), ("time_zone", zone), ("country", country), ("email", email),
            ("phone", phone), ("kind", kind), ("name", $"Customer {account}")));
        if (portfolio is not null) portfolios.Add(portfolio);
        if (accounts.Count == 0) defaultAccount = account;
        accounts.Add(account);
    }

    private void Plan(Words w)
    {
        var items = new List<string>();
        if (w.Take("for")) do items.Add(w.Next("a number")); while (w.Take("and"));
        var more = new List<(string, object?)> { ("items", items.Count == 0 ? null : items) };
        if (w.Take("pays"))
        {
            var parts = new List<(DateOnly, decimal)>();
            do
            {
                var amount = w.Amount();
                w.Expect("by");
                parts.Add((w.Date(), amount));
            }
            while (w.Take("and"));
            more.AddRange([("instalments", parts), ("currency", w.Currency())]);
        }
        else
        {
            var number = w.Amount();
            var counted = w.Take("times");
            if (!counted) w.Expect("each");
            more.AddRange([(counted ? "count" : "amount", counted ? (object)(int)number : number), ("currency", counted ? null : "EUR")]);
            w.Expect("from");
            more.Add(("first_on", w.Date()));
            w.Expect("every");
            more.Add(("every", w.Next("week, two_weeks, month or payday")));
            if (w.IsAmount) more.Add(("payday", (int)w.Amount()));
            if (w.Take("remainder")) more.Add(("remainder", w.Next("spread, first or last")));
            if (w.Take("interest")) more.Add(("interest", w.Next("percent a year")));
        }
        Send(Json.Line("payment_plan", Named(w), Account(w, out var on), [("on", on), .. more]));
    }

    private void TakeBack(Words w)
    {
        if (!w.Take("back"))
        {
            var (credit, from) = (w.Take("credit"), w.Next("a payment or credit note"));
            w.Expect("off");
            Reduce(w, "allocation_reversed", "invoice", (credit ? "credit_note" : "payment", from));
            return;
        }
        switch (w.Next("refund, cancellation, waiver, write off, promise or note"))
        {
            case "refund":
                {
                    var refund = w.Next("a refund's name");
                    Send(Json.Line("refund_reversed", Key(), Account(w, out var on), ("refund", refund), ("on", on), ("reason", "returned")));
                    break;
                }
            case "cancellation":
                {
                    var number = w.Next("a number");
                    Send(Json.Line("cancellation_reversed", Key(), Account(w, out var on), ("invoice", number), ("on", on), ("reason", "a mistake")));
                    break;
                }
            case "note":
                {
                    var note = w.Next("a note's name");
                    Send(Json.Line("note_withdrawn", Key(), Account(w, out _), ("note", note), ("reason", "a mistake")));
                    break;
                }
            case "promise":
                {
                    var promise = w.Next("a promise's name");
                    Send(Json.Line("promise_withdrawn", Key(), Account(w, out var on), ("promise", promise), ("on", on), ("reason", "error")));
                    break;
                }
            case "waiver": Reduce(w, "waiver_reversed", "charge"); break;
            case "write": w.Expect("off"); Reduce(w, "write_off_reversed", "invoice"); break;
            default: throw new StoryException($"'{w.Last}' is nothing to take back; docs/stories.md lists what is");
        }
    }

    private void Reduce(Words w, string type, string field, params ReadOnlySpan<(string, object?)> more)
    {
        var number = w.Next("a number");
        decimal? amount = w.IsAmount ? w.Amount() : null;
        var currency = amount is null ? null : w.Currency();
        Send(Json.Line(type, Key(), Account(w, out var on),
            [(field, number), ("on", on), ("amount", amount), ("currency", currency), ("reason", "uncollectible"), .. more]));
    }

    /// <summary>Behind every fact may stand whose it is and on which day it took effect: "of A2 on 2026-03-01".</summary>
    private string Account(Words w, out DateOnly on, string onWord = "on")
    {
        var account = w.Take("of") ? w.Next("an account") : defaultAccount;
        on = w.Take(onWord) ? w.Date() : Today;
        if (accounts.Count > 0) return account;
        accounts.Add(account);
        Send(Json.Line("account", Key(), account, ("email", "a1@customer.example"), ("phone", "+49301234567"), ("name", "Customer A1")));
        return account;
    }

    private string Named(Words w) => w.Take("as") ? w.Next("a name") : Key();

    private string Key() => $"key-{++keys}";

    private void Send(string line)
    {
        last = Play.Take([new Step.Send(now, [line])])[0].Result;
        refusalTold = last.Status != UnitStatus.Refused;
    }

    private void Run(bool all)
    {
        Play.News();
        if (Play.Run(new Step.Run(now, Today, all)) is null)
            throw new StoryException($"a run as of {Today:yyyy-MM-dd} is refused: something of a later business date is known already");
        var came = Play.News().Where(r => r.Kind == "decided").Select(r => ((DecisionEvent.Made)Play.EventOf(r)).Decision).ToList();
        decided = came.FindAll(d => d.Document is null);
        documents = came.FindAll(d => d.Document is not null);
    }

    private void Dispatch()
    {
        Play.News();
        messages += Play.Dispatch(now).Sent;
        attached = [];
        foreach (var row in Play.News())
            if (Play.EventOf(row) is MessageEvent.Released released)
            {
                var text = new Dispatcher(Play.Door, new Dictionary<string, ChannelPort>(StringComparer.Ordinal))
                    .TextOf(row.Party, Play.Store.Party(row.Party)!.Value.State.LastSeq, released.Message);
                lastBody = text?.Body ?? "";
                lastLeft = (row.Account, released.Message);
                attached.AddRange(text?.Attachments?.Select(a => a.FileName) ?? []);
            }
    }

    public void Dispose() => play?.Dispose();
}

internal sealed class StoryException(string message) : Exception(message);
