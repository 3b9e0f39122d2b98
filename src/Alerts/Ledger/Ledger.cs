using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// The record of every alert and of everything done about it: append-only, hash-chained, on disk before anybody is told.
/// One writer thread owns the database; the book (<see cref="Book"/>) is a fold of the entries and is published after the commit.
/// Threading: every public member from any thread.
/// </summary>
public sealed class Ledger : ITransitionSink, IAsyncDisposable
{
    /// <summary>Opens or creates the ledger, checks it, folds the book and sweeps what fell due while it was closed.</summary>
    /// <exception cref="LedgerException">The file is not a ledger, is newer than this program, lies on a network file system, or a setting did not take.</exception>
    public static Ledger Open(LedgerOptions options, Catalog catalog, TimeProvider clock, AlertsMetrics metrics, Microsoft.Extensions.Logging.ILogger<Ledger> logger) =>
        throw new NotImplementedException();

    /// <summary>All live alerts as of the newest commit.</summary>
    public BookSnapshot Book => throw new NotImplementedException();

    /// <summary>Committed entries as they come.</summary>
    public LedgerFeed Feed => throw new NotImplementedException();

    public LedgerHealth Health => throw new NotImplementedException();

    public void Post(Transition transition) => throw new NotImplementedException();

    public Task FlushAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>"I have seen it and see to it": by one officer, once a round. Not the same as closing.</summary>
    public Task<CommandResult> AcknowledgeAsync(AlertCommand command, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// Ends the work on an acknowledged alert, with a verdict. A red (by its peak) is not closed while active, and only by an officer other than
    /// the one who acknowledged it. Any other may be closed while active with a reason in the note; it opens again if it gets worse.
    /// </summary>
    public Task<CommandResult> CloseAsync(AlertCommand command, Verdict verdict, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<CommandResult> CommentAsync(AlertCommand command, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Records that the officer's client has everything up to and with <paramref name="upTo"/>. Going back changes nothing.</summary>
    /// <returns>Done, or Invalid when <paramref name="upTo"/> is not in the ledger yet.</returns>
    public Task<CommandResult> ConfirmDeliveryAsync(Officer officer, long upTo, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Breaches what is due now; also done every <see cref="LedgerOptions.SweepInterval"/>.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The alert, live or long closed; null when there is none.</summary>
    public Task<Alert?> FindAlertAsync(string alertId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Alerts that are over, newest raise first.</summary>
    /// <param name="beforeSequence">Only those raised before this entry (<see cref="Alert.FirstSequence"/>); <see cref="long.MaxValue"/> to begin.</param>
    /// <param name="limit">1 to 1,000.</param>
    public Task<IReadOnlyList<Alert>> ListPastAlertsAsync(long beforeSequence, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A page of entries after <paramref name="after"/>, oldest first.</summary>
    public Task<IReadOnlyList<LedgerEntry>> ReadEntriesAsync(long after, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The history of one alert, oldest first, after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<LedgerEntry>> ReadHistoryAsync(string alertId, long after, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Commits what was posted, then closes the file.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>The ledger cannot be opened, or what was read from it cannot be true.</summary>
public sealed class LedgerException(string message, Exception? inner = null) : Exception(message, inner);
