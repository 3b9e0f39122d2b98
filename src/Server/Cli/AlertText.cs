using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary>Alerts in words for the terminal. A colour is always a word too, in both languages.</summary>
internal static class AlertText
{
    /// <summary>An alert's id, in whatever case it is typed.</summary>
    public static Argument<string> Id(string name) => new(name)
    {
        Description = "The alert, e.g. K7QM-2XRD-9FVT.", CustomParser = r => r.Tokens[0].Value.ToUpperInvariant(),
    };

    /// <summary>Steps as the protocol names them, by the names of their verbs.</summary>
    public static string Verbs(IEnumerable<string> steps) =>
        string.Join(", ", steps.Select(s => s switch { "acknowledge" => "ack", "take_out_of_service" => "out-of-service", _ => s.Replace('_', '-') }).DefaultIfEmpty("none"));

    public static string Word(V1.Severity severity) => severity switch
    {
        V1.Severity.Red => "红 red",
        V1.Severity.Yellow => "黄 yellow",
        V1.Severity.Green => "绿 green",
        V1.Severity.Fault => "故障 fault",
        V1.Severity.Normal => "正常 normal",
        _ => "?",
    };

    public static string Word(V1.Supervision supervision) => supervision switch
    {
        V1.Supervision.Notice => ", 通报 notice",
        V1.Supervision.Interview => ", 约谈 interview",
        V1.Supervision.Listed => ", 挂牌督办 listed",
        _ => "",
    };

    public static Color Colour(V1.Severity severity) => severity switch
    {
        V1.Severity.Red => Color.Red,
        V1.Severity.Yellow => Color.Yellow,
        V1.Severity.Green => Color.Green,
        V1.Severity.Fault => Color.Purple,
        _ => Color.Grey,
    };

    /// <summary>What was not sent one by one, and how it is opened.</summary>
    public static string Line(V1.SummaryGroup group, V1.AlertSummary summary) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{group.Alerts} {Word(group.PeakSeverity)} in {DutyText.Place(group.Territory)} since {DutyText.Of(summary.Since)}: alerts --territory {(group.Territory.Length > 0 ? group.Territory : "/")} --changed-after {summary.AfterSequence}");

    /// <summary>What is worst comes first.</summary>
    public static int Rank(V1.Severity severity) => severity switch
    {
        V1.Severity.Red => 0,
        V1.Severity.Yellow => 1,
        V1.Severity.Green => 2,
        V1.Severity.Fault => 3,
        _ => 4,
    };

    public static string Step(V1.Step step) => step switch
    {
        V1.Step.New => "new",
        V1.Step.Acknowledged => "acknowledged",
        V1.Step.Closed => "closed",
        V1.Step.Dispatched => "dispatched",
        V1.Step.Arrived => "arrived",
        V1.Step.Rectified => "rectified",
        V1.Step.Seen => "seen",
        V1.Step.Triaged => "triaged",
        V1.Step.Reported => "reported",
        V1.Step.ShelveEnd => "end of shelving",
        V1.Step.OutOfServiceEnd => "end of out of service",
        _ => "?",
    };

    public static string What(V1.EventType type) => type switch
    {
        V1.EventType.Raised => "raised",
        V1.EventType.ColourChanged => "changed",
        V1.EventType.Normal => "normal",
        V1.EventType.Acknowledged => "acknowledged",
        V1.EventType.Commented => "comment",
        V1.EventType.Closed => "closed",
        V1.EventType.Breached => "OVERDUE",
        V1.EventType.Recurred => "again",
        V1.EventType.ClockStepped => "clock set",
        V1.EventType.TailMissing => "LEDGER TAIL MISSING",
        V1.EventType.ParentOver => "gateway back",
        V1.EventType.Calmed => "calm again",
        V1.EventType.Seen => "seen",
        V1.EventType.Triaged => "triaged",
        V1.EventType.Reported => "reported",
        V1.EventType.Dispatched => "dispatched",
        V1.EventType.Arrived => "arrived",
        V1.EventType.Rectified => "rectified",
        V1.EventType.Confirmed => "end confirmed",
        V1.EventType.Shelved => "shelved",
        V1.EventType.Unshelved => "shelf ends",
        V1.EventType.OutOfService => "out of service",
        V1.EventType.ReturnedToService => "in service",
        _ => "?",
    };

    public static string Value(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.###} {(unit is "/" ? "" : unit)}").TrimEnd();

    public static string Value(V1.Alert alert) => Value(alert.WindowValue, alert.Unit);

    /// <summary>One line about an alert as it stands.</summary>
    public static string Line(V1.Alert alert) =>
        $"{Word(alert.Severity),-9} {alert.Id}  {alert.Title?.Zh} {alert.Title?.En}  {alert.Series}  {Value(alert)}  "
        + $"{Work(alert)}{(alert.Active ? "" : ", returned to normal")}";

    /// <summary>How far it is, and what lays it aside.</summary>
    public static string Work(V1.Alert alert) =>
        Step(alert.Step) + (alert.OutOfService is not null ? ", out of service until " + DutyText.Of(alert.OutOfServiceUntil) : "")
        + (alert.Shelved is not null ? ", shelved until " + DutyText.Of(alert.ShelvedUntil) : "")
        + (alert.Overdue.Count > 0 ? ", OVERDUE " + string.Join(' ', alert.Overdue.Select(d => Step(d.Step))) : "") + Word(alert.Supervision)
        + (alert.BehindAlertId.Length > 0 ? ", behind " + alert.BehindAlertId : "")
        + (alert.Flapping ? string.Create(CultureInfo.InvariantCulture, $", flapping ({alert.Flaps} times)") : "");

    /// <summary>One line of an alert's history.</summary>
    /// <param name="what">An entry, which does not carry the alert.</param>
    /// <param name="unit">The alert's.</param>
    public static string Entry(V1.AlertEvent what, string unit)
    {
        var colour = what.ToSeverity == V1.Severity.Unspecified ? "" : $"{Word(what.ToSeverity)}  {Value(what.WindowValue, unit)}  ";
        var verdict = what.Verdict == V1.Verdict.Unspecified ? "" : $"{what.Verdict.ToString().ToLowerInvariant()}  ";
        return string.Create(CultureInfo.InvariantCulture, $"{what.Sequence}  {DutyText.Of(what.RecordTime)}  {What(what.Type)}  {colour}{verdict}{Tail(what)}{(what.Breach is { } b ? Word(b.Supervision) : "")}");
    }

    private static string Tail(V1.AlertEvent what) => what.Breach is { } breach
        ? $"{Step(breach.Step)}, level {breach.Level}, told to {(breach.Territory.Length > 0 ? breach.Territory : "the city")}{(what.ComesBack ? ", comes back" : "")}"
        : string.Join(' ', new[] { what.Actor, what.To.Length > 0 ? "to " + what.To : "", what.Note }.Where(t => t.Length > 0));

    /// <summary>One line about what happened.</summary>
    public static string Line(V1.AlertEvent what)
    {
        var alert = what.Alert;
        var time = what.RecordTime.ToDateTimeOffset().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var head = $"{time}  {What(what.Type),-12} ";
        if (alert is null)
        {
            return head + what.Actor;
        }

        var isPlant = what.ToSeverity != V1.Severity.Unspecified;
        var colour = isPlant ? what.ToSeverity : alert.Severity;
        var tail = isPlant ? Value(what.WindowValue, alert.Unit) : Tail(what);
        return $"{head} {Word(colour),-9} {alert.Id}  {alert.Title?.Zh} {alert.Title?.En}  {alert.Series}  {tail}";
    }
}
