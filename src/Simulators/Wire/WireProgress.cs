namespace PingAnIoT.Simulators;

/// <summary>
/// Which messages of one gateway were published and acknowledged, by their ordinal from 0 in the order of the source: a few bytes, however many there are.
/// A source says the same again from the same seed, so an ordinal leads back to devices and times.
/// Threading: written by the fleet's thread; read it once that has stopped.
/// </summary>
public sealed class WireProgress
{
    /// <summary>Refused ones that are remembered by ordinal; more are only counted.</summary>
    private const int MostRefused = 10_000;
    private readonly HashSet<long> refused = [];
    private ulong[] ahead = [];
    private long settled;

    public long Published { get; private set; }

    /// <summary>With yes, at QoS 1.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>With a reason (version 5).</summary>
    public long Refused { get; private set; }

    /// <summary>Whether the server said yes to a message.</summary>
    public bool IsAcknowledged(long ordinal) => (ordinal < settled || IsAhead(ordinal)) && !refused.Contains(ordinal);

    internal void Publish() => Published++;

    /// <summary>Each ordinal once.</summary>
    internal void Settle(long ordinal, bool isAccepted)
    {
        Acknowledged += isAccepted ? 1 : 0;
        Refused += isAccepted ? 0 : 1;
        if (!isAccepted && refused.Count < MostRefused)
        {
            refused.Add(ordinal);
        }

        if (ordinal != settled)
        {
            MarkAhead(ordinal);
            return;
        }

        settled++;
        while (IsAhead(settled))
        {
            ahead[Word(settled)] &= ~Bit(settled);
            settled++;
        }
    }

    private static ulong Bit(long ordinal) => 1UL << (int)(ordinal & 63);

    private long Word(long ordinal) => (ordinal >> 6) % ahead.Length;

    private bool IsAhead(long ordinal) => ordinal >= settled && (ordinal >> 6) - (settled >> 6) < ahead.Length && (ahead[Word(ordinal)] & Bit(ordinal)) != 0;

    /// <summary>The bits from the first unsettled one to the last published lie in a ring of words.</summary>
    private void MarkAhead(long ordinal)
    {
        var words = (int)((Published >> 6) - (settled >> 6) + 1);
        if (words > ahead.Length)
        {
            var larger = new ulong[words * 2];
            for (var word = settled >> 6; ahead.Length > 0 && word <= Published >> 6 && word < (settled >> 6) + ahead.Length; word++)
            {
                larger[word % larger.Length] = ahead[word % ahead.Length];
            }

            ahead = larger;
        }

        ahead[Word(ordinal)] |= Bit(ordinal);
    }
}
