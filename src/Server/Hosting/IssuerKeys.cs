using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>What an OpenID Connect issuer has published.</summary>
/// <param name="Issuer">What it calls itself: the <c>iss</c> of its tokens.</param>
/// <param name="Keys">Whose signatures are good.</param>
internal sealed record PublishedKeys(string Issuer, ImmutableArray<SecurityKey> Keys);

/// <summary>
/// The keys of an OpenID Connect issuer, asked for over HTTPS: each hour, so that a key that is withdrawn is good no longer than that, and when a token names one that is
/// not known or has a signature that does not hold. However many such tokens come, the issuer is asked once in 15 s. While it cannot be asked, or answers what is no
/// key set, those that are known stay good; a set without keys withdraws them all.
/// Threading: from any thread; one question at a time.
/// </summary>
internal sealed class IssuerKeys : IHealthCheck, IAsyncDisposable
{
    private const int AnswerLimitBytes = 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>How long an answer may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly OfficersSection officers;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly HttpClient http;
    private readonly Documents documents;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private ITimer? timer;
    private Task asking = Task.CompletedTask;
    private long? askedAt;
    private long takenAt;
    private volatile PublishedKeys? current;
    private volatile string? fault = "has not been asked yet";

    /// <param name="officers">Names the issuer, and the authorities of its certificate.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of every change.</param>
    public IssuerKeys(OfficersSection officers, TimeProvider time, ILogger logger)
    {
        (this.officers, this.time, this.logger) = (officers, time, logger);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = 2 };
        if (officers.Authorities.Length > 0)
        {
            handler.SslOptions.RemoteCertificateValidationCallback =
                (_, certificate, chain, errors) => ChannelTrust.IsGood(officers.Authorities, certificate, chain, errors);
        }

        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = AnswerLimitBytes };
        documents = new Documents(new HttpDocumentRetriever(http) { RequireHttps = true });
    }

    /// <summary>Null until the issuer has answered for the first time.</summary>
    public PublishedKeys? Current => current;

    /// <summary>From now on it is asked. Nobody waits for that.</summary>
    public void Start() => timer = time.CreateTimer(_ => Look(), null, TimeSpan.Zero, Pause);

    /// <summary>Before a token is judged: has the issuer asked when the token's key is not known, if it may be asked now.</summary>
    /// <param name="kid">The key that the token names; "" for none.</param>
    /// <param name="cancellationToken">Gives up the wait, not the question.</param>
    public Task SeekAsync(string kid, CancellationToken cancellationToken) =>
        current is { } known && (kid.Length == 0 || known.Keys.Any(k => string.IsNullOrEmpty(k.KeyId) || k.KeyId == kid)) ? Task.CompletedTask : AskAsync().WaitAsync(cancellationToken);

    /// <summary>A signature did not hold: the key may be a new one of the same name, or of none. Nobody waits for the answer.</summary>
    public void Doubt() => _ = AskAsync();

    /// <summary>Degraded and not unhealthy: gateways are as well off here as before, and so are officers whose keys are known.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(fault is { } why
            ? HealthCheckResult.Degraded($"The issuer {officers.Authority} {why}; {Meanwhile}.")
            : HealthCheckResult.Healthy());

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (timer is not null)
        {
            await timer.DisposeAsync();
        }

        Task last;
        lock (gate)
        {
            last = asking;
        }

        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Dispose();
        stopping.Dispose();
    }

    private void Look()
    {
        if (current is null || fault is not null || time.GetElapsedTime(Interlocked.Read(ref takenAt)) >= Lifetime)
        {
            _ = AskAsync();
        }
    }

    /// <summary>All who come while it is being asked wait for the one answer; who comes within the pause gets none.</summary>
    private Task AskAsync()
    {
        lock (gate)
        {
            if (asking.IsCompleted && !stopping.IsCancellationRequested && (askedAt is not { } last || time.GetElapsedTime(last) >= Pause))
            {
                askedAt = time.GetTimestamp();
                asking = Task.Run(AskOnceAsync);
            }

            return asking;
        }
    }

    private async Task AskOnceAsync()
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping.Token);
        try
        {
            var address = officers.Authority.TrimEnd('/') + "/.well-known/openid-configuration";
            Take(await OpenIdConnectConfigurationRetriever.GetAsync(address, documents, either.Token));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            // Whatever it is: what is not said here is said nowhere.
            Refuse(limit.IsCancellationRequested ? $"did not answer in {Limit.TotalSeconds:F0} s" : "cannot be asked: " + failure.GetBaseException().Message);
        }
    }

    private void Take(OpenIdConnectConfiguration found)
    {
        var keys = found.SigningKeys.Where(k => k is not SymmetricSecurityKey).ToImmutableArray();
        if (officers.Issuer.Length == 0 && found.Issuer?.TrimEnd('/') != officers.Authority.TrimEnd('/'))
        {
            Refuse($"calls itself '{found.Issuer}': if that is right, it belongs in PingAn:Officers:Issuer");
        }
        else
        {
            var isNews = fault is not null || current is not { } before || !before.Keys.Select(k => k.KeyId).SequenceEqual(keys.Select(k => k.KeyId), StringComparer.Ordinal);
            current = new PublishedKeys(officers.Issuer.Length > 0 ? officers.Issuer : found.Issuer!, keys);
            Interlocked.Exchange(ref takenAt, time.GetTimestamp());
            if (keys.IsEmpty)
            {
                Refuse("has withdrawn all its keys");
            }
            else
            {
                fault = null;
                if (isNews)
                {
                    ServerLog.IssuerKeysTaken(logger, officers.Authority, string.Join(", ", keys.Select(k => k.KeyId)));
                }
            }
        }
    }

    private string Meanwhile => current is { Keys.IsEmpty: false } ? "the keys that are known stay good" : "no officer can be known";

    private void Refuse(string why)
    {
        if (why != fault)
        {
            fault = why;
            ServerLog.IssuerNotAsked(logger, officers.Authority, why, Meanwhile);
        }
    }

    /// <summary>What is fetched: an object, and of keys one that has a list of them. The library would take anything else for a set without keys.</summary>
    private sealed class Documents(HttpDocumentRetriever from) : IDocumentRetriever
    {
        public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            var text = await from.GetDocumentAsync(address, cancel);
            using var document = JsonDocument.Parse(text);
            return document.RootElement is { ValueKind: JsonValueKind.Object } said
                && ((said.TryGetProperty("jwks_uri", out var uri) && uri.ValueKind == JsonValueKind.String && uri.GetString() is { Length: > 0 }) || (said.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array))
                ? text : throw new JsonException($"what it says at {address} names no keys");
        }
    }
}
