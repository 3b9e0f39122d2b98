using System.Collections.Immutable;
using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>One timeline on its way in. Threading: owned by the caller.</summary>
internal sealed class TimelineReading(string file, ImmutableArray<DeviceModel> models, double? startSeconds)
{
    private static readonly string[] Statements = ["fleet", "seed", "start", "length", "at", "every"];
    private readonly List<TimelineError> errors = [];
    private readonly List<(TimelineLine Line, TimelineWord Word)> events = [];
    private FleetShape? shape;
    private ulong seed = 1;
    private double start = double.NaN;
    private double length = double.NaN;
    private bool hasFleet;
    private bool hasStart;

    public void Read(TimelineLine line)
    {
        if (line.IsEmpty)
        {
            return;
        }

        var word = line.Take();
        switch (word.Text)
        {
            case "fleet":
                hasFleet = true;
                var name = line.Take();
                shape = FleetShape.Find(name.Text);
                if (shape is null)
                {
                    Fail(line, name, $"expected a fleet, found {Found(name)}; {Nearest.Say(name.Text, FleetShape.All.Select(s => s.Name))}");
                }

                End(line);
                break;
            case "seed":
                Number(line, t => ulong.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out seed), "a whole number");
                End(line);
                break;
            case "start":
                hasStart = true;
                Number(line, TryStart, "a time such as 2026-03-01T06:00+08:00");
                End(line);
                break;
            case "length":
                Number(line, t => TimelineLine.TrySeconds(t, out length) && length > 0, "a duration such as 90m, 1h30m or 24:00");
                End(line);
                break;
            case "at" or "every":
                events.Add((line, word));
                break;
            default:
                Fail(line, word, $"expected a statement, found {Found(word)}; {Nearest.Say(word.Text, Statements)}");
                break;
        }
    }

    public TimelineResult Finish()
    {
        if (!hasFleet)
        {
            errors.Add(new TimelineError(file, 1, 1, "a line 'fleet NAME' is missing"));
        }

        if (!hasStart)
        {
            errors.Add(new TimelineError(file, 1, 1, "a line 'start TIME' is missing"));
        }

        if (shape is null || double.IsNaN(start))
        {
            return Refused();
        }

        start = startSeconds ?? start;
        var fleet = new Fleet(shape, seed, models);
        var reading = new TimelineEvents(fleet, start, length, (line, word, message) => Fail(line, word, message));
        foreach (var (line, word) in events)
        {
            reading.Read(line, word);
        }

        if (errors.Count > 0)
        {
            return Refused();
        }

        var end = double.IsNaN(length) ? reading.Planned.Select(p => p.Ailment.End).DefaultIfEmpty(start).Max() + Timeline.AfterSeconds : start + length;
        return new TimelineResult(new TruthPlan(fleet, start, end, reading.Planned), []);
    }

    internal static string Found(TimelineWord word) => word.Text.Length == 0 ? "the end of the line" : $"'{word.Text}'";

    private TimelineResult Refused() => new(null, [.. errors.OrderBy(e => e.Line).ThenBy(e => e.Column)]);

    private bool TryStart(string text)
    {
        var isTime = DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        start = isTime ? time.ToUnixTimeSeconds() : double.NaN;
        return isTime;
    }

    private void Number(TimelineLine line, Func<string, bool> parse, string expected)
    {
        var word = line.Take();
        if (!parse(word.Text))
        {
            Fail(line, word, $"expected {expected}, found {Found(word)}");
        }
    }

    private void End(TimelineLine line)
    {
        if (line.Take() is { Text.Length: > 0 } word)
        {
            Fail(line, word, $"expected the end of the line, found {Found(word)}");
        }
    }

    private void Fail(TimelineLine line, TimelineWord word, string message) => errors.Add(new TimelineError(file, line.Number, word.Column, message));
}
