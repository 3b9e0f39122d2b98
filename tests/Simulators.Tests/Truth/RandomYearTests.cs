namespace PingAnIoT.Simulators.Tests;

/// <summary>A random year has the rates it says, nothing twice at once, a healthy beginning, and any stretch of it can be drawn alone.</summary>
public sealed class RandomYearTests
{
    private const double Day = 86_400;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    public void Rates_are_right(ulong seed, double acceleration)
    {
        var fleet = new Fleet(FleetShape.Town, seed, PlainModel.All);
        var year = new RandomYear { Seed = seed, Acceleration = acceleration, LinkAcceleration = acceleration, LeadInSeconds = 0, TailSeconds = 0 };
        var plan = TruthPlan.Random(fleet, year, Played.Start, Played.Start + (60 * Day));
        var years = 60 / 365.25 * acceleration;
        Check(plan, "burst", fleet.Devices * years * 1);
        Check(plan, "slow-leak", fleet.Devices * years * 2);
        Check(plan, "late-batch", fleet.Devices * years * 0.2);
        Check(plan, "outage", fleet.Gateways.Length * years * 12);
        Check(plan, "blink", fleet.Gateways.Length * years * 50);
        plan.Truth.Count(t => t.Ailment.Sort == FleetSorts.MassReconnect).Should().Match(n => n % fleet.Gateways.Length == 0);
    }

    [Fact]
    public void A_device_has_one_thing_at_a_time_and_starts_healthy()
    {
        var fleet = new Fleet(FleetShape.District, 5, PlainModel.All);
        var year = new RandomYear { Seed = 3, Acceleration = 2000, LinkAcceleration = 500 };
        var plan = TruthPlan.Random(fleet, year, Played.Start, Played.Start + (3 * Day));
        plan.Truth.Should().HaveCountGreaterThan(1000);
        foreach (var one in plan.Truth.Where(t => t.Ailment.Sort != FleetSorts.MassReconnect).GroupBy(t => (t.Kind, t.Device)))
        {
            one.Zip(one.Skip(1)).Should().OnlyContain(p => p.First.SettledAt <= p.Second.Ailment.Onset);
        }

        plan.Truth.Should().OnlyContain(t => t.Ailment.Onset >= plan.From + 900);
        plan.Truth.Should().OnlyContain(t => (double.IsNaN(t.FindableAt) ? t.Ailment.Onset : t.FindableAt) + 900 <= plan.To);
        plan.Truth.Should().OnlyContain(t => t.Ailment.Severity > 0 && t.Ailment.Severity <= 1);
        plan.Truth.Should().OnlyContain(t => t.Ailment.End - t.Ailment.Onset >= t.Ailment.Sort.LeastSeconds - 0.01 && t.Ailment.End - t.Ailment.Onset <= t.Ailment.Sort.MostSeconds + 0.01);
    }

    [Fact]
    public void Any_stretch_can_be_drawn_alone()
    {
        var fleet = new Fleet(FleetShape.District, 5, PlainModel.All);
        var year = new RandomYear { Seed = 3, Acceleration = 1000, LinkAcceleration = 300, LeadInSeconds = 0, TailSeconds = 0 };
        var whole = TruthPlan.Random(fleet, year, Played.Start, Played.Start + Day);
        var part = TruthPlan.Random(fleet, year, Played.Start + 20_000, Played.Start + 50_000);
        part.Truth.Should().Equal(whole.Truth.Where(t => t.Ailment.Onset >= part.From && (double.IsNaN(t.FindableAt) ? t.Ailment.Onset : t.FindableAt) <= part.To));
        part.Truth.Should().HaveCountGreaterThan(100);
    }

    /// <summary>Within five deviations of Poisson, and two in a hundred for those that another took the place of.</summary>
    private static void Check(TruthPlan plan, string sort, double expected) =>
        plan.Truth.Count(t => t.Ailment.Sort.Name == sort).Should().BeInRange((int)((expected * 0.98) - (5 * Math.Sqrt(expected))), (int)(expected + (5 * Math.Sqrt(expected))) + 1, sort);
}
