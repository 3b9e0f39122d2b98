namespace PingAnIoT.Simulators.Tests;

/// <summary>What an alert says of the truth, case by case.</summary>
public sealed class TruthJoinTests
{
    /// <summary>The table of <see cref="TruthJoin"/>: what is live, what a colour makes of it, what a fault does.</summary>
    [Theory]
    [InlineData("truth a leak 0 600", Verdict.True, Verdict.False)]
    [InlineData("truth a leak 0 600 findable never", Verdict.Minor, Verdict.False)]
    [InlineData("truth a dead 0 600", Verdict.False, Verdict.True)]
    [InlineData("truth a dead 0 600 findable never", Verdict.False, Verdict.Minor)]
    [InlineData("truth a spike 0 600", Verdict.False, Verdict.False)]
    [InlineData("", Verdict.False, Verdict.False)]
    [InlineData("truth a leak 0 600 \n truth a dead 0 600", Verdict.True, Verdict.True)]
    [InlineData("truth a leak 0 600 \n truth a spike 0 600", Verdict.True, Verdict.False)]
    [InlineData("truth a dead 0 600 \n truth a spike 0 600", Verdict.False, Verdict.True)]
    [InlineData("truth a leak 0 600 findable never \n truth a burst 0 600", Verdict.True, Verdict.False)]
    [InlineData("truth g gone 0 600", Verdict.False, Verdict.Secondary)]
    [InlineData("truth g flaps 0 600", Verdict.False, Verdict.False)]
    [InlineData("truth g gone 0 600 \n truth a leak 0 600", Verdict.True, Verdict.Secondary)]
    [InlineData("truth g gone 0 600 \n truth a dead 0 600", Verdict.False, Verdict.True)]
    [InlineData("truth b leak 0 600 \n truth b dead 0 600", Verdict.False, Verdict.False)]
    [InlineData("truth a leak 200 600 \n truth a dead 200 600", Verdict.False, Verdict.False)]
    [InlineData("truth a leak 0 99 \n truth a dead 0 99 \n truth g gone 0 99", Verdict.False, Verdict.False)]
    public void A_colour_and_a_fault_of_what_is_live(string truth, Verdict colour, Verdict fault)
    {
        ScoreStory.Of(truth + "\nalert 1 r a Yellow 100").Join().Judged.Single().Verdict.Should().Be(colour);
        ScoreStory.Of(truth + "\nalert 1 r a Red 100").Join().Judged.Single().Verdict.Should().Be(colour);
        ScoreStory.Of(truth + "\nalert 1 r a Fault 100").Join().Judged.Single().Verdict.Should().Be(fault);
    }

    [Theory]
    [InlineData("truth g gone 0 600", "Fault", Verdict.True)]
    [InlineData("truth g gone 0 600", "Red", Verdict.False)]
    [InlineData("truth g flaps 0 600", "Fault", Verdict.False)]
    [InlineData("truth a dead 0 600", "Fault", Verdict.False)]
    public void An_alert_of_a_gateway(string truth, string level, Verdict expected) =>
        ScoreStory.Of($"{truth}\nalert 1 r g {level} 100").Join().Judged.Single().Verdict.Should().Be(expected);

    [Theory]
    [InlineData("D/C/S/G1", "Red", Verdict.True)]
    [InlineData("D/C/S", "Red", Verdict.True)]
    [InlineData("D", "Red", Verdict.True)]
    [InlineData("D/C/S/G2", "Red", Verdict.False)]
    [InlineData("D/C/S/G", "Red", Verdict.False)]
    [InlineData("D/C/S/G1", "Fault", Verdict.False)]
    public void An_alert_of_a_place_speaks_of_the_devices_that_lie_in_it(string place, string level, Verdict expected) =>
        ScoreStory.Of($"truth a burst 0 600\nplace 1 r {place} {level} 100").Join().Judged.Single().Verdict.Should().Be(expected);

    [Fact]
    public void An_alert_of_a_place_is_of_its_own_kind_alone()
    {
        var story = ScoreStory.Of("truth a burst 0 600\nplace 1 r D/C/S/G1 Red 100");
        story.Alerts[0] = story.Alerts[0] with { Kind = "lift" };
        story.Join().Judged.Single().Verdict.Should().Be(Verdict.False);
    }

    /// <summary>When an incident is found, by which moment, and how late; <c>-</c> for missed.</summary>
    [Theory]
    [InlineData("alert 1 r a Red 130", 30)]
    [InlineData("alert 1 r a Red 130 seen 135", 35)]
    [InlineData("alert 1 r a Yellow 130", null)]
    [InlineData("alert 1 r a Fault 130", null)]
    [InlineData("alert 1 r a Yellow 110 \n alert 1 r a Red 140", 40)]
    [InlineData("alert 1 r a Yellow 110 \n alert 1 r a Red 140 \n alert 1 r a Yellow 150 \n alert 1 r a Red 160", 40)]
    [InlineData("alert 1 r a Red 110 \n alert 1 r a None 120 \n alert 1 r a Red 150", 10)]
    [InlineData("alert 1 r a Red 150 \n alert 2 q a Red 120", 20)]
    [InlineData("alert 1 r a Red 60", 0)]
    [InlineData("alert 1 r a Red 49.5", 0)]
    [InlineData("alert 1 r a Red 48", null)]
    [InlineData("alert 1 r a Red 700", 600)]
    [InlineData("alert 1 r a Red 701", null)]
    [InlineData("alert 1 r a Red 690 seen 990", 890)]
    [InlineData("alert 1 r a Red 40 \n alert 1 r a None 120", null)]
    [InlineData("alert 1 r a Red 40 \n alert 1 r a Yellow 120", null)]
    [InlineData("alert 1 r a Yellow 40 \n alert 1 r a Red 120", 20)]
    [InlineData("alert 1 r b Red 130", null)]
    [InlineData("", null)]
    public void A_burst_from_50_findable_at_100_and_settled_at_700(string alerts, int? delay)
    {
        var finding = ScoreStory.Of("truth a burst 50 700 findable 100\n" + alerts).Join().Findings.Single();
        finding.IsFound.Should().Be(delay is not null);
        if (delay is { } seconds)
        {
            finding.DelaySeconds.Should().BeApproximately(seconds, 1e-6);
            finding.DelayIntervals.Should().BeApproximately(seconds / ScoreStory.Report, 1e-6);
        }
    }

