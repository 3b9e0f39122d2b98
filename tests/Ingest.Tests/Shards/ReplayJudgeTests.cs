using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Judged beside the decoding and in stretches, entries say what they say one after the other.</summary>
public sealed class ReplayJudgeTests
{
    private const int Devices = 7;

    [Theory]
    [InlineData(1, 21)]
    [InlineData(3, 22)]
    public void Beside_and_in_stretches_it_is_what_it_is_one_after_the_other(int engines, int seed)
    {
        var plain = Run(engines, seed, isBeside: false, poison: false);
        Run(engines, seed, isBeside: true, poison: false).Should().Equal(plain);
        plain.Should().HaveCountGreaterThan(20, "else nothing was compared");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_an_engine_fails_on_takes_nothing_else_with_it(int engines)
    {
        var plain = Run(engines, 23, isBeside: false, poison: true);
        Run(engines, 23, isBeside: true, poison: true).Should().Equal(plain);
        plain.Should().HaveCountGreaterThan(20);
    }

    /// <summary>A defect that every reading meets is not to fill the disk with what is told of it.</summary>
    [Fact]
    public void Of_a_thousand_failures_ten_are_told()
    {
        var register = new DeviceRegister(Catalog.Default);
        var device = register.Register(new DeviceRecord { Device = "p1", Kind = 0 });
        var logger = new CountingLogger();
        var engine = new Engine(
            register, RuleFile.Parse(TestPlant.High, "r", Catalog.Default).RuleSet!, new EngineOptions(), _ => throw new InvalidOperationException("defect"));
        using var judge = new ReplayJudge([engine], isBeside: false, logger);
        for (var i = 1; i <= 1_000; i++)
        {
            var time = 1_700_000_000_000_000L + (i * 1_000_000L);
            judge.Judge(0, [new Reading(device, 0, ReadingFlags.None, time, time, i % 2 == 0 ? 100 : 500)], i);
            judge.EndEntry();
        }

        engine.Counters.Failed.Should().Be(1_000);
        logger.Lines.Should().Be(10, "that is at 1, 2, 4 ... 512");
    }

    /// <summary>Each engine has all devices to itself; what is told has the position of its entry.</summary>
    private static List<string> Run(int engines, int seed, bool isBeside, bool poison)
    {
        var told = Enumerable.Range(0, engines).Select(_ => new List<string>()).ToArray();
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < Devices; i++)
        {
            register.Register(new DeviceRecord { Device = $"p{i}", Kind = 0, Gateways = ["g1"] });
        }

        var rules = RuleFile.Parse(
            """
            rules:
              - id: high
                title: { zh: 高, en: High }
                kind: gas-pipe
                quantity: pressure
                when: last
                red: "> 80"
                basis: test
            """, "r", Catalog.Default);
        rules.Errors.Should().BeEmpty();
        var all = Enumerable.Range(0, engines).Select(i => new Engine(register, rules.RuleSet!, new EngineOptions(), Take(told[i]))).ToList();
        var random = new Random(seed);
        using (var judge = new ReplayJudge(all, isBeside, NullLogger.Instance))
        {
            var (now, position) = (1_700_000_000_000_000L, 0L);
            for (var entry = 0; entry < 20_000; entry++)
            {
                (now, position) = (now + random.Next(1, 50_000), position + random.Next(1, 500));
                if (random.Next(200) == 0)
                {
                    judge.JudgeByAll(Reading.Tick(now), position);
                    continue;
                }

                for (var engine = 0; engine < engines; engine++)
                {
                    var readings = Enumerable.Range(0, random.Next(4)).Select(_ => new Reading(random.Next(Devices), 0, ReadingFlags.None, now += 1, now, random.Next(1, 82))).ToArray();
                    judge.Judge(engine, readings, position);
                }

                judge.EndEntry();
                if (random.Next(3_000) == 0)
                {
                    judge.Drain();
                    all.ForEach(e => e.Counters.Should().NotBeNull());
                }
            }

            judge.Drain();
        }

        return [.. told.SelectMany(t => t)];

        Action<Transition> Take(List<string> to) => transition =>
        {
            to.Add($"{transition.Series} {transition.Change} {transition.EventTimeMicros} {transition.JournalPosition}");
            if (poison && to.Count % 5 == 0)
            {
                throw new InvalidOperationException("poison");
            }
        };
    }

    private sealed class CountingLogger : ILogger
    {
        public int Lines { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines++;
    }
}
