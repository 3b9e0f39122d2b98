using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>
/// Ends checks whose time is over and begins those that are due, with every sweep of the ledger: rows of the book and not timers, so that a restart
/// forgets none. Threading: the writer's.
/// </summary>
internal sealed class DutySweep(CheckAlarm alarm)
{
    /// <summary>So late a scheduled check is still begun; one that is later belongs to a time of which nothing can be found out any more.</summary>
    private const long LateMicros = 60_000_000;

    /// <summary>Further ahead no check of a schedule is: each day has one.</summary>
    private const long AheadMicros = 3L * 24 * 3600 * 1_000_000;

    /// <summary>A clock that is put back by less delays a check by less, and one that has been is not made again.</summary>
    private const long BackMicros = 3600L * 1_000_000;
    private readonly MaintenanceSweep maintenance = new();

    /// <returns>True when there may be more.</returns>
    public bool Run(LedgerTransaction transaction, int most)
    {
        var left = most;
        var now = transaction.NowMicros;
        while (left > 0 && transaction.Duty.Running is { IsEmpty: false } running && running.Min is var (due, id) && due <= now)
        {
            CheckCommands.End(transaction, transaction.Duty.Checks[id], alarm);
            left--;
        }

        if (!transaction.Duty.Schedules.IsEmpty)
        {
            ComeBack(transaction, s => s.NextMicros > now + AheadMicros && s.NextMicros < CheckMoments.Never);
            foreach (var schedule in transaction.Duty.Schedules.Values.Where(s => s.NextMicros <= now).OrderBy(s => s.NextMicros).Take(left).ToList())
            {
                Begin(transaction, schedule);
                left--;
            }
        }

        return maintenance.Run(transaction, most) | left <= 0;
    }

    /// <summary>What the clock that was set moves along.</summary>
    public static void Move(LedgerTransaction transaction, long shiftMicros)
    {
        if (!transaction.Duty.Running.IsEmpty)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"duty/clock/{transaction.HeadSequence}");
            transaction.Append(
                EntryKind.DutyChecksMoved, "", "system", key, transaction.NowMicros, new EntryBody { Duty = new DutyFacts { ShiftMicros = shiftMicros } });
        }

        if (shiftMicros <= -BackMicros)
        {
            ComeBack(transaction, static _ => true);
        }
    }

    /// <summary>What was worked out by a clock that was ahead lies ahead as well: nobody would be checked until it is that late again.</summary>
    private static void ComeBack(LedgerTransaction transaction, Func<CheckSchedule, bool> may)
    {
        foreach (var schedule in transaction.Duty.Schedules.Values.Where(may).ToList())
        {
            if (CheckMoments.Next(schedule, transaction.NowMicros) is var next && next < schedule.NextMicros)
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"duty/clock/{transaction.HeadSequence}");
                var facts = new DutyFacts { Schedule = schedule with { NextMicros = next } };
                transaction.Append(EntryKind.CheckScheduleSet, "", "system", key, transaction.NowMicros, new EntryBody { Duty = facts });
            }
        }
    }

    private void Begin(LedgerTransaction transaction, CheckSchedule schedule)
    {
        var (now, due) = (transaction.NowMicros, schedule.NextMicros);
        var own = DutyRoster.Own(transaction.Duty, schedule.Territory, schedule.Role, now);
        var check = CheckCommands.Begin(transaction, schedule.Territory, schedule.Role, CheckCommands.Scheduler, schedule.AnswerMicros, own);
        var why = now - due > LateMicros ? "the server was not running then" : own.HasRoster ? "" : $"{TerritoryPath.Text(schedule.Territory)} {own.Why}";
        check = why.Length == 0 ? check : check with { State = CheckState.Skipped, EndedMicros = now, Finding = why };
        var key = string.Create(CultureInfo.InvariantCulture, $"duty/schedule/{schedule.Territory}/{(int)schedule.Role}/{due}/{transaction.HeadSequence}");
        var facts = new DutyFacts { Check = check, Schedule = schedule with { NextMicros = CheckMoments.Next(schedule, now) } };
        transaction.Append(EntryKind.DutyChecked, "", CheckCommands.Scheduler, key, now, new EntryBody { Duty = facts });
        CheckCommands.End(transaction, check, alarm);
    }
}
