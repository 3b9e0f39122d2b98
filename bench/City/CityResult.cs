using HdrHistogram;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>What the kill cost.</summary>
/// <param name="Ready">From the kill to the line <c>ready</c>.</param>
/// <param name="CaughtUp">From the kill until nothing was behind; null when that did not come.</param>
internal sealed record CrashFacts(TimeSpan Ready, TimeSpan? CaughtUp);

/// <summary>What was seen of one run.</summary>
internal sealed record CityResult
{
    public required FleetRunResult Played { get; init; }

    public required TimeSpan ServerTime { get; init; }

    public required TimeSpan GeneratorTime { get; init; }

    public required long PeakBytes { get; init; }

    public required LongHistogram LatencyMicros { get; init; }

    public required LongHistogram InterruptedMicros { get; init; }

    public required IReadOnlyList<AlertSeen> Seen { get; init; }

    /// <summary>The ledger's newest entry when the officer was about to leave: gateways that have gone make alerts until the server stops.</summary>
    public required long ToldUntil { get; init; }

    /// <summary>Null when nobody killed it.</summary>
    public required CrashFacts? Crash { get; init; }

    /// <summary>Accepted and not judged when the last acknowledgement had come, and a little later.</summary>
    public required (double AtTheEnd, double Now) Behind { get; init; }

    public required FleetWireLoad Load { get; init; }
}
