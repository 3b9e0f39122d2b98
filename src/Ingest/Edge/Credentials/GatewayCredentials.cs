using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>
/// Who a gateway is: by password or by client certificate. The file is read anew when it changes.
/// A verified password is remembered as a keyed digest, so that a city's gateways coming back at once do not queue for the
/// slow hash. Threading: any thread.
/// </summary>
public sealed class GatewayCredentials : IDisposable
{
    private readonly EdgeOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly AuditTrail audit;
    private readonly CredentialFile? file;
    private readonly LoginLockout lockout;
    private readonly SemaphoreSlim hashing;
    private readonly byte[] cacheKey = RandomNumberGenerator.GetBytes(32);
    private readonly Lock cacheGate = new();
    private readonly Dictionary<string, byte[]> verified = new(StringComparer.Ordinal);
    private readonly PasswordHash decoy;
    private int waiting;

    public GatewayCredentials(EdgeOptions options, EdgeMetrics metrics, ILoggerFactory loggers, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        logger = loggers.CreateLogger("PingAnIoT.Edge");
        audit = new AuditTrail(logger, metrics, time);
        lockout = new LoginLockout(time);
        hashing = new SemaphoreSlim(options.LoginConcurrency);
        decoy = PasswordHash.Unmatchable(options.CredentialRoundsMinimum);
        file = options.CredentialsFile.Length > 0 ? new CredentialFile(options.CredentialsFile, options.CredentialRoundsMinimum, logger, time) : null;
    }

    /// <summary>The hash of a password as a line of the credentials file has it after the name and a colon.</summary>
    public static string Hash(string password) => PasswordHash.Create(password, PasswordHash.Rounds).ToString();

    /// <summary>Adds a gateway to a credentials file or replaces its password; the file is exchanged whole.</summary>
    public static void Set(string path, string gateway, string password)
    {
        if (!MqttText.IsName(gateway))
        {
            throw new ArgumentException("A gateway's name is 1 to 64 of [A-Za-z0-9._-].", nameof(gateway));
        }

        CredentialFile.Set(path, gateway, Hash(password));
    }

    public void Dispose() => hashing.Dispose();

    /// <summary>The gateway of a certificate that the TLS layer has verified: by thumbprint, else by its common name.</summary>
    internal (string? Gateway, MqttReason Reason) FindGateway(X509Certificate2 certificate, string? userName)
    {
        var thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        var name = options.CertificateGateways.GetValueOrDefault(thumbprint) ?? certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return MqttText.IsName(name) && (string.IsNullOrEmpty(userName) || userName == name)
            ? (name, MqttReason.Success) : (null, MqttReason.NotAuthorized);
    }

    internal async ValueTask<(string? Gateway, MqttReason Reason)> VerifyAsync(
        string? userName, byte[]? password, IPAddress? address, CancellationToken cancellationToken)
    {
        if (file is null || string.IsNullOrEmpty(userName) || password is null)
        {
            return (null, MqttReason.NotAuthorized);
        }

        // A name of no gateway still counts: under one name for all of them, so that guesses do not grow the table.
        var stored = file.Find(userName);
        var account = stored is null ? "" : userName;
        if (lockout.IsLocked(address, account))
        {
            return (null, MqttReason.ConnectionRateExceeded);
        }

        if (stored is not null && IsRemembered(userName, password, stored))
        {
            lockout.Succeeded(address, account);
            return (userName, MqttReason.Success);
        }

        if (lockout.IsLocked(address))
        {
            return (null, MqttReason.ConnectionRateExceeded);
        }

        var matches = await TryHashAsync(stored ?? decoy, password, cancellationToken).ConfigureAwait(false);
        if (matches is null)
        {
            return (null, MqttReason.ServerBusy);
        }

        if (matches.Value && stored is not null)
        {
            Remember(userName, password, stored);
            lockout.Succeeded(address, account);
            return (userName, MqttReason.Success);
        }

        var (span, failures) = lockout.Failed(address, account);
        if (span > TimeSpan.Zero)
        {
            audit.LockedOut(address, span, failures);
        }

        return (null, MqttReason.BadUserOrPassword);
    }

    /// <returns>Null when too many wait already.</returns>
    private async Task<bool?> TryHashAsync(PasswordHash hash, byte[] password, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref waiting) > options.LoginQueueMaximum)
        {
            Interlocked.Decrement(ref waiting);
            return null;
        }

        try
        {
            await hashing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => hash.Matches(password), CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                hashing.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private bool IsRemembered(string gateway, byte[] password, PasswordHash stored)
    {
        byte[]? known;
        lock (cacheGate)
        {
            known = verified.GetValueOrDefault(gateway);
        }

        return known is not null && CryptographicOperations.FixedTimeEquals(known, Digest(password, stored));
    }

    private void Remember(string gateway, byte[] password, PasswordHash stored)
    {
        // One a gateway of the file: bounded by it.
        lock (cacheGate)
        {
            verified[gateway] = Digest(password, stored);
        }
    }

    private byte[] Digest(byte[] password, PasswordHash stored)
    {
        // Bound to the stored salt: a changed line makes the old digest worthless.
        var message = new byte[stored.Salt.Length + password.Length];
        stored.Salt.CopyTo(message, 0);
        password.CopyTo(message, stored.Salt.Length);
        var digest = HMACSHA256.HashData(cacheKey, message);
        CryptographicOperations.ZeroMemory(message);
        return digest;
    }
}
