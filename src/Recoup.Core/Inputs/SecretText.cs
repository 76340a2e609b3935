using System.Text.RegularExpressions;

namespace Recoup.Core.Inputs;

/// <summary>Secrets in what somebody sent: whatever is kept or shown of a row that was not taken says none of them.</summary>
public static partial class SecretText
{
    /// <summary>The text with the secrets of webhook endpoints taken out (Standard Webhooks: they begin with whsec_).</summary>
    public static string Mask(string text) => text.Contains("whsec_", StringComparison.Ordinal) ? Secret().Replace(text, "whsec_…") : text;

    [GeneratedRegex("whsec_[A-Za-z0-9+/=_-]+")]
    private static partial Regex Secret();
}
