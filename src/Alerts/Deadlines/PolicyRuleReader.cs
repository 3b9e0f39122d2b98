using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Reads the steps of one colour, and the values they are made of.</summary>
internal sealed class PolicyRuleReader(RuleErrors errors)
{
    private const int MostLevels = 20;
    private const string LevelsExpected = "a number from 1 to 20, or always";

    /// <summary>What repeats without end is written down each time.</summary>
    private static readonly TimeSpan ShortestAlways = TimeSpan.FromSeconds(10);
    private const string TimeExpected = "a time such as 15s, 5m, 24h or 3d";

    /// <summary>Longer is a slip of the pen.</summary>
    private const long LongestMicros = 366L * 24 * 3600 * DurationText.MicrosPerSecond;

    private static readonly (string Name, WorkState Step)[] Steps =
    [
        ("seen", WorkState.Seen), ("acknowledged", WorkState.Acknowledged), ("triaged", WorkState.Triaged), ("reported", WorkState.Reported),
        ("dispatched", WorkState.Dispatched), ("arrived", WorkState.Arrived), ("rectified", WorkState.Rectified), ("closed", WorkState.Closed),
    ];

    private static readonly string[] StepNames = [.. Steps.Select(s => s.Name)];
    private static readonly string[] AfterNames = ["raised", .. StepNames];
    private static readonly string[] Supervisions = [.. Enum.GetNames<Supervision>().Select(n => n.ToLowerInvariant()).Skip(1)];
    private static readonly string[] Units = [.. Enum.GetNames<ChainUnit>().Select(n => n.ToLowerInvariant()).Reverse()];

    public IEnumerable<DeadlineRule> Read(YamlMapping steps, Severity colour, string? kind, IReadOnlyList<ChainUnit> chain)
    {
        var owner = $"'{colour.ToString().ToLowerInvariant()}'";
        var read = new List<DeadlineRule>();
        foreach (var (key, value) in new RuleFields(steps, owner, StepNames, errors).Known)
        {
            var rule = new DeadlineRule(colour, StepOf(key.Text), TimeSpan.Zero) { Kind = kind, Chain = chain };
            read.Add(value is YamlMapping mapping ? Whole(mapping, rule, key) : rule with { Within = Time(value, key.Text) });
        }

        return read;
    }

    public TimeSpan Time(YamlNode node, string key)
    {
        if (node is not YamlScalar { Text.Length: > 0 } scalar)
        {
            errors.Add(node, $"'{key}' is {node.Describe()}; expected {TimeExpected}");
            return TimeSpan.Zero;
        }

        if (DurationText.Parse(scalar.Text) is > 0 and <= LongestMicros and var micros)
        {
            return TimeSpan.FromMicroseconds(micros);
        }

        errors.Add(scalar, $"'{key}' is {ErrorText.Quote(scalar.Text)}; expected {TimeExpected}, at most 366d");
        return TimeSpan.Zero;
    }

    /// <summary>The scalars of a list; one scalar is a list of one.</summary>
    public List<YamlScalar> Texts(RuleFields fields, string key)
    {
        var found = fields.Optional(key) switch
        {
            null => [],
            YamlSequence sequence => sequence.Items,
            var one => [one],
        };
        foreach (var node in found.Where(n => n is not YamlScalar { Text.Length: > 0 }))
        {
            errors.Add(node, $"found {node.Describe()} in '{key}'; expected a word");
        }

        return [.. found.OfType<YamlScalar>().Where(s => s.Text.Length > 0)];
    }

    public bool IsOneOf(YamlScalar word, string what, IReadOnlyList<string> names)
    {
        if (names.Contains(word.Text, StringComparer.Ordinal))
        {
            return true;
        }

        errors.Add(word, $"{what} is {ErrorText.Quote(word.Text)}; {ErrorText.Expected(word.Text, names)}");
        return false;
    }

