namespace PingAnIoT.Alerts;

/// <summary>Who is told of what happens in a territory.</summary>
public interface IDutyRoster
{
    /// <param name="territory">e.g. <c>d01/s03/c07</c>; "" for a place that is not known.</param>
    /// <param name="atMicros">Server time, microseconds since 1970.</param>
    IReadOnlyList<Recipient> OnDuty(string territory, long atMicros);
}

/// <summary>Whether anybody is watching.</summary>
public interface IAttendance
{
    /// <summary>True when a stream is open of an officer who covers the territory.</summary>
    bool IsAttended(string territory);
}

/// <summary>Somebody who is told, and over what.</summary>
/// <param name="Name">What the ledger records.</param>
/// <param name="Channels">Names of channels; each gets the notice.</param>
/// <param name="Mail">For mail channels; "" for none.</param>
/// <param name="Phone">For gateways of messages and calls; "" for none.</param>
/// <param name="Language"><c>zh</c> or <c>en</c>.</param>
public sealed record Recipient(string Name, IReadOnlyList<string> Channels, string Mail = "", string Phone = "", string Language = "zh");

/// <summary>The contacts of <c>notices.yaml</c>: those of the territory, or of the nearest above it that has any.</summary>
public sealed class ContactRoster(Func<NoticeConfig> config) : IDutyRoster
{
    public IReadOnlyList<Recipient> OnDuty(string territory, long atMicros)
    {
        var contacts = config().Contacts;
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
