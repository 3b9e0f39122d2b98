using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Empties the outbox: causes become cards, cards go out over channels, and what became of each is written into the ledger. At least once:
/// between a send and its entry a crash makes the card go out again, with the same key.
/// Threading: one loop; sends run beside it, bounded per channel.
/// </summary>
public sealed class NoticeOffice : IAsyncDisposable
{
    private const int DueLimit = 1024;
    private const int PlansRead = 20_000;
    private readonly Ledger ledger;
    private readonly IDutyRoster roster;
    private readonly IAttendance attendance;
    private readonly Func<NoticeConfig> config;
    private readonly INoticeSender sender;
    private readonly NoticeBounds bounds;
    private readonly TimeProvider clock;
    private readonly NoticeMetrics metrics;
    private readonly ILogger logger;
    private readonly NoticeDesk desk;
    private readonly NoticeStages stages;
    private readonly Dictionary<string, ChannelGate> gates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> sending = new(StringComparer.Ordinal);
    private readonly UnattendedPlaces unattended;
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;
    private long lookedAt = -1;
    private long? nextDue = 0;
    private bool isLoaded;

    public NoticeOffice(
        Ledger ledger, IDutyRoster roster, IAttendance attendance, Func<NoticeConfig> config, INoticeSender sender, NoticeBounds bounds,
        TimeProvider clock, NoticeMetrics metrics, ILogger<NoticeOffice> logger)
    {
        this.ledger = ledger;
        this.roster = roster;
        this.attendance = attendance;
        this.config = config;
        this.sender = sender;
        this.bounds = bounds;
        this.clock = clock;
        this.metrics = metrics;
        this.logger = logger;
        unattended = new UnattendedPlaces(bounds);
        desk = new NoticeDesk(bounds);
        stages = new NoticeStages(bounds, desk, roster, config, () => ledger.Book);
    }

    /// <summary>The stages by name, in their order.</summary>
    public IReadOnlyList<string> StageNames => [.. stages.All.Select(s => s.Name), "record"];

    /// <summary>Looks at the outbox from now on.</summary>
    public void Start() => loop = Task.Run(LoopAsync);

