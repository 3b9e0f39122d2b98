namespace PingAnIoT.Alerts;

/// <summary>
/// Goes through every alert that was open in a period or of which something was written in it, one at a time, by pages of the ledger: what it holds
/// does not grow with the ledger. First the alerts of the book, then those that left it and were written of since the period began.
/// </summary>
/// <param name="ledger">Read by its readers, each read a bounded page.</param>
/// <param name="book">At least as new as the last entry that counts.</param>
/// <param name="span">The period.</param>
/// <param name="counts">Whether an alert of these places counts, as in <see cref="Alert.Places"/>.</param>
internal sealed class LifeWalk(Ledger ledger, BookSnapshot book, ReportSpan span, Func<string, bool> counts)
{
    /// <summary>Entries and alerts at hand at a time.</summary>
    public const int Room = 1_000;

    private long firstTouched = long.MaxValue;

    public async Task RunAsync(Action<Life> take, CancellationToken cancellationToken)
    {
        // What was open and is in the book no more was closed since: its closing is not before this.
        var sinceMicros = span.UpTo < book.Sequence
            ? Math.Min(span.FromMicros, await ledger.ReadAsync(c => LifeRows.TimeOf(c, span.UpTo), cancellationToken).ConfigureAwait(false))
            : span.FromMicros;
        var waiting = new List<string>(Room);
        for (var (time, sequence) = (sinceMicros, long.MinValue); ;)
        {
            var (fromTime, fromSequence) = (time, sequence);
            var page = await ledger.ReadAsync(c => LifeRows.After(c, sinceMicros, fromTime, fromSequence, Room), cancellationToken).ConfigureAwait(false);
            foreach (var touch in page)
            {
                firstTouched = Math.Min(firstTouched, touch.Sequence);
                if (touch.IsFirst && !book.Alerts.ContainsKey(touch.AlertId))
                {
                    waiting.Add(touch.AlertId);
                }
            }

            await ReadAsync(waiting, take, cancellationToken).ConfigureAwait(false);
            if (page.Count < Room)
            {
                break;
            }

            (time, sequence) = (page[^1].TimeMicros, page[^1].Sequence);
        }

        await BookAsync(take, cancellationToken).ConfigureAwait(false);
    }

    private async Task BookAsync(Action<Life> take, CancellationToken cancellationToken)
    {
        var waiting = new List<string>(Room);
        foreach (var alert in book.Alerts.Packed)
        {
            if (!counts(alert.Places))
            {
                continue;
            }

            if (alert.LastSequence is var last && (last >= firstTouched || last > span.UpTo))
            {
                waiting.Add(alert.Id);
            }
            else if (alert.IsOpen)
            {
                take(Life.Untouched(alert.Unpack(), span));
            }

            if (waiting.Count == Room)
            {
                await ReadAsync(waiting, take, cancellationToken).ConfigureAwait(false);
            }
        }

        await ReadAsync(waiting, take, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads those that wait; each is there once.</summary>
    private async Task ReadAsync(List<string> waiting, Action<Life> take, CancellationToken cancellationToken)
    {
        Life? life = null;
        for (var (at, after) = (0, 0L); at < waiting.Count;)
        {
            var (fromAt, fromAfter) = (at, after);
            var (entries, nextAt, nextAfter) = await ledger
                .ReadAsync(c => LifeRows.Of(c, waiting, fromAt, fromAfter, span.UpTo, Room), cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                if (life?.Id != entry.AlertId)
                {
                    End();
                    life = new Life(span) { Id = entry.AlertId };
                }

                life!.Take(entry);
            }

            (at, after) = (nextAt, nextAfter);
        }

        End();
        waiting.Clear();

        void End()
        {
            if (life is { Alert: { } alert, IsEmpty: false } && counts(alert.Places))
            {
                take(life);
            }
        }
    }
}
