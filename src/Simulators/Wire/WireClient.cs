using System.Buffers.Binary;
using System.Net.Sockets;

namespace PingAnIoT.Simulators;

/// <summary>
/// One MQTT connection of a simulated gateway: non-blocking, pumped by its fleet. It reconnects by itself and sends again
/// what was not acknowledged. Threading: owned by the fleet's one thread.
/// </summary>
public sealed class WireClient : IDisposable
{
    private readonly InFlightRing ring;
    private readonly byte[] connect;
    private readonly byte[] received = new byte[16 * 1024];
    private readonly TimeProvider time;
    private readonly WireCounters counters;
    private int receivedLength;
    private Task? connecting;
    private State state = State.Idle;
    private long retryAt;
    private int failures;
    private long lastSent;
    private long lastReceived;

    public WireClient(WireOptions options, WireCounters counters, TimeProvider time)
    {
        Options = options;
        this.counters = counters;
        this.time = time;
        ring = new InFlightRing(options.WindowMessages, options.WindowBytes);
        connect = WireFrames.Connect(options);
    }

    private enum State
    {
        Idle,
        Connecting,
        AwaitingConnack,
        Open,
        Closed,
    }

    public WireOptions Options { get; }

    /// <summary>Whatever the load keeps for this connection.</summary>
    public object? Load { get; set; }

    public bool IsOpen => state == State.Open;

    public bool IsClosed => state == State.Closed;

    /// <summary>Published and not yet acknowledged (or, at QoS 0, not yet sent).</summary>
    public int InFlight => ring.Count;

    /// <summary>Why the server said no, from CONNACK; 0 when it did not.</summary>
    public byte ConnackCode { get; private set; }

    internal Socket? Socket { get; private set; }

    internal bool WantsWrite => state == State.Open && ring.HasUnsent;

    /// <summary>Called for each PUBACK with the tag of the publish and the reason code (0 in version 3.1.1).</summary>
    public Action<WireClient, long, byte>? Acknowledged { get; set; }

    /// <summary>Puts a message in the window.</summary>
    /// <param name="frame">What to send.</param>
    /// <param name="tag">Comes back with the acknowledgement.</param>
    /// <param name="now">Timestamp from which the latency counts.</param>
    /// <returns>The bytes as they will be sent, to be patched before the next pump; empty when the window is full.</returns>
    public Span<byte> TryPublish(WireFrame frame, long tag, long now)
    {
        var written = ring.TryAdd(frame.Bytes, frame.PacketIdOffset, tag, now);
        if (!written.IsEmpty)
        {
            counters.Published++;
            counters.PublishedBytes += written.Length;
        }

        return written;
    }

    /// <summary>Does whatever can be done without waiting.</summary>
    /// <returns>True when something was done.</returns>
    public bool Pump(long now)
    {
        try
        {
            return state switch
            {
                State.Idle => now >= retryAt && Start(),
                State.Connecting => connecting!.IsCompleted && Greet(now),
                State.Closed => false,
                _ => KeepAlive(now) | Receive(now) | Send(now),
            };
        }
        catch (SocketException)
        {
            Lost(now);
            return true;
        }
    }

    /// <summary>Says goodbye and closes.</summary>
    public void Dispose()
    {
        if (state == State.Open)
        {
            try
            {
                Socket!.Send(WireFrames.Disconnect);
            }
            catch (SocketException)
            {
                // It is gone already.
            }
        }

        Socket?.Dispose();
        state = State.Closed;
    }

    private bool Start()
    {
        Socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        connecting = Socket.ConnectAsync(Options.Host, Options.Port);
        state = State.Connecting;
        return true;
    }

    private bool Greet(long now)
    {
        if (!connecting!.IsCompletedSuccessfully)
        {
            _ = connecting.Exception;
            Lost(now);
            return true;
        }

        Socket!.Blocking = false;
        Socket.Send(connect);
        lastSent = lastReceived = now;
        receivedLength = 0;
        state = State.AwaitingConnack;
        return true;
    }

