using System.Threading.Tasks.Sources;

namespace PingAnIoT.Simulators;

/// <summary>
/// What lies under an <see cref="System.Net.Security.SslStream"/>: bytes to send are kept until the link fetches them, and a read waits until the link
/// feeds it, when it goes on within that very call. So TLS runs on the fleet's thread like all else. Threading: owned by the fleet's thread.
/// </summary>
internal sealed class CipherStream : Stream, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> source;
    private Memory<byte> waiting;
    private byte[] outgoing = new byte[1024];
    private int outgoingStart;
    private int outgoingEnd;
    private ReadOnlyMemory<byte> incoming;

    /// <summary>True while a read waits to be fed.</summary>
    public bool IsHungry { get; private set; }

    public ReadOnlySpan<byte> Outgoing => outgoing.AsSpan(outgoingStart, outgoingEnd - outgoingStart);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void Sent(int count)
    {
        outgoingStart += count;
        if (outgoingStart == outgoingEnd)
        {
            outgoingStart = outgoingEnd = 0;
        }
    }

    /// <summary>Gives the waiting read what came; none for the end. Call only when hungry: whatever came before is then used up.</summary>
    /// <param name="bytes">Stay as they are until it is hungry again.</param>
    public void Feed(ReadOnlyMemory<byte> bytes)
    {
        incoming = bytes;
        IsHungry = false;
        source.SetResult(Serve(waiting));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!incoming.IsEmpty)
        {
            return new ValueTask<int>(Serve(buffer));
        }

        source.Reset();
        waiting = buffer;
        IsHungry = true;
        return new ValueTask<int>(this, source.Version);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (outgoing.Length - outgoingEnd < buffer.Length)
        {
            var pending = Outgoing;
            var larger = new byte[Math.Max(outgoing.Length * 2, pending.Length + buffer.Length)];
            pending.CopyTo(larger);
            (outgoing, outgoingStart, outgoingEnd) = (larger, 0, pending.Length);
        }

        buffer.CopyTo(outgoing.AsSpan(outgoingEnd));
        outgoingEnd += buffer.Length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public int GetResult(short token) => source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    private int Serve(Memory<byte> target)
    {
        var count = Math.Min(target.Length, incoming.Length);
        incoming.Span[..count].CopyTo(target.Span);
        incoming = incoming[count..];
        return count;
    }
}
