namespace PingAnIoT.Simulators;

/// <summary>What a run did.</summary>
/// <param name="Counters">All connections together.</param>
/// <param name="Readings">In the messages published.</param>
/// <param name="ReadingsAcknowledged">In the messages acknowledged with yes.</param>
/// <param name="Elapsed">From the first publish to the last acknowledgement.</param>
public sealed record FleetRunResult(WireCounters Counters, long Readings, long ReadingsAcknowledged, TimeSpan Elapsed);

/// <summary>
/// Plays a fleet against a server: connects every gateway, lets the fleet's time begin, waits for the end and for what is under way.
/// Client identifier and user name are the gateway's name. Threading: used from one thread; runs the fleet on one of its own.
/// </summary>
public sealed class FleetRun : IDisposable
{
    private const long WindowBytesOfAll = 512L * 1024 * 1024;
    private readonly List<WireClient> clients;
    private readonly TimeProvider time;

    /// <param name="target">Host, port and how all gateways connect; identifier and user name are put in.</param>
    /// <param name="source">What they say.</param>
    /// <param name="gateways">Their names, by number.</param>
    /// <param name="pace">How fast.</param>
    /// <param name="time">The machine's clock.</param>
    /// <param name="acknowledged">As <see cref="FleetWireLoad.Acknowledged"/>.</param>
    public FleetRun(WireOptions target, IFleetSource source, IReadOnlyList<string> gateways, FleetPace pace, TimeProvider time, Action<int, long, byte>? acknowledged = null)
    {
        this.time = time;
        var bytes = (int)Math.Clamp(WindowBytesOfAll / Math.Max(gateways.Count, 1), 4096, target.WindowBytes);
        clients = [.. gateways.Select(g => new WireClient(target with { ClientId = g, UserName = g, WindowBytes = bytes }, Counters, time))];
        Load = new FleetWireLoad(source, clients, pace, time) { Acknowledged = acknowledged };
    }

    public WireCounters Counters { get; } = new();

    public FleetWireLoad Load { get; }

    /// <summary>Of now; those whose link is down are among the others.</summary>
    public int ConnectionsOpen => clients.Count(c => c.IsOpen);

    public int Gateways => clients.Count;

    /// <summary>Longest wait for the first connections, and for the last acknowledgements.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Called when every connection stands, just before the fleet's time begins.</summary>
    public Action? Beginning { get; init; }

    /// <param name="longest">Ends the run though the fleet has more to say; null for its end.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="IOException">Nobody answers, or not as MQTT; the message says why.</exception>
    public async Task<FleetRunResult> RunAsync(TimeSpan? longest, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new WireFleet(clients, Load, time).RunAsync(stop.Token);
        try
        {
            await PollAsync(() => running.IsCompleted || clients.All(c => c.IsOpen), Grace, cancellationToken);
            if (Counters.Connected == 0 && !running.IsCompleted && !cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"nobody lets us in at {clients[0].Options.Host}:{clients[0].Options.Port}: {clients[0].LastError}");
            }

            // A moment late is caught up with at once: the load counts from when it should have begun.
            await PollAsync(() => running.IsCompleted || Load.IsDue, TimeSpan.MaxValue, cancellationToken);
            Beginning?.Invoke();
            var start = time.GetTimestamp();
            Load.Begin();
            await PollAsync(() => running.IsCompleted || Load.IsDone, longest ?? TimeSpan.MaxValue, cancellationToken);
            Load.Stop();
            await PollAsync(() => running.IsCompleted || clients.All(c => c.InFlight == 0), Grace, cancellationToken);
            return new FleetRunResult(Counters, Load.Readings, Load.ReadingsAcknowledged, time.GetElapsedTime(start));
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    public void Dispose() => clients.ForEach(c => c.Dispose());

    private async Task PollAsync(Func<bool> isSo, TimeSpan longest, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!isSo() && time.GetElapsedTime(start) < longest && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, CancellationToken.None);
        }
    }
}
