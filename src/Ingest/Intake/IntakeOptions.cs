namespace PingAnIoT.Ingest;

/// <summary>Bounds of the intake.</summary>
public sealed record IntakeOptions
{
    /// <summary>Batches that one source may have between its socket and the shards; the whole of the back-pressure. 1 to 64.</summary>
    public int LaneBatches { get; init; } = 4;

    /// <summary>How often the passing of time is journaled.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>While this many ticks and gateway reports wait to be evaluated, no further tick is made: the shards are behind, and catch up on the next.</summary>
    public int PendingTicksLimit { get; init; } = 64;

    /// <summary>While this many wait, only the latest word on each gateway is kept, and journaled later.</summary>
    public int PendingReportsLimit { get; init; } = 1024;
}
