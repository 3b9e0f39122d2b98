using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

public class FeedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Subscribers_fast_slow_and_interrupted_see_every_entry_once_and_in_order()
    {
        const int Seed = 1919;
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { FeedCapacityEntries = 32 };
        var ledger = kit.Open();
        var lives = Plant.RandomLives(new Random(Seed), devices: 50, transitions: 3000, kit.Now);
        var subscribers = Enumerable.Range(0, 8).Select(i => Task.Run(() => Watch(ledger, lives.Count, i, new Random(Seed + i)))).ToArray();
        foreach (var transition in lives)
        {
            ledger.Post(transition);
        }

        foreach (var seen in await Task.WhenAll(subscribers))
        {
            seen.Should().Equal(Enumerable.Range(1, lives.Count).Select(i => (long)i), $"seed {Seed}");
        }
    }

    [Fact]
    public async Task The_book_is_never_behind_the_stream()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var lives = Plant.RandomLives(new Random(3), devices: 5, transitions: 500, kit.Now);
        var watching = Task.Run(async () =>
        {
            var behind = 0;
            await foreach (var entry in ledger.Feed.Subscribe(0, 64, Cancel).Take(lives.Count))
            {
                behind += ledger.Book.Sequence < entry.Sequence ? 1 : 0;
            }

            return behind;
        });
        lives.ForEach(ledger.Post);
        (await watching).Should().Be(0);
    }

    [Fact]
    public async Task A_commit_is_published_only_after_it_is_on_disk()
    {
        await using var kit = new LedgerKit();
        using var held = new ManualResetEventSlim();
        kit.Options = kit.Options with { BeforeStep = s => { if (s == "commit") { held.Wait(Cancel); } } };
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Red, kit.Now));
        var next = ledger.Feed.Subscribe(0, 8, Cancel).FirstAsync(Cancel).AsTask();
        await Eventually.BecomesTrue(() => ledger.Health is not null && !next.IsCompleted, "waiting");
        (next.IsCompleted, ledger.Book.Sequence).Should().Be((false, 0L));
        held.Set();
        (await next).Kind.Should().Be(EntryKind.Raised);
    }

    [Fact]
    public async Task A_traced_raise_carries_the_span_of_its_commit_in_the_trace_of_its_journal_position()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<System.Diagnostics.Activity>();
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = s => s.Name == AlertsTrace.SourceName,
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var transition = new Plant().To(Severity.Red, kit.Now) with { JournalPosition = 987_654_321 };
        kit.Fake.Advance(TimeSpan.FromMilliseconds(30));
        ledger.Post(transition);
        var entry = await ledger.Feed.Subscribe(0, 8, Cancel).FirstAsync(Cancel);
        var trace = AlertsTrace.TraceIdOf(987_654_321);
        entry.Trace.TraceId.Should().Be(trace);
        var mine = spans.Where(s => s.TraceId == trace).OrderBy(s => s.OperationName, StringComparer.Ordinal).ToArray();
        mine.Select(s => s.OperationName).Should().Equal("ledger commit", "publish to transition");
        mine[0].ParentSpanId.Should().Be(mine[1].SpanId);
        mine[0].SpanId.Should().Be(entry.Trace.SpanId);
        mine[1].Duration.Should().BeCloseTo(TimeSpan.FromMilliseconds(30), TimeSpan.FromMicroseconds(10));
    }

    private static async Task<List<long>> Watch(Ledger ledger, int until, int slowness, Random random)
    {
        var seen = new List<long>();
        while (seen.Count < until)
        {
            var breakAfter = random.Next(1, 700);
            await foreach (var entry in ledger.Feed.Subscribe(seen.Count == 0 ? 0 : seen[^1], 1 + random.Next(50), Cancel))
            {
                seen.Add(entry.Sequence);
                if (slowness > 4 && random.Next(40) == 0)
                {
                    await Task.Yield();
                    Thread.SpinWait(slowness * 20_000);
                }

                if (seen.Count == until || --breakAfter == 0)
                {
                    break;
                }
            }
        }

        return seen;
    }

    [Fact]
    public async Task What_is_in_several_places_wakes_those_who_see_it_and_nobody_else()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var register = new DeviceRegister(Catalog.Default);
        register.Register(new DeviceRecord { Device = "gp-1", Kind = 0, Gateways = ["gw-1"], Territory = "d01/s03/c01" });
        register.Register(new DeviceRecord { Device = "gp-2", Kind = 0, Gateways = ["gw-0", "gw-1"], Territory = "d01/s04" });
        register.Register(new DeviceRecord { Device = "gp-3", Kind = 0, Gateways = ["gw-0"], Territory = "d01/s05" });
        ledger.UseGateways(new GatewayPlaces(register));
        var readers = new[] { "", "d01", "d01/s03", "d01/s04", "d01/s04/c01", "d01/s05", "d02" }.Select(t => (Territory: t, Tap: ledger.Feed.Open(new Officer("li", t), 0, 8))).ToList();
        var waiting = readers.ConvertAll(r => r.Tap.NextAsync(Cancel));
        var kind = Catalog.Default.FindKind(Catalog.GatewayKind);
        var plant = new Plant("gw-1")
        {
            Kind = Catalog.GatewayKind, Device = new DeviceRecord { Device = "gw-1", Kind = kind, Gateways = ["gw-1"] }, Rule = new Plant().Rule with { Kind = kind },
        };
        ledger.Post(plant.To(Severity.Fault, kit.Now));
        await kit.FlushAsync();
        kit.OnlyAlert().Serves.Should().Be("d01/s03/c01 d01/s04");
        string[] seeing = ["", "d01", "d01/s03", "d01/s04"];
        await Eventually.BecomesTrue(() => readers.Index().All(r => waiting[r.Index].IsCompleted == seeing.Contains(r.Item.Territory)), "those who see it are awake");
        ledger.Post(new Plant { Device = new DeviceRecord { Device = "gp-0", Kind = 0 } }.To(Severity.Red, kit.Now));
        foreach (var (i, (territory, _)) in readers.Index())
        {
            (await waiting[i].WaitAsync(Cancel))[0].Sequence.Should().Be(seeing.Contains(territory) ? 1 : 2, territory);
        }

        readers.ForEach(r => r.Tap.Dispose());
    }
}
