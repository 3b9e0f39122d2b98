using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Says in the ledger that something could not be judged, or what came of it not be recorded, which is a defect: a red alert of the system itself, for what was not judged is not
/// known to be safe. It ends when nothing has failed for <see cref="Quiet"/>, and holds across a start. Threading: every public member from any thread.
/// </summary>
/// <param name="ledger">Where it is said.</param>
/// <param name="failures">How often judging has failed since the start.</param>
/// <param name="clock">The ledger's.</param>
/// <param name="logger">Told where it cannot be said.</param>
public sealed class JudgingAlarm(Ledger ledger, Func<long> failures, TimeProvider clock, ILogger<JudgingAlarm> logger) : IAsyncDisposable
{
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim running = new(1);
    private readonly CancellationTokenSource closing = new();
    private ITimer? timer;
    private long known;
    private long grownAt = clock.GetTimestamp();

    public void Start() => timer = clock.CreateTimer(_ => _ = LookOnTimeAsync(), null, Every, Every);

    /// <summary>One look; also done every few seconds.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = failures() + ledger.LeftOut;
        if (now > known)
        {
            (known, grownAt) = (now, clock.GetTimestamp());
        }

        var isQuiet = clock.GetElapsedTime(grownAt) >= Quiet;
        var isActive = ledger.Book.Alerts.FindLive(SystemAlerts.Judging.Rule, SystemAlerts.Judging.Series)?.IsActive == true;
        if (isActive ? !isQuiet : known == 0 || isQuiet)
        {
            return;
        }

        var note = FormattableString.Invariant($"{known} times since the start; the server's log says on what, and all else is judged.");
        await ledger.WriteAsync(t => SystemAlerts.Set(t, SystemAlerts.Judging, isActive ? 0 : 1, note), cancellationToken, isRed: true).ConfigureAwait(false);
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

    private async Task LookOnTimeAsync()
    {
        if (!await running.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await LookAsync(closing.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            if (!closing.IsCancellationRequested)
            {
                AlertsLog.AlarmNotSaid(logger, failure);
            }
        }
        finally
        {
            running.Release();
        }
    }
}
