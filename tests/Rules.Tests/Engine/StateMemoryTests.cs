using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules.Tests;

/// <summary>What an engine holds is told in bytes, and what is over, not yet there or nobody's takes none.</summary>
public sealed class StateMemoryTests
{
    private const int Many = 1_000;

    private static Engine NewEngine(int devices, string territory, params Rule[] rules)
    {
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < devices; i++)
        {
            register.Register(new DeviceRecord { Device = $"d{i}", Kind = 0, Gateways = ["g"], Territory = territory.Length == 0 ? "" : $"{territory}{(territory.EndsWith('/') ? i : "")}" });
        }

        return new Engine(register, new RuleSet(rules), new EngineOptions(), _ => { });
    }

    /// <summary>Each device says these, one device after another, a second between two.</summary>
    private static long BytesAfter(Engine engine, int devices, params double[] values)
    {
        var now = Scenario.Epoch;
        engine.Apply([Reading.Tick(now)], 0);
        for (var device = 0; device < devices; device++)
        {
            foreach (var value in values)
            {
                now += 1_000_000;
                engine.Apply([new Reading(device, (ushort)Scenario.Rule().Quantity, ReadingFlags.None, now, now, value)], 0);
            }
        }

        engine.Apply([Reading.Tick(now)], 0);
        return engine.Counters.Bytes;
    }

    [Fact]
    public void All_that_is_held_is_told()
    {
        var plain = BytesAfter(NewEngine(Many, "", Scenario.Rule()), Many, 10);
        AtLeast(Many * Unsafe.SizeOf<Absence>(), BytesAfter(NewEngine(Many, "", Scenario.Rule(), Scenario.Absent("a", "1h")), Many, 10), "silences");
        AtLeast(Many * Unsafe.SizeOf<RuleState>(), BytesAfter(NewEngine(Many, "", Scenario.Rule()), Many, 95), "episodes");
        AtLeast(Many * (Unsafe.SizeOf<RuleState>() + 16), BytesAfter(NewEngine(Many, "", Scenario.Rule(hold: "60s")), Many, 95), "holds");
        AtLeast(Many * 3 * sizeof(int), BytesAfter(NewEngine(Many, "", [Scenario.Rule(), .. new[] { "methane", "flow", "temperature" }.Where(q => Catalog.Default.Kinds[0].FindQuantity(System.Text.Encoding.UTF8.GetBytes(q)) >= 0)
            .Select(q => Scenario.Rule(q, quantity: q)), Scenario.Combined("both", Combination.All)]), Many, 10), "words");
        AtLeast(Many * 5 * sizeof(long), BytesAfter(NewEngine(Many, "", Scenario.Rule(function: WindowFunction.Mean, window: "1h")), Many, 10, 11, 12, 13, 14, 15, 16), "readings");
        var votes = Scenario.Rule("votes", WindowFunction.Votes, "60s") with { Times = 2, Place = Place.Grid };
        AtLeast(Many * Unsafe.SizeOf<PlaceState>(), BytesAfter(NewEngine(Many, "d/s/c/", Scenario.Rule(), votes), Many, 10), "places");
        var last = NewEngine(8 * Many, "", Scenario.Rule());
        last.Apply([new Reading((8 * Many) - 1, 0, ReadingFlags.None, Scenario.Epoch, Scenario.Epoch, 1), Reading.Tick(Scenario.Epoch)], 0);
        last.Counters.Bytes.Should().BeGreaterThanOrEqualTo(8 * Many * Unsafe.SizeOf<DeviceSlot>());

        void AtLeast(long more, long bytes, string what) => (bytes - plain).Should().BeInRange(more / 10 * 9, 15 * more, what);
    }

    [Fact]
    public void An_episode_that_is_over_takes_no_memory() =>
        BytesAfter(NewEngine(Many, "", Scenario.Rule()), Many, 95, 10, 10).Should().Be(BytesAfter(NewEngine(Many, "", Scenario.Rule()), Many, 10, 10, 10));

    [Fact]
    public void Nor_does_one_of_several_quantities_or_of_a_place()
    {
        Rule[] rules =
        [
            Scenario.Combined("then", Combination.Then) with { WithinMicros = 500_000 },
            Scenario.Rule("votes", WindowFunction.Votes, "1s") with { Times = 2, Place = Place.Grid },
        ];
        BytesAfter(NewEngine(Many, "d/s/c/", rules), Many, 10, 95, 10, 10).Should().BeLessThan(BytesAfter(NewEngine(Many, "d/s/c/", rules), Many, 10, 10, 10, 10) + (Many * Unsafe.SizeOf<RuleState>() / 2) + (2 * Many * Unsafe.SizeOf<Voter>()));
        BytesAfter(NewEngine(Many, "", rules), Many, 10, 95, 10, 10).Should().Be(BytesAfter(NewEngine(Many, "", rules), Many, 10, 10, 10, 10));
    }

    /// <summary>While two say that a place is in trouble, those of its devices that say nothing of it are no voters.</summary>
    [Fact]
    public void Who_violates_nothing_is_no_voter()
    {
        var votes = Scenario.Rule("votes", WindowFunction.Votes, "10h") with { Times = 2, Place = Place.Grid };
        var engine = NewEngine(Many, "d/s/c/g", votes);
        var now = Scenario.Epoch;
        long before = 0;
        for (var device = 0; device < Many; device++, now += 1_000)
        {
            engine.Apply([new Reading(device, 0, ReadingFlags.None, now, now, device < 2 ? 95 : 10), Reading.Tick(now)], 0);
            before = device == 1 ? engine.Counters.Bytes : before;
        }

        engine.Counters.Transitions.Should().Be(1);
        (engine.Counters.Bytes - before).Should().BeLessThan(Many * Unsafe.SizeOf<Voter>() / 2 + (2 * Many * Unsafe.SizeOf<DeviceSlot>()) + (Many * 80));
    }

    /// <summary>What a series outgrows, in a burst or after it, serves it again.</summary>
    [Fact]
    public void Bursts_that_are_over_leave_no_blocks_behind()
    {
        var engine = NewEngine(1, "", Scenario.Rule(function: WindowFunction.Mean, window: "60s"));
        var now = Scenario.Epoch;
        var bytes = new List<long>();
        for (var burst = 0; burst < 300; burst++)
        {
            for (var i = 0; i < 60; i++)
            {
                now += 500_000;
                engine.Apply([new Reading(0, (ushort)Scenario.Rule().Quantity, ReadingFlags.None, now, now, i % 7 == 0 ? i / 3.0 : i)], 0);
            }

            now += 70_000_000;
            engine.Apply([new Reading(0, (ushort)Scenario.Rule().Quantity, ReadingFlags.None, now, now, 1), Reading.Tick(now)], 0);
            now += 70_000_000;
            bytes.Add(engine.Counters.Bytes);
        }

        bytes[^1].Should().Be(bytes[3]);
    }

    /// <summary>A timer may name them for a while yet; then they serve who comes.</summary>
    [Fact]
    public void Silences_of_devices_that_are_gone_leave_nothing_behind()
    {
        const int Waves = 16, Wave = 100, Silences = 8;
        var register = new DeviceRegister(Catalog.Default);
        var engine = new Engine(register, new RuleSet([.. Enumerable.Range(0, Silences).Select(i => Scenario.Absent($"a{i}", $"{10 + i}s"))]), new EngineOptions(), _ => { });
        var now = Scenario.Epoch;
        var bytes = new List<long>();
        for (var wave = 0; wave < Waves; wave++)
        {
            for (var i = 0; i < Wave; i++)
            {
                var device = register.Register(new DeviceRecord { Device = $"d{wave}-{i}", Kind = 0, Gateways = ["g"] });
                engine.Apply([new Reading(device, 0, ReadingFlags.None, now, now, 1)], 0);
                register.Register(register[device] with { IsRetired = true });
                engine.Retire(device, now, 0);
            }

            for (var second = 0; second < 20; second++, now += 1_000_000)
            {
                engine.Apply([Reading.Tick(now)], 0);
            }

            bytes.Add(engine.Counters.Bytes);
        }

        (bytes[^1] - bytes[1]).Should().BeLessThan(Waves * Wave * Silences * Unsafe.SizeOf<Absence>() / 4, "{0}", string.Join(' ', bytes));
    }

    [Fact]
    public void A_reset_of_a_device_that_has_said_nothing_makes_no_state_of_it()
    {
        var engine = NewEngine(2, "", Scenario.Rule());
        engine.Apply([Reading.Reset(1, 0, Scenario.Epoch), Reading.Tick(Scenario.Epoch)], 0);
        engine.Counters.Series.Should().Be(0);
    }

    /// <summary>Twice as many each time: else a city that comes back would be moved device by device.</summary>
    [Fact]
    public void States_grow_in_few_steps()
    {
        var quantity = RulePlan.Compile(new RuleSet([Scenario.Rule()]), Catalog.Default).OfKind(0).Series[0];
        var states = new RuleStates();
        var sizes = new HashSet<long>();
        for (var i = 0; i < 20_000; i++)
        {
            states.Rent(i, quantity);
            sizes.Add(states.Bytes);
        }

        sizes.Should().HaveCountLessThan(16);
        states.Bytes.Should().BeInRange(20_000 * Unsafe.SizeOf<RuleState>(), 64_000 * Unsafe.SizeOf<RuleState>());
    }

    /// <summary>A reading of one quantity looks at the words of others: none of them lies across a line that it need not.</summary>
    [Fact]
    public void A_devices_words_lie_in_as_few_lines_as_can_be()
    {
        const int line = Prefetch.LineBytes / sizeof(int);
        for (var quantities = 1; quantities <= Catalog.Default.Kinds[0].Quantities.Count; quantities++)
        {
            var store = new SeriesStore(RulePlan.Compile(new RuleSet([.. Enumerable.Range(0, quantities).Select(q => Scenario.Rule($"r{q}") with { Quantity = q })]), Catalog.Default));
            var end = 0;
            for (var device = 0; device < 100; device++)
            {
                store.Add(device, 0, 0);
                var first = store.Devices[device].Series;
                first.Should().BeGreaterThanOrEqualTo(Math.Max(1, end));
                (first - Math.Max(1, end)).Should().BeLessThan(line, "no more than a line is left out");
                ((((first + quantities - 1) / line) - (first / line)) <= (quantities - 1) / line).Should().BeTrue("{0} words from {1} on", quantities, first);
                (end > 0 && (end % line) + quantities <= line && first != end).Should().BeFalse("nothing is left out where they fit");
                end = first + quantities;
            }

            store.SeriesCount.Should().Be(100 * quantities);
        }
    }

    /// <summary>In each second a chunk may be begun: 65,536 of them are 64 in each of 1,024.</summary>
    [Fact]
    public void A_wheel_has_room_for_all_however_they_lie()
    {
        var wheel = new DueWheel();
        for (var i = 0; i < 65_536; i++)
        {
            wheel.Add((long)(i % 1024) << 20, i);
        }

        var taken = new List<int>();
        wheel.Take(2048L << 20, taken);
        taken.Order().Should().Equal(Enumerable.Range(0, 65_536));
    }

    [Fact]
    public void A_wheel_of_few_takes_little()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var wheel = new DueWheel();
        for (var i = 0; i < 8; i++)
        {
            wheel.Add(i << 20, i);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(12_000, "there is one for each group of gateways");
        for (var i = 8; i < 20_000; i++)
        {
            wheel.Add(i << 10, i);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000, "it grows by as much as there is, not by one");
    }
}
