using System.Text.RegularExpressions;
using Recoup.Core;
using Recoup.Core.Cells;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Recovery;

namespace Recoup.House;

/// <summary>Acts are a closed union: each is in the list, is written and folded, and no other code knows one by its word.</summary>
public sealed partial class ActTests
{
    public static TheoryData<string> Words => [.. Act.All.Select(a => a.Word)];

    [Fact]
    public void Every_class_of_act_is_in_the_list() => Act.All.Select(a => a.GetType())
        .ShouldBe(CompiledCode.Core.GetTypes().Where(t => t.IsSubclassOf(typeof(Act)) && !t.IsAbstract), ignoreOrder: true);

    [Fact]
    public void No_two_share_a_word_or_a_kind_of_work()
    {
        Act.All.Select(a => a.Word).ShouldBeUnique();
        Act.Works.Select(w => w.Kind).ShouldBeUnique();
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void An_act_is_written_and_read_again(string word)
    {
        var (kind, version, payload) = EventCodec.Encode(Decided(Act.Of(word), intent: null));
        System.Text.Encoding.UTF8.GetString(payload).ShouldContain($"\"action\":\"{word}\"");
        ((DecisionEvent.Made)EventCodec.Decode(kind, version, payload)).Decision.Action.ShouldBeSameAs(Act.Of(word));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void An_act_has_an_arm_in_the_fold(string word)
    {
        var act = Act.Of(word);
        var state = new PartyState { Id = "x" };
        var row = (JournalRow)MadeUp.Of(typeof(JournalRow));
        // What waits opens nothing.
        Fold.Apply(state, Envelope.Of(row), Decided(act, act is Act.Waiting ? null : "i1"), new CellDeltas());
        state.Pending.Count.ShouldBe(act is Act.Waiting ? 0 : 1, $"{word} opens nothing in the fold");
        if (act is Act.Work work) (state.WorkItems["i1"].Kind, state.WorkItems["i1"].Owner).ShouldBe((work.Kind, work.Owner));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void An_act_has_words_and_work_has_somebody_who_does_it(string word)
    {
        var act = Act.Of(word);
        DecisionWords.Did(Decided(act, null).Decision).ShouldNotBeNullOrWhiteSpace();
        if (act is Act.Work work) (work.Mover == NextMove.Agent || work.Mover == NextMove.Manager).ShouldBeTrue();
    }

    [Fact]
    public void No_act_is_known_by_its_word_elsewhere() =>
        Repository.Lines(Repository.Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && Path.GetExtension(f) is ".cs" or ".razor")
            .Where(f => !f.EndsWith("/Policies/Act.cs", StringComparison.Ordinal)),
            line => Compared().IsMatch(line) || Own().IsMatch(line)).ShouldBeEmpty();

    private static DecisionEvent.Made Decided(Act act, string? intent) => new(new DecisionRecord
    {
        Portfolio = "main", Policy = 1, Segment = "all", Strategy = "s", Action = act, Rule = "r", Step = "one", Score = 50, Intent = intent, Channel = "email",
        Template = "t", Tone = "neutral", NotBefore = DateTimeOffset.UnixEpoch, Facts = new FactsRecord("EUR", 0, 0, 0, 0, 0, 0),
    });

    [GeneratedRegex(@"\bAction(\.Word)?\s*(==|!=|:|is|is not|switch)\s*""", RegexOptions.CultureInvariant)]
    private static partial Regex Compared();

    /// <summary>Words that mean nothing but an act; the others are words of much else too.</summary>
    [GeneratedRegex(@"""(propose_placement|find_place|find_contact)""", RegexOptions.CultureInvariant)]
    private static partial Regex Own();
}
