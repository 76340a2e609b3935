using System.Globalization;
using System.Text;

namespace Recoup.Tests.Properties;

/// <summary>Something that happens to a workspace at an instant.</summary>
internal abstract record Step(DateTimeOffset At)
{
    /// <summary>Inputs of the contract, one object a line: one unit, taken whole or refused whole.</summary>
    public sealed record Send(DateTimeOffset At, IReadOnlyList<string> Lines) : Step(At)
    {
        public override string ToString() => Moment + string.Join("\n" + new string(' ', 21), Lines);
    }

    public sealed record Run(DateTimeOffset At, DateOnly AsOf, bool All = false) : Step(At)
    {
        public override string ToString() => $"{Moment}run as of {AsOf:yyyy-MM-dd}{(All ? ", everybody" : "")}";
    }

    public sealed record Dispatch(DateTimeOffset At) : Step(At)
    {
        public override string ToString() => $"{Moment}dispatch";
    }

    /// <summary>Somebody finds out what became of the oldest message of unknown fate, if there is one.</summary>
    public sealed record Settle(DateTimeOffset At, string Key, string Outcome) : Step(At)
    {
        public override string ToString() => $"{Moment}the oldest unknown message was {Outcome}";
    }

    /// <summary>The newest message that was sent comes back, if there is one.</summary>
    public sealed record Bounce(DateTimeOffset At, string Key, string Kind) : Step(At)
    {
        public override string ToString() => $"{Moment}the newest sent message bounced, {Kind}";
    }

    /// <summary>Somebody does the oldest open work item, if there is one.</summary>
    public sealed record FinishWork(DateTimeOffset At, string Key) : Step(At)
    {
        public override string ToString() => $"{Moment}the oldest open work item is done";
    }

    protected string Moment => At.ToString("yyyy-MM-dd'T'HH:mm'Z'  ", CultureInfo.InvariantCulture);
}

/// <summary>What happened, step by step, and by which policy. The same history always plays the same.</summary>
internal sealed record History(int Seed, string Policy, IReadOnlyList<Step> Steps)
{
    public IEnumerable<string> Lines => Steps.OfType<Step.Send>().SelectMany(s => s.Lines);

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {Seed}, policy {Policy}, {Steps.Count} steps:");
        foreach (var step in Steps) text.AppendLine(step.ToString());
        return text.ToString();
    }
}
