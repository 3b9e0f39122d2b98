using System.Collections.Immutable;

namespace PingAnIoT.Simulators;

/// <summary>One thing wrong with a timeline.</summary>
/// <param name="File">As given by the caller.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record TimelineError(string File, int Line, int Column, string Message)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>Either a plan or what is wrong: a bad timeline is refused whole.</summary>
public sealed record TimelineResult(TruthPlan? Plan, ImmutableArray<TimelineError> Errors);

/// <summary>A hand-made day as text: which fleet, from when, and what happens to whom. The language is in docs/simulate.md.</summary>
public static class Timeline
{
    /// <summary>Most ailments in one timeline; <c>all</c> devices of a city are more.</summary>
    public const int MostAilments = 100_000;

    /// <summary>Severity where none is given.</summary>
    public const double UsualSeverity = 0.7;

    /// <summary>Seconds after the last end, where no length is given: things fade and are told.</summary>
    public const double AfterSeconds = 1800;

    /// <param name="text">The timeline.</param>
    /// <param name="file">What errors call it.</param>
    /// <param name="models">The physics of every kind; null for <see cref="DeviceModels.All"/>.</param>
    /// <param name="startSeconds">Unix seconds to begin at instead of the timeline's own start: a run in real time begins now.</param>
    public static TimelineResult Parse(string text, string file, IEnumerable<DeviceModel>? models = null, double? startSeconds = null)
    {
        var reading = new TimelineReading(file, [.. models ?? DeviceModels.All], startSeconds);
        var line = 0;
        foreach (var each in text.Split('\n'))
        {
            reading.Read(new TimelineLine(++line, each.TrimEnd('\r')));
        }

        return reading.Finish();
    }
}
