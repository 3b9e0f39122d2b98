using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>
/// The server's certificate, read anew when its file changes (connections in place keep theirs), and the authorities that
/// may issue gateways' certificates. Threading: any thread.
/// </summary>
public sealed class TlsFiles(EdgeOptions options, ILoggerFactory loggers, TimeProvider time)
{
    private readonly ILogger logger = loggers.CreateLogger("PingAnIoT.Edge");
    private readonly Lock gate = new();
    private X509Certificate2? certificate;
    private DateTime written;
    private long lookAgainAt;

    /// <summary>Null when there is none to be read.</summary>
    public X509Certificate2? ServerCertificate
    {
        get
        {
            lock (gate)
            {
                Refresh();
                return certificate;
            }
        }
    }

    /// <summary>Whether one of the authorities issued it, for clients, and it is valid now.</summary>
    public bool IsClientTrusted(X509Certificate2 client)
    {
        if (options.ClientAuthoritiesFile.Length == 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(options.ClientAuthoritiesFile);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(client);
    }

    private void Refresh()
    {
        var now = time.GetTimestamp();
        if (now < lookAgainAt)
        {
            return;
        }

        lookAgainAt = now + time.TimestampFrequency;
        try
        {
            var current = File.GetLastWriteTimeUtc(options.CertificateFile);
            if (current == written)
            {
                return;
            }

            using var pem = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
            certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            written = current;
            EdgeLog.CertificateRead(logger);
        }
        catch (Exception exception) when (exception is IOException or CryptographicException or UnauthorizedAccessException)
        {
            EdgeLog.CertificateBad(logger, exception.Message);
        }
    }
}
