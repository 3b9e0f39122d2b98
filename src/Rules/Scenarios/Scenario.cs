namespace PingAnIoT.Rules;

/// <summary>
/// A story in a text table: what readings came when, and what the rules said. It documents a rule, and fails on the line that is wrong (docs/rules.md).
/// Pure: it runs a real <see cref="Engine"/> on made-up time.
/// </summary>
public sealed class Scenario
{
    internal Scenario(string file, int line, string name)
    {
        File = file;
        Line = line;
        Name = name;
    }

    public string File { get; }

    /// <summary>Line of its heading, from 1.</summary>
    public int Line { get; }

    public string Name { get; }

    /// <summary>Ids of the rules that take part; empty for all.</summary>
    internal List<string> RuleIds { get; } = [];

    internal List<DeviceRecord> Devices { get; } = [];

    internal List<ScenarioStep> Steps { get; } = [];

    /// <summary>Reads the scenarios of a file.</summary>
    /// <returns>The scenarios, or what is wrong with the file; never both.</returns>
    public static ScenarioFileResult Parse(string text, string fileName, Catalog catalog) => new ScenarioReader(fileName, catalog).Read(text);

    /// <summary>Plays the story.</summary>
    /// <returns>One entry for each line that did not come out as told; none when all did.</returns>
    public IReadOnlyList<RuleFileError> Run(RuleSet rules, Catalog catalog) => new ScenarioRun(this, rules, catalog).Play();
}

/// <summary>The scenarios of a file, or what is wrong with it.</summary>
public sealed record ScenarioFileResult(IReadOnlyList<Scenario> Scenarios, IReadOnlyList<RuleFileError> Errors);

/// <summary>One line: readings (or none, for a tick), and what must be said from the line before up to its end.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Kind">-1 for a tick.</param>
/// <param name="Device">Name of the device, "" for a tick.</param>
/// <param name="Quantity">Within the kind.</param>
/// <param name="Value">In the quantity's unit; not a number for a reset.</param>
/// <param name="FromMicros">Receive time of the first, from the scenario's start.</param>
/// <param name="ToMicros">Receive time of the last.</param>
/// <param name="EveryMicros">Between two of them.</param>
/// <param name="AgeMicros">How long before its receive time each was measured.</param>
/// <param name="Expected">In order.</param>
internal sealed record ScenarioStep(
    int Line, int Kind, string Device, int Quantity, double Value, long FromMicros, long ToMicros, long EveryMicros, long AgeMicros,
    IReadOnlyList<ScenarioExpectation> Expected);

/// <param name="RuleId">Whose transition.</param>
/// <param name="To">What it says now.</param>
/// <param name="AtMicros">Its event time from the scenario's start; null when not told.</param>
internal readonly record struct ScenarioExpectation(string RuleId, Severity To, long? AtMicros);
