namespace PingAnIoT.Rules;

/// <summary>A band and where it was written.</summary>
internal readonly record struct PlacedBand(string Key, YamlScalar Text, Band Band);

/// <summary>Reads <c>red</c>, <c>yellow</c>, <c>green</c> and <c>fault</c> of a rule that compares numbers.</summary>
internal sealed class BandReader(RuleErrors errors)
{
    public const string ConditionKey = "is";

    /// <summary>Worst first.</summary>
    public static readonly (string Key, Severity Severity)[] Severities =
        [("red", Severity.Red), ("yellow", Severity.Yellow), ("green", Severity.Green), ("fault", Severity.Fault)];

    public IReadOnlyList<PlacedBand> Read(YamlMapping rule, RuleFields fields, Window? window, Quantity? quantity)
    {
        var bands = new List<PlacedBand>();
        var present = false;
        foreach (var (key, severity) in Severities)
        {
            present |= fields.Key(key) is not null;
            if (fields.OptionalText(key, BandText.Expected) is { } text && Read(key, text, severity, window, quantity) is { } band)
            {
                bands.Add(band);
            }
        }

        if (!present)
        {
            errors.Add(rule, $"no band in {fields.Owner}; expected at least one of red, yellow, green, or fault");
        }

        return bands;
    }

    /// <summary>The one comparison of a part of a sequence, which has no colour of its own.</summary>
    public IReadOnlyList<PlacedBand> ReadCondition(RuleFields fields, Window? window, Quantity? quantity) =>
        fields.RequiredText(ConditionKey, BandText.Expected) is { } text && Read(ConditionKey, text, Severity.Normal, window, quantity) is { } band ? [band] : [];

    private PlacedBand? Read(string key, YamlScalar text, Severity severity, Window? window, Quantity? quantity)
    {
        if (BandText.Read(key, text, quantity?.Unit ?? "", errors) is not { } parsed)
        {
            return null;
        }

        if (parsed.IsTruth && quantity is not null && window is not null && !TakesTruth(window.Value.Function, quantity))
        {
            errors.Add(text, $"'{key}' is {text.Describe()}; expected a number: {WindowText.NameOf(window.Value.Function)} of {quantity.Name} is not true or false");
            return null;
        }

        return new PlacedBand(key, text, new Band(severity, parsed.Comparison, parsed.Threshold, parsed.SetPoint));
    }

    private static bool TakesTruth(WindowFunction function, Quantity quantity) =>
        quantity.IsBoolean && function is WindowFunction.Last or WindowFunction.Min or WindowFunction.Max or WindowFunction.Times or WindowFunction.Votes;
}
