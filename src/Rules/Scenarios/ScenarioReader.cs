using System.Globalization;

namespace PingAnIoT.Rules;

/// <summary>Reads scenario tables. Words are parted by blanks, '#' begins a comment, "->" what is expected.</summary>
internal sealed class ScenarioReader(string fileName, Catalog catalog)
{
    private const string LineExpected = "scenario, rules, device, at or every";
    private const string EveryExpected = "every STEP from TIME to TIME KIND/DEVICE/QUANTITY VALUE";

    /// <summary>Times are added up to microseconds since 1970; a story longer than this is a slip of the pen.</summary>
    private const long TimeLimitMicros = 30L * 24 * 3600 * DurationText.MicrosPerSecond;

    private readonly RuleErrors errors = new(fileName);
    private readonly List<Scenario> scenarios = [];
    private int line;
    private long now;

    public ScenarioFileResult Read(string text)
    {
        foreach (var raw in text.ReplaceLineEndings("\n").Split('\n'))
        {
            line++;
            var comment = raw.IndexOf('#', StringComparison.Ordinal);
            var content = (comment < 0 ? raw : raw[..comment]).Trim();
            if (content.Length > 0 && !errors.IsFull)
            {
                ReadLine(content);
            }
        }

        if (errors.Count == 0 && scenarios.Count == 0)
        {
            errors.Add(1, 1, "no scenario in the file; expected 'scenario NAME'");
        }

        return errors.Count > 0 ? new ScenarioFileResult([], errors.InOrder()) : new ScenarioFileResult(scenarios, []);
    }

