using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace PingAnIoT.Simulators;

/// <summary>
/// One MQTT connection of a simulated gateway: non-blocking, pumped by its fleet. It reconnects by itself and sends again
/// what was not acknowledged. Threading: owned by the fleet's one thread.
/// </summary>
public sealed partial class WireClient : IDisposable
{
    /// <summary>Longest time from the first SYN to CONNACK.</summary>
    private const int ConnectSeconds = 10;
    private readonly InFlightRing ring;
    private readonly byte[] connect;
    private readonly TimeProvider time;
    private readonly WireCounters counters;
    private SslClientAuthenticationOptions? tlsOptions;
    private WireLink? link;
    private State state = State.Idle;
    private long retryAt;
    private long startedAt;
    private int failures;
    private long lastSent;
    private long lastReceived;
    private long lastPing;
    private bool wasRefused;
    private bool canRead;
    private bool canWrite;
    private bool isHung;

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
        ShakingHands,
        AwaitingConnack,
        Open,
        Held,
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

    /// <summary>Why the connection was last lost, where that is known; a certificate that is not trusted, for one.</summary>
    public string? LastError { get; private set; }

    /// <summary>Called for each PUBACK with the tag of the publish and the reason code (0 in version 3.1.1).</summary>
    public Action<WireClient, long, byte>? Acknowledged { get; set; }

    internal Socket? Socket { get; private set; }

    /// <summary>Closed on the load's wish, until <see cref="Resume"/>.</summary>
    internal bool IsHeld => state == State.Held;

    /// <summary>On the way from the first SYN to CONNACK.</summary>
    internal bool IsConnecting => state is State.Connecting or State.ShakingHands or State.AwaitingConnack;

    internal bool IsIdle => state == State.Idle;

    internal bool WantsWrite => state == State.Connecting || (link is not null && (link.HasUnsent || (state == State.Open && ring.HasUnsent)));

    /// <summary>A message was refused though no acknowledgement is to come that would make room: room is there by now.</summary>
    internal bool MayGoOn => wasRefused && state == State.Open && InFlight == 0;

    /// <summary>Belongs to the fleet: its number there.</summary>
    internal int Slot { get; set; }

    /// <summary>Belongs to the fleet: how often an address was asked for.</summary>
    internal int Attempts { get; set; }

    /// <summary>Belongs to the fleet: it waits until fewer are connecting.</summary>
    internal bool IsInLobby { get; set; }

    /// <summary>Belongs to the fleet: when it is to have its turn at the latest.</summary>
    internal long ScheduledAt { get; set; } = long.MaxValue;

    /// <summary>Belongs to the fleet: it waits for its turn.</summary>
    internal bool IsQueued { get; set; }

    internal WireFleet? Fleet { get; set; }

    /// <summary>Puts a message in the window.</summary>
    /// <param name="frame">What to send.</param>
    /// <param name="tag">Comes back with the acknowledgement.</param>
    /// <param name="now">Timestamp from which the latency counts.</param>
    /// <returns>The bytes as they will be sent, to be patched before the next pump; empty when the window is full.</returns>
    public Span<byte> TryPublish(WireFrame frame, long tag, long now) => Count(ring.TryAdd(frame.Bytes, frame.PacketIdOffset, tag, now));

    /// <summary>Puts a message in the window, written straight into it.</summary>
    /// <param name="topicUtf8">Its topic.</param>
    /// <param name="payload">Any bytes.</param>
    /// <param name="qos">0 or 1.</param>
    /// <param name="tag">Comes back with the acknowledgement.</param>
    /// <param name="since">Timestamp from which the latency counts: when it was due.</param>
    /// <returns>False when the window is full.</returns>
    public bool TryPublish(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, int qos, long tag, long since)
    {
        var length = WireFrames.PublishLength(Options.Version, topicUtf8.Length, payload.Length, qos);
        var target = Count(ring.TryReserve(length, qos > 0, tag, since, out var packetId));
        if (target.IsEmpty)
        {
            return false;
        }

        WireFrames.WritePublish(target, Options.Version, topicUtf8, payload, qos, packetId);
        return true;
    }

    /// <returns>Whether a packet of so many bytes would go into the window now; when not, the load is asked again once it might.</returns>
    public bool HasRoom(int packetBytes)
    {
        var hasRoom = ring.HasRoom(packetBytes);
        wasRefused |= !hasRoom;
        return hasRoom;
    }

    /// <summary>Says goodbye and closes.</summary>
    public void Dispose()
    {
        Close(politely: true);
        state = State.Closed;
    }

    /// <summary>Closes the connection and stays away until <see cref="Resume"/>; what is not acknowledged is sent again then.</summary>
    /// <param name="politely">With DISCONNECT, or by a reset.</param>
    internal void Hold(bool politely)
    {
        counters.Disconnected += IsOpen ? 1 : 0;
        Close(politely);
        counters.Resent += ring.Rewind();
        state = State.Held;
    }

    /// <summary>Connects again.</summary>
    internal void Resume()
    {
        state = State.Idle;
        retryAt = 0;
    }

