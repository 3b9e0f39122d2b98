using System.Diagnostics.Metrics;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Meters that nobody listens to.</summary>
public sealed class MeterFactory : IMeterFactory
{
    private readonly List<Meter> meters = [];

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        meters.Add(meter);
        return meter;
    }

    public void Dispose() => meters.ForEach(m => m.Dispose());
}
