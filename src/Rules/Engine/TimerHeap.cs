namespace PingAnIoT.Rules;

/// <summary>
/// What is due when: a 4-ary min-heap. Looking when nothing is due costs one comparison. Entries are not taken back;
/// whoever pops one asks its slot whether it still means anything.
/// </summary>
internal sealed class TimerHeap
{
    private (long Due, int Slot)[] entries = new (long, int)[16];

    public int Count { get; private set; }

    public int Capacity => entries.Length;

    public bool IsFull => Count == entries.Length;

    public bool HasDue(long now) => Count > 0 && entries[0].Due <= now;

    public void Push(long due, int slot)
    {
        if (Count == entries.Length)
        {
            Grow();
        }

        SiftUp(Count++, (due, slot));
    }

    public (long Due, int Slot) Pop()
    {
        var top = entries[0];
        var last = entries[--Count];
        if (Count > 0)
        {
            SiftDown(0, last);
        }

        return top;
    }

    public void Clear() => Count = 0;

    /// <summary>How a full heap makes room: entries that mean nothing any more go; if that leaves it more than half full, it grows.</summary>
    public void MakeRoom<TState>(TState state, Func<TState, long, int, bool> isLive)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (isLive(state, entries[i].Due, entries[i].Slot))
            {
                entries[kept++] = entries[i];
            }
        }

        Count = kept;
        for (var i = (kept - 2) >> 2; i >= 0; i--)
        {
            SiftDown(i, entries[i]);
        }

        if (kept > entries.Length / 2)
        {
            Grow();
        }
    }

    private void Grow() => Array.Resize(ref entries, entries.Length * 2);

    private static bool Before((long Due, int Slot) a, (long Due, int Slot) b) => a.Due < b.Due || (a.Due == b.Due && a.Slot < b.Slot);

    private void SiftUp(int at, (long Due, int Slot) entry)
    {
        while (at > 0)
        {
            var parent = (at - 1) >> 2;
            if (!Before(entry, entries[parent]))
            {
                break;
            }

            entries[at] = entries[parent];
            at = parent;
        }

        entries[at] = entry;
    }

    private void SiftDown(int at, (long Due, int Slot) entry)
    {
        while (true)
        {
            var first = (at << 2) + 1;
            if (first >= Count)
            {
                break;
            }

            var least = first;
            var end = Math.Min(first + 4, Count);
            for (var child = first + 1; child < end; child++)
            {
                if (Before(entries[child], entries[least]))
                {
                    least = child;
                }
            }

            if (!Before(entries[least], entry))
            {
                break;
            }

            entries[at] = entries[least];
            at = least;
        }

        entries[at] = entry;
    }
}
