using System.Globalization;
using System.Text;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Workspace;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Browser;

/// <summary>
/// A data folder as months of work leave it, made by the program's own door, runs and dispatch: two portfolios, items
/// in every bucket, a dispute, a promise, a hold, calls and proposals waiting, and one message of unknown fate.
/// </summary>
internal static class SmallBusiness
{
    /// <summary>A Monday.</summary>
    public static readonly DateOnly First = new(2025, 10, 6);

    public static readonly DateOnly Last = new(2026, 2, 16);

    /// <summary>Just after the last day's run; a server's clock begins here.</summary>
    public static readonly DateTimeOffset Now = new(2026, 2, 16, 10, 30, 0, TimeSpan.Zero);

    /// <summary>Owes three invoices, was written to, and has a call waiting.</summary>
    public const string Slow = "D1003";

    private const int Accounts = 24;
    private const int DaysBetween = 7;

    public static void Make(string folder)
    {
        using var store = Store.Open(folder);
        var clock = new Clock();
        for (var day = First; day <= Last; day = day.AddDays(DaysBetween))
        {
            clock.Now = new DateTimeOffset(day, new TimeOnly(9, 0), TimeSpan.Zero);
            Door Door(string operation) => new(store, operation, clock, TemplateWriter.Shipped);
            foreach (var line in day == First ? [.. Beginning(), .. Facts(day)] : Facts(day)) Send(Door("import"), line, clock.Now);
            clock.Now = clock.Now.AddHours(1);
            new DailyRun(Door("run")).Run(day, clock.Now, acceptVolume: true);
            clock.Now = clock.Now.AddMinutes(5);
            new Dispatcher(Door("dispatch"), Channels(store, day)).Dispatch(clock.Now);
        }
        foreach (var (user, role, portfolios) in new[] { ("ann", "agent", (string[]?)["DACH"]), ("max", "manager", null) })
            UserAccounts.Set(new Door(store, "user", clock, TemplateWriter.Shipped), user,
                _ => new UserDetails(user, role) { Name = $"{user} example", Team = "north", Portfolios = portfolios }, "test", clock.Now);
    }

    /// <summary>The folder of sent mail; on one day the line broke while one message was on its way.</summary>
    private static Dictionary<string, ChannelPort> Channels(Store store, DateOnly day)
    {
        var folder = new MailFolder(store.MailFolder, store.WorkspaceId);
        return new Dictionary<string, ChannelPort>(StringComparer.Ordinal)
        {
            [Channel.Email] = new(folder.IsIdempotent, (messages, now) =>
                [.. folder.Send(messages, now).Select((answer, i) =>
                    i == 0 && day == Last.AddDays(-DaysBetween) ? ChannelAnswer.Unknown("the connection broke after the text was sent") : answer)]),
        };
    }

    private static IEnumerable<string> Beginning()
    {
        yield return """
            {"type":"portfolio","key":"p1","portfolio":"DACH","creditor":"Muster Werkzeuge GmbH","sender":"buchhaltung@muster.example",
            """ + """
            "bank_details":"IBAN DE02 1203 0000 0000 2020 51","time_zone":"Europe/Berlin","calendar":"target"}
            """;
        yield return """
            {"type":"portfolio","key":"p2","portfolio":"UK","creditor":"Muster Tools Ltd","sender":"accounts@muster.example",
            """ + """
            "bank_details":"Sort code 00-00-00","time_zone":"Europe/London","calendar":"weekdays"}
            """;
        yield return """{"type":"sending","key":"live","mode":"live"}""";
        for (var n = 0; n < Accounts; n++)
        {
            var uk = n >= Accounts * 2 / 3;
            var mail = n % 7 == 6 ? "" : $",\"email\":\"ap@customer{n}.example\"";
            yield return $$"""
                {"type":"account","key":"a{{n}}","account":"{{Id(n)}}","name":"{{Name(n)}}","portfolio":"{{(uk ? "UK" : "DACH")}}","kind":"business"{{mail}},
                """ + $$"""
                "phone":"+4930{{1000000 + n}}","country":"{{(uk ? "GB" : "DE")}}","language":"{{(uk ? "en" : "de")}}"}
                """;
        }
    }

    /// <summary>Each customer gets an invoice every third week; every third one pays late, every fourth not at all.</summary>
    private static IEnumerable<string> Facts(DateOnly day)
    {
        var week = (day.DayNumber - First.DayNumber) / DaysBetween;
        for (var n = 0; n < Accounts; n++)
        {
            var id = Id(n);
            var currency = n >= Accounts * 2 / 3 ? "GBP" : "EUR";
            if ((week + n) % 3 == 0) yield return $$"""
                {"type":"invoice","key":"i{{n}}-{{week}}","account":"{{id}}","number":"{{Number(n, week)}}","issued_on":"{{Day(day)}}",
                """ + $$"""
                "due_on":"{{Day(day.AddDays(14))}}","amount":"{{Amount(n, week)}}","currency":"{{currency}}"}
                """;
            var late = n % 3 == 0 ? 6 : 3;
            if (n % 4 != 3 && (week - late + n) % 3 == 0 && week >= late)
                yield return $$"""
                    {"type":"payment","key":"y{{n}}-{{week}}","account":"{{id}}","on":"{{Day(day)}}","amount":"{{Amount(n, week - late)}}",
                    """ + $$"""
                    "currency":"{{currency}}","for":[{"invoice":"{{Number(n, week - late)}}","amount":"{{Amount(n, week - late)}}"}]}
                    """;
        }
        if (day == Last)
        {
            yield return $$"""
                {"type":"promise","key":"pr1","account":"{{Id(7)}}","on":"{{Day(day)}}","due_on":"{{Day(day.AddDays(5))}}","amount":"500.00","currency":"EUR"}
                """;
            yield return $$"""{"type":"note","key":"n1","account":"{{Id(7)}}","at":"{{Day(day)}}T08:15:00Z","text":"pays on Fridays"}""";
            yield return $$"""{"type":"callback","key":"b1","account":"{{Id(11)}}","at":"{{Day(day.AddDays(1))}}T10:00:00Z","agent":"ann","about":"a box"}""";
            yield return $$"""{"type":"tag","key":"t1","account":"{{Slow}}","tag":"key account","set":true}""";
            yield return $$"""{"type":"dispute_opened","key":"d1","account":"{{Id(11)}}","on":"{{Day(day)}}","reason":"quality"}""";
        }
    }

