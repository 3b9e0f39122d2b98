namespace PingAnIoT.Ingest;

/// <summary>
/// Who is connected, so that the loss of a gateway's last connection is reported as the loss of the gateway.
/// A will's delay postpones that report: a gateway back within it was never away.
/// Threading: any thread; reports are made under the lock, so their order is that of the events.
/// </summary>
internal sealed class GatewayPresence(IIntake intake, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> gateways = new(StringComparer.Ordinal);

    public void Connected(string gateway)
    {
        lock (gate)
        {
            if (!gateways.TryGetValue(gateway, out var entry))
            {
                gateways.Add(gateway, entry = new Entry());
            }

            entry.Connections++;
            entry.LostAt = long.MaxValue;
            if (entry.Connections == 1)
            {
                Report(gateway, entry, online: true);
            }
        }
    }

    /// <param name="gateway">Whose connection ended.</param>
    /// <param name="lost">Without DISCONNECT.</param>
    /// <param name="delay">How long its will waits.</param>
    public void Left(string gateway, bool lost, TimeSpan delay)
    {
        lock (gate)
        {
            var entry = gateways[gateway];
            if (--entry.Connections > 0)
            {
                return;
            }

            if (lost && delay > TimeSpan.Zero)
            {
                entry.LostAt = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
                return;
            }

            if (lost)
            {
                Report(gateway, entry, online: false);
            }

            gateways.Remove(gateway);
        }
    }

    /// <summary>The gateway says so itself, on its status topic. Said again, it is not reported again.</summary>
    public void Say(string gateway, bool online)
    {
        lock (gate)
        {
            if (gateways.TryGetValue(gateway, out var entry) && entry.Online != online)
            {
                Report(gateway, entry, online);
            }
        }
    }

    /// <summary>Reports those whose delay is over.</summary>
    public void Sweep(long now)
    {
        lock (gate)
        {
            foreach (var (gateway, entry) in gateways)
            {
                if (entry.LostAt <= now)
                {
                    Report(gateway, entry, online: false);
                    gateways.Remove(gateway);
                }
            }
        }
    }

    private void Report(string gateway, Entry entry, bool online)
    {
        entry.Online = online;
        intake.ReportGateway(gateway, online);
    }

    private sealed class Entry
    {
        public int Connections { get; set; }

        public bool? Online { get; set; }

        public long LostAt { get; set; } = long.MaxValue;
    }
}
