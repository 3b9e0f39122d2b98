using System.CommandLine;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>How the verbs of duty read and write places, roles and times.</summary>
internal static class DutyText
{
    public const string TimeHint = "a time with its offset, such as 2026-11-23T22:00+08:00";

    public static Argument<string> Territory() => new("territory") { Description = "E.g. d01/s03; '/' for the city." };

    public static Option<string> Role()
    {
        var role = new Option<string>("--role") { Description = "officer or supervisor.", DefaultValueFactory = _ => "officer" };
        role.AcceptOnlyFromAmong("officer", "supervisor");
        return role;
    }

    public static V1.Role RoleOf(string? word) => word == "supervisor" ? V1.Role.Supervisor : V1.Role.Officer;

    /// <summary>A time option, checked as the line is read.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description)
    {
        var option = new Option<DateTimeOffset?>(name) { Description = $"{description}: {TimeHint}." };
        option.CustomParser = result =>
        {
            if (Parse(result.Tokens[^1].Value) is { } time)
            {
                return time;
            }

            result.AddError($"{name} '{result.Tokens[^1].Value}' is not {TimeHint}.");
            return null;
        };
        return option;
    }

    /// <summary>How long something is to last, checked as the line is read.</summary>
    public static Option<string?> For(string description)
    {
        var option = new Option<string?>("--for") { Description = description };
        option.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } text && DurationText.Parse(text) is null or <= 0)
            {
                r.AddError($"--for '{text}' is not a time such as 20m or 4h.");
            }
        });
        return option;
    }

    public static Timestamp? Stamp(DateTimeOffset? time) => time is { } t ? Timestamp.FromDateTimeOffset(t) : null;

    public static string Of(Timestamp? time) =>
        time is null ? "" : time.ToDateTimeOffset().ToLocalTime().ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture);

    public static string Place(string territory) => territory.Length == 0 ? "the city" : territory;

    /// <summary>Where those are from whose names are not said.</summary>
    public static string Who(V1.DutySource source) => source == V1.DutySource.Nobody ? "nobody" : $"somebody ({source.ToString().ToLowerInvariant()})";

    public static string Who(IEnumerable<V1.OnDutyOfficer> officers) => string.Join(", ", officers.Select(o => $"{o.Officer} ({o.Reason})"));

    public static string Line(V1.DutyStretch stretch) =>
        $"{Of(stretch.From)}  {Of(stretch.To)}  {(stretch.Officers.Count > 0 ? Who(stretch.Officers) : "NOBODY: " + stretch.Why)}";

    public static string Line(V1.DutyOverride change) =>
        $"override {change.Id}  {Of(change.From)}  {Of(change.To)}  {(change.Absent.Length > 0 ? $"not {change.Absent}" : "")}{(change.Instead.Length > 0 ? $" but {change.Instead}" : "")}  {change.Reason}";

    public static string Line(V1.Swap swap) =>
        $"swap {swap.Id}  {swap.State}  {swap.Asker} gives {Of(swap.From)} to {Of(swap.To)} to {swap.Other}"
        + (swap.BackTo is null ? "" : $" for {Of(swap.BackFrom)} to {Of(swap.BackTo)}") + (swap.Note.Length > 0 ? $"  {swap.Note}" : "");

    public static string Line(V1.HandOverNote note) =>
        $"hand-over {note.Id}  {Place(note.Territory)}  {note.By} to {string.Join(", ", note.To)}, {note.OpenCount} open, {note.RedCount} red: {note.Text}"
        + (note.TakenBy.Length > 0 ? $"  taken by {note.TakenBy}" : note.Overdue ? "  NOT TAKEN" : $"  to be taken from {Of(note.DueTime)}");

    public static string Line(V1.DutyCheck check) =>
        $"check {check.Id}  {check.State}  {Place(check.Territory)}  asked {(check.Asked.Count == 0 ? "nobody" : string.Join(", ", check.Asked))}"
        + (check.State == V1.CheckState.Open ? $", until {Of(check.DueTime)}" : "") + (check.Replies.Count > 0 ? $"; answered {string.Join(", ", check.Replies.Select(r => r.Officer))}" : "")
        + (check.Finding.Length > 0 ? $"; {check.Finding}" : "");

    private static DateTimeOffset? Parse(string text) =>
        text.IndexOf('T', StringComparison.Ordinal) == 10 && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
