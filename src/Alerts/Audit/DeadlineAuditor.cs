using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Holds what fired against what should have fired, by the entries alone, every minute; on any difference it raises a red alert of the system
/// itself, which ends when all is right again. It starts from the book as it was opened and reads each entry once.
/// Threading: every public member from any thread.
/// </summary>
public sealed class DeadlineAuditor : IAsyncDisposable
{
    /// <summary>A sweep comes every second; a disk that is slow for a moment is no difference.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private const int MostPages = 100;
    private const int PageEntries = 1000;
    private const int DifferencesSaid = 10;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly Ledger ledger;
    private readonly TimeProvider clock;
    private readonly TimeSpan grace;
    private readonly ILogger logger;
    private readonly DeadlineTrail trail = new();
    private readonly SemaphoreSlim running = new(1);
    private readonly CancellationTokenSource closing = new();
    private ITimer? timer;

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
            // Before the look at the clock: a step of it is in the ledger by then.
            await ledger.FlushAsync(cancellationToken).ConfigureAwait(false);
            var by = Micros.Now(clock) - (grace.Ticks / TimeSpan.TicksPerMicrosecond);
            await ledger.FlushAsync(cancellationToken).ConfigureAwait(false);
            var differences = new List<string>();
            if (!await ReadOnAsync(differences.Add, cancellationToken).ConfigureAwait(false))
            {
                return [];
            }

            differences.AddRange(trail.DueBy(by));
            await TellAsync(differences, cancellationToken).ConfigureAwait(false);
            return differences;
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

    private async Task<bool> ReadOnAsync(Action<string> differences, CancellationToken cancellationToken)
    {
        for (var page = 0; page < MostPages; page++)
        {
            var entries = await ledger.ReadEntriesAsync(trail.Cursor, PageEntries, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                trail.Take(entry, differences);
            }

            if (entries.Count < PageEntries)
            {
                return true;
            }
        }

        return false;
    }

    private async Task TellAsync(List<string> differences, CancellationToken cancellationToken)
    {
        var known = ledger.Book.Alerts.FindLive(SystemAlerts.Deadlines.Rule, SystemAlerts.Deadlines.Series);
        if ((known?.IsActive == true) == differences.Count > 0)
        {
            return;
        }

        var note = string.Join('\n', differences.Take(DifferencesSaid));
        if (differences.Count > 0)
        {
            AlertsLog.AuditDiffers(logger, differences.Count, differences[0]);
        }

        await ledger.WriteAsync(t => SystemAlerts.Set(t, SystemAlerts.Deadlines, differences.Count, note), cancellationToken).ConfigureAwait(false);
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
