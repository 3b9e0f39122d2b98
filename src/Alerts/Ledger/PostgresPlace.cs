using System.Net;
using Npgsql;

namespace PingAnIoT.Alerts;

/// <summary>Where a ledger on PostgreSQL is and how to get in, as a connection string says it. Shows itself without what is secret. Immutable.</summary>
public sealed class PostgresPlace
{
    private const int ConnectSeconds = 5;
    private const int AnswerSeconds = 60;
    private const int PreparedStatements = 64;
    private readonly NpgsqlConnectionStringBuilder settings;

    private PostgresPlace(NpgsqlConnectionStringBuilder settings) => this.settings = settings;

    /// <summary>For connections. Holds the password.</summary>
    internal string ConnectionString => settings.ConnectionString;

    /// <returns>The place, or what is wrong with the text, in a sentence that repeats nothing of it but host and keyword names.</returns>
    public static (PostgresPlace? Place, string Error) Read(string text)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
        {
            return (null, "is no connection string: expected Host=...;Database=...;Username=... with keywords that Npgsql knows");
        }

        if (string.IsNullOrEmpty(settings.Host) || string.IsNullOrEmpty(settings.Database))
        {
            return (null, string.IsNullOrEmpty(settings.Host) ? "names no Host" : "names no Database");
        }

        if (settings.Host.Contains(',', StringComparison.Ordinal))
        {
            return (null, "names more than one Host: the ledger has one server");
        }

        if (!IsThisMachine(settings.Host) && settings.SslMode is not (SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull))
        {
            return (null, $"goes to {settings.Host} in clear text: set SSL Mode to VerifyFull (or Require)");
        }

        // Connections are held and counted here; a pool of the driver's would only hide which of them are lost.
        settings.Pooling = false;
        settings.Enlist = false;
        settings.PersistSecurityInfo = false;
        settings.IncludeErrorDetail = false;
        settings.LogParameters = false;
        settings.Timeout = ConnectSeconds;
        settings.CommandTimeout = AnswerSeconds;
        settings.MaxAutoPrepare = PreparedStatements;
        settings.AutoPrepareMinUsages = 2;
        if (!IsSocketFile(settings.Host))
        {
            settings.TcpKeepAlive = true;
            settings.TcpKeepAliveTime = 10;
            settings.TcpKeepAliveInterval = 5;
        }

        settings.ApplicationName ??= "pinganiot";
        if (!settings.ContainsKey("GSS Encryption Mode") || IsThisMachine(settings.Host))
        {
            settings.GssEncryptionMode = GssEncryptionMode.Disable;
        }

        return (new PostgresPlace(settings), "");
    }

    public override string ToString() => $"PostgreSQL {settings.Host}:{settings.Port}/{settings.Database}";

    private static bool IsSocketFile(string host) => host[0] is '/' or '@';

    private static bool IsThisMachine(string host) =>
        IsSocketFile(host) || host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
