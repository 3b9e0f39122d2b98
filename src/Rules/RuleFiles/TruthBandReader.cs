namespace PingAnIoT.Rules;

/// <summary>Reads the one band of a rule that has no number to compare (<c>absent</c>, <c>stuck</c>, <c>code</c>): <c>fault: true</c>.</summary>
internal sealed class TruthBandReader(RuleErrors errors)
{
    public IReadOnlyList<PlacedBand> Read(YamlMapping rule, RuleFields fields, Window window)
    {
        RefuseMeaningless(fields, window.Function);
        var bands = ReadOne(fields, $"{WindowText.NameOf(window.Function)} has no number to compare", $"{DegreesOf(window.Function)} no degrees", s => BandOf(s, window));
        if (!HasBand(fields))
        {
            errors.Add(rule, $"no band in {fields.Owner}; expected '{(window.Function == WindowFunction.Code ? "red" : "fault")}: true'");
        }

        return bands;
    }

    /// <summary>The colour of a sequence: <c>red: true</c>.</summary>
    public IReadOnlyList<PlacedBand> ReadSequence(YamlMapping rule, RuleFields fields)
    {
        var bands = ReadOne(fields, "the numbers of a sequence stand in its parts", "a sequence has no degrees", s => new Band(s, Comparison.Equal, 1, null));
        if (!HasBand(fields))
        {
            errors.Add(rule, $"no band in {fields.Owner}; expected one of red, yellow, green, fault, such as 'yellow: true'");
        }

        return bands;
    }

    /// <summary>A part of a sequence that has no number to compare: <c>is: true</c>.</summary>
    public IReadOnlyList<PlacedBand> ReadCondition(RuleFields fields, Window window)
    {
        RefuseMeaningless(fields, window.Function);
        if (fields.RequiredText(BandReader.ConditionKey, "true") is not { } text)
        {
            return [];
        }

        if (text.Text != "true")
        {
            errors.Add(text, $"'{BandReader.ConditionKey}' is {text.Describe()}; expected 'true': {WindowText.NameOf(window.Function)} has no number to compare");
        }

        return [new PlacedBand(BandReader.ConditionKey, text, BandOf(Severity.Normal, window))];
    }

    private static bool HasBand(RuleFields fields) => BandReader.Severities.Any(s => fields.Key(s.Key) is not null);

    private List<PlacedBand> ReadOne(RuleFields fields, string whyTrue, string whyOne, Func<Severity, Band> bandOf)
    {
        var bands = new List<PlacedBand>();
        foreach (var (key, severity) in BandReader.Severities)
        {
            if (fields.OptionalText(key, "true") is not { } text)
            {
                continue;
            }

            if (text.Text != "true")
            {
                errors.Add(text, $"'{key}' is {text.Describe()}; expected 'true': {whyTrue}");
            }
            else if (bands.Count > 0)
            {
                errors.Add(fields.Key(key)!, $"'{key}' beside '{bands[0].Key}'; expected one of red, yellow, green, fault: {whyOne}");
            }
            else
            {
                bands.Add(new PlacedBand(key, text, bandOf(severity)));
            }
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
        : new Band(severity, Comparison.AtOrAbove, window.Micros / (double)DurationText.MicrosPerSecond, window.SetPoint);
}
