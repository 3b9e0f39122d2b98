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

    private static readonly V1.Step[] Rests = [V1.Step.New, V1.Step.Acknowledged, V1.Step.Dispatched, V1.Step.Arrived, V1.Step.Rectified, V1.Step.Closed];

    public static async Task<AlertPage> ReadAsync(Ledger ledger, Officer officer, V1.ListRequest request, CancellationToken cancellationToken)
    {
        if (request.Step is not V1.Step.Unspecified && !Rests.Contains(request.Step))
        {
            throw GrpcErrors.Invalid("step", "is one at which an alert rests: STEP_NEW, STEP_ACKNOWLEDGED, STEP_DISPATCHED, STEP_ARRIVED, STEP_RECTIFIED or STEP_CLOSED");
        }

        var size = Paging.Size(request.PageSize);
        var before = Paging.Start(request, request.PageToken, long.MaxValue);
        var territory = request.Territory.Trim('/');
        var (book, live) = await ledger.Desk.ListAsync(officer, o => (o.Book, Live(o, officer, request, territory, before, size + 1)), cancellationToken);
        var (past, pastEnd) = request.IncludeClosed
            ? await ReadPastAsync(ledger, before, size, a => officer.Sees(a.Places, territory) && Matches(a, request, officer), cancellationToken)
            : ([], 0);

        // Of the live ones only those above where the look at the past ended: below it, something of the past could come between.
        var merged = live.Where(a => a.FirstSequence > pastEnd).Select(a => a.Unpack())
            .Concat(past.Where(p => !book.Alerts.ContainsKey(p.Id)))
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

    /// <summary>A page of the book; only these are unpacked.</summary>
    /// <param name="ordered">The book.</param>
    /// <param name="officer">Who asks.</param>
    /// <param name="request">For what.</param>
    /// <param name="territory">In which; "" for all.</param>
    /// <param name="before">Only those raised before this entry.</param>
    /// <param name="most">So many.</param>
    internal static List<PackedAlert> Live(OrderedBook ordered, Officer officer, V1.ListRequest request, string territory, long before, int most) =>
        OrderedBook.Newest(ordered.Of(officer, territory), before, most, a => Matches(a, request, officer));

    /// <summary>What is soonest told comes first.</summary>
    private static bool Matches(PackedAlert alert, V1.ListRequest request, Officer officer) =>
        (request.IncludeClosed || alert.IsOpen) && IsOf(alert.PeakColour, request) && IsAt(alert.Work, request)
        && (request.ChangedAfter < alert.FirstSequence || request.ChangedAfter < alert.LastSequence)
        && (!request.Overdue || alert.IsOverdue) && (request.Supervision == V1.Supervision.Unspecified || alert.Supervision >= WireNames.From(request.Supervision))
        && (!request.Mine || alert.AcknowledgedBy == officer.Name) && (request.Device.Length == 0 || alert.IsOf(request.Device));

    private static bool Matches(Alert alert, V1.ListRequest request, Officer officer) =>
        IsOf(alert.PeakColour, request) && IsAt(alert.Work, request) && alert.LastSequence > request.ChangedAfter
        && (!request.Overdue || alert.Missed is not null) && (request.Supervision == V1.Supervision.Unspecified || alert.Supervision >= WireNames.From(request.Supervision))
        && (!request.Mine || alert.Acknowledged?.By == officer.Name) && (request.Device.Length == 0 || request.Device == alert.Device);

    private static bool IsOf(Severity peak, V1.ListRequest request) =>
        request.PeakSeverity == V1.Severity.Unspecified || request.PeakSeverity == WireNames.Of(peak);

    private static bool IsAt(WorkState work, V1.ListRequest request) => request.Step == V1.Step.Unspecified || request.Step == WireNames.Of(work);
}
