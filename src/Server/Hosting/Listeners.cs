using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PingAnIoT.Ingest;

namespace PingAnIoT.Server;

/// <summary>The sockets of one server: which there are, what is spoken on each, and their limits.</summary>
internal sealed class Listeners
{
    private readonly ServerOptions options;
    private readonly IPAddress address;

    public Listeners(ServerOptions options)
    {
        this.options = options;
        address = ServerOptionsCheck.ParseAddress(options.Listen.Address) ?? IPAddress.Loopback;
        Edge = EdgeOf(options, address);
    }

    /// <summary>What of it is the MQTT edge's.</summary>
    public EdgeOptions Edge { get; }

    private bool IsTls => options.Tls.Certificate.Length > 0;

    public void SetUp(KestrelServerOptions kestrel)
    {
        Limit(kestrel);
        kestrel.ListenMqtt(Edge);
        if (options.Listen.Grpc >= 0)
        {
            kestrel.Listen(address, options.Listen.Grpc, l => UseHttp(kestrel, l, HttpProtocols.Http2));
        }

        if (options.Listen.Http >= 0)
        {
            kestrel.Listen(address, options.Listen.Http, l => UseHttp(kestrel, l, IsTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1));
        }
    }

    /// <summary>The ports as bound, which Kestrel tells in the order they were set up.</summary>
    public ServerAddresses Bound(IServer server)
    {
        var bound = new Queue<int>(server.Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a).Port));
        int Next(bool isThere) => isThere ? bound.Dequeue() : 0;
        return new ServerAddresses(
            Name(), Next(Edge.Tcp.Length > 0), Next(Edge.Tls.Length > 0), Next(options.Listen.Grpc >= 0), Next(options.Listen.Http >= 0), IsTls);
    }

    private static EdgeOptions EdgeOf(ServerOptions options, IPAddress address)
    {
        var edge = new EdgeOptions
        {
            Tcp = options.Listen.Mqtt < 0 ? "" : new IPEndPoint(IPAddress.Loopback, options.Listen.Mqtt).ToString(),
            ConnectionsMaximum = options.Gateways.Connections,
            ConnectionsPerAddressMaximum = options.Gateways.ConnectionsPerAddress,
        };
        if (options.Tls.Certificate.Length > 0)
        {
            edge.Tls = options.Listen.MqttTls < 0 ? "" : new IPEndPoint(address, options.Listen.MqttTls).ToString();
            edge.CertificateFile = options.Tls.Certificate;
            edge.KeyFile = options.Tls.Key;
            edge.ClientAuthoritiesFile = options.Tls.GatewayAuthorities;
        }

        if (!options.Gateways.Open)
        {
            edge.CredentialsFile = ServerOptionsCheck.CredentialFile(options);
        }

        return edge;
    }

    private string Name() => address switch
    {
        _ when address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) => "localhost",
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } => $"[{address}]",
        _ => address.ToString(),
    };

    private void UseHttp(KestrelServerOptions kestrel, ListenOptions endpoint, HttpProtocols protocols)
    {
        endpoint.Protocols = protocols;
        if (IsTls)
        {
            var files = kestrel.ApplicationServices.GetRequiredService<TlsFiles>();
            endpoint.UseHttps(https =>
            {
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                https.ServerCertificateSelector = (_, _) => files.ServerCertificate;
            });
        }
    }

    private void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.Gateways.Connections;
        limits.MaxConcurrentUpgradedConnections = options.Gateways.Connections;
        limits.MaxRequestBodySize = 2 * 1024 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        limits.MaxRequestHeadersTotalSize = 16 * 1024;

        // Of a connection that asks nothing, from its first moment on; an open stream or WebSocket is not one.
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);

        // A dead officer's connection is found out in 15 s: a ping after 4 s of silence, 8 s to answer it, and Kestrel looks once a second.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(4);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(8);
        limits.Http2.MaxStreamsPerConnection = 100;

        // What a stopped reader can make the server hold.
        limits.MaxResponseBufferSize = 64 * 1024;
    }
}