    private void ReadLine(string content)
    {
        var words = content.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words[0] == "scenario")
        {
            scenarios.Add(new Scenario(fileName, line, content["scenario".Length..].Trim()));
            now = 0;
        }
        else if (scenarios.Count == 0)
        {
            Error($"{ErrorText.Quote(words[0])} before any scenario; expected 'scenario NAME'");
        }
        else
        {
            ReadInside(scenarios[^1], words);
        }
    }

    private void ReadInside(Scenario scenario, string[] words)
    {
        switch (words[0])
        {
            case "rules":
                scenario.RuleIds.AddRange(words[1..].Select(w => w.TrimEnd(',')));
                break;
            case "device":
                ReadDevice(scenario, words);
                break;
            case "at":
                ReadAt(scenario, words);
                break;
            case "every":
                ReadEvery(scenario, words);
                break;
            default:
                Error($"found {ErrorText.Quote(words[0])}; {ErrorText.Expected(words[0], LineExpected.Replace(" or ", ", ", StringComparison.Ordinal).Split(", "))}");
                break;
        }
    }

    /// <summary><c>device KIND/DEVICE [via GATEWAY] [in TERRITORY] [SETPOINT=NUMBER ...]</c></summary>
    private void ReadDevice(Scenario scenario, string[] words)
    {
        var parts = words.Length > 1 ? words[1].Split('/') : [];
        if (parts.Length != 2 || ReadKind(parts[0]) is not { } kind)
        {
            Error("expected device KIND/DEVICE [via GATEWAY] [in TERRITORY] [SETPOINT=NUMBER ...]");
            return;
        }

        var (gateway, territory) = ("g1", "");
        var setPoints = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var i = 2; i < words.Length; i++)
        {
            if (words[i] == "via" && i + 1 < words.Length)
            {
                gateway = words[++i];
                continue;
            }

            if (words[i] == "in" && i + 1 < words.Length)
            {
                territory = words[++i];
                continue;
            }

            var equals = words[i].IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || ReadNumber(words[i][(equals + 1)..]) is not { } value)
            {
                Error($"found {ErrorText.Quote(words[i])}; expected via GATEWAY, in TERRITORY or SETPOINT=NUMBER");
                return;
            }

            setPoints[words[i][..equals]] = value;
        }

        scenario.Devices.Add(new DeviceRecord { Device = parts[1], Kind = kind, Gateways = [gateway], Territory = territory, SetPoints = setPoints });
    }

    /// <summary><c>at TIME tick</c>, <c>at TIME reset SERIES</c>, or <c>at TIME SERIES VALUE [measured TIME]</c></summary>
    private void ReadAt(Scenario scenario, string[] words)
    {
        var (before, expected) = Split(words);
        if (before.Length < 3 || ReadTime(before[1]) is not { } at || expected is null)
        {
            Error("expected at TIME KIND/DEVICE/QUANTITY VALUE, or at TIME tick");
            return;
        }

        if (before is [_, _, "tick"])
        {
            Add(scenario, new ScenarioStep(line, -1, "", 0, 0, at, at, 1, 0, expected));
            return;
        }

        if (before is [_, _, "reset", var series])
        {
            if (ReadReading(series, "0") is { } reset)
            {
                Add(scenario, new ScenarioStep(line, reset.Kind, reset.Device, reset.Quantity, double.NaN, at, at, 1, 0, expected));
            }

            return;
        }

        long age = 0;
        if (before is [_, _, _, _, "measured", var measured] && ReadTime(measured) is { } then)
        {
            age = at - then;
            before = before[..4];
        }

        if (before.Length == 4 && ReadReading(before[2], before[3]) is { } reading)
        {
            Add(scenario, new ScenarioStep(line, reading.Kind, reading.Device, reading.Quantity, reading.Value, at, at, 1, age, expected));
        }
        else if (before.Length != 4)
        {
            Error("expected at TIME KIND/DEVICE/QUANTITY VALUE [measured TIME]");
        }
    }

    private void ReadEvery(Scenario scenario, string[] words)
    {
        var (before, expected) = Split(words);
        if (before is not [_, var step, "from", var from, "to", var to, var series, var value] || expected is null
            || ReadTime(step) is not { } every || every == 0 || ReadTime(from) is not { } start || ReadTime(to) is not { } end || end < start)
        {
            Error($"expected {EveryExpected}");
        }
        else if (ReadReading(series, value) is { } reading)
        {
            Add(scenario, new ScenarioStep(line, reading.Kind, reading.Device, reading.Quantity, reading.Value, start, end, every, 0, expected));
        }
    }

    private void Add(Scenario scenario, ScenarioStep step)
    {
        if (step.FromMicros < now)
        {
            Error($"{DurationText.Format(step.FromMicros)} after {DurationText.Format(now)}; expected lines in the order of time");
            return;
        }

        now = step.ToMicros;
        scenario.Steps.Add(step);
    }

    /// <summary>Words before the arrow, and what stands after it: <c>RULE COLOUR [@TIME], ...</c></summary>
    private (string[] Before, List<ScenarioExpectation>? Expected) Split(string[] words)
    {
        var expected = new List<ScenarioExpectation>();
        var arrow = Array.IndexOf(words, "->");
        if (arrow < 0)
        {
            return (words, expected);
        }

        foreach (var one in string.Join(' ', words[(arrow + 1)..]).Split(','))
        {
            var parts = one.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            long? at = null;
            if (parts is [_, _, ['@', .. var time]])
            {
                at = ReadTime(time);
                parts = at is null ? [] : parts[..2];
            }

            if (parts.Length != 2 || ReadSeverity(parts[1]) is not { } severity)
            {
                Error($"found {ErrorText.Quote(one.Trim())}; expected RULE COLOUR [@TIME] after '->', the colour one of red, yellow, green, fault, normal");
                return (words[..arrow], null);
            }

            expected.Add(new ScenarioExpectation(parts[0], severity, at));
        }

        return (words[..arrow], expected);
    }

    private (int Kind, string Device, int Quantity, double Value)? ReadReading(string series, string value)
    {
        var parts = series.Split('/');
        if (parts.Length != 3)
        {
            Error($"found {ErrorText.Quote(series)}; expected KIND/DEVICE/QUANTITY");
            return null;
        }

        if (ReadKind(parts[0]) is not { } kind)
        {
            return null;
        }

        var names = catalog.Kinds[kind].Quantities.Select(q => q.Name).ToList();
        var quantity = names.IndexOf(parts[2]);
        if (quantity < 0)
        {
            Error($"unknown quantity {ErrorText.Quote(parts[2])} of {parts[0]}; {ErrorText.Expected(parts[2], names)}");
            return null;
        }

        return ReadNumber(value) is { } number ? (kind, parts[1], quantity, number) : null;
    }

    private int? ReadKind(string name)
    {
        var kind = catalog.FindKind(name);
        if (kind >= 0)
        {
            return kind;
        }

        Error($"unknown kind {ErrorText.Quote(name)}; {ErrorText.Expected(name, catalog.Kinds.Select(k => k.Name))}");
        return null;
    }

    private double? ReadNumber(string text)
    {
        if (text is "true" or "false")
        {
            return text == "true" ? 1 : 0;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
        {
            return value;
        }

        Error($"found {ErrorText.Quote(text)}; expected a number, true or false");
        return null;
    }

    private long? ReadTime(string text)
    {
        if (DurationText.Parse(text) is { } micros and >= 0 and <= TimeLimitMicros)
        {
            return micros;
        }

        Error($"{ErrorText.Quote(text)} as a time; expected {DurationText.Expected}");
        return null;
    }

    private static Severity? ReadSeverity(string text) => text switch
    {
        "red" => Severity.Red,
        "yellow" => Severity.Yellow,
        "green" => Severity.Green,
        "fault" => Severity.Fault,
        "normal" => Severity.Normal,
        _ => null,
    };

    private void Error(string message) => errors.Add(line, 1, message);
}
