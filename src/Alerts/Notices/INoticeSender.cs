using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PingAnIoT.Alerts;

/// <summary>Sends one message over one channel.</summary>
public interface INoticeSender
{
    /// <returns>"" when the other side has taken it; else why not, in words that hold no address and no secret.</returns>
    Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken);
}

/// <summary>The channels there are. Threading: from any thread.</summary>
public sealed class NoticeSender(TimeProvider clock) : INoticeSender, IAsyncDisposable
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<HttpClient>> clients = new(StringComparer.Ordinal);

    public Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken) =>
        channel.Type == ChannelType.Mail
            ? MailChannel.SendAsync(channel, message, cancellationToken)
            : PostAsync(channel, message, cancellationToken);

    public ValueTask DisposeAsync()
    {
        foreach (var client in clients.Values)
        {
            client.Value.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task<string> PostAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken)
    {
        var http = clients.GetOrAdd(channel.Authorities, a => new Lazy<HttpClient>(() => ClientOf(a))).Value;
        using var request = HttpNotice.Request(channel, message, SecretText.Read(channel.Secret), Micros.Now(clock));
        try
        {
            using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                return $"status {(int)response.StatusCode}";
            }

            return HttpNotice.Refusal(channel.Type, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (HttpRequestException failure)
        {
            return failure.HttpRequestError.ToString();
        }
    }

    /// <summary>No redirects: where a notice goes is what the file says.</summary>
    private static HttpClient ClientOf(string authorities)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = 8,
        };
        if (authorities.Length > 0)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => ChannelTrust.IsGood(authorities, certificate, chain, errors);
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 64 * 1024 };
    }
}

/// <summary>Whose certificates are taken, where a channel, or the officers' issuer, names its authorities.</summary>
public static class ChannelTrust
{
    /// <param name="authorities">PEM file of the only ones that are trusted; read each time, so that a new one counts at once.</param>
    /// <param name="certificate">Of the other side.</param>
    /// <param name="sent">What it sent along.</param>
    /// <param name="errors">What the system has found; another name than was asked for is never forgiven.</param>
    public static bool IsGood(string authorities, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(leaf);
    }
}

/// <summary>Where secrets are.</summary>
internal static class SecretText
{
    public static string Read(string where) =>
        where.StartsWith("env:", StringComparison.Ordinal) ? Environment.GetEnvironmentVariable(where[4..]) ?? ""
        : where.StartsWith("file:", StringComparison.Ordinal) ? File.ReadAllText(where[5..]).Trim()
        : "";
}
