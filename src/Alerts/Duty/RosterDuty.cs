namespace PingAnIoT.Alerts;

/// <summary>
/// Those on duty by the roster, told over what the contacts file has for their names; where no roster is in force at the place or above it, or none of
/// those on duty is in the file, the contacts of the place as ever: better somebody is told twice than nobody. A supervisor's notice goes to the place's supervisors
/// on duty, else to its own supervisors, else to those contacts of it that are for any role and are no officers, else to those above it; where there are none, to the
/// officers on duty. A roster elsewhere in the city changes nothing of that.
/// </summary>
/// <param name="book">Rosters as they are now.</param>
/// <param name="tree">Territories as they are now.</param>
/// <param name="contacts">Those of the notice file, with their territory.</param>
public sealed class RosterDuty(Func<DutyBook> book, Func<TerritoryTree> tree, Func<IReadOnlyList<ContactConfig>> contacts, IDutyRoster otherwise) : IDutyRoster
{
    public IReadOnlyList<Recipient> OnDuty(string territory, OfficerRoles role, long atMicros)
    {
        var now = book();
        if (now.Posts.IsEmpty || territory.Length == 0)
        {
            return otherwise.OnDuty(territory, role, atMicros);
        }

        if (role == OfficerRoles.Supervisor)
        {
            if (!IsRostered(now, territory))
            {
                return otherwise.OnDuty(territory, role, atMicros);
            }

            if (Supervisors(now, territory, atMicros) is { Count: > 0 } supervisors)
            {
                return supervisors;
            }
        }

        var told = Known(DutyRoster.Told(now, tree(), territory, atMicros).Officers);
        return told.Count > 0 ? told : otherwise.OnDuty(territory, role, atMicros);
    }

    /// <summary>Whether the place or one above it has a roster, of whatever role.</summary>
    private static bool IsRostered(DutyBook now, string territory) => now.Posts.Any(p => !p.Value.Rosters.IsEmpty && PlaceText.Covers(p.Key.Territory, territory));

    /// <summary>No neighbour's: they do not answer for the place.</summary>
    private List<Recipient> Supervisors(DutyBook now, string territory, long atMicros)
    {
        for (var place = territory; ; place = PlaceText.Parent(place))
        {
            var told = Known(DutyRoster.Own(now, place, OfficerRoles.Supervisor, atMicros).Officers);
            if (told.Count == 0)
            {
                told = [.. contacts().Where(c => IsSupervisor(now, c, place)).Select(c => c.Recipient)];
            }

            if (told.Count == 0)
            {
                told = [.. contacts().Where(c => c.Role is null && c.Territory == place && !IsOfficer(now, c.Recipient.Name, place)).Select(c => c.Recipient)];
            }

            if (told.Count > 0 || place.Length == 0)
            {
                return told;
            }
        }
    }

    /// <summary>By the notice file, or by the officers' own book.</summary>
    private static bool IsSupervisor(DutyBook now, ContactConfig contact, string place) =>
        (contact.Role == OfficerRoles.Supervisor && contact.Territory == place)
        || (contact.Role is null && now.Officers.TryGetValue(contact.Recipient.Name, out var officer) && !officer.IsDisabled
            && officer.Roles.HasFlag(OfficerRoles.Supervisor) && officer.Territory == place);

    /// <summary>One of the officers' own book; where another issuer knows them, one who has his turn on duty there.</summary>
    private static bool IsOfficer(DutyBook now, string name, string place) =>
        now.Officers.ContainsKey(name) || now.Posts.Any(p => PlaceText.Covers(place, p.Key.Territory) && p.Value.Rosters.Any(r => r.Teams.Any(t => t.Contains(name))));

    private List<Recipient> Known(IReadOnlyList<OnDuty> officers)
    {
        var known = contacts();
        return [.. officers.Select(o => known.FirstOrDefault(c => c.Recipient.Name == o.Officer)?.Recipient).OfType<Recipient>()];
    }
}
