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
    /// <summary>Rosters as they are now: the answer changes with them, with the tree and with the time.</summary>
    public DutyBook Book => book();

    /// <summary>The officer as he sees the world during one call. Nothing is worked out until what is not his own is asked for.</summary>
    public Officer Seeing(Officer officer) => officer.Territory.Length == 0 ? officer : officer with { StandsIn = new Lazy<IReadOnlySet<string>>(() => Now(officer)) };

    public IReadOnlySet<string> Now(Officer officer) => Of(book(), tree(), officer, Micros.Now(time));

    /// <summary>The exact places that are not his own and for which he stands in at a moment. Pure.</summary>
    public static IReadOnlySet<string> Of(DutyBook book, TerritoryTree tree, Officer officer, long atMicros)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ((territory, role), post) in officer.Territory.Length == 0 ? [] : book.Posts)
        {
            if (!post.Names(officer.Name) || !DutyRoster.Own(book, territory, role, atMicros).Has(officer.Name))
            {
                continue;
            }

            foreach (var place in tree.NeighboursTo(territory).Where(p => !officer.Covers(p)))
            {
                if (DutyRoster.Told(book, tree, place, atMicros) is { Source: DutySource.Neighbour } answer && answer.Has(officer.Name))
                {
                    places.Add(place);
                }
            }
        }

        return places;
    }
}
