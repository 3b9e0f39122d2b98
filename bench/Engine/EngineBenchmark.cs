using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// Readings a second that one core judges: mean over 60 s against three colours with hold, deadband and clear hold, and a silence for each
/// device; one reading per series per 10 s, series in random order, a tick every second, one reading in 10,000 above the lowest threshold.
/// </summary>
internal static class EngineBenchmark
{
    private const long Start = 1_760_000_000_000_000;

    public static int Run(BenchArguments arguments)
    {
        var series = arguments.Count("series", 300_000);
        var readings = (long)arguments.Number("readings", 20_000_000);
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < series; i++)
        {
            register.Register(new DeviceRecord { Device = $"p{i}", Kind = 0, Gateways = [$"gw{i % 123}"] });
        }

        long transitions = 0;
        var engine = new Engine(register, Rules(), new EngineOptions(), _ => transitions++);
        var order = Enumerable.Range(0, series).ToArray();
        new Random(1).Shuffle(order);

        var feed = new Feed(order);
        Drive(engine, feed, series * 8L);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var raisedBefore = transitions;
        var seconds = Drive(engine, feed, readings);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Console.WriteLine($"engine: {series:N0} series, {readings:N0} readings in {seconds:F2} processor seconds");
        Console.WriteLine($"  {readings / seconds / 1e6:F2} M readings per processor second, {seconds / readings * 1e9:F0} ns each");
        Console.WriteLine($"  {engine.Counters.Bytes / (double)series:F0} bytes a series");
        Console.WriteLine($"  {allocated / (double)readings:F3} bytes allocated a reading, {transitions - raisedBefore:N0} transitions");
        return 0;
    }

    private static RuleSet Rules() => new(
    [
        new Rule
        {
            Id = "high", Version = "00000001", TitleZh = "", TitleEn = "", Basis = "site", Kind = 0, Quantity = 0,
            Function = WindowFunction.Mean, WindowMicros = 60_000_000, HoldMicros = 10_000_000, Deadband = 10, ClearHoldMicros = 60_000_000,
            Bands =
            [
                new Band(Severity.Red, Comparison.Above, 480, null), new Band(Severity.Yellow, Comparison.Above, 450, null),
                new Band(Severity.Green, Comparison.Above, 420, null),
            ],
        },
        new Rule
        {
            Id = "silent", Version = "00000001", TitleZh = "", TitleEn = "", Basis = "site", Kind = 0, Quantity = 0,
            Function = WindowFunction.Absent, WindowMicros = 150_000_000, Bands = [new Band(Severity.Fault, Comparison.Equal, 0, null)],
        },
    ]);

    /// <returns>Processor seconds spent in the engine alone: a busy machine does not change them much.</returns>
    private static double Drive(Engine engine, Feed feed, long readings)
    {
        var batch = new ReadingBatch(4096);
        var spent = TimeSpan.Zero;
        for (long done = 0; done < readings;)
        {
            batch.Clear();
            done += feed.Fill(batch, (int)Math.Min(4096, readings - done));
            var before = Environment.CpuUsage.TotalTime;
            engine.Apply(batch.Readings, done);
            spent += Environment.CpuUsage.TotalTime - before;
        }

        return spent.TotalSeconds;
    }

    private sealed class Feed(int[] order)
    {
        private readonly Random random = new(2);
        private long number;
        private long lastTick;

        public int Fill(ReadingBatch batch, int count)
        {
            for (var i = 0; i < count; i++, number++)
            {
                var time = Start + (number * 10_000_000 / order.Length);
                if (time - lastTick >= 1_000_000)
                {
                    lastTick = time;
                    batch.Add(Reading.Tick(time));
                }

                var value = random.Next(10_000) == 0 ? 1000 : 380 + (random.NextDouble() * 30);
                batch.Add(new Reading(order[number % order.Length], 0, ReadingFlags.None, time - 50_000, time, value));
            }

            return count;
        }
    }
}
