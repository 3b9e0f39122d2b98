using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PingAnIoT.Simulators.Tests;

/// <summary>Takes every publish, remembers it and acknowledges it, unless told to hold back. Knows MQTT 3.1.1 alone.</summary>
internal sealed class TestBroker : IDisposable
{
    private readonly TcpListener listener;
    private readonly X509Certificate2? certificate;
    private readonly ConcurrentDictionary<Socket, byte> sockets = new();
    private readonly List<(Stream Stream, byte[] Ack)> heldBack = [];
    private readonly Lock gate = new();
    private bool isHoldingBack;

    public TestBroker(X509Certificate2? certificate = null, int port = 0)
    {
        this.certificate = certificate;
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(4096);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Client, topic, payload, whether marked as a possible duplicate; in the order of arrival for each client.</summary>
    public ConcurrentQueue<(string Client, string Topic, string Payload, bool IsDuplicate)> Messages { get; } = new();

    /// <summary>A connection's end: whether it said DISCONNECT.</summary>
    public ConcurrentQueue<(string Client, bool IsPolite)> Ends { get; } = new();

    /// <summary>Answers no ping.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Of a single connection.</summary>
    public int Pings { get; private set; }

    public int Connections => sockets.Count;

    /// <summary>Takes messages and does not acknowledge them until set back.</summary>
    public bool IsHoldingBack
    {
        set
        {
            lock (gate)
            {
                isHoldingBack = value;
                heldBack.ForEach(h => Answer(h.Stream, h.Ack));
                heldBack.Clear();
            }
        }
    }

    /// <summary>As if killed: every connection is reset, acknowledgements held back are lost.</summary>
    public void Kill()
    {
        lock (gate)
        {
            heldBack.Clear();
        }

        foreach (var socket in sockets.Keys)
        {
            socket.Close(0);
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        Kill();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                sockets.TryAdd(socket, 0);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var (client, isPolite) = ("", false);
        try
        {
            await using var stream = await OpenAsync(socket);
            await using var reader = new BufferedStream(stream, 16 * 1024);
            while (!isPolite)
            {
                var (first, body) = await ReadAsync(reader);
                switch (first >> 4)
                {
                    case 1:
                        client = Encoding.ASCII.GetString(body, 12, (body[10] << 8) | body[11]);
                        stream.Write([0x20, 2, 0, 0]);
                        break;
                    case 3:
                        Take(stream, client, first, body);
                        break;
                    case 12:
                        stream.Write(IsDeaf ? [] : [0xD0, 0]);
                        Pings++;
                        break;
                    case 14:
                        isPolite = true;
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other side went.
        }

        sockets.TryRemove(socket, out _);
        Ends.Enqueue((client, isPolite));
    }

    private async Task<Stream> OpenAsync(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (certificate is null)
        {
            return stream;
        }

        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(certificate);
        return tls;
    }

    private void Take(Stream stream, string client, byte first, byte[] body)
    {
        var topicLength = (body[0] << 8) | body[1];
        var qos = (first >> 1) & 3;
        var at = 2 + topicLength + (qos > 0 ? 2 : 0);
        Messages.Enqueue((client, Encoding.ASCII.GetString(body, 2, topicLength), Encoding.ASCII.GetString(body.AsSpan(at)), (first & 8) != 0));
        if (qos == 0)
        {
            return;
        }

        byte[] ack = [0x40, 2, body[at - 2], body[at - 1]];
        lock (gate)
        {
            if (isHoldingBack)
            {
                heldBack.Add((stream, ack));
                return;
            }
        }

        stream.Write(ack);
    }

    private static void Answer(Stream stream, byte[] ack)
    {
        try
        {
            stream.Write(ack);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Killed while it was held back.
        }
    }

    private static async Task<(byte First, byte[] Body)> ReadAsync(Stream stream)
    {
        var one = new byte[1];
        await stream.ReadExactlyAsync(one);
        var first = one[0];
        var (length, shift) = (0, 0);
        do
        {
            await stream.ReadExactlyAsync(one);
            length |= (one[0] & 0x7F) << shift;
            shift += 7;
        }
        while ((one[0] & 0x80) != 0);
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return (first, body);
    }
}
