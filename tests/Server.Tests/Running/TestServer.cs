using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>A whole server in this process, on free ports, in a folder of its own.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly TempFolder? own;

    private TestServer(ServerHost host, string data, TempFolder? own)
    {
        Host = host;
        Data = data;
        this.own = own;
        Channel = GrpcChannel.ForAddress(host.Addresses.GrpcUri);
        Http = new HttpClient { BaseAddress = host.Addresses.HttpUri };
    }

    public ServerHost Host { get; }

    public string Data { get; }

    public GrpcChannel Channel { get; }

    public HttpClient Http { get; }

    public V1.AlertService.AlertServiceClient Alerts => new(Channel);

    internal Ledger Ledger => Host.Ledger;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<TestServer> StartAsync(Func<ServerOptions, ServerOptions>? change = null, string? data = null, IReadOnlyList<IOpenRule>? openRules = null,
        ILoggerProvider? logs = null, TimeProvider? time = null)
    {
        var own = data is null ? new TempFolder("server") : null;
        try
        {
            return await StartAsync(data ?? own!.FullName, own, change, openRules, logs, time);
        }
        catch
        {
            own?.Dispose();
            throw;
        }
    }

    private static async Task<TestServer> StartAsync(
        string folder, TempFolder? own, Func<ServerOptions, ServerOptions>? change, IReadOnlyList<IOpenRule>? openRules, ILoggerProvider? logs, TimeProvider? time)
    {
        var options = new ServerOptions
        {
            Data = folder,

            // The clock is the real one: nothing may fall due however slow the machine is.
            Policy = Path.Combine(AppContext.BaseDirectory, "calm-policy.yaml"),
            Listen = new ListenSection { Mqtt = 0, MqttTls = 0, Grpc = 0, Http = 0 },
            Gateways = new GatewaysSection { Open = true },
        };
        options = change?.Invoke(options) ?? options;
        ServerOptionsCheck.Check(options).Should().BeEmpty();
        var host = await ServerHost.StartAsync(options, time ?? TimeProvider.System, Log, Cancel, openRules);
        return new TestServer(host, folder, own);

        void Log(ILoggingBuilder builder)
        {
            builder.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
            if (logs is not null)
            {
                builder.SetMinimumLevel(LogLevel.Trace).AddProvider(logs)
                    .AddFilter<Microsoft.Extensions.Logging.Console.ConsoleLoggerProvider>(null, LogLevel.Warning);
            }
        }
    }

    /// <summary>Puts transitions into the ledger as the engine would, and waits for the disk.</summary>
    internal async Task PostAsync(params Transition[] transitions)
    {
        foreach (var transition in transitions)
        {
            Ledger.Post(transition);
        }

        await Ledger.FlushAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Http.Dispose();
        await Host.DisposeAsync();
        own?.Dispose();
    }
}

/// <summary>Makes the transitions of one device's over-pressure as the engine would.</summary>
internal sealed class Plant(string device, string territory = "d01/s03/c07/g0112")
{
    private readonly Rule rule = new()
    {
        Id = "gas-pipe-overpressure", Version = "0011aabb", TitleZh = "燃气管道超压", TitleEn = "Gas pipe over-pressure", Kind = 0, Quantity = 0,
        Function = WindowFunction.Mean, WindowMicros = 60_000_000, Basis = "site", Bands = [new Band(Severity.Red, Comparison.Above, 480, null)],
    };

    private long now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private long episode;
    private int ordinal;
    private Severity colour = Severity.Normal;

    public Transition To(Severity to)
    {
        now += 1_000_000;
        var change = to == Severity.Normal ? TransitionChange.Normal : colour == Severity.Normal ? TransitionChange.Raised : TransitionChange.ColourChanged;
        if (change == TransitionChange.Raised)
        {
            (episode, ordinal) = (now, 0);
        }

        var from = colour;
        colour = to;
        return new Transition
        {
            Rule = rule, Series = $"gas-pipe/{device}/pressure", EpisodeMicros = episode, Ordinal = ++ordinal, Change = change, From = from, To = to,
            Device = new DeviceRecord { Device = device, Kind = 0, Gateways = ["gw-7"], Territory = territory },
            EventTimeMicros = now, ReceiveTimeMicros = now, WindowValue = 481.5, Threshold = 480,
            Evidence = [new Evidence(now, 481.5)], JournalPosition = now,
        };
    }
}

/// <summary>One officer's stream, read message by message.</summary>
internal sealed class Watcher(AsyncServerStreamingCall<V1.WatchResponse> call) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    public long Cursor { get; private set; }

    public static Watcher Of(TestServer server, long after, Metadata? headers = null) =>
        new(server.Alerts.Watch(new V1.WatchRequest { After = after }, headers, cancellationToken: TestServer.Cancel));

    public async Task<V1.WatchResponse> NextAsync()
    {
        var has = await call.ResponseStream.MoveNext(TestServer.Cancel).WaitAsync(Longest, TestServer.Cancel);
        has.Should().BeTrue("the stream goes on");
        Cursor = Math.Max(Cursor, call.ResponseStream.Current.Cursor);
        return call.ResponseStream.Current;
    }

    public async Task<V1.WatchResponse> NextAsync(V1.WatchResponse.ContentOneofCase content)
    {
        while (await NextAsync() is var message)
        {
            if (message.ContentCase == content)
            {
                return message;
            }
        }

        throw new InvalidOperationException("unreachable");
    }

    public async Task<List<V1.AlertEvent>> EventsAsync(int count)
    {
        var events = new List<V1.AlertEvent>();
        while (events.Count < count)
        {
            events.Add((await NextAsync(V1.WatchResponse.ContentOneofCase.Event)).Event);
        }

        return events;
    }

    /// <summary>How it ended; the trailers are the call's.</summary>
    public async Task<RpcException> EndAsync()
    {
        try
        {
            while (await call.ResponseStream.MoveNext(TestServer.Cancel).WaitAsync(Longest, TestServer.Cancel))
            {
                Cursor = Math.Max(Cursor, call.ResponseStream.Current.Cursor);
            }
        }
        catch (RpcException e)
        {
            return e;
        }

        throw new InvalidOperationException("it ended without an error");
    }

    public void Dispose() => call.Dispose();
}
