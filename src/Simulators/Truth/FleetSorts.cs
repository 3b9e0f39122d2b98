using System.Collections.Immutable;

namespace PingAnIoT.Simulators;

/// <summary>What happens to links, and to the sending of a device, with what is to be made of it. Rates are assumptions for load and scoring.</summary>
public static class FleetSorts
{
    /// <summary>Kind of a link, as in topics and alerts.</summary>
    public const string GatewayKind = "gateway";

    /// <summary>A link may be away this long before anyone need know: MQTT clients find a dead connection within 1.5 keep-alives of usually 30 s and more.</summary>
    public const double TellAfterSeconds = 60;

    /// <summary>How long after a link is back something may still be said of it: holds and clear holds run out.</summary>
    public const double LinkFadeSeconds = 300;

    /// <summary>A device that holds its samples is told as silent after this, or after ten of its intervals.</summary>
    public const double SilenceSeconds = 1800;

    /// <summary>A message that is overtaken comes at most this much late.</summary>
    public const double ReorderSeconds = 8;

    /// <summary>A message that is sent twice comes again within this.</summary>
    public const double DuplicateSeconds = 10;

    /// <summary>A clock is wrong by at most this, by severity.</summary>
    public const double SkewSeconds = 240;

    private const string Own = "assumption";

    /// <summary>A Defect from a minute on: the plant is blind there, yet nothing is lost.</summary>
    public static Sort Outage { get; } = Link(
        "outage", Nature.Defect, 12, 120, 7200, "The connection is lost; readings are stored and sent as fast as it can once it is back.");

    /// <summary>A Nuisance: it is over before anyone could act on it.</summary>
    public static Sort Blink { get; } = Link("blink", Nature.Nuisance, 50, 2, 30, "The connection is lost for less than a minute; readings are stored.");

    /// <summary>A Defect: power or hardware is gone, readings are lost for good.</summary>
    public static Sort GatewayLoss { get; } = Link("gateway-loss", Nature.Defect, 2, 300, 3600, "The gateway is off and stores nothing.");

    /// <summary>A Nuisance: each gap is shorter than half a minute and nothing is lost; a fault for each would flood the officers.</summary>
    public static Sort Flapping { get; } = Link("flapping", Nature.Nuisance, 6, 300, 1800, "The connection comes and goes every minute or less; readings are stored.");

    /// <summary>A Nuisance: MQTT at QoS 1 allows it.</summary>
    public static Sort Duplicates { get; } = Link("duplicates", Nature.Nuisance, 12, 300, 3600, "A share of messages (half of the severity) is sent twice, 1 to 10 s apart.");

    /// <summary>A Nuisance: networks may do it.</summary>
    public static Sort Reorder { get; } = Link("reorder", Nature.Nuisance, 12, 300, 3600, "A share of messages (half of the severity) is overtaken by up to 8 s.");

    /// <summary>A Nuisance: values are right and within the five minutes that a clock may run ahead; nothing has happened on site.</summary>
    public static Sort ClockSkew { get; } = Link(
        "clock-skew", Nature.Nuisance, 4, 600, 7200, "The gateway's clock is wrong by up to 4 minutes, ahead or behind, at once or slowly growing.");

    /// <summary>A Nuisance: a mast or the server was restarted; everyone is back within 20 s.</summary>
    public static Sort MassReconnect { get; } = Link("mass-reconnect", Nature.Nuisance, 6, 30, 30, "All gateways lose their connection at once and come back within 20 s.");

    /// <summary>A Defect: a device that is silent for long must be told, whatever it brings later.</summary>
    public static Sort LateBatch { get; } = new(
        "late-batch", null, Nature.Defect, AlertClass.Fault, 0.2, 1800, 3600, "The device holds its samples and sends them all in packs at the end.", Own);

    public static ImmutableArray<Sort> OfLinks { get; } = [Outage, Blink, GatewayLoss, Flapping, Duplicates, Reorder, ClockSkew, MassReconnect];

    /// <summary>Those of any device that the schedule plays.</summary>
    public static ImmutableArray<Sort> OfSending { get; } = [LateBatch];

    private static Sort Link(string name, Nature nature, double perYear, double least, double most, string meaning) =>
        new(name, GatewayKind, nature, nature == Nature.Defect ? AlertClass.Fault : AlertClass.None, perYear, least, most, meaning, Own);
}
