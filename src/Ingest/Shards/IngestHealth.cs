namespace PingAnIoT.Ingest;

/// <summary>How the pipeline is, for health checks and the console.</summary>
/// <param name="JournalFault">Why the journal cannot write (nothing is acknowledged meanwhile); null when it can.</param>
/// <param name="DeadLetterFault">Why dead letters cannot be written; null when they can.</param>
/// <param name="SnapshotFault">Why the last snapshot failed; null when it did not.</param>
/// <param name="JournalPendingBytes">Taken in but not yet on disk.</param>
/// <param name="UnevaluatedBytes">On disk but not yet judged.</param>
public sealed record IngestHealth(
    string? JournalFault, string? DeadLetterFault, string? SnapshotFault, long JournalPendingBytes, long UnevaluatedBytes)
{
    public bool IsHealthy => JournalFault is null && DeadLetterFault is null && SnapshotFault is null;
}
