using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace PingAnIoT.Alerts;

/// <summary>Rosters, swaps, hand-overs and checks as the protocol says them.</summary>
public static class WireDuty
{
    private const int MinutesOfDay = 24 * 60;

    public static OfficerRoles From(V1.Role role) => role switch
    {
        V1.Role.Unspecified or V1.Role.Officer => OfficerRoles.Officer,
        V1.Role.Supervisor => OfficerRoles.Supervisor,
        _ => throw GrpcErrors.Invalid("role", "is ROLE_OFFICER or ROLE_SUPERVISOR"),
    };

    public static V1.Role Of(OfficerRoles role) => role == OfficerRoles.Supervisor ? V1.Role.Supervisor : V1.Role.Officer;

    public static long Micros(Timestamp? time, string field) =>
        time is null ? throw GrpcErrors.Invalid(field, "is missing") : Micros(time, field, 0);

    /// <summary>Between 2000 and 2200: what calendars and shifts can be reckoned for.</summary>
    public static long Micros(Timestamp? time, string field, long otherwise) =>
        time is null ? otherwise
        : time.Seconds is < 946_684_800 or > 7_258_118_400 ? throw GrpcErrors.Invalid(field, "is a time between 2000 and 2200")
        : WireTime.Micros(time);

    /// <summary>"22:00" as minutes of the day; "24:00" is its end.</summary>
    public static int Minutes(string text, string field) =>
        text.Length == 5 && text[2] == ':'
        && int.TryParse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
        && int.TryParse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
        && minutes < 60 && (hours * 60) + minutes <= MinutesOfDay
            ? (hours * 60) + minutes
            : throw GrpcErrors.Invalid(field, "is a time of day such as 22:00");

    public static RosterRecord From(V1.Roster? wire)
    {
        var roster = wire ?? throw GrpcErrors.Invalid("roster", "is missing");
        return new RosterRecord
        {
            Territory = roster.Territory.Trim('/'), Role = From(roster.Role), Zone = roster.Zone, RotateDays = roster.RotateDays,
            Start = DateOnly.TryParseExact(roster.Start, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var start)
                ? start : throw GrpcErrors.Invalid("roster.start", "is a day such as 2026-11-23"),
            Shifts = [.. roster.Shifts.Select(From)], Teams = [.. roster.Teams.Select(t => (IReadOnlyList<string>)[.. t.Officers])],
            SwapsNeedApproval = roster.SwapsNeedApproval, FromMicros = Micros(roster.EffectiveTime, "roster.effective_time", 0),
        };
    }

