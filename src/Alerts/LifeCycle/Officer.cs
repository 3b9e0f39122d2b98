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

    /// <summary>True when <paramref name="territory"/> is the officer's or lies within it. A device of unknown place is everybody's.</summary>
    public bool Covers(string territory) =>
        Territory.Length == 0 || territory.Length == 0
        || (territory.StartsWith(Territory, StringComparison.Ordinal)
            && (territory.Length == Territory.Length || territory[Territory.Length] == '/'));

    /// <summary>The one question of which alerts there are for the officer: listed, streamed, counted, worked on. Any other is as if it were not there.</summary>
    public bool Sees(Alert alert) => Sees(alert.Places);

    /// <inheritdoc cref="Sees(Alert)"/>
    internal bool Sees(PackedAlert alert) => Sees(alert.Places);

    /// <inheritdoc cref="Sees(Alert)"/>
    /// <param name="places">As in <see cref="Alert.Places"/>.</param>
    internal bool Sees(string places) => Covers(places);

    /// <summary>The same of those alone that lie within a territory. An alert of no known place is in none.</summary>
    /// <param name="places">As in <see cref="Alert.Places"/>.</param>
    /// <param name="within">"" for all.</param>
    internal bool Sees(string places, string within) => Sees(places) && (within.Length == 0 || (places.Length > 0 && PlaceText.Covers(within, places)));
}
