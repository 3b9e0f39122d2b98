using Google.Protobuf.Reflection;
using Google.Rpc;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PingAnIoT.Alerts;
using PingAnIoT.Ingest;

namespace PingAnIoT.Server;

/// <summary>What officers, scrapers and probes reach over HTTP: gRPC, gRPC-Web, JSON, metrics, health.</summary>
internal static class WebLayer
{
    /// <summary>All of it, and the edge, ready to be started: nothing listens yet.</summary>
    /// <param name="options">Already checked.</param>
    /// <param name="listeners">What will listen where.</param>
    /// <param name="time">The only clock.</param>
    /// <param name="readiness">What probes are told.</param>
    /// <param name="addParts">Adds what is served: the intake, the services, what they are seen by.</param>
    public static WebApplication Build(
        ServerOptions options, Listeners listeners, TimeProvider time, Readiness readiness, Action<IServiceCollection> addParts)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        addParts(builder.Services);
        builder.Services.AddSingleton(time).AddLogging();
        builder.Services.AddMqttEdge(listeners.Edge);
        builder.Services.AddWebLayer(options, time, readiness);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(listeners.SetUp);
        var web = builder.Build();
        web.MapWebLayer(options);
        return web;
    }

    private static void AddWebLayer(this IServiceCollection services, ServerOptions options, TimeProvider time, Readiness readiness)
    {
        services.AddRouting();
        services.AddGrpc(g =>
        {
            g.MaxReceiveMessageSize = 2 * 1024 * 1024;
            g.EnableDetailedErrors = false;
            g.Interceptors.Add<RightsInterceptor>();
        }).AddJsonTranscoding(j => j.TypeRegistry = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor));
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(h => h.Services.Map("", _ => true));
        services.AddHealthChecks().Add(new HealthCheckRegistration("ready", readiness, HealthStatus.Unhealthy, tags: null));
        services.Configure<HealthCheckPublisherOptions>(p =>
        {
            p.Delay = TimeSpan.Zero;
            p.Period = TimeSpan.FromSeconds(2);
        });
        services.AddOfficers(options.Officers, time);
        services.AddTelemetry(options.Telemetry);
    }

    private static void MapWebLayer(this WebApplication app, ServerOptions options)
    {
        if (options.Officers.IsOpen)
        {
            app.UseLoopbackOriginsOnly();
        }

        app.UseWebSockets();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.MapMqttWebSocket().AllowAnonymous();
        app.MapGrpcService<AlertService>();
        app.MapGrpcService<IncidentService>();
        app.MapGrpcService<PolicyService>();
        app.MapGrpcService<RuleService>();
        app.MapGrpcService<FleetService>();
        app.MapGrpcService<DutyService>();
        app.MapGrpcService<NoticeService>();
        app.MapGrpcService<ReportService>();
        app.MapGrpcService<MaintenanceService>();
        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready").AllowAnonymous();

        // They are the counters of the whole city, in another form.
        var callers = app.Services.GetRequiredService<Callers>();
        app.MapPrometheusScrapingEndpoint(OfficerAuthentication.MetricsPath)
            .RequireAuthorization(p => p.RequireAuthenticatedUser().RequireAssertion(c => callers.May(c.User, Need.SeeCity)));
    }
}
