using System.Net;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>
/// Every refusal is counted; each is logged too, up to a rate, so that a flood of refusals is not a flood of the log.
/// Threading: any thread.
/// </summary>
internal sealed class AuditTrail(ILogger logger, EdgeMetrics metrics, TimeProvider time)
{
    private const int LinesPerSecond = 100;
    private readonly Lock gate = new();
    private long second;
    private int lines;

    public void ConnectionRefused(IPAddress? address, string reason)
    {
        metrics.ConnectionRefused(reason);
        if (MayWrite())
        {
            EdgeLog.ConnectionRefused(logger, address, reason);
        }
    }

    public void SessionCut(string gateway, string clientId, string reason)
    {
        metrics.ConnectionClosed(reason);
        if (MayWrite())
        {
            EdgeLog.SessionCut(logger, gateway, clientId, reason);
        }
    }

    public void SubscriptionsRefused(string gateway, string clientId, int count)
    {
        for (var i = 0; i < count; i++)
        {
            metrics.SubscriptionRefused();
        }

        if (MayWrite())
        {
            EdgeLog.SubscriptionsRefused(logger, gateway, clientId, count);
        }
    }

    public void LockedOut(IPAddress? address, TimeSpan span, int failures)
    {
        if (MayWrite())
        {
            EdgeLog.LockedOut(logger, address, span.TotalSeconds, failures);
        }
    }

    private bool MayWrite()
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        lock (gate)
        {
            if (now != second)
            {
                second = now;
                lines = 0;
            }

            if (lines < LinesPerSecond)
            {
                lines++;
                return true;
            }
        }

        metrics.AuditSuppressed();
        return false;
    }
}
