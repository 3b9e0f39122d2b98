using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// Readings and ticks in journal order, handed from stage to stage as one. Pooled: whoever holds it owns it.
/// Threading: owned by one stage at a time.
/// </summary>
public sealed class ReadingBatch
{
    private Reading[] readings;

    public ReadingBatch(int capacity = 256) => readings = new Reading[capacity];

    public int Count { get; private set; }

    /// <summary>The journal position just after the last entry whose readings are in this batch; 0 when not from the journal.</summary>
    public long JournalPosition { get; set; }

    public ReadOnlySpan<Reading> Readings => readings.AsSpan(0, Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in Reading reading)
    {
        var (room, at) = (readings, Count);
        if ((uint)at >= (uint)room.Length)
        {
            room = Grow();
        }

        room[at] = reading;
        Count = at + 1;
    }

    /// <summary>Room for this many more, to be written from its beginning; <see cref="Advance"/> says how many were.</summary>
    public Span<Reading> Reserve(int more)
    {
        if (readings.Length - Count < more)
        {
            Array.Resize(ref readings, Math.Max(readings.Length * 2, Count + more));
        }

        return readings.AsSpan(Count, more);
    }

    /// <summary>Takes what was written into the room reserved.</summary>
    public void Advance(int written)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)written, (uint)(readings.Length - Count), nameof(written));
        Count += written;
    }

    /// <summary>Forgets every reading after the first <paramref name="count"/>: how a refused message is taken back.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
    }

    public void Clear()
    {
        Count = 0;
        JournalPosition = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Reading[] Grow()
    {
        Array.Resize(ref readings, Math.Max(1, readings.Length * 2));
        return readings;
    }
}
