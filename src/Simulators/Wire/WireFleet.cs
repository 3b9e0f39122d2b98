using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace PingAnIoT.Simulators;

/// <summary>What a fleet publishes.</summary>
public interface IWireLoad
{
    /// <summary>Publishes what is due on this connection, as far as its window lets it.</summary>
    /// <param name="client">Open (or held back by the load itself); the load may keep its own state in <see cref="WireClient.Load"/>.</param>
    /// <param name="now">Timestamp of the fleet's clock.</param>
    /// <returns>Timestamp at which the connection next has something due; <see cref="long.MaxValue"/> for not before an acknowledgement.</returns>
    long Fill(WireClient client, long now);

    /// <summary>What the load does for all its connections at once.</summary>
    /// <returns>Timestamp at which it wants to be asked again.</returns>
    long Tick(long now) => long.MaxValue;
}

/// <summary>
/// Many connections on one thread: it fills, sends and receives where something moves, then waits in one call for all of them; what is idle costs nothing.
/// More cores are more fleets. Threading: the clients and the load belong to the fleet's thread while it runs.
/// </summary>
public sealed class WireFleet(IReadOnlyList<WireClient> clients, IWireLoad load, TimeProvider time)
{
    /// <summary>Nothing is waited for longer than this, so that a cancellation comes in time.</summary>
    private const int LongestWaitMicros = 20_000;

    /// <summary>What falls due within this is done together: a wake-up for each message of a busy fleet would cost more than the message.</summary>
    private const int ShortestWaitMicros = 200;

    /// <summary>Connections on the way at one time, well below the backlog of common servers.</summary>
    private const int MostConnecting = 256;

    /// <summary>From one address to one port; Linux has 28,232 ports for this by default.</summary>
    private const int ConnectionsPerSource = 16_384;
    private readonly PriorityQueue<WireClient, long> schedule = new();
    private readonly Queue<WireClient> queue = new();
    private readonly Queue<WireClient> lobby = new();
    private readonly List<WireClient> ready = [];
    private readonly Dictionary<string, IPAddress[]> hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<(WireTls Tls, string Host), SslClientAuthenticationOptions> tls = [];
    private readonly byte[] scratch = new byte[64 * 1024];
    private int connecting;
    private int closed;
    private long tickAt;

    public IReadOnlyList<WireClient> Clients { get; } = clients;

    /// <summary>How readiness is learnt; null for the best there is.</summary>
    internal Func<IReadOnlyList<WireClient>, IReadiness>? MakeReadiness { get; init; }

