using Microsoft.Extensions.Diagnostics.HealthChecks;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>
/// Whether who is to be told is told. Degraded and not unhealthy where not: gateways and officers are as well off here as before, and probes must
/// not take from them what works.
/// </summary>
internal sealed class NoticeCheck(Func<NoticeHealth?> health) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(health()?.Fault is { } fault ? HealthCheckResult.Degraded(fault) : HealthCheckResult.Healthy());
}
