using System.Net.Sockets;
using System.Text;

namespace PingAnIoT.Server.Tests;

/// <summary>A gateway in the fewest bytes: MQTT 3.1.1, QoS 1, one message at a time.</summary>
internal sealed class TestGateway : IDisposable
{
    private readonly TcpClient client = new();
    private ushort packetId;

    public static async Task<TestGateway> ConnectAsync(TestServer server, string name)
    {
        var gateway = new TestGateway();
        await gateway.client.ConnectAsync("127.0.0.1", server.Host.Addresses.Mqtt, TestServer.Cancel);
        await gateway.SendAsync(0x10, [.. Text("MQTT"), 4, 0b1000_0010, 0, 60, .. Text(name), .. Text(name)]);
        (await gateway.ReadAsync(4)).Should().Equal(0x20, 2, 0, 0);
        return gateway;
    }

    /// <summary>Publishes and waits for PUBACK.</summary>
    public async Task PublishAsync(string topic, string payload)
    {
        packetId++;
        byte[] id = [(byte)(packetId >> 8), (byte)packetId];
        await SendAsync(0x32, [.. Text(topic), .. id, .. Encoding.UTF8.GetBytes(payload)]);
        (await ReadAsync(4)).Should().Equal(0x40, 2, id[0], id[1]);
    }

    public void Dispose() => client.Dispose();

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    private async Task SendAsync(byte type, byte[] body)
    {
        body.Length.Should().BeLessThan(16_384, "two bytes of length are all this does");
        byte[] length = body.Length < 128 ? [(byte)body.Length] : [(byte)(body.Length % 128 + 128), (byte)(body.Length / 128)];
        await client.GetStream().WriteAsync((byte[])[type, .. length, .. body], TestServer.Cancel);
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await client.GetStream().ReadExactlyAsync(bytes, TestServer.Cancel);
        return bytes;
    }
}