    public static V1.Roster Of(RosterRecord roster)
    {
        var wire = new V1.Roster
        {
            Territory = roster.Territory, Role = Of(roster.Role), Zone = roster.Zone, RotateDays = roster.RotateDays,
            Start = roster.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), SwapsNeedApproval = roster.SwapsNeedApproval,
            EffectiveTime = WireTime.Of(roster.FromMicros),
        };
        wire.Teams.AddRange(roster.Teams.Select(t => new V1.RosterTeam { Officers = { t } }));
        wire.Shifts.AddRange(roster.Shifts.Select(s => new V1.RosterShift
        {
            Name = s.Name, From = Clock(s.FromMinute), To = Clock(s.ToMinute), FirstTeam = s.FirstTeam + 1,
            Days = { Enumerable.Range(1, 7).Where(d => (s.Days & (1 << (d - 1))) != 0) },
        }));
        return wire;
    }

    public static IEnumerable<V1.OnDutyOfficer> Of(IEnumerable<OnDuty> officers) => officers.Select(o => new V1.OnDutyOfficer { Officer = o.Officer, Reason = o.Reason });

    public static V1.DutySource Of(DutySource source) => source switch
    {
        DutySource.Own => V1.DutySource.Own,
        DutySource.Parent => V1.DutySource.Parent,
        DutySource.Neighbour => V1.DutySource.Neighbour,
        DutySource.Above => V1.DutySource.Above,
        _ => V1.DutySource.Nobody,
    };

    public static V1.DutyStretch Of(DutyStretch stretch) => new()
    {
        From = WireTime.Of(stretch.FromMicros), To = WireTime.Of(stretch.ToMicros), Why = stretch.Why, Officers = { Of(stretch.Officers) },
    };

    public static V1.DutyOverride Of(DutyChange change) => new()
    {
        Id = change.Id, Territory = change.Territory, Role = Of(change.Role), From = WireTime.Of(change.FromMicros), To = WireTime.Of(change.ToMicros),
        Absent = change.Absent, Instead = change.Instead, Reason = change.Reason,
    };

    public static DutyChange From(V1.DutyOverride? wire) => wire is null ? throw GrpcErrors.Invalid("override", "is missing") : new DutyChange
    {
        Id = 0, Territory = wire.Territory.Trim('/'), Role = From(wire.Role), FromMicros = Micros(wire.From, "override.from"), ToMicros = Micros(wire.To, "override.to"),
        Absent = wire.Absent, Instead = wire.Instead, Reason = wire.Reason,
    };

    public static V1.Swap Of(SwapRecord swap) => new()
    {
        Id = swap.Id, Territory = swap.Territory, Role = Of(swap.Role), Asker = swap.Asker, From = WireTime.Of(swap.FromMicros), To = WireTime.Of(swap.ToMicros),
        Other = swap.Other, BackFrom = swap.BackToMicros == 0 ? null : WireTime.Of(swap.BackFromMicros), BackTo = swap.BackToMicros == 0 ? null : WireTime.Of(swap.BackToMicros),
        Note = swap.Note, By = swap.By, State = (V1.SwapState)(int)swap.State,
    };

    public static SwapRecord From(V1.Swap? wire) => wire is null ? throw GrpcErrors.Invalid("swap", "is missing") : new SwapRecord
    {
        Id = 0, Territory = wire.Territory.Trim('/'), Role = From(wire.Role), Asker = "", By = "", Other = wire.Other, Note = wire.Note, State = SwapState.Asked,
        FromMicros = Micros(wire.From, "swap.from"), ToMicros = Micros(wire.To, "swap.to"),
        BackFromMicros = Micros(wire.BackFrom, "swap.back_from", 0), BackToMicros = Micros(wire.BackTo, "swap.back_to", 0),
    };

    public static V1.HandOverNote Of(HandOverRecord note, long nowMicros) => new()
    {
        Id = note.Id, Territory = note.Territory, Role = Of(note.Role), By = note.By, To = { note.To }, Text = note.Text, Time = WireTime.Of(note.AtMicros),
        DueTime = WireTime.Of(note.DueMicros), OpenAlerts = { note.OpenAlerts }, OpenCount = note.OpenCount, RedCount = note.RedCount,
        TakenBy = note.TakenBy, TakenTime = note.IsOpen ? null : WireTime.Of(note.TakenMicros), Overdue = note.IsOpen && note.DueMicros <= nowMicros,
    };

    public static V1.DutyCheck Of(CheckRecord check)
    {
        var wire = new V1.DutyCheck
        {
            Id = check.Id, Territory = check.Territory, Role = Of(check.Role), By = check.By, Asked = { check.Asked }, Time = WireTime.Of(check.AtMicros),
            DueTime = WireTime.Of(check.DueMicros), State = (V1.CheckState)(int)check.State, Finding = check.Finding,
            EndTime = check.EndedMicros == 0 ? null : WireTime.Of(check.EndedMicros),
        };
        wire.Replies.AddRange(check.Replies.Select(r => new V1.CheckReply { Officer = r.Officer, Time = WireTime.Of(r.AtMicros), Note = r.Note }));
        return wire;
    }

    private static ShiftRecord From(V1.RosterShift shift, int place) => new(
        shift.Name, Minutes(shift.From, "roster.shifts.from"), Minutes(shift.To, "roster.shifts.to"), shift.FirstTeam == 0 ? place : shift.FirstTeam - 1,
        shift.Days.Count == 0 ? 127
        : shift.Days.Any(d => d is < 1 or > 7) ? throw GrpcErrors.Invalid("roster.shifts.days", "are 1 (Monday) to 7")
        : shift.Days.Aggregate(0, (all, d) => all | (1 << (d - 1))));

    private static string Clock(int minutes) => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:00}:{minutes % 60:00}");
}
