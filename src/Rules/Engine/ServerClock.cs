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

    /// <summary>Whether so little lies between a receive time and the last tick that all of it counts.</summary>
    public readonly bool IsNear(long receiveMicros, long capMicros) => HasTicked && (ulong)(receiveMicros - LastTickMicros + capMicros) <= 2 * (ulong)capMicros;

    /// <summary>Server time at a receive time that <see cref="IsNear"/>.</summary>
    public readonly long Near(long receiveMicros) => Now + (receiveMicros - LastTickMicros);

    /// <summary>Server time at a receive time near the last tick, on either side of it.</summary>
    public readonly long At(long receiveMicros, long capMicros) =>
        HasTicked ? Now + Math.Min(Math.Max(receiveMicros - LastTickMicros, -capMicros), capMicros) : 0;
}
