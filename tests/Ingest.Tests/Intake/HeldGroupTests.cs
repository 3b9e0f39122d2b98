namespace PingAnIoT.Ingest.Tests;

/// <summary>Two groups on their way to the disk, the second held there: what follows a commit may happen to the first and not to the second.</summary>
public sealed class HeldGroupTests
{
    [Theory]
    [InlineData("write")]
    [InlineData("sync")]
    public async Task A_group_behind_the_one_that_commits_is_neither_acknowledged_nor_judged(string held)
    {
        await using var plant = new TestPlant(TestPlant.High) { Disk = new SimulatedDisk() };
        var (first, second) = (new TestSource("g1"), new TestSource("g2"));
        using var hold = new Hold(held);
        await CommitFirstAsync(plant, first, second, hold);

        // The release thread ends when it has done all it would do by then: no waiting could be long enough to show that nothing comes.
        plant.Pipeline.Intake.Dispose();
        first.Count.Should().Be(1);
        second.Count.Should().Be(0);
        plant.Pipeline.Intake.Counters.Accepted.Should().Be(1);
        plant.Pipeline.Health.UnevaluatedBytes.Should().Be(0);
        plant.Sink.Lines.Should().ContainSingle().Which.Should().Contain("gas-pipe/p1/pressure");
    }

    [Theory]
    [InlineData("write")]
    [InlineData("sync")]
    public async Task It_is_both_as_soon_as_the_disk_has_it_and_no_sooner(string held)
    {
        await using var plant = new TestPlant(TestPlant.High) { Disk = new SimulatedDisk() };
        var (first, second) = (new TestSource("g1"), new TestSource("g2"));
        using var hold = new Hold(held);
        await CommitFirstAsync(plant, first, second, hold);
        var early = 0;
        plant.Sink.Poison = t =>
        {
            early += hold.IsLifted ? 0 : 1;
            return false;
        };
        second.Count.Should().Be(0);
        plant.Pipeline.Journal.CommittedUntil.Should().BeLessThan(plant.Pipeline.Journal.Tail);
        hold.Lift();
        JournalTests.WaitUntil(() => second.Count == 1);
        plant.Settle();
        JournalTests.WaitUntil(() => plant.Sink.Lines.Count == 2);
        plant.Sink.Lines[1].Should().Contain("gas-pipe/p2/pressure");
        early.Should().Be(0);
    }

    /// <summary>When it returns, the first message is on disk, acknowledged and judged, and the second is in the group that the disk holds.</summary>
    private static async Task CommitFirstAsync(TestPlant plant, TestSource first, TestSource second, Hold hold)
    {
        await plant.StartAsync();
        plant.Settle();
        plant.Disk!.Before = hold.Before;
        await plant.PressureAsync(first, "p1", 500);
        JournalTests.WaitUntil(() => hold.Arrived == 1);
        await plant.PressureAsync(second, "p2", 500);
        hold.LetFirst();
        JournalTests.WaitUntil(() => first.Count == 1 && hold.Arrived == 2 && plant.Sink.Lines.Count > 0 && plant.Pipeline.Health.UnevaluatedBytes == 0);
    }

    /// <summary>Keeps the disk's next two operations of a kind waiting, each until it is let go.</summary>
    private sealed class Hold(string kind) : IDisposable
    {
        private readonly ManualResetEventSlim first = new();
        private readonly ManualResetEventSlim second = new();
        private volatile int arrived;

        public int Arrived => arrived;

        public bool IsLifted => second.IsSet;

        public void Before(string what)
        {
            if (what == kind)
            {
                (Interlocked.Increment(ref arrived) == 1 ? first : second).Wait();
            }
        }

        public void LetFirst() => first.Set();

        public void Lift() => second.Set();

        /// <summary>Before the plant closes: its committer waits here.</summary>
        public void Dispose()
        {
            first.Set();
            second.Set();
        }
    }
}
