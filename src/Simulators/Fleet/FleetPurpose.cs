namespace PingAnIoT.Simulators;

/// <summary>What <see cref="Chance"/> decides for a fleet: one number per use. The numbers are part of "same seed, same bytes".</summary>
internal static class FleetPurpose
{
    public const uint DeviceSeed = 0xF1EE_0001;
    public const uint GatewaySeed = 0xF1EE_0002;
    public const uint Phase = 0xF1EE_0003;
    public const uint Stray = 0xF1EE_0004;
    public const uint StrayGateway = 0xF1EE_0005;
    public const uint Owner = 0xF1EE_0006;
    public const uint OwnerGrid = 0xF1EE_0007;
    public const uint Building = 0xF1EE_0008;
    public const uint Latitude = 0xF1EE_0009;
    public const uint Longitude = 0xF1EE_000A;
    public const uint OwnerTrade = 0xF1EE_000B;
    public const uint Duplicate = 0xF1EE_0010;
    public const uint DuplicateDelay = 0xF1EE_0011;
    public const uint Reorder = 0xF1EE_0012;
    public const uint ReorderDelay = 0xF1EE_0013;
    public const uint Flap = 0xF1EE_0014;
    public const uint SkewSign = 0xF1EE_0015;
    public const uint SkewDrifts = 0xF1EE_0016;
    public const uint Reconnect = 0xF1EE_0017;
    public const uint HappensIn = 0xF1EE_0020;
    public const uint Duration = 0xF1EE_0021;
    public const uint Onset = 0xF1EE_0022;
    public const uint Severity = 0xF1EE_0023;
    public const uint TimelinePick = 0xF1EE_0024;
}
