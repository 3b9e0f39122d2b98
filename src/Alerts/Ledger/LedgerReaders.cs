using System.Data;
using System.Data.Common;

namespace PingAnIoT.Alerts;

/// <summary>
/// Reading connections: a bounded few, each read at most 2 s long, because one open read keeps the write-ahead log from being emptied.
/// Threading: from any thread.
/// </summary>
internal sealed class LedgerReaders(ILedgerDatabase database, int capacity, TimeProvider clock, AlertsMetrics metrics) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim slots = new(capacity);
    private readonly System.Collections.Concurrent.ConcurrentBag<DbConnection> idle = [];

    /// <exception cref="LedgerException">It took longer than 2 s.</exception>
    public async Task<T> ReadAsync<T>(Func<DbConnection, T> read, CancellationToken cancellationToken)
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

    private T Read<T>(Func<DbConnection, T> read)
    {
        while (true)
        {
            var isNew = !idle.TryTake(out var connection);
            connection ??= database.OpenReader(Longest);
            database.Limit(connection, Longest, clock);
            try
            {
                var result = read(connection);
                idle.Add(connection);
                return result;
            }
            catch (DbException failure) when (database.WasCut(failure))
            {
                connection.Dispose();
                metrics.ReadsCut.Add(1);
                throw new LedgerException("The read was stopped after 2 s; ask for less at a time.", failure);
            }
            catch (Exception) when (!isNew && connection.State != ConnectionState.Open)
            {
                // It was lost while nobody looked, as at a restart of the database's server: a new one may do.
                connection.Dispose();
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }
}
