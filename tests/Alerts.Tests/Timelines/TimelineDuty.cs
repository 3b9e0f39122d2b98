using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// Who is on duty in a scenario: rosters, changes and swaps of them, hand-overs and duty checks, by the commands that the service runs. It is eight in the morning, UTC, when a
/// scenario begins; times on a roster are of the day, all others count from the beginning.
/// </summary>
public sealed class TimelineDuty
{
    private const string Who = @"^(?<who>\S+)( as (?<as>\w+))?( of (?<of>\S+))? ";
    private const string Span = @"from (?<from>\w+) to (?<to>\w+)";
    private readonly Func<Ledger> ledger;
    private readonly IReadOnlyList<(Regex Is, Func<LedgerTransaction, DutyRequest, Match, string, CommandResult> Do)> phrases;
    private readonly long startMicros = Micros.From(LedgerKit.Start);

    public TimelineDuty(Func<Ledger> ledger, string? territories)
    {
        this.ledger = ledger;
        Tree = territories is null ? TerritoryTree.Empty : TreeOf(territories);
        phrases =
        [
            Phrase(@"sets the roster of ((?<role>supervisors) of )?(?<place>\S+): (?<shifts>.*)$", (t, r, m, _) => RosterCommands.Set(t, r, RosterOf(m))),
            Phrase($@"puts (?<instead>\S+) (in place of (?<absent>\S+)|on duty) in (?<place>\S+) {Span}$", (t, r, m, note) => RosterCommands.Override(t, r, ChangeOf(m, note))),
            Phrase(@"takes the change back$", (t, r, _, _) => RosterCommands.Cancel(t, r, Newest(t.Duty.Posts.Values.SelectMany(p => p.Changes).Where(c => c.Swap is null).Select(c => c.Id)))),
            Phrase($@"asks (?<other>\S+) to take (?<place>\S+) {Span}( for from (?<backfrom>\w+) to (?<backto>\w+))?$", (t, r, m, note) => SwapCommands.Ask(t, r, SwapOf(m, note))),
            Phrase(@"(?<answer>agrees to|declines|withdraws|approves|refuses) the swap$", (t, r, m, _) => SwapCommands.Answer(t, r, Newest(t.Duty.Swaps.Keys), AnswerOf(m))),
            Phrase(@"hands over (?<place>\S+)$", (t, r, m, note) => HandOverCommands.Write(t, r, m.Groups["place"].Value, OfficerRoles.Officer, note, open!)),
            Phrase(@"takes over$", (t, r, _, _) => HandOverCommands.Take(t, r, Newest(t.Duty.HandOvers.Keys))),
            Phrase(@"checks (?<place>\S+) within (?<within>\w+)$", (t, r, m, _) =>
                CheckCommands.Start(t, r, m.Groups["place"].Value, OfficerRoles.Officer, MicrosOf(m.Groups["within"].Value), this.ledger().Alarm)),
            Phrase(@"has (?<place>\S+) checked (?<times>\d+) times a day from (?<from>\d\d:\d\d) to (?<to>\d\d:\d\d) within (?<within>\w+)$", (t, r, m, _) => CheckCommands.Schedule(t, r, ScheduleOf(m))),
            Phrase(@"answers the check$", (t, r, _, note) => CheckCommands.Reply(t, r, Newest(t.Duty.Checks.Keys), note, this.ledger().Alarm)),
        ];
    }

    public TerritoryTree Tree { get; }

