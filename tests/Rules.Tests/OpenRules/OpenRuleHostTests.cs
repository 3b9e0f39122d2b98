using System.Reactive.Linq;

namespace PingAnIoT.Rules.Tests;

/// <summary>What an open rule is given, what becomes of what it says, and what becomes of it when it misbehaves.</summary>
public sealed class OpenRuleHostTests
{
    private const string P1 = "gas-pipe/p1/pressure";

    [Fact]
    public async Task It_gets_the_readings_of_the_series_it_names_in_order_and_no_others()
    {
        var got = new List<string>();
        using var run = new OpenRuleRun([new QuickRule((readings, _) => readings.Do(r => got.Add(FormattableString.Invariant($"{r.Series} {r.Value} {r.Device.Territory}"))).IgnoreElements().Select(_ => Says(1, 0)).Concat(Observable.Never<OpenFinding>()))
        {
            Series = ["gas-pipe/*/flow", "gas-pipe/p2/pressure"],
        }]);
        run.At(1, "p1", 400).At(1, "p1", 7, "flow").At(2, "p2", 401).At(3, "p2", 402);
        run.At(4, "p2", 403, measured: 3);   // the same again
        run.At(4, "p2", 404, measured: 2.5); // late, though the engine would still count it
        run.Register.Register(new DeviceRecord { Device = "p9", Kind = 0 });
        run.At(5, "p9", 8, "flow").At(6, "p9", 500).At(7, "p1", 9, "flow");
        await run.DoneAsync();
        got.Should().Equal(
            "gas-pipe/p1/flow 7 d01/s01/c01/g01", "gas-pipe/p2/pressure 401 d01/s01/c01/g01", "gas-pipe/p2/pressure 402 d01/s01/c01/g01",
            "gas-pipe/p9/flow 8 ", "gas-pipe/p1/flow 9 d01/s01/c01/g01");
    }

    [Fact]
    public async Task What_it_says_are_episodes_with_names()
    {
        using var run = new OpenRuleRun([Levels()]);
        run.At(1, "p1", 0).At(2, "p1", 2).At(3, "p1", 2).At(4, "p1", 3).At(5, "p1", 0).At(6, "p1", 0).At(7, "p1", 3).At(8, "p2", 2);
        await run.DoneAsync();
        run.Lines.Should().Equal(
            "quick gas-pipe/p1/pressure Normal>Yellow @2 of 2 no. 1 Raised",
            "quick gas-pipe/p1/pressure Yellow>Red @4 of 2 no. 2 ColourChanged",
            "quick gas-pipe/p1/pressure Red>Normal @5 of 2 no. 3 Normal",
            "quick gas-pipe/p1/pressure Normal>Red @7 of 7 no. 1 Raised",
            "quick gas-pipe/p2/pressure Normal>Yellow @8 of 8 no. 1 Raised");
        var raised = run.Transitions[0];
        (raised.Device.Device, raised.WindowValue, raised.JournalPosition, raised.Rule.TitleEn).Should().Be(("p1", 2, 7, "Test"));
        raised.Rule.Version.Should().MatchRegex("^[0-9a-f]{8}$");
    }

    [Fact]
    public async Task Event_times_never_go_back_and_no_two_episodes_share_a_name()
    {
        using var run = new OpenRuleRun([new QuickRule((readings, _) => readings.Select(r => Says((int)r.Value, 100 - (int)r.Value)))]);
        run.At(1, "p1", 2).At(2, "p1", 0).At(3, "p1", 3);
        await run.DoneAsync();
        run.Lines.Should().Equal(
            $"quick {P1} Normal>Yellow @98 of 98 no. 1 Raised",
            $"quick {P1} Yellow>Normal @100 of 98 no. 2 Normal",
            $"quick {P1} Normal>Red @100.000001 of 100.000001 no. 1 Raised");
    }

