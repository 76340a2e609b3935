using Recoup.Core.Events;
namespace Recoup.Core;

/// <summary>
/// What people say in their own words and events carry along: reasons, order numbers, lines, dispositions, what a server said. Any
/// of it may name somebody, so it is sealed like a name. A field of <c>InputKind.Words</c> that no arm here changes
/// fails a test.
/// </summary>
public static class FreeTexts
{
    /// <summary>The event with each such text changed; the same event where it has none.</summary>
    public static Event Map<T>(Event e, T state, Func<T, string, string> change) => e.HasWords ? Changed(e, state, change) : e;

    // A method of its own: what it captures would be made for every event.
    private static Event Changed<T>(Event e, T state, Func<T, string, string> change) => e.WithWords(text => change(state, text));
}
