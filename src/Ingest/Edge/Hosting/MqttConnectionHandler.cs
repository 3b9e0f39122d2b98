using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace PingAnIoT.Ingest;

/// <summary>MQTT over a Kestrel connection, plain or TLS.</summary>
public sealed class MqttConnectionHandler(MqttEdge edge) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        return edge.ServeAsync(
            new EdgeConnection(
                connection.Transport,
                (connection.RemoteEndPoint as IPEndPoint)?.Address,
                connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate,
                connection.Abort),
            closing?.ConnectionClosedRequested ?? default);
    }
}
