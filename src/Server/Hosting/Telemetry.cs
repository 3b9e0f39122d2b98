using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace PingAnIoT.Server;

/// <summary>Metrics for Prometheus always, metrics and traces over OTLP where an endpoint is set.</summary>
internal static class Telemetry
{
    /// <summary>Every meter and activity source of the product begins with this.</summary>
    public const string Names = "PingAnIoT*";

    public static void AddTelemetry(this IServiceCollection services, TelemetrySection options)
    {
        var endpoint = options.OtlpEndpoint.Length > 0 ? new Uri(options.OtlpEndpoint) : null;
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService("pinganiot", autoGenerateServiceInstanceId: false))
            .WithMetrics(m =>
            {
                m.AddMeter(Names).AddMeter("Microsoft.AspNetCore.Server.Kestrel").AddRuntimeInstrumentation().AddPrometheusExporter();
                if (endpoint is not null)
                {
                    m.AddOtlpExporter(o => o.Endpoint = endpoint);
                }
            });
        if (endpoint is not null)
        {
            telemetry.WithTracing(t => t.AddSource(Names).AddAspNetCoreInstrumentation().AddOtlpExporter(o => o.Endpoint = endpoint));
        }
    }
}
