namespace PingAnIoT.Alerts;

/// <summary>
/// Says in the ledger, and so to everybody who has a stream open, that people are not told: a red alert of the system itself while no canary comes through, and one while
/// notices are lost. It is written only when that changes, and holds across a start. Threading: owned by the office's loop.
/// </summary>
internal sealed class NoticeAlarm(Ledger ledger)
{
    /// <summary>Its own notices are no dead letters, or losing them would be what it tells of.</summary>
    public static bool IsOf(Alert? alert) => alert is not null && (alert.Series == SystemAlerts.Canary.Series || alert.Series == SystemAlerts.Notices.Series);

    /// <summary>Nobody is told any more, and nobody misses it.</summary>
    public static void End(LedgerTransaction transaction)
    {
        SystemAlerts.Set(transaction, SystemAlerts.Canary, 0, "");
        SystemAlerts.Set(transaction, SystemAlerts.Notices, 0, "");
    }

    /// <param name="isCanaryLate">Null while it is not known: none has come through since the start, and none is late yet.</param>
    /// <param name="lost">Null while they are not counted.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task SetAsync(bool? isCanaryLate, int? lost, CancellationToken cancellationToken)
    {
        if (isCanaryLate is { } isLate)
        {
            await SetAsync(SystemAlerts.Canary, isLate ? 1 : 0, "What is to be told may reach nobody: see what its channel says (notices channels).", cancellationToken).ConfigureAwait(false);
        }

        if (lost is { } count)
        {
            var note = FormattableString.Invariant($"{count} of them: they lie among the dead letters (notices dead) until somebody sends them again or discards them.");
            await SetAsync(SystemAlerts.Notices, count, note, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SetAsync(SystemAlert what, int count, string note, CancellationToken cancellationToken)
    {
        if ((ledger.Book.Alerts.FindLive(what.Rule, what.Series)?.IsActive == true) != count > 0)
        {
            await ledger.WriteAsync(t => SystemAlerts.Set(t, what, count, note), cancellationToken, isRed: true).ConfigureAwait(false);
        }
    }
}
