namespace PingAnIoT.Ingest;

/// <summary>
/// One source's way into the journal. It bounds how many of the source's batches are between the socket and the shards,
/// so a gateway that outruns the plant is itself made to wait, and no other.
/// </summary>
public abstract class IntakeLane : IDisposable
{
    /// <summary>A fresh batch, stamped with the receive time; waits while this lane's share is under way or the journal has no room.</summary>
    /// <exception cref="ObjectDisposedException">The pipeline is stopping: nothing more is taken in.</exception>
    public abstract ValueTask<MessageBatch> RentAsync(CancellationToken cancellationToken);

    /// <summary>Fixes the batch's place in the order of the world and hands it to the group commit. An empty batch is just given back.</summary>
    public abstract void Submit(MessageBatch batch);

    /// <summary>
    /// Completes when this source should read again after it has brought little: in a flow just before the next commit, so that all that came until then is
    /// read at once. Also when cancelled, without an exception. Never waits for the disk.
    /// </summary>
    public virtual ValueTask TurnAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>No more will be submitted. Batches under way are still made durable; the source is no longer told.</summary>
    public abstract void Dispose();
}

/// <summary>The port from the edge and the bridge into the pipeline. Implemented by the pipeline; faked in the edge's own tests.</summary>
public interface IIntake
{
    /// <summary>Opens a lane for one connection.</summary>
    IntakeLane OpenLane(IMessageSource source);

    /// <summary>A gateway came or went (birth, will, connection lost): journaled as a reading of the gateway's own series <c>gateway/NAME/online</c>.</summary>
    void ReportGateway(string gateway, bool online);

    /// <summary>How long a gateway that was there, and was not lost, may be away before it counts as lost.</summary>
    TimeSpan GatewayReturn { get; }

    /// <summary>
    /// False while the journal cannot write, or too much is under way already: the edge takes no new connections (CONNACK 0x88 / 3) and reads from
    /// none. Lanes bound what each connection has under way; this bounds what those leave behind who connect again and again.
    /// </summary>
    bool IsAccepting { get; }
}
