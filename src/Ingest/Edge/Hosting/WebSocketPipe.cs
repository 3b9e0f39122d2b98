using System.IO.Pipelines;
using System.Net.WebSockets;

namespace PingAnIoT.Ingest;

/// <summary>
/// A WebSocket as a pair of pipes: MQTT is the bytes of its binary frames, however cut (5.0 section 6).
/// A text frame ends the connection [MQTT-6.0.0-1].
/// </summary>
internal sealed class WebSocketPipe : IDuplexPipe
{
    private const int PauseBytes = 64 * 1024;
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);
    private readonly WebSocket socket;
    private readonly Pipe incoming = new(new PipeOptions(pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false));
    private readonly Pipe outgoing = new(new PipeOptions(pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false));

    public WebSocketPipe(WebSocket socket) => this.socket = socket;

    public PipeReader Input => incoming.Reader;

    public PipeWriter Output => outgoing.Writer;

    /// <summary>Moves bytes both ways until <paramref name="served"/>, then closes.</summary>
    public async Task RunAsync(Task served, TimeProvider time, CancellationToken aborted)
    {
        var receiving = ReceiveAsync(aborted);
        var sending = SendAsync(aborted);
        await served.ConfigureAwait(false);
        await outgoing.Writer.CompleteAsync().ConfigureAwait(false);
        await incoming.Reader.CompleteAsync().ConfigureAwait(false);
        await sending.ConfigureAwait(false);

        // The client answers the close frame by closing; one that does not is not waited for.
        await receiving.WaitAsync(CloseTime, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Abort();
        await receiving.ConfigureAwait(false);
    }

    private async Task ReceiveAsync(CancellationToken aborted)
    {
        try
        {
            while (true)
            {
                // Nothing is reserved while the client is silent.
                await socket.ReceiveAsync(Memory<byte>.Empty, aborted).ConfigureAwait(false);
                var frame = await socket.ReceiveAsync(incoming.Writer.GetMemory(4096), aborted).ConfigureAwait(false);
                if (frame.MessageType != WebSocketMessageType.Binary)
                {
                    break;
                }

                incoming.Writer.Advance(frame.Count);
                if ((await incoming.Writer.FlushAsync(aborted).ConfigureAwait(false)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client is gone; end of input says so.
        }

        await incoming.Writer.CompleteAsync().ConfigureAwait(false);
        await DiscardAsync(aborted).ConfigureAwait(false);
    }

    /// <summary>Reads away what still comes until the client has closed: to close over unread bytes would be a reset.</summary>
    private async Task DiscardAsync(CancellationToken aborted)
    {
        var discarded = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(discarded.AsMemory(), aborted).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client is gone.
        }
    }

    private async Task SendAsync(CancellationToken aborted)
    {
        try
        {
            while (true)
            {
                var result = await outgoing.Reader.ReadAsync(aborted).ConfigureAwait(false);
                foreach (var segment in result.Buffer)
                {
                    await socket.SendAsync(segment, WebSocketMessageType.Binary, endOfMessage: true, aborted).ConfigureAwait(false);
                }

                outgoing.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, aborted).ConfigureAwait(false);
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client is gone; a completed reader tells the writer.
        }

        await outgoing.Reader.CompleteAsync().ConfigureAwait(false);
    }
}
