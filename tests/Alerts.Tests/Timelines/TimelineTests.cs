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
    public void There_are_as_many_as_there_should_be() => All().Count().Should().BeGreaterThanOrEqualTo(380);

    [Fact]
    public void No_two_have_the_same_title() => All().Select(s => s.Title).Should().OnlyHaveUniqueItems();

    [Theory]
    [InlineData("at 0s red gas-pipe/gp-1 in d01", "t.txt, line 1: there is no scenario it belongs to")]
    [InlineData("scenario x\nat soon red gas-pipe/gp-1", "t.txt, line 2: 'at soon red gas-pipe/gp-1' has no time and no text; expected e.g. 'at 20s wang acknowledges'")]
    [InlineData("scenario x\nat 5s red gas-pipe/gp-1\nat 4s normal", "t.txt, line 3: it is before the line above; expected lines in order of time")]
    [InlineData("scenario x\nwhen 5s red", "t.txt, line 2: 'when' is no beginning of a line; expected at, want, see, scenario, policy, contacts, fallback, canary, territories or off-duty")]
    public void What_cannot_be_read_names_its_line(string text, string error) =>
        FluentActions.Invoking(() => TimelineFile.Read("t.txt", text)).Should().Throw<TimelineException>().WithMessage(error);

    [Theory]
    [InlineData("at 0s red gas-pipe/gp-1\nwant 14s breach seen level 1", "t.txt, line 3: 'breach seen level 1' was wanted and did not happen; nothing happened")]
    [InlineData("at 0s red gas-pipe/gp-1\nwant 15s breach seen level 2", "t.txt, line 3: 'breach seen level 2' was wanted and did not happen; what happened was: breach seen level 1 to d01/s03/c02/g07")]
    [InlineData("at 0s red gas-pipe/gp-1\nsee 16s raised", "t.txt, line 3: nobody wanted: at 15s breach seen level 1 to d01/s03/c02/g07")]
    [InlineData("at 0s red gas-pipe/gp-1\nat 1s wang closes real", "t.txt, line 3: 'wang closes real' gave 'refused: Close does not follow Raised. May: *', not 'done'")]
    [InlineData("at 0s red gas-pipe/gp-1\nat 1s wang sings", "t.txt, line 3: 'sings' is nothing an officer does (wang sings)")]
    [InlineData("at 0s red gas-pipe/gp-1\nat 1s wang acknowledges\nsee 1s raised red/red round 1", "t.txt, line 4: 'raised red/red round 1' gave 'acknowledged red/red round 1', not 'raised red/red round 1'")]
    [InlineData("at 0s boss sets the roster of d01: 08:00 a", "t.txt, line 2: '08:00 a' is no shift; expected e.g. 08:00-20:00 a+b (boss sets the roster of d01: 08:00 a)")]
    [InlineData("at 0s boss sets the roster of d01: 8-20 a", "t.txt, line 2: '8' is no time of day; expected e.g. 08:00 (*")]
    [InlineData("at 0s boss sets the roster of d01: 08:00-20:00 a; turning weekly", "t.txt, line 2: 'turning weekly' is nothing that is said of a roster; expected turning daily or swaps need approval (*")]
    [InlineData("at 0s boss sets the roster of d01: 08:00-20:00 a b", "t.txt, line 2: '08:00-20:00 a b' is no shift; *")]
    [InlineData("at 0s boss puts c in place of a in d01 from noon to 4h", "t.txt, line 2: 'noon' is no time; expected e.g. 90s or 12h (*")]
    [InlineData("at 0s a asks b to take d01 from 4h to late", "t.txt, line 2: 'late' is no time; *")]
    [InlineData("at 0s boss takes the change back", "t.txt, line 2: 'boss takes the change back' gave 'not found', not 'done'")]
    [InlineData("at 0s b agrees to the swap", "t.txt, line 2: 'b agrees to the swap' gave 'not found', not 'done'")]
    [InlineData("at 0s b takes over", "t.txt, line 2: 'b takes over' gave 'not found', not 'done'")]
    [InlineData("at 0s a hands over d01", "t.txt, line 2: 'a hands over d01' gave 'refused: a is not on duty there, and has nothing to hand over.', not 'done'")]
    [InlineData("at 0s red gas-pipe/gp-1\nat 0s boss checks d01 within a minute", "t.txt, line 3: 'checks d01 within a minute' is nothing an officer does (*")]
    [InlineData("at 0s boss checks d01 within 60s", "t.txt, line 2: '*' gave 'refused: d01 has no roster: there is nobody to check.', not 'done'")]
    [InlineData("at 0s red gas-pipe/gp-1\nat 0s boss has d01 checked 2 times a day from 10:00 to 9:00 within 60s", "t.txt, line 3: 'has d01 checked *' is nothing an officer does (*")]
    [InlineData("at 0s a answers the check", "t.txt, line 2: 'a answers the check' gave 'not found', not 'done'")]
    [InlineData("see 0s on duty in d01: a", "t.txt, line 2: 'on duty in d01: a' gave 'on duty in d01: nobody', not 'on duty in d01: a'")]
    [InlineData("see 0s swap: asked", "t.txt, line 2: there has been no swap (swap: asked)")]
    [InlineData("see 0s hand-over: waiting", "t.txt, line 2: there has been no hand-over (*")]
    [InlineData("see 0s check: open", "t.txt, line 2: there has been no check (*")]
    [InlineData("contacts a d01\nsee 0s channel sms: works", "t.txt, line 3: there is no channel sms (*")]
    [InlineData("contacts a d01\nsee 0s channel hook: circuit open", "t.txt, line 3: 'channel hook: circuit open' gave 'channel hook: works', not *")]
    [InlineData("contacts a d01\nsee 0s canary: on time", "t.txt, line 3: there is no canary (*")]
    [InlineData("contacts a d01\nat 0s red gas-pipe/gp-1\nat 0s sms fails", "t.txt, line 4: 'fails' is nothing an officer does (sms fails)")]
    [InlineData("contacts a d01\nat 0s red gas-pipe/gp-1\nat 0s somebody watches d01 and d02", "t.txt, line 4: 'watches d01 and d02' is nothing an officer does (*")]
    [InlineData("contacts a d01\nat 0s red gas-pipe/gp-1\nat 0s boss sends the letters again", "t.txt, line 4: 'sends the letters again' is nothing an officer does (*")]
    [InlineData("contacts a d01//s03\nat 0s red gas-pipe/gp-1", "t.txt, line 3: *territory is 'd01//s03'; expected up to 4 codes *")]
    [InlineData("contacts a d01 d02\nat 0s red gas-pipe/gp-1", "t.txt, line 3: 'a d01 d02' is no contact; expected e.g. street d01/s03, or boss d01 as supervisor over sms")]
    [InlineData("contacts a d01\nfallback the siren\nat 0s red gas-pipe/gp-1", "t.txt, line 4: 'the siren' is no channel; expected one word")]
    [InlineData("contacts a d01\ncanary the siren\nat 0s red gas-pipe/gp-1", "t.txt, line 4: 'the siren' is no channel; expected one word")]
    [InlineData("contacts a d01 over sms\nat 0s red gas-pipe/gp-1\nwant 0s a is told red gas-pipe/gp-1 over siren", "t.txt, line 4: '*' was wanted and did not happen; what happened was: a is told red gas-pipe/gp-1 over sms")]
    [InlineData("territories d01, d01//s03\nat 0s red gas-pipe/gp-1", "t.txt, line 3: *d01//s03*")]
    [InlineData("off-duty scolded\nat 0s red gas-pipe/gp-1", "t.txt, line 3: 'scolded' is nothing that becomes of who is off duty; expected refused")]
    [InlineData("at 0s wang watches on", "t.txt, line 2: wang has no screen (wang watches on)")]
    [InlineData("at 0s wang watches d01 one by one\nwant 0s wang's screen has all 0\nat 0s wang opens the count", "t.txt, line 4: nothing has been counted (wang opens the count)")]
    [InlineData("at 0s wang watches d01 one by one\nwant 0s wang's screen has all 0\nat 0s red gas-pipe/gp-1..2\nwant 0s wang's screen shows red gas-pipe/gp-2", "t.txt, line 5: '*' was wanted; what came to that screen before it was 'wang's screen shows red gas-pipe/gp-1'")]
    [InlineData("at 0s wang watches d01 one by one\nwant 0s wang's screen has all 0\nat 5s red gas-pipe/gp-1", "t.txt, line 4: nobody wanted: at 5s wang's screen shows red gas-pipe/gp-1")]
    [InlineData("see 0s daily gossip: raised 3", "t.txt, line 2: 'gossip' is nothing that is reported; expected report, deadlines, times, heat or load (*")]
    [InlineData("see 0s daily report: raised 3", "t.txt, line 2: '*' gave 'daily report: nothing', not 'daily report: raised 3'")]
    [InlineData("see 0s wang finds: red gas-pipe/gp-1", "t.txt, line 2: '*' gave 'wang finds: nothing', not *")]
    [InlineData("at 0s boss weighs 2h maintenance in d01 \"x\" -> open red 1", "t.txt, line 2: '*' gave 'nothing', not 'open red 1'")]
    [InlineData("see 0s off-duty: c for a", "t.txt, line 2: 'off-duty: c for a' gave 'off-duty: nobody', not *")]
    public async Task What_does_not_come_true_names_its_line(string text, string error)
    {
        await using var player = new TimelinePlayer(TimelineFile.Read("t.txt", "scenario x\n" + text)[0]);
        await FluentActions.Awaiting(player.PlayAsync).Should().ThrowAsync<TimelineException>().WithMessage(error);
    }

    private static IEnumerable<Timeline> All() => Directory.GetFiles(Folder, "*.txt").Order(StringComparer.Ordinal)
        .SelectMany(f => TimelineFile.Read(Path.GetFileName(f), File.ReadAllText(f)));
}
