using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Empties the outbox: causes become cards, cards go out over channels, and what became of each is written into the ledger. At least once:
/// between a send and its entry a crash makes the card go out again, with the same key.
/// Threading: one loop; sends run beside it, bounded per channel.
/// </summary>
public sealed class NoticeOffice : IAsyncDisposable
{
    private const int PlansRead = 200_000;
    private readonly Ledger ledger;
    private readonly IDutyRoster roster;
    private readonly Func<NoticeConfig> config;
    private readonly NoticeBounds bounds;
    private readonly TimeProvider clock;
    private readonly NoticeMetrics metrics;
    private readonly ILogger logger;
    private readonly NoticeDesk desk;
    private readonly NoticeStages stages;
    private readonly NoticeSends sends;
    private readonly NoticeOutcomes outcomes;
    private readonly CanaryWatch canary;
    private readonly NoticeAlarm alarm;
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;
    private long lookedAt = -1;
    private long? nextDue = 0;
    private long nextCanary;
    private bool isLoaded;

    /// <summary>Dead letters by channel; null while they have not been counted.</summary>
    private volatile IReadOnlyDictionary<string, int>? dead;

    /// <param name="territories">Their names; null where nothing is known of them but their paths.</param>
    public NoticeOffice(
        Ledger ledger, IDutyRoster roster, IAttendance attendance, Func<NoticeConfig> config, INoticeSender sender, NoticeBounds bounds,
        TimeProvider clock, NoticeMetrics metrics, ILogger<NoticeOffice> logger, Func<TerritoryTree>? territories = null)
    {
        this.ledger = ledger;
        this.roster = roster;
        this.config = config;
        this.bounds = bounds;
        this.clock = clock;
        this.metrics = metrics;
        this.logger = logger;
        alarm = new NoticeAlarm(ledger);
        canary = new CanaryWatch(config, sender, clock, metrics, logger);
        sends = new NoticeSends(ledger, roster, attendance, config, sender, bounds, clock, metrics, logger, canary.Delivered, territories ?? (() => TerritoryTree.Empty));
        outcomes = new NoticeOutcomes(ledger, bounds, config, metrics, logger);
        desk = new NoticeDesk(bounds);
        stages = new NoticeStages(bounds, desk, roster, config);
    }

    /// <summary>The stages by name, in their order.</summary>
    public IReadOnlyList<string> StageNames => [.. stages.All.Select(s => s.Name), "record"];

    /// <summary>How notices fare.</summary>
    public NoticeHealth Health
    {
        get
        {
            var (now, letters) = (config(), dead);
            var channels = now.Channels.Select(c => sends.Read(c) with { DeadLetters = letters?.GetValueOrDefault(c.Name) ?? 0, IsFallback = c.Name == now.Fallback }).ToList();
            return new NoticeHealth(channels, Lost ?? 0, canary.DeliveredMicros, canary.IsLate);
        }
    }

    private int? Lost => config().Fallback is { Length: > 0 } fallback ? dead?.GetValueOrDefault(fallback) : dead?.Values.Sum();

    internal CanaryWatch Canary => canary;

    /// <summary>Looks at the outbox from now on.</summary>
    public void Start()
    {
        loop = Task.Run(LoopAsync);
        canary.Start();
    }

    /// <summary>One look: plans what waits, red first, and sends what is due. Completes when the sends it began have ended and are recorded.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await SayAsync(cancellationToken).ConfigureAwait(false);
        await LookAsync(cancellationToken).ConfigureAwait(false);
        await sends.EndedAsync().ConfigureAwait(false);
        sends.Sweep();
        await CountDeadAsync(cancellationToken).ConfigureAwait(false);
        await SayAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Cards that failed for good, oldest first.</summary>
    public async Task<IReadOnlyList<NoticeCard>> ListDeadAsync(int limit, CancellationToken cancellationToken) =>
        [.. (await ledger.ReadAsync(c => NoticeRows.Dead(c, long.MinValue, "", Math.Clamp(limit, 1, 1000)), cancellationToken).ConfigureAwait(false)).Select(d => d.Card)];

    /// <summary>Gives a dead letter another round of attempts.</summary>
    /// <param name="key">The notice's.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="entryKey">What tells the same request sent twice; null for none. Used already, nothing is done.</param>
    /// <returns>False when there is no such dead letter.</returns>
    public Task<bool> RetryAsync(string key, Officer by, CancellationToken cancellationToken, string? entryKey = null) =>
        OnDeadAsync(key, card => outcomes.RetryAsync(card, by.Name, cancellationToken, entryKey), cancellationToken);

