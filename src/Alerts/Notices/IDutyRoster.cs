namespace PingAnIoT.Alerts;

/// <summary>Who is told of what happens in a territory.</summary>
public interface IDutyRoster
{
    /// <param name="territory">e.g. <c>d01/s03/c07</c>; "" for a place that is not known.</param>
    /// <param name="role">As what they are told: an officer, or a supervisor of the territory. Where there is nobody of that role, whoever there is.</param>
    /// <param name="atMicros">Server time, microseconds since 1970.</param>
    IReadOnlyList<Recipient> OnDuty(string territory, OfficerRoles role, long atMicros);
}

/// <summary>Whether anybody is watching.</summary>
public interface IAttendance
{
    /// <summary>True when a stream is open of an officer who sees the alert.</summary>
    bool IsAttended(Alert alert);
}

/// <summary>Somebody who is told, and over what.</summary>
/// <param name="Name">What the ledger records.</param>
/// <param name="Channels">Names of channels; each gets the notice.</param>
/// <param name="Mail">For mail channels; "" for none.</param>
/// <param name="Phone">For gateways of messages and calls; "" for none.</param>
/// <param name="Language"><c>zh</c> or <c>en</c>.</param>
public sealed record Recipient(string Name, IReadOnlyList<string> Channels, string Mail = "", string Phone = "", string Language = "zh");

/// <summary>
/// The contacts of <c>notices.yaml</c>: those for that role of the territory, or of the nearest above it that has any; where nobody is for that role, those for any.
/// </summary>
public sealed class ContactRoster(Func<NoticeConfig> config) : IDutyRoster
{
    public IReadOnlyList<Recipient> OnDuty(string territory, OfficerRoles role, long atMicros)
    {
        var contacts = config().Contacts;
        return Nearest(contacts.Where(c => c.Role is null || c.Role == role), territory) is { Count: > 0 } found ? found : Nearest(contacts, territory);
    }

    private static List<Recipient> Nearest(IEnumerable<ContactConfig> contacts, string territory)
    {
        for (var place = territory; ; place = PlaceText.Parent(place))
        {
            var here = contacts.Where(c => c.Territory == place).Select(c => c.Recipient).ToList();
            if (here.Count > 0 || place.Length == 0)
            {
                return here;
            }
        }
    }
}
