using System.Net;
using System.Net.Sockets;

namespace PingAnIoT.EndToEnd;

/// <summary>A server that comes back at the same MQTT port with the same data, as a machine after a crash.</summary>
/// <param name="name">Of its data folder.</param>
/// <param name="postgres">A connection string, for a ledger on PostgreSQL; null for SQLite.</param>
public sealed class PlannedServer(string name, string? postgres = null) : IAsyncDisposable
{
    private readonly TempFolder temp = new(name);
    private PinganProcess? server;

    public string Data => temp.PathOf("data");

    public int Mqtt { get; } = FreePort();

    /// <summary>From process start to ready, of each start.</summary>
    public List<TimeSpan> StartTimes { get; } = [];

    public PinganProcess Process => server!;

    public async Task StartAsync(string rules = TestRules.WindowAndHold)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Rules"] = TestRules.Write(temp.FullName, rules),
            ["Listen__Mqtt"] = Mqtt.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Telemetry__LogLevel"] = "Warning",
        };
        if (postgres is not null)
        {
            settings["Ledger__Postgres"] = postgres;
        }

        server = await PinganProcess.RunAsync(Data, settings);
        StartTimes.Add(server.StartTime);
    }

    /// <summary>What a verb needs to find the ledger.</summary>
    public Dictionary<string, string> Environment => new(StringComparer.Ordinal) { ["PingAn__Data"] = Data, ["PingAn__Ledger__Postgres"] = postgres ?? "" };

    /// <summary>The ledger's transitions, of the stopped server.</summary>
    public List<string> Transitions() => LedgerContents.Transitions(postgres is null ? LedgerContents.Read(Data) : LedgerContents.ReadPostgres(postgres));

    public Task KillAsync() => server!.KillAsync();

    /// <summary>Stops in order: everything accepted is judged and in the ledger when this returns.</summary>
    public async Task StopAsync() => (await server!.StopAsync()).Should().Be(0, string.Join('\n', server.Lines));

    /// <summary>kill -9 now, start again now.</summary>
    public async Task CrashAsync()
    {
        await KillAsync();
        await server!.DisposeAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        temp.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
