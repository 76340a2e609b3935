using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Recoup.Connectors.Mail;

/// <summary>
/// Lines to a server and its answers back, each within its time. Every fault is an <see cref="IOException"/>; after
/// one the wire is of no use.
/// </summary>
internal sealed class SmtpWire : IDisposable
{
    // RFC 5321, 4.5.3.1.5 gives a line 512 bytes; servers overstep it, none by this much.
    private const int LineBytesMax = 4096;
    private const int LinesMax = 200;

    private readonly TcpClient client;
    private readonly NetworkStream network;
    private readonly byte[] buffer = new byte[8192];
    private Stream stream;
    private int from, to;

    private SmtpWire(TcpClient client)
    {
        this.client = client;
        stream = network = client.GetStream();
    }

    /// <summary>The TLS version and suite in use; null: anybody on the way can read along.</summary>
    public string? Tls { get; private set; }

    /// <summary>Subject, issuer and last day of the server's certificate.</summary>
    public string? Certificate { get; private set; }

    public System.Net.IPEndPoint Local => (System.Net.IPEndPoint)client.Client.LocalEndPoint!;

    public static SmtpWire Connect(string host, int port, TimeSpan timeout)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            using var stop = new CancellationTokenSource(timeout);
            client.ConnectAsync(host, port, stop.Token).AsTask().GetAwaiter().GetResult();
            return new SmtpWire(client);
        }
        catch (OperationCanceledException e)
        {
            client.Dispose();
            throw new IOException($"no connection within {Seconds(timeout)}", e);
        }
        catch (SocketException e)
        {
            client.Dispose();
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>From here on everything is encrypted, and the server is who it says.</summary>
    /// <param name="authorities">Trusted instead of the system's; null: the system's.</param>
    public void StartTls(string host, X509Certificate2Collection? authorities, TimeSpan timeout)
    {
        // What came before the handshake was readable and could be anybody's: it must not pass for what comes after.
        if (from < to) throw new IOException("the server said something between its consent to TLS and the handshake");
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        SetTimeouts(timeout);
        try
        {
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = host, CertificateChainPolicy = policy, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            });
        }
        catch (AuthenticationException e)
        {
            tls.Dispose();
            throw new IOException($"TLS with {host} failed: {e.Message}", e);
        }
        stream = tls;
        Tls = $"{tls.SslProtocol} {tls.NegotiatedCipherSuite}";
        using var certificate = new X509Certificate2(tls.RemoteCertificate!);
        Certificate = string.Create(CultureInfo.InvariantCulture,
            $"{certificate.Subject}, issued by {certificate.Issuer}, good until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
    }

    public static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try { authorities.ImportFromPemFile(file); }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SmtpException($"the authorities in {file} can't be read: {e.Message}", e);
        }
        return authorities.Count > 0 ? authorities : throw new SmtpException($"{file} holds no certificate (PEM)");
    }

    public void WriteLine(string line, TimeSpan timeout)
    {
        Core.Foundation.Invariant.Holds(!line.AsSpan().ContainsAny('\r', '\n'), "a command is one line");
        Write(Encoding.UTF8.GetBytes(line + "\r\n"), timeout);
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan timeout)
    {
        SetTimeouts(timeout);
        stream.Write(bytes);
        stream.Flush();
    }

    /// <summary>The next answer, all lines of it, within a time for the whole of it.</summary>
    public SmtpReply Read(TimeSpan timeout)
    {
        var clock = Stopwatch.StartNew();
        var lines = new List<string>();
        while (true)
        {
            var line = ReadLine(timeout, clock);
            if (line.Length < 3 || !char.IsAsciiDigit(line[0]) || !char.IsAsciiDigit(line[1]) || !char.IsAsciiDigit(line[2])
                || (line.Length > 3 && line[3] is not (' ' or '-')))
                throw new IOException($"the server does not speak SMTP: it said '{PlainText.OneLine(line.Length <= 60 ? line : line[..60])}'");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ') return SmtpReply.Of(int.Parse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture), lines);
            if (lines.Count > LinesMax) throw new IOException("the server's answer has no end");
        }
    }

    private string ReadLine(TimeSpan timeout, Stopwatch clock)
    {
        var line = new List<byte>(128);
        while (true)
        {
            if (from == to)
            {
                var left = timeout - clock.Elapsed;
                if (left <= TimeSpan.Zero) throw new IOException($"no answer within {Seconds(timeout)}");
                SetTimeouts(left);
                try { (from, to) = (0, stream.Read(buffer)); }
                catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut })
                {
                    throw new IOException($"no answer within {Seconds(timeout)}", e);
                }
                if (to == 0) throw new IOException("the server closed the connection");
            }
            var b = buffer[from++];
            if (b == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(b);
            if (line.Count > LineBytesMax) throw new IOException("a line of the server's has no end");
        }
    }

    private void SetTimeouts(TimeSpan timeout)
    {
        var milliseconds = Math.Max(1, (int)timeout.TotalMilliseconds);
        try { network.ReadTimeout = network.WriteTimeout = milliseconds; }
        catch (SocketException e) { throw new IOException(e.Message, e); }
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s";

    public void Dispose()
    {
        stream.Dispose();
        client.Dispose();
    }
}
