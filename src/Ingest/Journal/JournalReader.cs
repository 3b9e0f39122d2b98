using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>
/// Reads entries in order, each checked against its checksum: what recovery, the history spool and backtests stand on.
/// What is damaged is stepped over, counted and logged. Threading: owned by its caller.
/// </summary>
public sealed class JournalReader : IDisposable
{
    private readonly IJournalStorage storage;
    private readonly ILogger logger;
    private readonly long to;
    private readonly Queue<long> segments;
    private readonly long from;
    private SegmentScanner? scanner;

    internal JournalReader(IJournalStorage storage, long from, long to, ILogger logger)
    {
        this.storage = storage;
        this.logger = logger;
        this.from = from;
        this.to = to;
        var starts = storage.List();
        var first = starts.Where(s => s <= from).DefaultIfEmpty(0).Max();
        segments = new Queue<long>(starts.Where(s => s >= first && s < to));
    }

    /// <summary>The bytes of the entry last read; valid until the next call.</summary>
    public ReadOnlySpan<byte> Body => scanner is null ? [] : scanner.Body;

    /// <summary>Position just after the entry last read: what <see cref="Journal.Append"/> returned for it.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that could not be read.</summary>
    public long DamagedBytes { get; private set; }

    /// <returns>False at the end.</returns>
    public bool Read()
    {
        while (scanner is not null || OpenNext())
        {
            if (scanner!.Position < to && scanner.TryNext())
            {
                Position = scanner.Position;
                return true;
            }

            if (scanner.Position >= to || !StepOverDamage(scanner))
            {
                scanner.Dispose();
                scanner = null;
            }
        }

        return false;
    }

    public void Dispose() => scanner?.Dispose();

    private bool OpenNext()
    {
        if (!segments.TryDequeue(out var start))
        {
            return false;
        }

        scanner = new SegmentScanner(storage.Open(start, writable: false), start);
        scanner.MoveTo(from);
        return true;
    }

    /// <returns>False when there is nothing more in this segment.</returns>
    private bool StepOverDamage(SegmentScanner at)
    {
        var bad = at.Position;
        var blank = at.IsBlank();
        var more = at.TrySkipDamage(to);
        if (more || !blank)
        {
            var lost = (more ? at.Position : Math.Min(to, at.EndPosition)) - bad;
            DamagedBytes += lost;
            logger.JournalDamaged(bad, lost);
        }

        return more;
    }
}
