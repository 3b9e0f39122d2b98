namespace PingAnIoT.Alerts;

/// <summary>The alerts of one incident that an officer may see.</summary>
/// <param name="Incident">Made of them; null when there are none, or no more is known at this page.</param>
/// <param name="Alerts">A page, in the order in which they were raised.</param>
/// <param name="Next">After which raise the next page begins; null at the end.</param>
internal sealed record IncidentPage(Incident? Incident, IReadOnlyList<Alert> Alerts, long? Next);

/// <summary>Reads incidents out of the book, and the closed alerts of one out of the ledger.</summary>
internal static class IncidentList
{
    /// <summary>Past alerts read at a time.</summary>
    private const int ReadAlerts = 1_000;

    /// <summary>Most past alerts looked at for one answer: those of other incidents lie between.</summary>
    private const int ScanAlerts = 5_000;

    /// <summary>Open incidents of an officer's territory, newest first.</summary>
    public static IEnumerable<Incident> Open(BookSnapshot book, Officer officer) =>
        Incident.Of(book.Alerts.Of(officer)).Where(i => i.IsOpen);

    public static async Task<IncidentPage> ReadAsync(
        Ledger ledger, Officer officer, long id, bool withClosed, long after, int size, CancellationToken cancellationToken)
    {
        var live = ledger.Book.Alerts.Of(officer).Where(IsOfIt).OrderBy(a => a.FirstSequence).ToList();
        var isOpen = live.Exists(a => a.IsOpen);
        if (!isOpen || withClosed)
        {
            // A closed alert may be of the incident only if it was raised with or after it.
            var (past, end) = await ReadPastAsync(ledger, Math.Max(after, id - 1), IsOfIt, cancellationToken);
            var all = live.Concat(past.Where(p => live.TrueForAll(a => a.Id != p.Id))).OrderBy(a => a.FirstSequence).ToList();
            return Page(all, all.Where(a => a.FirstSequence > after && a.FirstSequence <= end), size, end == long.MaxValue ? null : end);
        }

        return Page(live, live.Where(a => a.IsOpen && a.FirstSequence > after), size, null);

        bool IsOfIt(Alert alert) => alert.Incident?.Id == id && officer.Covers(alert.Territory);
    }

    private static IncidentPage Page(IReadOnlyList<Alert> known, IEnumerable<Alert> alerts, int size, long? end)
    {
        var page = alerts.Take(size + 1).ToList();
        var incident = Incident.Of(known) is [var found] ? found : null;
        return page.Count > size ? new IncidentPage(incident, page[..size], page[size - 1].FirstSequence) : new IncidentPage(incident, page, end);
    }

    /// <returns>Those of the incident, and up to which raise was looked; <see cref="long.MaxValue"/> when at the end.</returns>
    private static async Task<(List<Alert> Alerts, long End)> ReadPastAsync(
        Ledger ledger, long after, Func<Alert, bool> isOfIt, CancellationToken cancellationToken)
    {
        var found = new List<Alert>();
        for (var looked = 0; looked < ScanAlerts;)
        {
            var page = await ledger.ListPastAlertsAfterAsync(after, ReadAlerts, cancellationToken);
            found.AddRange(page.Where(isOfIt));
            if (page.Count < ReadAlerts)
            {
                return (found, long.MaxValue);
            }

            looked += page.Count;
            after = page[^1].FirstSequence;
        }

        return (found, after);
    }
}
