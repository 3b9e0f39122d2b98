using System.Net;
using System.Net.Sockets;

namespace PingAnIoT.Bench;

/// <summary>
/// Accepts MQTT connections and acknowledges every QoS 1 PUBLISH without looking at it: what the generator can do alone.
/// One thread per connection would lie about the cost, so one thread serves all.
/// </summary>
internal sealed class AckSink : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Peer> peers = [];
    private volatile bool stopping;

    public AckSink()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        new Thread(Run) { IsBackground = true, Name = "ack sink" }.Start();
    }

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public long Acknowledged { get; private set; }

    public void Dispose()
    {
        stopping = true;
        listener.Dispose();
    }

    private void Run()
    {
        var ready = new List<Socket>();
        var bySocket = new Dictionary<Socket, Peer>();
        while (!stopping)
        {
            ready.Clear();
            ready.Add(listener);
            ready.AddRange(peers.Select(p => p.Socket));
            try
            {
                Socket.Select(ready, null, null, 20_000);
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            foreach (var socket in ready)
            {
                if (socket == listener)
                {
                    var peer = new Peer(listener.Accept());
                    peers.Add(peer);
                    bySocket.Add(peer.Socket, peer);
                }
                else if (!Serve(bySocket[socket]))
                {
                    peers.Remove(bySocket[socket]);
                    socket.Dispose();
                }
            }
        }
    }

    private bool Serve(Peer peer)
    {
        var count = peer.Socket.Receive(peer.Buffer, peer.Length, peer.Buffer.Length - peer.Length, SocketFlags.None, out var error);
        if (error != SocketError.Success || count == 0)
        {
            return false;
        }

        peer.Length += count;
        var (at, acks) = (0, 0);
        while (true)
        {
            var rest = peer.Buffer.AsSpan(at, peer.Length - at);
            var header = rest.Length < 2 ? 0 : Simulators.WireFrames.ReadHeader(rest, out var remaining) is var h && h > 0 && h + remaining <= rest.Length ? h : 0;
            if (header == 0)
            {
                break;
            }

            Simulators.WireFrames.ReadHeader(rest, out remaining);
            acks = Answer(rest.Slice(0, header + remaining), header, peer.Acks, acks);
            at += header + remaining;
        }

        peer.Buffer.AsSpan(at, peer.Length - at).CopyTo(peer.Buffer);
        peer.Length -= at;
        return acks == 0 || peer.Socket.Send(peer.Acks, 0, acks, SocketFlags.None) == acks;
    }

    private int Answer(ReadOnlySpan<byte> packet, int header, byte[] acks, int at)
    {
        switch (packet[0] >> 4)
        {
            case 1:
                packet = [0x20, 2, 0, 0];
                packet.CopyTo(acks.AsSpan(at));
                return at + 4;
            case 3 when (packet[0] & 0x06) != 0:
                var id = header + 2 + (packet[header] << 8) + packet[header + 1];
                (acks[at], acks[at + 1], acks[at + 2], acks[at + 3]) = (0x40, 2, packet[id], packet[id + 1]);
                Acknowledged++;
                return at + 4;
            case 12:
                (acks[at], acks[at + 1]) = (0xD0, 0);
                return at + 2;
            default:
                return at;
        }
    }

    private sealed class Peer(Socket socket)
    {
        public readonly Socket Socket = socket;
        public readonly byte[] Buffer = new byte[128 * 1024];
        public readonly byte[] Acks = new byte[64 * 1024];
        public int Length;
    }
}
