using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Statistics;
using Recoup.Storage.Work;
using Recoup.Tests.Properties;
using Step = Recoup.Tests.Properties.Step;

namespace Recoup.Tests.Stories;

/// <summary>Figures by channel and owner, from the store's own cells: waiting, merged, folded again, and as known before.</summary>
public sealed class DimensionTests
{
    private static readonly DateTimeOffset At = new(2026, 4, 20, 10, 0, 0, TimeSpan.Zero);

    private static readonly DateOnly Day = new(2026, 4, 20);

    private static void Send(Play play, params string[] lines)
    {
        foreach (var line in lines) play.Take([new Step.Send(At, [line])])[0].Result.Refused.ShouldBeNull(line);
    }

    private static string Contact(string key, string account, string channel, string? agent) =>
        $$"""{"type":"contact","key":"{{key}}","account":"{{account}}","at":"2026-04-20T09:00:00Z","channel":"{{channel}}","direction":"outbound","""
        + $$"""{{(agent is null ? "" : $"\"agent\":\"{agent}\",")}}"outcome":"right_party"}""";

    private static string[] Told(IMeasureSource cells, params Dimension[] by) =>
    [
        .. new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95).Answer(new KpiQuestion(Day) { Kpis = ["proactive_collection_actions"], By = by })
            .Select(r => $"{string.Join('/', by.Select(d => r.Of(d) ?? "-"))} {r.Value}"),
    ];

    [Fact]
    public void Cells_keep_the_channel_and_the_owner_however_they_are_stored()
    {
        using var play = new Play();
        Send(play, """{"type":"account","key":"a","account":"A1","portfolio":"north"}""", """{"type":"account","key":"b","account":"B1","portfolio":"south"}""",
            Contact("c1", "A1", "call", "ann"), Contact("c2", "A1", "call", "bob"), Contact("c3", "A1", "email", null));
        Check("north", ["call 2", "email 1"], ["- 1", "ann 1", "bob 1"]);
        play.Door.MergeCells(always: true);
        Check("north", ["call 2", "email 1"], ["- 1", "ann 1", "bob 1"]);
        // Beside what is merged, and into the same cells.
        Send(play, Contact("c4", "B1", "call", "ann"), Contact("c5", "B1", "letter", "ann"));
        Check("south", ["call 3", "email 1", "letter 1"], ["- 1", "ann 3", "bob 1"]);
        play.Door.MergeCells(always: true);
        Check("south", ["call 3", "email 1", "letter 1"], ["- 1", "ann 3", "bob 1"]);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
        Audit.Rebuild(play.Store).Ok.ShouldBeTrue();
        Check("south", ["call 3", "email 1", "letter 1"], ["- 1", "ann 3", "bob 1"]);

        // What is wrong in a value alone is found.
        play.Store.Exec("UPDATE cell SET own = 'call' WHERE own LIKE 'letter%'");
        Audit.Verify(play.Store, []).Problems.ShouldNotBeEmpty();

        void Check(string last, string[] byChannel, string[] byOwner)
        {
            var readings = new Readings(play.Store);
            readings.Read(live =>
            {
                foreach (var cells in new[] { live, readings.KnownAt(At.AddDays(1)) })
                {
                    Told(cells, Dimension.Channel).ShouldBe(byChannel);
                    Told(cells, Dimension.Owner).ShouldBe(byOwner);
                    Told(cells, Dimension.Portfolio)[^1].ShouldStartWith(last);
                }
                return 0;
            });
        }
    }
}