    /// <summary>Takes a dead letter away that somebody has seen to.</summary>
    /// <returns>False when there is no such dead letter.</returns>
    public Task<bool> DiscardAsync(string key, Officer by, CancellationToken cancellationToken, string? entryKey = null) =>
        OnDeadAsync(key, card => outcomes.DiscardAsync(card, by.Name, cancellationToken, entryKey), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await canary.DisposeAsync().ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sends.EndedAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task<bool> OnDeadAsync(string key, Func<NoticeCard, Task<bool>> act, CancellationToken cancellationToken)
    {
        if (await ledger.ReadAsync(c => NoticeRows.Find(c, key), cancellationToken).ConfigureAwait(false) is not { } found
            || !await act(found.Card).ConfigureAwait(false))
        {
            return false;
        }

        await CountDeadAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task CountDeadAsync(CancellationToken cancellationToken) =>
        dead = await ledger.ReadAsync(NoticeRows.DeadOfChannels, cancellationToken).ConfigureAwait(false);

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(bounds.Look, clock);
        while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
        {
            await TryAsync(SayAsync).ConfigureAwait(false);
            await TryAsync(LookAsync).ConfigureAwait(false);
        }
    }

    /// <summary>What fails each time keeps nothing else from being done.</summary>
    private async Task TryAsync(Func<CancellationToken, Task> part)
    {
        try
        {
            await part(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // What was not settled is still in the outbox.
            NoticeLog.LookFailed(logger, failure);
        }
    }

    /// <summary>Says in the ledger how it stands with notices.</summary>
    private Task SayAsync(CancellationToken cancellationToken) => alarm.SetAsync(canary.IsKnownLate, Lost, cancellationToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        sends.Sweep();
        if (!isLoaded)
        {
            foreach (var entry in await ledger.ReadAsync(c => NoticeRows.Plans(c, PlansRead), cancellationToken).ConfigureAwait(false))
            {
                desk.Apply(entry.Body.Notice!.Plan!, entry.TimeMicros);
            }

            isLoaded = true;
        }

        await SendCanaryAsync(cancellationToken).ConfigureAwait(false);
        var head = ledger.Book.Sequence;
        if (head == lookedAt && !(nextDue <= Micros.Now(clock)))
        {
            return;
        }

        // However much waits in the other lane, or is taken back, red is looked for again after each batch of it.
        bool isMore;
        do
        {
            while (await PlanAsync(NoticeLane.Red, cancellationToken).ConfigureAwait(false))
            {
            }

            isMore = await sends.WithdrawCallsAsync(cancellationToken).ConfigureAwait(false);
            await sends.SendDueAsync(cancellationToken).ConfigureAwait(false);
            isMore |= await PlanAsync(NoticeLane.Normal, cancellationToken).ConfigureAwait(false);
        }
        while (isMore);

        await sends.SendDueAsync(cancellationToken).ConfigureAwait(false);
        nextDue = await ledger.ReadAsync(NoticeRows.NextDue, cancellationToken).ConfigureAwait(false);
        await CountDeadAsync(cancellationToken).ConfigureAwait(false);
        lookedAt = head;
    }

    /// <summary>One at a time: while one is still on its way, none is put behind it.</summary>
    private async Task SendCanaryAsync(CancellationToken cancellationToken)
    {
        var now = Micros.Now(clock);
        if (config().Canary is not { } file || (now < nextCanary && nextCanary - now <= file.Every.TotalMicroseconds))
        {
            return;
        }

        nextCanary = now + (long)file.Every.TotalMicroseconds;
        if ((await ledger.ReadAsync(c => NoticeRows.OfAlert(c, CanaryConfig.Name), cancellationToken).ConfigureAwait(false)).Count == 0)
        {
            await ledger.WriteAsync(
                t => t.Append(
                    EntryKind.NoticeCanary, "", "notices", FormattableString.Invariant($"canary/{t.HeadSequence}"), t.NowMicros, new EntryBody { Notice = new NoticeFacts() }),
                cancellationToken).ConfigureAwait(false);
        }
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
            if (await ItemAsync(entry, cancellationToken).ConfigureAwait(false) is { } item)
            {
                items.Add(item);
            }
        }

        var plan = stages.Run(new NoticeBatch(lane, Micros.Now(clock), entries[^1].Sequence, items));
        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"notices/{(int)lane}/{plan.UpTo}");
        await ledger.WriteAsync(t => Record(t, key, plan), cancellationToken, isRed: lane == NoticeLane.Red).ConfigureAwait(false);
        foreach (var (reason, count) in plan.Held)
        {
            metrics.Held.Add(count, new KeyValuePair<string, object?>("reason", reason));
        }

        return true;
    }

