namespace PingAnIoT.Alerts;

/// <summary>
/// Those on duty by the roster, told over what the contacts file has for their names; where no roster is in force at the place or above it, or none of
/// those on duty is in the file, the contacts of the place as ever: better somebody is told twice than nobody.
/// </summary>
/// <param name="book">Rosters as they are now.</param>
/// <param name="tree">Territories as they are now.</param>
/// <param name="contacts">Those of the notice file, with their territory.</param>
public sealed class RosterDuty(Func<DutyBook> book, Func<TerritoryTree> tree, Func<IReadOnlyList<ContactConfig>> contacts, IDutyRoster otherwise) : IDutyRoster
{
    public IReadOnlyList<Recipient> OnDuty(string territory, long atMicros)
    {
        var now = book();
        if (now.Posts.IsEmpty || territory.Length == 0)
        {
            return otherwise.OnDuty(territory, atMicros);
        }

        var answer = DutyRoster.Who(now, tree(), territory, OfficerRoles.Officer, atMicros);
        if (answer.Source == DutySource.Nobody)
        {
            answer = DutyRoster.Who(now, tree(), territory, OfficerRoles.Supervisor, atMicros);
        }

        var known = contacts();
        var told = answer.Officers.Select(o => known.FirstOrDefault(c => c.Recipient.Name == o.Officer)?.Recipient).OfType<Recipient>().ToList();
        return told.Count > 0 ? told : otherwise.OnDuty(territory, atMicros);
    }
}
