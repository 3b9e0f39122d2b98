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

    /// <summary>
    /// The newest reading is where no band is crossed, the mean is not. Generations are counted in a byte: 255 changes of rules later the first comes
    /// again.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(510)]
    public void What_was_seen_under_other_rules_is_not_taken_for_these(int changes)
    {
        var register = new DeviceRegister(Catalog.Default);
        foreach (var name in new[] { "mute", "a", "b" })
        {
            register.Register(new DeviceRecord { Device = name, Kind = 0, Gateways = ["g"] });
        }

        var emitted = new List<Transition>();
        var engine = new Engine(register, Both(50), new EngineOptions(), emitted.Add);
        for (var device = 1; device <= 2; device++)
        {
            for (ushort quantity = 0; quantity < 2; quantity++)
            {
                Say(engine, device, quantity, 1, 40);
                Say(engine, device, quantity, 2, 40);
            }
        }

        for (var change = 1; change <= changes; change++)
        {
            engine.Replace(Both((changes - change) % 2 == 0 ? 30 : 50));
        }

        emitted.Should().BeEmpty();
        for (var device = 1; device <= 2; device++)
        {
            for (ushort quantity = 0; quantity < 2; quantity++)
            {
                Say(engine, device, quantity, 3, 20);
            }
        }

        emitted.Should().HaveCount(4, "the bar is at 30 now, and 33 the mean").And.OnlyContain(t => t.To == Severity.Red);

        static RuleSet Both(double bar) => new([Mean(bar), Mean(bar) with { Id = "other", Quantity = 1 }]);
    }

    private static void Say(Engine engine, int device, ushort quantity, int second, double value)
    {
        var time = Scenario.Epoch + (second * 1_000_000L);
        engine.Apply([new Reading(device, quantity, ReadingFlags.None, time, time, value)], 0);
    }
}
