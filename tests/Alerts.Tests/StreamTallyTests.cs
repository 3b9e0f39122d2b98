using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

public sealed class StreamTallyTests
{
    [Theory]
    [InlineData("", 40, "d00/s00")]
    [InlineData("", 5_000, "d00")]
    [InlineData("d00/s00", 40, "d00/s00/c00")]
    public void Groups_are_of_streets_or_what_lies_in_the_officers_own_and_wider_where_there_would_be_too_many(string territory, int alerts, string place)
    {
        var tally = new StreamTally(new Officer("wang", territory));
        tally.Begin(7, 100_000);
        for (var i = 0; i < alerts; i++)
        {
            var at = territory.Length > 0 ? $"{territory}/c{i % 10:D2}/g01" : $"d{i % 20:D2}/s{i % 997 / 20:D2}/c01/g01";
            tally.Count(NoticeMessage.NoAlert($"a{i:D5}", 0) with { Territory = at, PeakColour = Severity.Yellow }, 8 + i, 1_000_000 + i);
        }

        tally.Pass(99_000);
        var summary = tally.Summary();
        summary.Groups.Should().HaveCountLessThanOrEqualTo(StreamTally.MostGroups).And.Contain(g => g.Territory == place);
        summary.Groups.Sum(g => g.Alerts).Should().Be(alerts);
        (summary.Alerts, summary.Events, summary.AfterSequence, summary.UpToSequence).Should().Be((alerts, alerts, 7, 99_000));
        summary.Groups.Should().OnlyContain(g => g.Filter.Territory == g.Territory && g.Filter.ChangedAfter == 7);
    }

    [Fact]
    public void An_alert_with_much_news_is_one_alert_and_a_summary_is_full_at_its_bound()
    {
        var tally = new StreamTally(new Officer("wang"));
        tally.Begin(0, 100_000);
        for (var i = 1; i <= StreamTally.MostEntries; i++)
        {
            tally.IsFull.Should().BeFalse();
            tally.Count(NoticeMessage.NoAlert("a", 0) with { Territory = "d01/s01" }, i, i);
        }

        tally.IsFull.Should().BeTrue();
        (tally.Summary().Alerts, tally.Summary().Events).Should().Be((1, StreamTally.MostEntries));
        tally.Clear();
        (tally.IsEmpty, tally.IsFull).Should().Be((true, false));
    }
}
