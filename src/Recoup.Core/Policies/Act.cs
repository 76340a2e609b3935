using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Recoup.Core.Foundation;
using Recoup.Core.Recovery;

namespace Recoup.Core.Policies;

/// <summary>
/// What a decision does: policies name it, deciders choose it, the journal keeps its word. A closed union with one instance a kind; a new kind
/// is a class and an instance here, and whoever switches over the kinds has no arm for what it does not know.
/// </summary>
[JsonConverter(typeof(ActJson))]
[DebuggerDisplay("{Word}")]
public abstract class Act
{
    private Act() { }

    /// <summary>Nothing is done, for the reason that the decision's rule names.</summary>
    public static readonly Act Wait = new Waiting();

    /// <summary>A message goes to the customer.</summary>
    public static readonly Act Message = new Writing();

    /// <summary>A person calls the customer.</summary>
    public static readonly Work Task = new Calling();

    /// <summary>A manager is asked whether to hand over to an agency.</summary>
    public static readonly Work ProposePlacement = new Placing();

    /// <summary>A person finds out where the customer is.</summary>
    public static readonly Work FindPlace = new FindingPlace();

    /// <summary>A person finds a way to reach the customer.</summary>
    public static readonly Work FindContact = new FindingContact();

    private static readonly Act[] Kinds = [Wait, Message, Task, ProposePlacement, FindPlace, FindContact];

    private static readonly Work[] KindsOfWork = [.. Kinds.OfType<Work>()];

    /// <summary>Every kind, the commonest first.</summary>
    public static IReadOnlyList<Act> All => Kinds;

    /// <summary>Those that ask a person for work.</summary>
    public static IReadOnlyList<Work> Works => KindsOfWork;

    /// <summary>The words by which policies name the acts of their steps.</summary>
    public static readonly IReadOnlyList<string> OfPolicies = [.. Kinds.Where(a => a.IsOfPolicies).Select(a => a.Word)];

    /// <summary>As policies, journals, the API and webhooks write it; never changed.</summary>
    public abstract string Word { get; }

    /// <summary>A step of a policy may name it; else it follows from how things stand.</summary>
    public abstract bool IsOfPolicies { get; }

    /// <summary>By itself it tells the customer something: nobody has to act between.</summary>
    public abstract bool IsWord { get; }

    /// <summary>It counts as a step taken of the strategy where the decision names one.</summary>
    public abstract bool TakesStep { get; }

    /// <summary>Done to a customer who was never reached it would be the first that they hear: the first word is never the last.</summary>
    public abstract bool IsLastWord { get; }

    /// <summary>Who has the next move about what is overdue once it is decided; null: it gives it to nobody.</summary>
    public abstract NextMove? Mover { get; }

    /// <summary>As <c>explain</c> and pages say it.</summary>
    /// <param name="channel">Of a message; null of all else, as are the two below.</param>
    /// <param name="template">Its name.</param>
    /// <param name="tone">Its tone.</param>
    public abstract string Said(string? channel, string? template, string? tone);

    /// <summary>The one that a word names; null: none does.</summary>
    public static Act? Find(string word)
    {
        // No dictionary: the first is nearly always the one.
        foreach (var act in Kinds)
            if (act.Word == word) return act;
        return null;
    }

    /// <summary>The one that a word names, of those that there are.</summary>
    /// <exception cref="InvariantBrokenException">None does.</exception>
    public static Act Of(string word) => Find(word) ?? throw new InvariantBrokenException($"'{word}' is no act");

    /// <summary>The act that asks for work items of a kind; null: no decision asks for such.</summary>
    public static Work? Asking(string workKind)
    {
        foreach (var work in KindsOfWork)
            if (work.Kind == workKind) return work;
        return null;
    }

    public sealed override string ToString() => Word;

    /// <summary>A person is asked for something: a work item opens, unless the workspace is in shadow.</summary>
    public abstract class Work : Act
    {
        private protected Work() { }

        /// <summary>Of the work item.</summary>
        public abstract string Kind { get; }

        /// <summary>As the worklist's page heads it.</summary>
        public abstract string Asks { get; }

        /// <summary>The person calls the customer: the gate is asked first.</summary>
        public abstract bool IsContact { get; }

        /// <summary>Somebody looks for a way to contact the customer: once there is one the work is over.</summary>
        public abstract bool IsSearch { get; }

        /// <summary>Whose worklist has it: agent or manager.</summary>
        public string Owner => Mover!.Word;

        public override bool IsWord => false;

        public override bool TakesStep => true;
    }

    /// <summary>The kind of <see cref="Wait"/>.</summary>
    public sealed class Waiting : Act
    {
        internal Waiting() { }

        public override string Word => "wait";
        public override bool IsOfPolicies => false;
        public override bool IsWord => false;
        public override bool TakesStep => false;
        public override bool IsLastWord => false;
        public override NextMove? Mover => null;
        public override string Said(string? channel, string? template, string? tone) => "nothing";
    }

    /// <summary>The kind of <see cref="Message"/>.</summary>
    public sealed class Writing : Act
    {
        internal Writing() { }

        public override string Word => "message";
        public override bool IsOfPolicies => true;
        public override bool IsWord => true;
        public override bool TakesStep => true;
        public override bool IsLastWord => false;
        public override NextMove? Mover => NextMove.Recoup;
        public override string Said(string? channel, string? template, string? tone) => $"{channel} '{template}', {tone}";
    }

    private sealed class Calling : Work
    {
        public override string Word => "task";
        public override bool IsOfPolicies => true;
        public override bool IsLastWord => false;
        public override NextMove? Mover => NextMove.Agent;
        public override string Kind => WorkItemChapter.Call;
        public override string Asks => "Call";
        public override bool IsContact => true;
        public override bool IsSearch => false;
        public override string Said(string? channel, string? template, string? tone) => "a call for an agent";
    }

    private sealed class Placing : Work
    {
        public override string Word => "propose_placement";
        public override bool IsOfPolicies => true;
        public override bool IsLastWord => true;
        public override NextMove? Mover => NextMove.Manager;
        public override string Kind => "propose_placement";
        public override string Asks => "Decide on an agency";
        public override bool IsContact => false;
        public override bool IsSearch => false;
        public override string Said(string? channel, string? template, string? tone) => "proposed to a manager: hand over to an agency";
    }

    private sealed class FindingPlace : Work
    {
        public override string Word => "find_place";
        public override bool IsOfPolicies => false;
        public override bool IsLastWord => false;
        public override NextMove? Mover => NextMove.Agent;
        public override string Kind => "find_place";
        public override string Asks => "Find out where the customer is";
        public override bool IsContact => false;
        public override bool IsSearch => true;
        public override string Said(string? channel, string? template, string? tone) => "an agent finds out where the customer is";
    }

    private sealed class FindingContact : Work
    {
        public override string Word => "find_contact";
        public override bool IsOfPolicies => false;
        public override bool IsLastWord => false;
        public override NextMove? Mover => NextMove.Agent;
        public override string Kind => "find_contact";
        public override string Asks => "Find a way to reach them";
        public override bool IsContact => false;
        public override bool IsSearch => true;
        public override string Said(string? channel, string? template, string? tone) => "an agent finds a way to reach the customer";
    }
}

/// <summary>An act in the journal is its word; a word that there is not refuses the payload.</summary>
internal sealed class ActJson : JsonConverter<Act>
{
    public override Act Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Act.Find(reader.GetString() ?? "") ?? throw new JsonException($"'{reader.GetString()}' is no act");

    public override void Write(Utf8JsonWriter writer, Act value, JsonSerializerOptions options) => writer.WriteStringValue(value.Word);
}
