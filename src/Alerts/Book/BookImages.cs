using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// Keeps the book's image near the ledger's end: written anew beside all else when enough has happened since the last, and when the ledger is closed.
/// Threading: read at the start; looked at by the sweep's timer; ended once.
/// </summary>
internal sealed class BookImages(LedgerOptions options, AlertBook book, ILogger logger)
{
    /// <summary>Each so many entries, and not before an eighth of the alerts can have changed: what is written stays in proportion.</summary>
    private const int EntriesBetween = 20_000;

    private readonly Lock gate = new();
    private Task writing = Task.CompletedTask;
    private long written;

    public BookImage.Content? Read() => BookImage.Read(options.Folder);

    /// <summary>The start has begun with the one of this entry.</summary>
    public void Taken(long sequence) => written = sequence;

    public void Look()
    {
        var now = book.Current;
        lock (gate)
        {
            if (writing.IsCompleted && now.Alerts.Count >= options.ImageFrom
                && now.Sequence - written >= Math.Max(EntriesBetween, now.Alerts.Count / 8))
            {
                written = now.Sequence;
                writing = Task.Run(() => Write(now));
            }
        }
    }

    /// <summary>After the last commit.</summary>
    public async Task EndAsync()
    {
        await writing.ConfigureAwait(false);
        var now = book.Current;
        if (now.Alerts.Count >= options.ImageFrom && now.Sequence > written)
        {
            Write(now);
        }
    }

    private void Write(BookSnapshot of)
    {
        try
        {
            BookImage.Write(options.Folder, of);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            AlertsLog.ImageNotWritten(logger, refused);
        }
    }
}
