namespace PingAnIoT.Rules.Tests;

/// <summary>Silence by a device's own measure: <c>absent($name or T)</c>.</summary>
public sealed class SilenceSetPointTests
{
    /// <summary>Of a device that has the set-point it is the length, in seconds; of the others what stands after "or". It lives through a restart.</summary>
    [Fact]
    public void A_device_with_the_set_point_is_silent_by_its_own_measure()
    {
        var scenario = Make(("p1", 100), ("p2", 30.5));
        scenario.Run("""
            at   0s tick
            at   1s p1 1
            at   1s p2 1
            at   1s p3 1
            to  31s
            at  32s tick                 -> p2.pressure fault @31.5s
            to  60s
            restart
            at  61s tick                 -> p3.pressure fault @61s
            to 100s
            at 101s tick                 -> p1.pressure fault @101s
            at 102s p2 1                 -> p2.pressure normal @102s
            """);
        scenario.Transitions.Select(t => (t.Series.Split('/')[1], t.Threshold)).Should().Equal(("p2", 30.5), ("p3", 60), ("p1", 100), ("p2", 30.5));
    }

    /// <summary>What is no length, or a longer one than a rule may say, counts for nothing.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData((30 * 86_400) + 1)]
    public void A_set_point_that_is_no_length_counts_for_nothing(double seconds) => Make(("p1", seconds), ("p2", 1), ("p3", 1)).Run("""
        at  0s tick
        at  1s tick                      -> p2.pressure fault @1s, p3.pressure fault @1s
        to 59s
        at 60s tick                      -> p1.pressure fault @60s
        """);

    /// <summary>A rule changed to another set-point listens by that from then on, for what is silent already too.</summary>
    [Fact]
    public void A_rule_that_names_another_set_point_listens_by_it()
    {
        var scenario = Make(("p1", 20), ("p2", 500));
        scenario.Run("""
            at  0s tick
            to 19s
            at 20s tick                  -> p1.pressure fault @20s
            to 39s
            """);
        scenario.Replace(Silent("40s", "another")).Should().BeEmpty();
        scenario.Run("""
            at 40s tick                  -> p2.pressure fault @40s, p3.pressure fault @40s
            at 41s p1 1                  -> p1.pressure normal @41s
            to 80s
            at 81s tick                  -> p1.pressure fault @81s
            """);
    }

    private static Scenario Make(params (string Device, double Seconds)[] own)
    {
        var scenario = new Scenario(Silent("60s", "silent-after"));
        foreach (var (device, seconds) in own)
        {
            var number = scenario.Register.Find(0, System.Text.Encoding.UTF8.GetBytes(device));
            scenario.Register.Register(scenario.Register[number] with { SetPoints = new Dictionary<string, double>(StringComparer.Ordinal) { ["silent-after"] = seconds } });
        }

        return scenario;
    }

    private static Rule Silent(string window, string setPoint)
    {
        var rule = Scenario.Absent("silent", window);
        return rule with { Bands = [rule.Bands[0] with { SetPoint = setPoint }] };
    }
}
