using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Raises the alarm when no canary comes through. Stands beside the way that the canary goes: it knows neither the ledger nor the outbox, and
/// tells the fallback channel itself. Threading: its timer's, one check at a time; <see cref="Delivered"/> from any thread.
/// </summary>
internal sealed class CanaryWatch(Func<NoticeConfig> config, INoticeSender sender, TimeProvider clock, NoticeMetrics metrics, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SayAgain = TimeSpan.FromHours(1);
    private readonly CancellationTokenSource stopping = new();
    private ITimer? timer;
    private Task checking = Task.CompletedTask;
    private long deliveredAt = clock.GetTimestamp();
    private long deliveredMicros;
    private bool isWatching;
    private volatile bool isLate;
    private long? sayAt;

    /// <summary>None has come through for longer than the file allows.</summary>
    public bool IsLate => isLate;

    /// <summary>The same; null while it is not known, as after a start: none has come through, and none is late yet.</summary>
    public bool? IsKnownLate => isLate ? true : config().Canary is null || DeliveredMicros > 0 ? false : null;

    /// <summary>Server time; 0 for never.</summary>
    public long DeliveredMicros => Volatile.Read(ref deliveredMicros);

    public void Start()
    {
        metrics.Watch(() => config().Canary is null ? 0 : Age.TotalSeconds);
        timer = clock.CreateTimer(_ => Look(), null, LookEvery, LookEvery);
    }

    /// <param name="timestamp">The clock's time stamp.</param>
    public void Delivered(long timestamp)
    {
        Volatile.Write(ref deliveredAt, timestamp);
        Volatile.Write(ref deliveredMicros, Micros.Now(clock));
    }

    /// <summary>One check; completes when what it had to tell has been tried.</summary>
    public async Task CheckAsync()
    {
        if (config() is not { Canary: { } canary } now)
        {
            (isLate, isWatching) = (false, false);
            return;
        }

        if (!isWatching)
        {
            // From now on, not from when there was no canary.
            isWatching = true;
            Volatile.Write(ref deliveredAt, Math.Max(Volatile.Read(ref deliveredAt), clock.GetTimestamp()));
        }

        if (Age <= canary.Late)
        {
            if (isLate)
            {
                isLate = false;
                NoticeLog.CanaryBack(logger);
            }

            return;
        }

        if (!isLate)
        {
            (isLate, sayAt) = (true, null);
            metrics.CanaryLate.Add(1);
            NoticeLog.CanaryLate(logger, (long)Age.TotalSeconds);
        }

        await TellAsync(now, canary).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
        {
            await timer.DisposeAsync().ConfigureAwait(false);
        }

        await stopping.CancelAsync().ConfigureAwait(false);
        await checking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private TimeSpan Age => clock.GetElapsedTime(Volatile.Read(ref deliveredAt));

    private void Look()
    {
        if (checking.IsCompleted)
        {
            checking = CheckAsync();
        }
    }

    /// <summary>Past the ledger, which may be what is broken.</summary>
    private async Task TellAsync(NoticeConfig now, CanaryConfig canary)
    {
        var time = clock.GetTimestamp();
        if (sayAt is { } at && time < at)
        {
            return;
        }

        var failure = "there is no fallback channel";
        if (now.Channel(now.Fallback) is { } channel)
        {
            var micros = Micros.Now(clock);
            var card = new NoticeCard
            {
                Key = FormattableString.Invariant($"canary-late/{micros}/{NoticeStages.Fallback}/{channel.Name}"), Lane = NoticeLane.Red, Reason = NoticeReason.CanaryLate,
                Recipient = NoticeStages.Fallback, Channel = channel.Name, AlertId = CanaryConfig.Name, Sequence = 0, Place = "", Count = 1, DueMicros = micros,
            };
            var message = new NoticeMessage(card, NoticeMessage.NoAlert(CanaryConfig.Name, micros), new Recipient(NoticeStages.Fallback, [channel.Name], canary.Mail, canary.Phone));
            failure = await NoticeSends.SendAsync(sender, channel, message, clock, stopping.Token).ConfigureAwait(false);
        }

        if (failure.Length > 0)
        {
            NoticeLog.CanaryUntold(logger, failure);
        }

        sayAt = time + (long)((failure.Length > 0 ? TryAgain : SayAgain).TotalSeconds * clock.TimestampFrequency);
    }
}
