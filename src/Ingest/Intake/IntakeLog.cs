using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

internal static partial class IntakeLog
{
    [LoggerMessage(1201, LogLevel.Error, "Source of gateway {Gateway} threw when told that its messages are safe; the others go on")]
    public static partial void SourceFailed(this ILogger logger, Exception exception, string gateway);

    [LoggerMessage(1202, LogLevel.Critical, "Dead letters cannot be written; the journal has them. Trying again")]
    public static partial void DeadLettersFaulted(this ILogger logger, Exception exception);

    [LoggerMessage(1203, LogLevel.Warning, "Dead letters are written again")]
    public static partial void DeadLettersRecovered(this ILogger logger);

    [LoggerMessage(1204, LogLevel.Critical, "The release of what is on disk met an error it should not know; it goes on")]
    public static partial void ReleaseFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1205, LogLevel.Error, "A message of gateway {Gateway} met a defect of ours; it is among the dead letters. {Count} so far; told at each doubling")]
    public static partial void MessageUndecodable(this ILogger logger, Exception exception, string gateway, long count);
}
