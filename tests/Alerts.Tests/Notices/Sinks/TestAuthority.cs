using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PingAnIoT.Alerts.Tests;

/// <summary>An authority of a test's own, and a certificate of it for this machine.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
    }

    /// <summary>A PEM file of the authority, for who trusts it.</summary>
    public string WriteTo(string path)
    {
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    public X509Certificate2 Issue(string host = "127.0.0.1")
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + host, own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(certificate, Now.AddDays(-1), Now.AddDays(20), RandomNumberGenerator.GetBytes(8));
        using var whole = issued.CopyWithPrivateKey(own);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        key.Dispose();
        certificate.Dispose();
    }
}
