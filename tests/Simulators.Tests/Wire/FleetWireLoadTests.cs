using System.Globalization;

namespace PingAnIoT.Simulators.Tests;

/// <summary>What a source says arrives, in its order, at its time, and what was acknowledged is known.</summary>
public sealed class FleetWireLoadTests
{
    private const double Noon = 1_760_068_800;
    private static readonly FleetPace AsAcknowledged = new() { FromSeconds = Noon, Speed = double.PositiveInfinity };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 1)]
    [InlineData(64, 0)]
    public async Task Everything_arrives_once_and_in_order(int window, int qos)
    {
        using var broker = new TestBroker();
        using var run = Run(broker, new NumberSource(7, 500, Noon, 1), AsAcknowledged with { Qos = qos }, window);
        var result = await run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        await Until.SoAsync(() => broker.Messages.Count == 3_500, TimeSpan.FromSeconds(120), "all are there");
        foreach (var client in broker.Messages.GroupBy(m => m.Client, StringComparer.Ordinal))
        {
            client.Select(m => Number(m.Payload)).Should().Equal(Enumerable.Range(0, 500));
            client.Should().OnlyContain(m => m.Topic == client.Key && !m.IsDuplicate);
        }

        result.Readings.Should().Be(10_500);
        result.ReadingsAcknowledged.Should().Be(qos * 10_500);
        result.Counters.Published.Should().Be(3_500);
        run.Load.Progress(3).Acknowledged.Should().Be(qos * 500);
        run.Load.IsDone.Should().BeTrue();
    }

    [Fact]
    public async Task After_each_kill_of_the_server_what_was_not_acknowledged_comes_again_marked_and_nothing_is_missing()
    {
        using var broker = new TestBroker();
        var acknowledged = new HashSet<(int, long)>();
        using var run = Run(broker, new NumberSource(5, 4_000, Noon, 1), AsAcknowledged with { LeadSeconds = 10_000 }, 50, (gateway, ordinal, _) => acknowledged.Add((gateway, ordinal)).Should().BeTrue());
        var running = run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        for (var kills = 1; kills <= 3; kills++)
        {
            var seen = kills * 3_000;
            await Until.SoAsync(() => broker.Messages.Count > seen, TimeSpan.FromSeconds(120), "it goes on");
            broker.IsHoldingBack = true;
            await Until.SoAsync(() => run.Counters.Published >= run.Counters.Acknowledged + 250, TimeSpan.FromSeconds(120), "windows are full");
            await Until.SoAsync(() => broker.Messages.Count >= run.Counters.Acknowledged + 250, TimeSpan.FromSeconds(120), "and under way");
            broker.Kill();
            broker.IsHoldingBack = false;
        }

        var result = await running;
        acknowledged.Should().HaveCount(20_000);
        result.Counters.Acknowledged.Should().Be(20_000);
        result.Counters.Resent.Should().BeGreaterThanOrEqualTo(250);
        broker.Messages.Count(m => m.IsDuplicate).Should().BeGreaterThanOrEqualTo(250);
        broker.Messages.Select(m => (m.Client, m.Payload)).ToHashSet().Should().HaveCount(20_000);
        broker.Messages.Where(m => !m.IsDuplicate).GroupBy(m => (m.Client, m.Payload)).Should().OnlyContain(m => m.Count() == 1);
        for (var gateway = 0; gateway < 5; gateway++)
        {
            var progress = run.Load.Progress(gateway);
            Enumerable.Range(0, 4_000).Should().OnlyContain(o => progress.IsAcknowledged(o));
            progress.IsAcknowledged(4_000).Should().BeFalse();
        }
    }

    [Fact]
    public async Task Fleet_time_runs_N_times_faster_and_nothing_goes_before_it_is_due()
    {
        using var broker = new TestBroker();
        FleetRun? run = null;
        var early = 0;
        var source = new NumberSource(3, 200, Noon + 1, 0.2) { Taken = (_, number) => early += run!.Load.FleetSeconds < Noon + 1 + (number * 0.2) ? 1 : 0 };
        using (run = Run(broker, source, new FleetPace { FromSeconds = Noon, Speed = 50, UntilSeconds = Noon + 31 }, 64))
        {
            var result = await run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
            early.Should().Be(0);
            result.Counters.Acknowledged.Should().Be(3 * 150, "those from the end on are not sent");
            result.Elapsed.TotalSeconds.Should().BeGreaterThan((31 - 0.2) / 50);
        }
    }

    [Fact]
    public async Task A_server_that_stands_still_makes_all_that_falls_due_late_not_only_what_is_under_way()
    {
        using var broker = new TestBroker { IsHoldingBack = true };
        using var run = Run(broker, new NumberSource(1, 1_000, Noon, 0.001), new FleetPace { FromSeconds = Noon }, window: 4);
        var running = run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        await Until.SoAsync(() => run.Load.FleetSeconds >= Noon + 1, TimeSpan.FromSeconds(120), "all are due");
        run.Counters.Published.Should().Be(4, "the window is full");
        broker.IsHoldingBack = false;
        var latencies = (await running).Counters.AckMicros;
        latencies.TotalCount.Should().Be(1_000);
        latencies.GetValueAtPercentile(50).Should().BeGreaterThan(400_000);
        latencies.GetValueAtPercentile(10).Should().BeGreaterThan(80_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_gateway_whose_link_is_down_has_no_connection_and_comes_back(bool isPolite)
    {
        using var broker = new TestBroker();
        var source = new NumberSource(2, 100, Noon, 1) { Link = (gateway, seconds) => gateway == 0 || seconds < Noon + 20 || seconds > Noon + 60 };
        using var run = Run(broker, source, new FleetPace { FromSeconds = Noon, Speed = 50, IsPolite = isPolite }, 64);
        var running = run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        await Until.SoAsync(() => run.Load.FleetSeconds > Noon + 40, TimeSpan.FromSeconds(120), "it is down");
        run.ConnectionsOpen.Should().Be(1);
        broker.Ends.Should().Equal(("g1", isPolite));
        var result = await running;
        result.Counters.Acknowledged.Should().Be(200);
        result.Counters.Connected.Should().Be(3);
        broker.Messages.Where(m => m.Client == "g1").Select(m => Number(m.Payload)).Distinct().Should().Equal(Enumerable.Range(0, 100));
    }

    [Fact]
    public async Task As_fast_as_acknowledged_no_gateway_runs_far_ahead_and_one_that_is_down_holds_up_nobody()
    {
        using var broker = new TestBroker();
        var at = new double[3];
        var ahead = 0.0;
        var source = new NumberSource(3, 2_000, Noon, 1)
        {
            Link = (gateway, seconds) => gateway != 2 || seconds < Noon + 100 || seconds > Noon + 1_500,
            Taken = (gateway, number) =>
            {
                at[gateway] = number;
                ahead = Math.Max(ahead, Math.Abs(at[0] - at[1]));
            },
        };
        using var run = Run(broker, source, AsAcknowledged with { LeadSeconds = 30 }, 16);
        var result = await run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        result.Counters.Acknowledged.Should().Be(6_000);
        ahead.Should().BeInRange(1, 31);
        broker.Ends.Should().Contain(("g2", false));
    }

    [Fact]
    public async Task Messages_larger_than_all_before_and_larger_than_the_window_go_through()
    {
        using var broker = new TestBroker();
        var source = new NumberSource(2, 300, Noon, 1) { PayloadBytes = number => number % 50 == 49 ? number * 100 : number };
        using var run = new FleetRun(Target(broker.Port, 64) with { WindowBytes = 8_192 }, source, [NumberSource.Name(0), NumberSource.Name(1)], AsAcknowledged, TimeProvider.System);
        (await run.RunAsync(TimeSpan.FromSeconds(120), Cancel)).Counters.Acknowledged.Should().Be(600);
        broker.Messages.Where(m => m.Client == "g0").Select(m => Number(m.Payload)).Should().Equal(Enumerable.Range(0, 300));
        broker.Messages.Max(m => m.Payload.Length).Should().Be(29_900);
    }

    [Fact]
    public async Task In_steady_state_a_message_costs_no_allocation()
    {
        using var broker = new TestBroker();
        var (from, to) = (0L, 0L);
        var source = new NumberSource(1, 60_000, Noon, 0.001)
        {
            Taken = (_, number) =>
            {
                from = number == 30_000 ? GC.GetAllocatedBytesForCurrentThread() : from;
                to = number == 59_000 ? GC.GetAllocatedBytesForCurrentThread() : to;
            },
        };
        using var run = Run(broker, source, AsAcknowledged, 256);
        await run.RunAsync(TimeSpan.FromSeconds(120), Cancel);
        from.Should().BePositive();
        (to - from).Should().BeLessThan(2_000, "29,000 messages; what else the thread does may cost a little");
    }

    [Fact]
    public async Task Where_nobody_listens_it_says_so()
    {
        int port;
        using (var broker = new TestBroker())
        {
            port = broker.Port;
        }

        using var run = new FleetRun(Target(port, 1), new NumberSource(1, 1, Noon, 1), ["g0"], AsAcknowledged, TimeProvider.System) { Grace = TimeSpan.FromSeconds(0.3) };
        var running = async () => await run.RunAsync(null, Cancel);
        (await running.Should().ThrowAsync<IOException>()).WithMessage($"*127.0.0.1:{port}*ConnectionRefused*");
    }

    internal static WireOptions Target(int port, int window) =>
        new() { Host = "127.0.0.1", Port = port, ClientId = "", WindowMessages = window, ReconnectMilliseconds = 5 };

    private static FleetRun Run(TestBroker broker, NumberSource source, FleetPace pace, int window, Action<int, long, byte>? acknowledged = null)
    {
        var names = Enumerable.Range(0, source.Gateways).Select(NumberSource.Name).ToList();
        return new FleetRun(Target(broker.Port, window), source, names, pace, TimeProvider.System, acknowledged);
    }

    private static int Number(string payload) => int.Parse(payload, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
