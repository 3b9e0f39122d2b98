using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>
/// One server: everything composed in one straight line, for the program and for the tests alike.
/// Holds no process-wide state, so several may run side by side.
/// </summary>
public sealed class ServerHost : IAsyncDisposable
{
    /// <summary>How long each stage of a stop may take before it is left.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Parts parts;
    private bool isStopped;

    private ServerHost(Parts parts, ServerAddresses addresses)
    {
        this.parts = parts;
        Addresses = addresses;
    }

    public ServerAddresses Addresses { get; }

    internal Ledger Ledger => parts.Ledger;

    internal int StreamCount => parts.Streams.Count;

    /// <summary>Starts in the order that recovery needs: nothing listens before the past is whole again.</summary>
    /// <param name="options">Already checked.</param>
    /// <param name="time">The only clock.</param>
    /// <param name="logging">Where log lines go.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    public static async Task<ServerHost> StartAsync(
        ServerOptions options, TimeProvider time, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        // What everything is seen by.
        var seeing = new ServiceCollection().AddLogging(logging).AddMetrics().BuildServiceProvider();
        var loggers = seeing.GetRequiredService<ILoggerFactory>();
        var meters = seeing.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();

        // What is known: devices, the book, the rules.
        var data = Directory.CreateDirectory(options.Data).FullName;
        var catalog = Catalog.Default;
        var register = new DeviceRegister(catalog, options.Intake.UnregisteredDevices);
        var ledger = Ledger.Open(
            new LedgerOptions { Folder = Path.Combine(data, "ledger") }, catalog, time, new AlertsMetrics(meters), loggers.CreateLogger<Ledger>());
        var rules = RulesInForce.Load(options.Rules, catalog, time, loggers);

        // Who is told.
        var streams = new AlertStreams(
            ledger,
            new AlertStreamOptions
            {
                Streams = options.Stream.Watchers,
                BufferEntries = options.Stream.BufferEvents,
                Heartbeat = TimeSpan.FromSeconds(options.Stream.HeartbeatSeconds),
            },
            time, new AlertStreamMetrics(meters));

        // The doors.
        var readiness = new Readiness(() => ledger.Health.IsHealthy ? null : ledger.Health.Reason);
        var listeners = new Listeners(options);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(loggers).AddSingleton(meters).AddSingleton(time);
        builder.Services.AddLogging();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(new AlertService(ledger, streams));
        builder.Services.AddSingleton(new RuleService(rules, catalog));
        builder.Services.AddSingleton(new FleetService(register));
        builder.Services.AddWebLayer(options, time, readiness);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => listeners.SetUp(k, Closed, (l, _) => Closed(l)));
        var web = builder.Build();
        web.MapWebLayer(options);
        await web.StartAsync(cancellationToken);

        var logger = loggers.CreateLogger<ServerHost>();
        ServerLog.Started(logger, register.Count, rules.Current.Rules.Count, ledger.Book.Sequence);
        return new ServerHost(new Parts(seeing, ledger, rules, streams, readiness, web, logger), listeners.Bound());
    }

    /// <summary>Stops without losing anything: no more is taken in, what was taken in is judged and on disk, officers get their cursor.</summary>
    public async Task StopAsync()
    {
        if (isStopped)
        {
            return;
        }

        isStopped = true;
        parts.Readiness.Stop();
        parts.Rules.Dispose();
        await Stage("ledger", ct => parts.Ledger.FlushAsync(ct));
        await Stage("streams", parts.Streams.StopAsync);
        await Stage("listeners", ct => parts.Web.StopAsync(ct));
        await parts.Web.DisposeAsync();
        await parts.Ledger.DisposeAsync();
        parts.Streams.Dispose();
        await parts.Seeing.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task Stage(string name, Func<CancellationToken, Task> stop)
    {
        ServerLog.Stopping(parts.Logger, name);
        using var limit = new CancellationTokenSource(StopLimit, TimeProvider.System);
        try
        {
            await stop(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            ServerLog.StoppingLate(parts.Logger, name);
        }
    }

    private static void Closed(ListenOptions endpoint) => ((IConnectionBuilder)endpoint).Use(_ => connection =>
    {
        connection.Abort();
        return Task.CompletedTask;
    });

    private sealed record Parts(
        ServiceProvider Seeing, Ledger Ledger, RulesInForce Rules, AlertStreams Streams, Readiness Readiness, WebApplication Web, ILogger Logger);

    /// <summary>The caller of <see cref="StartAsync"/> decides when to stop; no server installs signal handlers of its own.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
