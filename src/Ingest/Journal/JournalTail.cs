using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>Where a journal goes on after it was last closed, killed or cut off from power.</summary>
/// <param name="Position">Just after the last intact entry.</param>
/// <param name="SegmentStart">Start of the segment it lies in.</param>
/// <param name="SegmentEnd">End of that segment.</param>
internal readonly record struct JournalTail(long Position, long SegmentStart, long SegmentEnd)
{
    private const int ChunkBytes = 1024 * 1024;

    /// <summary>
    /// Finds the tail and makes all before it durable and all after it blank, so that nothing of a torn write can ever be taken for an entry.
    /// </summary>
    /// <returns>Null when there is no segment to go on with.</returns>
    public static JournalTail? Recover(IJournalStorage storage, ILogger logger)
    {
        var starts = storage.List().ToList();
        while (starts.Count > 0)
        {
            var tail = RecoverSegment(storage, starts, logger);
            if (tail is not null)
            {
                return tail;
            }

            // Its making was cut short before anything in it could be acknowledged: there is not one entry in it.
            storage.Delete(starts[^1]);
            starts.RemoveAt(starts.Count - 1);
        }

        return null;
    }

    private static JournalTail? RecoverSegment(IJournalStorage storage, List<long> starts, ILogger logger)
    {
        var start = starts[^1];
        using var writable = storage.Open(start, writable: true);
        using var scanner = new SegmentScanner(storage.Open(start, writable: false), start);
        var hasHeader = scanner.ReadHeader() is { } header && header.Start == start && header.Length == writable.LengthBytes;
        if (!hasHeader && !HasEntries(scanner, start))
        {
            return null;
        }

        var committed = start + SegmentHeader.Bytes;
        while (true)
        {
            while (scanner.TryNext())
            {
                committed = Math.Max(committed, scanner.CommittedUntil);
            }

            // A later entry that was written when this place was already on disk: not a torn write but damage. Keep what follows.
            var bad = scanner.Position;
            if (!scanner.TrySkipDamage(scanner.EndPosition, committedBeyond: bad))
            {
                break;
            }

            logger.JournalDamaged(bad, scanner.Position - bad);
        }

        var tail = scanner.Position;
        WriteAgain(writable, scanner, start, committed == start + SegmentHeader.Bytes ? start : Math.Min(committed, tail), tail);
        if (!hasHeader)
        {
            logger.JournalDamaged(start, SegmentHeader.Bytes);
            WriteHeader(writable, new SegmentHeader(start, writable.LengthBytes, CreatedMicros(storage, starts)));
        }

        if (Blank(writable, scanner, tail - start))
        {
            logger.JournalTornTail(tail);
        }

        writable.Sync();
        return new JournalTail(tail, start, start + writable.LengthBytes);
    }

    /// <summary>
    /// A header may be damaged long after it was written. Entries know their own place, so they are believed without it: when the first is whole
    /// (it shares the header's sector, so they came to the disk together) or one was written when others before it were on disk.
    /// </summary>
    private static bool HasEntries(SegmentScanner scanner, long start)
    {
        var found = scanner.TryNext() || scanner.TrySkipDamage(scanner.EndPosition, committedBeyond: start + SegmentHeader.Bytes);
        scanner.MoveTo(start);
        return found;
    }

    private static void WriteHeader(IJournalSegment segment, in SegmentHeader header)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        header.Write(bytes);
        segment.Write(bytes, 0);
    }

    /// <summary>When the segment before it was made: it is not older than that, and retention only needs to know whether it is too old.</summary>
    private static long CreatedMicros(IJournalStorage storage, List<long> starts)
    {
        if (starts.Count < 2)
        {
            return 0;
        }

        using var before = new SegmentScanner(storage.Open(starts[^2], writable: false), starts[^2]);
        return before.ReadHeader()?.CreatedMicros ?? 0;
    }

    /// <summary>
    /// The last group may have been read from the page cache of a process that died with a failed sync: only the cache may have it.
    /// </summary>
    private static void WriteAgain(IJournalSegment segment, SegmentScanner scanner, long start, long from, long to)
    {
        for (var position = from; position < to;)
        {
            var bytes = scanner.Load(position - start, (int)Math.Min(ChunkBytes, to - position));
            segment.Write(bytes, position - start);
            position += bytes.Length;
        }
    }

    private static bool Blank(IJournalSegment segment, SegmentScanner scanner, long from)
    {
        var zeros = new byte[ChunkBytes];
        var found = false;
        for (var offset = from; ;)
        {
            var bytes = scanner.Load(offset, ChunkBytes);
            if (bytes.IsEmpty)
            {
                return found;
            }

            if (bytes.IndexOfAnyExcept((byte)0) >= 0)
            {
                found = true;
                segment.Write(zeros.AsSpan(0, bytes.Length), offset);
            }

            offset += bytes.Length;
        }
    }
}
