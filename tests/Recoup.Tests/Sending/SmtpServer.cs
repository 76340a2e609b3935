using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Recoup.Tests.Mail;

namespace Recoup.Tests.Sending;

/// <summary>A message as the server took it: the mail, and what was said around it.</summary>
internal sealed record TakenMail(ParsedMail Mail, byte[] Bytes, string Sender, IReadOnlyList<string> To, IReadOnlyList<string> Options, bool Tls,
    string? Auth, string Hello, long Connection);

/// <summary>
/// A real SMTP server, aiosmtpd, as a process of its own on loopback; smtp_server.py tells how it behaves. Where it is
/// not installed the test is skipped, and says so.
/// </summary>
internal sealed class SmtpServer : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("recoup-smtp-").FullName;
    private readonly Process process;

    /// <param name="options">Of smtp_server.py.</param>
    public SmtpServer(params string[] options)
    {
        if (options.Contains("starttls") || options.Contains("implicit"))
            options = [.. options, "--cert", MakeCertificate(), "--key", Path.Combine(folder, "key.pem")];
        var start = new ProcessStartInfo(Python.Program)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in new[] { Path.Combine(Repository.Root, "tests", "Recoup.Tests", "Sending", "smtp_server.py"), folder }.Concat(options))
            start.ArgumentList.Add(argument);
        try { process = Process.Start(start)!; }
        catch (System.ComponentModel.Win32Exception)
        {
            Directory.Delete(folder, recursive: true);
            Assert.Skip("python3 is not here: no SMTP server to test against");
            throw;
        }
        if (!int.TryParse(process.StandardOutput.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            var error = process.StandardError.ReadToEnd();
            Dispose();
            if (error.Contains("No module named 'aiosmtpd'", StringComparison.Ordinal))
                Assert.Skip("aiosmtpd is not here: no SMTP server to test against (Debian: apt-get install python3-aiosmtpd)");
            throw new InvalidOperationException(error);
        }
        // Its complaints about dropped connections must not fill the pipe.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        Port = port;
    }

    public int Port { get; }

    /// <summary>The authority that signed the server's certificate.</summary>
    public string CaFile => Path.Combine(folder, "ca.pem");

    /// <summary>What it took, in order.</summary>
    public IReadOnlyList<TakenMail> Taken => [.. Log("message").Select(Read)];

    public IReadOnlyList<JsonElement> Log(string kind)
    {
        var file = Path.Combine(folder, "log.ndjson");
        if (!File.Exists(file)) return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(e => e.GetProperty("event").GetString() == kind)];
    }

    private TakenMail Read(JsonElement e)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, e.GetProperty("file").GetString()!));
        return new TakenMail(ParsedMail.Parse(bytes), bytes, e.GetProperty("sender").GetString()!, Texts("to"),
            Texts("options"), e.GetProperty("tls").GetBoolean(),
            e.GetProperty("auth").GetString(), e.GetProperty("ehlo").GetString()!, e.GetProperty("connection").GetInt64());

        IReadOnlyList<string> Texts(string name) => [.. e.GetProperty(name).EnumerateArray().Select(t => t.GetString()!)];
    }

    /// <summary>An authority and a certificate of its for localhost, made for this server alone.</summary>
    private string MakeCertificate()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Recoup's test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        using var root = authority.CreateSelfSigned(from, to);
        File.WriteAllText(CaFile, root.ExportCertificatePem());

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, from, to, [1, 2, 3, 4]);
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return Path.Combine(folder, "cert.pem");
    }

    /// <summary>From now on nobody listens there.</summary>
    public void Stop()
    {
        try { process.StandardInput.Close(); } catch (IOException) { /* it ended by itself */ }
        if (!process.WaitForExit(TimeSpan.FromSeconds(10))) process.Kill();
    }

    public void Dispose()
    {
        if (process is not null)
        {
            Stop();
            process.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }
}
