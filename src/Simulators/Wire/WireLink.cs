using System.Net.Sockets;

namespace PingAnIoT.Simulators;

/// <summary>Bytes to and from a connected, non-blocking socket. Threading: owned by the fleet's thread.</summary>
internal class WireLink(Socket socket) : IDisposable
{
    /// <summary>The connection is lost.</summary>
    public const int Gone = -1;

    /// <summary>Whether the handshake, if there is one, is over.</summary>
    public virtual bool IsReady => true;

    /// <summary>Why it is <see cref="Gone"/>, where more is known than that the other side went.</summary>
    public string? Error { get; protected set; }

    /// <summary>Whether bytes that were taken still wait to be sent.</summary>
    public virtual bool HasUnsent => false;

    /// <summary>Moves a handshake on and sends what waits.</summary>
    /// <returns>False when the connection is lost.</returns>
    public virtual bool Advance() => true;

    /// <returns>How many bytes were taken; 0 when none can be sent now, or <see cref="Gone"/>.</returns>
    public virtual int Send(ReadOnlySpan<byte> bytes)
    {
        var count = socket.Send(bytes, SocketFlags.None, out var error);
        return Result(error, count);
    }

    /// <returns>How many bytes came; 0 when none are there now, or <see cref="Gone"/>.</returns>
    public virtual int Receive(Span<byte> target, out bool mayHaveMore)
    {
        var count = socket.Receive(target, SocketFlags.None, out var error);
        mayHaveMore = count == target.Length;
        return error == SocketError.Success && count == 0 ? Gone : Result(error, count);
    }

    /// <summary>Closes without another word: the other side sees a reset.</summary>
    public void Abort()
    {
        socket.Close(0);
        Dispose();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => socket.Dispose();

    private int Result(SocketError error, int count)
    {
        if (error is SocketError.Success or SocketError.WouldBlock)
        {
            return error == SocketError.Success ? count : 0;
        }

        Error = error.ToString();
        return Gone;
    }
}
