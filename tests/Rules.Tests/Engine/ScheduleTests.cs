using System.Globalization;

namespace PingAnIoT.Rules.Tests;

/// <summary>When a schedule is open, and what a rule makes of that.</summary>
public sealed class ScheduleTests
{
    private static Schedule Parse(string during)
    {
        var result = RuleFile.Parse(ErrorTable.Apply("during: " + during), "f", Catalog.Default);
        result.Errors.Should().BeEmpty();
        return result.RuleSet!.Rules[0].During!;
    }

    [Theory]
    [InlineData("{ zone: UTC+8, mon-fri: 08:00-18:00 }", "UTC+8 mon 08:00-18:00, tue 08:00-18:00, wed 08:00-18:00, thu 08:00-18:00, fri 08:00-18:00")]
    [InlineData("{ zone: UTC+8, sat: \"13:00-17:00, 09:00-12:00\" }", "UTC+8 sat 09:00-12:00, sat 13:00-17:00")]
    [InlineData("{ zone: UTC, fri-sun: 22:00-06:00 }", "UTC mon 00:00-06:00, fri 22:00-sat 06:00, sat 22:00-sun 06:00, sun 22:00-24:00")]
    [InlineData("{ zone: UTC, sat-mon: 00:00-24:00 }", "UTC mon 00:00-24:00, sat 00:00-sun 24:00")]
    [InlineData("{ zone: UTC, mon: \"08:00-12:00, 10:00-14:00, 14:00-15:00\" }", "UTC mon 08:00-15:00")]
    [InlineData("{ zone: UTC-03:30, daily: 00:00-24:00 }", "UTC-03:30 mon 00:00-sun 24:00")]
    public void Is_read_as_stretches_of_the_week(string during, string expected) => Parse(during).ToString().Should().Be(expected);

    // The two nights of the year on which the clocks change, and plain ones. Times are UTC.
    [Theory]
    [InlineData("{ zone: Asia/Shanghai, mon-fri: 08:00-18:00 }", "2026-01-05T00:00:00Z 2026-01-05T09:59:59Z", "2026-01-04T23:59:59Z 2026-01-05T10:00:00Z 2026-01-03T02:00:00Z")]
    [InlineData("{ zone: UTC+05:30, daily: 00:00-06:00 }", "2026-01-04T18:30:00Z 2026-01-05T00:29:59Z", "2026-01-04T18:29:59Z 2026-01-05T00:30:00Z")]
    [InlineData("{ zone: America/New_York, sun: 01:00-04:00 }", "2026-03-08T06:00:00Z 2026-03-08T06:59:59Z 2026-03-08T07:00:00Z 2026-03-08T07:59:59Z", "2026-03-08T05:59:59Z 2026-03-08T08:00:00Z")]
    [InlineData("{ zone: America/New_York, sun: 02:00-03:00 }", "", "2026-03-08T06:59:59Z 2026-03-08T07:00:00Z")]
    [InlineData("{ zone: America/New_York, sun: 01:00-02:00 }", "2026-11-01T05:00:00Z 2026-11-01T05:59:59Z 2026-11-01T06:00:00Z 2026-11-01T06:59:59Z", "2026-11-01T04:59:59Z 2026-11-01T07:00:00Z")]
    [InlineData("{ zone: Europe/Berlin, sat: 22:00-06:00 }", "2026-03-28T21:00:00Z 2026-03-29T03:59:59Z 2026-10-24T20:00:00Z 2026-10-25T04:59:59Z", "2026-03-28T20:59:59Z 2026-03-29T04:00:00Z 2026-10-24T19:59:59Z 2026-10-25T05:00:00Z")]
    [InlineData("{ zone: UTC, thu: 00:00-00:01 }", "1970-01-01T00:00:00Z 1970-01-01T00:00:59Z", "1969-12-31T23:59:59Z 1970-01-01T00:01:00Z")]
    [InlineData("{ zone: UTC, wed: 23:59-24:00 }", "1969-12-31T23:59:00Z 1969-12-31T23:59:59Z", "1969-12-31T23:58:59Z 1970-01-01T00:00:00Z")]
    public void Is_open_by_the_local_clock(string during, string open, string shut)
    {
        var schedule = new CompiledSchedule(Parse(during));
        foreach (var (times, expected) in new[] { (open, true), (shut, false) })
        {
            foreach (var time in times.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var micros = (DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks / 10;
                schedule.Covers(micros).Should().Be(expected, time);
            }
        }

        _ = schedule.Covers(long.MinValue);
        _ = schedule.Covers(long.MaxValue);
    }

    [Fact]
    public void Outside_it_an_alert_ends_by_its_clear_hold_with_the_next_readings()
    {
        // The story begins on a Thursday at 08:53:20 UTC.
        var rule = Scenario.Rule(hold: "10s", clear: "20s") with { During = new Schedule("UTC+8", [new WeekRange((3 * 1440) + 1014, (3 * 1440) + 1015)]) };
        new Scenario(rule).Run("""
            at  0s p1 95
            at 20s p1 95
            to 39s
            at 40s p1 95                  # 08:54:00
            at 50s p1 95                  -> p1.pressure red @50s
            at 99s p1 95
            at 100s p1 95                 # 08:55:00
            restart
            at 130s p1 95                 -> p1.pressure normal @120s
            at 150s p1 95
            """);
    }
}
