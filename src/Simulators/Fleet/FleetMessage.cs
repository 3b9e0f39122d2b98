namespace PingAnIoT.Simulators;

/// <summary>One MQTT message as it leaves a gateway. The buffers are the source's and hold until the next message.</summary>
public readonly ref struct FleetMessage
{
    /// <summary>Number of the gateway.</summary>
    public required int Gateway { get; init; }

    /// <summary>Unix seconds at which it is sent.</summary>
    public required double SendSeconds { get; init; }

    public required ReadOnlySpan<byte> TopicUtf8 { get; init; }

    public required ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>How many readings are in it.</summary>
    public required int Readings { get; init; }
}

/// <summary>What gateways publish, in order of the send time per gateway. Threading: owned by one thread.</summary>
public interface IFleetSource
{
    /// <summary>When the gateway next has something to say or to do; <see cref="double.PositiveInfinity"/> for never.</summary>
    double NextSeconds(int gateway);

    /// <summary>The gateway's next message; call when <see cref="NextSeconds"/> has come.</summary>
    FleetMessage Take(int gateway);

    /// <summary>Whether the gateway's link is up at a moment; while it is not, it takes readings and keeps what it can store.</summary>
    bool IsUp(int gateway, double time);
}
