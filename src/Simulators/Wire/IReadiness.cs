using System.Net.Sockets;

namespace PingAnIoT.Simulators;

/// <summary>Tells a fleet which of its sockets can go on. Threading: owned by the fleet's thread.</summary>
internal interface IReadiness : IDisposable
{
    /// <summary>From here on until it is closed.</summary>
    void Add(Socket socket, WireClient client);

    /// <summary>Waits until a socket can go on, marks the clients whose sockets can, and adds them to <paramref name="ready"/>.</summary>
    void Wait(int micros, List<WireClient> ready);
}
