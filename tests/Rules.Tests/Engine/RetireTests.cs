namespace PingAnIoT.Rules.Tests;

/// <summary>Devices that are no more: what they said ends, and what they held serves others.</summary>
public sealed class RetireTests
{
    private static readonly Rule[] Rules = [Scenario.Rule(), Scenario.Absent("silent", "60s")];

    [Fact]
    public void What_a_retired_device_said_ends_and_says_so()
    {
        var scenario = new Scenario(Rules).Run("""
            at  0s tick
            at  1s p1 99               -> p1.pressure red @1s
            at  1s p3 1
            to 59s
            at 60s tick                -> p2.pressure fault @60s
            """);
        scenario.Retire("p1", 61).Should().Equal("p1.pressure normal @61s");
        scenario.Retire("p2", 61).Should().Equal("p2.pressure normal @61s");
        scenario.Retire("p2", 61).Should().BeEmpty();
        scenario.Transitions.TakeLast(2).Select(t => (t.RuleId, t.Change, t.Ordinal, t.Device.IsRetired)).Should().Equal(
            ("high", TransitionChange.Retired, 2, true), ("silent", TransitionChange.Retired, 2, true));
        scenario.Run("""
            at  62s p1 99              # nothing it sends is judged
            restart
            at  63s p1 99
            at  64s p3 99              -> p3.pressure red @64s
            to 300s                    -> p3.pressure fault @124s
            """);
        scenario.Engine.Counters.Unwatched.Should().Be(1, "of the engine since the restart");
    }

    [Fact]
    public void Until_its_place_in_the_journal_a_device_is_judged_whatever_the_register_says()
    {
        var scenario = new Scenario(Rules);
        scenario.Register.Register(scenario.Register[0] with { IsRetired = true });
        scenario.Run("""
            at 0s tick
            at 1s p1 99                -> p1.pressure red @1s
            restart
            at 2s p1 10                -> p1.pressure normal @2s
            """);
    }

    [Fact]
    public void One_that_the_register_calls_a_device_again_begins_anew()
    {
        var scenario = new Scenario(Rules).Run("""
            at 0s tick
            at 1s p1 99                -> p1.pressure red @1s
            """);
        scenario.Retire("p1", 2);
        scenario.Register.Register(scenario.Register[0] with { IsRetired = false });
        scenario.Run("""
            restart
            at 3s p1 99                -> p1.pressure red @3s
            """);
    }

    [Fact]
    public void A_vote_of_a_retired_device_does_not_count()
    {
        var votes = Scenario.Rule("votes", WindowFunction.Count, "60s") with { Place = Place.Grid, Function = WindowFunction.Votes, Times = 2 };
        var scenario = new Scenario(votes);
        for (var i = 0; i < 3; i++)
        {
            scenario.Register.Register(scenario.Register[i] with { Territory = "d1/s1/c1/g1" });
        }

        // The engine knows devices by where they were when the register first had them, so these are new.
        foreach (var name in new[] { "v1", "v2", "v3" })
        {
            scenario.Register.Register(new DeviceRecord { Device = name, Kind = 0, Gateways = ["gw1"], Territory = "d1/s1/c1/g1" });
        }

        scenario.Run("""
            at 1s v1 99
            """);
        scenario.Retire("v1", 2).Should().BeEmpty();
        scenario.Run("""
            at 3s v2 99
            at 4s v3 99                -> g1.pressure red @4s
            """.Replace("g1.pressure", "d1.s1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Memory_comes_back_however_often_devices_come_and_go(int seed)
    {
        const int Wave = 200, Waves = 30;
        var random = new Random(seed);
        var register = new DeviceRegister(Catalog.Default);
        var open = new HashSet<string>(StringComparer.Ordinal);
        var engine = new Engine(register, new RuleSet([Scenario.Rule(function: WindowFunction.Mean, window: "60s", hold: "5s"), .. Rules[1..]]), new EngineOptions(), t =>
        {
            _ = t.Change == TransitionChange.Raised ? open.Add($"{t.RuleId} {t.Series}") : open.Remove($"{t.RuleId} {t.Series}");
        });
        var time = Scenario.Epoch;
        var bytes = new List<long>();
        for (var wave = 0; wave < Waves; wave++)
        {
            var devices = Enumerable.Range(0, Wave).Select(i => register.Register(new DeviceRecord { Device = $"d{wave}-{i}", Kind = 0, Gateways = ["gw1"] })).ToArray();
            for (var second = 0; second < 60; second++, time += 1_000_000)
            {
                engine.Apply([Reading.Tick(time)], 0);
                engine.Apply([.. devices.Where(_ => random.Next(2) == 0).Select(d => new Reading(d, (ushort)random.Next(2), ReadingFlags.None, time, time, random.Next(60, 130)))], 0);
            }

            bytes.Add(engine.Counters.Bytes);
            foreach (var device in devices)
            {
                register.Register(register[device] with { IsRetired = true });
                engine.Retire(device, time, 0);
            }

            open.Should().BeEmpty("seed {0}: what was open has ended", seed);
            engine.Counters.Series.Should().Be(0);
            for (var second = 0; second < 70; second++, time += 1_000_000)
            {
                engine.Apply([Reading.Tick(time)], 0);
            }
        }

        // Once slabs of each size are there, a slot of 32 bytes by each index of the register, doubled as it grows, is all that may stay.
        (bytes[^1] - bytes[10]).Should().BeLessThan(2L * 32 * Wave * Waves, "seed {0}: {1}", seed, string.Join(' ', bytes));
        (bytes[0] * Waves).Should().BeGreaterThan(4 * bytes[^1], "that is what it would have come to");
    }
}
