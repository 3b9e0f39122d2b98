using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>Puts the MQTT edge on Kestrel: TCP, TLS and WebSocket.</summary>
public static class MqttEdgeHosting
{
    private const string SubProtocol = "mqtt";

    /// <summary>Registers the edge. Needs an <see cref="IIntake"/> and a <see cref="TimeProvider"/> in the same container.</summary>
    public static IServiceCollection AddMqttEdge(this IServiceCollection services, EdgeOptions options)
    {
        services.AddConnections();
        services.AddMetrics();
        services.TryAddSingleton<IConnectionListenerFactory, SocketTransportFactory>();
        services.AddSingleton<IConnectionListenerFactory, MqttTransport>();
        services.AddSingleton(options);
        services.AddSingleton<EdgeMetrics>();
        services.AddSingleton<GatewayCredentials>();
        services.AddSingleton<TlsFiles>();
        services.AddSingleton<MqttEdge>();
        services.AddSingleton<MqttConnectionHandler>();
        return services;
    }

    /// <summary>Listens as the options say: the plain endpoint first, then the TLS one.</summary>
    /// <exception cref="InvalidOperationException">The options are not safe to start with; the message lists why.</exception>
    public static void ListenMqtt(this KestrelServerOptions kestrel, EdgeOptions options)
    {
        var errors = options.Validate().ToList();
        if (errors.Count > 0)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
        }

        if (options.Tcp.Length > 0)
        {
            kestrel.Listen(MqttEndPoint.Parse(options.Tcp), listen => listen.UseConnectionHandler<MqttConnectionHandler>());
        }

        if (options.Tls.Length > 0)
        {
            var files = kestrel.ApplicationServices.GetRequiredService<TlsFiles>();
            kestrel.Listen(MqttEndPoint.Parse(options.Tls), listen =>
            {
                listen.UseHttps(https =>
                {
                    https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                    https.HandshakeTimeout = TimeSpan.FromSeconds(options.ConnectDeadlineSeconds);
                    https.ServerCertificateSelector = (_, _) => files.ServerCertificate;
                    https.ClientCertificateMode = options.ClientAuthoritiesFile.Length == 0
                        ? ClientCertificateMode.NoCertificate
                        : options.CredentialsFile.Length == 0 ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.AllowCertificate;
                    https.ClientCertificateValidation = (certificate, _, _) => files.IsClientTrusted(certificate);
                });
                listen.UseConnectionHandler<MqttConnectionHandler>();
            });
        }
    }

    /// <summary>MQTT over WebSocket, subprotocol <c>mqtt</c>. Needs <c>UseWebSockets</c> before it.</summary>
    public static IEndpointConventionBuilder MapMqttWebSocket(this IEndpointRouteBuilder endpoints, string pattern = "/mqtt") =>
        endpoints.Map(pattern, ServeWebSocketAsync);

    private static async Task ServeWebSocketAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (context.RequestServices.GetRequiredService<EdgeOptions>().IsOpen && IsFromOtherSite(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(SubProtocol).ConfigureAwait(false);
        var pipe = new WebSocketPipe(socket);
        var connection = new EdgeConnection(pipe, context.Connection.RemoteIpAddress, context.Connection.ClientCertificate, context.Abort);
        var served = context.RequestServices.GetRequiredService<MqttEdge>().ServeAsync(connection, stopping);
        await pipe.RunAsync(served, context.RequestServices.GetRequiredService<TimeProvider>(), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>In open mode any page in a browser on this machine could play a gateway: only pages of this server may.</summary>
    private static bool IsFromOtherSite(HttpRequest request) =>
        request.Headers.Origin.Count > 0
        && (!Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin) || origin.Authority != request.Host.Value);
}
