namespace PingAnIoT.Bench;

/// <summary>Picks the benchmark named by the first argument.</summary>
internal static class BenchMenu
{
    private static readonly BenchVerb[] Verbs =
    [
        new("ingest", "[--connections 123] [--devices 1419000] [--readings 3] [--pack 100] [--seconds 10] [--warm 3] [--rounds 3] [--messages N] [--window 1024] [--no-packs] [--no-peers]", IngestBench.RunAsync),
        new("pipeline", "[--connections 123] [--devices 100000] [--batch 64] [--shards 1] [--seconds 5] [--no-rules] [--data FOLDER]", PipelineBench.RunAsync),
        new("city", "[--fleet district|town|100k|1m|city] [--minutes 2] [--speed 1] [--packs N] [--cbor] [--no-kill] [--seed 1] [--acceleration X] [--link-acceleration 1] [--data FOLDER] [--as NAME] [--no-results] [--forget-each N]", CityBench.RunAsync),
        new("city-sizes", "[--seconds 60] [--no-results]", CitySizes.RunAsync),
        new("latency", "[--rate 2000] [--seconds 20] [--every N]", LatencyBench.RunAsync),
        new("start", "[--rows 1000000] [--devices 100000] [--starts 5] [--data FOLDER]", StartBench.RunAsync),
        new("ledger", "[--alerts 100000] [--postgres FILE] [--data FOLDER]", LedgerBench.RunAsync),
        new("loop", "[--part storm|book|streams] [--alerts N] [--officers 1000] [--rate 500] [--seconds 20] [--data FOLDER] [--small] [--no-results]", LoopBench.RunAsync),
        new("decode", "", _ => Task.FromResult(DecodeBenchmark.Run(Console.Out))),
        new("micro", "[--quick]", arguments => Task.FromResult(MicroBench.Run(arguments))),
        new("engine", "[--quick]", arguments => Task.FromResult(EngineBenchmark.Run(arguments))),
        new("engine-part", "[--part NAME] [--size 300000] [--interval 10] [--quick]", arguments => Task.FromResult(EngineParts.Run(arguments))),
        new("--gate", "(fails when the engine allocates in steady state; for CI)", _ => Task.FromResult(AllocationGate.Run())),
        new("register", "", _ => Task.FromResult(RegisterBenchmark.Run(Console.Out))),
        new("generator", "[--connections 123] [--devices 100000] [--idle 0] [--rate N] [--qos 1] [--window 1024] [--keep-alive 60] [--seconds 5] [--rounds 3] [--no-results]", GeneratorBench.RunAsync),
        new("ack-sink", "(what the generator speaks to, until its input ends)", _ => AckSink.ServeAsync()),
        new("scorecard", "[--fleet district|suburb] [--seeds 101-105] [--no-results]", arguments => Task.FromResult(ScorecardBench.Run(arguments))),
    ];

    /// <returns>What the benchmark returns; 0 for help, 2 for arguments that it does not take.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var verb = Array.Find(Verbs, v => v.Name == args.FirstOrDefault());
        if (args.Any(a => a is "--help" or "-h"))
        {
            PrintUsage(verb, Console.Out);
            return 0;
        }

        var fault = verb is null ? $"'{args.FirstOrDefault()}' is no benchmark" : verb.FaultOf(args.AsSpan(1));
        if (verb is null || fault is not null)
        {
            Console.Error.WriteLine(fault);
            PrintUsage(verb, Console.Error);
            return 2;
        }

        return await verb.RunAsync(new BenchArguments(args));
    }

    private static void PrintUsage(BenchVerb? verb, TextWriter to)
    {
        const string Command = "usage: dotnet run -c Release --project bench --";
        if (verb is not null)
        {
            to.WriteLine($"{Command} {verb.Name} {verb.Usage}");
            return;
        }

        to.WriteLine($"{Command} VERB [--name value ...]");
        foreach (var each in Verbs)
        {
            to.WriteLine($"  {each.Name,-12}{each.Usage}");
        }
    }
}
