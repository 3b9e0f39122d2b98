using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PingAnIoT.Simulators;

/// <summary>
/// epoll(7), edge-triggered: each socket is named once, and a wait costs as much as there is to tell, however many are idle. The runtime's own
/// asynchronous sockets would do it too, at two more threads' wake-ups for each answer of the server.
/// </summary>
internal sealed unsafe partial class EpollReadiness : IReadiness
{
    private const int AddOperation = 1;
    private const uint In = 0x001;
    private const uint Out = 0x004;
    private const uint Error = 0x008;
    private const uint HungUp = 0x010;
    private const uint PeerHungUp = 0x2000;
    private const uint EdgeTriggered = 1u << 31;
    private const int EventsAtOnce = 1024;
    private const int Interrupted = 4;

    /// <summary>The kernel packs the structure on x86 and nowhere else.</summary>
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private readonly int handle = epoll_create1(0x80000);
    private readonly byte[] events = new byte[EventsAtOnce * (DataOffset + 8)];
    private readonly IReadOnlyList<WireClient> clients;
    private bool hasFineWait = true;

    public EpollReadiness(IReadOnlyList<WireClient> clients)
    {
        this.clients = clients;
        if (handle < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    public void Add(Socket socket, WireClient client)
    {
        Span<byte> wanted = stackalloc byte[16];
        MemoryMarshal.Write(wanted, In | Out | PeerHungUp | EdgeTriggered);
        MemoryMarshal.Write(wanted[DataOffset..], (long)client.Slot);
        fixed (byte* pointer = wanted)
        {
            if (epoll_ctl(handle, AddOperation, (int)socket.Handle, pointer) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
        }
    }

    public void Wait(int micros, List<WireClient> ready)
    {
        int count;
        fixed (byte* pointer = events)
        {
            count = Wait(pointer, micros);
        }

        if (count < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new Win32Exception(error);
            }
        }

        for (var i = 0; i < count; i++)
        {
            var one = events.AsSpan(i * (DataOffset + 8));
            var what = MemoryMarshal.Read<uint>(one);
            var client = clients[(int)MemoryMarshal.Read<long>(one[DataOffset..])];
            client.MarkReady((what & (In | Error | HungUp | PeerHungUp)) != 0, (what & (Out | Error | HungUp)) != 0, (what & (Error | HungUp | PeerHungUp)) != 0);
            ready.Add(client);
        }
    }

    public void Dispose() => _ = close(handle);

    /// <summary>In microseconds where kernel and libc can (Linux 5.11, glibc 2.35), else in whole milliseconds.</summary>
    private int Wait(byte* pointer, int micros)
    {
        if (hasFineWait && micros % 1000 != 0)
        {
            var timeout = (Seconds: (long)(micros / 1_000_000), Nanos: micros % 1_000_000 * 1000L);
            try
            {
                return epoll_pwait2(handle, pointer, EventsAtOnce, &timeout, null);
            }
            catch (EntryPointNotFoundException)
            {
                hasFineWait = false;
            }
        }

        return epoll_wait(handle, pointer, EventsAtOnce, (micros + 999) / 1000);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int socket, byte* wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, byte* events, int most, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_pwait2(int epoll, byte* events, int most, (long Seconds, long Nanos)* timeout, void* signals);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);
}
