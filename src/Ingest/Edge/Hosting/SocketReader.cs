using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace PingAnIoT.Ingest;

/// <summary>
/// Reads a socket when it is asked to and never ahead, so that what comes while its owner waits gathers in the kernel and wakes nobody.
/// One stretch of memory, held only while something unread lies in it. Whoever reads bounds a packet's length; this holds at most twice that.
/// Threading: one reader; <see cref="CancelPendingRead"/> from any thread.
/// </summary>
internal sealed class SocketReader(Socket socket, SocketReadiness readiness, long number) : PipeReader, IValueTaskSource, IThreadPoolWorkItem
{
    /// <summary>What one receive takes at most, unless a longer packet has begun.</summary>
    public const int ReceiveBytes = 16 * 1024;

    /// <summary>With less room than this behind a packet that has begun, it is moved to the front or gets more.</summary>
    private const int LeastRoomBytes = 4 * 1024;

    private byte[] buffer = [];
    private int start;
    private int end;
    private bool isExamined = true;
    private bool isAtEnd;
    private bool isDone;
    private int isCancelled;
    private int isWaiting;
    private ManualResetValueTaskSourceCore<bool> core;

    public Socket Socket => socket;

    /// <summary>No other connection's.</summary>
    public long Number => number;

    /// <summary>Owned by the readiness.</summary>
    public bool IsKnown { get; set; }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        TryRead(out var result) ? new(result) : WaitAsync(cancellationToken);

    /// <summary>Also takes what the kernel has by now.</summary>
    public override bool TryRead(out ReadResult result)
    {
        ObjectDisposedException.ThrowIf(isDone, this);
        var cancelled = Volatile.Read(ref isCancelled) != 0 && Interlocked.Exchange(ref isCancelled, 0) != 0;
        if (!cancelled && isExamined && !isAtEnd)
        {
            Receive();
        }

        var any = cancelled || !isExamined || isAtEnd;
        result = any ? new ReadResult(new ReadOnlySequence<byte>(buffer, start, end - start), cancelled, isAtEnd) : default;
        return any;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var given = new ReadOnlySequence<byte>(buffer, start, end - start);
        isExamined = given.Slice(examined).IsEmpty;
        start = end - (int)given.Slice(consumed).Length;
        GiveBackIfEmpty();
    }

    public override void CancelPendingRead()
    {
        Interlocked.Exchange(ref isCancelled, 1);
        Wake();
    }

    public override void Complete(Exception? exception = null)
    {
        isDone = true;
        start = end;
        GiveBackIfEmpty();
    }

    /// <summary>Somebody waits no more; nobody does when nobody waited.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref isWaiting, 0) != 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => core.SetResult(true);

    void IValueTaskSource.GetResult(short token) => core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(r => ((SocketReader)r!).Wake(), this);
        while (true)
        {
            await SomethingAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(out var result))
            {
                return result;
            }
        }
    }

    /// <summary>No memory is held while the other side is silent.</summary>
    private ValueTask SomethingAsync(CancellationToken cancellationToken)
    {
        core.Reset();
        Interlocked.Exchange(ref isWaiting, 1);
        try
        {
            readiness.Arm(this);
        }
        catch
        {
            // A wake may be under way already: it would count for nobody.
            if (Interlocked.Exchange(ref isWaiting, 0) != 0)
            {
                throw;
            }
        }

        if (Volatile.Read(ref isCancelled) != 0 || cancellationToken.IsCancellationRequested)
        {
            Wake();
        }

        return new ValueTask(this, core.Version);
    }

    private void Receive()
    {
        MakeRoom();
        var got = socket.Receive(buffer.AsSpan(end), SocketFlags.None, out var error);
        if (error == SocketError.Success)
        {
            isAtEnd = got == 0;
            isExamined = got == 0;
            end += got;
        }
        else if (error != SocketError.WouldBlock)
        {
            throw new IOException("the connection was lost", new SocketException((int)error));
        }

        GiveBackIfEmpty();
    }

    private void MakeRoom()
    {
        if (buffer.Length == 0)
        {
            buffer = ArrayPool<byte>.Shared.Rent(ReceiveBytes);
            (start, end) = (0, 0);
        }
        else if (buffer.Length - end < LeastRoomBytes)
        {
            var larger = end - start > buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(buffer.Length * 2) : buffer;
            buffer.AsSpan(start, end - start).CopyTo(larger);
            if (larger != buffer)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            (start, end) = (0, end - start);
        }
    }

    private void GiveBackIfEmpty()
    {
        if (start == end && buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
            (start, end) = (0, 0);
        }
    }
}
