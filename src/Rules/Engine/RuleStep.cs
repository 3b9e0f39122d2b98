namespace PingAnIoT.Rules;

/// <summary>What becomes of the states of one rule when others come into force. Immutable.</summary>
internal sealed class RuleStep
{
    // Of each band, and of normal, what it is now; the number of bands where the colour is gone.
    private readonly byte[] bands;

    /// <param name="from">As it was.</param>
    /// <param name="to">The rule of that name now; null where there is none.</param>
    /// <param name="place">Where <paramref name="to"/> is among those it is counted with.</param>
    /// <param name="isKept">Whether its window means the same.</param>
    public RuleStep(CompiledRule from, CompiledRule? to, int place, bool isKept)
    {
        (From, To, Place, IsKept) = (from, to, place, isKept && to is not null);
        bands = [.. Enumerable.Range(0, from.Bands.Length + 1).Select(b => (byte)(to is null ? 0 : BandOf(to, from.SeverityOf(b))))];
    }

    public CompiledRule From { get; }

    public CompiledRule? To { get; }

    public int Place { get; }

    public bool IsKept { get; }

    public int this[int band] => bands[band];

    /// <summary>Does a state go on, or is what it says to be ended?</summary>
    public bool Keeps(int current) => IsKept && (current == From.Bands.Length || bands[current] < To!.Bands.Length);

    /// <returns>The band of that colour; the number of bands where there is none.</returns>
    public static int BandOf(CompiledRule rule, Severity severity)
    {
        var place = Array.FindIndex(rule.Bands, b => b.Severity == severity);
        return place < 0 ? rule.Bands.Length : place;
    }
}
