namespace PingAnIoT.Alerts;

/// <summary>
/// How many sends of a channel run at a time, and its circuit: after so many failures in a row nothing goes through for a while, then one
/// trial. Threading: from any thread.
/// </summary>
internal sealed class ChannelGate(NoticeBounds bounds)
{
    private readonly Lock gate = new();
    private int running;
    private int failures;
    private long openUntilMicros;

    public bool TryEnter(long nowMicros)
    {
        lock (gate)
        {
            var isTrial = failures >= bounds.CircuitFailures;
            if (isTrial ? running > 0 || nowMicros < openUntilMicros : running >= bounds.SendsPerChannel)
            {
                return false;
            }

            running++;
            return true;
        }
    }

    /// <param name="delivered">Null when nothing was tried.</param>
    /// <param name="nowMicros">Server time.</param>
    public void Leave(bool? delivered, long nowMicros)
    {
        lock (gate)
        {
            running--;
            if (delivered is { } went)
            {
                failures = went ? 0 : failures + 1;
                openUntilMicros = nowMicros + (bounds.CircuitOpen.Ticks / TimeSpan.TicksPerMicrosecond);
            }
        }
    }
}
