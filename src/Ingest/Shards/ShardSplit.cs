using System.Numerics;
using System.Runtime.Intrinsics;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Which reading goes to which shard, live and replay alike. A device's shard never changes in the life of a process, so a byte for each tells it:
/// those of a whole city stay in a core's own cache. Threading: owned by whoever numbers.
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

    public ShardSplit(DeviceRegister register, int shards)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shards, ShardsMax);
        (this.register, this.shards) = (register, shards);
    }

    /// <summary>Tells of each reading which shard it is for: what the shards <see cref="Pick"/> their own by.</summary>
    /// <param name="readings">No ticks among them.</param>
    /// <param name="numbers">A byte for each, in a larger array where they would not fit.</param>
    public void Number(ReadOnlySpan<Reading> readings, ref byte[] numbers)
    {
        if (numbers.Length < readings.Length)
        {
            numbers = new byte[Math.Max(readings.Length, 2 * numbers.Length)];
        }

        var (table, to) = (known, numbers);
        for (var i = 0; i < readings.Length; i++)
        {
            var device = readings[i].Device;
            var number = (uint)device < (uint)table.Length ? table[device] : Unknown;
            if (number == Unknown)
            {
                number = Find(device);
                table = known;
            }

            to[i] = readings[i].IsForEveryShard ? Every : number;
        }
    }

    /// <summary>Copies a shard's own readings, and those that are for every shard, in their order. From any thread.</summary>
    /// <param name="readings">Of all shards.</param>
    /// <param name="numbers">Of <see cref="Number"/>; as many.</param>
    /// <param name="shard">Which.</param>
    /// <param name="own">What was in it is gone.</param>
    public static void Pick(ReadOnlySpan<Reading> readings, ReadOnlySpan<byte> numbers, int shard, ReadingBatch own)
    {
        own.Clear();
        var room = own.Reserve(readings.Length);
        var (at, taken) = (0, 0);
        for (; at + Vector256<byte>.Count <= numbers.Length; at += Vector256<byte>.Count)
        {
            // Neighbours are of any shard: a branch for each would be mispredicted half the time, and so they are told 32 at once.
            var some = Vector256.Create(numbers.Slice(at, Vector256<byte>.Count));
            var mask = (Vector256.Equals(some, Vector256.Create((byte)shard)) | Vector256.Equals(some, Vector256.Create(Every))).ExtractMostSignificantBits();
            for (; mask != 0; mask &= mask - 1)
            {
                room[taken++] = readings[at + BitOperations.TrailingZeroCount(mask)];
            }
        }

        for (; at < numbers.Length; at++)
        {
            if (numbers[at] == shard || numbers[at] == Every)
            {
                room[taken++] = readings[at];
            }
        }

        own.Advance(taken);
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