    /// <summary>Runs until cancelled, or until every connection is closed for good.</summary>
    /// <exception cref="IOException">The process may not open that many sockets, or the authority file cannot be read.</exception>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        FileLimit.Check(Clients.Count);
        return Task.Factory.StartNew(() => Run(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    internal void Wake(WireClient client)
    {
        if (!client.IsQueued)
        {
            client.IsQueued = true;
            queue.Enqueue(client);
        }
    }

    private void Run(CancellationToken cancellationToken)
    {
        using IReadiness readiness = MakeReadiness?.Invoke(Clients) ?? (OperatingSystem.IsLinux() ? (IReadiness)new EpollReadiness(Clients) : new SelectReadiness());
        for (var i = 0; i < Clients.Count; i++)
        {
            (Clients[i].Fleet, Clients[i].Slot) = (this, i);
            closed += Clients[i].IsClosed ? 1 : 0;
            Wake(Clients[i]);
        }

        while (!cancellationToken.IsCancellationRequested && closed < Clients.Count)
        {
            ready.Clear();
            readiness.Wait(queue.Count > 0 ? 0 : WaitMicros(), ready);
            foreach (var client in ready)
            {
                Wake(client);
            }

            var now = time.GetTimestamp();
            if (now >= tickAt)
            {
                tickAt = load.Tick(now);
            }

            WakeDue(now);
            for (var more = MostConnecting - connecting; more > 0 && lobby.TryDequeue(out var client); more--)
            {
                client.IsInLobby = false;
                Wake(client);
            }

            for (var turns = queue.Count; turns > 0; turns--)
            {
                var client = queue.Dequeue();
                client.IsQueued = false;
                Turn(client, readiness);
            }
        }
    }

    private void Turn(WireClient client, IReadiness readiness)
    {
        if (client.IsClosed)
        {
            return;
        }

        var now = time.GetTimestamp();
        var wasConnecting = client.IsConnecting;
        client.Pump(now, scratch);
        var due = long.MaxValue;
        if (client.IsOpen || client.IsHeld)
        {
            client.BeginFill();
            due = load.Fill(client, now);
            client.Flush(now);
        }

        connecting -= wasConnecting && !client.IsConnecting ? 1 : 0;

        if (client.IsIdle && now >= client.AttentionAt())
        {
            TryStart(client, readiness, now);
        }

        if (due <= now || client.MayGoOn)
        {
            Wake(client);
        }
        else if (!client.IsInLobby)
        {
            Schedule(client, Math.Min(due, client.AttentionAt()));
        }

        closed += client.IsClosed ? 1 : 0;
    }

    private void TryStart(WireClient client, IReadiness readiness, long now)
    {
        if (connecting >= MostConnecting)
        {
            if (!client.IsInLobby)
            {
                client.IsInLobby = true;
                lobby.Enqueue(client);
            }

            return;
        }

        if (Resolve(client) is { } address)
        {
            client.Start(new IPEndPoint(address, client.Options.Port), Source(client, address), readiness, TlsOf(client.Options), now);
            connecting += client.IsConnecting ? 1 : 0;
        }
        else
        {
            client.NotFound(now);
        }
    }

    /// <summary>A name is looked up once for the fleet; its addresses are tried in turn.</summary>
    private IPAddress? Resolve(WireClient client)
    {
        var host = client.Options.Host;
        if (!hosts.TryGetValue(host, out var addresses))
        {
            try
            {
                addresses = [.. Dns.GetHostAddresses(host).OrderBy(a => a.AddressFamily)];
            }
            catch (SocketException)
            {
                return null;
            }

            hosts.Add(host, addresses);
        }

        return addresses.Length == 0 ? null : addresses[client.Attempts++ % addresses.Length];
    }

    /// <summary>On the loopback a machine has many addresses of its own, each with ports of its own.</summary>
    private static IPAddress? Source(WireClient client, IPAddress target)
    {
        var number = client.Slot / ConnectionsPerSource;
        return number > 0 && target.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(target)
            ? new IPAddress([127, 0, 0, (byte)(1 + number)])
            : null;
    }

    private SslClientAuthenticationOptions? TlsOf(WireOptions options)
    {
        if (options.Tls is null)
        {
            return null;
        }

        if (!tls.TryGetValue((options.Tls, options.Host), out var made))
        {
            made = options.Tls.Options(options.Host);
            tls.Add((options.Tls, options.Host), made);
        }

        return made;
    }

    private void Schedule(WireClient client, long at)
    {
        if (at < client.ScheduledAt)
        {
            client.ScheduledAt = at;
            schedule.Enqueue(client, at);
        }
    }

    private void WakeDue(long now)
    {
        while (schedule.TryPeek(out var client, out var at) && at <= now)
        {
            schedule.Dequeue();
            if (client.ScheduledAt == at)
            {
                client.ScheduledAt = long.MaxValue;
                Wake(client);
            }
        }
    }

    private int WaitMicros()
    {
        var next = schedule.TryPeek(out _, out var at) ? Math.Min(at, tickAt) : tickAt;
        var ahead = next - time.GetTimestamp();
        return ahead <= 0 ? 0 : (int)Math.Clamp(Math.Min(ahead, time.TimestampFrequency) * 1_000_000 / time.TimestampFrequency, ShortestWaitMicros, LongestWaitMicros);
    }
}
