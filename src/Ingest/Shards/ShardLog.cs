using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

internal static partial class ShardLog
{
    [LoggerMessage(1301, LogLevel.Critical, "Shard {Shard} failed on something of the entry that ends at journal position {Position}; all else is judged; it has failed on {Entries} entries by now")]
    public static partial void ShardFailed(this ILogger logger, Exception exception, int shard, long position, long entries);

    [LoggerMessage(1302, LogLevel.Warning, "Shard {Shard}: rule change: {Note}")]
    public static partial void RuleLostState(this ILogger logger, int shard, ReloadNote note);

    [LoggerMessage(1303, LogLevel.Information, "Snapshot at {Position}: {Bytes} bytes in {Elapsed}")]
    public static partial void SnapshotTaken(this ILogger logger, long position, long bytes, TimeSpan elapsed);

    [LoggerMessage(1304, LogLevel.Error, "Snapshot at {Position} failed; the older ones stay")]
    public static partial void SnapshotFailed(this ILogger logger, Exception exception, long position);

    [LoggerMessage(1305, LogLevel.Error, "Snapshot {Name} cannot be used; trying an older one")]
    public static partial void SnapshotRefused(this ILogger logger, Exception exception, string name);

    [LoggerMessage(1306, LogLevel.Information, "Recovered from {From} to {To}: {Entries} entries, {Messages} messages, {Readings} readings in {Elapsed}")]
    public static partial void Recovered(this ILogger logger, long from, long to, long entries, long messages, long readings, TimeSpan elapsed);

    [LoggerMessage(1307, LogLevel.Error, "Journal entry at {Position} is of a version or kind unknown to this build; passed over")]
    public static partial void EntryUnknown(this ILogger logger, long position);

    [LoggerMessage(1312, LogLevel.Information, "Engines stand at {Position}, by the newest snapshot, after {Elapsed}")]
    public static partial void SnapshotRestored(this ILogger logger, long position, TimeSpan elapsed);

    [LoggerMessage(1311, LogLevel.Information, "{Devices} devices that the register calls retired are watched no more, and their alerts' conditions are ended")]
    public static partial void DevicesRetired(this ILogger logger, int devices);

    [LoggerMessage(1308, LogLevel.Error, "The rule set journaled at {Position} cannot be read by this build; the rules before it stay in force")]
    public static partial void JournaledRulesUnreadable(this ILogger logger, long position);

    [LoggerMessage(1309, LogLevel.Critical, "The journal begins at {Begin}, but the newest usable state is of {Position}: what lies between is missing")]
    public static partial void JournalGap(this ILogger logger, long begin, long position);

    [LoggerMessage(1310, LogLevel.Error, "{Count} messages of the journal entry at {Position} met a defect of ours; passed over, and among the dead letters")]
    public static partial void ReplayUndecodable(this ILogger logger, Exception exception, int count, long position);
}