    [Fact]
    public async Task Its_clock_is_moved_by_readings_and_ticks_alone()
    {
        using var run = new OpenRuleRun([Quiet()]);
        run.At(1, "p1", 1).At(5, "p1", 1).At(40, "p2", 1);
        await run.DoneAsync();
        run.Lines.Should().Equal($"quick {P1} Normal>Yellow @15 of 15 no. 1 Raised");
        run.Time.Advance(TimeSpan.FromHours(1));
        (await run.DoneAsync()).Transitions.Should().HaveCount(1);
        await run.Tick(49).DoneAsync();
        run.Transitions.Should().HaveCount(1);
        await run.Tick(50).DoneAsync();
        run.Lines.Last().Should().Be("quick gas-pipe/p2/pressure Normal>Yellow @50 of 50 no. 1 Raised");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task The_same_journal_gives_the_same_transitions_in_any_batches(int batch)
    {
        var lines = new List<string[]>();
        foreach (var size in new[] { 1, batch })
        {
            using var run = new OpenRuleRun([Levels(), Quiet("silent")], batch: size);
            var random = new Random(5);
            for (var i = 0; i < 500; i++)
            {
                _ = random.Next(4) == 0 ? run.Tick(i) : run.At(i, $"p{random.Next(1, 5)}", random.Next(4));
                i += random.Next(8);
            }

            lines.Add([.. (await run.DoneAsync()).Lines.Order(StringComparer.Ordinal)]);
            run.Reports.Should().BeEmpty();
        }

        lines[0].Should().HaveCountGreaterThan(50).And.Equal(lines[1]);
    }

    [Theory]
    [InlineData("throws", "quick: it failed: broken")]
    [InlineData("throws on its clock", "quick: it failed: broken")]
    [InlineData("throws at once", "quick: it failed: broken")]
    [InlineData("fails", "quick: it failed: broken")]
    [InlineData("ends", "quick: its query ended")]
    [InlineData("strays", "quick: it spoke of 'gas-pipe/none/pressure', which it was given no reading of, or in numbers that are none")]
    [InlineData("paints", "quick: it said 99 of 2025-10-09T08:53:21.0000000+00:00; there is no such colour, or that time has not come")]
    [InlineData("foresees", "quick: it said Red of 2025-10-09T08:58:21.0000010+00:00; there is no such colour, or that time has not come")]
    public async Task One_that_breaks_is_quarantined_and_nobody_else_notices(string how, string report)
    {
        var broken = new QuickRule((readings, scheduler) => how switch
        {
            "throws" => readings.Select(OpenFinding (r) => throw new InvalidOperationException("broken")),
            "throws on its clock" => Observable.Timer(TimeSpan.FromSeconds(1), scheduler).Select(OpenFinding (_) => throw new InvalidOperationException("broken")),
            "throws at once" => throw new InvalidOperationException("broken"),
            "fails" => Observable.Throw<OpenFinding>(new InvalidOperationException("broken")),
            "ends" => Observable.Empty<OpenFinding>(),
            "paints" => readings.Select(r => Says(99, 1)),
            "foresees" => readings.Select(r => Says(3, 301.000001)),
            _ => readings.Select(r => Says(3, 1) with { Series = "gas-pipe/none/pressure" }),
        });
        using var run = new OpenRuleRun([broken, Levels("good")]);
        await run.At(1, "p1", 0).At(3, "p1", 2).DoneAsync();
        await run.At(4, "p1", 3).DoneAsync();
        run.Reports.Should().Equal(report);
        run.Host.States.Should().Equal(new Dictionary<string, OpenRuleState> { ["quick"] = OpenRuleState.Quarantined, ["good"] = OpenRuleState.Watching });
        run.Transitions.Where(t => t.RuleId == "good").Should().HaveCount(2);
        var red = run.Transitions.Should().ContainSingle(t => t.RuleId == "open-rule-quarantined").Which;
        (red.Series, red.To, red.Change, red.Rule.TitleEn).Should().Be(("open-rule/quick/running", Severity.Red, TransitionChange.Raised, "Open rule quarantined: Test"));
        RuleCheck(red);
    }

    [Fact]
    public async Task One_that_takes_too_long_too_often_in_a_row_is_quarantined()
    {
        OpenRuleRun? run = null;
        var slow = new QuickRule((readings, _) => readings.Do(r => run!.Time.Advance(TimeSpan.FromMilliseconds(r.Value))).Select(r => Says(0, 1)));
        using (run = new OpenRuleRun([slow], new OpenRuleOptions { Budget = TimeSpan.FromMilliseconds(5), OverBudgetMax = 3 }))
        {
            await run.At(1, "p1", 6).At(2, "p1", 6).At(3, "p1", 5).At(4, "p1", 6).At(5, "p1", 6).DoneAsync();
            run.Reports.Should().BeEmpty("never three in a row");
            await run.At(6, "p1", 6).DoneAsync();
            run.Reports.Should().Equal("quick: 3 readings in a row took it longer than 5 ms");
            run.Transitions.Should().ContainSingle().Which.RuleId.Should().Be("open-rule-quarantined");
        }
    }

    [Fact]
    public async Task One_that_hangs_is_quarantined_when_its_queue_is_full_and_holds_up_neither_the_others_nor_who_feeds_it()
    {
        using var gate = new ManualResetEventSlim();
        var stuck = new QuickRule((readings, _) => readings.Do(_ => gate.Wait(TestContext.Current.CancellationToken)).Select(r => Says(0, 1)));
        using var run = new OpenRuleRun([stuck, Levels("good")], new OpenRuleOptions { QueueLength = 100 });
        for (var i = 1; i <= 100; i++)
        {
            run.At(i, "p1", i % 4);
            if (i % 20 == 0)
            {
                await Task.Run(() => SpinWait.SpinUntil(() => run.Transitions.Any(t => t.EventTimeMicros == OpenRuleRun.Epoch + ((i - 1) * 1_000_000L)), 10_000));
            }
        }

        run.Reports.Should().BeEmpty();
        run.At(101, "p1", 0);
        run.Reports.Should().Equal("quick: 100 readings wait for it");
        await run.DoneAsync();
        run.Transitions.Should().ContainSingle(t => t.RuleId == "open-rule-quarantined");
        run.Host.States["good"].Should().Be(OpenRuleState.Watching);
        gate.Set();
    }

    [Fact]
    public async Task One_that_hangs_is_quarantined_when_a_flush_waits_for_it_in_vain()
    {
        using var gate = new ManualResetEventSlim();
        using var run = new OpenRuleRun([new QuickRule((readings, _) => readings.Do(_ => gate.Wait(TestContext.Current.CancellationToken)).Select(r => Says(0, 1)))]);
        var done = run.At(1, "p1", 1).DoneAsync();
        done.IsCompleted.Should().BeFalse();
        run.Time.Advance(TimeSpan.FromSeconds(5));
        await done;
        run.Reports.Should().Equal("quick: it did not come to an end in 5 s");
        run.Transitions.Should().ContainSingle().Which.To.Should().Be(Severity.Red);
        gate.Set();
    }

    [Fact]
    public async Task Feeding_it_allocates_nothing()
    {
        using var run = new OpenRuleRun([new QuickRule((readings, _) => readings.Select(r => Says(0, 1)))]);
        var readings = Enumerable.Range(0, 1_000).Select(i => new Reading(i % 4, (ushort)(i % 3), ReadingFlags.None, OpenRuleRun.Epoch + i, OpenRuleRun.Epoch + i, 1)).ToArray();
        run.Host.Offer(readings, 7);
        await run.DoneAsync();
        var before = GC.GetAllocatedBytesForCurrentThread();
        run.Host.Offer(readings, 7);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public async Task The_past_waits_for_it()
    {
        using var run = new OpenRuleRun([Levels()], new OpenRuleOptions { QueueLength = 2 });
        var readings = Enumerable.Range(0, 5_000).Select(i => new Reading(0, 0, ReadingFlags.None, OpenRuleRun.Epoch + (i * 1_000L), OpenRuleRun.Epoch + (i * 1_000L), i % 2 * 3)).ToArray();
        run.Host.Offer(readings, 7, mayWait: true);
        await run.DoneAsync();
        run.Transitions.Should().HaveCount(4_999);
        run.Reports.Should().BeEmpty();
    }

    [Fact]
    public async Task After_a_restart_it_warms_up_and_an_episode_that_had_not_ended_goes_on()
    {
        OpenEpisode[] unended =
        [
            new("quick", P1, OpenRuleRun.Epoch - 50_000_000, 2, Severity.Red, OpenRuleRun.Epoch - 40_000_000),
            new("open-rule-quarantined", "open-rule/quick/running", OpenRuleRun.Epoch - 30_000_000, 1, Severity.Red, OpenRuleRun.Epoch - 30_000_000),
        ];
        using var run = new OpenRuleRun([new QuickRule((readings, _) => readings.Select(r => Of(r))) { WarmUp = TimeSpan.FromSeconds(60) }], unended: unended);
        await run.At(1, "p1", 0).At(1, "p2", 3).At(60, "p1", 0).DoneAsync();
        run.Transitions.Should().BeEmpty("it is not believed yet");
        run.Host.States["quick"].Should().Be(OpenRuleState.WarmingUp);
        await run.At(61, "p1", 3).At(62, "p1", 0).DoneAsync();
        run.Lines.Should().Equal(
            "open-rule-quarantined open-rule/quick/running Red>Normal @61 of -30 no. 2 Normal",
            $"quick {P1} Red>Normal @62 of -50 no. 3 Normal");
    }

    [Theory]
    [InlineData("gas-pipe/p1")]
    [InlineData("gas-pipe/p1/presure")]
    [InlineData("gaspipe/*/pressure")]
    [InlineData("gas-pipe/p*/pressure")]
    public void One_that_names_no_series_there_can_be_is_refused(string pattern)
    {
        var make = () => new OpenRuleRun([new QuickRule((_, _) => Observable.Never<OpenFinding>()) { Series = [pattern] }]);
        make.Should().Throw<ArgumentException>().WithMessage($"*'{pattern}' is no kind/device/quantity*");
    }

    [Theory]
    [InlineData("gas-pipe/p1/pressure mean(10)", "mean of '10'; expected a whole number with ms, s, m, h or d*")]
    [InlineData("gas-pipe/p1/pressure avg(10m)", "unknown window function 'avg'*")]
    [InlineData("gas-pipe/p1/pressure absent(10m)", "expected one of mean, min, max, sum, count, range, rate, delta, stddev, ewma, quantile.")]
    [InlineData("gas-pipe/p1/pressure ", "unknown window function ''*")]
    public void One_that_asks_for_no_window_there_is_is_refused(string pattern, string fault)
    {
        var make = () => new OpenRuleRun([new QuickRule((_, _) => Observable.Never<OpenFinding>()) { Series = [pattern] }]);
        make.Should().Throw<ArgumentException>().WithMessage($"Open rule 'quick': '{pattern}': {fault}*");
    }

    private static QuickRule Levels(string id = "quick") => new((readings, _) => readings.Select(Of)) { Id = id };

    /// <summary>Says when a series was not heard for ten seconds, by the rule's own clock.</summary>
    private static QuickRule Quiet(string id = "quick") => new((readings, scheduler) => readings
        .GroupBy(r => r.Series)
        .SelectMany(series => series.Throttle(TimeSpan.FromSeconds(10), scheduler).Select(r => new OpenFinding(r.Series, Severity.Yellow, scheduler.Now, r.Value, 10))
            .Merge(series.Select(r => new OpenFinding(r.Series, Severity.Normal, r.EventTime, r.Value, 10)))))
    {
        Id = id,
    };

    private static OpenFinding Of(OpenReading reading) => new(reading.Series, (Severity)(int)reading.Value, reading.EventTime, reading.Value, 1);

    private static OpenFinding Says(int level, double second) =>
        new(P1, (Severity)level, DateTimeOffset.UnixEpoch.AddMicroseconds(OpenRuleRun.Epoch + (second * 1e6)), level, 1);

    private static void RuleCheck(Transition red)
    {
        // What the ledger looks up: the kind and quantity the rule is about.
        Catalog.Default.Kinds[red.Rule.Kind].Quantities[red.Rule.Quantity].Name.Should().Be("pressure");
        red.EventTimeMicros.Should().BeGreaterThanOrEqualTo(OpenRuleRun.Epoch);
    }
}
