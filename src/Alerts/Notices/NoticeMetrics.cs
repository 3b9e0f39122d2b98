using System.Diagnostics.Metrics;

namespace PingAnIoT.Alerts;

/// <summary>The figures of notices. Labels are channels of the configuration and reasons, never people or devices.</summary>
public sealed class NoticeMetrics
{
    public NoticeMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create("PingAnIoT.Notices");
        Sends = meter.CreateCounter<long>("pingan.notices.sends", "{send}", "Attempts to send, by channel and outcome.");
        Held = meter.CreateCounter<long>("pingan.notices.held", "{notice}", "Notices not told on their own, by reason.");
    }

    internal Counter<long> Sends { get; }

    internal Counter<long> Held { get; }
}
