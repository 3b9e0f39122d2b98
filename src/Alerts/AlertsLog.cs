using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>Every log line of the ledger, with its number for life.</summary>
internal static partial class AlertsLog
{
    [LoggerMessage(3001, LogLevel.Information, "Ledger open: {Entries} entries, {LiveAlerts} live alerts, in {Milliseconds} ms")]
    public static partial void Opened(ILogger logger, long entries, int liveAlerts, long milliseconds);

    [LoggerMessage(3002, LogLevel.Critical, "Ledger tail missing: entry {Sequence} was written, but the file ends at {Found}")]
    public static partial void TailMissing(ILogger logger, long sequence, long found);

    [LoggerMessage(3003, LogLevel.Error, "Ledger cannot write ({Step}, attempt {Attempt}): nothing is lost, nothing new is acknowledged; trying again in {Milliseconds} ms")]
    public static partial void CannotWrite(ILogger logger, Exception exception, string step, int attempt, int milliseconds);

    [LoggerMessage(3004, LogLevel.Information, "Ledger writes again after {Attempts} failed attempts")]
    public static partial void WritesAgain(ILogger logger, int attempts);

    [LoggerMessage(3005, LogLevel.Critical, "Ledger item could not be recorded and was left out, a defect: {Item}")]
    public static partial void Poisoned(ILogger logger, Exception exception, string item);

    [LoggerMessage(3006, LogLevel.Warning, "Server clock was set by {ShiftMicros} microseconds: running deadlines move along")]
    public static partial void ClockStepped(ILogger logger, long shiftMicros);

    [LoggerMessage(3007, LogLevel.Warning, "Deadline missed: alert {AlertId}, step {Step}, level {Level}, overdue by {OverdueSeconds} s")]
    public static partial void Breached(ILogger logger, string alertId, WorkState step, int level, long overdueSeconds);

    [LoggerMessage(3008, LogLevel.Critical, "Ledger file is damaged: {Finding}")]
    public static partial void Damaged(ILogger logger, string finding);

    [LoggerMessage(3009, LogLevel.Warning, "ledger.head cannot be written; a cut-off tail would go unnoticed until it can")]
    public static partial void HeadNotWritten(ILogger logger, Exception exception);

    [LoggerMessage(3010, LogLevel.Critical, "Ledger closed while the disk refused: {Items} items were not recorded and will come again from the journal")]
    public static partial void ClosedWithout(ILogger logger, int items);

    [LoggerMessage(3011, LogLevel.Warning, "Ledger checkpoint held up by a reader: write-ahead log at {Frames} frames")]
    public static partial void CheckpointHeldUp(ILogger logger, long frames);

    [LoggerMessage(3012, LogLevel.Warning, "A listener to the ledger's figures or spans failed")]
    public static partial void ListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(3013, LogLevel.Critical, "Deadlines did not fire as they should, {Count} differences: {First}")]
    public static partial void AuditDiffers(ILogger logger, int count, string first);

    [LoggerMessage(3014, LogLevel.Error, "The audit of the deadlines could not be done")]
    public static partial void AuditFailed(ILogger logger, Exception exception);

    [LoggerMessage(3015, LogLevel.Error, "The policy file {Path} is not in force, the one before is: {Errors}")]
    public static partial void PolicyRefused(ILogger logger, string path, string errors);

    [LoggerMessage(3016, LogLevel.Information, "Policy in force: {Path}, {Rules} deadlines")]
    public static partial void PolicyInForce(ILogger logger, string path, int rules);

    [LoggerMessage(3017, LogLevel.Debug, "Book taken from its image as of entry {Sequence}, with {Changed} alerts that have changed since")]
    public static partial void ImageTaken(ILogger logger, long sequence, int changed);

    [LoggerMessage(3018, LogLevel.Warning, "The book's image cannot be written; the next start reads all alerts from the ledger")]
    public static partial void ImageNotWritten(ILogger logger, Exception exception);

    [LoggerMessage(3019, LogLevel.Error, "It could not be said in the ledger whether judging fails")]
    public static partial void AlarmNotSaid(ILogger logger, Exception exception);
}