    /// <summary>
    /// A burst from 500 to 1100 behind a clock that is wrong from 100 to 2000: the alarms bear what it showed. What is not of the burst is not of it by the true clock either,
    /// also where the bent clock's time would be; and what the server stamps (a gateway's own alerts, a silence) is as it is.
    /// </summary>
    [Theory]
    [InlineData(-200, "alert 1 r a Red 305 seen 506", true)]
    [InlineData(-200, "alert 1 r a Red 900 seen 1101", true)]
    [InlineData(-200, "alert 1 r a Red 298 seen 499", false)]
    [InlineData(-200, "alert 1 r a Red 901 seen 1102", false)]
    [InlineData(-200, "alert 1 r a Red 60 seen 61", false)]
    [InlineData(-200, "alert 1 r a Red 400 seen 450", false)]
    [InlineData(200, "alert 1 r a Red 700 seen 501", true)]
    [InlineData(200, "alert 1 r a Red 1300 seen 1101", true)]
    [InlineData(200, "alert 1 r a Red 698 seen 499", false)]
    [InlineData(200, "alert 1 r a Red 550 seen 351", false)]
    [InlineData(200, "alert 1 r a Red 1302 seen 1103", false)]
    [InlineData(-200, "place 1 r D/C/S Red 305", false)]
    [InlineData(200, "place 1 r D/C/S Red 705", true)]
    public void An_alarm_behind_a_wrong_clock_speaks_of_what_was_when_the_clock_showed_that_time(double ahead, string alert, bool isTrue)
    {
        var story = ScoreStory.Of($"truth a burst 500 1100\nclock 100 2000 {ahead}\n{alert}");
        var join = story.Join();
        (join.Findings.Single().IsFound, join.Judged.Single().Verdict).Should().Be((isTrue, isTrue ? Verdict.True : Verdict.False));
        var soFar = new FoundSoFar(story.Truth, story.Links);
        soFar.Add(story.Alerts.Single());
        soFar.FoundBy(double.MaxValue).Should().Be(isTrue ? 1 : 0);
    }

    [Theory]
    [InlineData("truth g gone 500 700", "alert 1 r g Fault 505", false, true)]
    [InlineData("truth g gone 500 700", "alert 1 r g Fault 305 seen 506", false, false)]
    [InlineData("truth a dead 500 700", "alert 1 r a Fault 505", true, true)]
    [InlineData("truth a dead 500 700", "alert 1 r a Fault 305 seen 506", true, false)]
    [InlineData("truth a dead 500 700", "alert 1 r a Fault 305 seen 506", false, true)]
    public void What_the_server_stamps_is_not_of_the_gateways_clock(string truth, string alert, bool isByServerClock, bool isTrue)
    {
        var story = ScoreStory.Of($"{truth}\nclock 100 2000 -200\n{alert}");
        story.Alerts[0] = story.Alerts[0] with { IsByServerClock = isByServerClock };
        story.Join().Judged.Single().Verdict.Should().Be(isTrue ? Verdict.True : Verdict.False);
    }

    [Theory]
    [InlineData("alert 1 r a Yellow 10", 1, 0, 0)]
    [InlineData("alert 1 r a Yellow 10 \n alert 1 r a None 20 \n alert 1 r a Yellow 30", 2, 0, 0)]
    [InlineData("alert 1 r a Yellow 10 \n alert 1 r a Fault 20 \n alert 1 r a None 30", 2, 0, 0)]
    [InlineData("alert 1 r a Yellow 10 \n alert 1 r a Yellow 20 \n alert 1 r a None 30 \n alert 1 r a None 40", 1, 0, 0)]
    [InlineData("alert 1 r a Yellow 10 seq 5 \n alert 1 r a Yellow 10 seq 5 seen 11", 1, 1, 0)]
    [InlineData("alert 1 r a None 30 seq 9 \n alert 1 r a Yellow 10 seq 5", 1, 0, 0)]
    [InlineData("alert 1 r a Yellow 10 \n alert 2 r a Yellow 20", 2, 0, 1)]
    [InlineData("alert 1 r a Yellow 10 \n alert 1 r a None 15 \n alert 2 r a Yellow 20", 2, 0, 0)]
    [InlineData("alert 1 r a Yellow 10 \n alert 2 q a Yellow 20", 2, 0, 0)]
    [InlineData("alert 1 r a Yellow 10 \n alert 2 r b Yellow 20", 2, 0, 0)]
    [InlineData("place 1 r D/C Yellow 10 \n place 2 r D/C Yellow 20", 2, 0, 1)]
    [InlineData("place 1 r D/C Yellow 10 \n place 2 r D/B Yellow 20", 2, 0, 0)]
    [InlineData("alert 1 r a None 30", 0, 0, 0)]
    public void Episodes_and_what_came_twice(string alerts, int episodes, long events, long doubled)
    {
        var seen = EpisodeFold.Of(ScoreStory.Of(alerts).Alerts);
        seen.Episodes.Should().HaveCount(episodes);
        (seen.DoubledEvents, seen.DoubledAlerts).Should().Be((events, doubled));
    }
}