    private bool Send(long now)
    {
        var any = false;
        while (state == State.Open && ring.HasUnsent)
        {
            var count = Socket!.Send(ring.Unsent, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                break;
            }

            if (error != SocketError.Success)
            {
                Lost(now);
                return true;
            }

            ring.Sent(count);
            lastSent = now;
            any = true;
        }

        return any;
    }

    private bool Receive(long now)
    {
        var any = false;
        while (state is State.AwaitingConnack or State.Open)
        {
            var count = Socket!.Receive(received.AsSpan(receivedLength), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                break;
            }

            if (error != SocketError.Success || count == 0)
            {
                Lost(now);
                return true;
            }

            lastReceived = now;
            receivedLength += count;
            any = true;
            var wasFull = receivedLength == received.Length;
            if (!TakePackets(now))
            {
                Lost(now);
                return true;
            }

            if (!wasFull)
            {
                break;
            }
        }

        return any;
    }

    private bool TakePackets(long now)
    {
        var at = 0;
        while (at < receivedLength)
        {
            var rest = received.AsSpan(at, receivedLength - at);
            var header = WireFrames.ReadHeader(rest, out var remaining);
            if (header < 0 || header + remaining > received.Length)
            {
                return false;
            }

            if (header == 0 || header + remaining > rest.Length)
            {
                break;
            }

            if (!Take(rest[0] >> 4, rest.Slice(header, remaining), now))
            {
                return false;
            }

            at += header + remaining;
        }

        received.AsSpan(at, receivedLength - at).CopyTo(received);
        receivedLength -= at;
        return true;
    }

    private bool Take(int type, ReadOnlySpan<byte> body, long now)
    {
        switch (type)
        {
            case 2:
                return Connack(body);
            case 4 when body.Length >= 2:
                Puback(BinaryPrimitives.ReadUInt16BigEndian(body), body.Length > 2 ? body[2] : (byte)0, now);
                return true;
            case 14:
                return false;
            default:
                return true;
        }
    }

    private bool Connack(ReadOnlySpan<byte> body)
    {
        if (body.Length < 2)
        {
            return false;
        }

        ConnackCode = body[1];
        if (ConnackCode != 0)
        {
            counters.ConnectsRefused++;
            return false;
        }

        if (Options.Version == WireVersion.Mqtt5)
        {
            ring.LimitMessages = Math.Min(Options.WindowMessages, ConnackProperties.ReceiveMaximum(body[2..]));
        }

        failures = 0;
        counters.Connected++;
        state = State.Open;
        return true;
    }

    private void Puback(ushort packetId, byte reason, long now)
    {
        if (!ring.TryAcknowledge(packetId, out var tag, out var queued))
        {
            return;
        }

        if (reason < 0x80)
        {
            counters.Acknowledged++;
        }
        else
        {
            counters.Refused++;
        }

        counters.Latency((now - queued) * 1_000_000 / time.TimestampFrequency);
        Acknowledged?.Invoke(this, tag, reason);
    }

    private bool KeepAlive(long now)
    {
        var keepAlive = Options.KeepAliveSeconds * time.TimestampFrequency;
        if (keepAlive == 0 || state != State.Open)
        {
            return false;
        }

        if (now - lastReceived > keepAlive * 3 / 2)
        {
            Lost(now);
            return true;
        }

        if (now - Math.Min(lastSent, lastReceived) > keepAlive / 2 && !ring.HasUnsent)
        {
            lastSent = lastReceived = now;
            ring.TryAdd(WireFrames.PingRequest, -1, 0, now);
        }

        return false;
    }

    private void Lost(long now)
    {
        if (state == State.Open)
        {
            counters.Disconnected++;
        }

        Socket?.Dispose();
        Socket = null;
        counters.Resent += ring.Rewind();
        state = Options.Reconnect ? State.Idle : State.Closed;
        failures = Math.Min(failures + 1, 6);
        retryAt = now + ((time.TimestampFrequency * Options.ReconnectMilliseconds << (failures - 1)) / 1000);
    }
}
