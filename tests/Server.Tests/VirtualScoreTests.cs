using System.Text;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server.Tests;

/// <summary>The scorecard of a virtual run is not blind: what is taken away from the rules or lost on the way shows in it, and nothing else moves it.</summary>
public sealed class VirtualScoreTests
{
    private static readonly Lazy<Scorecard> Whole = new(() => Score(DefaultRules.Text, 0));

    [Fact]
    public void The_same_plan_and_rules_give_the_same_card() =>
        ScorecardDifference.Of(Whole.Value, Score(DefaultRules.Text, 0)).Text().Trim().Should().Be("no difference");

    /// <summary>What is drawn while it runs ends at what the scorecard counts; found is never more than was findable by then.</summary>
    [Fact]
    public void The_progress_says_how_much_was_found_so_far()
    {
        var told = new List<Progress>();
        var card = Score(DefaultRules.Text, 0, told.Add);
        told.Should().OnlyContain(p => p.Found <= p.Findable);
        told.Zip(told.Skip(1)).Should().OnlyContain(p => p.First.Found <= p.Second.Found && p.First.Findable <= p.Second.Findable);
        told[^1].Findable.Should().BeGreaterThanOrEqualTo(card.Recall.Of + card.DefectRecall.Of);
        told[^1].Found.Should().BeGreaterThanOrEqualTo(card.Recall.Count + card.DefectRecall.Count).And.BePositive();
        told[^1].Lines()[1].Should().Contain($" found {told[^1].Found}/{told[^1].Findable}");
    }

    [Theory]
    [InlineData("elevator-entrapment", "entrapment")]
    [InlineData("elevator-door-held", "door-held")]
    [InlineData("gas-pipe-valve-shut", "valve-shut")]
    public void A_rule_taken_away_is_missed(string rule, string sort)
    {
        var without = Score(Without(rule), 0);
        without.Rules.Should().NotContain(r => r.RuleId == rule);
        Whole.Value.Rules.Should().Contain(r => r.RuleId == rule);
        var (before, after) = (Of(Whole.Value, sort), Of(without, sort));
        (after.Found.Count < before.Found.Count || after.Delay.MedianSeconds > before.Delay.MedianSeconds).Should().BeTrue(
            $"{sort}: found {before.Found} and {after.Found}, median delay {before.Delay.MedianSeconds} and {after.Delay.MedianSeconds} s");
    }

    [Fact]
    public void A_threshold_halved_cries_wolf()
    {
        var halved = DefaultRules.Text.Replace("red: \"> $overspeed-up-red or 2.3\"", "red: \"> 1.15\"", StringComparison.Ordinal)
            .Replace("yellow: \"> $overspeed-up-yellow or 2\"", "yellow: \"> 1\"", StringComparison.Ordinal);
        halved.Should().NotBe(DefaultRules.Text);
        var card = Score(halved, 0);
        card.Episodes.False.Should().BeGreaterThan(Whole.Value.Episodes.False);
        card.Rules.Single(r => r.RuleId == "elevator-overspeed-up").Episodes.False.Should().BePositive();
    }

    [Fact]
    public void Every_thousandth_message_lost_on_the_way_shows()
    {
        var card = Score(DefaultRules.Text, 1000);
        card.Messages.Published.Should().Be(Whole.Value.Messages.Published);
        card.Messages.Acknowledged.Should().Be(card.Messages.Published);
        Whole.Value.Lost.Should().Be(0);
        card.Lost.Should().BeInRange(card.Messages.Published!.Value / 1000, card.Messages.Published.Value / 10);
        FailIf.Parse("lost>0", out _)!.Check(card).Should().Equal($"lost>0: lost is {card.Lost}");
        FailIf.Parse("lost>0", out _)!.Check(Whole.Value).Should().BeEmpty();
    }

    /// <summary>Of 16 gateways some clocks are behind and some ahead, some at once and some more and more; the alarms bear the times of these clocks.</summary>
    [Fact]
    public void What_happens_behind_a_wrong_clock_is_found_and_its_alarms_are_true()
    {
        var plan = Timeline.Parse(
            """
            fleet district
            seed 7
            start 2026-03-01T06:00+08:00
            length 50m
            at 5m gateway/all clock-skew severity 0.9 for 40m
            at 30m elevator/all entrapment for 10m
            """,
            "day.txt").Plan!;
        var card = VirtualScore.Of(plan, RuleFile.Parse(DefaultRules.Text, "pack.yaml", Catalog.Default).RuleSet!, 0, TimeProvider.System, null, TestContext.Current.CancellationToken);
        card.Recall.Should().Be(new Share(card.Recall.Of, card.Recall.Of), $"{card.Stories.Count} were missed or slow");
        card.Recall.Of.Should().BePositive();
        card.Episodes.False.Should().Be(0, string.Join(Environment.NewLine, card.FalseAlerts));
        card.Early.Should().Be(0);
    }

    [Fact]
    public void A_healthy_plant_is_left_in_peace()
    {
        const double Morning = 1_772_316_000;
        var plan = TruthPlan.Healthy(new Fleet(FleetShape.District, 11), Morning, Morning + 10_800);
        var card = VirtualScore.Of(plan, RuleFile.Parse(DefaultRules.Text, "pack.yaml", Catalog.Default).RuleSet!, 0, TimeProvider.System, null, TestContext.Current.CancellationToken);
        card.Messages.Readings.Should().BeGreaterThan(2_000_000);
        card.Episodes.Total.Should().Be(0, string.Join(Environment.NewLine, card.FalseAlerts));
        card.Messages.DeadLettered.Should().Be(0);
    }

    private static SortFigures Of(Scorecard card, string sort) => card.Sorts.Single(s => s.Sort == sort);

    /// <summary>The pack without one rule: from its list item to the next blank line.</summary>
    internal static string Without(string rule)
    {
        var text = new StringBuilder();
        var isOut = false;
        foreach (var line in DefaultRules.Text.Split('\n'))
        {
            isOut = line.Trim() == $"- id: {rule}" || (isOut && line.Trim().Length > 0);
            text.Append(isOut ? "" : line + "\n");
        }

        return text.ToString();
    }

    private static Scorecard Score(string rules, int dropEach, Action<Progress>? progress = null)
    {
        const double From = 1_772_316_000;
        var plan = TruthPlan.Random(
            new Fleet(FleetShape.District, 7), new RandomYear { Seed = 7, Acceleration = 2_000, LinkAcceleration = 0 }, From, From + 5400);
        var set = RuleFile.Parse(rules, "pack.yaml", Catalog.Default).RuleSet!;
        return VirtualScore.Of(plan, set, dropEach, TimeProvider.System, progress, TestContext.Current.CancellationToken);
    }
}
