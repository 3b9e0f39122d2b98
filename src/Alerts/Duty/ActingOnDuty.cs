using Google.Protobuf;

namespace PingAnIoT.Alerts;

/// <summary>Somebody acts on an alert without being on duty.</summary>
/// <param name="AlertId">Which.</param>
/// <param name="OnDuty">Who is.</param>
/// <param name="IsRefused">Or else it is put on record.</param>
/// <param name="Told">What is said to him: who is on duty only where that is of his own places.</param>
public sealed record OffDuty(string AlertId, IReadOnlyList<string> OnDuty, bool IsRefused, string Told);

/// <summary>
/// Rights by roster: on an alert acts who is on duty for its place. A supervisor of the place may always, and so may anybody where the roster names
/// nobody: an alert is never left alone for the sake of a plan.
/// </summary>
/// <param name="ledger">Alerts and rosters as they are now.</param>
/// <param name="territories">As they are now.</param>
/// <param name="refuses">Whether others are refused, or put on record.</param>
/// <param name="time">The only clock.</param>
public sealed class ActingOnDuty(Ledger ledger, Func<TerritoryTree> territories, bool refuses, TimeProvider time)
{
    private const string Acting = "/pingan.alerts.v1.AlertService/";
    private const string Telling = "/pingan.alerts.v1.NoticeService/";

    /// <summary>Looks at a call that <see cref="Rights"/> has let through.</summary>
    /// <returns>Null when all is well, or nothing can be said.</returns>
    public OffDuty? Look(Officer officer, string method, Need need, IMessage request)
    {
        if (need != Need.Act || officer.Roles.HasFlag(OfficerRoles.Supervisor) || AlertOf(method, request) is not { } id)
        {
            return null;
        }

        // A place that is not known is everybody's duty. What is not his to see is answered by the service, as if it were not there.
        var book = ledger.Book;
        if (book.Duty.Posts.IsEmpty || !book.Alerts.TryGetValue(id, out var alert) || alert.Territory.Length == 0 || !officer.Sees(alert))
        {
            return null;
        }

        var now = Micros.Now(time);
        var answer = DutyRoster.Who(book.Duty, territories(), alert.Territory, OfficerRoles.Officer, now);
        if (answer.Source == DutySource.Nobody || answer.Has(officer.Name) || IsOnAbove(book.Duty, alert.Territory, officer.Name, now))
        {
            return null;
        }

        string[] names = [.. answer.Officers.Select(o => o.Officer)];
        return new OffDuty(
            id, names, refuses, $"You are not on duty there now{(DutyRequest.Has(officer, answer.StandIn) ? $"; on duty: {string.Join(", ", names)}" : "")}.");
    }

    /// <summary>Which alert it is about: by its id, or by the key of a notice of it. A summary is about none alone.</summary>
    internal static string? AlertOf(string method, IMessage request) =>
        method.StartsWith(Acting, StringComparison.Ordinal) ? Text(request, "id")
        : !method.StartsWith(Telling, StringComparison.Ordinal) ? null
        : Text(request, "key") is { } key ? NoticeKey.Parse(key)?.Alert : Text(request, "alert_id");

    private static string? Text(IMessage request, string field) => request.Descriptor.FindFieldByName(field)?.Accessor.GetValue(request) as string;

    /// <summary>Puts on record what was done.</summary>
    public Task NoteAsync(string officer, string rpc, OffDuty offDuty) => ledger.DecideAsync(
        t => OfficerBookCommands.NoteOffDuty(t, officer, new OffDutyFacts(rpc, offDuty.AlertId, offDuty.OnDuty)), CancellationToken.None);

    /// <summary>Who has duty for the street has it for its grids, whoever else has.</summary>
    private static bool IsOnAbove(DutyBook book, string territory, string name, long nowMicros)
    {
        for (var place = TerritoryPath.Parent(territory); place is not null; place = TerritoryPath.Parent(place))
        {
            if (DutyRoster.Own(book, place, OfficerRoles.Officer, nowMicros).Officers.Any(o => o.Officer == name))
            {
                return true;
            }
        }

        return false;
    }
}
