namespace PingAnIoT.Alerts;

/// <summary>Who has which shift of one post (a territory and a role), for ever from <see cref="FromMicros"/> on, or until the next one. As the ledger has it.</summary>
public sealed record RosterRecord
{
    /// <summary>"" for the city.</summary>
    public required string Territory { get; init; }

    /// <summary><see cref="OfficerRoles.Officer"/> or <see cref="OfficerRoles.Supervisor"/>.</summary>
    public required OfficerRoles Role { get; init; }

    /// <summary>Of all local times: an IANA name, or UTC+8.</summary>
    public required string Zone { get; init; }

    /// <summary>The first day of the rotation; before it there are no shifts.</summary>
    public required DateOnly Start { get; init; }

    /// <summary>How many days a team keeps a shift before it moves on: 1 by the day, 7 by the week; at most 366.</summary>
    public required int RotateDays { get; init; }

    /// <summary>1 to 24.</summary>
    public required IReadOnlyList<ShiftRecord> Shifts { get; init; }

    /// <summary>1 to 100, each of 1 to 50 officers, who have the shift together.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Teams { get; init; }

    /// <summary>Two officers who agree on a swap need a supervisor's word, too.</summary>
    public bool SwapsNeedApproval { get; init; }

    /// <summary>In force from; server time, microseconds since 1970.</summary>
    public long FromMicros { get; init; }
}

/// <summary>One shift of the day.</summary>
/// <param name="Name">For people.</param>
/// <param name="FromMinute">Local, minutes of the day: 0 to 1,439.</param>
/// <param name="ToMinute">1 to 1,440; not after <paramref name="FromMinute"/> is on the next day, and the same is 24 hours.</param>
/// <param name="FirstTeam">Which team has it first, from 0; the next period the team after it has it.</param>
/// <param name="Days">The days it begins on: bit 0 is Monday, 127 all of them.</param>
public sealed record ShiftRecord(string Name, int FromMinute, int ToMinute, int FirstTeam, int Days = 127);

/// <summary>One shift of one day.</summary>
/// <param name="Date">Of the local day it begins on.</param>
/// <param name="Team">From 0.</param>
internal readonly record struct Shift(string Name, DateOnly Date, long FromMicros, long ToMicros, int Team);

/// <summary>From a roster to its shifts. Pure.</summary>
internal static class RosterShifts
{
    private const int MinutesOfDay = 24 * 60;

    /// <summary>The shifts that overlap a stretch of time, by day and then in the roster's order.</summary>
    public static IEnumerable<Shift> Between(RosterRecord roster, TimeZoneInfo zone, long fromMicros, long toMicros)
    {
        // Two days back: a shift that began the day before, and a zone that left a day out.
        var first = DateOnly.FromDateTime(LocalClock.Local(zone, fromMicros)).AddDays(-2);
        var last = DateOnly.FromDateTime(LocalClock.Local(zone, toMicros)).AddDays(1);
        for (var day = first < roster.Start ? roster.Start : first; day <= last; day = day.AddDays(1))
        {
            var weekday = 1 << (((int)day.DayOfWeek + 6) % 7);
            var period = (day.DayNumber - roster.Start.DayNumber) / roster.RotateDays;
            foreach (var shift in roster.Shifts.Where(s => (s.Days & weekday) != 0))
            {
                var midnight = day.ToDateTime(TimeOnly.MinValue);
                var ends = shift.ToMinute <= shift.FromMinute ? shift.ToMinute + MinutesOfDay : shift.ToMinute;
                var from = LocalClock.Instant(zone, midnight.AddMinutes(shift.FromMinute));
                var to = LocalClock.Instant(zone, midnight.AddMinutes(ends));
                if (from < to && from < toMicros && to > fromMicros)
                {
                    yield return new Shift(shift.Name, day, from, to, (int)(((long)period + shift.FirstTeam) % roster.Teams.Count));
                }
            }
        }
    }
}
