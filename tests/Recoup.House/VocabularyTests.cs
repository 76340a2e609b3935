using System.Reflection.Emit;
using System.Text.Json;
using System.Text.RegularExpressions;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.House;

/// <summary>Events, inputs and refusals are closed unions: each member is written, read and taken somewhere, and none is connected to nothing.</summary>
public sealed partial class VocabularyTests
{
    private static readonly Type[] Events = [.. CompiledCode.Core.GetTypes().Where(t => t.IsSubclassOf(typeof(Event)) && !t.IsAbstract)];

    private static readonly Type[] Inputs = [.. CompiledCode.Core.GetTypes().Where(t => t.IsSubclassOf(typeof(Input)) && !t.IsAbstract)];

    /// <summary>What Recoup tells itself; none of these may come from outside.</summary>
    private static readonly Type[] OwnInputs = [typeof(Input.Review), typeof(Input.Release), typeof(Input.ChannelResult), typeof(PaymentInput.Unpaid),
        typeof(DisputeInput.Unlisted)];

    /// <summary>Events that journals knew by these names before their chapters had their own; what is not listed is named as its class is.</summary>
    private static readonly Dictionary<string, string> FormerNames = new(StringComparer.Ordinal)
    {
        ["InvoiceEvent.CancellationReversed"] = "cancellation_reversed", ["InvoiceEvent.Adjusted"] = "item_adjusted",
        ["PaymentEvent.CashApplied"] = "cash_applied", ["PaymentEvent.Refunded"] = "refund_made", ["PaymentEvent.RefundReversed"] = "refund_reversed",
        ["PaymentEvent.AllocationReversed"] = "allocation_reversed", ["CreditEvent.Granted"] = "credit_noted",
        ["CreditEvent.Cancelled"] = "credit_note_cancelled", ["ChargeEvent.WaiverReversed"] = "waiver_reversed", ["WriteOffEvent.Made"] = "written_off",
        ["DecisionEvent.Made"] = "decided", ["WorkspaceEvent.PortfolioSet"] = "portfolio_set", ["WorkspaceEvent.PolicyAdopted"] = "policy_adopted",
        ["WorkspaceEvent.CatalogAdopted"] = "catalog_adopted", ["WorkspaceEvent.SendingSet"] = "sending_set",
        ["WorkspaceEvent.ApiKeyAdded"] = "api_key_added", ["WorkspaceEvent.ApiKeyRevoked"] = "api_key_revoked",
        ["WorkspaceEvent.RunBegan"] = "run_began", ["WorkspaceEvent.RunEnded"] = "run_ended",
        ["WorkspaceEvent.OpenItemsListed"] = "open_items_listed",
    };

    public static TheoryData<string> EventNames => [.. Events.Select(NameOf)];

    public static TheoryData<string> InputNames => [.. Inputs.Select(NameOf)];

    public static TheoryData<string> KindNames => [.. InputKinds.All.Select(k => k.Name)];

    // --- events ---

    [Theory]
    [MemberData(nameof(EventNames))]
    public void An_event_is_written_and_read_again(string name)
    {
        var e = MadeEvent(name);
        var known = EventCodec.All.SingleOrDefault(k => k.Info.Type == e.GetType());
        known.ShouldNotBeNull($"{name} is in the list of no chapter");
        var (kind, version, payload) = EventCodec.Encode(e);
        // As the class is named, with its chapter's word before it: PromiseEvent.Made is promise_made.
        var named = JsonNamingPolicy.SnakeCaseLower.ConvertName(name.Replace("Event.", "", StringComparison.Ordinal));
        kind.ShouldBe(FormerNames.GetValueOrDefault(name, named));
        FormerNames.GetValueOrDefault(name).ShouldNotBe(named, "a former name that is no other");
        EventCodec.Encode(EventCodec.Decode(kind, version, payload)).Payload.ShouldBe(payload);
    }

