namespace PingAnIoT.Rules;

/// <summary>
/// What is known of the worst band that is crossed (or violated): it lies from <paramref name="Low"/> to <paramref name="High"/>. Bands before
/// <paramref name="Low"/> are known not to be, those from <paramref name="High"/> on are known to be, of those between nothing is known.
/// </summary>
internal readonly record struct Bounds(int Low, int High)
{
    /// <summary>No band is.</summary>
    public static Bounds None(CompiledRule rule) => new(rule.Bands.Length, rule.Bands.Length);

    /// <summary>Nothing is known of any.</summary>
    public static Bounds Unknown(CompiledRule rule) => new(0, rule.Bands.Length);

    /// <summary>What several parts come to: <see cref="Combination.All"/> asks for the least bad of them, <see cref="Combination.Any"/> for the worst.</summary>
    public Bounds Join(Combination combination, Bounds other) => combination == Combination.All
        ? new Bounds(Math.Max(Low, other.Low), Math.Max(High, other.High))
        : new Bounds(Math.Min(Low, other.Low), Math.Min(High, other.High));
}
