using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest.Tests;

/// <summary>The edge on a real Kestrel at a free port, before a fake intake.</summary>
internal sealed class EdgeServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private EdgeServer(WebApplication app, FakeIntake intake, EdgeLogLines log)
    {
        this.app = app;
        Intake = intake;
        Log = log;
        Edge = app.Services.GetRequiredService<MqttEdge>();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Ports = [.. addresses.Select(address => new Uri(address.Replace("tcp://", "http://", StringComparison.Ordinal)).Port)];
    }

    public FakeIntake Intake { get; }

    public EdgeLogLines Log { get; }

    public MqttEdge Edge { get; }

    /// <summary>Of plain TCP, then TLS where there is one, then HTTP.</summary>
    public IReadOnlyList<int> Ports { get; }

    public int Port => Ports[0];

    public int HttpPort => Ports[^1];

    public static async Task<EdgeServer> StartAsync(Action<EdgeOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new EdgeOptions { Tcp = "127.0.0.1:0" };
        configure?.Invoke(options);
        time ??= TimeProvider.System;
        var log = new EdgeLogLines();
        var intake = new FakeIntake(time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton(time).AddSingleton<IIntake>(intake).AddMqttEdge(options);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenMqtt(options);
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.MapMqttWebSocket();
        await app.StartAsync();
        return new EdgeServer(app, intake, log);
    }

    public RawClient Connect(IPAddress? from = null) => new(Port, from);

    /// <summary>One that is logged in as the gateway g1.</summary>
    /// <param name="version">Of MQTT: 4 or 5.</param>
    public RawClient Connected(int version)
    {
        var client = Connect();
        client.Send($"@connect{version}");
        client.Expect($"@connack{version}");
        return client;
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Intake.Release();
        Edge.BeginStop();
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
        Intake.Dispose();
    }
}

/// <summary>Log lines as text, errors apart.</summary>
internal sealed class EdgeLogLines : ILoggerProvider, ILogger
{
    public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

    public System.Collections.Concurrent.ConcurrentQueue<string> Errors { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue(formatter(state, exception));
        if (logLevel >= LogLevel.Error)
        {
            Errors.Enqueue(formatter(state, exception) + exception);
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>A client that sends any bytes it is told to. Reads wait at most ten seconds.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true, ReceiveTimeout = 10_000, SendTimeout = 10_000,
    };

    public RawClient(int port, IPAddress? from = null)
    {
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }

        socket.Connect(IPAddress.Loopback, port);
    }

    public Socket Socket => socket;

    /// <summary>The last read ended because nothing came, not because the server closed.</summary>
    public bool TimedOut { get; private set; }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    public void Send(string packet) => Send(MqttTextPackets.Assemble(packet));

    /// <summary>As many bytes, or fewer if the server closes first.</summary>
    public byte[] Receive(int length)
    {
        var bytes = new byte[length];
        var have = 0;
        while (have < length)
        {
            var got = TryReceive(bytes.AsSpan(have));
            if (got == 0)
            {
                break;
            }

            have += got;
        }

        return bytes[..have];
    }

    /// <summary>All until the server closes.</summary>
    public byte[] ReceiveToEnd()
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        for (var got = TryReceive(buffer); got > 0; got = TryReceive(buffer))
        {
            all.Write(buffer, 0, got);
        }

        return all.ToArray();
    }

    public void Expect(string packet)
    {
        var expected = MqttTextPackets.Assemble(packet);
        Convert.ToHexString(Receive(expected.Length)).Should().Be(Convert.ToHexString(expected), packet);
    }

    public void ExpectClose() => Convert.ToHexString(ReceiveToEnd()).Should().Be("", "the server closes");

    public void Dispose() => socket.Dispose();

    private int TryReceive(Span<byte> buffer)
    {
        try
        {
            return socket.Receive(buffer);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            return 0;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            TimedOut = true;
            return 0;
        }
    }
}