    [Theory]
    [MemberData(nameof(EventNames))]
    public void An_event_has_words_on_a_page(string name)
    {
        // What is made up may make no sense; that there is an arm for it shows all the same.
        try { Server.Words.EventWords.Of(MadeEvent(name)).What.ShouldNotBeEmpty(); }
        catch (Exception e) when (e is not (System.Diagnostics.UnreachableException or ShouldAssertException))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
        }
    }

    [Theory]
    [MemberData(nameof(EventNames))]
    public void An_event_has_an_arm_in_exactly_one_fold(string name)
    {
        var e = MadeEvent(name);
        var row = (JournalRow)MadeUp.Of(typeof(JournalRow));
        var byParty = Takes(() => Fold.Apply(new PartyState { Id = "x" }, Envelope.Of(row), e, new CellDeltas()));
        var byWorkspace = Takes(() => new WorkspaceState().Apply(row, e));
        (byParty ^ byWorkspace).ShouldBeTrue(byParty ? $"{name} is folded twice" : $"{name} is folded by nobody");

        // The made-up event means nothing to an empty state: any failure will do, but for the default arm's.
        static bool Takes(Action apply)
        {
            try { apply(); }
            catch (InvariantBrokenException broken) when (broken.Message.Contains("is no event of", StringComparison.Ordinal)) { return false; }
            catch (Exception) { return true; }
            return true;
        }
    }

    [Theory]
    [MemberData(nameof(EventNames))]
    public void An_event_is_made_somewhere(string name) =>
        CompiledCode.All.SelectMany(CompiledCode.Of)
            .Any(m => m.By == OpCodes.Newobj && m.Member!.DeclaringType == EventNamed(name)
                && !CompiledCode.Outermost(m.From).Name.EndsWith("Json", StringComparison.Ordinal))
            .ShouldBeTrue($"nothing makes {name}");

    // --- inputs ---

    [Fact]
    public void Every_kind_of_input_has_its_type_and_every_type_its_kind() =>
        InputKinds.All.Select(k => Made(k).GetType()).ShouldBe(Inputs.Except(OwnInputs), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(KindNames))]
    public void An_input_of_the_table_keeps_key_actor_and_digest(string name)
    {
        var input = Made(InputKinds.Of(name));
        (input.Key, input.Actor, input.Digest.Length).ShouldBe(("a@b.example", "somebody", 16));
    }

    [Theory]
    [MemberData(nameof(InputNames))]
    public void An_input_has_an_arm_in_a_machine(string name) =>
        Takes(Inputs.Single(i => NameOf(i) == name)).ShouldBeTrue($"nothing takes {name}");

    /// <summary>A machine asks for it; or for the inputs of its chapter, and the chapter asks for it.</summary>
    private static bool Takes(Type input) => IsAskedFor(input, from => from == typeof(Machine) || from == typeof(WorkspaceMachine))
        || (IsAskedFor(input.DeclaringType!, from => from == typeof(Machine) || from == typeof(WorkspaceMachine))
            && IsAskedFor(input, from => from.Name.EndsWith("Chapter", StringComparison.Ordinal)));

    private static bool IsAskedFor(Type input, Func<Type, bool> by) =>
        CompiledCode.Of(CompiledCode.Core).Any(m => m.By == OpCodes.Isinst && m.Type == input && by(CompiledCode.Outermost(m.From)));

    /// <summary>Of one of a chapter with the chapter's name before it.</summary>
    private static string NameOf(Type type) =>
        type.DeclaringType == typeof(Event) || type.DeclaringType == typeof(Input) ? type.Name : $"{type.DeclaringType!.Name}.{type.Name}";

    /// <summary>A draft with every required field, and as many others as the kind asks for.</summary>
    private static Input Made(InputKind kind)
    {
        var optional = kind.Fields.Where(f => !f.Required).Select(f => f.Name).ToList();
        var choices = kind.Fields.Max(f => Math.Max(1, f.Choices.Count));
        for (var choice = 0; choice < choices; choice++)
            for (var extra = -1; extra < optional.Count; extra++)
                if (Draft(choice, extra) is { } input) return input;
        throw new InvalidOperationException($"{kind.Name}: no made-up draft is taken");

        Input? Draft(int choice, int extra)
        {
            var draft = new InputDraft(kind);
            var problems = new List<InputProblem>();
            foreach (var field in kind.Fields)
                if (field.Required || field.Name == optional.ElementAtOrDefault(extra)) draft.Set(kind.Ordinal(field.Name), Text(field, choice), problems);
            return kind.Build(draft, "somebody", problems);
        }

        static string Text(Field field, int choice) => field.Type switch
        {
            FieldType.Date => "2026-01-01",
            FieldType.Instant => "2026-01-01T10:00:00Z",
            FieldType.Amount or FieldType.Integer => "1",
            FieldType.Currency => field.Name == "from" ? "USD" : "EUR",
            FieldType.Boolean => "true",
            FieldType.Choice => field.Choices[Math.Min(choice, field.Choices.Count - 1)],
            FieldType.Content => "YQ==",
            _ when field.IsName => "a_name",
            _ when field.Name == "name" => "a.txt",
            _ when field.Name == "url" => "https://b.example/hook",
            _ => "a@b.example",
        };
    }

    // --- slices ---

    [Fact]
    public void Every_slice_stands_at_its_place() => Chapters.Slices.Select(kind => kind.Place).ShouldBe(Enumerable.Range(0, Chapters.Slices.Count));

    [Fact]
    public void Every_class_of_slice_is_in_the_list_of_chapters() => Chapters.Slices.Select(kind => kind.Class)
        .ShouldBe(CompiledCode.Core.GetTypes().Where(t => t.IsSubclassOf(typeof(Slice))), ignoreOrder: true);

    // --- refusals ---

    [Fact]
    public void Every_refusal_is_given_somewhere()
    {
        var named = Words(Repository.Sources, GivenRefusal());
        Enum.GetNames<Refusal>().Except(named).ShouldBeEmpty();
    }

    [Fact]
    public void Every_refusal_is_in_a_test()
    {
        var tests =
            Repository.Files.Where(f => f.StartsWith("tests/", StringComparison.Ordinal) && !f.StartsWith("tests/Recoup.House/", StringComparison.Ordinal));
        // The command line and the API say duplicate_number where C# says DuplicateNumber, stories say it with spaces.
        var words = Words(tests, Word()).Concat(Words(tests, RefusalOfStory()).Select(w => w.Replace(' ', '_'))).ToHashSet(StringComparer.Ordinal);
        var untested = Enum.GetValues<Refusal>()
            .Where(r => !words.Contains(r.ToString()) && !words.Contains(JsonNamingPolicy.SnakeCaseLower.ConvertName(r.ToString()))).ToList();
        untested.ShouldBeEmpty();
    }

    private static IEnumerable<string> Words(IEnumerable<string> files, Regex pattern) =>
        files.SelectMany(f => pattern.Matches(Repository.Read(f)).Select(m => m.Groups["word"].Value)).Distinct(StringComparer.Ordinal);

    private static Type EventNamed(string name) => Events.Single(e => NameOf(e) == name);

    private static Event MadeEvent(string name) => (Event)MadeUp.Of(EventNamed(name));

    [GeneratedRegex(@"\bRefusal\.(?<word>\w+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex GivenRefusal();

    [GeneratedRegex(@"expect refused (?<word>[a-z ]*[a-z])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex RefusalOfStory();

    [GeneratedRegex(@"(?<word>\w+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Word();
}
