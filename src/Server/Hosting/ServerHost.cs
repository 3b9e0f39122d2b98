using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PingAnIoT.Alerts;
using PingAnIoT.Ingest;
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
    private int stopped;

    private ServerHost(Parts parts, ServerAddresses addresses)
    {
        this.parts = parts;
        Addresses = addresses;
    }

    public ServerAddresses Addresses { get; }

    /// <summary>Makes the first operator, once and for half an hour; null where a chief has a password, or nobody signs in here. For the console alone.</summary>
    public string? SetupToken { get; private init; }

    internal Ledger Ledger => parts.Ledger;

    internal AlertStreams Streams => parts.Streams;

    /// <summary>Starts in the order that recovery needs: nothing listens before the past is whole again.</summary>
    /// <param name="options">Already checked.</param>
    /// <param name="time">The only clock.</param>
    /// <param name="logging">Where log lines go.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <param name="openRules">Rules in C#, by a program that brings its own; null for none.</param>
    public static async Task<ServerHost> StartAsync(
        ServerOptions options, TimeProvider time, Action<ILoggingBuilder> logging, CancellationToken cancellationToken,
        IReadOnlyList<IOpenRule>? openRules = null)
    {
        var started = new Stack<IAsyncDisposable>();
        try
        {
            // What everything is seen by.
            var seeing = Own(new ServiceCollection().AddLogging(logging).AddMetrics().BuildServiceProvider());
            var loggers = seeing.GetRequiredService<ILoggerFactory>();
            var meters = seeing.GetRequiredService<IMeterFactory>();
            var logger = loggers.CreateLogger<ServerHost>();
            options = WithRoom(options, logger);

            // What is known: devices, the book, the rules.
            var stages = new StartStages(time, logger);
            var data = Directory.CreateDirectory(options.Data).FullName;
            var reading = Task.Run(() => stages.Of("register", () => RegisterFile.Load(options, Catalog.Default, data, time, logger)), CancellationToken.None);
            Own(new Underway(reading));
            var rules = Own(stages.Of("rules", () => RulesInForce.Load(options.Rules, Catalog.Default, time, loggers, options.Intake.Shards)));
            var policy = DeadlineCare.PolicyOf(options.Policy);
            var figures = new AlertsMetrics(meters);
            var ledger = Own(stages.Of("ledger and book", () =>
                Ledger.Open(LedgerOf(options, data, policy), Catalog.Default, time, figures, loggers.CreateLogger<Ledger>())));
            var care = Own(new DeadlineCare(policy, ledger, time, loggers));
            var (register, image) = await reading;
            var served = new GatewayPlaces(register);
            ledger.UseGateways(served);

            // Who may ask, where officers sign in here, and of what places.
            var places = Own(TerritoriesOf(options.Territories, time, loggers));
            var issuer = IssuerOf(options, data, ledger, time, started);
            var outside = Own(OutsideIssuer.Of(options.Officers, time, logger));
            var setup = new SetupToken(time);
            var audit = Own(new RefusalAudit(ledger, time));
            var callers = new Callers(ledger, issuer);

            // The past is made whole: the journal's tail is judged again and what comes of it is in the ledger.
            // It keeps one core busy for as long as the building of the doors does another; until it is done they stay shut.
            var rulesAtStart = rules.Current;
            var pipeline = Own(new IngestPipeline(IngestOf(options, data), register, rulesAtStart, ledger, time, loggers, meters)
            {
                OpenRules = OpenRulesOf(openRules ?? [], register, ledger, time, meters, logger),
            });
            var recovery = Own(new Underway(Task.Run(() => stages.OfAsync("snapshot and journal", () => pipeline.StartAsync(cancellationToken)), CancellationToken.None)));

            var judging = Own(new JudgingAlarm(ledger, () => pipeline.EngineCounters.Sum(c => c.Failed), time, loggers.CreateLogger<JudgingAlarm>()));

            // Who is told, and who may ask.
            var standIns = new StandIns(() => ledger.Book.Duty, () => places.Current, time);
            var streams = Own(new AlertStreams(ledger, StreamsOf(options.Stream), time, new AlertStreamMetrics(meters)) { StandIns = standIns });
            var notices = NoticePost.Open(options.Notices, ledger, () => places.Current, streams, time, loggers, meters) is { } post ? Own(post) : null;
            var gateways = new GatewayBoard(pipeline);
            var readiness = new Readiness(() => Fault(ledger.Health, pipeline.Health));

            // Brokers of others that readings are fetched from.
            var bridgeMetrics = new BridgeMetrics(meters);
            var bridges = options.Bridges
                .Select(b => new MqttBridge(b, gateways, time, loggers.CreateLogger<MqttBridge>(), bridgeMetrics)).ToArray();

            // The doors are built.
            var listeners = new Listeners(options);
            CredentialFileOf(listeners.Edge, logger);
            var web = Own(stages.Of("doors", () => WebLayer.Build(options, listeners, time, readiness, services => services
                .AddSingleton(loggers).AddSingleton(meters)
                .AddSingleton<IHostLifetime, NoLifetime>()
                .AddSingleton<IIntake>(gateways)
                .AddSingleton(issuer)
                .AddSingleton(outside)
                .AddSingleton(audit)
                .AddSingleton(callers)
                .AddSingleton(new RightsInterceptor(
                    callers, audit, issuer, new ActingOnDuty(ledger, () => places.Current, options.Officers.OffDuty == "refuse", time), standIns, time))
                .AddSingleton(new TokenOfficers(options.Officers, meters))
                .AddSingleton(new DutyService(ledger, issuer.Sessions, setup, () => places.Current, time))
                .AddSingleton(new IncidentService(ledger))
                .AddSingleton(new PolicyService(ledger, time))
                .AddSingleton(new NoticeService(ledger, notices?.Office))
                .AddSingleton(new ReportService(ledger, new ReportDesk(figures), () => places.Current, time))
                .AddSingleton(new AlertService(ledger, streams, new LatchedRules(rules, pipeline), time))
                .AddSingleton(new MaintenanceService(ledger, () => places.Current, time))
                .AddSingleton(new RuleService(rules, register, served, pipeline, options.Intake.Shards))
                .AddSingleton(new FleetService(register, served, gateways, pipeline, ledger, streams, () => places.Current, time.GetUtcNow()))
                .AddHealthChecks().Add(new HealthCheckRegistration("notices", new NoticeCheck(() => notices?.Office.Health), HealthStatus.Degraded, tags: null)))));

            // The past is whole, and only now are they opened.
            await recovery.Work;
            rules.Follow(rulesAtStart, pipeline.UseRules);
            gateways.Follow();
            await stages.OfAsync("listening", () => web.StartAsync(cancellationToken));
            await Task.WhenAll(bridges.Select(b => b.StartAsync(cancellationToken)));

            // What nobody waits for.
            notices?.Start();
            care.Start();
            judging.Start();
            _ = Task.Run(served.Prepare, CancellationToken.None);
            ledger.BeginCheck();
            Own(new Underway(Task.Run(() => image?.Save(logger), CancellationToken.None)));
            ServerLog.Started(logger, register.Count, rules.Current.Rules.Count, ledger.Book.Sequence);
            return new ServerHost(
                new Parts(ledger, pipeline, streams, readiness, web, web.Services.GetRequiredService<MqttEdge>(), bridges, logger, started),
                listeners.Bound(web.Services.GetRequiredService<IServer>()))
            {
                SetupToken = issuer.Sessions is { HasChief: false } ? setup.Make() : null,
            };
        }
        catch
        {
            await DisposeAllAsync(started);
            throw;
        }

        T Own<T>(T part)
            where T : IAsyncDisposable
        {
            started.Push(part);
            return part;
        }
    }

    /// <summary>Stops without losing anything: no more is taken in, what was taken in is judged and on disk, officers get their cursor.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref stopped, 1) != 0)
        {
            return;
        }

        parts.Readiness.Stop();
        await StageAsync("edge", async ct =>
        {
            parts.Edge.BeginStop();
            while (parts.Edge.ConnectionCount > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
            }
        });
        await StageAsync("bridges", ct => Task.WhenAll(parts.Bridges.Select(b => b.StopAsync(ct))));
        await StageAsync("pipeline", parts.Pipeline.StopAsync);
        await StageAsync("ledger", parts.Ledger.FlushAsync);
        await StageAsync("streams", parts.Streams.StopAsync);
        await StageAsync("listeners", parts.Web.StopAsync);
        parts.Bridges.ToList().ForEach(b => b.Dispose());
        await DisposeAllAsync(parts.Started);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StageAsync(string name, Func<CancellationToken, Task> stop)
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

    private static async Task DisposeAllAsync(Stack<IAsyncDisposable> started)
    {
        while (started.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }

    /// <summary>As many connections as may be let in without lacking files for anything else.</summary>
    private static ServerOptions WithRoom(ServerOptions options, ILogger logger)
    {
        var (asked, room) = (options.Gateways.Connections, OpenFiles.Connections(options.Gateways.Connections));
        if (room < asked)
        {
            logger.FewOpenFiles(asked, room);
        }

        return options with { Gateways = options.Gateways with { Connections = room } };
    }

    private static LedgerOptions LedgerOf(ServerOptions options, string data, PolicySource? policy) => new()
    {
        Folder = Path.Combine(data, "ledger"), Postgres = LedgerPlace.Of(options.Ledger).Place, KeepsNotices = options.Notices.Length > 0,
        Deadlines = policy?.Current ?? DeadlinePolicy.Default,
    };

    private static IngestOptions IngestOf(ServerOptions options, string data) => new()
    {
        DataDirectory = data,
        Shards = options.Intake.Shards,
        Journal = new JournalOptions { CommitSpacing = TimeSpan.FromMilliseconds(options.Intake.CommitMilliseconds) },
        Engine = new EngineOptions { AllowedLatenessMicros = (long)(options.Intake.LatenessSeconds * 1_000_000) },
    };

    /// <summary>They go on with the episodes that the ledger has open. Its book does not count transitions of an episode; no more than so many there were.</summary>
    private static OpenRuleHost? OpenRulesOf(
        IReadOnlyList<IOpenRule> rules, DeviceRegister register, Ledger ledger, TimeProvider time, IMeterFactory meters, ILogger logger) => rules.Count == 0
        ? null
        : new OpenRuleHost(
            rules, register, ledger,
            [
                .. ledger.Book.Alerts.Values.Where(a => a.Condition == AlertCondition.Active)
                    .Select(a => new OpenEpisode(a.RuleId, a.Series, a.EpisodeMicros, 1 + a.ColourChanges, a.Colour, a.ChangedEventMicros)),
            ],
            new OpenRuleOptions(), time, meters, (rule, why, e) => ServerLog.OpenRuleQuarantined(logger, e, rule, why));

    private static LocalIssuer IssuerOf(ServerOptions options, string data, Ledger ledger, TimeProvider time, Stack<IAsyncDisposable> started)
    {
        if (!options.Officers.Local)
        {
            return new LocalIssuer(null, null);
        }

        var keys = OfficerKeys.Open(data, time);
        var secrets = SecretStore.Open(data);
        var sessions = new OfficerSessions(ledger, secrets, keys, options.Officers.Audience, time);
        started.Push(new Closing([sessions, secrets]));
        return new LocalIssuer(keys, sessions);
    }

    /// <exception cref="ServerStartException">The file cannot be read or has errors.</exception>
    private static TerritorySource TerritoriesOf(string file, TimeProvider time, ILoggerFactory loggers)
    {
        try
        {
            return new TerritorySource(file, time, loggers.CreateLogger<TerritorySource>());
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException("The territory file has errors:\n" + wrong.Message, wrong);
        }
    }

    private static AlertStreamOptions StreamsOf(StreamSection stream) => new()
    {
        Streams = stream.Watchers, BufferEntries = stream.BufferEvents, Heartbeat = TimeSpan.FromSeconds(stream.HeartbeatSeconds),
    };

    private static string? Fault(LedgerHealth ledger, IngestHealth ingest) =>
        !ledger.IsHealthy ? "ledger: " + (ledger.Reason.Length > 0 ? ledger.Reason : "not sound")
        : ingest.JournalFault is { } journal ? "journal: " + journal
        : ingest.DeadLetterFault is { } letters ? "dead letters: " + letters
        : ingest.SnapshotFault is { } snapshot ? "snapshots: " + snapshot
        : null;

    /// <summary>No credentials yet is not open: the file is there, empty, and whoever comes is refused until a gateway is added.</summary>
    private static void CredentialFileOf(EdgeOptions edge, ILogger logger)
    {
        if (edge.CredentialsFile.Length > 0 && !File.Exists(edge.CredentialsFile))
        {
            File.WriteAllText(edge.CredentialsFile, "");
            ServerLog.NoGateways(logger, edge.CredentialsFile);
        }
    }

    private sealed record Parts(
        Ledger Ledger, IngestPipeline Pipeline, AlertStreams Streams, Readiness Readiness, WebApplication Web, MqttEdge Edge,
        IReadOnlyList<MqttBridge> Bridges, ILogger Logger, Stack<IAsyncDisposable> Started);

    /// <summary>Work beside the start that is waited for before what it works on is closed, however the start ends.</summary>
    private sealed record Underway(Task Work) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed record Closing(IReadOnlyList<IDisposable> Parts) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Parts.ToList().ForEach(p => p.Dispose());
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The caller of <see cref="StartAsync"/> decides when to stop; no server installs signal handlers of its own.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
