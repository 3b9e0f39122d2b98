using System.Net.Sockets;

namespace PingAnIoT.Simulators;

/// <summary>Where there is no epoll: one poll over all sockets, whose cost grows with their number.</summary>
internal sealed class SelectReadiness : IReadiness
{
    private readonly Dictionary<Socket, WireClient> clients = [];
    private readonly List<Socket> readable = [];
    private readonly List<Socket> writable = [];
    private readonly List<Socket> failed = [];
    private readonly List<Socket> closed = [];

    public void Add(Socket socket, WireClient client) => clients.Add(socket, client);

    public void Dispose() => clients.Clear();

    public void Wait(int micros, List<WireClient> ready)
    {
        Gather();
        if (readable.Count == 0)
        {
            // A poll of nothing would not wait.
            using var nothing = new ManualResetEvent(initialState: false);
            nothing.WaitOne((micros + 999) / 1000);
            return;
        }

        Socket.Select(readable, writable.Count > 0 ? writable : null, failed, micros);
        Mark(readable, canRead: true, canWrite: false, ready);
        Mark(writable, canRead: false, canWrite: true, ready);
        Mark(failed, canRead: true, canWrite: true, ready);
    }

    private void Gather()
    {
        readable.Clear();
        writable.Clear();
        failed.Clear();
        foreach (var (socket, client) in clients)
        {
            if (client.Socket != socket)
            {
                closed.Add(socket);
                continue;
            }

            readable.Add(socket);
            failed.Add(socket);
            if (client.WantsWrite)
            {
                writable.Add(socket);
            }
        }

        closed.ForEach(s => clients.Remove(s));
        closed.Clear();
    }

    private void Mark(List<Socket> sockets, bool canRead, bool canWrite, List<WireClient> ready)
    {
        foreach (var socket in sockets)
        {
            clients[socket].MarkReady(canRead, canWrite, isHung: false);
            ready.Add(clients[socket]);
        }
    }
}
