namespace PingAnIoT.Rules.Tests;

/// <summary>Most readings change nothing and are taken a short way, which must not show: in what is counted, in what is kept, and in what comes later.</summary>
public sealed class PlainReadingTests
{
    private static Rule Mean(string hold = "0s") =>
        Scenario.Rule("mean", WindowFunction.Mean, "10s", hold, bands: [new Band(Severity.Red, Comparison.Above, 50, null)]);

    /// <summary>A reading older than the carry says nothing of the time after it, however little there was to say of it: ticks end no hold that begins with it.</summary>
    [Fact]
    public void A_plain_reading_that_came_too_late_to_speak_for_now_lets_no_hold_end_on_ticks() =>
        new Scenario(Mean("5s")).Run("""
            at   0s tick
            at   1s p1 10
            at   2s p1 10
            to 500s
            at 500s p1 10 from 100s
            at 500s p1 10 from 105s
            at 500s p1 200 from 103s
            to 900s
            """);

    /// <summary>The same of one that is as old as it may be: it speaks.</summary>
    [Fact]
    public void A_plain_reading_just_young_enough_speaks_for_now() =>
        new Scenario(Mean("5s")).Run("""
            at   0s tick
            at   1s p1 10
            at   2s p1 10
            to 405s
            at 405s p1 10 from 105s
            at 405s p1 99 from 104s
            at 406s p1 99 from 103s
            to 412s                       -> p1.pressure red @110s
            """);

    [Fact]
    public void Each_reading_is_counted_once()
    {
        var scenario = new Scenario(Mean()).Run("""
            at  0s tick
            at  1s p1 10
            at  2s p1 11
            at  3s p1 12
            at  4s p1 13
            at  4s p1 13
            at  5s p1 14 from 3500ms
            at  9s p1 15 from 1s
            """);
        var counters = scenario.Engine.Counters;
        (counters.Evaluated, counters.Duplicates, counters.Late).Should().Be((5, 1, 1));
    }

    /// <summary>Values of many digits are kept otherwise than others are; what is counted into the window is the same.</summary>
    [Fact]
    public void Values_that_cannot_be_packed_are_in_the_mean_like_others() =>
        new Scenario(Mean()).Run("""
            at  1s p1 49.3333333333333333
            at  2s p1 49
            at  3s p1 49
            at  4s p1 49
            at  5s p1 53.5                 # 49.97 in the mean
            at  6s p1 51                   -> p1.pressure red @6s
            at 16s p1 49                   -> p1.pressure normal @16s
            """);

    /// <summary>A whole backlog comes at once: the blocks of its series move while the next readings' are looked up.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0.3333333333333333)]
    public void Many_readings_of_one_series_at_once_are_all_in_its_window(double value)
    {
        var scenario = new Scenario(
            Scenario.Rule("count", WindowFunction.Count, "100s", bands: [new Band(Severity.Red, Comparison.Above, 199, null)]),
            Scenario.Rule("mean", WindowFunction.Mean, "100s", quantity: "methane", bands: [new Band(Severity.Red, Comparison.Above, 4, null)]));
        var emitted = new List<Transition>();
        var engine = new Engine(scenario.Register, scenario.Engine.Rules, new EngineOptions(), emitted.Add);
        var readings = new List<Reading> { Reading.Tick(Scenario.Epoch) };
        for (var i = 1; i <= 200; i++)
        {
            var time = Scenario.Epoch + (i * 100_000L);
            readings.Add(new Reading(0, Pressure(scenario), ReadingFlags.None, time, time, value));
            readings.Add(new Reading(0, Methane(scenario), ReadingFlags.None, time, time, value));
        }

        readings.Add(new Reading(0, Methane(scenario), ReadingFlags.None, Scenario.Epoch + 20_100_000, Scenario.Epoch + 20_100_000, (4 * 201) - (200 * value) + 0.01));
        engine.Apply(readings.ToArray(), 1);
        emitted.Select(Scenario.Show).Should().Equal("p1.pressure red @20s", "p1.methane red @20.1s");
        emitted[1].WindowValue.Should().BeApproximately(4 + (0.01 / 201), 1e-12);
        engine.Counters.Evaluated.Should().Be(401);
    }

    /// <summary>What the block of a series was when it was looked up may be another's by its turn.</summary>
    [Fact]
    public void A_block_that_another_series_has_by_now_is_left_alone()
    {
        var scenario = new Scenario(Mean() with { Bands = [new Band(Severity.Red, Comparison.Above, 11, null)] }, Mean() with { Id = "methane", Quantity = Scenario.Rule(quantity: "methane").Quantity });
        var emitted = new List<Transition>();
        var engine = new Engine(scenario.Register, scenario.Engine.Rules, new EngineOptions(), emitted.Add);
        Reading Say(int tenths, ushort quantity, double value) =>
            new(0, quantity, ReadingFlags.None, Scenario.Epoch + (tenths * 100_000L), Scenario.Epoch + (tenths * 100_000L), value);

        var (pressure, methane) = (Pressure(scenario), Methane(scenario));
        engine.Apply([Reading.Tick(Scenario.Epoch), Say(1, pressure, 0), Say(2, pressure, 0)], 1);
        engine.Apply([Say(3, pressure, 0), Say(4, methane, 0), Say(5, pressure, 10), Say(6, pressure, 0), Say(7, pressure, 60), Say(8, methane, 30), Say(9, methane, 150)], 2);
        emitted.Select(t => Math.Round(t.WindowValue, 6)).Should().Equal(Math.Round(70 / 6.0, 6), 60);
    }

    private static ushort Pressure(Scenario scenario) => (ushort)scenario.Register.Catalog.Kinds[0].FindQuantity("pressure"u8);

    private static ushort Methane(Scenario scenario) => (ushort)scenario.Register.Catalog.Kinds[0].FindQuantity("methane"u8);
}
