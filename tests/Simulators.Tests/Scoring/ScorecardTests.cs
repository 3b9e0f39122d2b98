using HdrHistogram;

namespace PingAnIoT.Simulators.Tests;

/// <summary>Figures of days made by hand.</summary>
public sealed class ScorecardTests
{
    /// <summary>Two bursts, two leaks, a defect; one leak is missed, one false alert, one secondary, one minor.</summary>
    private const string Day = """
        truth a burst 0 600 findable 100
        truth b burst 1000 1600 findable 1100
        truth c leak 0 600 findable 100
        truth d leak 0 600
        truth e leak 0 600 findable never
        truth f dead 0 600 findable 300
        truth h spike 0 600
        truth g gone 5000 6000
        alert A1 gas-high a Yellow 90
        alert A1 gas-high a Red 160
        alert A2 gas-high b Red 1050
        alert A3 gas-rate b Yellow 1060
        alert A4 gas-rate c Yellow 340
        alert A5 gas-low e Yellow 50
        alert A6 gas-mute f Fault 420
        alert A7 gas-rate h Yellow 10
        alert A8 gas-mute d Fault 5500
        alert A9 link-lost g Fault 5060
        """;

    [Fact]
    public void A_day_by_hand()
    {
        var card = ScoreStory.Of(Day).Score();
        card.Recall.Should().Be(new Share(3, 4));
        card.RedRecall.Should().Be(new Share(2, 2));
        card.DefectRecall.Should().Be(new Share(2, 2));
        card.Episodes.Should().Be(new EpisodeFigures(True: 6, False: 1, Secondary: 1, Minor: 1));
        card.Precision.Should().Be(new Share(6, 7));
        card.Run.DeviceDays.Should().Be(1_000);
        card.FalsePer1000DeviceDays.Should().Be(1);
        card.FalsePer10000DeviceDays.Should().Be(10);
        card.FalsePerDeviceYear.Should().BeApproximately(0.36525, 1e-9);
        card.AlertsPerIncident.Should().BeApproximately(4.0 / 3, 1e-9);
        card.MostAlertsPerIncident.Should().Be(2);
        card.Early.Should().Be(1);
        card.Delay.Should().Be(new DelayFigures(3, 60, 240, 240, 1, 4, 4));
        card.DelayBuckets.Where(b => b.Count > 0).Should().Equal(new DelayBucket(0, 1), new DelayBucket(1, 1), new DelayBucket(5, 1));
        card.Rules.Select(r => (r.RuleId, r.Episodes.False, r.FoundFirst)).Should().Equal(
            ("gas-rate", 1, 1), ("gas-high", 0, 2), ("gas-mute", 0, 1), ("gas-low", 0, 0), ("link-lost", 0, 1));
        card.Sorts[0].Should().BeEquivalentTo(new { Sort = "leak", Entries = 3, Found = new Share(1, 2), Minor = 1, Unripe = 0, Alerts = 2, FalseAlerts = 0 });
        card.Sorts[1].Should().BeEquivalentTo(new { Sort = "spike", Entries = 1, Found = new Share(0, 0), Minor = 0, FalseAlerts = 1 });
        card.Stories.Select(s => (s.Device, s.FoundSeconds is null)).Should().Equal(("d", true), ("c", false));
        card.FalseAlerts.Single().Should().BeEquivalentTo(new { RuleId = "gas-rate", Device = "h", Peak = AlertClass.Yellow });
        card.FalseAlerts.Single().Beside.Should().Equal("spike");
    }

    /// <summary>Officers of a run faster than real time see alerts of hours ago by the clock of now: that is no delay, and no success either.</summary>
    [Fact]
    public void Faster_than_real_time_there_are_no_delays()
    {
        var card = ScoreStory.Of(Day).Score(ScoreStory.Facts with { AreDelaysKnown = false });
        card.Recall.Should().Be(new Share(3, 4));
        card.Delay.Should().Be(new DelayFigures(0, null, null, null, null, null, null));
        card.DelayBuckets.Should().AllSatisfy(b => b.Count.Should().Be(0));
        card.Sorts.Should().AllSatisfy(s => s.Delay.Count.Should().Be(0));
        card.Stories.Should().AllSatisfy(s => s.DelayIntervals.Should().BeNull()).And.AllSatisfy(s => s.FoundSeconds.Should().BeNull());
        ScorecardText.Write(card).Should().Contain("detection delay: not recorded").And.NotContain("median");
        FailIf.Parse("median-delay-s>100", out _)!.Check(card).Should().ContainSingle().Which.Should().Contain("not in real time");
    }

