namespace PingAnIoT.Alerts;

/// <summary>What a stream that was begun in a session asks, so as not to outlive it.</summary>
/// <param name="IsOver">True when it was ended, or has run out.</param>
/// <param name="Over">Cancelled at once when the session is ended: signed out, a new password, a stolen token.</param>
public sealed record SessionWatch(Func<bool> IsOver, CancellationToken Over);
