namespace PingAnIoT.Alerts;

/// <summary>A duty officer, as the credential says; never as a payload says.</summary>
/// <param name="Name">1 to 64 printable characters; what the ledger records.</param>
/// <param name="Territory">The territory the officer answers for, e.g. <c>d01/s03</c>; "" for the whole city.</param>
public sealed record Officer(string Name, string Territory = "")
{
    /// <summary>What the officer may do; see <see cref="Rights"/>.</summary>
    public OfficerRoles Roles { get; init; } = OfficerRoles.All;

    /// <summary>The entry of the book that this officer rests on; 0 where another issuer or open mode vouches.</summary>
    public long Version { get; init; }

    /// <summary>The exact places in which the officer stands in for others during this call, see <see cref="StandIns"/>; null for none.</summary>
    public Lazy<IReadOnlySet<string>>? StandsIn { get; init; }

    /// <summary>The officer as he acts, of one who reads more than that; null where it is the same.</summary>
    public Officer? Acting { get; init; }

    /// <summary>True when <paramref name="territory"/> is the officer's or lies within it. A device of unknown place is everybody's.</summary>
    public bool Covers(string territory) => territory.Length == 0 || AlertPlaces.IsWithin(Territory, territory);

    /// <summary>The one question of which alerts there are for the officer: listed, streamed, counted, worked on. Any other is as if it were not there.</summary>
    public bool Sees(Alert alert) => Sees(alert.Places);

    /// <inheritdoc cref="Sees(Alert)"/>
    internal bool Sees(PackedAlert alert) => Sees(alert.Places);

    /// <inheritdoc cref="Sees(Alert)"/>
    /// <param name="places">As in <see cref="Alert.Places"/>.</param>
    internal bool Sees(string places) => AlertPlaces.IsSeenFrom(Territory, places) || StandsInAt(places);

    /// <summary>Whether the officer sees an alert only for standing in there.</summary>
    internal bool StandsInFor(Alert alert) => !AlertPlaces.IsSeenFrom(Territory, alert.Places) && StandsInAt(alert.Places);

    /// <summary>The same of those alone that lie within a territory. An alert of no known place is in none.</summary>
    /// <param name="places">As in <see cref="Alert.Places"/>.</param>
    /// <param name="within">"" for all.</param>
    internal bool Sees(string places, string within) => within.Length == 0
        ? Sees(places)
        : (places is not ("" or AlertPlaces.Somewhere) && Narrowed(within) is { } narrowed && AlertPlaces.IsSeenFrom(narrowed, places))
            || (AlertPlaces.IsWithin(within, places) && StandsInAt(places));

    /// <summary>Whether it is the officer's alone to end it or to lay it aside: a gateway without a place serves others, too, who must not be left without its alert.</summary>
    public bool HasAllOf(Alert alert) => AlertPlaces.AreAllOf(Territory, alert.Places) || StandsInAt(alert.Places);

    private bool StandsInAt(string places) => StandsIn?.Value.Contains(places) == true;

    /// <summary>Where two territories have anything in common it is the smaller: so nobody learns by asking for it that an alert of his is of another's territory as well.</summary>
    private string? Narrowed(string within) => AlertPlaces.IsWithin(Territory, within) ? within : AlertPlaces.IsWithin(within, Territory) ? Territory : null;
}
