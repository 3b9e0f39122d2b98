namespace PingAnIoT.Rules.Tests;

/// <summary>A series whose readings all lie where no band is crossed is not looked at further: what must show all the same.</summary>
public sealed class SettledTests
{
    private static Rule Mean(double threshold) =>
        Scenario.Rule(function: WindowFunction.Mean, window: "60s", bands: [new Band(Severity.Red, Comparison.Above, threshold, null)]);

    /// <summary>Three times 0.1 is a little more than 0.3 in binary: the value is what is computed, though no reading is above.</summary>
    [Fact]
    public void A_mean_that_adding_up_takes_over_the_threshold_is_over_it() =>
        new Scenario(Mean(0.1)).Run("""
            at 0s p1 0.1
            at 1s p1 0.1
            at 2s p1 0.1                  -> p1.pressure red @2s
            """);

    [Fact]
    public void A_reading_beyond_the_band_is_in_the_mean_for_as_long_as_it_is_in_the_window() =>
        new Scenario(Mean(50)).Run("""
            at   0s p1 40
            at  20s p1 70                 -> p1.pressure red @20s
            at  40s p1 10                 -> p1.pressure normal @40s
            at  60s p1 45
            at  79s p1 90                 -> p1.pressure red @79s
            at 120s p1 10                 -> p1.pressure normal @120s
            at 140s p1 10
            at 160s p1 10
            """);

    [Fact]
    public void A_late_reading_beyond_the_band_shows()
        => new Scenario(Mean(50)).Run("""
            at  0s p1 40
            at 10s p1 40
            at 11s p1 90 from 9s          -> p1.pressure red @10s
            """);

    /// <summary>Generations are counted in a byte: 255 changes of rules later the first comes again.</summary>
    [Fact]
    public void What_was_seen_under_other_rules_is_not_taken_for_these()
    {
        var register = new DeviceRegister(Catalog.Default);
        register.Register(new DeviceRecord { Device = "a", Kind = 0, Gateways = ["g"] });
        var emitted = new List<Transition>();
        var engine = new Engine(register, new RuleSet([Mean(50)]), new EngineOptions(), emitted.Add);
        Say(engine, 1);
        Say(engine, 2);
        for (var change = 1; change <= byte.MaxValue; change++)
        {
            engine.Replace(new RuleSet([Mean(change % 2 == 0 ? 50 : 30)]));
        }

        Say(engine, 3);
        emitted.Should().ContainSingle("the bar is at 30 now").Which.To.Should().Be(Severity.Red);
    }

    private static void Say(Engine engine, int second)
    {
        var time = Scenario.Epoch + (second * 1_000_000L);
        engine.Apply([new Reading(0, 0, ReadingFlags.None, time, time, 40)], 0);
    }
}
