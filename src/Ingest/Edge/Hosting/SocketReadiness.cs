using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PingAnIoT.Ingest;

/// <summary>
/// Tells once, when asked, that a socket has something. epoll(7) in one-shot mode: what comes on a socket that nobody waits for wakes nobody, where the runtime's own
/// sockets, once they have waited, wake a thread at every packet. Where there is no epoll it asks those.
/// Threading: any thread arms; one thread of its own tells.
/// </summary>
internal sealed partial class SocketReadiness : IDisposable
{
    private const int AddOperation = 1;
    private const int ModifyOperation = 3;
    private const uint In = 0x001;
    private const uint PeerHungUp = 0x2000;
    private const uint OneShot = 1u << 30;
    private const int EventsAtOnce = 512;
    private const int Interrupted = 4;

    /// <summary>An idle server looks this often whether it is to stop.</summary>
    private const int WaitMilliseconds = 1_000;

    /// <summary>The kernel packs the structure on x86 and nowhere else.</summary>
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private readonly ConcurrentDictionary<long, SocketReader> readers = new();
    private readonly int handle = -1;
    private volatile bool isStopping;

    public SocketReadiness(bool usesEpoll)
    {
        if (!usesEpoll)
        {
            return;
        }

        handle = epoll_create1(0x80000);
        if (handle < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        new Thread(Tell) { IsBackground = true, Name = "mqtt sockets" }.Start();
    }

    /// <summary>From now on this reader can be armed.</summary>
    public void Add(SocketReader reader) => readers[reader.Number] = reader;

    public void Remove(SocketReader reader) => readers.TryRemove(reader.Number, out _);

    /// <summary>Wakes the reader when its socket has something or has ended, once. May wake it for nothing.</summary>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public unsafe void Arm(SocketReader reader)
    {
        if (handle < 0)
        {
            _ = AskRuntimeAsync(reader);
            return;
        }

        var isHeld = false;
        try
        {
            // A number that closes now could be another connection's at once.
            reader.Socket.SafeHandle.DangerousAddRef(ref isHeld);
            Span<byte> wanted = stackalloc byte[16];
            MemoryMarshal.Write(wanted, In | PeerHungUp | OneShot);
            MemoryMarshal.Write(wanted[DataOffset..], reader.Number);
            fixed (byte* pointer = wanted)
            {
                if (epoll_ctl(handle, reader.IsKnown ? ModifyOperation : AddOperation, (int)reader.Socket.SafeHandle.DangerousGetHandle(), pointer) != 0)
                {
                    throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
                }
            }

            reader.IsKnown = true;
        }
        finally
        {
            if (isHeld)
            {
                reader.Socket.SafeHandle.DangerousRelease();
            }
        }
    }

    /// <summary>Its thread ends by itself.</summary>
    public void Dispose() => isStopping = true;

    private static async Task AskRuntimeAsync(SocketReader reader)
    {
        try
        {
            await reader.Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The reader will find the same.
        }

        reader.Wake();
    }

    private unsafe void Tell()
    {
        var events = new byte[EventsAtOnce * (DataOffset + 8)];
        while (!isStopping)
        {
            int count;
            fixed (byte* pointer = events)
            {
                count = epoll_wait(handle, pointer, EventsAtOnce, WaitMilliseconds);
            }

            if (count < 0 && Marshal.GetLastPInvokeError() is var error && error != Interrupted)
            {
                throw new Win32Exception(error);
            }

            for (var i = 0; i < count; i++)
            {
                if (readers.TryGetValue(MemoryMarshal.Read<long>(events.AsSpan((i * (DataOffset + 8)) + DataOffset)), out var reader))
                {
                    reader.Wake();
                }
            }
        }

        _ = close(handle);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_ctl(int epoll, int operation, int socket, byte* wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_wait(int epoll, byte* events, int most, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);
}
