using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

internal static partial class JournalLog
{
    [LoggerMessage(1101, LogLevel.Information, "Journal open: {Segments} segments, positions {Begin} to {End}")]
    public static partial void JournalOpened(this ILogger logger, int segments, long begin, long end);

    [LoggerMessage(1102, LogLevel.Critical, "Journal cannot write; nothing is acknowledged until it can. Trying again")]
    public static partial void JournalFaulted(this ILogger logger, Exception exception);

    [LoggerMessage(1103, LogLevel.Warning, "Journal writes again after {Attempts} attempts")]
    public static partial void JournalRecovered(this ILogger logger, int attempts);

    [LoggerMessage(1104, LogLevel.Warning, "A torn last write at position {Position} was cleaned away; none of it was acknowledged")]
    public static partial void JournalTornTail(this ILogger logger, long position);

    [LoggerMessage(1105, LogLevel.Critical, "Journal is damaged at position {Position}: {Bytes} bytes that were acknowledged cannot be read")]
    public static partial void JournalDamaged(this ILogger logger, long position, long bytes);

    [LoggerMessage(1106, LogLevel.Information, "Journal segment at {Start} given up by retention")]
    public static partial void JournalSegmentDeleted(this ILogger logger, long start);

    [LoggerMessage(1107, LogLevel.Error, "Journal segment at {Start} could not be deleted")]
    public static partial void JournalSegmentNotDeleted(this ILogger logger, Exception exception, long start);

    [LoggerMessage(1108, LogLevel.Critical, "The journal's files are older than position {Minimum} that others rely on; it goes on from there")]
    public static partial void JournalBehind(this ILogger logger, long minimum);
}
