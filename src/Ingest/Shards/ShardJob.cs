using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>One step for a shard, in journal order. Exactly one of the references is set, or none: then it is <see cref="Control"/>.</summary>
internal readonly record struct ShardJob
{
    /// <summary>Just after the entry it comes from.</summary>
    public required long JournalPosition { get; init; }

    /// <summary>Readings of all shards' devices, of which each picks its own; it gets its credit when they are judged.</summary>
    public MessageBatch? Batch { get; init; }

    /// <summary>A tick or a gateway's coming or going: every shard gets it.</summary>
    public Reading Control { get; init; }

    public bool IsControl => Batch is null && Rules is null && Snapshot is null && Question is null;

    public RuleSet? Rules { get; init; }

    public SnapshotRequest? Snapshot { get; init; }

    /// <summary>Has no place in the journal: it is answered as of whatever came before it in the queue.</summary>
    public SeriesQuestion? Question { get; init; }
}
