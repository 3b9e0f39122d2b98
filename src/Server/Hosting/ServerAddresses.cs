namespace PingAnIoT.Server;

/// <summary>Where the server really listens; 0 means that it does not.</summary>
/// <param name="Host">The address bound, as a client on this machine writes it.</param>
/// <param name="Mqtt">Plain MQTT, on loopback.</param>
/// <param name="MqttTls">MQTT over TLS.</param>
/// <param name="Grpc">gRPC over HTTP/2.</param>
/// <param name="Http">JSON, gRPC-Web, WebSocket, metrics, health.</param>
/// <param name="IsTls">True when gRPC and HTTP speak TLS.</param>
public sealed record ServerAddresses(string Host, int Mqtt, int MqttTls, int Grpc, int Http, bool IsTls)
{
    public Uri GrpcUri => new($"{Scheme}://{Host}:{Grpc}");

    public Uri HttpUri => new($"{Scheme}://{Host}:{Http}");

    private string Scheme => IsTls ? "https" : "http";

    /// <summary>One line for each endpoint, for people and for scripts that started it with port 0.</summary>
    public IEnumerable<string> Lines()
    {
        if (Mqtt > 0)
        {
            yield return $"mqtt  mqtt://127.0.0.1:{Mqtt}";
        }

        if (MqttTls > 0)
        {
            yield return $"mqtts mqtts://{Host}:{MqttTls}";
        }

        if (Grpc > 0)
        {
            yield return $"grpc  {Scheme}://{Host}:{Grpc}";
        }

        if (Http > 0)
        {
            yield return $"http  {Scheme}://{Host}:{Http}";
        }
    }
}
