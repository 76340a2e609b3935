using Recoup.Core.Outbox;

namespace Recoup.Storage.Work;

/// <summary>An intent as an outbox lists it.</summary>
/// <param name="Channel">The port by which it leaves.</param>
/// <param name="Order">Its place among those that are due, before <paramref name="Place"/>, or its id.</param>
internal sealed record Standing(string Id, string Party, string Channel, long Order, long Place = 0);

/// <summary>Where intents of one kind stand, and how each step of their life is recorded.</summary>
/// <typeparam name="T">What a port is given of one that was released.</typeparam>
internal abstract class Outbox<T> where T : IOutgoing
{
    /// <summary>Released and not answered: a crash came between.</summary>
    public abstract IReadOnlyList<Standing> Interrupted();

    /// <summary>The next that are due, behind another.</summary>
    public abstract IReadOnlyList<Standing> Due(DateTimeOffset at, Standing? after);

    /// <summary>Where it would go, for a port that minds how many go there; null: not known.</summary>
    public abstract string? AddressOf(Standing intent);

    /// <summary>Asks the gate again and records what it lets go.</summary>
    public abstract IReadOnlyList<T> Release(IReadOnlyList<Standing> due, DateTimeOffset at);

    /// <summary>As it was released; null: that can't be told any more.</summary>
    public abstract T? Again(Standing intent);

    /// <summary>Records what ports said.</summary>
    public abstract void Answer(IReadOnlyList<(string Party, string Intent, ChannelAnswer Answer)> answers, DateTimeOffset at);

    /// <summary>Does what concerns one; where that fails it is set aside, and the others go on.</summary>
    public abstract void Try(string party, string intent, Action work);

    /// <summary>Something failed that is no one intent's.</summary>
    public abstract void Note(string party, string intent, Exception e);
}

/// <summary>
/// The life of intents, whatever they bring: released part by part of their port's size, handed over, answered. A port in trouble is given
/// nothing, and nothing of what waits for it is written. What a crash left released is handed again where its port is idempotent; of any
/// other nobody knows its fate, and it waits for a person.
/// </summary>
internal sealed class Drain<T>(Outbox<T> outbox, IReadOnlyDictionary<string, Port<T>> ports, DispatchReport report) where T : IOutgoing
{
    private Port<T>? PortOf(string channel) => ports.GetValueOrDefault(channel);

    private int PartSizeOf(string channel) => PortOf(channel)?.PartSize ?? Port<T>.PartSizeMax;

    /// <summary>What a crash left between release and answer.</summary>
    /// <param name="clock">The instant by which what is recorded is dated.</param>
    public void FinishInterrupted(Func<DateTimeOffset> clock)
    {
        foreach (var group in outbox.Interrupted().GroupBy(i => i.Channel))
            foreach (var part in group.Chunk(PartSizeOf(group.Key)))
            {
                var again = new List<T>();
                var lost = new List<(string, string, ChannelAnswer)>();
                foreach (var left in part)
                    outbox.Try(left.Party, left.Id, () =>
                    {
                        if (PortOf(left.Channel) is { IsIdempotent: true } && outbox.Again(left) is { } released) again.Add(released);
                        else lost.Add((left.Party, left.Id, ChannelAnswer.Unknown("the program ended before the channel answered")));
                    });
                var at = clock();
                if (lost.Count > 0) outbox.Answer(lost, at);
                if (again.Count > 0) Send(group.Key, again, at);
            }
    }

    /// <summary>Each is looked at once: what stays pending has its turn in the next dispatch.</summary>
    public void Run(DateTimeOffset at, Action? progress, CancellationToken stop)
    {
        try
        {
            for (var (next, last) = (outbox.Due(at, null), default(Standing)); next.Count > 0; next = outbox.Due(at, last))
            {
                last = next[^1];
                foreach (var group in next.GroupBy(i => i.Channel))
                    foreach (var part in group.Chunk(PartSizeOf(group.Key)))
                    {
                        stop.ThrowIfCancellationRequested();
                        var admitted = Admitted(group.Key, part, at);
                        if (admitted.Count == 0) continue;
                        if (outbox.Release(admitted, at) is { Count: > 0 } released) Send(group.Key, released, at);
                        progress?.Invoke();
                    }
            }
        }
        finally
        {
            foreach (var port in ports.Values) port.Done?.Invoke(at);
        }
    }

    /// <summary>Those that their port takes now: nothing is released, and nothing written, for those that must wait anyway.</summary>
    private IReadOnlyList<Standing> Admitted(string channel, IReadOnlyList<Standing> part, DateTimeOffset at)
    {
        if (PortOf(channel) is not { } port) return part;
        if (port.Trouble?.Invoke() is { } trouble)
        {
            report.Troubles[channel] = trouble;
            report.Waiting += part.Count;
            return [];
        }
        if (port.Admits is not { } admits) return part;
        var admitted = new List<Standing>(part.Count);
        foreach (var intent in part)
            outbox.Try(intent.Party, intent.Id, () =>
            {
                // Without an address there is nothing to count; the gate will say so.
                if (outbox.AddressOf(intent) is { } address && !admits(address, at)) report.Throttled++;
                else admitted.Add(intent);
            });
        return admitted;
    }

    private void Send(string channel, IReadOnlyList<T> released, DateTimeOffset at)
    {
        Failpoint.Hit("dispatch.before-send");
        var handed = released.ToList();
        var answers = PortOf(channel) is { } port
            ? Hand(port, ref handed, at)
            : [.. handed.Select(m => ChannelAnswer.Failed($"there is no channel for {m.Channel}"))];
        Failpoint.Hit("dispatch.after-send");
        if (handed.Count > 0) outbox.Answer([.. handed.Zip(answers, (m, a) => (m.Party, m.Message, a))], at);
    }

    /// <summary>
    /// Where a port fails over all together, one that is idempotent is given each by itself, and what fails alone is set
    /// aside. Of one that is not nobody knows what it did by then.
    /// </summary>
    /// <param name="handed">Those that were answered, afterwards.</param>
    private IReadOnlyList<ChannelAnswer> Hand(Port<T> port, ref List<T> handed, DateTimeOffset at)
    {
        try { return port.Send(handed, at); }
        catch (Exception e) when (SetAsides.MayBeOf(e))
        {
            if (!port.IsIdempotent)
            {
                foreach (var one in handed) outbox.Note(one.Party, one.Message, e);
                return [.. handed.Select(_ => ChannelAnswer.Unknown($"its channel failed: {e.GetType().Name}"))];
            }
        }
        var (answered, answers) = (new List<T>(), new List<ChannelAnswer>());
        foreach (var one in handed)
            outbox.Try(one.Party, one.Message, () =>
            {
                answers.AddRange(port.Send([one], at));
                answered.Add(one);
            });
        handed = answered;
        return answers;
    }
}
