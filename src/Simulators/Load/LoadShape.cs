namespace PingAnIoT.Simulators;

/// <summary>How many of what, how fast: a uniform load for measuring, where the district is for showing.</summary>
public sealed record LoadShape
{
    public int Gateways { get; init; } = 123;

    public int Devices { get; init; } = 100_000;

    /// <summary>Messages a second over all gateways; 0 for as fast as they are acknowledged.</summary>
    public double RatePerSecond { get; init; }

    /// <summary>Readings in one message: 3 is one device's message, more is a pack of many devices.</summary>
    public int ReadingsPerMessage { get; init; } = 3;

    public int Qos { get; init; } = 1;

    /// <summary>Stop after so many; 0 for no end.</summary>
    public long Messages { get; init; }

    /// <summary>Bytes of a one-device payload, filled up with blanks; 0 as short as it gets.</summary>
    public int PayloadBytes { get; init; } = 120;

    /// <summary>The same seed gives the same values.</summary>
    public int Seed { get; init; } = 1;

    public static string GatewayName(int gateway) => $"gw-{gateway + 1:D4}";

    public static string DeviceName(int device) => $"gp-{device + 1:D6}";
}
