namespace PingAnIoT.Alerts;

/// <summary>
/// Moves the ledger's log into its file beside the writer, so that no alert waits for the disk meanwhile. The log begins anew only when all of it is moved, and the writer adds to it all the time:
/// what it added is moved, too, until little is left, which the writer then moves itself.
/// Threading: a thread of its own, for as long as it takes.
/// </summary>
internal static class LogMove
{
    private const int MostPasses = 8;
    private const long LittleFrames = 256;

    /// <summary>Fails with what the database says.</summary>
    public static Task BeginAsync(LedgerOptions options) => Task.Factory.StartNew(
        () => Move(options), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    private static void Move(LedgerOptions options)
    {
        options.BeforeStep?.Invoke("move");
        var database = options.Database;
        using var connection = database.OpenMover();
        for (var (pass, before) = (0, 0L); connection is not null && pass < MostPasses; pass++)
        {
            var (log, moved) = database.MoveLog(connection, isThorough: false);
            if (log - before <= LittleFrames || moved == before)
            {
                return;
            }

            before = moved;
        }
    }
}
