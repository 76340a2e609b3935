using Recoup.Core.Events;
using Recoup.Core.Inputs;

namespace Recoup.Core.Parties;

/// <summary>One input while it is handled: what its chapter looks at, and where its events go.</summary>
public abstract class Handling
{
    private protected Handling(PartyState state, Input input, DateOnly today) => (State, Input, Today) = (state, input, today);

    /// <summary>The party, with what was made of the input so far folded in.</summary>
    public PartyState State { get; }

    public Input Input { get; }

    /// <summary>The business date on which the input is learned.</summary>
    public DateOnly Today { get; }

    /// <summary>What whoever sent a taken input should look at all the same.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Records an event and folds it into the state.</summary>
    /// <param name="effectiveOn">Null: the day that the input gives, or today.</param>
    /// <param name="account">Null: the input's.</param>
    public abstract void Emit(Event e, DateOnly? effectiveOn = null, string? account = null);
}
