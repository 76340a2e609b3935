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

    /// <summary>As above; the message is put together only where it is needed, which is never while the code is right.</summary>
    public static void Holds([DoesNotReturnIf(false)] bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref InvariantMessage message,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) throw new InvariantBrokenException($"{message.Take()} [{expression}]");
    }

    [DoesNotReturn]
    public static void Never(string message) => throw new InvariantBrokenException(message);
}

/// <summary>What a broken invariant says, from an interpolated string: nothing of it is evaluated while the invariant holds.</summary>
[InterpolatedStringHandler]
public ref struct InvariantMessage
{
    private DefaultInterpolatedStringHandler text;

    public InvariantMessage(int literalLength, int formattedCount, bool condition, out bool needed)
    {
        needed = !condition;
        text = needed ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string literal) => text.AppendLiteral(literal);

    public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => text.AppendFormatted(value, format);

    internal string Take() => text.ToStringAndClear();
}

/// <summary>A bug in Recoup, never a user's mistake. The transaction under way is rolled back.</summary>
public sealed class InvariantBrokenException(string message) : Exception(message);
