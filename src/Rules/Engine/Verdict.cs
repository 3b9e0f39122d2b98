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
