using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace PingAnIoT.Server.Tests;

/// <summary>A gateway in the fewest bytes: MQTT 3.1.1, QoS 1, one message at a time.</summary>
internal sealed class TestGateway : IDisposable
{
    private readonly TcpClient client = new();
    private Stream stream = Stream.Null;
    private ushort packetId;

    public static async Task<TestGateway> ConnectAsync(TestServer server, string name)
    {
        var (gateway, code) = await TryConnectAsync(server, name, password: null, tls: null);
        code.Should().Be(0);
        return gateway!;
    }

    /// <param name="tls">How to speak TLS, or null for the plain port.</param>
    /// <returns>CONNACK's return code, and the gateway where it is 0.</returns>
    public static async Task<(TestGateway? Gateway, int Code)> TryConnectAsync(TestServer server, string name, string? password, SslClientAuthenticationOptions? tls)
    {
        var gateway = new TestGateway();
        await gateway.client.ConnectAsync("127.0.0.1", tls is null ? server.Host.Addresses.Mqtt : server.Host.Addresses.MqttTls, TestServer.Cancel);
        gateway.stream = gateway.client.GetStream();
        if (tls is not null)
        {
            var secure = new SslStream(gateway.stream);
            await secure.AuthenticateAsClientAsync(tls, TestServer.Cancel);
            gateway.stream = secure;
        }

        var flags = (byte)(password is null ? 0b1000_0010 : 0b1100_0010);
        await gateway.SendAsync(0x10, [.. Text("MQTT"), 4, flags, 0, 60, .. Text(name), .. Text(name), .. password is null ? [] : Text(password)]);
        var answer = await gateway.ReadAsync(4);
        answer[..3].Should().Equal(0x20, 2, 0);
        if (answer[3] != 0)
        {
            gateway.Dispose();
            return (null, answer[3]);
        }

        return (gateway, 0);
    }

    /// <summary>Publishes and waits for PUBACK.</summary>
    public async Task PublishAsync(string topic, string payload)
    {
        packetId++;
        byte[] id = [(byte)(packetId >> 8), (byte)packetId];
        await SendAsync(0x32, [.. Text(topic), .. id, .. Encoding.UTF8.GetBytes(payload)]);
        (await ReadAsync(4)).Should().Equal(0x40, 2, id[0], id[1]);
    }

    public void Dispose()
    {
        stream.Dispose();
        client.Dispose();
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    private async Task SendAsync(byte type, byte[] body)
    {
        body.Length.Should().BeLessThan(16_384, "two bytes of length are all this does");
        byte[] length = body.Length < 128 ? [(byte)body.Length] : [(byte)(body.Length % 128 + 128), (byte)(body.Length / 128)];
        await stream.WriteAsync((byte[])[type, .. length, .. body], TestServer.Cancel);
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, TestServer.Cancel);
        return bytes;
    }
}
