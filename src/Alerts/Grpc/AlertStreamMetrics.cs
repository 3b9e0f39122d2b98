using System.Diagnostics.Metrics;

namespace PingAnIoT.Alerts;

/// <summary>The streams' figures.</summary>
public sealed class AlertStreamMetrics : IDisposable
{
    public const string MeterName = "PingAnIoT.Stream";

    private readonly Meter meter;

    public AlertStreamMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        meter = meters.Create(MeterName);
        Events = meter.CreateCounter<long>("pingan.stream.events", "{event}", "Events written to officers.");
        Summarized = meter.CreateCounter<long>("pingan.stream.summarized", "{event}", "Events that officers were sent as part of a summary.");
        Cut = meter.CreateCounter<long>("pingan.stream.cut", "{stream}", "Streams ended by the server, by reason.");
        Refused = meter.CreateCounter<long>("pingan.stream.refused", "{stream}", "Streams refused at a bound.");
        DelaySeconds = meter.CreateHistogram<double>("pingan.stream.delay", "s", "From the receipt of what revealed it to the write to an officer.");
    }

    internal Counter<long> Events { get; }

    internal Counter<long> Summarized { get; }

    internal Counter<long> Cut { get; }

    internal Counter<long> Refused { get; }

    internal Histogram<double> DelaySeconds { get; }

    public void Dispose() => meter.Dispose();
}
