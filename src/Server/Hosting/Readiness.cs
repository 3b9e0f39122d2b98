using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PingAnIoT.Server;

/// <summary>Whether gateways and officers should be sent here: storage works, and the server is not on its way out.</summary>
internal sealed class Readiness(Func<string?> fault) : IHealthCheck
{
    private volatile bool isStopping;

    public void Stop() => isStopping = true;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((isStopping, fault()) switch
        {
            (true, _) => HealthCheckResult.Unhealthy("stopping"),
            (_, { } text) => HealthCheckResult.Unhealthy(text),
            _ => HealthCheckResult.Healthy(),
        });
}
