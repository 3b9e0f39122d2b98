using System.Globalization;

namespace PingAnIoT.Bench;

/// <summary>Picks the benchmark named by the first argument.</summary>
internal static class BenchMenu
{
    public static async Task<int> RunAsync(string[] args)
    {
        var options = new BenchArguments(args);
        switch (options.Verb)
        {
            case "generator":
                return await GeneratorBench.RunAsync(options);
            case "scorecard":
                return ScorecardBench.Run(options);
            case "ack-sink":
                return await AckSink.ServeAsync();
            case "decode":
                return DecodeBenchmark.Run(Console.Out);
            case "ingest":
                return await IngestBench.RunAsync(options);
            case "pipeline":
                return await PipelineBench.RunAsync(options);
            case "city":
                return await CityBench.RunAsync(options);
            case "latency":
                return await LatencyBench.RunAsync(options);
            case "ledger":
                return await LedgerBench.RunAsync(options);
            case "loop":
                return await LoopBench.RunAsync(options);
            case "start":
                return await StartBench.RunAsync(options);
            case "engine":
                return EngineBenchmark.Run(options);
            case "engine-part":
                return EngineParts.Run(options);
            case "--gate":
                return AllocationGate.Run();
            case "register":
                return RegisterBenchmark.Run(Console.Out);
            default:
                Console.WriteLine(
                    """
                    usage: dotnet run -c Release --project bench -- VERB [--name value ...]
                      ingest     [--connections 123] [--devices 1419000] [--pack 100] [--seconds 10] [--rounds 3] [--no-packs] [--no-peers]
                      pipeline   [--connections 123] [--devices 100000] [--batch 64] [--shards 1] [--seconds 5] [--no-rules] [--data FOLDER]
                      city       [--fleet district|town|100k|1m|city] [--minutes 2] [--speed 1] [--packs N] [--no-kill] [--seed 1] [--acceleration X] [--data FOLDER] [--no-results] [--forget-each N]
                      latency    [--rate 2000] [--seconds 20] [--every N]
                      start      [--rows 1000000] [--devices 100000] [--starts 5] [--data FOLDER]
                      ledger     [--alerts 100000] [--postgres FILE] [--data FOLDER]
                      loop       [--part storm|book|streams] [--alerts N] [--officers 1000] [--data FOLDER] [--small]
                      decode
                      engine     [--quick]
                      --gate     fails when the engine allocates in steady state; for CI
                      register
                      generator  [--connections 123] [--devices 100000] [--idle 0] [--rate N] [--qos 1] [--window 1024] [--seconds 5] [--rounds 3]
                      scorecard  [--fleet district|suburb] [--seeds 101-105] [--no-results]
                    """);
                return 2;
        }
    }
}

/// <summary>The arguments of one benchmark: a verb, then <c>--name value</c>.</summary>
internal sealed class BenchArguments(string[] args)
{
    public string Verb => args.Length > 0 ? args[0] : "";

    public string? Text(string name)
    {
        var at = Array.IndexOf(args, "--" + name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    public double Number(string name, double otherwise) =>
        Text(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public int Count(string name, int otherwise) => (int)Number(name, otherwise);

    public bool Has(string name) => Array.IndexOf(args, "--" + name) >= 0;
}
