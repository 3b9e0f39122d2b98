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
}
