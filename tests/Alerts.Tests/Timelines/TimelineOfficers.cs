using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What officers do in a scenario: <c>wang acknowledges</c>, <c>li closes real "done" on gas-pipe/gp-2</c>, <c>wang of d02 acknowledges</c>, <c>wang takes out "x" as officer</c>.</summary>
public sealed class TimelineOfficers(Func<Ledger> ledger, TimelinePlant plant, TimelineDuty duty)
{
    private const string Step = "/pingan.alerts.v1.AlertService/Acknowledge";
    private int keys;
    private DeadlineAuditor? auditor;
    private TimeProvider? clock;

    /// <summary>Rights by roster; null where there are none.</summary>
    public Func<ActingOnDuty>? Acting { get; init; }

    /// <summary>Where officers stand in for others; null where nobody does.</summary>
    public StandIns? StandIns { get; init; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<string> DoAsync(string text)
    {
        var note = "";
        if (text.IndexOf('"', StringComparison.Ordinal) is var quote and >= 0)
        {
            var end = text.LastIndexOf('"');
            note = text[(quote + 1)..end];
            text = (text[..quote] + text[(end + 1)..]).Trim();
        }

        if (await duty.DoAsync(text, note) is { } settled)
        {
            return Answer(settled);
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (words.Contains("maintenance") || words is [_, "confirms", "red", ..])
        {
            return await MaintainAsync(words, note);
        }

        var device = After(words, "on");
        var seen = After(words, "seeing");
        var key = After(words, "with") ?? string.Create(CultureInfo.InvariantCulture, $"k{keys++}");
        var officer = new Officer(words[0], After(words, "of") ?? "") 
        {
            Roles = After(words, "as") is { } role ? Enum.Parse<OfficerRoles>(role, ignoreCase: true) : OfficerRoles.All,
        };
        var id = plant.IdOf(device);
        long? expected = seen switch
        {
            null => null,
            "now" => (await ledger().FindAlertAsync(id, Cancel))!.LastSequence,
            _ => long.Parse(seen, CultureInfo.InvariantCulture),
        };
        // As the server does before and after a call.
        officer = StandIns?.Seeing(officer) ?? officer;
        var offDuty = Acting?.Invoke().Look(officer, Step, Need.Act, new V1.AcknowledgeRequest { Id = id });
        if (offDuty is { IsRefused: true })
        {
            return "refused: on duty: " + string.Join(", ", offDuty.OnDuty);
        }

        var command = new AlertCommand(id, officer, key, note, expected);
        if (words is [_, "weighs", "shelving" or "taking", ..])
        {
            return await WeighAsync(words, command);
        }

        var result = await RunAsync(words, command);
        await (offDuty is not null && result.IsDone ? Acting!().NoteAsync(officer.Name, Step, offDuty) : Task.CompletedTask);
        return Answer(result);
    }

    public async Task<string> StateAsync(string? device)
    {
        var alert = (await ledger().FindAlertAsync(plant.IdOf(device), Cancel))!;
        string?[] parts =
        [
            $"{alert.Work} {alert.Colour}/{alert.PeakColour} round {alert.Round}".ToLowerInvariant(),
            alert.Shelved is null ? null : "shelved", alert.OutOfService is null ? null : "out of service", alert.Confirmed is null ? null : "confirmed",
            alert.Triaged is { } triage ? triage.Verdict.ToString().ToLowerInvariant() : null, alert.Dispatched?.To is { } to ? "with " + to : null,
            alert.Reported?.To is { } above ? "reported to " + (above.Length == 0 ? "city" : above) : null,
            alert.IsFlapping ? string.Create(CultureInfo.InvariantCulture, $"flapping {alert.Chatter!.Count}") : null, alert.Behind is null ? null : "behind",
            alert.Maintenance is { } mark ? mark.IsHeld ? "held" : "under maintenance" : null,
        ];
        return string.Join(' ', parts.OfType<string>());
    }

    /// <summary>What was missed and is still not done: <c>overdue: arrived, rectified listed</c>; and none is <c>overdue: none</c>.</summary>
    public async Task<string> OverdueAsync()
    {
        var missed = (await ledger().FindAlertAsync(plant.IdOf(null), Cancel))!.Missed ?? [];
        return "overdue: " + (missed.Count == 0 ? "none" : string.Join(", ", missed.Select(m => $"{m.Step} {m.Supervision}".TrimEnd().ToLowerInvariant())));
    }

    /// <summary><c>wang of d01/s03 finds [overdue] [listed] [mine] [red] [closed]</c>: what his list shows, newest first.</summary>
    /// <returns>Null when it is no list.</returns>
    public async Task<string?> ListAsync(string of)
    {
        var words = of.Split(' ').ToList();
        if (!words.Contains("finds"))
        {
            return null;
        }

        var what = words[^1];
        var request = new V1.ListRequest
        {
            Overdue = what == "overdue", Mine = what == "mine", IncludeClosed = what == "closed", Supervision = what == "listed" ? V1.Supervision.Listed : V1.Supervision.Unspecified,
            PeakSeverity = Enum.TryParse<V1.Severity>(what, ignoreCase: true, out var colour) ? colour : V1.Severity.Unspecified,
        };
        var officer = new Officer(words[0], After(words, "of") ?? "");
        var page = await AlertList.ReadAsync(ledger(), StandIns?.Seeing(officer) ?? officer, request, Cancel);
        var found = page.Alerts.Select(a => $"{a.Colour.ToString().ToLowerInvariant()} {a.Kind}/{a.Device}").ToList();
        return $"{of}: {(found.Count == 0 ? "nothing" : string.Join(", ", found))}";
    }

    /// <summary>All open incidents, newest first, with their open alerts: <c>incidents: hazard red/red gas-pipe/gp-1 gas-pipe/gp-2; fault …</c>.</summary>
    public string Incidents()
    {
        var alerts = ledger().Book.Alerts.Values.Where(a => a.IsOpen).OrderBy(a => a.FirstSequence).ToList();
        var lines = Incident.Of(alerts).Select(i => $"{i.Cause} {i.Colour}/{i.Peak}".ToLowerInvariant() + " "
            + string.Join(' ', alerts.Where(a => a.Incident?.Id == i.Id).Select(a => $"{a.Kind}/{a.Device}"))).ToList();
        return "incidents: " + (lines.Count == 0 ? "none" : string.Join("; ", lines));
    }

    /// <summary>A new server has a new auditor. It allows no second of lateness: a scenario has none.</summary>
    public void BeginAudit(TimeProvider clock) =>
        auditor = new DeadlineAuditor(ledger(), this.clock = clock, NullLogger<DeadlineAuditor>.Instance, TimeSpan.Zero);

    public async Task<int> AuditAsync() => (await auditor!.RunAsync(Cancel)).Count;

    private async Task<CommandResult> RunAsync(List<string> words, AlertCommand command)
    {
        var to = ledger();
        return string.Join(' ', words.Skip(1)).Split(' ') switch
        {
            ["sees"] => await to.SeeAsync(command, Cancel),
            ["acknowledges"] => await to.AcknowledgeAsync(command, Cancel),
            ["triages", var verdict] => await to.TriageAsync(command, VerdictOf(verdict), Cancel),
            ["reports"] => await to.ReportAsync(command, "", Cancel),
            ["reports", "to", var above] => await to.ReportAsync(command, above, Cancel),
            ["dispatches", var team] => await to.DispatchAsync(command, team, Cancel),
            ["arrives"] => await to.ArriveAsync(command, Cancel),
            ["rectifies"] => await to.RectifyAsync(command, Cancel),
            ["confirms"] => await to.ConfirmAsync(command, Cancel),
            ["shelves", "for", var time] => await to.ShelveAsync(command, TimeSpan.FromSeconds(TimelineFile.Seconds(time)!.Value), Cancel),
            ["unshelves"] => await to.UnshelveAsync(command, Cancel),
            ["takes", "out"] => await to.TakeOutOfServiceAsync(command, null, Cancel),
            ["takes", "out", "for", var time] => await to.TakeOutOfServiceAsync(command, TimeSpan.FromSeconds(TimelineFile.Seconds(time)!.Value), Cancel),
            ["returns"] => await to.ReturnToServiceAsync(command, Cancel),
            ["says"] => await to.CommentAsync(command, Cancel),
            ["closes", var verdict] => await to.CloseAsync(command, VerdictOf(verdict), Cancel),
            var other => throw new InvalidOperationException($"'{string.Join(' ', other)}' is nothing an officer does"),
        };
    }

    /// <summary><c>wang weighs shelving for 1h "why"</c>, <c>wang weighs taking out "why"</c>: what it would hold back, as the service shows it before it is done.</summary>
    private async Task<string> WeighAsync(List<string> words, AlertCommand command)
    {
        var isShelf = words[2] == "shelving";
        var tried = isShelf
            ? await ledger().ShelveAsync(command, TimeSpan.FromSeconds(TimelineFile.Seconds(words[^1])!.Value), Cancel, isTrial: true)
            : await ledger().TakeOutOfServiceAsync(command, null, Cancel, isTrial: true);
        return tried.IsDone ? await OutlookAsync(command.Officer, AlertScope.Of(tried.Alert!), isShelf || tried.Alert!.PeakColour == Severity.Red, !isShelf) : Answer(tried);
    }

    /// <summary><c>open yellow 2 red 1, told all the same red 1, before 3 news of yellow 2</c>.</summary>
    private async Task<string> OutlookAsync(Officer officer, AlertScope scope, bool holdsRed, bool holdsBreaches)
    {
        var outlook = await HeldBackOutlook.OfAsync(ledger(), officer, scope, holdsRed, holdsBreaches, clock!, Cancel);
        string Text(IEnumerable<KeyValuePair<Severity, int>> colours) =>
            string.Concat(colours.OrderByDescending(c => Colours.Rank(c.Key)).Select(c => string.Create(CultureInfo.InvariantCulture, $" {c.Key.ToString().ToLowerInvariant()} {c.Value}")));
        string?[] parts =
        [
            outlook.Open.Count == 0 ? null : "open" + Text(outlook.Open), outlook.RedTold == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"told all the same red {outlook.RedTold}"),
            outlook.News == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"before {outlook.News} news of") + Text(outlook.Held.Values.CountBy(c => c)),
        ];
        return parts.All(p => p is null) ? "nothing" : string.Join(", ", parts.OfType<string>());
    }

