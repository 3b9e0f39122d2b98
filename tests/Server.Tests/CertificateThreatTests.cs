using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>T-25: certificates that are not good, and one that is changed while officers watch.</summary>
public sealed class CertificateThreatTests
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task T25_of_twelve_bad_certificates_none_is_a_gateway()
    {
        using var temp = new TempFolder("t25");
        var folder = temp.FullName;
        var serverAuthority = TlsTests.WriteCertificate(folder);
        using var authority = new Issuer("CN=gateways' authority");
        using var other = new Issuer("CN=another authority");
        using var namesake = new Issuer("CN=gateways' authority");
        var gatewayAsIssuer = authority.Issue("gw-3");
        (string Name, X509Certificate2 Certificate, string User)[] bad =
        [
            ("expired", authority.Issue("gw-7", from: -20, to: -1), "gw-7"),
            ("not valid yet", authority.Issue("gw-7", from: 1, to: 20), "gw-7"),
            ("another authority's", other.Issue("gw-7"), "gw-7"),
            ("an authority's of the same name", namesake.Issue("gw-7"), "gw-7"),
            ("its own", Issuer.SelfSigned("CN=gw-7"), "gw-7"),
            ("its own, by the authority's name", Issuer.SelfSigned("CN=gateways' authority"), "gateways' authority"),
            ("a server's", authority.Issue("gw-7", purpose: ForServers), "gw-7"),
            ("signed by a gateway", Issuer.IssueBy(gatewayAsIssuer, "gw-7"), "gw-7"),
            ("changed after it was signed", Issuer.Changed(authority.Issue("gw-9"), "gw-9", "gw-7"), "gw-7"),
            ("without a name", authority.Issue(""), "gw-7"),
            ("of a name that no gateway may have", authority.Issue("a/b"), "a/b"),
            ("another gateway's", authority.Issue("gw-8"), "gw-7"),
        ];
        await File.WriteAllTextAsync(Path.Combine(folder, "gateways.crt"), authority.Pem, TestServer.Cancel);
        await using var server = await TestServer.StartAsync(o => o with
        {
            Tls = new TlsSection
            {
                Certificate = Path.Combine(folder, "server.crt"), Key = Path.Combine(folder, "server.key"), GatewayAuthorities = Path.Combine(folder, "gateways.crt"),
            },
            Gateways = new GatewaysSection(),
        });
        (await IsLetInAsync(server, "gw-7", authority.Issue("gw-7"), serverAuthority)).Should().BeTrue("a good one is, else nothing is shown");
        var accepted = new List<string>();
        foreach (var (name, certificate, user) in bad)
        {
            if (await IsLetInAsync(server, user, certificate, serverAuthority))
            {
                accepted.Add(name);
            }
        }

        Report("T-25", bad.Length, accepted.Count, "bad certificates");
        accepted.Should().BeEmpty();
    }

    [Fact]
    public async Task A_certificate_is_changed_and_no_stream_is_dropped()
    {
        using var temp = new TempFolder("t25");
        var folder = temp.FullName;
        using var first = TlsTests.WriteCertificate(folder);
        await using var server = await TestServer.StartAsync(o => o with
        {
            Tls = new TlsSection { Certificate = Path.Combine(folder, "server.crt"), Key = Path.Combine(folder, "server.key") },
        });
        using var channel = GrpcChannel.ForAddress(server.Host.Addresses.GrpcUri, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { SslOptions = Trusting(first) } });
        using var stream = new Watcher(new V1.AlertService.AlertServiceClient(channel).Watch(new V1.WatchRequest(), cancellationToken: TestServer.Cancel));
        await stream.NextAsync(V1.WatchResponse.ContentOneofCase.SnapshotEnd);

        using var second = TlsTests.WriteCertificate(folder);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "server.crt"), Now.UtcDateTime.AddHours(1));
        var shown = "";
        await Until.TrueAsync(() => (shown = Thumbprint(server.Host.Addresses.Grpc)) == second.Thumbprint, TimeSpan.FromMinutes(2));
        shown.Should().NotBe(first.Thumbprint);
        await server.PostAsync(new Plant("gp-1").To(Severity.Red));
        (await stream.NextAsync(V1.WatchResponse.ContentOneofCase.Event)).Event.Alert.Device.Should().Be("gp-1", "the stream goes on with the certificate it began with");
    }

    private static string Thumbprint(int port)
    {
        using var client = new System.Net.Sockets.TcpClient("127.0.0.1", port);
        using var tls = new SslStream(client.GetStream(), false, (_, shown, _, _) => shown is not null);
        tls.AuthenticateAsClient("localhost");
        using var certificate = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
        return certificate.Thumbprint;
    }

    private static async Task<bool> IsLetInAsync(TestServer server, string user, X509Certificate2 certificate, X509Certificate2 serverAuthority)
    {
        var options = Trusting(serverAuthority);
        options.ClientCertificates = [certificate];
        options.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        try
        {
            var (gateway, code) = await TestGateway.TryConnectAsync(server, user, password: null, options);
            gateway?.Dispose();
            return code == 0;
        }
        catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static SslClientAuthenticationOptions Trusting(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy };
    }

    private static void Report(string id, int cases, int failures, string note)
    {
        var line = $"{id}: {cases} cases, {failures} failures ({note})";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
    }

    /// <summary>Whoever signs.</summary>
    private sealed class Issuer : IDisposable
    {
        private readonly X509Certificate2 own;

        public Issuer(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
            own = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(60));
        }

        public string Pem => own.ExportCertificatePem();

        public X509Certificate2 Issue(string name, int from = -10, int to = 10, string purpose = ForClients) => Issue(own, name, from, to, purpose);

        /// <summary>By a certificate that may not sign others.</summary>
        public static X509Certificate2 IssueBy(X509Certificate2 gateway, string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = Request(name, key, ForClients);
            using var signer = gateway.GetECDsaPrivateKey()!;
            using var issued = request.Create(gateway.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), Now.AddDays(-5), Now.AddDays(5), RandomNumberGenerator.GetBytes(8));
            return Whole(issued, key);
        }

        public static X509Certificate2 SelfSigned(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var signed = new CertificateRequest(name, key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-5), Now.AddDays(5));
            return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        }

        public static X509Certificate2 Changed(X509Certificate2 certificate, string from, string to)
        {
            var bytes = certificate.RawData.ToArray();
            var at = bytes.AsSpan().LastIndexOf(System.Text.Encoding.ASCII.GetBytes(from));
            System.Text.Encoding.ASCII.GetBytes(to).CopyTo(bytes, at);
            using var changed = X509CertificateLoader.LoadCertificate(bytes);
            using var key = certificate.GetECDsaPrivateKey()!;
            return Whole(changed, key);
        }

        public void Dispose() => own.Dispose();

        private static X509Certificate2 Issue(X509Certificate2 issuer, string name, int from, int to, string purpose)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var issued = Request(name, key, purpose).Create(issuer, Now.AddDays(from), Now.AddDays(to), RandomNumberGenerator.GetBytes(8));
            return Whole(issued, key);
        }

        private static CertificateRequest Request(string name, ECDsa key, string purpose)
        {
            var request = new CertificateRequest(new X500DistinguishedName(name.Length == 0 ? "" : "CN=" + name), key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
            return request;
        }

        private static X509Certificate2 Whole(X509Certificate2 certificate, ECDsa key)
        {
            using var whole = certificate.CopyWithPrivateKey(key);
            return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        }
    }
}
