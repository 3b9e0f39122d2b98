using System.Data.Common;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What a window or shelf would hold back: what is open in it now, and what of the last 7 days would not have been told.</summary>
/// <param name="Open">How many alerts are open, by the worst that they have been.</param>
/// <param name="Worst">Some of these, the worst and newest first.</param>
/// <param name="RedTold">How many of them are red and told all the same.</param>
/// <param name="Held">By alert: the worst colour that would have been held back.</param>
/// <param name="News">How many raises, worsenings and missed deadlines that would have been.</param>
/// <param name="Sample">The newest of them.</param>
/// <param name="FromMicros">How far back it was looked at.</param>
public sealed record HeldBackOutlook(
    IReadOnlyDictionary<Severity, int> Open, IReadOnlyList<Alert> Worst, int RedTold, IReadOnlyDictionary<string, Severity> Held, int News, IReadOnlyList<LedgerEntry> Sample, long FromMicros)
{
    /// <summary>Most that is shown of what is open, and of the news.</summary>
    public const int Shown = 20;

    /// <summary>The past that is looked at: so long, and at most so many entries of it.</summary>
    private const long PastMicros = 7L * 24 * 3600 * 1_000_000;
    private const int MostEntries = 100_000;
    private const int PageEntries = 5_000;

    internal static async Task<HeldBackOutlook> OfAsync(
        Ledger ledger, Officer officer, AlertScope scope, bool holdsRed, bool holdsBreaches, TimeProvider time, CancellationToken cancellationToken)
    {
        var (book, open, worst) = await ledger.Desk.ListAsync(officer, o => OpenNow(o, scope), cancellationToken).ConfigureAwait(false);
        var since = Micros.Now(time) - PastMicros;
        var (held, sample, news, from) = (new Dictionary<string, Severity>(StringComparer.Ordinal), new List<LedgerEntry>(), 0, since);
        for (var before = book.Sequence; before > 0; before -= PageEntries)
        {
            if (book.Sequence - before >= MostEntries)
            {
                from = (await ledger.ReadEntriesAsync(before, 1, cancellationToken).ConfigureAwait(false)) is [var first] ? first.TimeMicros : from;
                break;
            }

            var (end, after) = (before, Math.Max(0, before - PageEntries));
            var page = await ledger.ReadAsync(c => Page(c, after, end), cancellationToken).ConfigureAwait(false);
            foreach (var (entry, colour) in page.Where(p => p.Entry.TimeMicros >= since && scope.Catches(p.Alert) && (holdsBreaches || p.Entry.Kind != EntryKind.Breached))
                .Select(p => (p.Entry, p.Entry.Body.Transition?.To ?? p.Alert.PeakColour)).Where(p => holdsRed || p.Item2 != Severity.Red))
            {
                news++;
                held[entry.AlertId] = Colours.Worse(held.GetValueOrDefault(entry.AlertId), colour);
                if (sample.Count < Shown)
                {
                    sample.Add(entry);
                }
            }

            if (page.Count > 0 && page[^1].Entry.TimeMicros < since)
            {
                break;
            }
        }

        return new HeldBackOutlook(open, [.. worst.Select(a => a.Unpack())], holdsRed ? 0 : open.GetValueOrDefault(Severity.Red), held, news, sample, from);
    }

    internal static (BookSnapshot Book, Dictionary<Severity, int> Open, List<PackedAlert> Worst) OpenNow(OrderedBook ordered, AlertScope scope)
    {
        var (open, worst) = (new Dictionary<Severity, int>(), new PriorityQueue<PackedAlert, (int, long)>());
        foreach (var alert in OrderedBook.Each(ordered.Of(new Officer(""), scope.Territory)).Where(a => a.IsOpen && scope.Catches(a)))
        {
            open[alert.PeakColour] = open.GetValueOrDefault(alert.PeakColour) + 1;
            worst.Enqueue(alert, (Colours.Rank(alert.PeakColour), alert.FirstSequence));
            if (worst.Count > Shown)
            {
                worst.Dequeue();
            }
        }

        var shown = new List<PackedAlert>();
        while (worst.TryDequeue(out var alert, out _))
        {
            shown.Insert(0, alert);
        }

        return (ordered.Book, open, shown);
    }

    /// <summary>The news of a stretch with its alerts, newest first.</summary>
    private static List<(LedgerEntry Entry, Alert Alert)> Page(DbConnection connection, long after, long upTo)
    {
        var entries = LedgerRows.Query(
            connection, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq > @after AND seq <= @upto AND kind IN (1, 2, 7, 9) ORDER BY seq DESC", LedgerRows.ReadEntry,
            ("@after", after), ("@upto", upTo));
        var page = new List<(LedgerEntry, Alert)>();
        var known = new Dictionary<string, Alert>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(e => MaintenanceMarks.IsNews(e.Kind, e.Body)))
        {
            if (!known.TryGetValue(entry.AlertId, out var alert))
            {
                if (LedgerRows.Query(connection, "SELECT state FROM alert WHERE id = @id", r => LedgerRows.ReadAlert(r.GetFieldValue<byte[]>(0)), ("@id", entry.AlertId)) is not [var found])
                {
                    continue;
                }

                known[entry.AlertId] = alert = found;
            }

            page.Add((entry, alert));
        }

        return page;
    }
}
