using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>mosquitto with no persistence and one subscriber that receives everything: the peer in the same run.</summary>
internal sealed class MosquittoPeer : IAsyncDisposable
{
    private readonly Process process;
    private readonly Socket subscriber = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private long received;

    private MosquittoPeer(Process process, int port)
    {
        this.process = process;
        Port = port;
    }

    public int Port { get; }

    public long Received => Volatile.Read(ref received);

    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static string? Find() => new[] { "/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto" }.FirstOrDefault(File.Exists);

    public static async Task<MosquittoPeer> StartAsync(string program, int subscriberQos)
    {
        var port = FreePort();
        var folder = Directory.CreateTempSubdirectory("mosquitto-").FullName;
        var file = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(file, string.Create(
            CultureInfo.InvariantCulture,
            $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_inflight_messages 0\nmax_queued_messages 0\nlog_type none\nset_tcp_nodelay true\n"));
        var start = new ProcessStartInfo(program, ["-c", file]) { UseShellExecute = false };
        var peer = new MosquittoPeer(Process.Start(start)!, port);
        await peer.SubscribeAsync(subscriberQos);
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        subscriber.Dispose();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task SubscribeAsync(int qos)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await subscriber.ConnectAsync(IPAddress.Loopback, Port);
                break;
            }
            catch (SocketException) when (attempt < 200)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        subscriber.Send(WireFrames.Connect(new WireOptions { Host = "", Port = 0, ClientId = "subscriber" }));
        subscriber.Send(WireFrames.Subscribe(WireVersion.Mqtt311, 1, "pingan/#", qos));
        new Thread(Receive) { IsBackground = true, Name = "subscriber" }.Start();
    }

    /// <summary>Counts PUBLISH packets and acknowledges those of QoS 1, many in one write.</summary>
    private void Receive()
    {
        var buffer = new byte[256 * 1024];
        var acks = new byte[64 * 1024];
        var length = 0;
        try
        {
            while (subscriber.Receive(buffer, length, buffer.Length - length, SocketFlags.None) is > 0 and var count)
            {
                length += count;
                var (at, ackBytes, messages) = (0, 0, 0);
                while (length - at >= 2 && ackBytes < acks.Length - 4)
                {
                    var rest = buffer.AsSpan(at, length - at);
                    var header = WireFrames.ReadHeader(rest, out var remaining);
                    if (header <= 0 || rest.Length < header + remaining)
                    {
                        break;
                    }

                    if (rest[0] >> 4 == 3)
                    {
                        messages++;
                        if ((rest[0] & 6) != 0)
                        {
                            var id = header + 2 + (rest[header] << 8) + rest[header + 1];
                            (acks[ackBytes], acks[ackBytes + 1], acks[ackBytes + 2], acks[ackBytes + 3]) = (0x40, 2, rest[id], rest[id + 1]);
                            ackBytes += 4;
                        }
                    }

                    at += header + remaining;
                }

                buffer.AsSpan(at, length - at).CopyTo(buffer);
                length -= at;
                Volatile.Write(ref received, received + messages);
                if (ackBytes > 0)
                {
                    subscriber.Send(acks.AsSpan(0, ackBytes));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the run.
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
