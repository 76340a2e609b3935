using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Bench;

/// <summary>A party of very many open items beside one of ten: what a decision or a payment costs follows due days, not items.</summary>
internal static partial class Sections
{
    private const int FewItems = 10;

    public static void Party(int items, List<Figure> figures)
    {
        using var ground = new Ground();
        var day = Ledger.First.AddDays(120);
        var door = ground.Door("import", day);
        Progress.Say($"party: {items:N0} items");
        var few = Party(door, "SMALL", FewItems);
        Host.ForgetPeak();
        var many = Party(door, "LARGE", items);
        figures.Add(new Figure($"{items:N0} items taken in", items / many, Unit.PerSecond));
        figures.Add(new Figure("taking them in, peak memory", Host.PeakMebibytes(), Unit.Megabytes) { Goal = Goal.Memory });
        foreach (var (what, json) in new (string, Func<string, int, string>)[]
        {
            ("payment for one invoice", (a, i) => $$"""
                {"type":"payment","key":"pf-{{a}}-{{i}}","account":"{{a}}","on":"2024-03-01","amount":"10.00",
                """ + $$"""
                "currency":"EUR","for":[{"invoice":"I{{i}}","amount":"10.00"}]}
                """),
            ("payment, oldest first",
                (a, i) => $$"""{"type":"payment","key":"po-{{a}}-{{i}}","account":"{{a}}","on":"2024-03-01","amount":"10.00","currency":"EUR"}"""),
            ("one more invoice", (a, i) => $$"""
                {"type":"invoice","key":"n-{{a}}-{{i}}","account":"{{a}}","number":"N{{i}}","issued_on":"2024-03-01",
                """ + $$"""
                "due_on":"2024-03-31","amount":"10.00","currency":"EUR"}
                """),
        })
        {
            few = Each(door, "SMALL", json);
            many = Each(door, "LARGE", json);
            figures.Add(new Figure(what, many * 1000, Unit.Milliseconds) { Limit = new Limit($"with {FewItems} items", few * 1000) });
        }
        var run = Time(() => ground.Run(day.AddDays(32), all: false, "party"));
        figures.Add(new Figure("the daily run over both", run * 1000, Unit.Milliseconds));
    }

    private static double Party(Door door, string account, int items)
    {
        door.Take([new InputUnit(0, [Parse($$"""{"type":"account","key":"a-{{account}}","account":"{{account}}"}""")])]);
        return Time(() =>
        {
            foreach (var part in Enumerable.Range(0, items).Chunk(Intake.PartSize))
            {
                door.Take([.. part.Select(i => new InputUnit(0, [Parse($$"""
                    {"type":"invoice","key":"i-{{account}}-{{i}}","account":"{{account}}","number":"I{{i}}",
                    """ + $$"""
                    "issued_on":"{{Ledger.First.AddDays(i % 60):yyyy-MM-dd}}","due_on":"{{Ledger.First.AddDays(i % 60 + 30):yyyy-MM-dd}}",
                    """ + $$"""
                    "amount":"100.00","currency":"EUR"}
                    """)]))]);
                Progress.Now(() => $"party: {part[0]:N0} items");
            }
        });
    }

    private static double Each(Door door, string account, Func<string, int, string> json)
    {
        const int times = 9;
        var seconds = new double[times];
        for (var i = 0; i < times; i++)
        {
            var input = Parse(json(account, i));
            seconds[i] = Time(() => door.Take([new InputUnit(0, [input])]));
        }
        Array.Sort(seconds);
        return seconds[times / 2];
    }
}
