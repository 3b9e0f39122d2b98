using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace PingAnIoT.Ingest;

/// <summary>
/// One accepted socket. It is read when the session reads, and written where the session's acknowledgements are written: a non-blocking send
/// costs less than the waking of somebody to do it. Threading: <see cref="Abort"/> from any thread, the rest by whoever serves the connection.
/// </summary>
internal sealed class SocketConnection : ConnectionContext, IDuplexPipe
{
    private const int ClosingReadsMaximum = 64;
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly SocketReadiness readiness;
    private readonly SocketReader reader;
    private readonly CancellationTokenSource closed = new();
    private int isEnded;

    public SocketConnection(Socket socket, SocketReadiness readiness, long number)
    {
        this.socket = socket;
        this.readiness = readiness;
        socket.NoDelay = true;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        stream = new NetworkStream(socket, ownsSocket: false);
        socket.Blocking = false;
        Input = reader = new SocketReader(socket, readiness, number);
        readiness.Add(reader);
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        Transport = this;
        ConnectionId = $"mqtt-{number:x}";
        ConnectionClosed = closed.Token;
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (Interlocked.Exchange(ref isEnded, 1) == 0)
        {
            // Reset, not closed: what lies unsent is for nobody.
            socket.Close(0);
            reader.Wake();
        }
    }

    /// <summary>What was written has been handed to the kernel by then. What the client still sent is read away: to close over it would be a reset, and what was said last would be lost.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isEnded, 1) == 0)
        {
            SayGoodbye();
            socket.Dispose();
        }

        readiness.Remove(reader);
        await Input.CompleteAsync().ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
        await closed.CancelAsync().ConfigureAwait(false);
        closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private void SayGoodbye()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            Span<byte> discarded = stackalloc byte[4096];
            for (var i = 0; i < ClosingReadsMaximum && socket.Receive(discarded, SocketFlags.None, out var error) > 0 && error == SocketError.Success; i++)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }
}
