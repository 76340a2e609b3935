using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Recoup.Core.Foundation;

/// <summary>
/// What must hold for the code to be right. Checked in release too: going on with money after a broken
/// invariant costs more than stopping.
/// </summary>
public static class Invariant
{
    public static void Holds([DoesNotReturnIf(false)] bool condition, string message, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) throw new InvariantBrokenException($"{message} [{expression}]");
    }

    [DoesNotReturn]
    public static void Never(string message) => throw new InvariantBrokenException(message);
}

/// <summary>A bug in Recoup, never a user's mistake. The transaction under way is rolled back.</summary>
public sealed class InvariantBrokenException(string message) : Exception(message);
