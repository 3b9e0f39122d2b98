using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>
/// Notices that the server's clock was set, by holding it against the clock that only counts (which also stands still while a machine sleeps:
/// a sleep looks like a step forward). Deadlines that were running then move along, so that a step makes none early and none late.
/// Threading: owned by the writer.
/// </summary>
internal sealed class ClockWatch(TimeProvider clock)
{
    /// <summary>Smaller differences are the slewing of NTP, which is time too.</summary>
    private const long ToleranceMicros = 1_000_000;

    private long lastTimestamp = clock.GetTimestamp();
    private long lastWallMicros = Micros.Now(clock);
    private long pendingMicros;

    /// <summary>Looks, and when there was a step drafts an entry about it.</summary>
    public void Check(LedgerTransaction transaction)
    {
        var timestamp = clock.GetTimestamp();
        var wall = Micros.Now(clock);
        var elapsed = clock.GetElapsedTime(lastTimestamp, timestamp).Ticks / TimeSpan.TicksPerMicrosecond;
        var step = wall - lastWallMicros - elapsed;
        (lastTimestamp, lastWallMicros) = (timestamp, wall);
        if (Math.Abs(step) > ToleranceMicros)
        {
            pendingMicros += step;
        }

        if (pendingMicros != 0)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"clock/{transaction.HeadSequence}");
            transaction.Append(EntryKind.ClockStepped, "", "system", key, wall, new EntryBody { ShiftMicros = pendingMicros });
            DutySweep.Move(transaction, pendingMicros);
        }
    }

    /// <summary>The entry is on disk.</summary>
    /// <returns>The step it recorded; 0 for none.</returns>
    public long Committed()
    {
        var step = pendingMicros;
        pendingMicros = 0;
        return step;
    }
}
