using System.Runtime.CompilerServices;

namespace Recoup.Browser;

/// <summary>A test that needs a browser and the accessibility checker; where they are not, it is skipped and says what is missing.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = Browsers.Missing;
}

/// <inheritdoc cref="BrowserFactAttribute"/>
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = Browsers.Missing;
}

internal static class Browsers
{
    public static string Chromium { get; } = Environment.GetEnvironmentVariable("RECOUP_CHROMIUM") ?? "/usr/bin/chromium";

    public static string Axe { get; } = Path.Combine(AppContext.BaseDirectory, "axe.min.js");

    /// <summary>Null: nothing.</summary>
    public static string? Missing { get; } =
        !File.Exists(Chromium) ? $"there is no browser at {Chromium} (Debian: apt-get install chromium; elsewhere set RECOUP_CHROMIUM)"
        : !File.Exists(Axe) ? "the accessibility checker is not here: it comes by npm when this project is built"
        : null;
}
