namespace PingAnIoT.Rules.Tests;

/// <summary>Ways to run the engine over a case, all of which must come to the same.</summary>
internal static class EngineRun
{
    public static List<Transition> Straight(OracleCase testCase, out EngineCounters counters)
    {
        var (register, index) = OracleCase.MakeRegister(false);
        var emitted = new List<Transition>();
        var engine = new Engine(register, testCase.Rules, testCase.Options, emitted.Add);
        engine.Apply(Map(testCase.Journal, index), 0);
        counters = engine.Counters;
        return emitted;
    }

    /// <summary>Several shards, random batches; now and then all is saved, the register comes up in another order, the shards are of another number, or the same rules come into force again.</summary>
    public static List<Transition> Hostile(OracleCase testCase)
    {
        var random = new Random(testCase.Seed);
        var emitted = new List<Transition>();
        var isReversed = random.Next(2) == 0;
        var (register, index) = OracleCase.MakeRegister(isReversed);
        var engines = Shards(random, register, testCase, emitted);
        for (var start = 0; start < testCase.Journal.Count;)
        {
            var length = Math.Min(random.Next(1, 12), testCase.Journal.Count - start);
            var batch = Map(testCase.Journal.Skip(start).Take(length), index);
            for (var shard = 0; shard < engines.Length; shard++)
            {
                engines[shard].Apply(batch.Where(r => r.IsTick || register.ShardOf(r.Device, engines.Length) == shard || IsGateway(register, r)).ToArray(), start);
            }

            start += length;
            if (random.Next(8) == 0)
            {
                Array.ForEach(engines, e => e.Replace(testCase.Rules));
            }

            if (random.Next(5) == 0)
            {
                var streams = Save(engines);
                isReversed ^= random.Next(2) == 0;
                (register, index) = OracleCase.MakeRegister(isReversed);
                engines = Shards(random, register, testCase, emitted);
                foreach (var engine in engines)
                {
                    engine.Restore([.. streams.Select(s => new MemoryStream(s))]);
                }
            }
        }

        return emitted;
    }

    private static Engine[] Shards(Random random, DeviceRegister register, OracleCase testCase, List<Transition> emitted)
    {
        // No shard sees the whole of a place wider than a grid.
        var isWide = testCase.Rules.Rules.Any(r => r.Place is not (Place.None or Place.Grid));
        var count = isWide ? 1 : new[] { 1, 2, 7 }[random.Next(3)];
        return [.. Enumerable.Range(0, count).Select(
            s => new Engine(register, testCase.Rules, testCase.Options with { Shard = s, Shards = count }, emitted.Add))];
    }

    private static List<byte[]> Save(Engine[] engines) =>
    [
        .. engines.Select(engine =>
        {
            using var stream = new MemoryStream();
            engine.Save(stream);
            return stream.ToArray();
        }),
    ];

    private static Reading[] Map(IEnumerable<Reading> journal, int[] index) =>
        [.. journal.Select(r => r.IsTick ? r : r with { Device = index[r.Device] })];

    private static bool IsGateway(DeviceRegister register, Reading reading) =>
        register.Catalog.Kinds[register[reading.Device].Kind].Name == Catalog.GatewayKind;
}
