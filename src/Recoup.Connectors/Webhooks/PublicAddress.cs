using System.Net;
using System.Net.Sockets;

namespace Recoup.Connectors.Webhooks;

/// <summary>
/// Whether an address is anybody's on the Internet. Who may name a URL could else have us call what only we can reach: this machine, its
/// network, a cloud's metadata. By IANA's registries of special-purpose addresses (RFC 6890).
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] SpecialV4 = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    }.Select(network => IPNetwork.Parse(network))];

    // Teredo, benchmarking, ORCHID and the like are in 2001::/23; 6to4 names an address of the other kind.
    private static readonly IPNetwork[] SpecialV6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }
        .Select(network => IPNetwork.Parse(network))];

    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3"), Translated = IPNetwork.Parse("64:ff9b::/96");

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork) return !SpecialV4.Any(network => network.Contains(address));
        // RFC 6052: the last 32 bits are the address behind the translator.
        if (Translated.Contains(address)) return Is(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return GlobalV6.Contains(address) && !SpecialV6.Any(network => network.Contains(address));
    }
}
