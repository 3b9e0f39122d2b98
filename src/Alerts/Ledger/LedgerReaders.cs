using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PingAnIoT.Alerts;

/// <summary>
/// Reading connections: a bounded few, each read at most 2 s long, because one open read keeps the write-ahead log from being emptied.
/// Threading: from any thread.
/// </summary>
internal sealed class LedgerReaders(string folder, int capacity, TimeProvider clock, AlertsMetrics metrics) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private const int StepsBetweenLooks = 10_000;
    private readonly SemaphoreSlim slots = new(capacity);
    private readonly System.Collections.Concurrent.ConcurrentBag<SqliteConnection> idle = [];

    /// <exception cref="LedgerException">It took longer than 2 s.</exception>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(read), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose()
    {
        while (idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        slots.Dispose();
    }

    private T Read<T>(Func<SqliteConnection, T> read)
    {
        var connection = idle.TryTake(out var waiting) ? waiting : LedgerDatabase.OpenReader(folder);
        var started = clock.GetTimestamp();
        raw.sqlite3_progress_handler(connection.Handle, StepsBetweenLooks, _ => clock.GetElapsedTime(started) > Longest ? 1 : 0, null);
        try
        {
            var result = read(connection);
            idle.Add(connection);
            return result;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            if (failure.SqliteErrorCode != raw.SQLITE_INTERRUPT)
            {
                throw;
            }

            metrics.ReadsCut.Add(1);
            throw new LedgerException("The read was stopped after 2 s; ask for less at a time.", failure);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
