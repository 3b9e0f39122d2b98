namespace PingAnIoT.Alerts;

/// <summary>The bounds of the streams to duty officers.</summary>
public sealed record AlertStreamOptions
{
    /// <summary>Most streams at once.</summary>
    public int Streams { get; init; } = 1_000;

    /// <summary>Most streams at once of one officer.</summary>
    public int StreamsPerOfficer { get; init; } = 16;

    /// <summary>Entries that may wait for an officer whose client has stopped reading; beyond it the stream is cut.</summary>
    public int BufferEntries { get; init; } = 4_096;

    /// <summary>A summary that is begun waits so long for more.</summary>
    public TimeSpan SummaryWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time without a message on a stream.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A client that takes nothing for so long is cut, however little waits for it.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a write that does not go out is looked at.</summary>
    public TimeSpan WriteCheck { get; init; } = TimeSpan.FromSeconds(1);
}
