using System.Text;

namespace PingAnIoT.Rules.Tests;

/// <summary>A replay says what the live run said, to the byte, whatever it is cut into.</summary>
public sealed class ReplayTests
{
    private const int Cases = 60;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(1, 4096)]
    [InlineData(2, 1)]
    [InlineData(2, 64)]
    [InlineData(7, 3)]
    [InlineData(7, 4096)]
    public void A_replayed_backlog_gives_the_live_runs_transitions_byte_for_byte_on_any_shards_in_any_batches(int shards, int batch)
    {
        var compared = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            // A place wider than a grid needs one shard.
            var made = OracleCase.Make(seed);
            var testCase = made with { Rules = new RuleSet([.. made.Rules.Rules.Where(r => r.Place is Place.None or Place.Grid)]) };
            var live = Bytes(Run(testCase, 1, 1));
            Bytes(Run(testCase, shards, batch)).Should().Equal(live, "seed {0}", seed);
            compared += live.Length;
        }

        compared.Should().BeGreaterThan(Cases * 100, "transitions of nothing show nothing");
    }

    private static byte[] Bytes(IEnumerable<Transition> transitions) => Encoding.UTF8.GetBytes(string.Join('\n', OracleTests.Show(transitions)));

    private static List<Transition> Run(OracleCase testCase, int shards, int batch)
    {
        var (register, _) = OracleCase.MakeRegister(false);
        var emitted = new List<Transition>();
        for (var shard = 0; shard < shards; shard++)
        {
            var own = shard;
            var engine = new Engine(register, testCase.Rules, testCase.Options with { Shard = shard, Shards = shards }, emitted.Add);
            foreach (var part in testCase.Journal.Where(IsFor).Chunk(batch))
            {
                engine.Apply(part, 0);
            }

            bool IsFor(Reading r) => r.IsTick || register.ShardOf(r.Device, shards) == own
                || register.Catalog.Kinds[register[r.Device].Kind].Name == Catalog.GatewayKind;
        }

        return emitted;
    }
}