    /// <summary>It cannot be blind: every way to make the alerts worse changes the figure that says so.</summary>
    [Fact]
    public void Every_way_to_make_the_alerts_worse_shows()
    {
        var card = ScoreStory.Of(Day).Score();
        Changed(a => a.RemoveAll(s => s.AlertId == "A2")).RedRecall.Should().Be(new Share(1, 2));
        Changed(a => a.RemoveAll(s => s.AlertId == "A4")).Recall.Should().Be(new Share(2, 4));
        Changed(a => a.RemoveAll(s => s.AlertId == "A6")).DefectRecall.Should().Be(new Share(1, 2));
        Changed(a => Edit(a, "A4", s => s with { SeenSeconds = s.SeenSeconds + 60 })).Delay.MaxSeconds.Should().Be(card.Delay.MaxSeconds + 60);
        Changed(a => Edit(a, "A4", s => s with { EventSeconds = s.EventSeconds + 3_600 })).Should().BeEquivalentTo(
            new { Recall = new Share(2, 4), Precision = new Share(5, 7) });
        Changed(a => Edit(a, "A2", s => s with { Class = AlertClass.Yellow })).RedRecall.Should().Be(new Share(1, 2));
        Changed(a => Edit(a, "A4", s => s with { Class = AlertClass.Fault })).Should().BeEquivalentTo(new { Recall = new Share(2, 4), Precision = new Share(5, 7) });
        Changed(a => Edit(a, "A6", s => s with { Class = AlertClass.Red })).Should().BeEquivalentTo(
            new { DefectRecall = new Share(1, 2), Precision = new Share(5, 7), FalsePer1000DeviceDays = 2.0 });
        Changed(a => Edit(a, "A9", s => s with { Device = "g9" })).DefectRecall.Should().Be(new Share(1, 2));
        Changed(a => a.Add(a[0] with { AlertId = "B1", Sequence = 99, Device = "z" })).Should().BeEquivalentTo(
            new { Precision = new Share(6, 8), FalsePer1000DeviceDays = 2.0, Recall = card.Recall });
        Changed(a => a.Add(a[3])).Doubled.Should().Be(new DoubledFigures(1, 0, null));
        Changed(a => a.Add(a[3] with { AlertId = "B2", Sequence = 98 })).Doubled.Should().Be(new DoubledFigures(0, 1, null));
        Changed(a => a.RemoveAll(s => s.Class == AlertClass.Red)).Delay.Count.Should().Be(1);
    }

    [Fact]
    public void A_truth_that_is_dropped_or_moved_shows()
    {
        var story = ScoreStory.Of(Day);
        story.Truth.RemoveAt(0);
        story.Score().Precision.Should().Be(new Share(5, 7));
        story = ScoreStory.Of(Day);
        story.Truth[6] = story.Truth[6] with { Device = "y" };
        story.Score().FalseAlerts.Single().Beside.Should().BeEmpty();
    }

    [Fact]
    public void What_became_findable_too_shortly_before_the_end_is_not_counted_found_or_not()
    {
        const string twice = "truth a leak 0 600 findable 100 \n truth b leak 0 600 findable 100 \n alert 1 r a Yellow 150";
        var facts = ScoreStory.Facts with { UntilSeconds = ScoreStory.Start + 100 + (2 * ScoreStory.Report) };
        ScoreStory.Of(twice).Score(facts).Recall.Should().Be(new Share(1, 2));
        var early = ScoreStory.Of(twice).Score(facts with { UntilSeconds = facts.UntilSeconds - 1 });
        early.Recall.Should().Be(new Share(0, 0));
        early.Sorts.Single().Unripe.Should().Be(2);
        early.Precision.Should().Be(new Share(1, 1));
    }