    /// <summary>One look: plans what waits, red first, and sends what is due. Completes when the sends it began have ended and are recorded.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(sending.Values).ConfigureAwait(false);
        Sweep();
    }

    /// <summary>Cards that failed for good, oldest first.</summary>
    public Task<IReadOnlyList<NoticeCard>> ListDeadAsync(int limit, CancellationToken cancellationToken) =>
        ledger.ReadAsync(c => NoticeRows.Dead(c, Math.Clamp(limit, 1, 1000)), cancellationToken);

    /// <summary>Gives a dead letter another round of attempts.</summary>
    /// <returns>False when there is no such dead letter.</returns>
    public async Task<bool> RetryAsync(string key, Officer by, CancellationToken cancellationToken)
    {
        var found = false;
        await ledger.WriteAsync(
            t =>
            {
                found = t.Store.FindCard(key) is { IsDead: true };
                if (found)
                {
                    var facts = new NoticeFacts { Attempt = new NoticeAttempt(key, 0, "", false) };
                    t.Append(EntryKind.NoticeRetried, "", by.Name, $"notice/{key}/again/{t.HeadSequence}", t.NowMicros, new EntryBody { Notice = facts });
                    t.Store.SetCard(key, 0, t.NowMicros, isDead: false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(sending.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(bounds.Look, clock);
        while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stopping.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // What was not settled is still in the outbox.
                NoticeLog.LookFailed(logger, failure);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        Sweep();
        if (!isLoaded)
        {
            foreach (var entry in await ledger.ReadAsync(c => NoticeRows.Plans(c, PlansRead), cancellationToken).ConfigureAwait(false))
            {
                desk.Apply(entry.Body.Notice!.Plan!, entry.TimeMicros);
            }

            isLoaded = true;
        }

        var head = ledger.Book.Sequence;
        if (head == lookedAt && !(nextDue <= Micros.Now(clock)))
        {
            return;
        }

        // However much waits in the other lane, red is looked for again after each batch of it.
        do
        {
            while (await PlanAsync(NoticeLane.Red, cancellationToken).ConfigureAwait(false))
            {
            }

            await SendDueAsync(cancellationToken).ConfigureAwait(false);
        }
        while (await PlanAsync(NoticeLane.Normal, cancellationToken).ConfigureAwait(false));
        await SendDueAsync(cancellationToken).ConfigureAwait(false);
        nextDue = await ledger.ReadAsync(NoticeRows.NextDue, cancellationToken).ConfigureAwait(false);
        lookedAt = head;
    }

    /// <returns>True when there was something to plan.</returns>
    private async Task<bool> PlanAsync(NoticeLane lane, CancellationToken cancellationToken)
    {
        var entries = await ledger.ReadAsync(c => NoticeRows.Entries(c, NoticeRows.Causes(c, lane, bounds.BatchCauses)), cancellationToken).ConfigureAwait(false);
        if (entries.Count == 0)
        {
            return false;
        }

        var items = new List<NoticeItem>(entries.Count);
        foreach (var entry in entries)
        {
            if (await ledger.FindAlertAsync(entry.AlertId, cancellationToken).ConfigureAwait(false) is { } alert && NoticeCause.NoticeOf(entry, alert) is { } cause)
            {
                items.Add(new NoticeItem(entry, alert, cause.Reason));
            }
        }

        var plan = stages.Run(new NoticeBatch(lane, Micros.Now(clock), entries[^1].Sequence, items));
        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"notices/{(int)lane}/{plan.UpTo}");
        await ledger.WriteAsync(t => Record(t, key, plan), cancellationToken).ConfigureAwait(false);
        foreach (var (reason, count) in plan.Held)
        {
            metrics.Held.Add(count, new KeyValuePair<string, object?>("reason", reason));
        }

        return true;
    }

    private static void Record(LedgerTransaction transaction, string key, NoticePlan plan)
    {
        if (transaction.Store.HasKey(key))
        {
            return;
        }

        transaction.Append(EntryKind.NoticesPlanned, "", "notices", key, transaction.NowMicros, new EntryBody { Notice = new NoticeFacts { Plan = plan } });
        transaction.Store.SettleNotices(plan.Lane, plan.UpTo);
        foreach (var card in plan.Cards)
        {
            transaction.Store.PutCard(card);
        }
    }

    private async Task SendDueAsync(CancellationToken cancellationToken)
    {
        var now = Micros.Now(clock);
        foreach (var (card, attempts) in await ledger.ReadAsync(c => NoticeRows.Due(c, now, DueLimit), cancellationToken).ConfigureAwait(false))
        {
            if (sending.ContainsKey(card.Key))
            {
                continue;
            }

            var gate = gates.TryGetValue(card.Channel, out var known) ? known : gates[card.Channel] = new ChannelGate(bounds);
            if (gate.TryEnter(now))
            {
                sending[card.Key] = SendAsync(card, attempts + 1, gate, cancellationToken);
            }
        }
    }

    private async Task SendAsync(NoticeCard card, int attempt, ChannelGate gate, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var reason = "stopped";
        try
        {
            var alert = await ledger.FindAlertAsync(card.AlertId, cancellationToken).ConfigureAwait(false);
            if (WhyNot(card, alert) is { } needless)
            {
                gate.Leave(null, 0);
                await FinishAsync(card, EntryKind.NoticeWithdrawn, attempt, needless, cancellationToken).ConfigureAwait(false);
                return;
            }

            reason = await TrySendAsync(card, alert!, cancellationToken).ConfigureAwait(false);
            gate.Leave(reason.Length == 0, Micros.Now(clock));
            await RecordAttemptAsync(card, attempt, reason, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or LedgerException)
        {
            // Stopping, or the ledger cannot be read just now: the card is where it was.
            gate.Leave(null, 0);
        }
    }

    private string? WhyNot(NoticeCard card, Alert? alert) => alert switch
    {
        null => "the alert is gone",
        _ when !card.IfUnattended => null,
        { Acknowledged: not null } => "acknowledged",
        _ when attendance.IsAttended(alert.Territory) => "attended",
        _ => unattended.Admit(card.Place, Micros.Now(clock)) ? null : "grouped",
    };

    private async Task<string> TrySendAsync(NoticeCard card, Alert alert, CancellationToken cancellationToken)
    {
        var now = config();
        if (now.Channel(card.Channel) is not { } channel)
        {
            return "there is no such channel";
        }

        var recipient = now.Contacts.FirstOrDefault(c => c.Recipient.Name == card.Recipient)?.Recipient
            ?? roster.OnDuty(alert.Territory, Micros.Now(clock)).FirstOrDefault(r => r.Name == card.Recipient) ?? new Recipient(card.Recipient, []);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = clock.CreateTimer(_ => patience.Cancel(), null, channel.Patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await sender.SendAsync(channel, new NoticeMessage(card, alert, recipient), patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "no answer in time";
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The kind of failure only: a message may quote an address with a token in it.
            return failure.GetType().Name;
        }
    }

    private Task RecordAttemptAsync(NoticeCard card, int attempt, string reason, CancellationToken cancellationToken)
    {
        metrics.Sends.Add(1, new KeyValuePair<string, object?>("channel", card.Channel), new KeyValuePair<string, object?>("outcome", reason.Length == 0 ? "delivered" : "failed"));
        if (card.IfUnattended && reason.Length > 0)
        {
            unattended.Forget(card.Place);
        }

        if (reason.Length == 0)
        {
            return FinishAsync(card, EntryKind.NoticeDelivered, attempt, "", cancellationToken);
        }

        var isLast = attempt >= bounds.Attempts;
        NoticeLog.Failed(logger, card.Key, card.Channel, attempt, reason);
        return ledger.WriteAsync(
            t =>
            {
                if (t.Store.FindCard(card.Key) is not { } row || row.Attempts >= attempt)
                {
                    return;
                }

                Append(t, card, EntryKind.NoticeFailed, new NoticeAttempt(card.Key, attempt, reason, isLast));
                t.Store.SetCard(card.Key, attempt, t.NowMicros + bounds.BackOffMicros(attempt), isLast);
                if (isLast && config().Fallback is { Length: > 0 } fallback && fallback != card.Channel)
                {
                    t.Store.PutCard(card with { Key = card.Key + "/" + fallback, Channel = fallback, IfUnattended = false, DueMicros = t.NowMicros });
                }
            },
            cancellationToken);
    }

    private Task FinishAsync(NoticeCard card, EntryKind kind, int attempt, string reason, CancellationToken cancellationToken) => ledger.WriteAsync(
        t =>
        {
            if (t.Store.FindCard(card.Key) is not null)
            {
                Append(t, card, kind, new NoticeAttempt(card.Key, attempt, reason, true));
                t.Store.DropCard(card.Key);
            }
        },
        cancellationToken);

    private static void Append(LedgerTransaction transaction, NoticeCard card, EntryKind kind, NoticeAttempt attempt) => transaction.Append(
        kind, card.AlertId, "notices",
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"notice/{card.Key}/{attempt.Number}/{transaction.HeadSequence}"),
        transaction.NowMicros, new EntryBody { Notice = new NoticeFacts { Attempt = attempt } });

    /// <summary>Forgets sends that have ended.</summary>
    private void Sweep()
    {
        foreach (var ended in sending.Where(s => s.Value.IsCompleted).Select(s => s.Key).ToList())
        {
            sending.Remove(ended);
        }
    }
}
