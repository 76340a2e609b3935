using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Recoup.Connectors.Sms;

/// <summary>Whether a call is the provider's.</summary>
public static class SmsSignature
{
    /// <summary>X-Twilio-Signature: base64 of HMAC-SHA1 over the address and, of a form, each name and value in the order of names.</summary>
    public static string Twilio(string token, string url, IEnumerable<KeyValuePair<string, string>> form)
    {
        var signed = new StringBuilder(url);
        foreach (var (name, value) in form.OrderBy(f => f.Key, StringComparer.Ordinal).ThenBy(f => f.Value, StringComparer.Ordinal))
            signed.Append(name).Append(value);
#pragma warning disable CA5350 // Twilio's own: there is no other.
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(signed.ToString())));
#pragma warning restore CA5350
    }

    /// <summary>The address is tried with its port and without: which of them Twilio signs depends on how it was given.</summary>
    public static bool IsTwilio(string token, Uri url, IReadOnlyList<KeyValuePair<string, string>> form, string? given) =>
        given is not null && new[] { WithPort(url), WithoutPort(url) }.Any(u => AreSame(Twilio(token, u, form), given));

    /// <param name="encoding">hex or base64; before it a provider may name what it is: sha256=…</param>
    public static bool IsHmac(string secret, ReadOnlySpan<byte> body, string encoding, string? given)
    {
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);
        if (given is not null && given.StartsWith("sha256=", StringComparison.OrdinalIgnoreCase)) given = given["sha256=".Length..];
        return given is not null && (encoding == "hex" ? AreSame(Convert.ToHexStringLower(hash), given.ToLowerInvariant())
            : AreSame(Convert.ToBase64String(hash), given));
    }

    internal static bool AreSame(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private static string WithPort(Uri url) =>
        string.Create(CultureInfo.InvariantCulture, $"{url.Scheme}://{url.IdnHost}:{url.Port}{url.PathAndQuery}");

    private static string WithoutPort(Uri url) => $"{url.Scheme}://{url.IdnHost}{url.PathAndQuery}";
}
