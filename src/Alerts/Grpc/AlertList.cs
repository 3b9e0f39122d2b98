using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>One page of alerts, newest raise first.</summary>
/// <param name="Alerts">Those that match.</param>
/// <param name="Next">Where the next page begins: before this entry; null at the end.</param>
internal sealed record AlertPage(IReadOnlyList<Alert> Alerts, long? Next);

/// <summary>Lists the book and, if asked, the alerts that are over, as one descending order of first entries.</summary>
internal static class AlertList
{
    /// <summary>Past alerts read at a time.</summary>
    private const int ReadAlerts = 1_000;

    /// <summary>Most past alerts looked at for one page; a filter that hardly ever matches gives short pages, not long reads.</summary>
    private const int ScanAlerts = 5_000;

    public static async Task<AlertPage> ReadAsync(Ledger ledger, Officer officer, V1.ListRequest request, CancellationToken cancellationToken)
    {
        var size = Paging.Size(request.PageSize);
        var before = Paging.Start(request, request.PageToken, long.MaxValue);
        var alerts = ledger.Book.Alerts;
        var within = request.Territory.Length == 0 ? null : new Officer("", request.Territory.Trim('/'));
        var live = alerts.Packed.Where(a => a.FirstSequence < before && (request.IncludeClosed || a.IsOpen)
                && IsOf(a.Territory, officer, within) && IsOf(a.PeakColour, request))
            .OrderByDescending(a => a.FirstSequence).ToList();
        var (past, pastEnd) = request.IncludeClosed
            ? await ReadPastAsync(ledger, before, size, a => IsOf(a.Territory, officer, within) && IsOf(a.PeakColour, request) && Matches(a, request), cancellationToken)
            : ([], 0);

        // Of the live ones only those above where the look at the past ended: below it, something of the past could come between.
        var merged = live.Where(a => a.FirstSequence > pastEnd).Select(a => a.Unpack()).Where(a => Matches(a, request)).Take(size + 1)
            .Concat(past.Where(p => !alerts.ContainsKey(p.Id)))
            .OrderByDescending(a => a.FirstSequence).ToList();
        if (merged.Count > size)
        {
            var page = merged.GetRange(0, size);
            return new AlertPage(page, page[^1].FirstSequence);
        }

        return new AlertPage(merged, pastEnd > 0 ? pastEnd : null);
    }

    /// <returns>The matching ones, and the first entry of the last one looked at (0 when there are no more).</returns>
    private static async Task<(List<Alert> Alerts, long End)> ReadPastAsync(
        Ledger ledger, long before, int size, Func<Alert, bool> matches, CancellationToken cancellationToken)
    {
        var found = new List<Alert>();
        for (var looked = 0; looked < ScanAlerts && found.Count < size;)
        {
            var page = await ledger.ListPastAlertsAsync(before, ReadAlerts, cancellationToken);
            found.AddRange(page.Where(matches));
            if (page.Count < ReadAlerts)
            {
                return (found, 0);
            }

            looked += page.Count;
            before = page[^1].FirstSequence;
        }

        return (found, before);
    }

    /// <param name="territory">The alert's; told without unpacking it.</param>
    /// <param name="officer">Who asks.</param>
    /// <param name="within">The territory asked for; null for all. An alert of no known place is in none.</param>
    private static bool IsOf(string territory, Officer officer, Officer? within) =>
        officer.Covers(territory) && (within is null || (territory.Length > 0 && within.Covers(territory)));

    /// <summary>Told without unpacking it, too.</summary>
    private static bool IsOf(Severity peak, V1.ListRequest request) =>
        request.PeakSeverity == V1.Severity.Unspecified || request.PeakSeverity == WireNames.Of(peak);

    private static bool Matches(Alert alert, V1.ListRequest request) =>
        alert.LastSequence > request.ChangedAfter && (request.Device.Length == 0 || request.Device == alert.Device);
}
