namespace PingAnIoT.Alerts;

/// <summary>How a channel has fared since the start.</summary>
public sealed record ChannelHealth(string Name, ChannelType Type)
{
    /// <summary>Its circuit is open: nothing goes out over it but one trial now and then.</summary>
    public bool IsOpen { get; init; }

    public int FailuresInRow { get; init; }

    /// <summary>Server time; 0 for never.</summary>
    public long DeliveredMicros { get; init; }

    /// <summary>Server time; 0 for never.</summary>
    public long FailedMicros { get; init; }

    /// <summary>What it said last when it took nothing; no address, no secret.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Cards that failed for good over it.</summary>
    public int DeadLetters { get; init; }

    public bool IsFallback { get; init; }
}

/// <summary>How notices fare.</summary>
/// <param name="Channels">Those of the file.</param>
/// <param name="Lost">Notices that no channel has taken, not even the fallback: they lie among the dead letters until somebody sees to them.</param>
/// <param name="CanaryMicros">When a canary was last delivered; server time, 0 for never.</param>
/// <param name="IsCanaryLate">None for longer than the file allows.</param>
public sealed record NoticeHealth(IReadOnlyList<ChannelHealth> Channels, int Lost, long CanaryMicros, bool IsCanaryLate)
{
    /// <summary>What a person has to see to; null when all is well.</summary>
    public string? Fault =>
        Lost > 0 ? $"notices: {Lost} could be delivered over no channel, not even the fallback"
        : IsCanaryLate ? "notices: the canary has not come through"
        : Channels.FirstOrDefault(c => c.IsFallback && c.IsOpen) is { } fallback ? $"notices: the fallback channel {fallback.Name} takes nothing"
        : null;
}
