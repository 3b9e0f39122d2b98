using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace PingAnIoT.Rules.Tests;

/// <summary>What the hot path costs, and the operator around it.</summary>
public sealed class ThroughputTests
{
    [Fact]
    public void A_reading_that_changes_nothing_allocates_nothing()
    {
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < 500; i++)
        {
            register.Register(new DeviceRecord { Device = $"p{i}", Kind = 0, Gateways = [$"gw{i % 7}"], Territory = $"d/s/c/g{i % 50}" });
        }

        var functions = Enum.GetValues<WindowFunction>().Where(f => f is not (WindowFunction.Absent or WindowFunction.Last))
            .Select(f => Scenario.Rule($"r{f}", f, "60s", hold: "7s", deadband: 1, clear: "30s", bands: [new Band(Severity.Red, Comparison.Above, 1e6, null)]))
            .Select(r => r.Function switch
            {
                WindowFunction.Quantile => r with { Share = 0.9 },
                WindowFunction.Times => r with { Times = 3, Bands = [new Band(Severity.Red, Comparison.Above, 90, null)] },
                WindowFunction.Votes => r with
                {
                    Times = 2, Place = Place.Grid, HoldMicros = Scenario.Micros("3600s"), Bands = [new Band(Severity.Red, Comparison.Above, 90, null)],
                },
                WindowFunction.Code => r with { Codes = [new CodeRange(95, 95)], WindowMicros = 0, HoldMicros = Scenario.Micros("60s") },
                WindowFunction.Stuck => r with { WindowMicros = 0, HoldMicros = Scenario.Micros("60s") },
                _ => r,
            });
        Rule[] parts = [Scenario.Rule(""), Scenario.Rule("", WindowFunction.Mean, "60s", bands: [new Band(Severity.Red, Comparison.Above, 1, null)])];
        var both = Scenario.Rule("both", hold: "3600s") with { Combination = Combination.All, Parts = parts };

        // The first comes and goes; the second of one form never comes, of the other always in time.
        var then = both with
        {
            Id = "then", Combination = Combination.Then, WithinMicros = Scenario.Micros("15s"), HoldMicros = 0,
            Parts = [parts[0], Scenario.Rule("", bands: [new Band(Severity.Red, Comparison.Above, 1e6, null)])],
        };
        var thenNot = then with
        {
            Id = "then-not", Combination = Combination.ThenNot, HoldMicros = then.WithinMicros,
            Parts = [parts[0], Scenario.Rule("", bands: [new Band(Severity.Red, Comparison.Below, 60, null)])],
        };
        var engine = new Engine(
            register, new RuleSet([.. functions, then, thenNot, both, both with { Id = "either", Combination = Combination.Any }, Scenario.Rule(hold: "5m"),
                Scenario.Rule("at-work", hold: "5m") with { During = new Schedule("Europe/Berlin", [new WeekRange(0, 7 * 24 * 60)]) }, Scenario.Absent("silent", "150s")]), new EngineOptions(), _ => { });
        var batch = new ReadingBatch(1024);
        var second = 0;
        Run(400);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(400);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        engine.Counters.Evaluated.Should().Be(800 * 50);
        engine.Counters.Transitions.Should().Be(0);

        void Run(int seconds)
        {
            for (var end = second + seconds; second < end; second++)
            {
                batch.Clear();
                var now = Scenario.Epoch + (second * 1_000_000L);
                batch.Add(Reading.Tick(now));
                for (var i = second % 10; i < 500; i += 10)
                {
                    batch.Add(new Reading(i, 0, ReadingFlags.None, now, now, second / 10 % 5 == i % 5 ? 95 : 50));
                }

                engine.Apply(batch.Readings, second);
            }
        }
    }

    [Fact]
    public void The_operator_gives_each_subscriber_the_whole_story()
    {
        var scenario = new Scenario();
        using var readings = new Subject<ReadingBatch>();
        List<Transition> first = [], second = [];
        var transitions = readings.Evaluate(scenario.Register, new RuleSet([Scenario.Rule()]));
        using var one = transitions.Subscribe(first.Add);
        using var two = transitions.Where(t => t.To == Severity.Red).Subscribe(second.Add);
        var batch = new ReadingBatch { JournalPosition = 42 };
        foreach (var value in new double[] { 91, 10, 92 })
        {
            batch.Add(new Reading(0, 0, ReadingFlags.None, Scenario.Epoch + (batch.Count * 1_000_000), Scenario.Epoch, value));
        }

        readings.OnNext(batch);
        first.Select(Scenario.Show).Should().Equal("p1.pressure red @0s", "p1.pressure normal @1s", "p1.pressure red @2s");
        second.Should().HaveCount(2).And.AllSatisfy(t => t.JournalPosition.Should().Be(42));
    }

    [Fact]
    public void Readings_of_nothing_known_are_counted_and_left()
    {
        var scenario = new Scenario(Scenario.Rule());
        scenario.Engine.Apply(
        [
            new Reading(9999, 0, ReadingFlags.None, Scenario.Epoch, Scenario.Epoch, 99),
            new Reading(0, 9, ReadingFlags.None, Scenario.Epoch, Scenario.Epoch, 99),
            new Reading(0, 1, ReadingFlags.None, Scenario.Epoch, Scenario.Epoch, 99),
        ], 0);
        scenario.Transitions.Should().BeEmpty();
        scenario.Engine.Counters.Impossible.Should().Be(2);
        scenario.Engine.Counters.Unwatched.Should().Be(1);
    }

    [Fact]
    public void A_full_series_drops_its_oldest_and_counts_it()
    {
        var scenario = new Scenario(new EngineOptions { SeriesReadingsMax = 4 }, Scenario.Rule(function: WindowFunction.Sum, window: "100s", bands: [new Band(Severity.Red, Comparison.Above, 4, null)]));
        for (var i = 0; i < 10; i++)
        {
            scenario.Run($"at {i}s p1 1");
        }

        scenario.Engine.Counters.DroppedAtBound.Should().Be(6);
        scenario.Run("at 10s p1 1.5 -> p1.pressure red @10s");
        scenario.Transitions[0].WindowValue.Should().Be(4.5);
    }
}
