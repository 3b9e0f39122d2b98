using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>A shard is its number, its state and a position in the journal: from those it goes on anywhere as it would have where it was.</summary>
public sealed class MovedShardTests
{
    private const int Shards = 3;

    [Fact]
    public async Task From_its_state_and_the_journal_s_tail_a_shard_says_elsewhere_what_it_said_here()
    {
        await using var plant = new TestPlant();
        plant.Options = plant.Options with { Shards = Shards };
        plant.Prepare = () => Fill(plant.Register);
        var live = new List<Transition>();
        plant.Sink.Poison = t =>
        {
            lock (live)
            {
                live.Add(t);
                return false;
            }
        };
        await plant.StartAsync();
        var random = new Random(5);
        var source = new TestSource("g1");
        for (var second = 0; second < 400; second++)
        {
            for (var device = 0; device < 9; device++)
            {
                if (second / 40 % 9 != device)
                {
                    await plant.PressureAsync(source, $"p{device}", random.Next(80) + (second / 70 % 2 == 0 ? 300 : 440));
                }
            }

            plant.Advance(1);
            if (second == 170)
            {
                await plant.Pipeline.TakeSnapshotAsync(TestContext.Current.CancellationToken);
            }
        }

        plant.Settle();
        var folder = Directory.GetDirectories(Path.Combine(plant.Folder, "snapshots")).Single();
        var manifest = SnapshotManifest.Read(folder);
        var compared = 0;
        for (var shard = 0; shard < Shards; shard++)
        {
            var said = new List<Transition>();
            var own = shard;
            var thread = new Thread(() => GoOn(plant, folder, manifest.Position, own, said));
            thread.Start();
            thread.Join();
            var expected = Lines(live.Where(t => t.JournalPosition > manifest.Position && Find(plant.Register, t) % Shards == own));
            Lines(said).Should().Equal(expected);
            compared += expected.Count;
        }

        compared.Should().BeGreaterThan(10);
    }

    private static void GoOn(TestPlant plant, string folder, long position, int shard, List<Transition> said)
    {
        var register = Fill(new DeviceRegister(Catalog.Default));
        var engine = new Engine(register, RuleSet.Empty, plant.Options.Engine with { Shard = shard, Shards = Shards }, said.Add);
        using (var state = File.OpenRead(Path.Combine(folder, SnapshotRequest.FileName(shard))))
        {
            engine.Restore([state], takeRules: true);
        }

        new Recovery([engine], register, _ => null, _ => { }, NullLogger.Instance, only: (shard, Shards)).Replay(plant.Pipeline.Journal, position, 0, plant.Time);
    }

    private static int Find(DeviceRegister register, Transition transition) =>
        register.ShardOf(register.Find(0, System.Text.Encoding.UTF8.GetBytes(transition.Device.Device)), Shards);

    private static List<string> Lines(IEnumerable<Transition> transitions) =>
    [
        .. transitions.Select(t =>
            $"{t.JournalPosition} {t.RuleId} {t.Series} {t.EpisodeMicros} {t.Ordinal} {t.Change} {t.From}>{t.To} {t.EventTimeMicros} {t.ReceiveTimeMicros} "
            + $"{t.WindowValue:r} {t.Threshold:r} {string.Join(' ', t.Evidence)}"),
    ];

    private static DeviceRegister Fill(DeviceRegister register)
    {
        for (var i = 0; i < 9; i++)
        {
            register.Register(new DeviceRecord { Device = $"p{i}", Kind = 0, Gateways = ["g1"], Territory = $"d01/s01/c01/g{i % 4}" });
        }

        return register;
    }
}
