namespace PingAnIoT.Rules.Tests;

/// <summary>Rules over several quantities of one device.</summary>
public sealed class CombinedTests
{
    private static readonly Band[] RedYellow = [new(Severity.Red, Comparison.Above, 90, null), new(Severity.Yellow, Comparison.Above, 50, null)];

    private static Rule Of(Combination combination, string hold = "0s", string clear = "0s", params Rule[] parts) => Scenario.Rule(
        "both", quantity: "pressure", hold: hold, clear: clear, bands: [.. parts[0].Bands]) with { Combination = combination, Parts = parts };

    private static Rule Part(string quantity, double deadband = 0, string window = "0s", WindowFunction function = WindowFunction.Last) =>
        Scenario.Rule("", function, window, quantity: quantity, deadband: deadband, bands: RedYellow);

    [Fact]
    public void All_is_the_least_bad_of_its_parts_and_waits_for_each() =>
        new Scenario(Of(Combination.All, parts: [Part("pressure"), Part("methane")])).Run("""
            at 0s p1 95                   # methane is not known
            at 1s p1.methane 60           -> p1.pressure yellow @1s
            at 2s p1.methane 99           -> p1.pressure red @2s
            at 3s p1.flow 1
            at 4s p1 40                   -> p1.pressure normal @4s
            at 5s p1.methane 10
            at 6s p1 95
            """);

    [Fact]
    public void A_part_that_does_not_hold_is_waited_for_until_it_does_however_it_comes_to()
    {
        var scenario = new Scenario(Of(Combination.All, parts: [Part("pressure"), Part("methane", window: "60s", function: WindowFunction.Min)])).Run("""
            at  0s p1.methane 10
            at  1s p1 95
            at  2s p1 96
            at 59s p1.methane 95          # the window still has the 10
            at 61s p1 97
            at 62s p1.methane 95          -> p1.pressure red @62s
            at 63s p1 40                  -> p1.pressure normal @63s
            at 64s p1.methane 40
            at 65s p1 97
            at 66s p2.methane 30
            at 67s p2 97
            """);
        Band[] lower = [RedYellow[0], RedYellow[1] with { Threshold = 20 }];
        scenario.Replace(Of(Combination.All, parts: [Part("pressure") with { Bands = lower }, Part("methane", window: "60s", function: WindowFunction.Min) with { Bands = lower }]));
        scenario.Run("""
            at 68s p1 97                  -> p1.pressure yellow @68s
            at 69s p2 97                  -> p2.pressure yellow @69s
            """);
    }

    [Fact]
    public void Any_is_the_worst_of_its_parts() =>
        new Scenario(Of(Combination.Any, parts: [Part("pressure"), Part("methane")])).Run("""
            at 0s p1.methane 60           -> p1.pressure yellow @0s
            at 1s p1 95                   -> p1.pressure red @1s
            at 2s p1 40                   -> p1.pressure yellow @2s
            at 3s p1.methane 40           -> p1.pressure normal @3s
            """);

    [Fact]
    public void A_part_that_is_silent_for_longer_than_the_carry_is_not_known_and_the_rule_goes_on()
        => new Scenario(Of(Combination.Any, parts: [Part("pressure"), Part("methane")])).Run("""
            at   0s p1.methane 60         -> p1.pressure yellow @0s
            at 299s p1 10
            at 301s p1 10                 # methane spoke until 300 s
            at 302s p1.methane 10         -> p1.pressure normal @302s
            """);

    [Fact]
    public void The_hold_begins_when_the_parts_come_together_and_ends_on_a_tick()
    {
        var scenario = new Scenario(Of(Combination.All, "10s", "5s", Part("pressure", deadband: 5), Part("methane"))).Run("""
            at  0s tick
            at  1s p1 95
            at  4s p1.methane 99
            to 15s
            at 16s tick                   -> p1.pressure red @14s
            at 17s p1 87                  # within the deadband of pressure
            at 18s p1.methane 80
            at 24s p1 87                  -> p1.pressure yellow @23s
            """);
        var (raised, down) = (scenario.Transitions[0], scenario.Transitions[1]);
        (raised.WindowValue, raised.Threshold).Should().Be((95, 90), "pressure is the first that crosses");
        raised.Evidence.Should().Equal(
            new Evidence(Scenario.Epoch + 1_000_000, 95, "gas-pipe/p1/pressure"), new Evidence(Scenario.Epoch + 4_000_000, 99, "gas-pipe/p1/methane"));
        (down.WindowValue, down.Threshold).Should().Be((80, 90), "methane is the first that no longer violates");
    }

    [Fact]
    public void New_thresholds_keep_the_episode_another_part_ends_it()
    {
        var scenario = new Scenario(Of(Combination.All, parts: [Part("pressure"), Part("methane")])).Run("""
            at 0s tick
            at 1s p1 95
            at 2s p1.methane 99           -> p1.pressure red @2s
            """);
        scenario.Replace(Of(Combination.All, parts: [Part("pressure", deadband: 10), Part("methane", deadband: 10)])).Should().BeEmpty();
        scenario.Run("at 3s p1.methane 85");
        scenario.Replace(Of(Combination.All, parts: [Part("pressure"), Part("temperature")]))
            .Should().Equal(new ReloadNote("both", 1, "its window means something else now"));
        scenario.Transitions[^1].To.Should().Be(Severity.Normal);
        scenario.Run("at 4s p1.temperature 99 -> p1.pressure red @4s");
        scenario.Replace(Of(Combination.Any, parts: [Part("pressure"), Part("temperature")]))
            .Should().Equal(new ReloadNote("both", 1, "its window means something else now"));
    }
}
