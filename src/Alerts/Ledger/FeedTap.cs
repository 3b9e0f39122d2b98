namespace PingAnIoT.Alerts;

/// <summary>
/// One reader's place in the feed: it is woken only by what concerns its officer's territory, and rests through everything else.
/// Holds nothing but numbers. Threading: read by one flow; what is marked so belongs to the feed's lock.
/// </summary>
internal sealed class FeedTap(LedgerFeed feed, Officer officer, long after, int pageEntries) : IDisposable
{
    private volatile IReadOnlySet<string> standsIn = new HashSet<string>();
    private long waiting;

    /// <summary>The oldest entry that may be for it and was not given to it; 0 when it has all. Under the feed's lock.</summary>
    internal long First { get; set; }

    /// <summary>Set while it rests. Under the feed's lock.</summary>
    internal TaskCompletionSource? Resting { get; set; }

    /// <summary>The end of the page that was given out last. Under the feed's lock.</summary>
    internal long Given { get; set; } = after;

    /// <summary>Everything up to here was given and is done with, or is not for it. Under the feed's lock.</summary>
    internal long Done { get; set; } = after;

    /// <summary>How many entries are for it and were not given to it; at most so many where it is far behind. Set under the feed's lock.</summary>
    public long Waiting
    {
        get => Volatile.Read(ref waiting);
        internal set => Volatile.Write(ref waiting, value);
    }

    public string Officer => officer.Name;

    public string Territory => officer.Territory;

    /// <summary>The exact places that are for it beside its officer's territory. Set under the feed's lock.</summary>
    internal IReadOnlySet<string> StandsIn
    {
        get => standsIn;
        set => standsIn = value;
    }

    public int PageEntries => pageEntries;

    /// <summary>The next entries that are for it, or may be; waits until there are some. Asking for them says that the page before is done with.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (page, rest) = feed.Take(this);
            if (rest is not null)
            {
                await rest.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            page ??= await feed.TakeFromDiskAsync(this, cancellationToken).ConfigureAwait(false);
            if (page.Count > 0)
            {
                return page;
            }
        }
    }

    /// <summary>Where to go on after a break: up to here all was given and is done with, or is not for it.</summary>
    public long Cursor() => feed.CursorOf(this);

    /// <summary>False for what is certainly for others; where the place is not known it may be for anybody.</summary>
    public bool IsFor(LedgerEntry entry) => LedgerFeed.IsNews(entry) && (entry.Places is null || officer.Sees(entry.Places) || standsIn.Contains(entry.Places));

    /// <summary>What comes from now on is for it also where its officer stands in, and no more where he did.</summary>
    public void StandIn(IReadOnlySet<string> places) => feed.StandIn(this, places);

    public void Dispose() => feed.Close(this);
}