    /// <summary>Who acted without being on duty, in whose place, since the ledger began: <c>c for a</c>.</summary>
    public static async Task<string> OffDutyAsync(LedgerKit kit)
    {
        var acted = (await kit.EntriesAsync(EntryKind.ActedOffDuty)).Select(e => $"{e.Actor} for {string.Join('+', e.Body.Duty!.OffDuty!.OnDuty)}").ToList();
        return "off-duty: " + (acted.Count == 0 ? "nobody" : string.Join(", ", acted));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private OpenWork? open;

    /// <returns>Null when it is nothing about duty.</returns>
    public async Task<CommandResult?> DoAsync(string text, string note)
    {
        foreach (var (phrase, act) in phrases)
        {
            if (phrase.Match(text) is not { Success: true } match)
            {
                continue;
            }

            var (role, place) = (match.Groups["as"].Value, match.Groups["place"].Value);
            var officer = new Officer(match.Groups["who"].Value, match.Groups["of"].Value)
            {
                Roles = role.Length == 0 ? OfficerRoles.All : Enum.Parse<OfficerRoles>(role, ignoreCase: true),
            };
            open = await ledger().Desk.LookAsync(o => OpenWork.Of(o, place), Cancel);
            return await ledger().DecideAsync(t => act(t, new DutyRequest(officer, "", Tree), match, note), Cancel);
        }

        return null;
    }

    /// <summary><c>on duty in d01/s03</c>, <c>swap</c>, <c>hand-over</c>, <c>check</c>: what is so.</summary>
    /// <returns>Null when it is nothing about duty.</returns>
    public string? State(string of, long nowMicros)
    {
        var book = ledger().Book.Duty;
        return of.Split(' ') switch
        {
            ["on", "duty", "in", var place] => $"{of}: {OnDuty(DutyRoster.Who(book, Tree, place, OfficerRoles.Officer, nowMicros))}",
            ["swap"] => $"{of}: {Swap(Last(of, book.Swaps.Values))}",
            ["hand-over"] => $"{of}: {HandOver(Last(of, book.HandOvers.Values))}",
            ["check"] => $"{of}: {Check(Last(of, book.Checks.Values))}",
            _ => null,
        };
    }

    /// <summary>Moments at which something may happen by itself.</summary>
    public IEnumerable<long> Due() => ledger().Book.Duty is var book ? book.Running.Select(r => r.DueMicros).Take(1).Concat(book.Schedules.Values.Select(s => s.NextMicros)) : [];

    private static TerritoryTree TreeOf(string territories)
    {
        var rows = territories.Split(',', StringSplitOptions.TrimEntries).Select(t => t.Split(" beside ")).Select(t => $"{t[0]},{(t.Length > 1 ? t[1].Replace('+', ' ') : "")}");
        var read = TerritoryCsv.Read(new StringReader("path,neighbours\n" + string.Join('\n', rows)), "territories");
        return read.Tree ?? throw new InvalidOperationException(string.Join('\n', read.Errors));
    }

    private static string OnDuty(DutyAnswer answer) => answer.Source == DutySource.Nobody ? "nobody"
        : string.Join(", ", answer.Officers.Select(o => o.Officer))
            + (answer.Source == DutySource.Own ? "" : $" of {(answer.StandIn.Length == 0 ? "city" : answer.StandIn)} ({answer.Source.ToString().ToLowerInvariant()})");

    private static T Last<T>(string of, IEnumerable<T> all) => all.DefaultIfEmpty().Last() ?? throw new InvalidOperationException($"there has been no {of}");

    private static string Swap(SwapRecord swap) => swap.State == SwapState.InForce ? "in force" : swap.State.ToString().ToLowerInvariant();

    private static string HandOver(HandOverRecord note) => string.Create(
        CultureInfo.InvariantCulture, $"by {note.By} to {string.Join(", ", note.To)}, {note.OpenCount} open, {note.RedCount} red, {(note.IsOpen ? "waiting" : "taken by " + note.TakenBy)}");

    private static string Check(CheckRecord check) => check.State.ToString().ToLowerInvariant() + (check.State == CheckState.Missed ? ", " + check.Finding : "")
        + (check.Replies.Count > 0 ? ", there: " + string.Join(", ", check.Replies.Select(r => r.Officer)) : "");

    private static (Regex, Func<LedgerTransaction, DutyRequest, Match, string, CommandResult>) Phrase(string pattern, Func<LedgerTransaction, DutyRequest, Match, string, CommandResult> act) =>
        (new Regex(Who + pattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant), act);

    private static long Newest(IEnumerable<long> ids) => ids.DefaultIfEmpty().Max();

    private static long MicrosOf(string text) =>
        (long)((TimelineFile.Seconds(text) ?? throw new InvalidOperationException($"'{text}' is no time; expected e.g. 90s or 12h")) * 1e6);

    private static int MinuteOf(string clock) => clock.Split(':') is [var hours, var minutes]
        ? (int.Parse(hours, CultureInfo.InvariantCulture) * 60) + int.Parse(minutes, CultureInfo.InvariantCulture)
        : throw new InvalidOperationException($"'{clock}' is no time of day; expected e.g. 08:00");

    /// <summary><c>08:00-20:00 a+c, 20:00-08:00 b; turning daily; swaps need approval</c>.</summary>
    private static RosterRecord RosterOf(Match match)
    {
        var parts = match.Groups["shifts"].Value.Split(';', StringSplitOptions.TrimEntries);
        if (parts.Skip(1).FirstOrDefault(p => p is not ("turning daily" or "swaps need approval")) is { } wrong)
        {
            throw new InvalidOperationException($"'{wrong}' is nothing that is said of a roster; expected turning daily or swaps need approval");
        }

        var shifts = parts[0].Split(',', StringSplitOptions.TrimEntries).Select(s => s.Split(' ') is [var hours, var team] && hours.Split('-') is [var from, var to]
            ? (From: MinuteOf(from), To: MinuteOf(to), Team: team.Split('+'))
            : throw new InvalidOperationException($"'{s}' is no shift; expected e.g. 08:00-20:00 a+b")).ToList();
        return new RosterRecord
        {
            Territory = match.Groups["place"].Value, Role = match.Groups["role"].Success ? OfficerRoles.Supervisor : OfficerRoles.Officer, Zone = "UTC", Start = new DateOnly(2026, 3, 1),
            RotateDays = parts.Contains("turning daily", StringComparer.Ordinal) ? 1 : 366, SwapsNeedApproval = parts.Contains("swaps need approval", StringComparer.Ordinal),
            Shifts = [.. shifts.Select((s, i) => new ShiftRecord(string.Create(CultureInfo.InvariantCulture, $"{i + 1}"), s.From, s.To, i))], Teams = [.. shifts.Select(s => s.Team)],
        };
    }

    private static SwapAnswer AnswerOf(Match match) => match.Groups["answer"].Value switch
    {
        "agrees to" => SwapAnswer.Agree,
        "declines" => SwapAnswer.Decline,
        "withdraws" => SwapAnswer.Withdraw,
        "approves" => SwapAnswer.Approve,
        _ => SwapAnswer.Refuse,
    };

    private static CheckSchedule ScheduleOf(Match match) => new()
    {
        Territory = match.Groups["place"].Value, Role = OfficerRoles.Officer, Zone = "UTC", FromMinute = MinuteOf(match.Groups["from"].Value), ToMinute = MinuteOf(match.Groups["to"].Value),
        PerDay = int.Parse(match.Groups["times"].Value, CultureInfo.InvariantCulture), AnswerMicros = MicrosOf(match.Groups["within"].Value), Seed = 1, NextMicros = 0,
    };

    private DutyChange ChangeOf(Match match, string note) => new()
    {
        Id = 0, Territory = match.Groups["place"].Value, Role = OfficerRoles.Officer, FromMicros = At(match, "from"), ToMicros = At(match, "to"), Absent = match.Groups["absent"].Value,
        Instead = match.Groups["instead"].Value is "nobody" ? "" : match.Groups["instead"].Value, Reason = note,
    };

    private SwapRecord SwapOf(Match match, string note) => new()
    {
        Id = 0, Territory = match.Groups["place"].Value, Role = OfficerRoles.Officer, Asker = "", By = "", Other = match.Groups["other"].Value, State = SwapState.Asked, Note = note,
        FromMicros = At(match, "from"), ToMicros = At(match, "to"), BackFromMicros = match.Groups["backfrom"].Success ? At(match, "backfrom") : 0,
        BackToMicros = match.Groups["backto"].Success ? At(match, "backto") : 0,
    };

    private long At(Match match, string group) => startMicros + MicrosOf(match.Groups[group].Value);
}
