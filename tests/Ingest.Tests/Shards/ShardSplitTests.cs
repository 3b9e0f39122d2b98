using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Each reading goes to the shard that owns its device, in its order, also while the register grows.</summary>
public sealed class ShardSplitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Each_shard_picks_its_devices_readings_in_order_and_what_is_for_every_shard(int shards)
    {
        var random = new Random(shards);
        var register = new DeviceRegister(Catalog.Default);
        var split = new ShardSplit(register, shards);
        var own = new ReadingBatch(1);
        byte[] numbers = [];
        var lengths = new HashSet<int>();
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 5_000; i++)
            {
                register.Register(new DeviceRecord { Device = $"d{register.Count}", Kind = 0, Territory = $"d01/s01/c01/g{random.Next(50):D2}" });
            }

            var readings = Enumerable.Range(0, random.Next(3_000)).Select(i => new Reading(
                random.Next(register.Count), 0, random.Next(10) == 0 ? ReadingFlags.EveryShard : ReadingFlags.None, i, i, i)).ToArray();
            split.Number(readings, ref numbers);
            for (var shard = 0; shard < shards; shard++)
            {
                ShardSplit.Pick(readings, numbers.AsSpan(0, readings.Length), shard, own);
                own.Readings.ToArray().Should().Equal(readings.Where(r => r.IsForEveryShard || register.ShardOf(r.Device, shards) == shard));
                lengths.Add(own.Count);
            }
        }

        lengths.Should().HaveCountGreaterThan(10);
    }
}