    /// <summary>An account with everything at once and as long as it gets.</summary>
    public const string Everything = "X0001-INTERNATIONAL-2025";

    /// <summary>Adds that account to a folder.</summary>
    public static void AddEverything(string folder)
    {
        using var store = Store.Open(folder, create: false);
        var day = Day(Last);
        List<string> lines =
        [
            $$"""
                {"type":"account","key":"x","account":"{{Everything}}",
                """ + $$"""
                "name":"Oberösterreichische Maschinenbau- und Landwirtschaftsgerätehandelsgesellschaft mbH & Co. Kommanditgesellschaft",
                """ + $$"""
                "portfolio":"DACH","kind":"business","email":"kreditorenbuchhaltung.zentrale@oberoesterreichische-landwirtschaft.example",
                """ + $$"""
                "country":"DE","language":"de"}
                """,
        ];
        foreach (var (currency, decimals) in new[] { ("CHF", ".50"), ("EUR", ".50"), ("GBP", ".50"), ("JPY", ""), ("KWD", ".125"), ("USD", ".50") })
            for (var n = 1; n <= 2; n++)
                lines.Add($$"""
                    {"type":"invoice","key":"x{{currency}}{{n}}","account":"{{Everything}}","number":"RE-2025/0000-{{currency}}-{{n}}",
                    """ + $$"""
                    "issued_on":"2025-10-0{{n}}","due_on":"2025-11-0{{n}}","amount":"{{9876543 * n}}{{decimals}}","currency":"{{currency}}"}
                    """);
        lines.Add(
            $$"""{"type":"dispute_opened","key":"xd","account":"{{Everything}}","on":"{{day}}","reason":"not received","invoice":"RE-2025/0000-USD-1"}""");
        lines.Add($$"""{"type":"promise","key":"xp","account":"{{Everything}}","on":"{{day}}","due_on":"2026-02-27","amount":"500000.00","currency":"EUR"}""");
        lines.Add($$"""
            {"type":"hold","key":"xh","account":"{{Everything}}","from":"{{day}}","to":"2026-03-31",
            """ + $$"""
            "reason":"asked for by the customer's lawyer, who wants to look at each delivery of the last year first"}
            """);
        lines.Add($$"""
            {"type":"note","key":"xn","account":"{{Everything}}","at":"{{day}}T09:00:00Z","invoice":"RE-2025/0000-USD-1",
            """ + $$"""
            "text":"{{string.Join(' ', Enumerable.Repeat("Mentions the Zwischenlagerbestandsaufnahme of last autumn again.", 12))}}"}
            """);
        lines.Add($$"""{"type":"callback","key":"xb","account":"{{Everything}}","at":"2026-04-01T09:00:00Z","agent":"somebody-with-a-long-name"}""");
        foreach (var tag in new[] { "landwirtschaftsgeraete", "key account of the whole group abroad", "vip" })
            lines.Add($$"""{"type":"tag","key":"x-{{tag}}","account":"{{Everything}}","tag":"{{tag}}","set":true}""");
        lines.Add($$"""{"type":"consent","key":"xc","account":"{{Everything}}","channel":"email","granted":false,"on":"{{day}}","reason":"told"}""");
        lines.Add($$"""{"type":"payment","key":"xy","account":"{{Everything}}","on":"{{day}}","amount":"12345678.90","currency":"CHF"}""");
        foreach (var line in lines) Send(new Door(store, "import", new Clock { Now = Now }, TemplateWriter.Shipped), line, Now);
    }

    public static string Id(int n) => (n >= Accounts * 2 / 3 ? "U" : "D") + (1000 + n).ToString(CultureInfo.InvariantCulture);

    private static string Name(int n) => $"{new[] { "Adler", "Birk", "Cedar", "Dorn", "Eller", "Falk" }[n % 6]} "
        + $"{new[] { "Optics", "Foods", "Print", "Motors" }[n / 6]} {(n >= Accounts * 2 / 3 ? "Ltd" : "GmbH")}";

    private static string Number(int n, int week) => $"R-{(n * 100 + week).ToString("D4", CultureInfo.InvariantCulture)}";

    private static string Amount(int n, int week) => (120 + n * 37 % 900 + week * 11).ToString(CultureInfo.InvariantCulture) + ".40";

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static void Send(Door door, string json, DateTimeOffset at)
    {
        var problems = new List<InputProblem>();
        var input = InputJson.Parse(Encoding.UTF8.GetBytes(json), "test", problems);
        input.ShouldNotBeNull(string.Join("; ", problems));
        var result = door.Take([new InputUnit(0, [input], at)]);
        result.Units[0].Refused.ShouldBeNull(json);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
