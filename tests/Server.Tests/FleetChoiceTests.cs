using System.CommandLine;
using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server.Tests;

/// <summary>Where a run begins and ends by the fleet's clock, from the command line.</summary>
public sealed class FleetChoiceTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, 400, TimeSpan.Zero);

    private const string Day = "fleet district\nseed 9\nstart 2026-03-01T06:00+08:00\nlength 90m\nat 10m gas-pipe/gp-0003 burst for 5m\n";

    [Theory]
    [InlineData("4")]
    [InlineData("0")]
    [InlineData("0.5")]
    public void A_timeline_faster_or_slower_than_the_clock_ends_now_by_its_own_length(string speed)
    {
        var plan = Plan(Day, "--speed", speed, "--minutes", "2");
        plan.To.Should().BeInRange(Now.ToUnixTimeSeconds(), Now.ToUnixTimeSeconds() + 2);
        (plan.To - plan.From).Should().Be(5400);
        plan.Truth.Single().Ailment.Onset.Should().Be(plan.From + 600);
        plan.Fleet.Seed.Should().Be(9);
    }

    [Fact]
    public void A_timeline_without_a_length_ends_now_too()
    {
        var plan = Plan(Day.Replace("length 90m\n", "", StringComparison.Ordinal), "--speed", "4");
        plan.To.Should().BeInRange(Now.ToUnixTimeSeconds(), Now.ToUnixTimeSeconds() + 2);
        (plan.To - plan.From).Should().Be(900 + Timeline.AfterSeconds);
    }

    [Fact]
    public void In_real_time_it_begins_now() => Plan(Day).From.Should().BeInRange(Now.ToUnixTimeSeconds(), Now.ToUnixTimeSeconds() + 2);

    [Fact]
    public void A_random_fleet_takes_the_minutes()
    {
        var plan = Plan(null, "--speed", "0", "--minutes", "3", "--acceleration", "0");
        plan.To.Should().BeInRange(Now.ToUnixTimeSeconds(), Now.ToUnixTimeSeconds() + 2);
        (plan.To - plan.From).Should().Be(180);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_start_that_is_given_is_taken(bool isTimeline)
    {
        var plan = Plan(isTimeline ? Day : null, "--speed", "0", "--minutes", "90", "--start", "2026-02-01T00:00Z");
        (plan.From, plan.To).Should().Be((1_769_904_000, 1_769_904_000 + 5400));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("600000")]
    public void Minutes_that_are_no_length_are_refused(string minutes)
    {
        using var errors = new StringWriter();
        var command = new Command("simulate");
        var choice = new FleetChoice();
        choice.AddTo(command);
        choice.Read(command.Parse(["--minutes", minutes]), null, errors).Should().BeNull();
        errors.ToString().Trim().Should().Be("--minutes is more than 0 and at most 527,040, a year.");
    }

    private static TruthPlan Plan(string? timeline, params string[] arguments)
    {
        var (choice, live, time) = (new FleetChoice(), new LiveOptions(), new FakeTimeProvider(Now));
        var command = new Command("simulate");
        choice.AddTo(command);
        live.AddTo(command);
        using var temp = new TempFolder("timeline");
        var parsed = command.Parse(timeline is null ? arguments : [.. arguments, "--timeline", temp.Write("timeline.txt", timeline)]);
        parsed.Errors.Should().BeEmpty();
        using var errors = new StringWriter();
        var plan = choice.Read(parsed, length => live.StartSeconds(parsed, length, time), errors);
        errors.ToString().Should().BeEmpty();
        return plan!;
    }
}
