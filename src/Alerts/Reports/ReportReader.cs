namespace PingAnIoT.Alerts;

/// <summary>Makes reports from the ledger, page by page.</summary>
internal sealed class ReportReader(Ledger ledger, BookSnapshot book, ReportSpan span, Func<string, bool> counts)
{
    /// <summary>How far the ledger has come within the period: its end, or just after the latest entry that counts: red overtakes, and the last is not always the latest.</summary>
    public async Task<long> EndMicrosAsync(CancellationToken cancellationToken)
    {
        var last = await ledger.ReadAsync(c => LifeRows.LatestTimeOf(c, span.UpTo), cancellationToken).ConfigureAwait(false);
        return Math.Clamp(last + 1, span.FromMicros, span.ToMicros);
    }

    public async Task<ReportTally> CountAsync(int level, CancellationToken cancellationToken)
    {
        var tally = new ReportTally(level);
        await new LifeWalk(ledger, book, span, counts).RunAsync(tally.Add, cancellationToken).ConfigureAwait(false);
        return tally;
    }

    public async Task<HeatTally> HeatAsync(int level, bool byDay, CancellationToken cancellationToken)
    {
        var tally = new HeatTally(level, byDay);
        await new LifeWalk(ledger, book, span, counts).RunAsync(tally.Add, cancellationToken).ConfigureAwait(false);
        return tally;
    }

    /// <param name="duty">Who bears what.</param>
    /// <param name="endMicros">From <see cref="EndMicrosAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<KpiTally> BearAsync(DutyLoad duty, long endMicros, CancellationToken cancellationToken)
    {
        var tally = new KpiTally(span.FromMicros, endMicros, duty);
        for (var (time, sequence) = (span.FromMicros, long.MinValue); ;)
        {
            var (fromTime, fromSequence) = (time, sequence);
            var page = await ledger.ReadAsync(
                c => LifeRows.Raises(c, fromTime, fromSequence, span.ToMicros, span.UpTo, LifeWalk.Room), cancellationToken).ConfigureAwait(false);
            foreach (var entry in page.Where(e => counts(e.Body.Transition!.Places)))
            {
                tally.Add(entry);
            }

            if (page.Count < LifeWalk.Room)
            {
                break;
            }

            (time, sequence) = (page[^1].TimeMicros, page[^1].Sequence);
        }

        await new LifeWalk(ledger, book, span, counts).RunAsync(tally.Add, cancellationToken).ConfigureAwait(false);
        return tally;
    }
}
