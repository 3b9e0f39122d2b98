using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Sends what is due, so many at a time over each channel, and has what became of it recorded.
/// Threading: begun by the office's loop; sends run beside it.
/// </summary>
internal sealed class NoticeSends(
    Ledger ledger, IDutyRoster roster, IAttendance attendance, Func<NoticeConfig> config, INoticeSender sender, NoticeBounds bounds,
    TimeProvider clock, NoticeMetrics metrics, ILogger logger, Action<long> canaryDelivered,
    Func<TerritoryTree> territories)
{
    private readonly NoticeOutcomes outcomes = new(ledger, bounds, config, metrics, logger);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, ChannelGate> gates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> sending = new(StringComparer.Ordinal);
    private readonly UnattendedPlaces unattended = new(bounds);

    /// <summary>All sends that have begun have ended, and are recorded.</summary>
    public Task EndedAsync() => Task.WhenAll(sending.Values);

    /// <summary>Forgets sends that have ended.</summary>
    public void Sweep()
    {
        foreach (var ended in sending.Where(s => s.Value.IsCompleted).Select(s => s.Key).ToList())
        {
            sending.Remove(ended);
        }
    }

    public ChannelHealth Read(ChannelConfig channel) => GateOf(channel.Name).Read(channel);

    /// <summary>
    /// Takes calls back that are not needed, many at a time: where nobody answers anywhere each place has one, of which so many are made as anybody could read.
    /// </summary>
    /// <returns>True when there may be more.</returns>
    public async Task<bool> WithdrawCallsAsync(CancellationToken cancellationToken)
    {
        var now = Micros.Now(clock);
        var calls = await ledger.ReadAsync(c => NoticeRows.CallsDue(c, now, bounds.BatchCauses), cancellationToken).ConfigureAwait(false);
        var (called, needless) = (unattended.Copy(), new List<(NoticeCard, int, string)>());
        foreach (var (card, attempts) in calls.Where(c => !sending.ContainsKey(c.Card.Key)))
        {
            try
            {
                if (WhyNot(card, await ledger.FindAlertAsync(card.AlertId, cancellationToken).ConfigureAwait(false), called) is { } why)
                {
                    needless.Add((card, attempts + 1, why));
                }
            }
            catch (Exception failure) when (failure is LedgerException or DbException)
            {
                // What is over cannot be read just now: its call is where it was.
            }
        }

        if (needless.Count > 0)
        {
            await outcomes.WithdrawAsync(needless, cancellationToken).ConfigureAwait(false);
        }

        return needless.Count > 0 && calls.Count >= bounds.BatchCauses;
    }

    public async Task SendDueAsync(CancellationToken cancellationToken)
    {
        var now = Micros.Now(clock);
        var due = await ledger.ReadAsync(c => NoticeRows.Due(c, now, channel => Room(channel, now)), cancellationToken).ConfigureAwait(false);
        foreach (var (card, attempts) in due)
        {
            var gate = GateOf(card.Channel);
            if (!sending.ContainsKey(card.Key) && gate.TryEnter(now, card.Lane))
            {
                sending[card.Key] = SendAsync(card, attempts + 1, gate, cancellationToken);
            }
        }
    }

    /// <summary>What is under way is due still: there has to be room to look past it.</summary>
    private int Room(string channel, long nowMicros) => GateOf(channel).Free(nowMicros) is > 0 and var free ? free + bounds.SendsPerChannel : 0;

    private ChannelGate GateOf(string channel) => gates.GetOrAdd(channel, _ => new ChannelGate(bounds));

    private async Task SendAsync(NoticeCard card, int attempt, ChannelGate gate, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var isIn = true;
        try
        {
            var alert = card.Reason == NoticeReason.Canary ? NoticeMessage.NoAlert(CanaryConfig.Name, Micros.Now(clock))
                : DutyNotice.Is(card.Reason) ? NoticeMessage.NoAlert(DutyNotice.Id, Micros.Now(clock)) with { Territory = card.Place }
                : await ledger.FindAlertAsync(card.AlertId, cancellationToken).ConfigureAwait(false);
            if (WhyNot(card, alert, unattended) is { } needless)
            {
                isIn = false;
                gate.Leave(null, 0);
                await outcomes.WithdrawAsync([(card, attempt, needless)], cancellationToken).ConfigureAwait(false);
                return;
            }

            var failure = await TrySendAsync(card, alert!, cancellationToken).ConfigureAwait(false);
            isIn = false;
            Note(card.Channel, gate.Leave(failure, Micros.Now(clock)));
            if (failure.Length == 0 && card.Reason == NoticeReason.Canary)
            {
                canaryDelivered(clock.GetTimestamp());
            }
            else if (failure.Length > 0 && card.IfUnattended)
            {
                unattended.Forget(card);
            }

            await outcomes.RecordAsync(card, attempt, failure, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or LedgerException or DbException)
        {
            // Stopping, or the ledger cannot be read just now: the card is where it was.
        }
        finally
        {
            // Whatever happened: a place that is not given back is gone until the next start.
            if (isIn)
            {
                gate.Leave(null, 0);
            }
        }
    }

    private void Note(string channel, CircuitChange change)
    {
        if (change == CircuitChange.None)
        {
            return;
        }

        metrics.Circuits.Add(1, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("to", change == CircuitChange.Opened ? "open" : "closed"));
        if (change == CircuitChange.Opened)
        {
            NoticeLog.CircuitOpened(logger, channel, bounds.CircuitFailures);
        }
        else
        {
            NoticeLog.CircuitClosed(logger, channel);
        }
    }

    private string? WhyNot(NoticeCard card, Alert? alert, UnattendedPlaces called) => alert switch
    {
        null => "the alert is gone",
        _ when DutyNotice.Is(card.Reason) => DutyNotice.WhyNot(card, ledger.Book.Duty),
        _ when StepNotice.Is(card.Reason) => StepNotice.WhyNot(card, alert),
        _ when !card.IfUnattended => null,
        { Acknowledged: not null } => "acknowledged",
        _ when attendance.IsAttended(alert) => "attended",
        _ => called.Admit(card, Micros.Now(clock)) ? null : "grouped",
    };

    private async Task<string> TrySendAsync(NoticeCard card, Alert alert, CancellationToken cancellationToken)
    {
        var now = config();
        if (now.Channel(card.Channel) is not { } channel)
        {
            return "there is no such channel";
        }

        var step = StepNotice.Is(card.Reason) ? await ledger.ReadAsync(c => NoticeRows.Entries(c, [card.Sequence]), cancellationToken).ConfigureAwait(false) : [];
        var message = new NoticeMessage(card, alert, RecipientOf(now, card, alert))
        {
            Zone = ledger.Policy.Calendar.Zone, Territories = territories(), Duty = DutyNotice.Of(card, ledger.Book.Duty), Step = step.Count == 0 ? null : StepNotice.Of(card.Reason, step[0], alert),
        };
        return await SendAsync(sender, channel, message, clock, cancellationToken).ConfigureAwait(false);
    }

    private Recipient RecipientOf(NoticeConfig now, NoticeCard card, Alert alert) =>
        card.Recipient == CanaryConfig.Name && now.Canary is { } canary ? canary.Recipient
        : now.Contacts.FirstOrDefault(c => c.Recipient.Name == card.Recipient)?.Recipient
            ?? roster.OnDuty(alert.Territory, OfficerRoles.Officer, Micros.Now(clock)).FirstOrDefault(r => r.Name == card.Recipient) ?? new Recipient(card.Recipient, []);

    /// <summary>One message over one channel, with the channel's patience.</summary>
    /// <returns>"" when it was taken; else why not.</returns>
    internal static async Task<string> SendAsync(
        INoticeSender sender, ChannelConfig channel, NoticeMessage message, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = clock.CreateTimer(_ => patience.Cancel(), null, channel.Patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await sender.SendAsync(channel, message, patience.Token).ConfigureAwait(false);
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
}
