using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>What was known of a series at a moment: the same that was said when that moment was now.</summary>
public sealed class ExplainPastTests
{
    private const string Votes = """
          - id: flood
            title: { zh: 内涝, en: Flood }
            kind: gas-pipe
            quantity: pressure
            when: votes(2, 60s)
            place: WIDTH
            red: "> 480"
            hold: 20s
            basis: site
        """;

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "", 41)]
    [InlineData(3, "", 42)]
    [InlineData(3, "grid", 43)]
    [InlineData(1, "street", 44)]
    public async Task Every_moment_of_a_run_is_told_as_it_was_told_then(int shards, string width, int seed)
    {
        var random = new Random(seed);
        await using var plant = new TestPlant(width.Length == 0 ? TestPlant.Rules : TestPlant.Rules + "\n" + Votes.Replace("WIDTH", width, StringComparison.Ordinal));
        plant.Options = plant.Options with { Shards = shards };
        await plant.StartAsync();
        for (var device = 0; device < 4; device++)
        {
            plant.Register.Register(new DeviceRecord { Device = $"p{device}", Kind = 0, Gateways = [$"g{device % 2}"], Territory = $"d01/s01/c01/g{device / 2}" });
        }

        TestSource[] sources = [new("g0"), new("g1")];
        var told = new List<(int Device, long At, string What)>();
        for (var step = 0; step < 70; step++)
        {
            for (var device = 0; device < 6; device++)
            {
                // The last two are in no register.
                await plant.PressureAsync(sources[device % 2], $"p{device}", random.Next(380, 640));
            }

            if (random.Next(10) == 0)
            {
                await plant.PublishAsync(sources[0], "pingan/v1/g0/status", random.Next(2) == 0 ? "online" : "offline");
            }

            plant.Advance(random.Next(1, 9));
            if (step is 20 or 35 or 50)
            {
                await plant.Pipeline.TakeSnapshotAsync(Cancel);
            }

            if (step is 30)
            {
                plant.Pipeline.UseRules(RuleFile.Parse(plant.RuleSet.Source.Replace("hold: 30s", "hold: 10s", StringComparison.Ordinal), "test", Catalog.Default, shards).RuleSet!);
            }

            plant.Settle();
            var asked = random.Next(6);
            told.Add((asked, plant.Pipeline.Intake.NowMicros(), await NowAsync(plant, asked)));
            plant.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        var (live, devices) = (plant.Sink.Lines, plant.Register.Count);
        foreach (var (device, at, what) in told)
        {
            (await AtAsync(plant, device, at)).Should().Be(what, "seed {0}, p{1} at {2}", seed, device, at);
        }

        told.Select(t => t.What).Distinct().Should().HaveCountGreaterThan(40, "there must be something to tell apart");
        plant.Sink.Lines.Should().Equal(live, "to look back changes nothing");
        plant.Sink.Repeats.Should().Be(0);
        plant.Register.Count.Should().Be(devices, "nobody is enrolled by looking back");
    }

    [Fact]
    public async Task What_is_no_longer_kept_is_refused_with_the_oldest_time_that_can_be_shown()
    {
        await using var plant = new TestPlant();
        plant.Options = plant.Options with { Journal = plant.Options.Journal with { RetentionBytes = 1024 * 1024, RetentionAge = TimeSpan.FromSeconds(1) } };
        await plant.StartAsync();
        var start = plant.Pipeline.Intake.NowMicros();
        var source = new TestSource("g1");
        await plant.PressureAsync(source, "p0", 400);
        plant.Settle();
        var first = await plant.Pipeline.ExplainAtAsync(0, 0, start - 1, Cancel);
        (first.Explanation, first.Refusal, first.OldestMicros).Should().Be((null, PastRefusal.Gone, start));

        // Enough that the first segments go.
        var oldest = 0L;
        for (var second = 0; second < 4; second++)
        {
            for (var i = 0; i < 8000; i++)
            {
                await plant.PressureAsync(source, $"p{i % 10}", 400 + i);
            }

            plant.Advance(1);
            await plant.Pipeline.TakeSnapshotAsync(Cancel);
            oldest = second == 2 ? plant.Pipeline.Intake.NowMicros() : oldest;
        }

        plant.Pipeline.Journal.BeginPosition.Should().BePositive();
        var gone = await plant.Pipeline.ExplainAtAsync(0, 0, start, Cancel);
        gone.Refusal.Should().Be(PastRefusal.Gone);
        var shown = await plant.Pipeline.ExplainAtAsync(0, 0, gone.OldestMicros!.Value, Cancel);
        shown.Refusal.Should().Be(PastRefusal.None);
        shown.Explanation!.Newest[^1].Value.Should().Be(400);
        (await plant.Pipeline.ExplainAtAsync(0, 0, gone.OldestMicros.Value - 1, Cancel)).Refusal.Should().Be(PastRefusal.Gone);
        gone.OldestMicros.Value.Should().BeLessThanOrEqualTo(oldest);
    }

    [Fact]
    public async Task However_long_it_runs_all_that_the_journal_has_of_it_can_be_shown_but_for_a_quarter()
    {
        await using var plant = new TestPlant();
        plant.Options = plant.Options with { Journal = plant.Options.Journal with { RetentionBytes = 4 * 1024 * 1024, RetentionAge = TimeSpan.FromDays(1) } };
        await plant.StartAsync();
        var source = new TestSource("g1");
        for (var minute = 0; minute < 40; minute++)
        {
            for (var i = 0; i < 1500; i++)
            {
                await plant.PressureAsync(source, $"p{i % 10}", minute);
            }

            plant.Advance(1);
            await plant.Pipeline.TakeSnapshotAsync(Cancel);
        }

        var gone = await plant.Pipeline.ExplainAtAsync(0, 0, 0, Cancel);
        gone.Refusal.Should().Be(PastRefusal.Gone);
        var kept = (plant.Pipeline.Journal.Tail - plant.Pipeline.Journal.BeginPosition) / (double)plant.Pipeline.Journal.Tail * 40;
        var shown = 40 - ((gone.OldestMicros!.Value - (plant.Pipeline.Intake.NowMicros() - 40_000_000)) / 1e6);
        shown.Should().BeGreaterThan(kept * 0.6).And.BeLessThan(kept);
        var oldest = await plant.Pipeline.ExplainAtAsync(0, 0, gone.OldestMicros.Value, Cancel);
        oldest.Explanation!.Newest[^1].Value.Should().BeApproximately(40 - shown, 1);
        Directory.GetDirectories(Path.Combine(plant.Folder, "snapshots")).Length.Should().BeInRange(4, 8);
    }

    [Fact]
    public async Task One_is_worked_out_at_a_time_and_may_be_given_up()
    {
        var entered = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        var isSlow = false;
        await using var plant = new TestPlant
        {
            ReadRules = text =>
            {
                if (isSlow)
                {
                    entered.Release();
                    go.Wait(Cancel);
                }

                return RuleFile.Parse(text, "test", Catalog.Default).RuleSet;
            },
        };
        await plant.StartAsync();
        await plant.PressureAsync(new TestSource("g1"), "p1", 400);
        plant.Advance(1);
        var at = plant.Pipeline.Intake.NowMicros();
        isSlow = true;
        using var given = new CancellationTokenSource();
        var slow = plant.Pipeline.ExplainAtAsync(0, 0, at, given.Token);
        await entered.WaitAsync(Cancel);
        (await plant.Pipeline.ExplainAtAsync(0, 0, at, Cancel)).Should().Be(new PastExplanation(null, PastRefusal.Busy));
        (await plant.Pipeline.ExplainAsync(0, 0, Limit, Cancel)).Should().NotBeNull("the shards are at work all the same");
        await given.CancelAsync();
        go.Set();
        await ((Func<Task>)(() => slow)).Should().ThrowAsync<OperationCanceledException>();
        isSlow = false;
        (await plant.Pipeline.ExplainAtAsync(0, 0, at, Cancel)).Explanation!.ReadingsKept.Should().Be(1);
    }

    private static async Task<string> NowAsync(TestPlant plant, int device) =>
        Text((await plant.Pipeline.ExplainAsync(IndexOf(plant, device), 0, Limit, Cancel))!);

    private static async Task<string> AtAsync(TestPlant plant, int device, long at) =>
        Text((await plant.Pipeline.ExplainAtAsync(IndexOf(plant, device), 0, at, Cancel)).Explanation!);

    private static int IndexOf(TestPlant plant, int device) => plant.Register.Find(0, Encoding.UTF8.GetBytes($"p{device}"));

    private static string Text(SeriesExplanation explanation) => JsonSerializer.Serialize(explanation, Json);
}
