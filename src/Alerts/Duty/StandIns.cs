namespace PingAnIoT.Alerts;

/// <summary>
/// Where officers stand in for others: the places of others whose people, and those of the territory above, are not on duty, while he is, as a neighbour. He is
/// told of what happens there, so he sees it and may act on it, for as long as that is so.
/// </summary>
/// <param name="book">Rosters as they are now.</param>
/// <param name="tree">Territories as they are now.</param>
/// <param name="time">The only clock.</param>
public sealed class StandIns(Func<DutyBook> book, Func<TerritoryTree> tree, TimeProvider time)
{
    private readonly Lock gate = new();

    /// <summary>Who is named where, of the rosters that were looked at last: a thousand streams ask each time one changes, and most officers have one post of ten thousand.</summary>
    private (object? Of, ILookup<string, (string Territory, OfficerRoles Role)>? By) named;

    /// <summary>Rosters as they are now: the answer changes with them, with the tree and with the time.</summary>
    public DutyBook Book => book();

    /// <summary>The officer as he sees the world during one call. Nothing is worked out until what is not his own is asked for.</summary>
    public Officer Seeing(Officer officer) => officer.Territory.Length == 0 ? officer : officer with { StandsIn = new Lazy<IReadOnlySet<string>>(() => Now(officer)) };

    /// <summary>The exact places that are not his own and for which he stands in now.</summary>
    public IReadOnlySet<string> Now(Officer officer)
    {
        var (rosters, territories, now) = (book(), tree(), Micros.Now(time));
        var places = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (territory, role) in officer.Territory.Length == 0 ? [] : PostsOf(rosters, officer.Name))
        {
            if (!DutyRoster.Own(rosters, territory, role, now).Has(officer.Name))
            {
                continue;
            }

            foreach (var place in territories.NeighboursTo(territory).Where(p => !officer.Covers(p)))
            {
                if (DutyRoster.Told(rosters, territories, place, now) is { Source: DutySource.Neighbour } answer && answer.Has(officer.Name))
                {
                    places.Add(place);
                }
            }
        }

        return places;
    }

    private IEnumerable<(string Territory, OfficerRoles Role)> PostsOf(DutyBook rosters, string officer)
    {
        lock (gate)
        {
            if (!ReferenceEquals(named.Of, rosters.Posts))
            {
                named = (rosters.Posts, ByName(rosters));
            }

            return named.By![officer];
        }
    }

    private static ILookup<string, (string Territory, OfficerRoles Role)> ByName(DutyBook rosters) =>
        rosters.Posts.SelectMany(p => p.Value.Named.Distinct(StringComparer.Ordinal).Select(name => (Name: name, Post: p.Key))).ToLookup(n => n.Name, n => n.Post, StringComparer.Ordinal);
}
