using System.Diagnostics.Metrics;

namespace PingAnIoT.Alerts;

/// <summary>The figures of notices. Labels are channels of the configuration and reasons, never people or devices.</summary>
public sealed class NoticeMetrics
{
    private Func<double>? canaryAge;

    public NoticeMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create("PingAnIoT.Notices");
        Sends = meter.CreateCounter<long>("pingan.notices.sends", "{send}", "Attempts to send, by channel and outcome.");
        Dead = meter.CreateCounter<long>("pingan.notices.dead", "{notice}", "Notices that failed for good, by channel.");
        Lost = meter.CreateCounter<long>("pingan.notices.lost", "{notice}", "Notices that no channel took, not even the fallback.");
        Circuits = meter.CreateCounter<long>("pingan.notices.circuit", "{change}", "Circuits opened and closed, by channel and what became of it.");
        CanaryLate = meter.CreateCounter<long>("pingan.notices.canary.late", "{alarm}", "Times that the canary did not come through.");
        meter.CreateObservableGauge("pingan.notices.canary.age", () => canaryAge?.Invoke() ?? 0, "s", "Since the last canary came through; 0 where there is none.");
        Held = meter.CreateCounter<long>("pingan.notices.held", "{notice}", "Notices not told on their own, by reason.");
    }

    internal Counter<long> Dead { get; }

    internal Counter<long> Lost { get; }

    internal Counter<long> Circuits { get; }

    internal Counter<long> CanaryLate { get; }

    internal Counter<long> Sends { get; }

    internal Counter<long> Held { get; }

    internal void Watch(Func<double> secondsSinceCanary) => canaryAge = secondsSinceCanary;
}
