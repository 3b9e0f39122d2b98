namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// Who is on duty, found in the plainest way: the wall clock is watched minute by minute, and a shift has begun when the wall clock has once shown its
/// beginning or anything later. Knows nothing of moments, offsets or transitions.
/// </summary>
internal sealed class RosterOracle
{
    private readonly RosterRecord roster;
    private readonly List<DutyChange> changes;
    private readonly Func<DateTime, DateTime> wall;
    private DateTime shown = DateTime.MinValue;

    /// <param name="roster">The only one of the post.</param>
    /// <param name="changes">In the order they were made.</param>
    /// <param name="wall">What the wall clock shows at a moment of UTC.</param>
    /// <param name="startUtc">Where the watching begins: some days before the first question.</param>
    public RosterOracle(RosterRecord roster, List<DutyChange> changes, Func<DateTime, DateTime> wall, DateTime startUtc)
    {
        this.roster = roster;
        this.changes = changes;
        this.wall = wall;
        NowUtc = startUtc;
        Look();
    }

    public DateTime NowUtc { get; private set; }

    public void NextMinute()
    {
        NowUtc = NowUtc.AddMinutes(1);
        Look();
    }

    public List<string> OnDuty()
    {
        var names = new List<string>();
        for (var back = 2; back >= -1; back--)
        {
            var day = shown.Date.AddDays(-back);
            foreach (var shift in roster.Shifts)
            {
                var begins = day.AddMinutes(shift.FromMinute);
                var ends = day.AddMinutes(shift.ToMinute);
                if (ends <= begins)
                {
                    ends = ends.AddDays(1);
                }

                if (!DoesBeginOn(shift, day) || shown < begins || shown >= ends)
                {
                    continue;
                }

                foreach (var name in roster.Teams[TeamOf(shift, day)])
                {
                    if (!names.Contains(name))
                    {
                        names.Add(name);
                    }
                }
            }
        }

        foreach (var change in changes)
        {
            var minute = (NowUtc - DateTime.UnixEpoch).Ticks / 10;
            if (minute < change.FromMicros || minute >= change.ToMicros)
            {
                continue;
            }

            var wasThere = names.Contains(change.Absent);
            if (change.Absent.Length > 0 && !wasThere)
            {
                continue;
            }

            var place = wasThere ? names.IndexOf(change.Absent) : names.Count;
            if (change.Instead.Length > 0 && !names.Contains(change.Instead))
            {
                names.Insert(place, change.Instead);
            }

            names.Remove(change.Absent);
        }

        return names;
    }

    private void Look()
    {
        var now = wall(NowUtc);
        shown = now > shown ? now : shown;
    }

    private bool DoesBeginOn(ShiftRecord shift, DateTime day)
    {
        if (DateOnly.FromDateTime(day) < roster.Start)
        {
            return false;
        }

        DayOfWeek[] week = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday, DayOfWeek.Saturday, DayOfWeek.Sunday];
        return Enumerable.Range(0, 7).Any(i => week[i] == day.DayOfWeek && (shift.Days >> i) % 2 == 1);
    }

    /// <summary>Day by day from the start, the team moves on each time a period is over.</summary>
    private int TeamOf(ShiftRecord shift, DateTime day)
    {
        var team = shift.FirstTeam;
        var inPeriod = 0;
        for (var d = roster.Start.ToDateTime(TimeOnly.MinValue); d < day; d = d.AddDays(1))
        {
            if (++inPeriod == roster.RotateDays)
            {
                inPeriod = 0;
                team = team + 1 == roster.Teams.Count ? 0 : team + 1;
            }
        }

        return team;
    }
}
