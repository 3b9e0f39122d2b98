using PingAnIoT.Alerts;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>What an officer is told, in the scorecard's words.</summary>
internal static class SeenAlert
{
    private const double MicrosPerSecond = 1e6;

    /// <summary>As the ledger would publish it at once.</summary>
    /// <param name="transition">Of the engine.</param>
    /// <param name="sequence">Which one it is.</param>
    public static AlertSeen Of(Transition transition, long sequence) => new(
        AlertId.Of(transition.RuleId, transition.Series, transition.EpisodeMicros),
        sequence,
        transition.RuleId,
        KindOf(transition.Series),
        transition.Device.Device,
        transition.Rule.Place == Place.None ? transition.Device.Territory : Between(transition.Series),
        transition.Rule.Place != Place.None,
        ClassOf(transition.To),
        transition.EventTimeMicros / MicrosPerSecond,
        transition.ReceiveTimeMicros / MicrosPerSecond);

    private static string KindOf(string series) => series[..series.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Of <c>kind/…/quantity</c> what lies between.</summary>
    private static string Between(string series) =>
        series[(series.IndexOf('/', StringComparison.Ordinal) + 1)..series.LastIndexOf('/')];

    private static AlertClass ClassOf(Severity severity) => severity switch
    {
        Severity.Green => AlertClass.Green,
        Severity.Yellow => AlertClass.Yellow,
        Severity.Red => AlertClass.Red,
        Severity.Fault => AlertClass.Fault,
        _ => AlertClass.None,
    };
}
