using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using HdrHistogram;

namespace PingAnIoT.Simulators.Tests;

/// <summary>A scorecard as text, JSON and HTML, and the difference of two; with names as an enemy would choose them.</summary>
public sealed class ReportTests
{
    private const string Hostile = "</title><script>alert('1')</script>&\"<img src=x onerror=1>\u0001\u202e\uffff\ud800 煤气泄漏";

    [Fact]
    public void The_page_is_well_formed_and_names_are_only_text()
    {
        var page = Parse(ScorecardHtml.Write(HostileCard()));
        page.Descendants().Select(e => e.Name.LocalName).Distinct().Should().BeSubsetOf(
        [
            "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "span", "section", "div", "b", "small", "article", "svg", "g", "rect", "text",
            "path", "table", "tr", "th", "td", "details", "summary",
        ]);
        page.Descendants().Attributes().Select(a => a.Name.LocalName).Distinct().Should().BeSubsetOf(
            ["lang", "charset", "name", "content", "class", "role", "aria-label", "viewBox", "x", "y", "width", "height", "rx", "d"]);
        page.Descendants("h3").Should().Contain(h => h.Value.StartsWith("</title><script>alert('1')</script>&\"<img src=x onerror=1>���� 煤气泄漏", StringComparison.Ordinal));
        page.Descendants("svg").Count().Should().BeGreaterThan(4);
    }

    [Fact]
    public void The_page_asks_for_nothing_from_elsewhere()
    {
        var html = ScorecardHtml.Write(ScoreStory.Of("truth a burst 0 600\nalert 1 r b Red 10").Score());
        Regex.Matches(html, @"https?:|//|url\(|@import|src=|href=|<script|<link|<iframe|<object|<base|xmlns", RegexOptions.IgnoreCase).Should().BeEmpty();
        html.Should().Contain("prefers-color-scheme: dark").And.Contain("各类召回率").And.Contain("Recall by sort");
    }

    [Fact]
    public void The_page_of_nothing_at_all_is_well_formed_too() =>
        Parse(ScorecardHtml.Write(new ScoreStory().Score(ScoreStory.Facts with { Devices = 0 }))).Descendants("h2").Should().HaveCount(6);

    [Fact]
    public void A_bar_is_as_long_as_its_share()
    {
        var page = Parse(ScorecardHtml.Write(ScoreStory.Of("truth a burst 0 600\ntruth b burst 0 600\ntruth c leak 0 600\nalert 1 r b Red 10\nalert 2 r c Yellow 9").Score()));
        var chart = page.Descendants("svg").First(s => (string?)s.Attribute("aria-label") == "Recall by sort");
        double Length(string style) => double.Parse(chart.Descendants("rect").Single(r => (string?)r.Attribute("class") == style).Attribute("width")!.Value, CultureInfo.InvariantCulture);
        (Length("bad") * 2).Should().Be(Length("good"));
    }

    [Fact]
    public void The_text_is_at_most_100_columns_and_steers_no_terminal()
    {
        var text = ScorecardText.Write(HostileCard());
        foreach (var line in text.Split(Environment.NewLine))
        {
            TextTable.Width(line).Should().BeLessThanOrEqualTo(100, line);
            line.Any(char.IsControl).Should().BeFalse();
            line.Should().NotContain("\u202e");
        }
    }

    [Fact]
    public void The_text_tells_the_worst_first()
    {
        var text = ScorecardText.Write(ScoreStory.Of("truth a burst 0 600\ntruth c leak 0 600\nalert 2 r c Yellow 9\nalert 3 q z Red 9").Score());
        text.Should().Contain("recall of incidents      0.500000     1/2").And.Contain("1 true, 1 false");
        text.IndexOf("burst (gas)", StringComparison.Ordinal).Should().BeLessThan(text.IndexOf("leak (gas)", StringComparison.Ordinal));
        text.IndexOf("  q ", StringComparison.Ordinal).Should().BeLessThan(text.IndexOf("  r ", StringComparison.Ordinal));
    }

    [Fact]
    public void Json_comes_back_as_it_was()
    {
        foreach (var card in new[] { HostileCard(), ScoreStory.Of("truth a burst 0 600\ntruth b leak 0 600\nalert 1 r a Red 10\nalert 2 s z Red 10").Score() })
        {
            var back = ScorecardJson.Read(ScorecardJson.Write(card), out var error);
            error.Should().BeNull();
            ScorecardJson.Write(back!).Should().Be(ScorecardJson.Write(card));
            (back!.Recall, back.Delay, back.Episodes, back.Sorts[0].Found, back.Doubled).Should().Be((card.Recall, card.Delay, card.Episodes, card.Sorts[0].Found, card.Doubled));
            ScorecardDifference.Of(back, back).Text().Should().Contain("no difference");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"version\":1,\"run\":null}")]
    public void What_is_no_scorecard_is_told(string json)
    {
        ScorecardJson.Read(json, out var error).Should().BeNull();
        error.Should().StartWith("not a scorecard");
    }