    [Theory]
    [InlineData("alert 1 r a Red 40", 1)]
    [InlineData("alert 1 r a Red 40 \n alert 1 r a None 45", 0)]
    [InlineData("alert 1 r a Yellow 40", 0)]
    [InlineData("alert 1 r a Red 40 \n alert 1 r a Yellow 45", 0)]
    [InlineData("alert 1 r a Fault 40", 0)]
    [InlineData("", 0)]
    public void An_incident_that_is_missed_behind_an_alert_that_stood_already_is_told(string alerts, long standing)
    {
        var card = ScoreStory.Of("truth a burst 50 700\n" + alerts).Score();
        card.Recall.Should().Be(new Share(0, 1));
        card.Sorts.Single().Standing.Should().Be(standing);
        card.Stories.Single().IsStanding.Should().Be(standing > 0);
    }

    [Fact]
    public void Nothing_at_all_gives_no_shares_and_no_rates_out_of_thin_air()
    {
        var card = new ScoreStory().Score(ScoreStory.Facts with { Devices = 0 });
        (card.Recall.Value, card.Precision.Value, card.FalsePer1000DeviceDays, card.Delay.MedianSeconds, card.AlertsPerIncident, card.Lost)
            .Should().Be((null, null, null, null, null, null));
        card.Latency.Should().BeNull();
    }

    [Fact]
    public void What_the_run_supplies_is_handed_on()
    {
        var micros = new LongHistogram(600_000_000, 3);
        for (var i = 1; i <= 1000; i++)
        {
            micros.RecordValue(i * 1000);
        }

        var card = new ScoreStory().Score(ScoreStory.Facts with
        {
            Published = 10, Acknowledged = 8, Refused = 1, Resent = 2, Readings = 30, Lost = 3, DoubledRows = 4, LatencyMicros = micros,
            DeadLettered = new Dictionary<string, long> { ["unit"] = 5, ["range"] = 6 },
        });
        card.Messages.Should().BeEquivalentTo(new { Published = 10, Acknowledged = 8, Refused = 1, Resent = 2, Readings = 30, DeadLettered = 11 });
        card.Messages.DeadLetteredBy.Should().Equal(new Dictionary<string, long> { ["range"] = 6, ["unit"] = 5 });
        (card.Lost, card.Doubled.Total).Should().Be((3, 4));
        card.Latency!.P50Ms.Should().BeApproximately(500, 1);
        card.Latency.P99Ms.Should().BeApproximately(990, 1);
        card.Latency.P999Ms.Should().BeApproximately(999, 1);
        card.Latency.MaxMs.Should().BeApproximately(1000, 1);
    }

    /// <summary>A city: no pair is looked at that does not concern the same device, place or gateway.</summary>
    [Fact]
    public void A_hundred_thousand_entries_and_a_million_events_are_joined()
    {
        string Grid(int device) => $"D{device % 3}/C{device % 39}/S{device % 390}/G{device % 3900}";
        var entries = Enumerable.Range(0, 100_000).Select(i => new TruthEntry(
            new Ailment(ScoreStory.Burst, i, i + 600, 1), "gas", "d" + i, Grid(i), i + 10, i + 600, 60)).ToList();
        var events = Enumerable.Range(0, 1_000_000).Select(i => (Alert: i / 2, Device: i / 2 % 200_000, Sequence: i)).Select(x => new AlertSeen(
            "a" + x.Alert, x.Sequence, "r" + (x.Alert % 50), "gas", "d" + x.Device, Grid(x.Device), x.Alert % 50 == 0,
            x.Sequence % 2 == 0 ? AlertClass.Red : AlertClass.None, x.Device + 15, x.Device + 16)).ToList();
        var began = TimeProvider.System.GetTimestamp();
        var card = Scorer.Score(entries, events, ScoreStory.Facts with { UntilSeconds = 1e12 }, new TruthLinks(_ => "g", (_, shown) => shown));
        TestContext.Current.TestOutputHelper!.WriteLine($"joined in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:F1} s");
        card.Recall.Should().Be(new Share(100_000, 100_000));
        card.Episodes.Total.Should().Be(500_000);
    }

    private static Scorecard Changed(Action<List<AlertSeen>> change)
    {
        var story = ScoreStory.Of(Day);
        change(story.Alerts);
        return story.Score();
    }

    private static void Edit(List<AlertSeen> alerts, string id, Func<AlertSeen, AlertSeen> edit)
    {
        var at = alerts.FindIndex(a => a.AlertId == id);
        alerts[at] = edit(alerts[at]);
    }
}
