using PingAnIoT.Alerts;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>What an officer is told, in the scorecard's words.</summary>
internal static class SeenAlert
{
    private const double MicrosPerSecond = 1e6;

    /// <summary>Only of a silence an alert is told in seconds: no simulated quantity is measured in them.</summary>
    private const string SilenceUnit = "s";

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
        transition.ReceiveTimeMicros / MicrosPerSecond)
    {
        IsByServerClock = transition.Rule.Function == WindowFunction.Absent,
    };

    /// <summary>As the stream delivered it.</summary>
    /// <param name="change">The event.</param>
    /// <param name="alert">What it is about.</param>
    /// <param name="nowSeconds">Unix seconds.</param>
    public static AlertSeen Of(V1.AlertEvent change, V1.Alert alert, double nowSeconds)
    {
        var subject = Between(alert.Series);
        var isOfPlace = subject != alert.Device;
        return new AlertSeen(
            change.AlertId, change.Sequence, alert.RuleId, alert.Kind, alert.Device, isOfPlace ? subject : alert.Territory, isOfPlace,
            ClassOf(change.ToSeverity), WireTime.Micros(change.EventTime) / MicrosPerSecond, nowSeconds)
        {
            IsByServerClock = alert.Unit == SilenceUnit,
        };
    }

    private static string KindOf(string series) => series[..series.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Of <c>kind/…/quantity</c> what lies between.</summary>
    private static string Between(string series) =>
        series[(series.IndexOf('/', StringComparison.Ordinal) + 1)..series.LastIndexOf('/')];

    private static AlertClass ClassOf(V1.Severity severity) => severity switch
    {
        V1.Severity.Green => AlertClass.Green,
        V1.Severity.Yellow => AlertClass.Yellow,
        V1.Severity.Red => AlertClass.Red,
        V1.Severity.Fault => AlertClass.Fault,
        _ => AlertClass.None,
    };

    private static AlertClass ClassOf(Severity severity) => severity switch
    {
        Severity.Green => AlertClass.Green,
        Severity.Yellow => AlertClass.Yellow,
        Severity.Red => AlertClass.Red,
        Severity.Fault => AlertClass.Fault,
        _ => AlertClass.None,
    };
}
