namespace PingAnIoT.Ingest;

/// <summary>Someone still needs the journal from a position on (recovery, the history spool): retention stops short of it.</summary>
public sealed class JournalHold : IDisposable
{
    private readonly Action<JournalHold> release;
    private long position;

    internal JournalHold(string name, long position, Action<JournalHold> release)
    {
        Name = name;
        this.position = position;
        this.release = release;
    }

    public string Name { get; }

    /// <summary>All from here on is needed; moves forward only.</summary>
    public long Position => Volatile.Read(ref position);

    public void MoveTo(long next)
    {
        if (next > Position)
        {
            Volatile.Write(ref position, next);
        }
    }

    public void Dispose() => release(this);
}

/// <summary>Decides which segments may go. Any thread.</summary>
internal sealed class JournalHolds
{
    private readonly Lock gate = new();
    private readonly List<JournalHold> holds = [];

    public JournalHold Add(string name, long position)
    {
        var hold = new JournalHold(name, position, Remove);
        lock (gate)
        {
            holds.Add(hold);
        }

        return hold;
    }

    /// <summary>The first position that someone needs; <see cref="long.MaxValue"/> when nobody does.</summary>
    public long Lowest()
    {
        lock (gate)
        {
            return holds.Count == 0 ? long.MaxValue : holds.Min(h => h.Position);
        }
    }

    private void Remove(JournalHold hold)
    {
        lock (gate)
        {
            holds.Remove(hold);
        }
    }
}
