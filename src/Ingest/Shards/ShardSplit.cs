using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Which reading goes to which shard, live and replay alike. A device's shard never changes in the life of a process, so a byte for each tells it:
/// those of a whole city stay in a core's own cache. Threading: owned by whoever splits.
/// </summary>
internal sealed class ShardSplit
{
    /// <summary>More than a server has.</summary>
    public const int ShardsMax = 254;

    private const byte Unknown = byte.MaxValue;
    private const byte Every = byte.MaxValue - 1;
    private const int DevicesAtOnce = 65_536;

    private readonly DeviceRegister register;
    private readonly int shards;

    // By device.
    private byte[] known = [];

    // By place in the batch.
    private byte[] numbers = [];

    public ShardSplit(DeviceRegister register, int shards)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shards, ShardsMax);
        (this.register, this.shards) = (register, shards);
    }

    /// <summary>Each reading to the part of its device, a gateway's own to all.</summary>
    /// <param name="readings">No ticks among them.</param>
    /// <param name="parts">One for each shard; what was in them is gone.</param>
    public void Split(ReadOnlySpan<Reading> readings, ReadingBatch[] parts)
    {
        foreach (var part in parts)
        {
            part.Clear();
            part.Reserve(readings.Length);
        }

        // In a loop of its own, so that where one must wait for memory the others are on their way too.
        Number(readings);
        for (var i = 0; i < readings.Length; i++)
        {
            if (numbers[i] != Every)
            {
                parts[numbers[i]].Add(readings[i]);
                continue;
            }

            foreach (var part in parts)
            {
                part.Add(readings[i]);
            }
        }
    }

    private void Number(ReadOnlySpan<Reading> readings)
    {
        if (numbers.Length < readings.Length)
        {
            numbers = new byte[Math.Max(readings.Length, 2 * numbers.Length)];
        }

        var table = known;
        for (var i = 0; i < readings.Length; i++)
        {
            var device = readings[i].Device;
            var number = (uint)device < (uint)table.Length ? table[device] : Unknown;
            if (number == Unknown)
            {
                number = Find(device);
                table = known;
            }

            numbers[i] = readings[i].IsForEveryShard ? Every : number;
        }
    }

    private byte Find(int device)
    {
        if (device >= known.Length)
        {
            var before = known.Length;
            Array.Resize(ref known, Math.Max(device + DevicesAtOnce, 2 * before));
            known.AsSpan(before).Fill(Unknown);
        }

        return known[device] = (byte)register.ShardOf(device, shards);
    }
}