    private async Task<NoticeItem?> ItemAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        switch (entry.Kind)
        {
            case EntryKind.NoticeCanary:
                return new NoticeItem(entry, NoticeMessage.NoAlert(CanaryConfig.Name, entry.TimeMicros), NoticeReason.Canary) { To = config().Canary is { } canary ? [canary.Recipient] : [] };
            case EntryKind.DutyChecked or EntryKind.SwapAsked or EntryKind.SwapAnswered or EntryKind.HandedOver when NoticeCause.NoticeOf(entry, null) is { } ofDuty:
                return DutyItem(entry, ofDuty.Reason);
            case EntryKind.Closed when !config().Channels.Any(c => c.Type == ChannelType.Alertmanager):
                return null;
        }

        if (await ledger.FindAlertAsync(entry.AlertId, cancellationToken).ConfigureAwait(false) is not { } alert || NoticeCause.NoticeOf(entry, alert) is not { } cause)
        {
            return null;
        }

        return new NoticeItem(entry, alert, cause.Reason)
        {
            To = cause.Reason switch
            {
                NoticeReason.Ended => await EndsAsync(alert.Id, cancellationToken).ConfigureAwait(false),
                NoticeReason.Dispatched => Named([entry.Body.Command!.To!]),
                _ => null,
            },
            IsAgain = cause.Reason == NoticeReason.Breached && entry.Body.Breach!.Level > ledger.Policy.Find(alert.PeakColour, alert.Kind, entry.Body.Breach.Step)?.Top,
        };
    }

    /// <summary>Those of the contacts who have these names, wherever they are contacts of.</summary>
    private IReadOnlyList<Recipient> Named(IReadOnlyList<string> names)
    {
        var contacts = config().Contacts;
        return [.. names.Select(n => contacts.FirstOrDefault(c => c.Recipient.Name == n)?.Recipient).OfType<Recipient>()];
    }

    private NoticeItem DutyItem(LedgerEntry entry, NoticeReason reason)
    {
        var (territory, officers, from) = DutyNotice.Told(entry.Body.Duty!);
        return new NoticeItem(entry, NoticeMessage.NoAlert(DutyNotice.Id, entry.TimeMicros) with { Territory = territory }, reason)
        {
            To = reason == NoticeReason.SwapAgreed ? Approvers(entry.Body.Duty!.Swap!) : Named(officers), FromMicros = from,
        };
    }

    /// <summary>The supervisors of the place, or of the nearest above it that has one who may approve: neither of the two, and nobody who is known to be no supervisor.</summary>
    private List<Recipient> Approvers(SwapRecord swap)
    {
        var (officers, contacts) = (ledger.Book.Duty.Officers, config().Contacts);
        for (var place = swap.Territory; ; place = PlaceText.Parent(place))
        {
            var told = roster.OnDuty(place, OfficerRoles.Supervisor, Micros.Now(clock)).Where(r => MayApprove(r.Name)).ToList();
            if (told.Count > 0 || place.Length == 0)
            {
                return told;
            }
        }

        bool MayApprove(string name) => name != swap.Asker && name != swap.Other
            && (officers.TryGetValue(name, out var officer) ? officer.Roles.HasFlag(OfficerRoles.Supervisor) : contacts.Any(c => c.Recipient.Name == name && c.Role != OfficerRoles.Officer));
    }

    /// <summary>The channels with a state of their own that have been told of the alert, or are about to be.</summary>
    private async Task<IReadOnlyList<Recipient>> EndsAsync(string alertId, CancellationToken cancellationToken) =>
        [.. (await ledger.ReadAsync(c => NoticeRows.ToldOf(c, alertId), cancellationToken).ConfigureAwait(false))
            .Where(t => config().Channel(t.Channel) is { Type: ChannelType.Alertmanager }).Select(t => new Recipient(t.Recipient, [t.Channel]))];

    private static void Record(LedgerTransaction transaction, string key, NoticePlan plan)
    {
        if (transaction.Store.HasKey(key))
        {
            return;
        }

        transaction.Append(EntryKind.NoticesPlanned, "", "notices", key, transaction.NowMicros, new EntryBody { Notice = new NoticeFacts { Plan = plan } });
        transaction.Store.Outbox.Settle(plan.Lane, plan.UpTo);
        foreach (var card in plan.Cards)
        {
            transaction.Store.Outbox.Put(card);
        }
    }
}
