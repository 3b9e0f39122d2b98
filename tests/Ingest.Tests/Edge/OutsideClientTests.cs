using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace PingAnIoT.Ingest.Tests;

/// <summary>A client that is not ours, over every transport.</summary>
public sealed class OutsideClientTests
{
    [Theory]
    [InlineData(MqttProtocolVersion.V311, false)]
    [InlineData(MqttProtocolVersion.V500, false)]
    [InlineData(MqttProtocolVersion.V311, true)]
    [InlineData(MqttProtocolVersion.V500, true)]
    public async Task MQTTnet_publishes_and_hears_its_notices(MqttProtocolVersion version, bool overWebSocket)
    {
        await using var server = await EdgeServer.StartAsync();
        var factory = new MqttClientFactory();
        using var client = factory.CreateMqttClient();
        var notice = new TaskCompletionSource<string>();
        client.ApplicationMessageReceivedAsync += received =>
        {
            notice.TrySetResult(received.ApplicationMessage.Topic);
            return Task.CompletedTask;
        };
        var builder = new MqttClientOptionsBuilder().WithProtocolVersion(version).WithClientId("m1").WithCredentials("g1");
        builder = overWebSocket
            ? builder.WithWebSocketServer(o => o.WithUri($"ws://127.0.0.1:{server.HttpPort}/mqtt"))
            : builder.WithTcpServer("127.0.0.1", server.Port);
        (await client.ConnectAsync(builder.Build())).ResultCode.Should().Be(MqttClientConnectResultCode.Success);
        await client.SubscribeAsync("pingan/v1/g1/notice", MqttQualityOfServiceLevel.AtLeastOnce);
        for (var i = 0; i < 100; i++)
        {
            var result = await client.PublishStringAsync("pingan/v1/g1/elevator/e1", "{\"speed\":1.5}", MqttQualityOfServiceLevel.AtLeastOnce);
            result.IsSuccess.Should().BeTrue();
        }

        var refused = await client.PublishStringAsync("pingan/v1/g2/elevator/e1", "{\"speed\":1.5}", MqttQualityOfServiceLevel.AtLeastOnce);
        refused.IsSuccess.Should().Be(version == MqttProtocolVersion.V311, "only version 5 can say so");
        (await notice.Task.WaitAsync(TimeSpan.FromSeconds(120))).Should().Be("pingan/v1/g1/notice");
        await client.PingAsync();
        await client.DisconnectAsync();
        server.Intake.Messages.Count(m => m.Reason == RefusalReason.None).Should().Be(100);
    }

    [Fact]
    public async Task A_large_message_comes_over_WebSocket_in_any_pieces()
    {
        await using var server = await EdgeServer.StartAsync();
        using var socket = await Open(server, "mqtt");
        var packet = MqttTextPackets.Assemble("@connect4 30[ 'pingan/v1/g1' \"[" + new string(' ', 200_000) + "]\" ] @ping");
        for (var at = 0; at < packet.Length; at += 777)
        {
            var piece = packet.AsMemory(at, Math.Min(777, packet.Length - at));
            await socket.SendAsync(piece, WebSocketMessageType.Binary, at % 2 == 0, CancellationToken.None);
        }

        var answer = new byte[6];
        for (var have = 0; have < 6;)
        {
            have += (await socket.ReceiveAsync(answer.AsMemory(have), CancellationToken.None)).Count;
        }

        Convert.ToHexString(answer).Should().Be("20020000D000");
        server.Intake.Messages.Single().Payload.Length.Should().Be(200_002);
    }

    [Fact]
    public async Task A_text_frame_ends_the_connection()
    {
        await using var server = await EdgeServer.StartAsync();
        using var socket = await Open(server, "mqtt");
        await socket.SendAsync(MqttTextPackets.Assemble("@connect4"), WebSocketMessageType.Text, true, CancellationToken.None);
        var result = await socket.ReceiveAsync(new byte[16], CancellationToken.None);
        result.MessageType.Should().Be(WebSocketMessageType.Close);
        server.Intake.Presence.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_the_subprotocol_there_is_no_WebSocket()
    {
        await using var server = await EdgeServer.StartAsync();
        var act = () => Open(server, "chat");
        await act.Should().ThrowAsync<WebSocketException>();
    }

    [Fact]
    public async Task In_open_mode_a_page_of_another_site_is_no_gateway()
    {
        await using var server = await EdgeServer.StartAsync();
        using var same = await Open(server, "mqtt", $"http://127.0.0.1:{server.HttpPort}");
        var act = () => Open(server, "mqtt", "http://evil.example");
        await act.Should().ThrowAsync<WebSocketException>();
    }

    [Fact]
    public async Task A_client_certificate_names_the_gateway()
    {
        using var files = new CertificateFiles();
        await using var server = await EdgeServer.StartAsync(options =>
        {
            options.Tls = "127.0.0.1:0";
            options.CertificateFile = files.Write("server.pem", files.Server.ExportCertificatePem());
            options.KeyFile = files.Write("server.key", files.Server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            options.ClientAuthoritiesFile = files.Write("ca.pem", files.Authority.ExportCertificatePem());
        });

        (await ConnectAsync(server, files.Issue("g7"))).Should().BeTrue();
        server.Intake.Presence.Should().Contain(("g7", true));
        using var stranger = new CertificateFiles();
        (await ConnectAsync(server, stranger.Issue("g8"))).Should().BeFalse();
        (await ConnectAsync(server, null)).Should().BeFalse();
        (await ConnectAsync(server, files.Issue("g9", expired: true))).Should().BeFalse();
        (await ConnectAsync(server, files.Issue("a/b"))).Should().BeFalse();
        (await ConnectAsync(server, files.Issue("g7"), userName: "g8")).Should().BeFalse();
        server.Intake.Presence.Should().NotContain(p => p.Gateway == "g8");
    }

    private static async Task<bool> ConnectAsync(EdgeServer server, X509Certificate2? certificate, string userName = "")
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var builder = new MqttClientOptionsBuilder().WithClientId("m1").WithTcpServer("127.0.0.1", server.Ports[1]).WithTlsOptions(tls =>
        {
            tls.WithCertificateValidationHandler(_ => true);
            if (certificate is not null)
            {
                tls.WithClientCertificates([certificate]);
            }
        });
        if (userName.Length > 0)
        {
            builder = builder.WithCredentials(userName);
        }

        try
        {
            var ok = (await client.ConnectAsync(builder.Build())).ResultCode == MqttClientConnectResultCode.Success;
            await client.DisconnectAsync();
            return ok;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static async Task<ClientWebSocket> Open(EdgeServer server, string subProtocol, string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        socket.Options.AddSubProtocol(subProtocol);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{server.HttpPort}/mqtt"), CancellationToken.None);
        return socket;
    }

    private sealed class CertificateFiles : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pingan-edge-");
        private readonly ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public CertificateFiles()
        {
            var request = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            Authority = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
            Server = Issue("localhost");
        }

        public X509Certificate2 Authority { get; }

        public X509Certificate2 Server { get; }

        private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

        public X509Certificate2 Issue(string name, bool expired = false)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2"), new Oid("1.3.6.1.5.5.7.3.1")], false));
            using var issued = request.Create(Authority, Now.AddDays(-10), Now.AddDays(expired ? -1 : 10), RandomNumberGenerator.GetBytes(8));
            using var withKey = issued.CopyWithPrivateKey(key);
            return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        }

        public string Write(string name, string text)
        {
            var path = Path.Combine(folder.FullName, name);
            File.WriteAllText(path, text);
            return path;
        }

        public void Dispose() => folder.Delete(recursive: true);
    }
}
