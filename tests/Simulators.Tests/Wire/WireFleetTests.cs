namespace PingAnIoT.Simulators.Tests;

/// <summary>Many connections in one process: what is idle costs nothing, and where there is no epoll it works too.</summary>
public sealed class WireFleetTests
{
    [Theory]
    [InlineData(true, 2_000)]
    [InlineData(false, 100)]
    public async Task Idle_connections_are_left_alone_while_a_few_are_busy(bool isEpoll, int connections)
    {
        using var broker = new TestBroker();
        var counters = new WireCounters();
        var options = FleetWireLoadTests.Target(broker.Port, 16);
        var clients = Enumerable.Range(0, connections).Select(i => new WireClient(options with { ClientId = NumberSource.Name(i) }, counters, TimeProvider.System)).ToList();
        var load = new FewAreBusy(clients, busy: 3, each: 2_000);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var fleet = new WireFleet(clients, load, TimeProvider.System) { MakeReadiness = all => isEpoll ? new EpollReadiness(all) : new SelectReadiness() };
        var running = fleet.RunAsync(stop.Token);
        await Until.SoAsync(() => running.IsCompleted || counters.Acknowledged == connections + (3 * 2_000), TimeSpan.FromSeconds(120), "all said what they had to say");
        broker.Connections.Should().Be(connections);
        await stop.CancelAsync();
        await running;
        clients.ForEach(c => c.Dispose());
        load.IdleAsked.Should().BeLessThan(connections * 10, "opened, filled and acknowledged: a few turns each, not one for each of thousands of others' messages");
        broker.Messages.GroupBy(m => m.Client).Should().HaveCount(connections);
        await Until.SoAsync(() => broker.Ends.Count == connections, TimeSpan.FromSeconds(120), "all have gone");
        broker.Ends.Should().OnlyContain(e => e.IsPolite);
    }

    [Fact]
    public async Task A_connection_that_hears_nothing_pings_and_one_whose_pings_are_not_answered_is_given_up()
    {
        using var broker = new TestBroker { IsHoldingBack = true };
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var counters = new WireCounters();
        using var client = new WireClient(FleetWireLoadTests.Target(broker.Port, 16) with { ClientId = "g", KeepAliveSeconds = 10 }, counters, time);
        using var stop = new CancellationTokenSource();
        var running = new WireFleet([client], new FewAreBusy([client], 0, 0), time).RunAsync(stop.Token);
        await Until.SoAsync(() => broker.Messages.Count == 1, TimeSpan.FromSeconds(120), "it stands");
        for (var i = 1; i <= 20; i++)
        {
            var pings = i;
            time.Advance(TimeSpan.FromSeconds(6));
            await Until.SoAsync(() => broker.Pings == pings, TimeSpan.FromSeconds(120), "it pings");
            await Until.SoAsync(() => client.HeardAt == time.GetTimestamp(), TimeSpan.FromSeconds(120), "it hears");
        }

        counters.Disconnected.Should().Be(0);
        broker.IsDeaf = true;
        time.Advance(TimeSpan.FromSeconds(6));
        await Until.SoAsync(() => broker.Pings == 21, TimeSpan.FromSeconds(120), "it pings");
        time.Advance(TimeSpan.FromSeconds(10));
        await Until.SoAsync(() => counters.Disconnected == 1, TimeSpan.FromSeconds(120), "it is given up");
        client.LastError.Should().Be("no sign of life");
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData("Max open files            1024                 4096                 files", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files", null)]
    [InlineData("Max processes             95000                95000                processes", null)]
    public void The_limit_of_open_files_is_read(string line, int? most) => FileLimit.Read(["Limit  Soft Limit  Hard Limit  Units", line]).Should().Be(most);

    [Fact]
    public void More_connections_than_open_files_are_refused_with_what_to_do()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits are read from /proc");
        Action check = () => FileLimit.Check(2_000_000_000);
        check.Should().Throw<IOException>().WithMessage("2,000,000,000 connections need*ulimit*");
        FileLimit.Check(2);
    }

    /// <summary>One message each, then the first few go on.</summary>
    private sealed class FewAreBusy(List<WireClient> clients, int busy, int each) : IWireLoad
    {
        private readonly int[] said = new int[clients.Count];

        public int IdleAsked { get; private set; }

        public long Fill(WireClient client, long now)
        {
            var number = client.Slot;
            IdleAsked += number >= busy ? 1 : 0;
            while (said[number] < (number < busy ? each + 1 : 1) && client.TryPublish("t"u8, "x"u8, 1, 0, now))
            {
                said[number]++;
            }

            return long.MaxValue;
        }
    }
}
