namespace PingAnIoT.Simulators.Tests;

/// <summary>A timeline says exactly what it does, and exactly what is wrong with it.</summary>
public sealed class TimelineTests
{
    private const string Head = "fleet district\nseed 7\nstart 2026-03-01T06:00+08:00\n";

    [Fact]
    public void A_day_becomes_a_plan()
    {
        var plan = Played.Plan(
            """
            # a hand-made day
            fleet district
            seed 7
            start 2026-03-01T06:00+08:00
            at 0:10      gas-pipe/gp-0003  slow-leak  severity 0.5  for 2h
            at 1:00      gateway/gw-gas-02 outage     for 10m
            every 30m until 2:00 smoke-detector/*  steam  severity 0.4  for 3m    # a random device of the kind
            """);
        (plan.From, plan.To).Should().Be((Played.Start, Played.Start + 7800 + 1800));
        plan.Truth.Select(t => $"{t.Ailment.Onset - plan.From} {t.Kind} {t.Ailment.Sort} {t.Ailment.Severity} {t.Ailment.End - t.Ailment.Onset} {t.FindableAt - t.Ailment.Onset} {t.SettledAt - t.Ailment.End} {t.ReportSeconds}")
            .Should().Equal(
                "600 gas-pipe slow-leak 0.5 7200 60 600 5",
                "1800 smoke-detector steam 0.4 180 NaN 600 10",
                "3600 smoke-detector steam 0.4 180 NaN 600 10",
                "3600 gateway outage 0.7 600 60 300 1",
                "5400 smoke-detector steam 0.4 180 NaN 600 10");
        plan.Truth[0].Device.Should().Be("gp-0003");
        plan.Truth[0].Territory.Should().Be(plan.Fleet.Site(plan.Fleet.Find("gas-pipe", "gp-0003")).Territory);
        plan.Truth.Where(t => t.Kind == "smoke-detector").Select(t => t.Device).Distinct().Should().HaveCountGreaterThan(1);
    }

    [Fact]
    public void All_means_every_one_and_a_random_one_is_one_that_is_free()
    {
        Played.Plan(Head + "at 1m gateway/all mass-reconnect for 30s").Truth.Should().HaveCount(16);
        Played.Plan(Head + "length 10m\nevery 30s until 4m lpg-cylinder/* burst for 10m").Truth.Select(t => t.Device).Should().HaveCount(7).And.OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("", "1:1: a line 'fleet NAME' is missing|1:1: a line 'start TIME' is missing")]
    [InlineData("fleet distrikt\nstart 2026-03-01T06:00+08:00", "1:7: expected a fleet, found 'distrikt'; did you mean 'district'? There are district, town, suburb, 100k, 1m, city")]
    [InlineData("fleet district\nstart tomorrow", "2:7: expected a time such as 2026-03-01T06:00+08:00, found 'tomorrow'")]
    [InlineData("fleet district\nseed -1\nstart 2026-03-01T06:00Z now", "2:6: expected a whole number, found '-1'|3:25: expected the end of the line, found 'now'")]
    [InlineData(Head + "att 1m gas-pipe/gp-0001 burst for 1m", "4:1: expected a statement, found 'att'; did you mean 'at'? There are fleet, seed, start, length, at, every")]
    [InlineData(Head + "at noon gas-pipe/gp-0001 burst for 1m", "4:4: expected a time from the start such as 1:30 or 90m, found 'noon'")]
    [InlineData(Head + "at 1:75 gas-pipe/gp-0001 burst for 1m", "4:4: expected a time from the start such as 1:30 or 90m, found '1:75'")]
    [InlineData(Head + "at 1m gp-0001 burst for 1m", "4:7: expected whom it happens to, as KIND/NAME, KIND/* or KIND/all, found 'gp-0001'")]
    [InlineData(Head + "at 1m gas-pip/gp-0001 burst for 1m", "4:7: expected a kind, found 'gas-pip'; did you mean 'gas-pipe'? There are gas-pipe, elevator, smoke-detector, charging-pile, pipe-network, lpg-cylinder, gateway")]
    [InlineData(Head + "at 1m gas-pipe/gp-0081 burst for 1m", "4:16: expected a device, found 'gp-0081'; a gas-pipe is called gp-0001 to gp-0080")]
    [InlineData(Head + "at 1m gateway/gw-gas-05 outage for 1m", "4:15: expected a gateway, found 'gw-gas-05'; did you mean 'gw-gas-01'? There are gw-gas-01, gw-gas-02, gw-gas-03, gw-gas-04, gw-lift-01, gw-lift-02, gw-lift-03, gw-lift-04, gw-fire-01, gw-fire-02, gw-fire-03, gw-fire-04, gw-charge-01, gw-charge-02, gw-charge-03, gw-charge-04")]
    [InlineData(Head + "at 1m gateway/all outtage for 1m", "4:19: expected what happens to a gateway, found 'outtage'; did you mean 'outage'? There are outage, blink, gateway-loss, flapping, duplicates, reorder, clock-skew, mass-reconnect")]
    [InlineData(Head + "at 1m gas-pipe/gp-0001 burst severity 2 for 1m", "4:39: expected a severity above 0 and up to 1, found '2'")]
    [InlineData(Head + "at 1m gas-pipe/gp-0001 burst", "4:29: expected 'severity X' or 'for DURATION', found the end of the line")]
    [InlineData(Head + "at 1m gas-pipe/gp-0001 burst for", "4:33: expected a duration such as 90s, 1.5h or 1h30m, found the end of the line")]
    [InlineData(Head + "at 1m gas-pipe/gp-0001 burst for 1m  please", "4:38: expected the end of the line, found 'please'")]
    [InlineData(Head + "every 0s gas-pipe/gp-0001 burst for 1m", "4:7: expected a period such as 30m, found '0s'")]
    [InlineData(Head + "every 1m gas-pipe/gp-0001 burst for 1m", "4:10: expected 'until TIME', as the timeline has no line 'length DURATION'")]
    [InlineData(Head + "at 1m gas-pipe/gp-0001 burst for 2m\nat 2m gas-pipe/gp-0001 burst for 1m", "5:7: burst would overlap another on gp-0001")]
    [InlineData(Head + "at 1m gas-pipe/gp-0001 burst for 2m\nat 3m gas-pipe/gp-0001 burst for 1m\nat 2m gas-pipe/gp-0001 slow-leak for 1m", "")]
    public void Errors_say_where_and_what_was_expected(string text, string errors) =>
        Timeline.Parse(text, "day.txt", PlainModel.All).Errors.Select(e => e.ToString())
            .Should().Equal(errors.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(e => "day.txt:" + e));

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172_800)]
    [InlineData("0:10", 600)]
    [InlineData("24:00", 86_400)]
    [InlineData("1:30:05", 5405)]
    [InlineData("", -1)]
    [InlineData("5", -1)]
    [InlineData("m", -1)]
    [InlineData("1.2.3s", -1)]
    [InlineData("1:2:3:4", -1)]
    [InlineData("-1:00", -1)]
    [InlineData("5m30", -1)]
    public void Durations_are_read(string text, double seconds) =>
        (TimelineLine.TrySeconds(text, out var read) ? read : -1).Should().Be(seconds);

}
