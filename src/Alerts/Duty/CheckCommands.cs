using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Duty checks: begun, answered, and what becomes of those that are not. Run by the ledger's writer on the draft of the book.</summary>
internal static class CheckCommands
{
    public const string Scheduler = "schedule";
    private const long MostAnswerMicros = 3_600_000_000;
    private const long LeastAnswerMicros = 5_000_000;
    private const int MostOpen = 10_000;
    private const int MostSchedules = 10_000;
    private const int MostPerDay = 24;
    private const int MinutesOfDay = 24 * 60;

    public static CommandResult Start(LedgerTransaction transaction, DutyRequest request, string territory, OfficerRoles role, long answerMicros, CheckAlarm alarm)
    {
        if ((request.RefuseTerritory(territory) ?? request.Earlier(transaction, (e, f) => e.Kind == EntryKind.DutyChecked && f.Check is { } c && (c.Territory, c.Role) == (territory, role))) is { } answer)
        {
            return answer;
        }

        if ((RosterCommands.WrongRole(role) ?? WrongAnswerTime(answerMicros)) is { } wrong)
        {
            return DutyRequest.Invalid(wrong);
        }

        var own = DutyRoster.Own(transaction.Duty, territory, role, transaction.NowMicros);
        if (!own.HasRoster)
        {
            return DutyRequest.NotNow($"{TerritoryPath.Text(territory)} {own.Why}: there is nobody to check.");
        }

        if (transaction.Duty.Running.Count >= MostOpen)
        {
            return DutyRequest.NotNow("There are 10,000 checks running already.");
        }

        var check = Begin(transaction, territory, role, request.Officer.Name, answerMicros, own);
        var begun = request.Append(transaction, EntryKind.DutyChecked, new DutyFacts { Check = check });
        End(transaction, check, alarm);
        return begun;
    }

    /// <summary>By one who was asked; too late it is on record all the same, and takes the alarm back when it was the last one missing.</summary>
    public static CommandResult Reply(LedgerTransaction transaction, DutyRequest request, long id, string note, CheckAlarm alarm)
    {
        if (request.Earlier(transaction, (e, f) => e.Kind is EntryKind.DutyCheckReplied or EntryKind.DutyCheckEnded && f.Check?.Id == id) is { } answer)
        {
            return answer;
        }

        if (!transaction.Duty.Checks.TryGetValue(id, out var check) || !DutyRequest.Has(request.Officer, check.Territory))
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        var (name, now) = (request.Officer.Name, transaction.NowMicros);
        if (DutyRequest.IsUnprintable(note))
        {
            return DutyRequest.Invalid("The note is at most 2,000 printable characters.");
        }

        if (!check.Asked.Contains(name, StringComparer.Ordinal))
        {
            return DutyRequest.NotNow($"Asked were {string.Join(", ", check.Asked)}.");
        }

        if (check.Replies.Any(r => r.Officer == name))
        {
            return DutyRequest.NotNow($"{name} has answered already.");
        }

        if (check.State == CheckState.Open && check.DueMicros <= now)
        {
            // The sweep has not come by yet; the time is over all the same.
            check = End(transaction, check, alarm);
        }

        check = check with { Replies = [.. check.Replies, new CheckReply(name, now, note)] };
        var isWhole = !check.Silent.Any();
        check = isWhole && check.State == CheckState.Open ? check with { State = CheckState.Answered, EndedMicros = now } : check;
        var result = request.Append(
            transaction, check.State == CheckState.Answered ? EntryKind.DutyCheckEnded : EntryKind.DutyCheckReplied, new DutyFacts { Check = check });
        if (isWhole)
        {
            alarm.TakeBack(transaction, check);
        }

        return result;
    }

    public static CommandResult Schedule(LedgerTransaction transaction, DutyRequest request, CheckSchedule schedule)
    {
        if ((request.RefuseTerritory(schedule.Territory) ?? request.Earlier(transaction, (_, f) => f.Schedule is { } s && s == schedule with { NextMicros = s.NextMicros })) is { } answer)
        {
            return answer;
        }

        if ((RosterCommands.WrongRole(schedule.Role) ?? (schedule.PerDay == 0 ? null : Wrong(schedule))) is { } wrong)
        {
            return DutyRequest.Invalid(wrong);
        }

        if (transaction.Duty.Schedules.Count >= MostSchedules && !transaction.Duty.Schedules.ContainsKey((schedule.Territory, schedule.Role)))
        {
            return DutyRequest.NotNow("There are 10,000 schedules already.");
        }

        var next = schedule.PerDay == 0 ? 0 : CheckMoments.Next(schedule, transaction.NowMicros);
        return request.Append(transaction, EntryKind.CheckScheduleSet, new DutyFacts { Schedule = schedule with { NextMicros = next } });
    }

    public static CheckRecord Begin(LedgerTransaction transaction, string territory, OfficerRoles role, string by, long answerMicros, OwnDuty own) => new()
    {
        Id = transaction.HeadSequence + 1, Territory = territory, Role = role, By = by, Asked = [.. own.Officers.Select(o => o.Officer)],
        AtMicros = transaction.NowMicros, State = CheckState.Open, Finding = own.Why,

        // Nobody to wait for.
        DueMicros = transaction.NowMicros + (own.Officers.Count == 0 ? 0 : answerMicros),
    };

    /// <summary>When its time is over: the end, what is wrong, and the alarm, in one transaction. Before, nothing.</summary>
    public static CheckRecord End(LedgerTransaction transaction, CheckRecord check, CheckAlarm alarm)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"duty/check/{check.Id}/end");
        if (check.State != CheckState.Open || check.DueMicros > transaction.NowMicros || transaction.Store.HasKey(key))
        {
            return check;
        }

        var ended = check with
        {
            State = CheckState.Missed, EndedMicros = transaction.NowMicros, Supervisor = SupervisorOf(check.Territory),
            Finding = check.Asked.Count == 0 ? $"{TerritoryPath.Text(check.Territory)} {check.Finding}" : "no answer from " + string.Join(", ", check.Silent),
        };
        transaction.Append(EntryKind.DutyCheckEnded, "", Scheduler, key, transaction.NowMicros, new EntryBody { Duty = new DutyFacts { Check = ended } });
        alarm.Raise(transaction, ended);
        return ended;
    }

    /// <summary>The territory above; for a district the district, which the city sees, too: what is of no territory is everybody's.</summary>
    public static string SupervisorOf(string territory) => TerritoryPath.Parent(territory) is { Length: > 0 } above ? above : territory;

    private static string? WrongAnswerTime(long micros) =>
        micros is < LeastAnswerMicros or > MostAnswerMicros ? "The time for an answer is 5 s to 1 h." : null;

    private static string? Wrong(CheckSchedule schedule) =>
        ZoneText.Find(schedule.Zone) is null ? $"There is no time zone {ErrorText.Quote(schedule.Zone)}; {ZoneText.Hint(schedule.Zone)}"
        : schedule.FromMinute < 0 || schedule.ToMinute > MinutesOfDay || schedule.FromMinute >= schedule.ToMinute ? "The hours of checks go from 00:00 to 24:00, the first before the last."
        : schedule.PerDay is < 0 or > MostPerDay ? "There are at most 24 checks a day."
        : WrongAnswerTime(schedule.AnswerMicros);
}
