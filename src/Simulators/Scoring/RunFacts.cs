using HdrHistogram;

namespace PingAnIoT.Simulators;

/// <summary>What the run itself knows and the scorecard cannot work out from truth and alerts. What a run could not learn stays null, and is told as unknown.</summary>
public sealed record RunFacts
{
    /// <summary>What was run, e.g. <c>district</c>.</summary>
    public required string Name { get; init; }

    public required ulong Seed { get; init; }

    public required long Devices { get; init; }

    /// <summary>Unix seconds, by the fleet's clock, at which it began.</summary>
    public required double FromSeconds { get; init; }

    /// <summary>Unix seconds, by the fleet's clock, of the last moment that was played.</summary>
    public required double UntilSeconds { get; init; }

    /// <summary>
    /// How many reporting intervals a system must be given after the findable moment: what became findable later than that before the end is not
    /// counted in recall, found or not.
    /// </summary>
    public double RipeIntervals { get; init; } = 2;

    /// <summary>By the wall clock.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>False where officers saw the alerts by another clock than the fleet's, as of a run faster than real time: then nobody can tell how late they were.</summary>
    public bool AreDelaysKnown { get; init; } = true;

    public long? Published { get; init; }

    public long? Acknowledged { get; init; }

    public long? Refused { get; init; }

    public long? Resent { get; init; }

    /// <summary>In the published messages.</summary>
    public long? Readings { get; init; }

    /// <summary>By reason; empty when none, null when not known.</summary>
    public IReadOnlyDictionary<string, long>? DeadLettered { get; init; }

    /// <summary>Acknowledged readings that the server does not have.</summary>
    public long? Lost { get; init; }

    /// <summary>Readings or ledger rows that the server has twice, beside what the stream itself shows.</summary>
    public long? DoubledRows { get; init; }

    /// <summary>
    /// Microseconds from the moment a message was meant to be sent (not when a stalled generator came to send it: that corrects for coordinated omission)
    /// until the officer's stream delivered its alert; null in a virtual run.
    /// </summary>
    public LongHistogram? LatencyMicros { get; init; }
}
