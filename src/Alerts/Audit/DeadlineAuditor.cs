using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Holds what fired against what should have fired, and what was set against what the policy demands, by the entries alone, every minute; on any difference
/// it raises a red alert of the system itself, which ends when a look finds none. It starts from the book as it was opened and reads each entry once.
/// Threading: every public member from any thread.
/// </summary>
public sealed class DeadlineAuditor : IAsyncDisposable
{
    /// <summary>A sweep comes every second; a disk that is slow for a moment is no difference.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private const int MostPages = 100;
    private const int PageEntries = 1000;
    private const int DifferencesSaid = 10;

    /// <summary>Of one look; what is beyond says nothing new.</summary>
    private const int MostDifferences = 1_000;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly Ledger ledger;
    private readonly TimeProvider clock;
    private readonly TimeSpan grace;
    private readonly ILogger logger;
    private readonly DeadlineTrail trail;
    private readonly List<string> differences = [];
    private readonly SemaphoreSlim running = new(1);
    private readonly CancellationTokenSource closing = new();
    private ITimer? timer;

    /// <summary>The book up to which is read, and what must have fired by it; stays for the next look of who has not come there.</summary>
    private (BookSnapshot Book, long By)? aim;

    /// <param name="ledger">Just opened, or at any later time.</param>
    /// <param name="clock">The ledger's.</param>
    /// <param name="logger">Where differences are said, too.</param>
    /// <param name="grace">How late a breach may be; null for <see cref="Grace"/>.</param>
    public DeadlineAuditor(Ledger ledger, TimeProvider clock, ILogger<DeadlineAuditor> logger, TimeSpan? grace = null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        this.ledger = ledger;
        this.clock = clock;
        this.logger = logger;
        this.grace = grace ?? Grace;
        trail = new DeadlineTrail(new PolicyTrail(() => ledger.Policy));
        trail.Begin(ledger.Book);
    }

    public void Start() => timer = clock.CreateTimer(_ => _ = RunOnTimeAsync(), null, Every, Every);

    /// <summary>One look. Bounded: who is further behind than 100,000 entries says nothing until it has caught up.</summary>
    /// <returns>The differences, in words; empty when all is well.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (aim is null)
            {
                // Before the look at the clock: a step of it is in the ledger by then.
                await ledger.FlushAsync(cancellationToken).ConfigureAwait(false);
                var by = Micros.Now(clock) - (grace.Ticks / TimeSpan.TicksPerMicrosecond);
                await ledger.FlushAsync(cancellationToken).ConfigureAwait(false);
                aim = (ledger.Book, by);
            }

            if (!await ReadOnAsync(aim.Value.Book.Sequence, cancellationToken).ConfigureAwait(false))
            {
                return [];
            }

            trail.Settle(aim.Value.Book, Differs);
            foreach (var late in trail.DueBy(aim.Value.By))
            {
                Differs(late);
            }

            aim = null;
            var found = differences.ToList();
            differences.Clear();
            await TellAsync(found, cancellationToken).ConfigureAwait(false);
            return found;
        }
        finally
        {
            running.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
        {
            await timer.DisposeAsync().ConfigureAwait(false);
        }

        await closing.CancelAsync().ConfigureAwait(false);
        await running.WaitAsync().ConfigureAwait(false);
        running.Dispose();
        closing.Dispose();
    }

    private void Differs(string difference)
    {
        if (differences.Count < MostDifferences)
        {
            differences.Add(difference);
        }
    }

    /// <returns>True when it has come there.</returns>
    private async Task<bool> ReadOnAsync(long to, CancellationToken cancellationToken)
    {
        for (var page = 0; page < MostPages && trail.Cursor < to; page++)
        {
            var most = (int)Math.Min(PageEntries, to - trail.Cursor);
            foreach (var entry in await ledger.ReadEntriesAsync(trail.Cursor, most, cancellationToken).ConfigureAwait(false))
            {
                trail.Take(entry, Differs);
            }
        }

        return trail.Cursor >= to;
    }

    private async Task TellAsync(List<string> found, CancellationToken cancellationToken)
    {
        var known = ledger.Book.Alerts.FindLive(SystemAlerts.Deadlines.Rule, SystemAlerts.Deadlines.Series);
        if ((known?.IsActive == true) == found.Count > 0)
        {
            return;
        }

        var note = string.Join('\n', found.Take(DifferencesSaid));
        if (found.Count > 0)
        {
            AlertsLog.AuditDiffers(logger, found.Count, found[0]);
        }

        await ledger.WriteAsync(t => SystemAlerts.Set(t, SystemAlerts.Deadlines, found.Count, note), cancellationToken).ConfigureAwait(false);
    }

    private async Task RunOnTimeAsync()
    {
        if (running.CurrentCount == 0)
        {
            return;
        }

        try
        {
            await RunAsync(closing.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            if (!closing.IsCancellationRequested)
            {
                AlertsLog.AuditFailed(logger, failure);
            }
        }
    }
}
