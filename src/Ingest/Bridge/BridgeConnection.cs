namespace PingAnIoT.Ingest;

/// <summary>One connection to an external broker, until it is lost or cut by us. Threading: any thread.</summary>
internal sealed class BridgeConnection
{
    private readonly TaskCompletionSource<string> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool wasCut;

    /// <summary>Completes with the reason.</summary>
    public Task<string> Ended => ended.Task;

    /// <summary>We have asked for its end: what still comes by it is not taken in.</summary>
    public bool WasCut => wasCut;

    public void Lost(string reason) => ended.TrySetResult(reason);

    public void Cut(string reason)
    {
        wasCut = true;
        ended.TrySetResult(reason);
    }
}
