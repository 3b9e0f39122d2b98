using System.Globalization;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// The states of the shards at a journal position, so that a start replays only what came after. A folder per snapshot, named by its position;
/// it gets that name only when whole and on disk. The last two are kept, and of the older ones a few, for whoever asks about the past.
/// Threading: one caller at a time, but the past may be read meanwhile: until it is, none is deleted.
/// </summary>
internal sealed class EngineSnapshots
{
    private const int Kept = 2;
    private const string Unfinished = "unfinished-";
    private const int OlderShare = 4;
    private readonly string folder;
    private readonly JournalOptions journal;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private int readers;
    private int begun;

    /// <param name="folder">Made if missing.</param>
    /// <param name="journal">How far it goes back: so that any moment of it can be shown, one of the older snapshots is kept for each quarter of it.</param>
    /// <param name="logger">Told what cannot be used.</param>
    public EngineSnapshots(string folder, JournalOptions journal, ILogger logger)
    {
        this.folder = Path.GetFullPath(folder);
        this.journal = journal;
        this.logger = logger;
        Directory.CreateDirectory(this.folder);
        DeleteUnfinished();
    }

    /// <summary>Positions of the snapshots there are, the newest first.</summary>
    public IReadOnlyList<long> Positions =>
    [
        .. Directory.EnumerateDirectories(folder)
            .Select(d => long.TryParse(Path.GetFileName(d), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var at) ? at : -1)
            .Where(at => at >= 0)
            .OrderDescending(),
    ];

    public SnapshotRequest Begin(int shards)
    {
        DeleteUnfinished();

        // A name of its own: a shard may still be writing to one that was given up.
        var path = Path.Combine(folder, Unfinished + (++begun).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(path);
        return new SnapshotRequest(path, shards);
    }

    /// <summary>Gives back the room of those that will not be whole. Not while one is being written.</summary>
    public void DeleteUnfinished()
    {
        try
        {
            foreach (var path in Directory.GetDirectories(folder, Unfinished + "*"))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Still being written to; the next time will do.
        }
    }

    /// <summary>Makes a saved snapshot the newest. Only after all that its states have said is on disk elsewhere.</summary>
    /// <param name="request">Saved.</param>
    /// <param name="receiveTimeMicros">At or after every receive time before its position.</param>
    /// <param name="journalBegin">Older snapshots than this are of no use.</param>
    /// <returns>The position that recovery may still have to begin at, and the bytes of the new one.</returns>
    public (long Needed, long Bytes) Publish(SnapshotRequest request, long receiveTimeMicros, long journalBegin)
    {
        var manifest = SnapshotManifest.Of(request, receiveTimeMicros);
        File.WriteAllText(Path.Combine(request.Folder, SnapshotManifest.FileName), manifest.ToText());
        foreach (var file in Directory.EnumerateFiles(request.Folder))
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }

        DurableFolder.Sync(request.Folder);
        var target = PathOf(request.Position);
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Directory.Move(request.Folder, target);
        DurableFolder.Sync(folder);
        var positions = Positions;
        DeleteOld(positions, journalBegin);

        return (positions.Count >= Kept ? positions[Kept - 1] : 0, manifest.Files.Sum(f => f.Bytes));
    }

    /// <summary>Restores the newest snapshot that can be used.</summary>
    /// <param name="makeEngines">Fresh engines; asked again after a failure.</param>
    /// <returns>The engines and where they stand: position 0 when there is no usable snapshot.</returns>
    public (IReadOnlyList<Engine> Engines, long Position, long ReceiveTimeMicros) Restore(Func<IReadOnlyList<Engine>> makeEngines)
    {
        foreach (var position in Positions)
        {
            try
            {
                var engines = makeEngines();
                var manifest = SnapshotManifest.Read(PathOf(position));
                foreach (var engine in engines)
                {
                    Restore(engine, manifest, PathOf(position));
                }

                return (engines, manifest.Position, manifest.ReceiveTimeMicros);
            }
            catch (Exception e) when (IsUnusable(e))
            {
                logger.SnapshotRefused(e, PathOf(position));
            }
        }

        return (makeEngines(), 0, 0);
    }

