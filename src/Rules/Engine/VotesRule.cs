namespace PingAnIoT.Rules;

/// <summary>A rule over the devices of a place in the shape the engine reads. Immutable.</summary>
/// <param name="Rule">What it says.</param>
/// <param name="Index">Its number among those of its kind.</param>
/// <param name="Number">Its number among all of the plan.</param>
internal sealed record VotesRule(CompiledRule Rule, int Index, int Number)
{
    /// <summary>Values from here to <see cref="QuietTop"/> violate no band, deadband included (device set-points apart).</summary>
    public double QuietBottom { get; } = Rule.BottomWithin(Rule.Rule.Deadband);

    /// <inheritdoc cref="QuietBottom"/>
    public double QuietTop { get; } = Rule.TopWithin(Rule.Rule.Deadband);

    /// <summary>The place of a device; null where its territory does not say.</summary>
    public string? PlaceOf(string? territory) => territory is null ? null : PlaceNumbers.Prefix(territory, (int)Rule.Rule.Place);
}
