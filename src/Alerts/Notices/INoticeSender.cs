namespace PingAnIoT.Alerts;

/// <summary>Sends one message over one channel.</summary>
public interface INoticeSender
{
    /// <returns>"" when the other side has taken it; else why not, in words that hold no address and no secret.</returns>
    Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken);
}

/// <summary>The channels there are.</summary>
public sealed class NoticeSender(TimeProvider clock) : INoticeSender, IAsyncDisposable
{
    // No redirects: where a notice goes is what the file says.
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = 8,
    }) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 64 * 1024 };

    public Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken) =>
        channel.Type == ChannelType.Mail
            ? MailChannel.SendAsync(channel, message, cancellationToken)
            : PostAsync(channel, message, cancellationToken);

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> PostAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken)
    {
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
}

/// <summary>Where secrets are.</summary>
internal static class SecretText
{
    public static string Read(string where) =>
        where.StartsWith("env:", StringComparison.Ordinal) ? Environment.GetEnvironmentVariable(where[4..]) ?? ""
        : where.StartsWith("file:", StringComparison.Ordinal) ? File.ReadAllText(where[5..]).Trim()
        : "";
}
