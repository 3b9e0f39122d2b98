namespace PingAnIoT.Server;

/// <summary>Tells what a start spends its time on. Threading: any; stages may go on side by side.</summary>
internal sealed class StartStages(TimeProvider time, ILogger logger)
{
    private readonly long begun = time.GetTimestamp();

    public T Of<T>(string stage, Func<T> work)
    {
        var from = time.GetTimestamp();
        var made = work();
        Ended(stage, from);
        return made;
    }

    public async Task OfAsync(string stage, Func<Task> work)
    {
        var from = time.GetTimestamp();
        await work();
        Ended(stage, from);
    }

    private void Ended(string stage, long from) => ServerLog.Starting(logger, stage, time.GetElapsedTime(from), time.GetElapsedTime(begun));
}
