using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PingAnIoT.Simulators;

/// <summary>
/// How the server's certificate is checked: by the machine's authorities unless this says otherwise. One object serves all connections.
/// Threading: immutable once used.
/// </summary>
public sealed record WireTls
{
    /// <summary>A PEM file: these authorities and no others.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>SHA-256 of the one certificate that is accepted, as hexadecimal digits (colons may part them); its name and issuer then do not matter.</summary>
    public string? PinnedSha256 { get; init; }

    /// <summary>Accepts any certificate: only for a server under test.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>The name that the certificate has to be for; null for the host that is connected to.</summary>
    public string? ServerName { get; init; }

    /// <exception cref="IOException">The authority file cannot be read.</exception>
    /// <exception cref="CryptographicException">It holds no certificate.</exception>
    internal SslClientAuthenticationOptions Options(string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = ServerName ?? host };
        if (IsInsecure)
        {
#pragma warning disable CA5359 // Asked for by name.
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (PinnedSha256 is not null)
        {
            var pinned = Convert.FromHexString(PinnedSha256.Replace(":", "", StringComparison.Ordinal));
            options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && SHA256.HashData(certificate.GetRawCertData()).AsSpan().SequenceEqual(pinned);
        }
        else if (AuthorityFile is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(AuthorityFile);
            if (policy.CustomTrustStore.Count == 0)
            {
                throw new CryptographicException($"{AuthorityFile} holds no certificate");
            }

            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