    public IReadOnlyList<T> Names<T>(RuleFields fields, string key, IReadOnlyList<string> names)
        where T : struct, Enum
    {
        var read = Texts(fields, key).Where(w => IsOneOf(w, key, names)).Select(w => Enum.Parse<T>(w.Text, ignoreCase: true)).ToList();
        if (read.Count == 0 && fields.Optional(key) is YamlSequence { Items.Count: 0 } empty)
        {
            errors.Add(empty, $"'{key}' is empty; expected at least one of {string.Join(", ", names)}");
        }

        return read;
    }

    private DeadlineRule Whole(YamlMapping mapping, DeadlineRule rule, YamlScalar key)
    {
        var fields = new RuleFields(
            mapping, $"the deadline '{key.Text}'", ["within", "after", "time", "repeat", "widest", "levels", "chain", "supervision"], errors);
        var within = fields.Required("within", TimeExpected) is { } time ? Time(time, "within") : TimeSpan.Zero;
        var after = fields.OptionalText("after", "a step") is { } step && IsOneOf(step, "after", AfterNames) ? StepOf(step.Text) : WorkState.Raised;
        if (after >= rule.Step)
        {
            errors.Add(fields.Key("after")!, $"'{key.Text}' counts from '{fields.OptionalText("after", "")!.Text}', which does not come before it; expected an earlier step");
        }

        var repeat = fields.Optional("repeat") is { } often ? Time(often, "repeat") : TimeSpan.Zero;
        var levels = Levels(fields);
        var isAlways = levels == DeadlineRule.Always;
        if (isAlways && repeat == TimeSpan.Zero && rule.Step == WorkState.Dispatched)
        {
            // Each acknowledgement that leads nowhere is told a level up: it needs no repeat. Nothing else sets the next level.
            if (after != WorkState.Acknowledged)
            {
                errors.Add(fields.Key("levels")!, "'levels: always' without 'repeat'; expected the time from one to the next, or 'after: acknowledged'");
            }
        }
        else if (levels > 1 && repeat == TimeSpan.Zero && rule.Step != WorkState.Dispatched)
        {
            errors.Add(fields.Key("levels")!, $"{(isAlways ? "'levels: always'" : $"{levels} levels")} without 'repeat'; expected the time from one to the next");
        }
        else if (isAlways && repeat > TimeSpan.Zero && repeat < ShortestAlways)
        {
            errors.Add(fields.Optional("repeat")!, $"'repeat' of what is told always is {ErrorText.Quote(fields.OptionalText("repeat", "")!.Text)}; expected at least 10s");
        }

        var widest = fields.Optional("widest") is { } wide ? Time(wide, "widest") : TimeSpan.Zero;
        if (widest > TimeSpan.Zero && (!isAlways || widest < repeat))
        {
            errors.Add(fields.Key("widest")!, isAlways ? "'widest' is shorter than 'repeat'; expected the longest time from one to the next" : "'widest' without 'levels: always'; expected it there alone");
        }

        return rule with
        {
            Within = within, After = after, Repeat = repeat, Widest = widest, Levels = levels,
            IsWorkingTime = fields.OptionalText("time", "natural or working") is { } kind && IsOneOf(kind, "time", ["natural", "working"]) && kind.Text == "working",
            Chain = fields.Optional("chain") is null ? rule.Chain : Names<ChainUnit>(fields, "chain", Units),
            Supervision = fields.Optional("supervision") is null ? [] : Names<Supervision>(fields, "supervision", Supervisions),
        };
    }

    private int Levels(RuleFields fields)
    {
        if (fields.OptionalText("levels", LevelsExpected) is not { } text)
        {
            return 1;
        }

        if (text.Text == "always")
        {
            return DeadlineRule.Always;
        }

        if (int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var levels) && levels is >= 1 and <= MostLevels)
        {
            return levels;
        }

        errors.Add(text, $"levels is {ErrorText.Quote(text.Text)}; expected {LevelsExpected}");
        return 1;
    }

    private static WorkState StepOf(string name) => name == "raised" ? WorkState.Raised : Array.Find(Steps, s => s.Name == name).Step;
}
