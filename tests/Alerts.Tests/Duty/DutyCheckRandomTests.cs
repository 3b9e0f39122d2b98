namespace PingAnIoT.Alerts.Tests;

/// <summary>Random checks, answers, pauses and restarts, beside a list that a person could keep.</summary>
public sealed class DutyCheckRandomTests
{
    private const int Steps = 60;
    private static readonly string[] Asked = ["a", "b"];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_check_ends_once_and_at_its_second_whatever_happens(int seed)
    {
        var random = new Random(seed);
        await using var kit = new DutyKit();
        (await kit.SetAsync(DutyKit.DayAndNight with { Teams = [Asked], Shifts = [new ShiftRecord("all", 0, 24 * 60, 0)] })).IsDone.Should().BeTrue();
        var list = new List<Line>();
        for (var step = 0; step < Steps; step++)
        {
            switch (random.Next(7))
            {
                case 0 or 1:
                    var seconds = random.Next(5, 40);
                    (await kit.CheckAsync(seconds)).IsDone.Should().BeTrue();
                    list.Add(new Line(kit.LastCheck.Id, kit.Now + (seconds * DutyKit.Second)));
                    break;
                case 2 or 3 when list.Count > 0:
                    var line = list[random.Next(Math.Max(0, list.Count - 3), list.Count)];
                    var name = Asked[random.Next(2)];
                    var isNew = line.Answered.Add(name);
                    (await kit.AnswerAsync(name, line.Id)).IsDone.Should().Be(isNew, $"seed {seed}, step {step}");
                    line.Ended = line.Answered.Count == 2 && line.Ended == 0 ? kit.Now : line.Ended;
                    break;
                case 4:
                    await kit.Kit.CloseAsync();
                    kit.Kit.Fake.Advance(TimeSpan.FromSeconds(random.Next(0, 30)));
                    kit.Kit.Open();
                    await kit.AdvanceAsync(TimeSpan.Zero);
                    Over(list, kit.Now);
                    break;
                default:
                    for (var i = random.Next(1, 12); i > 0; i--)
                    {
                        await kit.SecondsAsync(1);
                        Over(list, kit.Now);
                    }

                    break;
            }

            kit.Book.Checks.Values.Select(c => (c.Id, c.State, c.EndedMicros))
                .Should().Equal(list.Select(l => (l.Id, l.State, l.Ended)), $"seed {seed}, step {step}");
        }

        var ends = await kit.Kit.EntriesAsync(EntryKind.DutyCheckEnded);
        ends.Select(e => e.Body.Duty!.Check!.Id).Should().BeEquivalentTo(list.Where(l => l.Ended > 0).Select(l => l.Id));
        list.Should().Contain(l => l.State == CheckState.Missed).And.Contain(l => l.State == CheckState.Answered, $"seed {seed} has both");
        kit.Kit.Ledger.Book.Alerts.Should().ContainSingle("one open one a post");
    }

    private static void Over(List<Line> list, long now)
    {
        foreach (var line in list.Where(l => l.Ended == 0 && l.Due <= now))
        {
            (line.Ended, line.IsMissed) = (now, true);
        }
    }

    private sealed class Line(long id, long due)
    {
        public long Id => id;

        public long Due => due;

        public HashSet<string> Answered { get; } = new(StringComparer.Ordinal);

        public long Ended { get; set; }

        public bool IsMissed { get; set; }

        public CheckState State => IsMissed ? CheckState.Missed : Ended > 0 ? CheckState.Answered : CheckState.Open;
    }
}
