using System.Net.Sockets;

namespace PingAnIoT.Simulators;

/// <summary>What a fleet publishes.</summary>
public interface IWireLoad
{
    /// <summary>Publishes what is due on this connection, as far as its window lets it.</summary>
    /// <param name="client">Open; the load may keep its own state in <see cref="WireClient.Load"/>.</param>
    /// <param name="now">Timestamp of the fleet's clock.</param>
    /// <returns>Timestamp at which the connection next has something due; <see cref="long.MaxValue"/> for not before an acknowledgement.</returns>
    long Fill(WireClient client, long now);
}

/// <summary>
/// Many connections on one thread: it fills, sends and receives as long as anything moves, then waits in one poll for all of them.
/// More cores are more fleets. Threading: the clients and the load belong to the fleet's thread while it runs.
/// </summary>
public sealed class WireFleet(IReadOnlyList<WireClient> clients, IWireLoad load, TimeProvider time)
{
    /// <summary>Nothing is waited for longer than this, so that reconnects and keep-alives come in time.</summary>
    private const int LongestWaitMicros = 20_000;
    private readonly List<Socket> readable = [];
    private readonly List<Socket> writable = [];

    public IReadOnlyList<WireClient> Clients { get; } = clients;

    /// <summary>Runs until cancelled, or until every connection is closed for good.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Run(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && Clients.Any(c => !c.IsClosed))
        {
            var moved = false;
            var due = long.MaxValue;
            foreach (var client in Clients)
            {
                var now = time.GetTimestamp();
                if (client.IsOpen)
                {
                    due = Math.Min(due, load.Fill(client, now));
                }

                moved |= client.Pump(now);
            }

            if (!moved)
            {
                Wait(due, cancellationToken);
            }
        }
    }

    private void Wait(long due, CancellationToken cancellationToken)
    {
        var micros = LongestWaitMicros;
        if (due != long.MaxValue)
        {
            micros = (int)Math.Clamp((due - time.GetTimestamp()) * 1_000_000 / time.TimestampFrequency, 0, LongestWaitMicros);
        }

        readable.Clear();
        writable.Clear();
        foreach (var client in Clients)
        {
            if (client.Socket is { } socket && socket.Connected)
            {
                readable.Add(socket);
                if (client.WantsWrite)
                {
                    writable.Add(socket);
                }
            }
        }

        if (readable.Count == 0)
        {
            cancellationToken.WaitHandle.WaitOne(Math.Max(1, micros / 1000));
        }
        else if (micros > 0)
        {
            Socket.Select(readable, writable.Count > 0 ? writable : null, null, micros);
        }
    }
}
