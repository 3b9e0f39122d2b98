namespace PingAnIoT.Alerts;

/// <summary>
/// Where an alert is, for the question of who may see it, as one text: a territory; of a gateway that has no place of its own those that it serves, with blanks between, where <c>d01/s03/*</c>
/// stands for some within <c>d01/s03</c>; "" where nothing is known, which is everybody's.
/// </summary>
internal static class AlertPlaces
{
    /// <summary>In no territory: seen by those alone who have the whole city.</summary>
    public const string City = "/";

    /// <summary>In some, and nobody knows which: seen by everybody, and ended by those who have the whole city.</summary>
    public const string Somewhere = "/*";

    /// <summary>Behind a territory: some within it.</summary>
    public const string Some = "/*";

    /// <summary>Of an alert, or of what raises it. What a gateway served that was raised before it was written down is not known.</summary>
    public static string Of(string territory, string? serves, string kind) =>
        territory.Length > 0 ? territory : serves ?? (IncidentPlace.IsGateway(kind) ? Somewhere : "");

    /// <summary>True when any of the places is the territory, or lies within it.</summary>
    public static bool IsSeenFrom(string territory, string places)
    {
        if (territory.Length == 0 || places.Length == 0)
        {
            return true;
        }

        foreach (var range in places.AsSpan().Split(' '))
        {
            var place = places.AsSpan(range);
            var around = Around(place);
            if (IsWithin(territory, around) || (around.Length < place.Length && IsWithin(around, territory)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when all of the places are the territory, or lie within it.</summary>
    public static bool AreAllOf(string territory, string places)
    {
        if (territory.Length == 0 || places.Length == 0)
        {
            return true;
        }

        foreach (var range in places.AsSpan().Split(' '))
        {
            if (!IsWithin(territory, Around(places.AsSpan(range))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>False where a territory's own path leads to all who see it.</summary>
    public static bool AreSeveral(string places) => places.Contains(' ', StringComparison.Ordinal) || places.EndsWith(Some, StringComparison.Ordinal);

    /// <summary>True when the place is the territory, or lies within it.</summary>
    public static bool IsWithin(ReadOnlySpan<char> territory, ReadOnlySpan<char> place) =>
        territory.IsEmpty || (place.StartsWith(territory, StringComparison.Ordinal) && (place.Length == territory.Length || place[territory.Length] == '/'));

    private static ReadOnlySpan<char> Around(ReadOnlySpan<char> place) => place.EndsWith(Some, StringComparison.Ordinal) ? place[..^Some.Length] : place;
}
