using System.Runtime.CompilerServices;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A red waits behind nothing that is not red: not for the disk, not in the outbox, not for a channel.</summary>
public sealed class RedLaneTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_ten_thousand_yellows_that_wait_and_one_red_the_red_is_next()
    {
        await using var kit = new LedgerKit();
        using var held = new ManualResetEventSlim();
        var ledger = OpenAtCommit(kit, 20_000, held);
        for (var i = 0; i < 10_000; i++)
        {
            ledger.Post(new Plant($"gp-{i:D5}").To(Severity.Yellow, kit.Now));
        }

        ledger.Post(new Plant("the-red-one").To(Severity.Red, kit.Now));
        held.Set();
        await kit.FlushAsync();
        (await kit.EntriesAsync(EntryKind.Raised))[0].Body.Transition!.Device.Should().Be("the-red-one");
        ledger.Book.Alerts.Should().HaveCount(10_001);
    }

    [Fact]
    public async Task A_red_waits_for_no_room_among_what_is_not_red()
    {
        await using var kit = new LedgerKit();
        using var held = new ManualResetEventSlim();
        var ledger = OpenAtCommit(kit, 8, held);
        for (var i = 0; i < 8; i++)
        {
            ledger.Post(new Plant($"gp-{i}").To(Severity.Yellow, kit.Now));
        }

        // Were it to wait, this would never end.
        ledger.Post(new Plant("the-red-one").To(Severity.Red, kit.Now));
        held.Set();
        await kit.FlushAsync();
        ledger.Book.Alerts.Should().HaveCount(9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Of_one_series_nothing_overtakes_anything_and_a_flush_has_all_before_it(int seed)
    {
        await using var kit = new LedgerKit();
        kit.Open();
        var metrics = new AlertsMetrics(new NoMeters());
        var random = new Random(seed);
        var queue = new WorkQueue(100_000, 16, metrics);
        var group = new List<LedgerWork>();
        var taken = new List<Piece>();
        var put = 0;
        for (var i = 0; i < 20_000; i++)
        {
            if (random.Next(12) == 0)
            {
                queue.PutAtOnce(new Piece(put++, random.Next(3) == 0 ? null : random.Next(40), random.Next(5) == 0, random.Next(6) == 0));
                continue;
            }

            if (random.Next(40) > 0)
            {
                queue.PutAtOnce(new Piece(put++, random.Next(40), random.Next(10) == 0, false));
                continue;
            }

            Take();
        }

        while (queue.Depth > 0)
        {
            Take();
        }

        taken.Should().HaveCount(put, $"seed {seed}").And.OnlyHaveUniqueItems();
        foreach (var series in taken.Where(p => p.Series is not null).GroupBy(p => p.Series))
        {
            series.Select(p => p.Number).Should().BeInAscendingOrder($"seed {seed}");
        }

        for (var i = 0; i < taken.Count; i++)
        {
            if (taken[i].IsBarrier)
            {
                taken.Skip(i + 1).Should().NotContain(p => p.Number < taken[i].Number, $"seed {seed}");
            }
        }

        void Take()
        {
            group.Clear();
            queue.TakeGroup(group, TimeSpan.Zero);
            group.Count.Should().BeInRange(1, 16);
            taken.AddRange(group.Cast<Piece>());
        }
    }

    [Fact]
    public void A_flood_of_red_leaves_a_share_to_the_others()
    {
        var queue = new WorkQueue(100_000, 16, new AlertsMetrics(new NoMeters()));
        for (var i = 0; i < 1_000; i++)
        {
            queue.PutAtOnce(new Piece(i, i, i % 2 == 0, false));
        }

        var group = new List<LedgerWork>();
        queue.TakeGroup(group, TimeSpan.Zero);
        group.Cast<Piece>().Select(p => p.IsRed ? 'r' : 'y').Should().Equal("rrrrrrrrrrrrrryy");
    }

    [Fact]
    public void What_went_along_with_a_red_is_let_go_of_however_long_the_flood_lasts()
    {
        const int Group = 16;
        var queue = new WorkQueue(100_000, Group, new AlertsMetrics(new NoMeters()));
        var taken = new List<WeakReference>();
        for (var step = 0; step < 1_000; step++)
        {
            Storm(step);
        }

        GC.Collect();
        taken.Should().HaveCount(1_000 * Group);
        taken.Count(work => work.IsAlive).Should().BeLessThan(4 * Group);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Storm(int step)
        {
            for (var series = 1_000 * step; queue.Depth < 4 * Group; series++)
            {
                queue.PutAtOnce(new Piece(series, series, isRed: false, isBarrier: false));
                queue.PutAtOnce(new Piece(series, series, isRed: true, isBarrier: false));
            }

            var group = new List<LedgerWork>();
            queue.TakeGroup(group, TimeSpan.Zero);
            taken.AddRange(group.Select(work => new WeakReference(work)));
        }
    }

    [Fact]
    public void In_an_escalation_storm_a_flush_and_what_is_behind_it_wait_for_the_red_that_was_there_and_for_no_more()
    {
        const int Group = 16;
        var queue = new WorkQueue(100_000, Group, new AlertsMetrics(new NoMeters()));
        var (put, series) = (0, 0);
        void Escalate(int times)
        {
            for (var i = 0; i < times; i++, series++)
            {
                queue.PutAtOnce(new Piece(put++, series, isRed: false, isBarrier: false));
                queue.PutAtOnce(new Piece(put++, series, isRed: true, isBarrier: false));
            }
        }

        Escalate(Group);
        var flush = new Piece(put++, null, isRed: false, isBarrier: true);
        var sweep = new Piece(put++, null, isRed: false, isBarrier: false);
        queue.PutAtOnce(flush);
        queue.PutAtOnce(sweep);
        var (group, taken) = (new List<LedgerWork>(), new List<LedgerWork>());
        for (var round = 0; round < (2 * Group / Group) + 2; round++)
        {
            group.Clear();
            queue.TakeGroup(group, TimeSpan.Zero);
            taken.AddRange(group);
            Escalate(Group / 2);
            queue.Depth.Should().BeGreaterThanOrEqualTo(Group, "red never runs empty");
        }

        taken.Cast<Piece>().Select(p => p.Number).Should().ContainInOrder(flush.Number, sweep.Number);
    }

    [Fact]
    public async Task In_the_outbox_a_red_goes_out_before_ten_thousand_yellows()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Open();
        await kit.PostAsync([.. Enumerable.Range(0, 10_000).Select(i => kit.At($"gp-{i:D5}", $"d01/s03/c{i % 90:D2}").To(Severity.Yellow, kit.Kit.Now))]);
        await kit.PostAsync(kit.At("the-red-one", "d01/s03/c99").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();
        kit.Sent[0].Message.Alert.Device.Should().Be("the-red-one");
        (await kit.Kit.EntriesAsync(EntryKind.NoticesPlanned))[0].Body.Notice!.Plan!.Lane.Should().Be(NoticeLane.Red);
    }

    [Fact]
    public void A_channel_keeps_a_place_for_a_red()
    {
        var gate = new ChannelGate(new NoticeBounds());
        Enumerable.Range(0, 10).Count(_ => gate.TryEnter(0, NoticeLane.Normal)).Should().Be(3);
        gate.TryEnter(0, NoticeLane.Red).Should().BeTrue();
        gate.TryEnter(0, NoticeLane.Red).Should().BeFalse();
        gate.Leave("", 0);
        gate.TryEnter(0, NoticeLane.Normal).Should().BeFalse("the place that is kept is kept");
        gate.TryEnter(0, NoticeLane.Red).Should().BeTrue();
    }

    [Fact]
    public async Task Yellows_that_get_no_answer_keep_no_red_from_going_out()
    {
        var slow = new SlowForYellow();
        await using var kit = new NoticeKit(NoticeTests.Yaml.Replace("type: webhook,", "type: webhook, timeout: 60s,", StringComparison.Ordinal), slow);
        kit.Open();
        kit.Office.Start();
        await kit.PostAsync([.. Enumerable.Range(0, 4).Select(i => kit.At($"gp-{i}", $"d{i:D2}/s01").To(Severity.Yellow, kit.Kit.Now))]);
        await Eventually.BecomesTrue(() => Passing(kit) && slow.Waiting > 0, "yellows on their way");
        await Eventually.BecomesTrue(() => slow.Waiting == 3, "all but the place that is kept");
        await kit.PostAsync(kit.At("the-red-one", "d99/s01").To(Severity.Red, kit.Kit.Now));
        kit.Kit.Fake.Advance(TimeSpan.FromMilliseconds(200));
        await Eventually.BecomesTrue(() => slow.Reds > 0, "the red");
        slow.Waiting.Should().Be(3);
        slow.Release();

        static bool Passing(NoticeKit kit)
        {
            kit.Kit.Fake.Advance(TimeSpan.FromMilliseconds(10));
            return true;
        }
    }

    /// <summary>A ledger in the middle of its first commit, which goes on when <paramref name="held"/> is set.</summary>
    private static Ledger OpenAtCommit(LedgerKit kit, int queueCapacity, ManualResetEventSlim held)
    {
        var begun = new ManualResetEventSlim();
        kit.Options = kit.Options with
        {
            QueueCapacity = queueCapacity,
            BeforeStep = s =>
            {
                if (s == "commit")
                {
                    begun.Set();
                    held.Wait(Cancel);
                }
            },
        };
        var ledger = kit.Open();
        begun.Wait(Cancel);
        return ledger;
    }

    private sealed class SlowForYellow : INoticeSender
    {
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int waiting;

        public int Waiting => Volatile.Read(ref waiting);

        public int Reds { get; private set; }

        public void Release() => released.TrySetResult();

        public async Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken)
        {
            if (message.Card.Lane == NoticeLane.Red)
            {
                Reds++;
                return "";
            }

            Interlocked.Increment(ref waiting);
            await released.Task.WaitAsync(cancellationToken);
            return "";
        }
    }

    private sealed class NoMeters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }

    private sealed class Piece(int number, int? series, bool isRed, bool isBarrier) : LedgerWork
    {
        public int Number => number;

        public int? Series => isBarrier ? null : series;

        public override bool IsRed => isRed && !isBarrier;

        public override bool IsBarrier => isBarrier;

        public override (string Rule, string Series)? OfSeries => Series is { } s ? ("rule", $"{s}") : null;

        public override void Run(LedgerTransaction transaction)
        {
        }
    }
}
