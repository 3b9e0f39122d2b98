using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>When a stream ends that was opened with another issuer's token: at the moment from which calls with that token are refused.</summary>
internal sealed class TokenExpiry : IDisposable
{
    /// <summary>Further off no timer is set; each message of the stream asks the clock anyhow.</summary>
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource over;

    /// <param name="end">Already with what is granted beyond <c>exp</c>.</param>
    /// <param name="time">The clock.</param>
    public TokenExpiry(DateTimeOffset end, TimeProvider time)
    {
        var left = end - time.GetUtcNow();
        over = new CancellationTokenSource(left < TimeSpan.Zero ? TimeSpan.Zero : left < Furthest ? left : Timeout.InfiniteTimeSpan, time);
        Watch = new SessionWatch(() => time.GetUtcNow() >= end, over.Token)
        {
            Reason = "TOKEN_EXPIRED", Message = "The token that opened this stream has expired; come with a new one and resume from the cursor.",
        };
    }

    public SessionWatch Watch { get; }

    public void Dispose() => over.Dispose();
}