    internal void MarkReady(bool canRead, bool canWrite, bool isHung)
    {
        this.canRead |= canRead;
        this.canWrite |= canWrite;
        this.isHung |= isHung;
    }

    /// <summary>Begins to connect.</summary>
    internal void Start(IPEndPoint target, IPAddress? source, IReadiness readiness, SslClientAuthenticationOptions? tls, long now)
    {
        startedAt = now;
        state = State.Connecting;
        canRead = canWrite = isHung = false;
        carryLength = 0;
        tlsOptions = tls;
        try
        {
            Socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
            if (source is not null)
            {
                Socket.Bind(new IPEndPoint(source, 0));
            }

            Connect(Socket, target);
            readiness.Add(Socket, this);
        }
        catch (SocketException e)
        {
            Lost(now, e.Message);
        }
    }

    /// <summary>Nobody knows the host.</summary>
    internal void NotFound(long now) => Lost(now, $"no address for {Options.Host}");

    /// <summary>Does whatever can be done without waiting: connects, receives, keeps alive.</summary>
    internal void Pump(long now, byte[] scratch)
    {
        if (IsConnecting && now - startedAt > ConnectSeconds * time.TimestampFrequency)
        {
            Lost(now, "no answer");
            return;
        }

        try
        {
            if (state == State.Connecting && (canWrite || isHung))
            {
                Connected(now);
            }

            if (state >= State.ShakingHands && link?.Advance() == false)
            {
                Lost(now, link.Error);
            }

            if (state == State.ShakingHands && link!.IsReady)
            {
                Greet(now);
            }

            Receive(now, scratch);
            KeepAlive(now);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Lost(now, e.Message);
        }
    }

    /// <summary>Sends as much as goes.</summary>
    internal void Flush(long now)
    {
        while (state == State.Open && canWrite && ring.HasUnsent)
        {
            var count = link!.Send(ring.Unsent);
            if (count == WireLink.Gone)
            {
                Lost(now, link.Error);
                return;
            }

            canWrite = count > 0;
            ring.Sent(count);
            lastSent = count > 0 ? now : lastSent;
        }
    }

    /// <summary>When the connection is to be looked at though nothing comes.</summary>
    internal long AttentionAt() => state switch
    {
        State.Idle => retryAt,
        State.Connecting or State.ShakingHands or State.AwaitingConnack => startedAt + (ConnectSeconds * time.TimestampFrequency) + 1,
        State.Open when Options.KeepAliveSeconds > 0 => Math.Min(PingAt, DeadAt) + 1,
        _ => long.MaxValue,
    };

    /// <summary>The load wants to be asked about this connection.</summary>
    internal void Wake() => Fleet?.Wake(this);

    /// <summary>Timestamp of the last byte from the server.</summary>
    internal long HeardAt => lastReceived;

    internal void BeginFill() => wasRefused = false;

    private long PingAt => Math.Max(Math.Min(lastSent, lastReceived), lastPing) + (Options.KeepAliveSeconds * time.TimestampFrequency / 2);

    private long DeadAt => lastReceived + (Options.KeepAliveSeconds * time.TimestampFrequency * 3 / 2);

    private static void Connect(Socket socket, IPEndPoint target)
    {
        try
        {
            socket.Connect(target);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It is under way: readiness tells how it ends.
        }
    }

    private void Connected(long now)
    {
        var error = (SocketError)(int)Socket!.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != SocketError.Success)
        {
            Lost(now, error.ToString());
            return;
        }

        link = tlsOptions is null ? new WireLink(Socket) : new TlsLink(Socket, tlsOptions);
        state = State.ShakingHands;
    }

    private void Greet(long now)
    {
        // The first bytes on a new connection: there is room for them.
        if (link!.Send(connect) != connect.Length)
        {
            Lost(now, link.Error);
            return;
        }

        lastSent = lastReceived = lastPing = now;
        state = State.AwaitingConnack;
    }

    private Span<byte> Count(Span<byte> written)
    {
        wasRefused |= written.IsEmpty;
        counters.Published += written.IsEmpty ? 0 : 1;
        counters.PublishedBytes += written.Length;
        return written;
    }

    private void Lost(long now, string? why)
    {
        counters.Disconnected += IsOpen ? 1 : 0;
        LastError = why ?? LastError;
        Close(politely: false);
        counters.Resent += ring.Rewind();
        state = Options.Reconnect ? State.Idle : State.Closed;
        failures = Math.Min(failures + 1, 6);
        retryAt = now + ((time.TimestampFrequency * Options.ReconnectMilliseconds << (failures - 1)) / 1000);
    }

    private void Close(bool politely)
    {
        try
        {
            // Not in the middle of a packet.
            if (politely && state == State.Open && !ring.HasUnsent)
            {
                link!.Send(WireFrames.Disconnect);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is gone already.
        }

        if (politely || link is null)
        {
            link?.Dispose();
        }
        else
        {
            link.Abort();
        }

        Socket?.Dispose();
        (link, Socket, wasRefused) = (null, null, false);
        canRead = canWrite = false;
    }
}
