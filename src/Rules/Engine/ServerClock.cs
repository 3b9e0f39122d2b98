namespace PingAnIoT.Rules;

/// <summary>
/// Server time: the time that passed while the server ran, told by ticks alone, so that every shard has the same.
/// A gap between ticks counts for no more than the cap. Starts at 0 with the first tick.
/// </summary>
internal struct ServerClock
{
    /// <summary>Server time at the last tick.</summary>
    public long Now;

    /// <summary>Receive time of the last tick; meaningless before the first.</summary>
    public long LastTickMicros;

    public bool HasTicked;

    public void Tick(long receiveMicros, long capMicros)
    {
        if (HasTicked)
        {
            Now += Math.Clamp(receiveMicros - LastTickMicros, 0, capMicros);
            LastTickMicros = Math.Max(LastTickMicros, receiveMicros);
            return;
        }

        HasTicked = true;
        LastTickMicros = receiveMicros;
    }

    /// <summary>The receive times so near the last tick that all that lies between counts; none before the first. Until the next tick.</summary>
    public readonly NearTimes Around(long capMicros) =>
        new(LastTickMicros - capMicros, HasTicked ? (2 * (ulong)capMicros) + 1 : 0, Now - LastTickMicros);

    /// <summary>Server time at a receive time near the last tick, on either side of it.</summary>
    public readonly long At(long receiveMicros, long capMicros) =>
        HasTicked ? Now + Math.Min(Math.Max(receiveMicros - LastTickMicros, -capMicros), capMicros) : 0;
}

/// <summary>Receive times for which server time is told by one addition.</summary>
/// <param name="from">The first of them.</param>
/// <param name="count">How many.</param>
/// <param name="shift">From receive time to server time.</param>
internal readonly struct NearTimes(long from, ulong count, long shift)
{
    private readonly long from = from;
    private readonly ulong count = count;
    private readonly long shift = shift;

    public bool Has(long receiveMicros) => (ulong)(receiveMicros - from) < count;

    /// <summary>Server time at a receive time that is one of them.</summary>
    public long At(long receiveMicros) => receiveMicros + shift;
}