    /// <summary><c>boss plans 2h maintenance in d01/s03 device gp-1 after 10m including red "why"</c>, <c>boss ends maintenance</c>, <c>li confirms red</c>.</summary>
    private async Task<string> MaintainAsync(List<string> words, string note)
    {
        var officer = new Officer(words[0], After(words, "of") ?? "");
        var asked = new DutyRequest(officer, After(words, "with") ?? "", TerritoryTree.Empty);
        var newest = () => ledger().Book.Duty.Maintenance.Select(w => w.Id).DefaultIfEmpty().Max();
        if (words is [_, "weighs", ..])
        {
            var weighed = await PlanAsync(words, TimelineFile.Seconds(words[2])!.Value, note, asked, isTrial: true);
            return weighed.IsDone ? await OutlookAsync(officer, ScopeOf(words), words.Contains("including"), holdsBreaches: true) : Answer(weighed);
        }

        var result = words switch
        {
            [_, "confirms", "red"] => await ledger().DecideAsync(t => MaintenanceCommands.ConfirmRed(t, asked, newest()), Cancel),
            [_, "ends", "maintenance"] => await ledger().DecideAsync(t => MaintenanceCommands.End(t, asked, newest()), Cancel),
            [_, "plans", var time, "maintenance", ..] => await PlanAsync(words, TimelineFile.Seconds(time)!.Value, note, asked),
            var other => throw new InvalidOperationException($"'{string.Join(' ', other)}' is nothing an officer does"),
        };
        return Answer(result);
    }

