using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PingAnIoT.Server;

/// <summary>The sockets of one server: which there are, what is spoken on each, and their limits.</summary>
internal sealed class Listeners(ServerOptions options)
{
    private ListenOptions? mqtt;
    private ListenOptions? mqttTls;
    private ListenOptions? grpc;
    private ListenOptions? http;
    private IPAddress address = IPAddress.Loopback;
    private X509Certificate2? certificate;

    /// <param name="kestrel">Kestrel's options, before it starts.</param>
    /// <param name="useMqtt">Puts the edge on an endpoint.</param>
    /// <param name="useMqttTls">The same behind TLS, where a client certificate may name the gateway.</param>
    public void SetUp(KestrelServerOptions kestrel, Action<ListenOptions> useMqtt, Action<ListenOptions, X509Certificate2> useMqttTls)
    {
        address = ServerOptionsCheck.ParseAddress(options.Listen.Address) ?? IPAddress.Loopback;
        if (options.Tls.Certificate.Length > 0)
        {
            certificate = LoadCertificate(options.Tls);
        }

        Limit(kestrel, options);
        if (options.Listen.Mqtt >= 0)
        {
            kestrel.Listen(IPAddress.Loopback, options.Listen.Mqtt, l => useMqtt(mqtt = l));
        }

        if (options.Listen.MqttTls >= 0 && certificate is not null)
        {
            kestrel.Listen(address, options.Listen.MqttTls, l => useMqttTls(mqttTls = l, certificate));
        }

        if (options.Listen.Grpc >= 0)
        {
            kestrel.Listen(address, options.Listen.Grpc, l => UseHttp(grpc = l, HttpProtocols.Http2));
        }

        if (options.Listen.Http >= 0)
        {
            kestrel.Listen(address, options.Listen.Http, l => UseHttp(http = l, certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2));
        }
    }

    /// <summary>The ports as bound; only after Kestrel has started.</summary>
    public ServerAddresses Bound() => new(
        IPAddress.Any.Equals(address) || IPAddress.IPv6Any.Equals(address) ? "localhost"
            : address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString(),
        Port(mqtt), Port(mqttTls), Port(grpc), Port(http), certificate is not null);

    private static int Port(ListenOptions? endpoint) => endpoint?.IPEndPoint?.Port ?? 0;

    private void UseHttp(ListenOptions endpoint, HttpProtocols protocols)
    {
        endpoint.Protocols = protocols;
        if (certificate is not null)
        {
            endpoint.UseHttps(certificate, o => o.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13);
        }
    }

    private static void Limit(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.Gateways.Connections;
        limits.MaxConcurrentUpgradedConnections = options.Gateways.Connections;
        limits.MaxRequestBodySize = 2 * 1024 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        limits.MaxRequestHeadersTotalSize = 16 * 1024;

        // A dead officer's connection is found out in 15 s: a ping after 5 s of silence, 10 s to answer it.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        limits.Http2.MaxStreamsPerConnection = 100;

        // A window of one message more or less: what a stopped reader can make the server hold is this, per stream.
        limits.MaxResponseBufferSize = 64 * 1024;
    }

    private static X509Certificate2 LoadCertificate(TlsSection tls)
    {
        using var pem = X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);

        // A key straight from PEM is not usable for TLS on every platform; through PKCS#12 it is.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
    }
}
