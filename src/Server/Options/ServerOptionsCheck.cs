using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using PingAnIoT.Ingest;

namespace PingAnIoT.Server;

/// <summary>Says everything that is wrong with the options, each in one sentence that names the key and the way out.</summary>
public static class ServerOptionsCheck
{
    /// <returns>Empty when the server may start.</returns>
    public static IReadOnlyList<string> Check(ServerOptions options)
    {
        var errors = new List<string>();
        if (options.Data.Length == 0)
        {
            errors.Add("PingAn:Data is empty: name the folder that holds the data.");
        }

        if (options.Rules.Length > 0 && !File.Exists(options.Rules) && !Directory.Exists(options.Rules))
        {
            errors.Add($"PingAn:Rules names a file or folder that is not there: '{options.Rules}'.");
        }

        RequireFile(errors, "PingAn:Register", options.Register);
        RequireFile(errors, "PingAn:SetPoints", options.SetPoints);
        RequireFile(errors, "PingAn:Notices", options.Notices);
        RequireFile(errors, "PingAn:Territories", options.Territories);
        if (options.Officers.OffDuty is not ("record" or "refuse"))
        {
            errors.Add($"PingAn:Officers:OffDuty is '{options.Officers.OffDuty}': record or refuse.");
        }

        if (options.SetPoints.Length > 0 && options.Register.Length == 0)
        {
            errors.Add("PingAn:SetPoints is set without PingAn:Register: territories and owner units are those of registered devices.");
        }

        CheckListen(errors, options.Listen);
        CheckTls(errors, options.Tls, options.Gateways.Open);
        CheckOfficers(errors, options.Officers);
        CheckBridges(errors, options.Bridges);
        errors.AddRange(LedgerPlace.Of(options.Ledger).Errors);
        RequireRange(errors, "PingAn:Gateways:Connections", options.Gateways.Connections, 1, 1_000_000);
        RequireRange(errors, "PingAn:Gateways:ConnectionsPerAddress", options.Gateways.ConnectionsPerAddress, 1, 1_000_000);
        RequireRange(errors, "PingAn:Intake:Shards", options.Intake.Shards, 1, 64);
        RequireRange(errors, "PingAn:Intake:UnregisteredDevices", options.Intake.UnregisteredDevices, 0, 10_000_000);
        RequireRange(errors, "PingAn:Intake:CommitMilliseconds", options.Intake.CommitMilliseconds, 0, 100);
        RequireRange(errors, "PingAn:Intake:LatenessSeconds", options.Intake.LatenessSeconds, 0, 3600);
        RequireRange(errors, "PingAn:Stream:Watchers", options.Stream.Watchers, 1, 100_000);
        RequireRange(errors, "PingAn:Stream:BufferEvents", options.Stream.BufferEvents, 16, 1_000_000);
        RequireRange(errors, "PingAn:Stream:HeartbeatSeconds", options.Stream.HeartbeatSeconds, 0.1, 60);
        if (options.Telemetry.OtlpEndpoint.Length > 0 && !Uri.TryCreate(options.Telemetry.OtlpEndpoint, UriKind.Absolute, out _))
        {
            errors.Add($"PingAn:Telemetry:OtlpEndpoint is not an address: '{options.Telemetry.OtlpEndpoint}'.");
        }

        if (!Enum.TryParse<LogLevel>(options.Telemetry.LogLevel, ignoreCase: true, out _))
        {
            errors.Add($"PingAn:Telemetry:LogLevel is '{options.Telemetry.LogLevel}': one of Trace, Debug, Information, Warning, Error.");
        }

        if (ParseAddress(options.Listen.Address) is { } address && !IPAddress.IsLoopback(address))
        {
            CheckBeyondLoopback(errors, options);
        }

        return errors;
    }

    /// <returns>The address to bind, <c>*</c> being all of them; null when it is none.</returns>
    public static IPAddress? ParseAddress(string text) => text switch
    {
        "localhost" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(text, out var address) ? address : null,
    };

    private static void CheckBeyondLoopback(List<string> errors, ServerOptions options)
    {
        const string Why = "Listening beyond loopback needs credentials and TLS: ";
        if (options.Tls.Certificate.Length == 0)
        {
            errors.Add(Why + "set PingAn:Tls:Certificate and PingAn:Tls:Key, or PingAn:Listen:Address to 127.0.0.1.");
        }

        if (options.Officers.IsOpen)
        {
            errors.Add(Why + "set one of PingAn:Officers:Local, PingAn:Officers:SigningKey, PingAn:Officers:KeySetFile, PingAn:Officers:Authority.");
        }

        if (options.Gateways.Open)
        {
            errors.Add(Why + "PingAn:Gateways:Open takes any gateway, which only loopback allows.");
        }
        else if (options.Tls.GatewayAuthorities.Length == 0 && !File.Exists(CredentialFile(options)))
        {
            errors.Add(Why + $"there is no gateway credential at '{CredentialFile(options)}': add one with `pinganiot gateways add NAME`.");
        }
    }

