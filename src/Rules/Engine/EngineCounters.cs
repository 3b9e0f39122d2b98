namespace PingAnIoT.Rules;

/// <summary>
/// What became of the readings an engine was given since it was made. Not part of a snapshot.
/// Threading: written by the shard's thread alone; any thread may read, each number by itself.
/// </summary>
public sealed class EngineCounters
{
    /// <summary>Readings counted into a window.</summary>
    public long Evaluated { get; internal set; }

    /// <summary>Readings of series that no rule watches.</summary>
    public long Unwatched { get; internal set; }

    /// <summary>Readings with the event time of one already counted.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Readings older than the allowed lateness.</summary>
    public long Late { get; internal set; }

    /// <summary>Readings whose event time lay in the future and was replaced (<see cref="ReadingFlags.TimeReplaced"/>).</summary>
    public long FutureReplaced { get; internal set; }

    /// <summary>Readings that fell out of a full series (<see cref="EngineOptions.SeriesReadingsMax"/>).</summary>
    public long DroppedAtBound { get; internal set; }

    /// <summary>Readings that should never have come this far: not finite, or of no known device or quantity. Not evaluated.</summary>
    public long Impossible { get; internal set; }

    /// <summary>Readings, and holds and silences that were due, on which judging failed: defects of ours.</summary>
    public long Failed { get; internal set; }

    public long Ticks { get; internal set; }

    public long Transitions { get; internal set; }

    /// <summary>Series with state, as of the last tick.</summary>
    public long Series { get; internal set; }

    /// <summary>Bytes of state held, as of the last tick.</summary>
    public long Bytes { get; internal set; }
}
