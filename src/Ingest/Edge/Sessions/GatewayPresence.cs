namespace PingAnIoT.Ingest;

/// <summary>
/// Who is connected, so that the loss of a gateway's last connection is reported as the loss of the gateway.
/// What a gateway says itself on its status topic is a message like any other and no matter of this class.
/// A will's delay postpones that report: a gateway back within it was never away. One that has taken its leave by DISCONNECT has
/// <see cref="IIntake.GatewayReturn"/> to come back: nothing that stays silent is safe, whatever it said when it left.
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
                intake.ReportGateway(gateway, online: true);
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

            var wait = lost ? delay : intake.GatewayReturn;
            if (wait > TimeSpan.Zero)
            {
                entry.LostAt = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
                return;
            }

            intake.ReportGateway(gateway, online: false);
            gateways.Remove(gateway);
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
                    intake.ReportGateway(gateway, online: false);
                    gateways.Remove(gateway);
                }
            }
        }
    }

    private sealed class Entry
    {
        public int Connections { get; set; }

        public long LostAt { get; set; } = long.MaxValue;
    }
}
