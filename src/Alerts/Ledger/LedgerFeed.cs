namespace PingAnIoT.Alerts;

/// <summary>
/// Committed entries, to any number of subscribers: the newest are held in one ring in memory, whoever is further behind reads pages from the disk.
/// A slow subscriber therefore costs nothing but its cursor, holds up nobody, and sees neither gap nor repeat.
/// Threading: published to by the ledger's writer alone; subscribed to from any thread.
/// </summary>
public sealed class LedgerFeed
{
    private readonly Lock gate = new();
    private readonly LedgerEntry[] ring;
    private readonly Func<long, int, CancellationToken, Task<IReadOnlyList<LedgerEntry>>> readPage;
    private readonly AlertsMetrics metrics;
    private long head;
    private long oldest;
    private TaskCompletionSource news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal LedgerFeed(
        long head, int capacityEntries, AlertsMetrics metrics,
        Func<long, int, CancellationToken, Task<IReadOnlyList<LedgerEntry>>> readPage)
    {
        this.head = head;
        this.metrics = metrics;
        this.readPage = readPage;
        oldest = head + 1;
        ring = new LedgerEntry[capacityEntries];
    }

    /// <summary>
    /// Every entry after <paramref name="after"/> in order, for ever, except <see cref="EntryKind.Delivered"/> (whose confirmation would be confirmed in turn)
    /// and what became of notices, which is no news to those who were told.
    /// </summary>
    /// <param name="after">The last sequence already seen; 0 for all from the beginning.</param>
    /// <param name="capacityEntries">Most entries held for this subscriber at a time.</param>
    /// <param name="cancellationToken">Ends the stream, by exception as usual.</param>
    public async IAsyncEnumerable<LedgerEntry> Subscribe(
        long after, int capacityEntries, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = after;
        using var counted = metrics.CountSubscriber();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (page, behind, next) = TakeFromRing(cursor, capacityEntries);
            if (behind)
            {
                metrics.FeedCatchUps.Add(1);
                page = await readPage(cursor, capacityEntries, cancellationToken).ConfigureAwait(false);
            }
            else if (page.Count == 0)
            {
                await next.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            foreach (var entry in page)
            {
                cursor = entry.Sequence;
                if (entry.Kind is not EntryKind.Delivered and not (>= EntryKind.NoticesPlanned and < (EntryKind)80))
                {
                    yield return entry;
                }
            }
        }
    }

    internal void Publish(IReadOnlyList<LedgerEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        TaskCompletionSource told;
        lock (gate)
        {
            foreach (var entry in entries)
            {
                ring[entry.Sequence % ring.Length] = entry;
                head = entry.Sequence;
            }

            oldest = Math.Max(oldest, head - ring.Length + 1);
            told = news;
            news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.SetResult();
    }

    private (IReadOnlyList<LedgerEntry> Page, bool Behind, Task News) TakeFromRing(long cursor, int capacity)
    {
        lock (gate)
        {
            if (cursor >= head)
            {
                return ([], false, news.Task);
            }

            if (cursor + 1 < oldest)
            {
                return ([], true, news.Task);
            }

            var page = new LedgerEntry[Math.Min(capacity, head - cursor)];
            for (var i = 0; i < page.Length; i++)
            {
                page[i] = ring[(cursor + 1 + i) % ring.Length];
            }

            return (page, false, news.Task);
        }
    }
}
