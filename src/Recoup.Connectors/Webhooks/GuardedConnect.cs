using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Recoup.Connectors.Webhooks;

/// <summary>The address that a name led to is nobody's on the Internet, and nothing allows it.</summary>
internal sealed class RefusedAddressException(string message) : IOException(message);

/// <summary>
/// Connections to addresses that somebody named: looked at when they are made, after the name was resolved, so that no name can lead elsewhere
/// meanwhile. By http only networks of one's own are called.
/// </summary>
internal static class GuardedConnect
{
    /// <param name="allows">A network of one's own, by the settings.</param>
    /// <param name="file">Names the settings in messages.</param>
    public static async ValueTask<Stream> Connect(Func<IPAddress, bool> allows, string file, SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var isHttps = context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttps;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, stop);
        var open = addresses.Where(a => allows(a) || (isHttps && PublicAddress.Is(a))).ToArray();
        if (open.Length == 0)
            throw new RefusedAddressException(addresses.Any(PublicAddress.Is)
                ? $"by http only networks that {file} allows are called; give an https address"
                : $"its address is of a private network or of this machine; {file} can allow it");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Why a call did not come about, in words that name no address.</summary>
    public static string Words(HttpRequestException e) => e.InnerException switch
    {
        RefusedAddressException refused => refused.Message,
        AuthenticationException tls => $"no TLS connection: {tls.Message}",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "its name could not be resolved",
        SocketException => "no connection",
        _ => e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "its name could not be resolved",
            HttpRequestError.ConnectionError => "no connection",
            HttpRequestError.SecureConnectionError => "no TLS connection",
            HttpRequestError.ConfigurationLimitExceeded => "its answer is too large",
            _ => "its answer is none of HTTP's",
        },
    };
}
