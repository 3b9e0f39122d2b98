namespace PingAnIoT.Simulators.Tests;

/// <summary>When a run fails, and what is said of a condition that is none.</summary>
public sealed class FailIfTests
{
    /// <summary>999 of 1,000 incidents are found, all yellow; none is lost, no latency is known.</summary>
    [Theory]
    [InlineData("recall<0.999", null)]
    [InlineData("recall<=0.999", "recall<=0.999: recall is 0.999 (999/1000)")]
    [InlineData("recall<0.9990001", "recall<0.9990001: recall is 0.999 (999/1000)")]
    [InlineData("recall<1", "recall<1: recall is 0.999 (999/1000)")]
    [InlineData("recall=0.999", "recall=0.999: recall is 0.999 (999/1000)")]
    [InlineData("recall!=0.999", null)]
    [InlineData("missed>0", "missed>0: missed is 1")]
    [InlineData("missed>=2", null)]
    [InlineData("lost>0", null)]
    [InlineData("lost>-1", "lost>-1: lost is 0")]
    [InlineData("doubled>0,lost>0", null)]
    [InlineData(" missed > 0 , recall < 1 ", "missed>0: missed is 1|recall<1: recall is 0.999 (999/1000)")]
    [InlineData("red-recall<1", "red-recall<1: cannot be judged, no incidents that ask for red in the run")]
    [InlineData("red-recall>1", "red-recall>1: cannot be judged, no incidents that ask for red in the run")]
    [InlineData("p99-ms>100", "p99-ms>100: cannot be judged, no latency was recorded")]
    [InlineData("p99.9-ms>100", "p99.9-ms>100: cannot be judged, no latency was recorded")]
    [InlineData("refused>0", "refused>0: cannot be judged, the run could not learn it")]
    [InlineData("false-per-10000-device-days>1", null)]
    public void A_run_fails_for_the_stated_reasons(string text, string? reasons)
    {
        var story = ScoreStory.Of(string.Join('\n', Enumerable.Range(0, 1_000).Select(i =>
            $"truth d{i} leak 0 600{(i > 0 ? $"\nalert A{i} r d{i} Yellow 10" : "")}")));
        var condition = FailIf.Parse(text, out var error);
        error.Should().BeNull();
        string.Join('|', condition!.Check(story.Score(ScoreStory.Facts with { Lost = 0 }))).Should().Be(reasons ?? "");
    }

    [Theory]
    [InlineData("", "an empty condition")]
    [InlineData("recall<1,", "an empty condition")]
    [InlineData("recal<1", "no figure 'recal'. Did you mean recall? There are: recall, red-recall,")]
    [InlineData("p99<1", "no figure 'p99'. Did you mean p99-ms?")]
    [InlineData("Recall<1", "no figure 'Recall'. Did you mean recall?")]
    [InlineData("weather<1", "no figure 'weather'. There are: recall,")]
    [InlineData("<1", "no figure ''.")]
    [InlineData("recall", "'recall': no operator")]
    [InlineData("recall!1", "'recall!1': no operator")]
    [InlineData("recall<", "'recall<': '' is no plain decimal number")]
    [InlineData("recall<1e3", "'1e3' is no plain decimal number")]
    [InlineData("recall<NaN", "'NaN' is no plain decimal number")]
    [InlineData("recall<Infinity", "'Infinity' is no plain decimal number")]
    [InlineData("recall<-", "'-' is no plain decimal number")]
    [InlineData("recall<.", "'.' is no plain decimal number")]
    [InlineData("recall<99%", "'99%' is no plain decimal number")]
    [InlineData("recall<<1", "'<1' is no plain decimal number")]
    [InlineData("recall==1", "'=1' is no plain decimal number")]
    [InlineData("recall<0.9 lost>0", "'0.9 lost>0' is no plain decimal number")]
    [InlineData("recall\t<1", "no figure 'recall\t'")]
    public void What_is_no_condition_is_told(string text, string expected)
    {
        FailIf.Parse(text, out var error).Should().BeNull();
        error.Should().Contain(expected);
    }

    [Fact]
    public void Every_figure_can_be_asked_for_by_its_name()
    {
        ScoreFigure.All.Select(f => f.Name).Should().OnlyHaveUniqueItems();
        foreach (var figure in ScoreFigure.All)
        {
            FailIf.Parse($"{figure.Name}<0.5", out var error)!.Conditions.Single().Figure.Should().BeSameAs(figure);
            error.Should().BeNull();
        }
    }
}
