namespace PingAnIoT.Rules;

/// <summary>Reads the one band of a rule that has no number to compare (<c>absent</c>, <c>stuck</c>, <c>code</c>): <c>fault: true</c>.</summary>
internal sealed class TruthBandReader(RuleErrors errors)
{
    public IReadOnlyList<PlacedBand> Read(YamlMapping rule, RuleFields fields, Window window)
    {
        RefuseMeaningless(fields, window.Function);
        var name = WindowText.NameOf(window.Function);
        var bands = new List<PlacedBand>();
        foreach (var (key, severity) in BandReader.Severities)
        {
            if (fields.OptionalText(key, "true") is not { } text)
            {
                continue;
            }

            if (text.Text != "true")
            {
                errors.Add(text, $"'{key}' is {text.Describe()}; expected 'true': {name} has no number to compare");
            }
            else if (bands.Count > 0)
            {
                errors.Add(fields.Key(key)!, $"'{key}' beside '{bands[0].Key}'; expected one of red, yellow, green, fault: {DegreesOf(window.Function)} no degrees");
            }
            else
            {
                bands.Add(new PlacedBand(key, text, BandOf(severity, window)));
            }
        }

        if (!BandReader.Severities.Any(s => fields.Key(s.Key) is not null))
        {
            errors.Add(rule, $"no band in {fields.Owner}; expected '{(window.Function == WindowFunction.Code ? "red" : "fault")}: true'");
        }

        return bands;
    }

    private void RefuseMeaningless(RuleFields fields, WindowFunction function)
    {
        if (function == WindowFunction.Absent)
        {
            foreach (var key in (string[])["hold", "clear"])
            {
                if (fields.Key(key) is { } meaningless)
                {
                    errors.Add(meaningless, $"'{key}' with absent; expected none: absent has its own time, and the next reading ends it");
                }
            }

            return;
        }

        if (function == WindowFunction.Stuck && fields.Key("hold") is { } hold)
        {
            errors.Add(hold, "'hold' with stuck; expected none: stuck has its own time");
        }

        if (fields.Key("deadband") is { } own)
        {
            errors.Add(own, $"'deadband' with {WindowText.NameOf(function)}; expected none: a code is listed or it is not");
        }

        if (fields.Optional("clear") is YamlMapping clear && clear.Entries.FirstOrDefault(e => e.Key.Text == "deadband") is { Key: { } deadband })
        {
            errors.Add(deadband, $"'deadband' with {WindowText.NameOf(function)}; expected none: {(function == WindowFunction.Code ? "a code is listed or it is not" : "a reading is the same or it is not")}");
        }
    }

    private static string DegreesOf(WindowFunction function) => function switch
    {
        WindowFunction.Absent => "silence has",
        WindowFunction.Stuck => "being stuck has",
        _ => "a list of codes has",
    };

    private static Band BandOf(Severity severity, Window window) => window.Function == WindowFunction.Code
        ? new Band(severity, Comparison.Equal, window.Codes is [var first, ..] ? first.From : 0, null)
        : new Band(severity, Comparison.AtOrAbove, window.Micros / (double)DurationText.MicrosPerSecond, null);
}
