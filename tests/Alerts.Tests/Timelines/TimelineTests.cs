namespace PingAnIoT.Alerts.Tests;

/// <summary>Every scenario of the text files beside this one, by title.</summary>
public sealed class TimelineTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Timelines");

    public static TheoryData<string, string> Titles()
    {
        var titles = new TheoryData<string, string>();
        foreach (var scenario in All())
        {
            titles.Add(scenario.File, scenario.Title);
        }

        return titles;
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task It_goes_as_it_is_written(string file, string title)
    {
        var scenario = All().Single(s => s.File == file && s.Title == title);
        await using var player = new TimelinePlayer(scenario);
        await player.PlayAsync();
        player.Verify().Should().BeEmpty();
    }

    [Fact]
    public void There_are_as_many_as_there_should_be() => All().Count().Should().BeGreaterThanOrEqualTo(80);

    [Fact]
    public void No_two_have_the_same_title() => All().Select(s => s.Title).Should().OnlyHaveUniqueItems();

    [Theory]
    [InlineData("at 0s red gas-pipe/gp-1 in d01", "t.txt, line 1: there is no scenario it belongs to")]
    [InlineData("scenario x\nat soon red gas-pipe/gp-1", "t.txt, line 2: 'at soon red gas-pipe/gp-1' has no time and no text; expected e.g. 'at 20s wang acknowledges'")]
    [InlineData("scenario x\nat 5s red gas-pipe/gp-1\nat 4s normal", "t.txt, line 3: it is before the line above; expected lines in order of time")]
    [InlineData("scenario x\nwhen 5s red", "t.txt, line 2: 'when' is no beginning of a line; expected at, want, see, scenario, policy or contacts")]
    public void What_cannot_be_read_names_its_line(string text, string error) =>
        FluentActions.Invoking(() => TimelineFile.Read("t.txt", text)).Should().Throw<TimelineException>().WithMessage(error);

    [Theory]
    [InlineData("at 0s red gas-pipe/gp-1\nwant 14s breach seen level 1", "t.txt, line 3: 'breach seen level 1' was wanted and did not happen; nothing happened")]
    [InlineData("at 0s red gas-pipe/gp-1\nwant 15s breach seen level 2", "t.txt, line 3: 'breach seen level 2' was wanted and did not happen; what happened was: breach seen level 1 to d01/s03/c02/g07")]
    [InlineData("at 0s red gas-pipe/gp-1\nsee 16s raised", "t.txt, line 3: nobody wanted: at 15s breach seen level 1 to d01/s03/c02/g07")]
    [InlineData("at 0s red gas-pipe/gp-1\nat 1s wang closes real", "t.txt, line 3: 'wang closes real' gave 'refused: Close does not follow Raised.', not 'done'")]
    [InlineData("at 0s red gas-pipe/gp-1\nat 1s wang sings", "t.txt, line 3: 'sings' is nothing an officer does (wang sings)")]
    [InlineData("at 0s red gas-pipe/gp-1\nat 1s wang acknowledges\nsee 1s raised red/red round 1", "t.txt, line 4: 'raised red/red round 1' gave 'acknowledged red/red round 1', not 'raised red/red round 1'")]
    public async Task What_does_not_come_true_names_its_line(string text, string error)
    {
        await using var player = new TimelinePlayer(TimelineFile.Read("t.txt", "scenario x\n" + text)[0]);
        await FluentActions.Awaiting(player.PlayAsync).Should().ThrowAsync<TimelineException>().WithMessage(error);
    }

    private static IEnumerable<Timeline> All() => Directory.GetFiles(Folder, "*.txt").Order(StringComparer.Ordinal)
        .SelectMany(f => TimelineFile.Read(Path.GetFileName(f), File.ReadAllText(f)));
}
