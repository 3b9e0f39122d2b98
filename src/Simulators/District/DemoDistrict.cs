namespace PingAnIoT.Simulators;

/// <summary>The district that <c>pinganiot demo</c> shows.</summary>
public static class DemoDistrict
{
    /// <summary>The register rows of its devices, as CSV.</summary>
    public static string RegisterCsv(int seed) => DistrictRegister.Csv(District.Build(seed));

    /// <summary>Names of its gateways.</summary>
    public static IReadOnlyList<string> Gateways(int seed) => [.. District.Build(seed).Gateways];

    /// <summary>Publishes until cancelled: one connection per gateway, user name = gateway, every other one speaks MQTT 5.</summary>
    public static async Task RunAsync(string host, int port, int seed, TimeProvider time, CancellationToken cancellationToken) =>
        await RunAsync(host, port, seed, time, new WireCounters(), cancellationToken);

    /// <inheritdoc cref="RunAsync(string, int, int, TimeProvider, CancellationToken)"/>
    public static async Task RunAsync(
        string host, int port, int seed, TimeProvider time, WireCounters counters, CancellationToken cancellationToken)
    {
        var district = District.Build(seed);
        var load = new DistrictLoad(district, time);
        var clients = district.Devices.GroupBy(d => d.Gateway, StringComparer.Ordinal).Select((devices, i) => new WireClient(
            new WireOptions
            {
                Host = host,
                Port = port,
                ClientId = devices.Key,
                UserName = devices.Key,
                Password = "demo",
                Version = i % 2 == 0 ? WireVersion.Mqtt311 : WireVersion.Mqtt5,
                WillTopic = $"pingan/v1/{devices.Key}/status",
            },
            counters,
            time)
        { Load = load.LoadOf(devices) }).ToList();
        try
        {
            await new WireFleet(clients, load, time).RunAsync(cancellationToken);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }
}
