namespace PingAnIoT.Rules;

/// <summary>A rule over the devices of a place in the shape the engine reads. Immutable.</summary>
/// <param name="Rule">What it says.</param>
/// <param name="Index">Its number among those of its kind.</param>
/// <param name="Number">Its number among all of the plan.</param>
internal sealed record VotesRule(CompiledRule Rule, int Index, int Number)
{
    /// <summary>Values from here to <see cref="QuietTop"/> violate no band, deadband included (device set-points apart).</summary>
    public double QuietBottom { get; } = Rule.Bands.Max(b => b.Comparison switch
    {
        Comparison.Below => Latch.Left(b.Comparison, b.Threshold, Rule.Rule.Deadband),
        Comparison.AtOrBelow => Math.BitIncrement(Latch.Left(b.Comparison, b.Threshold, Rule.Rule.Deadband)),
        Comparison.Equal => double.PositiveInfinity,
        _ => double.NegativeInfinity,
    });

    /// <inheritdoc cref="QuietBottom"/>
    public double QuietTop { get; } = Rule.Bands.Min(b => b.Comparison switch
    {
        Comparison.Above => Latch.Left(b.Comparison, b.Threshold, Rule.Rule.Deadband),
        Comparison.AtOrAbove => Math.BitDecrement(Latch.Left(b.Comparison, b.Threshold, Rule.Rule.Deadband)),
        _ => double.PositiveInfinity,
    });

    /// <summary>The place of a device; null where its territory does not say.</summary>
    public string? PlaceOf(string? territory) => territory is null ? null : PlaceNumbers.Prefix(territory, (int)Rule.Rule.Place);
}
