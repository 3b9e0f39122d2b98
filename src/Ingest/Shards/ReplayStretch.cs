using System.Runtime.InteropServices;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Readings of the journal on their way to the engines: those of some entries, and then, if one came, what is for all engines. Passed from
/// who decodes to who judges and back. Threading: owned by one of them at a time.
/// </summary>
internal sealed class ReplayStretch
{
    /// <summary>More are not gathered.</summary>
    public const int ReadingsMax = 8192;

    private readonly ReadingBatch[] readings;
    private readonly List<EntryEnd>[] entries;

    /// <param name="engines">How many there are.</param>
    public ReplayStretch(int engines)
    {
        readings = [.. Enumerable.Range(0, engines).Select(_ => new ReadingBatch())];
        entries = [.. Enumerable.Range(0, engines).Select(_ => new List<EntryEnd>())];
    }

    /// <summary>For every engine, after the readings; null for nothing.</summary>
    public (Reading Reading, long JournalPosition)? Control { get; set; }

    public bool IsFull { get; private set; }

    public bool IsEmpty { get; private set; } = true;

    public ReadOnlySpan<Reading> ReadingsOf(int engine) => readings[engine].Readings;

    public ReadOnlySpan<EntryEnd> EntriesOf(int engine) => CollectionsMarshal.AsSpan(entries[engine]);

    public void Add(int engine, ReadOnlySpan<Reading> more, long journalPosition)
    {
        if (more.IsEmpty)
        {
            return;
        }

        var own = readings[engine];
        more.CopyTo(own.Reserve(more.Length));
        own.Advance(more.Length);
        entries[engine].Add(new EntryEnd(own.Count, journalPosition));
        IsEmpty = false;
        IsFull |= own.Count >= ReadingsMax;
    }

    public void Clear()
    {
        foreach (var own in readings)
        {
            own.Clear();
        }

        foreach (var own in entries)
        {
            own.Clear();
        }

        (Control, IsFull, IsEmpty) = (null, false, true);
    }
}
