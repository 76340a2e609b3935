namespace Recoup.Core.Events;

/// <summary>
/// What happened, as the journal keeps it: closed, versioned, each with the fields that folding needs and no more.
/// Amounts are minor units of the named currency. Who owes, when it took effect and when it was learned stand
/// in the columns beside the payload (<see cref="JournalRow"/>).
/// </summary>
public abstract record Event
{
    private protected Event() { }

    /// <summary>It says something in somebody's own words, which are sealed: see <see cref="WithWords"/>.</summary>
    internal virtual bool HasWords => false;

    /// <summary>The event with each text in somebody's own words changed.</summary>
    internal virtual Event WithWords(Func<string, string> change) => this;
}