    private static AlertScope ScopeOf(List<string> words)
    {
        string Said(string word) => words.IndexOf(word) is > 0 and var at ? words[at + 1] : "";
        return new AlertScope { Territory = Said("in"), Gateway = Said("gateway"), Device = Said("device"), Kind = Said("kind"), Rule = Said("rule") };
    }

    private Task<CommandResult> PlanAsync(List<string> words, double seconds, string note, DutyRequest asked, bool isTrial = false)
    {
        var after = After(words, "after") is { } text ? TimelineFile.Seconds(text)!.Value : 0;
        var scope = ScopeOf(words);
        return ledger().DecideAsync(
            t =>
            {
                var from = t.NowMicros + (long)(after * 1e6);
                return MaintenanceCommands.Plan(t, asked, new MaintenanceRecord
                {
                    Id = 0, Scope = scope, FromMicros = from, ToMicros = from + (long)(seconds * 1e6), Reason = note, By = "", AsksRed = words.Contains("including"),
                }, isTrial);
            },
            Cancel);
    }

    private static string Answer(CommandResult result) => result.Outcome switch
    {
        CommandOutcome.Done => "done",
        CommandOutcome.AlreadyDone => "already done by " + result.DoneBy!.By,
        CommandOutcome.NotFound => "not found",
        CommandOutcome.Stale => "stale",
        _ => "refused: " + result.Reason + (result.Legal.Count == 0 ? "" : " May: " + string.Join(", ", result.Legal.Select(l => TimelineWords.Of(l))) + "."),
    };

    private static Verdict VerdictOf(string word) => Enum.Parse<Verdict>(word, ignoreCase: true);

    private static string? After(List<string> words, string word)
    {
        var at = words.IndexOf(word);
        if (at < 0 || at + 1 >= words.Count)
        {
            return null;
        }

        var value = words[at + 1];
        words.RemoveRange(at, 2);
        return value;
    }
}
