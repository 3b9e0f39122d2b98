namespace PingAnIoT.Rules;

/// <summary>
/// What a rule makes of the readings as of a time, however it is made: the worst band that is crossed and the worst that is violated, deadband
/// included. From here on all rules are alike.
/// </summary>
/// <param name="Value">What a transition tells; where it is not finite the value before stays.</param>
/// <param name="Crossed">Index of the worst band crossed; the number of bands for none; negative where the rule has no answer and goes on saying what it said.</param>
/// <param name="Violated">Likewise.</param>
internal readonly record struct Verdict(double Value, int Crossed, int Violated)
{
    public static Verdict Undefined => new(double.NaN, -1, -1);

    public bool IsDefined => Crossed >= 0;

    /// <summary>Would it start a rule that is normal?</summary>
    public bool IsCrossed(CompiledRule rule) => (uint)Crossed < (uint)rule.Bands.Length;

    /// <param name="rule">Whose verdict.</param>
    /// <param name="device">Whose set-points; null where there are none.</param>
    /// <param name="value">What the window says.</param>
    /// <param name="covered">What the window covers, oldest first; not empty.</param>
    public static Verdict Of(CompiledRule rule, DeviceRecord? device, double value, ReadOnlySpan<Sample> covered)
    {
        var verdict = rule.Function switch
        {
            WindowFunction.Code => OfTruth(covered[^1].Value, IsListed(rule.Codes, covered[^1].Value)),
            WindowFunction.Stuck => covered.Length < 2 ? Undefined : OfTruth(covered[^1].Value, Windows.IsStuck(covered)),
            WindowFunction.Times => OfTimes(rule, device, covered),
            _ => OfValue(rule, device, value),
        };
        return verdict.During(rule, covered[^1].EventTimeMicros);
    }

    /// <summary>Outside the rule's schedule nothing is crossed and nothing is violated.</summary>
    public Verdict During(CompiledRule rule, long asOf) => rule.During is { } during && !during.Covers(asOf)
        ? new Verdict(Value, rule.Bands.Length, rule.Bands.Length)
        : this;

    /// <summary>One band, which is crossed or not.</summary>
    private static Verdict OfTruth(double value, bool isSo) => new(value, isSo ? 0 : 1, isSo ? 0 : 1);

    private static bool IsListed(ReadOnlySpan<CodeRange> codes, double value)
    {
        foreach (var range in codes)
        {
            if (range.Includes(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A band is crossed, or violated, when enough readings are.</summary>
    private static Verdict OfTimes(CompiledRule rule, DeviceRecord? device, ReadOnlySpan<Sample> covered)
    {
        var bands = rule.Bands;
        int crossed = bands.Length, violated = bands.Length;
        for (var b = 0; b < bands.Length && crossed == bands.Length; b++)
        {
            var threshold = device is null ? bands[b].Threshold : rule.ThresholdOf(b, device);
            int crossing = 0, violating = 0;
            foreach (ref readonly var sample in covered)
            {
                crossing += Latch.IsCrossed(bands[b].Comparison, sample.Value, threshold) ? 1 : 0;
                violating += Latch.IsViolated(bands[b].Comparison, sample.Value, threshold, rule.Rule.Deadband) ? 1 : 0;
            }

            violated = violated == bands.Length && violating >= rule.Rule.Times ? b : violated;
            crossed = crossing >= rule.Rule.Times ? b : crossed;
        }

        return new Verdict(covered[^1].Value, crossed, violated);
    }

    /// <summary>A value against the thresholds of a rule's bands.</summary>
    public static Verdict OfValue(CompiledRule rule, DeviceRecord? device, double value)
    {
        if (!double.IsFinite(value))
        {
            return Undefined;
        }

        var bands = rule.Bands;
        int crossed = bands.Length, violated = bands.Length;
        for (var b = 0; b < bands.Length && crossed == bands.Length; b++)
        {
            var threshold = device is null ? bands[b].Threshold : rule.ThresholdOf(b, device);
            if (violated == bands.Length && Latch.IsViolated(bands[b].Comparison, value, threshold, rule.Rule.Deadband))
            {
                violated = b;
            }

            if (Latch.IsCrossed(bands[b].Comparison, value, threshold))
            {
                crossed = b;
            }
        }

        return new Verdict(value, crossed, violated);
    }
}
