using System.Globalization;

namespace PingAnIoT.Alerts.Tests;

/// <summary>From when to when a report counts: days, weeks, months and quarters of a zone, half-open, also where clocks are set.</summary>
public sealed class ReportSpanTests
{
    [Theory]
    [InlineData("Day      2026-11-23 Asia/Shanghai       2026-11-22T16:00 2026-11-23T16:00  24 h")]
    [InlineData("Week     2026-11-29 Asia/Shanghai       2026-11-22T16:00 2026-11-29T16:00 168 h")]
    [InlineData("Week     2026-11-23 Asia/Shanghai       2026-11-22T16:00 2026-11-29T16:00 168 h")]
    [InlineData("Month    2024-02-10 Asia/Shanghai       2024-01-31T16:00 2024-02-29T16:00 696 h")]
    [InlineData("Quarter  2026-11-23 Asia/Shanghai       2026-09-30T16:00 2026-12-31T16:00 2208 h")]
    [InlineData("Quarter  2026-01-01 UTC                 2026-01-01T00:00 2026-04-01T00:00 2160 h")]
    [InlineData("Day      2026-03-08 America/New_York    2026-03-08T05:00 2026-03-09T04:00  23 h")]
    [InlineData("Day      2026-11-01 America/New_York    2026-11-01T04:00 2026-11-02T05:00  25 h")]
    [InlineData("Month    2026-03-31 America/New_York    2026-03-01T05:00 2026-04-01T04:00 743 h")]
    [InlineData("Day      2018-11-04 America/Sao_Paulo   2018-11-04T03:00 2018-11-05T02:00  23 h")]
    [InlineData("Day      2025-11-02 America/Havana      2025-11-02T04:00 2025-11-03T05:00  25 h")]
    [InlineData("Day      2011-12-30 Pacific/Apia        2011-12-30T10:00 2011-12-30T10:00   0 h")]
    public void It_is_from_midnight_to_midnight(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var span = ReportSpan.Of(Enum.Parse<ReportPeriod>(words[0]), ReportSpan.Day(words[1])!.Value, TimeZoneInfo.FindSystemTimeZoneById(words[2]));
        var hours = (span.ToMicros - span.FromMicros) / 3_600_000_000;
        $"{Text(span.FromMicros)} {Text(span.ToMicros)} {hours} h".Should().Be($"{words[3]} {words[4]} {words[5]} h");
    }

    [Fact]
    public void Periods_adjoin_and_every_day_lies_in_its_own()
    {
        string[] zones = ["Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "UTC"];
        foreach (var zone in zones.Select(TimeZoneInfo.FindSystemTimeZoneById))
        {
            foreach (var period in Enum.GetValues<ReportPeriod>())
            {
                var before = ReportSpan.Of(period, new DateOnly(2010, 12, 31), zone);
                for (var day = new DateOnly(2011, 1, 1); day.Year < 2019; day = day.AddDays(1))
                {
                    var span = ReportSpan.Of(period, day, zone);
                    (span == before || span.FromMicros == before.ToMicros).Should().BeTrue($"{period} {day} {zone.Id}");
                    before = span;
                }
            }
        }
    }

    [Theory]
    [InlineData("2026-11-31")]
    [InlineData("23.11.2026")]
    [InlineData("2026-1-1")]
    [InlineData("1969-12-31")]
    [InlineData("9999-12-31")]
    [InlineData("")]
    public void What_is_no_day_is_none(string text) => ReportSpan.Day(text).Should().BeNull();

    [Theory]
    [InlineData("2026-11-22T16:00:00Z", 0)]
    [InlineData("2026-11-22T15:59:59Z", 167)]
    [InlineData("2026-11-25T10:30:00Z", 66)]
    public void Hours_of_the_week_begin_on_Monday(string utc, int hour) =>
        new ReportSpan(0, 1, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")).HourOfWeek(Micros.From(DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture))).Should().Be(hour);

    [Fact]
    public void An_hour_that_comes_twice_is_one()
    {
        var span = new ReportSpan(0, 1, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        var first = Micros.From(DateTimeOffset.Parse("2026-11-01T05:30:00Z", CultureInfo.InvariantCulture));
        span.HourOfWeek(first).Should().Be(span.HourOfWeek(first + 3_600_000_000)).And.Be((6 * 24) + 1);
    }

    private static string Text(long micros) => Micros.ToTime(micros).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
}
