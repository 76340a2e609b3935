using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Recoup.Connectors.Webhooks;

/// <summary>How a call says that it is ours (Standard Webhooks, symmetric v1): HMAC-SHA256 over id, instant and body.</summary>
public static class WebhookSignature
{
    /// <summary>The header webhook-signature: one signature a secret.</summary>
    /// <param name="secrets">The keys themselves, decoded.</param>
    /// <param name="at">Of the attempt, in Unix seconds.</param>
    public static string Of(IEnumerable<byte[]> secrets, string id, long at, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at}.")), .. body];
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed))));
    }
}
