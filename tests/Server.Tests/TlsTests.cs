using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using PingAnIoT.Ingest;

namespace PingAnIoT.Server.Tests;

/// <summary>Every endpoint over TLS, gateways by password: one server for all, as the key of a password is meant to be slow.</summary>
public sealed class TlsTests
{
    private const string Gateway = "gw-7";
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_gateway_publishes_and_an_officer_lists_over_TLS_and_a_wrong_password_is_refused()
    {
        using var temp = new TempFolder("tls");
        var folder = temp.FullName;
        var authority = WriteCertificate(folder);
        var credentials = Path.Combine(folder, "gateways");
        GatewayCredentials.Set(credentials, Gateway, Password);
        await using var server = await TestServer.StartAsync(o => o with
        {
            Tls = new TlsSection { Certificate = Path.Combine(folder, "server.crt"), Key = Path.Combine(folder, "server.key") },
            Gateways = new GatewaysSection { Credentials = credentials },
        });
        server.Host.Addresses.IsTls.Should().BeTrue();
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = Trusting(authority) }) { BaseAddress = server.Host.Addresses.HttpUri };
        using var channel = GrpcChannel.ForAddress(server.Host.Addresses.GrpcUri, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { SslOptions = Trusting(authority) } });
        var alerts = new V1.AlertService.AlertServiceClient(channel);

        using (var gateway = (await TestGateway.TryConnectAsync(server, Gateway, Password, Trusting(authority))).Gateway!)
        {
            await gateway.PublishAsync($"pingan/v1/{Gateway}/smoke-detector/sd-1", """{"alarm":true}""");
        }

        await Until.TrueAsync(() => alerts.List(new V1.ListRequest()).Alerts.Any(a => a.Device == "sd-1"), TimeSpan.FromSeconds(120));
        (await client.GetStringAsync("/v1/alerts", TestServer.Cancel)).Should().Contain("sd-1");

        foreach (var (name, password) in new (string, string?)[] { (Gateway, Password + "!"), (Gateway, ""), (Gateway, null), ("gw-8", Password) })
        {
            (await TestGateway.TryConnectAsync(server, name, password, Trusting(authority))).Code.Should().BeOneOf([4, 5], $"{name} with {password ?? "no password"}");
        }

        (await TestGateway.TryConnectAsync(server, Gateway, Password, tls: null)).Code.Should().Be(0, "the plain port on loopback asks for the same password");
        (await TestGateway.TryConnectAsync(server, Gateway, "wrong password", tls: null)).Code.Should().BeOneOf(4, 5);
    }

    [Fact]
    public async Task There_is_nothing_without_TLS_on_a_TLS_endpoint_and_no_old_TLS_either()
    {
        using var temp = new TempFolder("tls");
        var folder = temp.FullName;
        var authority = WriteCertificate(folder);
        await using var server = await TestServer.StartAsync(o => o with
        {
            Tls = new TlsSection { Certificate = Path.Combine(folder, "server.crt"), Key = Path.Combine(folder, "server.key") },
        });
        using var plain = new HttpClient();
        var inTheOpen = async () => await plain.GetAsync(new Uri($"http://127.0.0.1:{server.Host.Addresses.Http}/healthz/live"), TestServer.Cancel);
        await inTheOpen.Should().ThrowAsync<HttpRequestException>();
        using var openChannel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Host.Addresses.Grpc}");
        var list = async () => await new V1.AlertService.AlertServiceClient(openChannel).ListAsync(new V1.ListRequest());
        await list.Should().ThrowAsync<RpcException>();

        foreach (var port in new[] { server.Host.Addresses.MqttTls, server.Host.Addresses.Grpc, server.Host.Addresses.Http })
        {
            (await HandshakeAsync(port, Trusting(authority))).Should().BeOneOf(SslProtocols.Tls12, SslProtocols.Tls13);
            var old = Trusting(authority);
#pragma warning disable SYSLIB0039, CA5397 // That old TLS is refused is what is tested.
            old.EnabledSslProtocols = SslProtocols.Tls | SslProtocols.Tls11;
#pragma warning restore SYSLIB0039, CA5397
            var handshake = async () => await HandshakeAsync(port, old);
            await handshake.Should().ThrowAsync<Exception>();
        }
    }

    private static async Task<SslProtocols> HandshakeAsync(int port, SslClientAuthenticationOptions options)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestServer.Cancel);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(options, TestServer.Cancel);
        return tls.SslProtocol;
    }

    /// <summary>Trusts this authority and no other, and looks at the name.</summary>
    private static SslClientAuthenticationOptions Trusting(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy };
    }

    /// <returns>The certificate, its own authority; with its key it is in the folder as <c>server.crt</c> and <c>server.key</c>.</returns>
    internal static X509Certificate2 WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(Path.Combine(folder, "server.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
        return X509CertificateLoader.LoadCertificate(certificate.RawData);
    }
}
