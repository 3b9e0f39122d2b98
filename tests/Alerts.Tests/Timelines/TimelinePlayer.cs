using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// Plays one scenario against a ledger of its own, with tolerance zero: the clock is moved to every line and to every deadline that runs, a
/// microsecond before it and onto it, and whatever happens by itself must be wanted by a line of that very moment, and the other way round.
/// </summary>
public sealed class TimelinePlayer(Timeline timeline) : IAsyncDisposable
{
    private readonly TimelineClock clock = new(LedgerKit.Start);
    private readonly TimelinePlant plant = new();
    private readonly List<(long AtMicros, string What)> happened = [];
    private TimelineNotices? notices;
    private TimelineDuty duty = null!;
    private TimelineScreens screens = null!;
    private TimelineReports reports = null!;
    private StandIns standIns = null!;
    private LedgerKit kit = null!;
    private TimelineOfficers officers = null!;
    private long cursor;
    private bool isUp = true;
    private int silenced;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task PlayAsync()
    {
        kit = new LedgerKit(clock);
        try
        {
            duty = new TimelineDuty(() => kit.Ledger, timeline.Territories);
            _ = timeline.OffDuty is null or "refused" ? 0 : throw new InvalidOperationException($"'{timeline.OffDuty}' is nothing that becomes of who is off duty; expected refused");
            screens = new TimelineScreens(() => kit.Ledger, standIns = new StandIns(() => kit.Ledger.Book.Duty, () => duty.Tree, clock), clock);
            reports = new TimelineReports(() => kit.Ledger, duty.Tree, clock);
            notices = timeline.Contacts is null ? null : new TimelineNotices(timeline, duty.Tree);
        }
        catch (InvalidOperationException wrong)
        {
            throw new TimelineException(timeline.File, timeline.Lines[0].Number, wrong.Message);
        }

        officers = new TimelineOfficers(() => kit.Ledger, plant, duty)
        {
            StandIns = standIns, Acting = () => new ActingOnDuty(kit.Ledger, () => duty.Tree, refuses: timeline.OffDuty is not null, clock),
        };
        kit.Options = kit.Options with
        {
            Deadlines = timeline.Policy is null ? DeadlinePolicy.Default : PolicyOf(timeline.Policy), LeavesOut = (_, _) => silenced > 0, Synchronous = "OFF",
            KeepsNotices = notices is not null,
        };
        Open();
        officers.BeginAudit(clock);
        await LookAsync();
        for (var i = 0; i < timeline.Lines.Count;)
        {
            var at = timeline.Lines[i].AtSeconds;
            await GoToAsync(at, timeline.Lines[i].Number);
            var lines = timeline.Lines.Skip(i).TakeWhile(l => l.AtSeconds == at).ToList();
            foreach (var line in lines)
            {
                await LineAsync(line);
            }

            Unwanted(lines[^1].Number);
            i += lines.Count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (kit is not null)
        {
            reports?.Dispose();
            await (screens?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (notices?.DisposeAsync() ?? ValueTask.CompletedTask);
            await kit.DisposeAsync();
            plant.Dispose();
        }
    }

    /// <summary>The file of the ledger, for a look at the end.</summary>
    public IReadOnlyList<string> Verify() => LedgerVerifier.Verify(kit.Options).Findings;

    private void Open()
    {
        kit.Open();
        notices?.Open(kit.Ledger, clock);
    }

    private string? Health(string of) => notices is not null && of.Split(' ') is ["canary"] or ["channel", _] ? notices!.Health(of) : null;

    private static DeadlinePolicy PolicyOf(string yaml)
    {
        var result = PolicyFile.Parse(yaml, "policy");
        return result.Policy ?? throw new InvalidOperationException(string.Join('\n', result.Errors));
    }

    private async Task LineAsync(TimelineLine line)
    {
        try
        {
            switch (line.Verb)
            {
                case TimelineVerb.At:
                    await DoAsync(line);
                    break;
                case TimelineVerb.Want:
                    await LookAsync();
                    Want(line);
                    break;
                case TimelineVerb.See when line.Text == "nothing more":
                    // What nobody wanted is found on the way here.
                    break;
                case TimelineVerb.See when line.Text.StartsWith("held: ", StringComparison.Ordinal):
                    Same(line, line.Text, await TimelineNotices.HeldAsync(kit));
                    break;
                case TimelineVerb.See when line.Text.StartsWith("off-duty: ", StringComparison.Ordinal):
                    Same(line, line.Text, await TimelineDuty.OffDutyAsync(kit));
                    break;
                case TimelineVerb.See when line.Text.StartsWith("overdue: ", StringComparison.Ordinal):
                    Same(line, line.Text, await officers.OverdueAsync());
                    break;
                case TimelineVerb.See when line.Text.StartsWith("incidents: ", StringComparison.Ordinal):
                    Same(line, line.Text, officers.Incidents());
                    break;
                case TimelineVerb.See when line.Text.Split(": ", 2) is [var of, _] && (await reports.StateAsync(of) ?? await officers.ListAsync(of)) is { } told:
                    Same(line, line.Text, told);
                    break;
                case TimelineVerb.See when line.Text.Split(": ", 2) is [var of, _] && (duty.State(of, Micros.Now(clock)) ?? Health(of)) is { } so:
                    Same(line, line.Text, so);
                    break;
                default:
                    var state = await officers.StateAsync(line.Text.Split(' ', 2)[0].Contains('/', StringComparison.Ordinal) ? line.Text.Split(' ', 2)[0] : null);
                    var wanted = line.Text.Split(' ', 2)[0].Contains('/', StringComparison.Ordinal) ? line.Text.Split(' ', 2)[1] : line.Text;
                    Same(line, wanted, state);
                    break;
            }
        }
        catch (Exception wrong) when (wrong is not TimelineException)
        {
            throw new TimelineException(timeline.File, line.Number, $"{wrong.Message} ({line.Text})");
        }
    }

    private async Task DoAsync(TimelineLine line)
    {
        var parts = line.Text.Split("->", 2, StringSplitOptions.TrimEntries);
        var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var answer = "done";
        switch (words)
        {
            case ["server", "stops"]:
                await screens.CloseAsync();
                await (notices?.CloseAsync() ?? Task.CompletedTask);
                await kit.CloseAsync();
                isUp = false;
                break;
            case ["server", "starts"]:
                Open();
                officers.BeginAudit(clock);
                isUp = true;
                await LookAsync();
                break;
            case ["clock", "set", var by]:
                clock.Set((by[0] == '-' ? -1 : 1) * TimeSpan.FromSeconds(TimelineFile.Seconds(by.TrimStart('+', '-'))!.Value));
                await LookAsync();
                break;
            case ["sweep", "breaks"]:
                silenced++;
                break;
            case ["sweep", "mends"]:
                silenced = 0;
                await LookAsync();
                break;
            case ["auditor", "looks"]:
                var found = await officers.AuditAsync();
                answer = found == 0 ? "silent" : $"finds {found}";
                break;
            case ["policy", "becomes", ..]:
                await kit.Ledger.UsePolicyAsync(PolicyOf(parts[0][(parts[0].IndexOf("becomes", StringComparison.Ordinal) + 8)..]), Cancel);
                break;
            case [var who, ..] when TimelinePlant.Speaks(who):
                await plant.PostAsync(kit.Ledger, words, Micros.Now(clock), Cancel);
                break;
            case var _ when await screens.DoAsync(words) is { } come:
                _ = notices is null ? null : notices.Screens = screens;
                answer = come;
                break;
            case var _ when notices is not null && await notices.DoAsync(words, Cancel):
                break;
            default:
                answer = await officers.DoAsync(parts[0]);
                break;
        }

        if (isUp && notices is not null)
        {
            await LookAsync();
        }
        else if (isUp)
        {
            await CollectAsync();
        }

        await LookAtScreensAsync();
        Same(line, parts.Length > 1 ? parts[1] : answer is "silent" ? answer : "done", answer);
    }

    private void Want(TimelineLine line)
    {
        var at = happened.FindIndex(h => Matches(line.Text, h.What));
        if (at > 0 && happened.Take(at).FirstOrDefault(h => IsOfOneScreen(h.What, line.Text)).What is { } before)
        {
            throw new TimelineException(timeline.File, line.Number, $"'{line.Text}' was wanted; what came to that screen before it was '{before}'");
        }

        if (at < 0)
        {
            var instead = happened.Count == 0 ? "nothing happened" : "what happened was: " + string.Join("; ", happened.Select(h => h.What));
            throw new TimelineException(timeline.File, line.Number, $"'{line.Text}' was wanted and did not happen; {instead}");
        }

        happened.RemoveAt(at);
    }

    /// <summary>What comes to a screen comes in an order.</summary>
    private static bool IsOfOneScreen(string one, string other) =>
        one.Split("'s screen ", 2) is [var whose, _] && other.StartsWith(whose + "'s screen ", StringComparison.Ordinal);

    /// <summary>A wish may leave out the end of what happened: <c>comes back</c>, or a breach without who is told.</summary>
    private static bool Matches(string wanted, string what) =>
        what == wanted || what.StartsWith(wanted + " ", StringComparison.Ordinal) || what.EndsWith(", " + wanted, StringComparison.Ordinal);

    private void Unwanted(int line)
    {
        if (happened.Count > 0)
        {
            throw new TimelineException(
                timeline.File, line, "nobody wanted: " + string.Join("; ", happened.Select(h => $"at {Text(h.AtMicros)} {h.What}")));
        }
    }

    private void Same(TimelineLine line, string wanted, string found)
    {
        var isRefusal = wanted.StartsWith("refused: ", StringComparison.Ordinal) && found.StartsWith("refused: ", StringComparison.Ordinal);
        if (wanted != found && !(isRefusal && found.Contains(wanted["refused: ".Length..], StringComparison.OrdinalIgnoreCase)))
        {
            throw new TimelineException(timeline.File, line.Number, $"'{line.Text}' gave '{found}', not '{wanted}'");
        }
    }

    /// <summary>Looks at every moment on the way at which something might happen, and the one before it.</summary>
    private async Task GoToAsync(double seconds, int line)
    {
        var to = TimeSpan.FromSeconds(seconds);
        while (isUp && await NextDueAsync() is { } due && due < to)
        {
            await StepToAsync(due - TimeSpan.FromMicroseconds(1));
            Unwanted(line);
            await StepToAsync(due);
            Unwanted(line);
        }

        if (isUp && to > clock.Passed)
        {
            await StepToAsync(to - TimeSpan.FromMicroseconds(1));
            Unwanted(line);
        }

        await StepToAsync(to);
    }

    private async Task<TimeSpan?> NextDueAsync()
    {
        var now = Micros.Now(clock);
        var due = new List<long>(kit.Ledger.Book.Duty.Maintenance.Select(w => w.ToMicros));
        foreach (var alert in kit.Ledger.Book.Alerts.Values)
        {
            due.AddRange(alert.Deadlines.Select(d => d.DueMicros));
            due.Add(alert.Chatter?.CalmAtMicros ?? 0);
            foreach (var parent in alert.Parents)
            {
                due.Add(ParentSweep.DueMicros((await kit.Ledger.FindAlertAsync(parent, Cancel))!, kit.Ledger.Policy) ?? 0);
            }
        }

        due.Add(clock.NextTick is { } tick ? now + (long)(tick - clock.Passed).TotalMicroseconds : 0);
        due.AddRange(duty.Due());
        if (notices is not null)
        {
            due.AddRange(notices.Due());
            due.Add(await kit.Ledger.ReadAsync(c => NextCard(c, now), Cancel));
            due.Add(notices.LooksEachSecond ? now + 1_000_000 - (now % 1_000_000) : 0);
        }

        return due.Where(d => d > now).DefaultIfEmpty().Min() is > 0 and var next ? clock.Passed + TimeSpan.FromMicroseconds(next - now) : null;
    }

    /// <summary>Those that are due already wait for their channel.</summary>
    private static long NextCard(System.Data.Common.DbConnection connection, long nowMicros) => LedgerRows.Query(
        connection, "SELECT min(due) FROM card WHERE dead = 0 AND due > @now", r => r.IsDBNull(0) ? 0 : r.GetInt64(0), ("@now", nowMicros))[0];

    private async Task StepToAsync(TimeSpan to)
    {
        if (to > clock.Passed)
        {
            clock.Advance(to - clock.Passed);
        }

        await LookAsync();
    }

    private async Task LookAsync()
    {
        if (isUp)
        {
            await kit.Ledger.SweepAsync(Cancel);
            await CollectAsync();
            var told = notices is null ? [] : await notices.LookAsync(Cancel);
            happened.AddRange(told.Select(t => (Micros.Now(clock), t)));
        }

        await LookAtScreensAsync();
    }

    private async Task LookAtScreensAsync() => happened.AddRange((await screens.LookAsync()).Select(l => (Micros.Now(clock), l)));

    private async Task CollectAsync()
    {
        while (await kit.Ledger.ReadEntriesAsync(cursor, 1000, Cancel) is { Count: > 0 } page)
        {
            cursor = page[^1].Sequence;
            foreach (var entry in page)
            {
                if (entry is { Kind: EntryKind.Raised, Body.Transition: { Kind: CheckAlarm.Kind } alarm })
                {
                    plant.Adopt($"{alarm.Kind}/{alarm.Device}", entry.AlertId);
                }

                if (TimelineWords.ByItself(entry, plant.NameOf(entry.AlertId)) is { } what)
                {
                    happened.Add((entry.TimeMicros, what));
                }
            }
        }
    }

    private string Text(long micros) =>
        TimelineWords.Time((micros - Micros.From(clock.GetUtcNow() - clock.Passed)) / 1_000_000.0);
}

/// <summary>Entries in the words of a scenario.</summary>
public static class TimelineWords
{
    /// <returns>Null for what somebody did.</returns>
    public static string? ByItself(LedgerEntry entry, string? device)
    {
        var of = device is null ? "" : $" of {device}";
        if (entry is { Kind: EntryKind.Breached, Body.Breach: { } breach })
        {
            var overdue = breach.OverdueByMicros > 0 ? $", overdue by {Time(breach.OverdueByMicros / 1e6)}" : "";
            var how = breach.Supervision is { } supervision ? $" for {supervision.ToString().ToLowerInvariant()}" : "";
            var role = breach.Role == OfficerRoles.Officer ? "" : " as supervisor";
            var back = entry.Body.Escalation?.Reopens == true ? ", comes back" : "";
            return $"breach {breach.Step.ToString().ToLowerInvariant()} level {breach.Level} to {(breach.To!.Length == 0 ? "city" : breach.To)}{role}{how}{of}{overdue}{back}";
        }

        return entry switch
        {
            { Kind: EntryKind.Unshelved, Actor: "deadline" } => "shelf ends" + of,
            { Kind: EntryKind.ReturnedToService, Actor: "deadline" } => "is returned to service" + of,
            { Kind: EntryKind.Calmed, Body.Calmed: { } chatter } => string.Create(CultureInfo.InvariantCulture, $"calm after {chatter.Count} times{of}"),
            { Kind: EntryKind.ParentOver, Body.ParentOver.IsTold: true } => "told as its gateway is back" + of,
            { Kind: EntryKind.MaintenanceOver, Body.MaintenanceOver.IsTold: true } => "told after maintenance" + of,
            { Kind: EntryKind.MaintenanceSet, Actor: "maintenance" } => "maintenance ends",
            { Kind: EntryKind.DutyChecked, Body.Duty.Check: { By: CheckCommands.Scheduler } check } =>
                $"duty check of {check.Territory} {(check.State == CheckState.Skipped ? "left out: " + check.Finding : "begins")}",
            { Kind: EntryKind.DutyCheckEnded, Body.Duty.Check: { State: CheckState.Missed } check } => $"duty check of {check.Territory} missed: {check.Finding}",
            { Kind: EntryKind.Raised or EntryKind.Recurred, Body.Transition: { Kind: CheckAlarm.Kind } alarm } =>
                $"{alarm.To.ToString().ToLowerInvariant()} {alarm.Kind}/{alarm.Device} in {alarm.Territory}",
            { Kind: EntryKind.Raised or EntryKind.Recurred, Actor: "system", Body.Transition: { } facts } => "system red of " + facts.Device,
            { Kind: EntryKind.ReturnedToNormal, Actor: "system", Body.Transition: { } facts } => "system normal of " + facts.Device,
            _ => null,
        };
    }

    /// <summary><c>TakeOutOfService</c> as <c>take out of service</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => string.Concat(value.ToString().Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));

    public static string Time(double seconds)
    {
        var text = "";
        var left = Math.Round(seconds, 6);
        foreach (var (unit, size) in new[] { ("d", 86400), ("h", 3600), ("m", 60) })
        {
            if (left >= size)
            {
                text += string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(left / size):0}{unit}");
                left = Math.Round(left % size, 6);
            }
        }

        return left > 0 || text.Length == 0 ? text + string.Create(CultureInfo.InvariantCulture, $"{left:0.######}s") : text;
    }
}
