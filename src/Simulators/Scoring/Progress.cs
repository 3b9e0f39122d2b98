using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>Where a run is, for a view that is drawn again and again.</summary>
/// <param name="Elapsed">Since the first message, by the wall clock.</param>
/// <param name="Simulated">Since the first message, by the fleet's clock.</param>
/// <param name="SimulatedTotal">How long the run is, by the fleet's clock; zero when it has no end.</param>
/// <param name="Published">Messages so far.</param>
/// <param name="Acknowledged">Of them.</param>
/// <param name="Behind">Messages that should have been sent by now and were not, or readings the server has not judged; as the run counts it.</param>
/// <param name="AlertsSeen">Changes of alerts that the officer's stream delivered.</param>
/// <param name="Found">From <see cref="FoundSoFar"/>.</param>
/// <param name="Findable">How many were findable by now.</param>
public sealed record Progress(
    TimeSpan Elapsed, TimeSpan Simulated, TimeSpan SimulatedTotal, long Published, long Acknowledged, long Behind, long AlertsSeen, long Found, long Findable)
{
    /// <summary>Two lines of at most 100 columns.</summary>
    /// <param name="before">An earlier look, for the rate since then; null for the rate since the beginning.</param>
    public IReadOnlyList<string> Lines(Progress? before = null)
    {
        var seconds = (Elapsed - (before?.Elapsed ?? TimeSpan.Zero)).TotalSeconds;
        var rate = seconds > 0 ? (Published - (before?.Published ?? 0)) / seconds : 0;
        var share = SimulatedTotal > TimeSpan.Zero ? $" of {Clock(SimulatedTotal)} ({Math.Clamp(Simulated / SimulatedTotal, 0, 1) * 100:F0} %)" : "";
        return
        [
            string.Create(CultureInfo.InvariantCulture, $"{Clock(Elapsed)}  simulated {Clock(Simulated)}{share}  {rate:N0} messages/s"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"published {Published:N0}  acked {Acknowledged:N0}  behind {Behind:N0}  alerts {AlertsSeen:N0}  found {Found:N0}/{Findable:N0}"),
        ];
    }

    private static string Clock(TimeSpan span) => string.Create(
        CultureInfo.InvariantCulture, $"{(span.Days > 0 ? $"{span.Days} d " : "")}{span.Hours:D2}:{span.Minutes:D2}:{span.Seconds:D2}");
}
