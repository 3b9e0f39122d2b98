namespace PingAnIoT.Alerts;

/// <summary>What a stream that was begun in a session, or with another issuer's token, asks so as not to outlive it.</summary>
/// <param name="IsOver">True when it was ended, or has run out.</param>
/// <param name="Over">Cancelled at once when the session is ended: signed out, a new password, a stolen token.</param>
public sealed record SessionWatch(Func<bool> IsOver, CancellationToken Over)
{
    /// <summary>How the stream ends: UPPER_SNAKE_CASE.</summary>
    public string Reason { get; init; } = "SESSION_OVER";

    /// <summary>The same for people.</summary>
    public string Message { get; init; } = "The session is over; sign in again.";
}