    public static string CredentialFile(ServerOptions options) =>
        options.Gateways.Credentials.Length > 0 ? options.Gateways.Credentials : Path.Combine(options.Data, "gateways");

    private static void CheckListen(List<string> errors, ListenSection listen)
    {
        if (ParseAddress(listen.Address) is null)
        {
            errors.Add($"PingAn:Listen:Address is '{listen.Address}': an IP address, 'localhost', or '*' for all.");
        }

        RequireRange(errors, "PingAn:Listen:Mqtt", listen.Mqtt, -1, 65_535);
        RequireRange(errors, "PingAn:Listen:MqttTls", listen.MqttTls, -1, 65_535);
        RequireRange(errors, "PingAn:Listen:Grpc", listen.Grpc, -1, 65_535);
        RequireRange(errors, "PingAn:Listen:Http", listen.Http, -1, 65_535);
        foreach (var same in new[] { listen.Mqtt, listen.MqttTls, listen.Grpc, listen.Http }.Where(p => p > 0).GroupBy(p => p).Where(g => g.Count() > 1))
        {
            errors.Add($"PingAn:Listen names port {same.Key} twice: each endpoint needs its own.");
        }
    }

    private static void CheckBridges(List<string> errors, IReadOnlyList<BridgeOptions> bridges)
    {
        foreach (var bridge in bridges)
        {
            errors.AddRange(bridge.Check().Select(e => $"PingAn:Bridges '{bridge.Name}': {e}"));
        }

        // A broker cuts the older of two sessions with one client id, and the two would cut each other for ever.
        foreach (var same in bridges.GroupBy(b => (b.Server, b.Port, b.ClientId)).Where(g => g.Count() > 1))
        {
            errors.Add($"PingAn:Bridges has client id '{same.Key.ClientId}' twice at {same.Key.Server}:{same.Key.Port}: each bridge needs its own.");
        }
    }

    private static void CheckTls(List<string> errors, TlsSection tls, bool gatewaysOpen)
    {
        RequireFile(errors, "PingAn:Tls:Certificate", tls.Certificate);
        RequireFile(errors, "PingAn:Tls:Key", tls.Key);
        RequireFile(errors, "PingAn:Tls:GatewayAuthorities", tls.GatewayAuthorities);
        if ((tls.Certificate.Length == 0) != (tls.Key.Length == 0))
        {
            errors.Add("PingAn:Tls needs both Certificate and Key, as PEM files.");
        }

        if (tls.GatewayAuthorities.Length > 0 && gatewaysOpen)
        {
            errors.Add("PingAn:Gateways:Open takes any gateway, PingAn:Tls:GatewayAuthorities asks for certificates: set one.");
        }

        if (tls.GatewayAuthorities.Length > 0 && tls.Certificate.Length == 0)
        {
            errors.Add("PingAn:Tls:GatewayAuthorities is set without PingAn:Tls:Certificate: client certificates need TLS.");
        }
    }

    private static void CheckOfficers(List<string> errors, OfficersSection officers)
    {
        var ways = new[] { officers.SigningKey, officers.KeySetFile, officers.Authority, officers.Local ? "local" : "" }.Count(w => w.Length > 0);
        if (ways > 1)
        {
            errors.Add("PingAn:Officers sets more than one of Local, SigningKey, KeySetFile, Authority: set one.");
        }

        if (officers.SigningKey.Length > 0 && Encoding.UTF8.GetByteCount(officers.SigningKey) < 32)
        {
            errors.Add("PingAn:Officers:SigningKey is too short: at least 32 bytes.");
        }

        RequireFile(errors, "PingAn:Officers:KeySetFile", officers.KeySetFile);
        RequireFile(errors, "PingAn:Officers:Authorities", officers.Authorities);
        if (officers.Authorities.Length > 0 && officers.Authority.Length == 0)
        {
            errors.Add("PingAn:Officers:Authorities is set without PingAn:Officers:Authority: whose certificate would they sign?");
        }

        if (officers.Authority.Length > 0
            && (!Uri.TryCreate(officers.Authority, UriKind.Absolute, out var authority) || authority.Scheme != Uri.UriSchemeHttps))
        {
            errors.Add($"PingAn:Officers:Authority is '{officers.Authority}': an https address.");
        }

        if (ways > 0 && officers.Audience.Length == 0)
        {
            errors.Add("PingAn:Officers:Audience is empty: a token made for another service would be taken.");
        }
    }

    private static void RequireFile(List<string> errors, string key, string path)
    {
        if (path.Length > 0 && !File.Exists(path))
        {
            errors.Add($"{key} names a file that is not there: '{path}'.");
        }
    }

    private static void RequireRange(List<string> errors, string key, double value, double from, double to)
    {
        if (!(value >= from && value <= to))
        {
            errors.Add($"{key} is {value}: from {from} to {to}.");
        }
    }
}
