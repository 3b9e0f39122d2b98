namespace PingAnIoT.Rules.Tests;

/// <summary>The two open rules of docs/open-rules.md at work, and that the document shows them as they are.</summary>
public sealed class OpenRuleExampleTests
{
    [Fact]
    public async Task Two_pipes_of_a_grid_that_drop_within_a_minute_are_a_burst_main()
    {
        using var run = new OpenRuleRun([new BurstMain()]);
        foreach (var device in new[] { "p1", "p2", "p3", "p4" })
        {
            for (var t = 0; t <= 200; t += 10)
            {
                run.At(t, device, 400);
            }
        }

        run.At(210, "p3", 100).At(210, "p4", 100);          // one of another grid, one of none
        run.At(220, "p1", 270).At(240, "p2", 275);
        await run.At(290, "p2", 281).DoneAsync();            // 281 is no drop of 30 % …
        run.Transitions.Should().ContainSingle("but 275 was").Which.Evidence.Select(e => (e.Series, e.Value)).Should().Equal(
            ("gas-pipe/p1/pressure", 400), ("gas-pipe/p1/pressure", 270), ("gas-pipe/p2/pressure", 400), ("gas-pipe/p2/pressure", 275));
        await run.At(400, "p1", 270).At(401, "p2", 350).At(420, "p2", 360).DoneAsync();
        run.Lines.Should().Equal(
            "burst-main gas-pipe/p1/pressure Normal>Red @240 of 240 no. 1 Raised",
            "burst-main gas-pipe/p1/pressure Red>Normal @420 of 240 no. 2 Normal");
        run.Reports.Should().BeEmpty();
    }

    [Fact]
    public async Task Drops_further_apart_and_slow_ones_are_none()
    {
        using var run = new OpenRuleRun([new BurstMain()]);
        for (var t = 0; t <= 600; t += 10)
        {
            run.At(t, "p1", 400 - (t / 3.0)).At(t, "p2", t < 300 ? 400 : 200).At(t, "p3", t < 400 ? 400 : 200);
        }

        (await run.DoneAsync()).Transitions.Should().BeEmpty();
    }

    [Fact]
    public async Task A_flow_that_is_unusual_for_its_hour_is_told_when_the_hour_is_known()
    {
        using var run = new OpenRuleRun([new LearnedBaseline()], new OpenRuleOptions { QueueLength = 100_000 });
        const int Day = 86_400;
        var begin = (Day - (int)(OpenRuleRun.Epoch / 1_000_000 % Day)) % Day;
        for (var t = 0; t < 5 * Day; t += 120)
        {
            // A busy day and a quiet night, a little different each time; on the fifth day somebody leaves a valve open at night.
            var hour = t % Day / 3_600;
            var usual = hour is >= 0 and < 14 ? 50 : 5;
            var odd = t / Day == 4 && hour == 20 ? 15 : 0;
            run.At(begin + t + 60, "p1", usual + (t / 120 % 7 * 0.1) + odd, "flow");
        }

        await run.DoneAsync();
        run.Reports.Should().BeEmpty();
        var opened = begin + (4 * Day) + (20 * 3_600);
        run.Lines.Should().Equal(
            $"flow-unusual-for-the-hour gas-pipe/p1/flow Normal>Yellow @{opened + 600} of {opened + 600} no. 1 Raised",
            $"flow-unusual-for-the-hour gas-pipe/p1/flow Yellow>Normal @{opened + 4_200} of {opened + 600} no. 2 Normal");
        run.Transitions[0].WindowValue.Should().BeApproximately(20.3, 0.3);
        run.Transitions[0].Threshold.Should().BeApproximately(5.9, 0.6);
    }

    [Theory]
    [InlineData("BurstMain.cs")]
    [InlineData("LearnedBaseline.cs")]
    public void The_document_shows_them_as_they_are(string file) =>
        Resources.Text("open-rules.md").Should().Contain($"```csharp\n{Resources.Text(file)}```\n");
}
