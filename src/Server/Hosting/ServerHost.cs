using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PingAnIoT.Server;

/// <summary>
/// One server: everything composed in one straight line, for the program and for the tests alike.
/// Holds no process-wide state, so several may run side by side.
/// </summary>
public sealed class ServerHost : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly Readiness health;

    private ServerHost(WebApplication app, Readiness readiness, ServerAddresses addresses)
    {
        web = app;
        health = readiness;
        Addresses = addresses;
    }

    public ServerAddresses Addresses { get; }

    /// <summary>Starts in the order that recovery needs: nothing listens before the past is whole again.</summary>
    /// <param name="options">Already checked.</param>
    /// <param name="time">The only clock.</param>
    /// <param name="logging">Where log lines go.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    public static async Task<ServerHost> StartAsync(
        ServerOptions options, TimeProvider time, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        var readiness = new Readiness(() => null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddLogging(logging);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddWebLayer(options, time, readiness);
        var listeners = new Listeners(options);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => listeners.SetUp(k, Dead, (l, _) => Dead(l)));
        var app = builder.Build();
        app.MapWebLayer(options);
        await app.StartAsync(cancellationToken);
        return new ServerHost(app, readiness, listeners.Bound());
    }

    private static void Dead(ListenOptions l) => ((Microsoft.AspNetCore.Connections.IConnectionBuilder)l).Use(_ => c => { c.Abort(); return Task.CompletedTask; });

    public async ValueTask DisposeAsync()
    {
        health.Stop();
        await web.StopAsync();
        await web.DisposeAsync();
    }

    /// <summary>The caller of <see cref="StartAsync"/> decides when to stop; no server installs signal handlers of its own.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
