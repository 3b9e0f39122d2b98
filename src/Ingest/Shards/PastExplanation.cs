using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>Why a past moment is not shown. </summary>
public enum PastRefusal
{
    None,

    /// <summary>Another one is being worked out.</summary>
    Busy,

    /// <summary>What it would take is no longer kept.</summary>
    Gone,
}

/// <summary>What was known of a series at a moment, or why that cannot be told.</summary>
/// <param name="Explanation">Null when refused.</param>
/// <param name="Refusal">Why.</param>
/// <param name="OldestMicros">Where it is gone: the oldest receive time that can be shown; null for none.</param>
public sealed record PastExplanation(SeriesExplanation? Explanation, PastRefusal Refusal = PastRefusal.None, long? OldestMicros = null);
