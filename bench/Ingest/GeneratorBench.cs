using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>The generator against a sink that acknowledges everything: it has to be well above what it is to measure.</summary>
internal static class GeneratorBench
{
    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        using var sink = new AckSink();
        var result = await new LoadRun(
            new LoadTarget { Port = sink.Port, Duration = TimeSpan.FromSeconds(arguments.Number("seconds", 5)) },
            new LoadShape
            {
                Gateways = arguments.Count("connections", 123),
                Devices = arguments.Count("devices", 100_000),
                ReadingsPerMessage = arguments.Count("pack", 3),
            },
            TimeProvider.System).RunAsync(CancellationToken.None);
        foreach (var line in LoadRun.Describe(result))
        {
            Console.WriteLine(line);
        }

        return result.MessagesPerSecond >= 150_000 || arguments.Count("pack", 3) > 3 ? 0 : 1;
    }
}
