using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PingAnIoT.Simulators.Tests;

/// <summary>The client against a server that acknowledges, refuses, forgets and hangs up on purpose.</summary>
public sealed class WireClientTests
{
    [Theory]
    [InlineData(WireVersion.Mqtt311, 1)]
    [InlineData(WireVersion.Mqtt5, 7)]
    public async Task What_was_not_acknowledged_is_sent_again_after_each_lost_connection(WireVersion version, int receiveMaximum)
    {
        using var server = new FakeServer(receiveMaximum, hangUpAfter: 100);
        var counters = new WireCounters();
        var client = new WireClient(
            new WireOptions { Host = "127.0.0.1", Port = server.Port, ClientId = "gw", UserName = "gw", Version = version, ReconnectMilliseconds = 1, WindowMessages = 50 },
            counters,
            TimeProvider.System);
        var acked = new HashSet<long>();
        client.Acknowledged = (_, tag, _) => acked.Add(tag).Should().BeTrue();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var load = new Numbers(1000, version, () => acked.Count == 1000, stop);
        await new WireFleet([client], load, TimeProvider.System).RunAsync(stop.Token);
        client.Dispose();
        acked.Should().HaveCount(1000);
        server.Seen.Should().HaveCount(1000);
        counters.Acknowledged.Should().Be(1000);
        counters.Connected.Should().BeGreaterThan(5);
        server.MostInFlight.Should().BeLessThanOrEqualTo(version == WireVersion.Mqtt5 ? receiveMaximum : 50);
    }

    [Fact]
    public void Time_is_written_over_its_slot()
    {
        var slot = Encoding.ASCII.GetBytes("0000000000.000000");
        ReadingLoad.WriteTime(slot, 1_760_000_000_012_345);
        Encoding.ASCII.GetString(slot).Should().Be("1760000000.012345");
    }

    private sealed class Numbers(int count, WireVersion version, Func<bool> isDone, CancellationTokenSource stop) : IWireLoad
    {
        private int next;

        public long Fill(WireClient client, long now)
        {
            while (next < count && !client.TryPublish(WireFrames.Publish(version, "t", Encoding.ASCII.GetBytes($"{next:D4}")), next, now).IsEmpty)
            {
                next++;
            }

            if (isDone())
            {
                stop.Cancel();
            }

            return long.MaxValue;
        }
    }

    /// <summary>Speaks just enough MQTT; loses the acknowledgements under way each time it hangs up.</summary>
    private sealed class FakeServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly int receiveMaximum;
        private readonly int hangUpAfter;

        public FakeServer(int receiveMaximum, int hangUpAfter)
        {
            (this.receiveMaximum, this.hangUpAfter) = (receiveMaximum, hangUpAfter);
            listener.Start();
            new Thread(Run) { IsBackground = true }.Start();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public HashSet<string> Seen { get; } = [];

        public int MostInFlight { get; private set; }

        public void Dispose() => listener.Dispose();

        private void Run()
        {
            try
            {
                while (true)
                {
                    using var socket = listener.AcceptSocket();
                    Serve(socket);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Disposed.
            }
        }

        private void Serve(Socket socket)
        {
            using var stream = new NetworkStream(socket);
            var isFive = false;
            var published = 0;
            while (Read(stream) is { } packet)
            {
                if (packet[0] >> 4 == 1)
                {
                    isFive = packet[8] == 5;
                    stream.Write(isFive ? [0x20, 6, 0, 0, 3, 0x21, 0, (byte)receiveMaximum] : [0x20, 2, 0, 0]);
                }
                else if (packet[0] >> 4 == 3)
                {
                    Seen.Add(Encoding.ASCII.GetString(packet, 7 + (isFive ? 1 : 0), packet.Length - 7 - (isFive ? 1 : 0)));
                    if (++published % hangUpAfter == 0)
                    {
                        return;
                    }

                    MostInFlight = Math.Max(MostInFlight, 1 + (socket.Available / packet.Length));
                    stream.Write([0x40, 2, packet[5], packet[6]]);
                }
            }
        }

        private static byte[]? Read(NetworkStream stream)
        {
            try
            {
                var header = new byte[2];
                stream.ReadExactly(header);
                var packet = new byte[2 + header[1]];
                header.CopyTo(packet, 0);
                stream.ReadExactly(packet.AsSpan(2));
                return packet;
            }
            catch (Exception e) when (e is EndOfStreamException or IOException)
            {
                return null;
            }
        }
    }
}
