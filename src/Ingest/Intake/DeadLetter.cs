namespace PingAnIoT.Ingest;

/// <summary>A message that was refused, whole or in part.</summary>
public sealed record DeadLetter
{
    /// <summary>Longest part of a payload that is kept, in bytes.</summary>
    public const int KeptPayloadBytes = 4096;

    /// <summary>Counts up in the order of the store; 0 before it is stored.</summary>
    public long Id { get; init; }

    /// <summary>Journal position just after the entry it came in; with <see cref="Index"/> its identity.</summary>
    public required long JournalPosition { get; init; }

    /// <summary>Which message of the entry, from 0.</summary>
    public required int Index { get; init; }

    public required long ReceiveTimeMicros { get; init; }

    public required string Gateway { get; init; }

    public required string Topic { get; init; }

    /// <summary>Of the message when refused whole, else of its first refused reading.</summary>
    public required RefusalReason Reason { get; init; }

    /// <summary>False when the rest of the message was accepted.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>How many of its readings were refused; at least 1.</summary>
    public required int RefusedReadings { get; init; }

    /// <summary>Byte of the payload at which the first went wrong.</summary>
    public required int PayloadOffset { get; init; }

    /// <summary>Length of the whole payload in bytes.</summary>
    public required int PayloadBytes { get; init; }

    /// <summary>The first <see cref="KeptPayloadBytes"/> of it.</summary>
    public required byte[] Payload { get; init; }
}
