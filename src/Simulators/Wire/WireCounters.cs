using HdrHistogram;

namespace PingAnIoT.Simulators;

/// <summary>
/// What a fleet did. Threading: written by the fleet's one thread; others may read the numbers (each is a single aligned word),
/// and the histogram once the fleet has stopped.
/// </summary>
public sealed class WireCounters
{
    private const long LongestMicros = 600_000_000;
    private long published;
    private long acknowledged;

    /// <summary>Handed to a connection (QoS 0 and 1).</summary>
    public long Published { get => Volatile.Read(ref published); internal set => Volatile.Write(ref published, value); }

    /// <summary>PUBACKs that say yes.</summary>
    public long Acknowledged { get => Volatile.Read(ref acknowledged); internal set => Volatile.Write(ref acknowledged, value); }

    /// <summary>PUBACKs that carry a reason (version 5).</summary>
    public long Refused { get; internal set; }

    public long Connected { get; internal set; }

    public long Disconnected { get; internal set; }

    public long ConnectsRefused { get; internal set; }

    /// <summary>Sent again after a lost connection.</summary>
    public long Resent { get; internal set; }

    public long PublishedBytes { get; internal set; }

    /// <summary>From publish (or from when it was due, if the load says so) to PUBACK, microseconds; three significant digits.</summary>
    public LongHistogram AckMicros { get; } = new(LongestMicros, 3);

    internal void Latency(long micros) => AckMicros.RecordValue(Math.Clamp(micros, 1, LongestMicros));
}
