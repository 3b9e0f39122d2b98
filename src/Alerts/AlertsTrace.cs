using System.Buffers.Binary;
using System.Diagnostics;

namespace PingAnIoT.Alerts;

/// <summary>
/// Spans of an alert's way, made after the fact: nothing is traced per reading, so they are only begun once something was raised.
/// The trace id comes from the journal position: whoever knows the message's place in the journal finds its trace.
/// </summary>
internal static class AlertsTrace
{
    public const string SourceName = "PingAnIoT";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The trace of the message whose journal entry ends at this position.</summary>
    public static ActivityTraceId TraceIdOf(long journalPosition)
    {
        Span<byte> id = stackalloc byte[16];
        "PingAnJ:"u8.CopyTo(id);
        BinaryPrimitives.WriteInt64BigEndian(id[8..], journalPosition);
        return ActivityTraceId.CreateFromBytes(id);
    }

    /// <returns>The context of the commit's span, or default when nobody listens.</returns>
    public static ActivityContext Record(LedgerEntry entry, long postedMicros, long committedMicros)
    {
        if (!Source.HasListeners() || entry.Body.Transition is not { } facts)
        {
            return default;
        }

        var traceId = TraceIdOf(facts.JournalPosition);
        Span<byte> rootId = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(rootId, entry.Sequence);
        var root = new ActivityContext(traceId, ActivitySpanId.CreateFromBytes(rootId), ActivityTraceFlags.Recorded);
        using var judged = Start("publish to transition", root, entry.TimeMicros, postedMicros);
        judged?.SetTag("pingan.rule", facts.RuleId).SetTag("pingan.journal.position", facts.JournalPosition);
        using var committed = Start("ledger commit", judged?.Context ?? root, postedMicros, committedMicros);
        committed?.SetTag("pingan.alert", entry.AlertId).SetTag("pingan.ledger.sequence", entry.Sequence);
        return committed?.Context ?? default;
    }

    private static Activity? Start(string name, ActivityContext parent, long fromMicros, long toMicros)
    {
        var activity = Source.StartActivity(name, ActivityKind.Internal, parent, startTime: Micros.ToTime(fromMicros));
        activity?.SetEndTime(Micros.ToTime(Math.Max(fromMicros + 1, toMicros)).UtcDateTime);
        return activity;
    }
}

/// <summary>Microseconds since 1970, the only form of time that is stored.</summary>
internal static class Micros
{
    public static long Now(TimeProvider clock) => From(clock.GetUtcNow());

    public static long From(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
