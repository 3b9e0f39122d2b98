using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>Dead letters by the page, of one officer's places: what lies between them is another's, and leaves no hole in his pages.</summary>
internal static class DeadNoticeList
{
    /// <summary>Most rows that are looked at for one page.</summary>
    public const int MostLooked = 5_000;
    private const int RowsAtOnce = 500;

    /// <param name="ledger">Where they are.</param>
    /// <param name="officer">Who asks.</param>
    /// <param name="after">Where the last page ended; "" for the first.</param>
    /// <param name="size">Most of a page.</param>
    /// <param name="mostLooked">So many rows in all; a page may be short, or empty, when there are so many of others.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>His, in their order, and where to go on; null when there is no more.</returns>
    public static async Task<(IReadOnlyList<DeadNotice> Own, string? Next)> ReadAsync(
        Ledger ledger, Officer officer, string after, int size, int mostLooked = MostLooked, CancellationToken cancellationToken = default)
    {
        var own = new List<DeadNotice>();
        var (micros, key) = Place(after);
        for (var looked = 0; looked < mostLooked;)
        {
            var (fromMicros, fromKey, room) = (micros, key, Math.Min(RowsAtOnce, mostLooked - looked));
            var rows = await ledger.ReadAsync(c => NoticeRows.Dead(c, fromMicros, fromKey, room), cancellationToken).ConfigureAwait(false);
            foreach (var dead in rows)
            {
                if (await ledger.FindAlertAsync(dead.Card.AlertId, cancellationToken).ConfigureAwait(false) is { } alert && officer.Sees(alert))
                {
                    if (own.Count == size)
                    {
                        return (own, Text(own[^1].SinceMicros, own[^1].Card.Key));
                    }

                    own.Add(dead);
                }

                (micros, key) = (dead.SinceMicros, dead.Card.Key);
            }

            if (rows.Count < room)
            {
                return (own, null);
            }

            looked += rows.Count;
        }

        return (own, Text(micros, key));
    }

    private static string Text(long micros, string key) => string.Create(CultureInfo.InvariantCulture, $"{micros}/{key}");

    private static (long Micros, string Key) Place(string position)
    {
        var cut = position.IndexOf('/', StringComparison.Ordinal);
        return cut < 0 ? (long.MinValue, "") : (long.Parse(position.AsSpan(0, cut), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), position[(cut + 1)..]);
    }
}
