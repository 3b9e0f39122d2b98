using System.Diagnostics.Metrics;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Meters that nobody listens to.</summary>
internal sealed class SilentMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
