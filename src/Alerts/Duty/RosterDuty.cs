namespace PingAnIoT.Alerts;

/// <summary>
/// Those on duty by the roster, told over what the contacts file has for their names; where no roster is in force at the place or above it, or none of
/// those on duty is in the file, the contacts of the place as ever: better somebody is told twice than nobody. A supervisor's notice goes to the place's supervisors
/// on duty, else to its own supervisors, else to those above it; where there are none, to the officers on duty.
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

        if (role == OfficerRoles.Supervisor && Supervisors(now, territory, atMicros) is { Count: > 0 } supervisors)
        {
            return supervisors;
        }

        var answer = DutyRoster.Who(now, tree(), territory, OfficerRoles.Officer, atMicros);
        if (answer.Source == DutySource.Nobody)
        {
            answer = DutyRoster.Who(now, tree(), territory, OfficerRoles.Supervisor, atMicros);
        }

        var told = Known(answer.Officers);
        return told.Count > 0 ? told : otherwise.OnDuty(territory, role, atMicros);
    }

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

    private List<Recipient> Known(IReadOnlyList<OnDuty> officers)
    {
        var known = contacts();
        return [.. officers.Select(o => known.FirstOrDefault(c => c.Recipient.Name == o.Officer)?.Recipient).OfType<Recipient>()];
    }
}