    [Fact]
    public void A_scorecard_of_another_version_is_told()
    {
        ScorecardJson.Read(ScorecardJson.Write(HostileCard() with { Version = 2 }), out var error).Should().BeNull();
        error.Should().Contain("version 2");
    }

    [Fact]
    public void Every_name_of_the_json_and_every_figure_is_in_the_document()
    {
        var document = File.ReadAllText(Path.Combine(Root(), "docs", "scorecard.md"));
        using var json = JsonDocument.Parse(ScorecardJson.Write(HostileCard()));
        Names(json.RootElement).Distinct().Where(n => !document.Contains($"`{n}`", StringComparison.Ordinal)).Should().BeEmpty();
        ScoreFigure.All.Select(f => f.Name).Where(n => !document.Contains($"`{n}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void The_difference_tells_which_sorts_and_rules_changed()
    {
        const string truth = "truth a burst 0 600\ntruth c leak 0 600\n";
        var before = ScoreStory.Of(truth + "alert 1 r a Red 60\nalert 2 s c Yellow 60\nalert 3 s z Yellow 60").Score();
        var after = ScoreStory.Of(truth + "alert 1 r a Red 120\nalert 2 t c Green 60").Score();
        var difference = ScorecardDifference.Of(before, after);
        difference.Differences.Should().BeEmpty();
        difference.Figures.Should().Contain(new ScoreChange("", "recall", 1, 0.5, false)).And.Contain(new ScoreChange("", "false-alerts", 1, 0, true));
        difference.Sorts.Should().Contain(new ScoreChange("burst (gas)", "median delay s", 60, 120, false))
            .And.Contain(new ScoreChange("leak (gas)", "missed", 0, 1, false)).And.NotContain(c => c.Of == "burst (gas)" && c.Name == "missed");
        difference.Rules.Should().Contain(new ScoreChange("s", "false", 1, null, null)).And.Contain(new ScoreChange("t", "true", null, 1, null))
            .And.NotContain(c => c.Of == "r");
        difference.Text().Split(Environment.NewLine).Should().OnlyContain(l => TextTable.Width(l) <= 100);
        ScorecardDifference.Of(before, ScoreStory.Of(truth).Score(ScoreStory.Facts with { Seed = 8 })).Differences.Should().Equal("seed 7 and 8");
    }

    [Fact]
    public void Progress_is_two_lines()
    {
        var before = new Progress(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10), TimeSpan.FromHours(48), 1_000, 990, 5, 3, 1, 2);
        var now = before with { Elapsed = TimeSpan.FromSeconds(12), Simulated = TimeSpan.FromHours(36), Published = 51_000, Acknowledged = 50_000 };
        now.Lines(before).Should().Equal(
            "00:00:12  simulated 1 d 12:00:00 of 2 d 00:00:00 (75 %)  25,000 messages/s", "published 51,000  acked 50,000  behind 5  alerts 3  found 1/2");
        (before with { Elapsed = TimeSpan.Zero, SimulatedTotal = TimeSpan.Zero }).Lines()[0].Should().Be("00:00:00  simulated 00:10:00  0 messages/s");
    }

    private static Scorecard HostileCard()
    {
        var sort = ScoreStory.Burst with { Name = Hostile };
        var story = ScoreStory.Of("truth a burst 0 600\ntruth b leak 0 600\ntruth c burst 0 9000\nalert 1 r c Yellow 10\nalert 1 r c Red 800\nalert 2 r y Yellow 10");
        var facts = ScoreStory.Facts with
        {
            Name = Hostile, Lost = 0, LatencyMicros = new LongHistogram(1_000_000, 3), DeadLettered = new Dictionary<string, long> { [Hostile] = 3 },
        };
        facts.LatencyMicros!.RecordValue(2_000);
        story.Truth[0] = story.Truth[0] with { Ailment = story.Truth[0].Ailment with { Sort = sort }, Device = Hostile, Territory = Hostile };
        for (var i = 0; i < story.Alerts.Count; i++)
        {
            story.Alerts[i] = story.Alerts[i] with { RuleId = Hostile };
        }

        story.Alerts.Add(story.Alerts[^1] with { AlertId = "9", Sequence = 9, Device = Hostile, Class = AlertClass.Fault });
        return story.Score(facts);
    }

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Where(p => p.Name != Hostile && !p.Name.Contains("script", StringComparison.Ordinal))
            .SelectMany(p => Names(p.Value).Prepend(p.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
        _ => [],
    };

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "PingAnIoT.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
