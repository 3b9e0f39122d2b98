namespace PingAnIoT.Rules;

/// <summary>The engine's bounds and tolerances. All durations are microseconds.</summary>
public sealed record EngineOptions
{
    /// <summary>How much older than its series' newest reading a reading may be and still be counted; 0 takes none that is older.</summary>
    public long AllowedLatenessMicros { get; init; } = 2_000_000;

    /// <summary>How long one reading speaks for its series: holds elapse over no larger gap, and on ticks no further than this after the reading.</summary>
    public long CarryMicros { get; init; } = 300_000_000;

    /// <summary>The most that a gap between two consecutive ticks counts: time in which the server was down is not silence.</summary>
    public long SilenceGapCapMicros { get; init; } = 5_000_000;

    /// <summary>Readings kept per series, 1 to 32,768; past it the oldest goes and <see cref="EngineCounters.DroppedAtBound"/> counts it.</summary>
    public int SeriesReadingsMax { get; init; } = 4096;

    /// <summary>Which shard this engine is: it owns the devices whose <see cref="DeviceRegister.ShardOf(int, int)"/> it is.</summary>
    public int Shard { get; init; }

    /// <summary>How many shards there are; 1 or more.</summary>
    public int Shards { get; init; } = 1;

    internal bool IsValid => AllowedLatenessMicros >= 0 && CarryMicros > 0 && SilenceGapCapMicros > 0
        && SeriesReadingsMax is >= 1 and <= SeriesBlock.ReadingsMax && Shards >= 1 && Shard >= 0 && Shard < Shards;

    internal bool Owns(DeviceRegister register, int device) => Shards == 1 || register.ShardOf(device, Shards) == Shard;

    internal bool Owns(DeviceRegister register, string place) => Shards == 1 || register.ShardOf(place, Shards) == Shard;
}
