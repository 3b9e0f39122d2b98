namespace PingAnIoT.Ingest;

/// <summary>Bounds of the intake.</summary>
public sealed record IntakeOptions
{
    /// <summary>Batches that one source may have between its socket and the shards; the whole of the back-pressure. 1 to 64.</summary>
    public int LaneBatches { get; init; } = 4;

    /// <summary>While topics and payloads of this many bytes are on their way to the disk, the shards or the dead letters, nothing more is taken in.</summary>
    public long UnderWayBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How often the passing of time is journaled.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the gateways that were online before a start have to come back after it, and those whose last connection ended well after that.
    /// Path loss is to be reported in 3 minutes (EN 50136).
    /// </summary>
    public TimeSpan GatewayReturn { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>While this many ticks and gateway reports wait to be evaluated, no further tick is made: the shards are behind, and catch up on the next.</summary>
    public int PendingTicksLimit { get; init; } = 64;

    /// <summary>While this many wait, only the latest word on each gateway is kept, and journaled later.</summary>
    public int PendingReportsLimit { get; init; } = 1024;
}
