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
    /// <param name="ordered">The book.</param>
    /// <param name="officer">Who asks.</param>
    /// <param name="isAsked">Of which causes.</param>
    /// <param name="before">Only those opened before this entry.</param>
    /// <param name="most">So many at most, from 1.</param>
    public static List<IncidentTally> Open(OrderedBook ordered, Officer officer, Func<IncidentCause, bool> isAsked, long before, int most)
    {
        // An alert is raised with or after its incident: what was raised before the last that may be listed is of none that may.
        var newest = new SortedDictionary<long, IncidentTally>();
        var runs = ordered.Of(officer).ToList();
        var above = AtLeast(runs, isAsked, before, most);
        foreach (var run in runs)
        {
            for (var at = run.Count - 1; at >= 0 && run[at].First >= above; at--)
            {
                var alert = run[at].Alert;
                if (!alert.IsOpen || alert.Incident is not { Id: > 0 } of || of.Id < above || of.Id >= before || !isAsked(of.Cause))
                {
                    continue;
                }

                if (!newest.TryGetValue(of.Id, out var tally))
                {
                    newest[of.Id] = tally = new IncidentTally(new IncidentRef(of.Id, of.Cause, of.OpenedMicros));
                    if (newest.Count > most)
                    {
                        newest.Remove(newest.Keys.First());
                    }

                    above = newest.Count == most ? newest.Keys.First() : above;
                }

                tally.Add(alert, of.Colour);
            }
        }

        return [.. newest.Values.Reverse()];
    }

    /// <summary>What the newest alert of each place tells of where the page ends at the earliest: without it nearly all would be taken for its own for a while.</summary>
    private static long AtLeast(List<PlaceRun> runs, Func<IncidentCause, bool> isAsked, long before, int most)
    {
        var newest = new SortedSet<long>();
        foreach (var run in runs)
        {
            if (run.CountBefore(before) is > 0 and var count && run[count - 1].Alert is { IsOpen: true, Incident: { Id: > 0 } of } && isAsked(of.Cause) && newest.Add(of.Id) && newest.Count > most)
            {
                newest.Remove(newest.Min);
            }
        }

        return newest.Count == most ? newest.Min : 0;
    }

    public static async Task<IncidentPage> ReadAsync(
        Ledger ledger, Officer officer, long id, bool withClosed, long after, int size, CancellationToken cancellationToken)
    {
        var live = await ledger.Desk.ListAsync(officer, o => Live(o, officer, id), cancellationToken);
        var tally = new IncidentTally(live.Count == 0 ? new IncidentRef(id, default, 0) : live[0].Unpack().Incident!);
        var isOpen = false;
        foreach (var alert in live.Where(a => a.IsOpen))
        {
            tally.Add(alert, alert.Incident.Colour);
            isOpen = true;
        }

        if (isOpen && !withClosed)
        {
            return Page(tally.Read(), live.Where(a => a.IsOpen && a.FirstSequence > after).Take(size + 1).Select(a => a.Unpack()), size, null);
        }

        // A closed alert may be of the incident only if it was raised with or after it.
        var (past, end) = await ReadPastAsync(ledger, Math.Max(after, id - 1), IsOfIt, cancellationToken);
        var raises = live.Select(a => a.FirstSequence).ToHashSet();
        past.RemoveAll(p => raises.Contains(p.FirstSequence));
        var incident = isOpen ? tally.Read() : Incident.Of(live.Select(a => a.Unpack()).Concat(past)) is [var found] ? found : null;
        var page = live.Where(a => a.FirstSequence > after).Take(size + 1).Select(a => a.Unpack()).Concat(past)
            .Where(a => a.FirstSequence > after && a.FirstSequence <= end).OrderBy(a => a.FirstSequence);
        return Page(incident, page, size, end == long.MaxValue ? null : end);

        bool IsOfIt(Alert alert) => alert.Incident?.Id == id && officer.Sees(alert);
    }

    /// <summary>Those of the book that are of an incident, in the order of their raise.</summary>
    private static List<PackedAlert> Live(OrderedBook ordered, Officer officer, long id)
    {
        var live = new List<PackedAlert>();
        foreach (var run in ordered.Of(officer))
        {
            for (var at = run.CountBefore(id); at < run.Count; at++)
            {
                if (run[at].Alert is var alert && alert.Incident.Id == id)
                {
                    live.Add(alert);
                }
            }
        }

        live.Sort((a, b) => a.FirstSequence.CompareTo(b.FirstSequence));
        return live;
    }

    private static IncidentPage Page(Incident? incident, IEnumerable<Alert> alerts, int size, long? end)
    {
        var page = alerts.Take(size + 1).ToList();
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
