namespace PingAnIoT.Alerts;

/// <summary>What one had to bear in a time.</summary>
/// <param name="Alerts">How many came.</param>
/// <param name="Most">In any ten minutes counted from the beginning.</param>
/// <param name="PeakMicros">When the first of those with the most began; null without alerts.</param>
/// <param name="FloodMicros">How much of the time was flood.</param>
/// <param name="TimeMicros">How long it was.</param>
internal sealed record AlertLoad(long Alerts, long Most, long? PeakMicros, long FloodMicros, long TimeMicros)
{
    public double PerTenMinutes => TimeMicros == 0 ? 0 : (double)Alerts * FloodMeter.StretchMicros / TimeMicros;

    public double FloodShare => TimeMicros == 0 ? 0 : (double)FloodMicros / TimeMicros;

    /// <summary>Of times one after the other; floods do not go over from one to the next.</summary>
    public static AlertLoad operator +(AlertLoad a, AlertLoad b) => new(
        a.Alerts + b.Alerts, Math.Max(a.Most, b.Most),
        a.PeakMicros is null || (b.PeakMicros is not null && (b.Most > a.Most || (b.Most == a.Most && b.PeakMicros < a.PeakMicros))) ? b.PeakMicros : a.PeakMicros,
        a.FloodMicros + b.FloodMicros, a.TimeMicros + b.TimeMicros);

    public static AlertLoad None { get; } = new(0, 0, null, 0, 0);
}

/// <summary>
/// Rate and floods as ISA-18.2 counts them: in stretches of ten minutes from the beginning (the last may be shorter). A flood begins with a stretch
/// that has more than ten alerts, goes on through those that follow, and ends before the first that has fewer than five.
/// </summary>
/// <param name="fromMicros">The beginning.</param>
/// <param name="toMicros">The end, not before it.</param>
internal sealed class FloodMeter(long fromMicros, long toMicros)
{
    public const long StretchMicros = 10L * 60 * 1_000_000;
    public const int FloodBeginsOver = 10;
    public const int FloodEndsUnder = 5;

    private long stretch;
    private long inStretch;
    private long all;
    private long most;
    private long? peak;
    private long flood;
    private bool isFlood;

    /// <summary>An alert within the time, not before the one taken last.</summary>
    public void Add(long micros)
    {
        var at = (micros - fromMicros) / StretchMicros;
        if (at > stretch)
        {
            End();
            if (at > stretch + 1)
            {
                // Ten minutes without any alert end every flood.
                isFlood = false;
            }

            (stretch, inStretch) = (at, 0);
        }

        inStretch++;
        all++;
    }

    public AlertLoad Read()
    {
        var (most1, peak1, flood1, isFlood1) = (most, peak, flood, isFlood);
        End();
        var load = new AlertLoad(all, most, peak, flood, Math.Max(0, toMicros - fromMicros));
        (most, peak, flood, isFlood) = (most1, peak1, flood1, isFlood1);
        return load;
    }

    private void End()
    {
        if (inStretch > most)
        {
            (most, peak) = (inStretch, fromMicros + (stretch * StretchMicros));
        }

        isFlood = inStretch > FloodBeginsOver || (isFlood && inStretch >= FloodEndsUnder);
        flood += isFlood ? Math.Max(0, Math.Min(StretchMicros, toMicros - fromMicros - (stretch * StretchMicros))) : 0;
    }
}
