using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace PingAnIoT.Ingest;

/// <summary>
/// Kestrel's sockets for MQTT endpoints, plain and under TLS. Kestrel's own read ahead and hand over through a pipe, which for small messages is most of what they cost;
/// HTTP keeps those.
/// </summary>
internal sealed class MqttTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    private static readonly TimeSpan WhenThereIsNoRoom = TimeSpan.FromMilliseconds(100);
    private readonly SocketReadiness readiness = new(OperatingSystem.IsLinux());
    private long connections;

    public bool CanBind(EndPoint endpoint) => endpoint is MqttEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        try
        {
            socket.Listen(512);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(e.Message, e);
        }

        return new(new Listener(this, socket));
    }

    public void Dispose() => readiness.Dispose();

    private sealed class Listener(MqttTransport transport, Socket socket) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    return new SocketConnection(await socket.AcceptAsync(cancellationToken).ConfigureAwait(false), transport.readiness, Interlocked.Increment(ref transport.connections));
                }
                catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
                {
                    return null;
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    // It waits still and would be refused again at once, for as long as nobody goes: at a core's full pace.
                    await Task.Delay(WhenThereIsNoRoom, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                }
                catch (SocketException)
                {
                    // It was gone before it was accepted.
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>An address where MQTT is spoken.</summary>
internal sealed class MqttEndPoint(IPAddress address, int port) : IPEndPoint(address, port)
{
    public static new MqttEndPoint Parse(string text)
    {
        var parsed = IPEndPoint.Parse(text);
        return new MqttEndPoint(parsed.Address, parsed.Port);
    }
}
