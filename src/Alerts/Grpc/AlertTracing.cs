using System.Diagnostics;

namespace PingAnIoT.Alerts;

/// <summary>The last span of an alert's way: the write to an officer, below the span of its commit.</summary>
internal static class AlertTracing
{
    private static readonly ActivitySource Source = new("PingAnIoT.Stream");

    /// <returns>Null when nobody listens, or the entry was not traced.</returns>
    public static Activity? StartStream(LedgerEntry entry) =>
        entry.Trace.TraceId == default ? null : Source.StartActivity("stream", ActivityKind.Producer, entry.Trace);
}
