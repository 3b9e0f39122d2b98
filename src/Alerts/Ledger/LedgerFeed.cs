namespace PingAnIoT.Alerts;

/// <summary>
/// Committed entries, to any number of readers: the newest are held in one ring in memory, whoever is further behind reads pages from the disk.
/// An entry wakes those whose territory it concerns and nobody else, so that a thousand officers of a thousand places cost no more than
/// one each; a slow one costs nothing but its place, holds up nobody, and sees neither gap nor repeat.
/// Threading: published to by the ledger's writer alone; read from any thread.
/// </summary>
public sealed class LedgerFeed
{
    /// <summary>Most entries read from the disk at a time: unlike those of the ring they are each reader's own.</summary>
    private const int DiskEntries = 256;

    private readonly Lock gate = new();
    private readonly LedgerEntry[] ring;
    private readonly Func<long, int, CancellationToken, Task<IReadOnlyList<LedgerEntry>>> readPage;
    private readonly AlertsMetrics metrics;
    private readonly Dictionary<string, HashSet<FeedTap>> taps = new(StringComparer.Ordinal);

    /// <summary>By the exact place in which their officer stands in.</summary>
    private readonly Dictionary<string, HashSet<FeedTap>> standingIn = new(StringComparer.Ordinal);
    private readonly List<TaskCompletionSource> woken = [];
    private long head;
    private long oldest;

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
        using var tap = Open(new Officer("feed"), after, capacityEntries);
        while (true)
        {
            foreach (var entry in await tap.NextAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return entry;
            }
        }
    }

    internal static bool IsNews(LedgerEntry entry) => entry.Kind is not EntryKind.Delivered and not (>= EntryKind.NoticesPlanned and < (EntryKind)80);

    /// <summary>A place of an officer's own in the feed.</summary>
    internal FeedTap Open(Officer officer, long after, int pageEntries)
    {
        var tap = new FeedTap(this, officer with { StandsIn = null }, after, pageEntries);
        lock (gate)
        {
            tap.First = after < head ? after + 1 : 0;
            tap.Waiting = Math.Max(0, head - after);
            Put(taps, tap.Territory, tap);
            if (officer.StandsIn is { } places)
            {
                Stand(tap, places.Value);
            }
        }

        metrics.CountSubscriber(1);
        return tap;
    }

    internal void StandIn(FeedTap tap, IReadOnlySet<string> places)
    {
        lock (gate)
        {
            Stand(tap, places);
        }
    }

    internal void Close(FeedTap tap)
    {
        lock (gate)
        {
            if (!Remove(taps, tap.Territory, tap))
            {
                return;
            }

            foreach (var place in tap.StandsIn)
            {
                Remove(standingIn, place, tap);
            }
        }

        metrics.CountSubscriber(-1);
    }

    /// <returns>What the ring has for it; or what to wait for; or neither, when it has to read the disk.</returns>
    internal (IReadOnlyList<LedgerEntry>? Page, Task? News) Take(FeedTap tap)
    {
        lock (gate)
        {
            tap.Done = tap.Given;
            if (tap.First == 0)
            {
                tap.Done = tap.Given = Math.Max(tap.Given, head);
                tap.Resting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return (null, tap.Resting.Task);
            }

            if (tap.First < oldest)
            {
                return (null, null);
            }

            var page = new List<LedgerEntry>();
            var at = tap.First;
            for (; at <= head && page.Count < tap.PageEntries; at++)
            {
                if (ring[at % ring.Length] is var entry && tap.IsFor(entry))
                {
                    page.Add(entry);
                }
            }

            GiveUpTo(tap, at - 1);
            return (page, null);
        }
    }

    internal async Task<IReadOnlyList<LedgerEntry>> TakeFromDiskAsync(FeedTap tap, CancellationToken cancellationToken)
    {
        metrics.FeedCatchUps.Add(1);
        var page = await readPage(tap.First - 1, Math.Min(tap.PageEntries, DiskEntries), cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            if (page.Count > 0)
            {
                GiveUpTo(tap, page[^1].Sequence);
            }
        }

        return [.. page.Where(tap.IsFor)];
    }

    internal long CursorOf(FeedTap tap)
    {
        lock (gate)
        {
            if (tap.First == 0 && tap.Done == tap.Given)
            {
                tap.Done = tap.Given = Math.Max(tap.Given, head);
            }

            return tap.Done;
        }
    }

    /// <summary>A reader of that name has all there is for it, and waits for more.</summary>
    internal bool Rests(string officer)
    {
        lock (gate)
        {
            return taps.Values.Any(own => own.Any(t => t.Officer == officer && t.Resting is not null));
        }
    }

    internal void Publish(IReadOnlyList<LedgerEntry> entries)
    {
        lock (gate)
        {
            foreach (var entry in entries)
            {
                ring[entry.Sequence % ring.Length] = entry;
                head = entry.Sequence;
                if (IsNews(entry))
                {
                    Touch(entry);
                }
            }

            oldest = Math.Max(oldest, head - ring.Length + 1);
        }

        woken.ForEach(w => w.SetResult());
        woken.Clear();
    }

    private void Stand(FeedTap tap, IReadOnlySet<string> places)
    {
        foreach (var gone in tap.StandsIn)
        {
            Remove(standingIn, gone, tap);
        }

        foreach (var place in places)
        {
            Put(standingIn, place, tap);
        }

        tap.StandsIn = places;
    }

    private static void Put(Dictionary<string, HashSet<FeedTap>> all, string place, FeedTap tap) => (all.TryGetValue(place, out var own) ? own : all[place] = []).Add(tap);

    private static bool Remove(Dictionary<string, HashSet<FeedTap>> all, string place, FeedTap tap)
    {
        if (!all.TryGetValue(place, out var own) || !own.Remove(tap))
        {
            return false;
        }

        if (own.Count == 0)
        {
            all.Remove(place);
        }

        return true;
    }

    private void GiveUpTo(FeedTap tap, long last)
    {
        tap.Given = last;
        tap.First = last < head ? last + 1 : 0;
        tap.Waiting = Math.Max(0, head - last);
    }

    /// <summary>Those of its territory and of all above it; of unknown place it is everybody's, and of several theirs.</summary>
    private void Touch(LedgerEntry entry)
    {
        if (string.IsNullOrEmpty(entry.Places) || AlertPlaces.AreSeveral(entry.Places))
        {
            foreach (var own in taps.Values)
            {
                if (own.First().IsFor(entry))
                {
                    Touch(own, entry.Sequence);
                }
            }

            return;
        }

        if (standingIn.TryGetValue(entry.Places, out var others))
        {
            Touch(others, entry.Sequence);
        }

        var byPath = taps.GetAlternateLookup<ReadOnlySpan<char>>();
        var path = entry.Places.AsSpan();
        while (true)
        {
            if (byPath.TryGetValue(path, out var own))
            {
                Touch(own, entry.Sequence);
            }

            if (path.IsEmpty)
            {
                return;
            }

            path = path[..Math.Max(0, path.LastIndexOf('/'))];
        }
    }

    private void Touch(HashSet<FeedTap> own, long sequence)
    {
        foreach (var tap in own)
        {
            if (sequence <= tap.Given)
            {
                // It began with a book that was committed already when this was still on its way here.
                continue;
            }

            tap.First = tap.First == 0 ? sequence : tap.First;
            tap.Waiting++;
            if (tap.Resting is { } resting)
            {
                woken.Add(resting);
                tap.Resting = null;
            }
        }
    }
}