    /// <summary>Restores the newest snapshot of a time or before it.</summary>
    /// <param name="timeMicros">Receive time.</param>
    /// <param name="fromPosition">Where the journal begins: an older one is of no use.</param>
    /// <param name="makeEngine">A fresh engine; asked again after a failure. It takes what it knows of.</param>
    /// <returns>The engine and where it stands; null when there is none such.</returns>
    public (Engine Engine, long Position)? RestoreBefore(long timeMicros, long fromPosition, Func<Engine> makeEngine) => Read<(Engine, long)?>(() =>
    {
        foreach (var position in Positions.Where(p => p >= fromPosition))
        {
            try
            {
                if (SnapshotManifest.TimeOf(PathOf(position)) > timeMicros)
                {
                    continue;
                }

                var engine = makeEngine();
                Restore(engine, SnapshotManifest.Read(PathOf(position)), PathOf(position));
                return (engine, position);
            }
            catch (Exception e) when (IsUnusable(e))
            {
                logger.SnapshotRefused(e, PathOf(position));
            }
        }

        return null;
    });

    /// <summary>Receive time of the oldest snapshot from which the journal goes on; null for none.</summary>
    /// <param name="fromPosition">Where the journal begins.</param>
    public long? OldestMicros(long fromPosition) =>
        Read(() => Positions.Where(p => p >= fromPosition).Reverse().Select(TimeOf).FirstOrDefault(t => t is not null));

    private static bool IsUnusable(Exception e) =>
        e is IOException or InvalidDataException or FormatException or OverflowException or IndexOutOfRangeException or UnauthorizedAccessException;

    private T Read<T>(Func<T> read)
    {
        lock (gate)
        {
            readers++;
        }

        try
        {
            return read();
        }
        finally
        {
            lock (gate)
            {
                readers--;
            }
        }
    }

    /// <summary>Not while any is being read; then the next time will do.</summary>
    private void DeleteOld(IReadOnlyList<long> positions, long journalBegin)
    {
        lock (gate)
        {
            foreach (var old in readers > 0 ? [] : Superfluous(positions, journalBegin))
            {
                Directory.Delete(PathOf(old), recursive: true);
            }
        }
    }

    /// <summary>Of those before the last two: all but a few, spread over what there is of the journal.</summary>
    private List<long> Superfluous(IReadOnlyList<long> positions, long journalBegin)
    {
        var superfluous = new List<long>();
        (long Position, long Micros)? kept = null;
        foreach (var position in positions.Skip(Kept).Reverse())
        {
            var micros = TimeOf(position);
            var isKept = micros is not null && position >= journalBegin
                && (kept is not { } before || position - before.Position >= journal.RetentionBytes / OlderShare
                    || micros - before.Micros >= (long)journal.RetentionAge.TotalMicroseconds / OlderShare);
            if (isKept)
            {
                kept = (position, micros!.Value);
            }
            else
            {
                superfluous.Add(position);
            }
        }

        return superfluous;
    }

    private long? TimeOf(long position)
    {
        try
        {
            return SnapshotManifest.TimeOf(PathOf(position));
        }
        catch (Exception e) when (IsUnusable(e))
        {
            logger.SnapshotRefused(e, PathOf(position));
            return null;
        }
    }

    private static void Restore(Engine engine, SnapshotManifest manifest, string from)
    {
        var streams = new List<Stream>();
        try
        {
            foreach (var file in manifest.Files)
            {
                streams.Add(new FileStream(Path.Combine(from, file.Name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
            }

            engine.Restore(streams, takeRules: true);
        }
        finally
        {
            foreach (var stream in streams)
            {
                stream.Dispose();
            }
        }
    }

    private string PathOf(long position) => Path.Combine(folder, position.ToString("x16", CultureInfo.InvariantCulture));
}
