using System.Threading.Tasks.Sources;

namespace PingAnIoT.Ingest;

/// <summary>
/// One source's wait for its turn, used again and again. Whoever waits goes on right where it is called.
/// Threading: one waits; the gathering and a cancellation may both call, and the first counts.
/// </summary>
internal sealed class LaneTurn(Gathering gathering) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> core;
    private CancellationTokenRegistration registration;
    private int isWaiting;

    /// <summary>Completes when called, or when cancelled: then too without an exception.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        core.Reset();
        Volatile.Write(ref isWaiting, 1);
        registration = cancellationToken.UnsafeRegister(t => ((LaneTurn)t!).Come(), this);
        gathering.Enter(this);
        return new ValueTask(this, core.Version);
    }

    /// <summary>Once; one that waits no more does not notice.</summary>
    public void Come()
    {
        if (Interlocked.Exchange(ref isWaiting, 0) != 0)
        {
            core.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        registration.Unregister();
        core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);
}
