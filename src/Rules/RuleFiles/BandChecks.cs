namespace PingAnIoT.Rules;

/// <summary>Whether the bands of a rule make sense together and for their quantity. Set-points are judged by their defaults: a device's own are its owner's.</summary>
internal sealed class BandChecks(RuleErrors errors)
{
    /// <param name="fields">Where the bands were written.</param>
    /// <param name="bands">Worst first.</param>
    /// <param name="function">Of the window.</param>
    /// <param name="quantity">What is measured.</param>
    /// <param name="deadband">In the quantity's unit.</param>
    /// <param name="deadbandFields">Where the deadband was written; null where it was not.</param>
    public void Check(
        RuleFields fields, IReadOnlyList<PlacedBand> bands, WindowFunction function, Quantity quantity, double deadband, RuleFields? deadbandFields)
    {
        var before = errors.Count;
        foreach (var band in bands)
        {
            CheckCanChange(band, function, quantity);
        }

        CheckTogether(fields, bands);
        if (errors.Count == before && deadband > 0)
        {
            CheckCanClear(deadbandFields!.Optional("deadband")!, bands, function, quantity, deadband);
        }
    }

    /// <summary>The values a window function can take over values the quantity can take.</summary>
    internal static (double Minimum, double Maximum) Domain(WindowFunction function, Quantity quantity)
    {
        var span = quantity.Maximum - quantity.Minimum;
        return function switch
        {
            WindowFunction.Count => (1, double.PositiveInfinity),
            WindowFunction.Range => (0, span),
            WindowFunction.Delta => (-span, span),

            // Most with two readings, one at each end.
            WindowFunction.StdDev => (0, span / Math.Sqrt(2)),
            WindowFunction.Rate => (double.NegativeInfinity, double.PositiveInfinity),
            WindowFunction.Sum => (quantity.Minimum < 0 ? double.NegativeInfinity : quantity.Minimum, double.PositiveInfinity),
            _ => (quantity.Minimum, quantity.Maximum),
        };
    }

    /// <summary>A comparison that no value, or every value, meets is a slip of the pen: a wrong unit, or the wrong sign.</summary>
    private void CheckCanChange(PlacedBand band, WindowFunction function, Quantity quantity)
    {
        var (minimum, maximum) = Domain(function, quantity);
        var t = band.Band.Threshold;
        var isTruth = quantity.IsBoolean && function is WindowFunction.Last or WindowFunction.Min or WindowFunction.Max or WindowFunction.Times or WindowFunction.Votes;
        var (never, always) = band.Band.Comparison switch
        {
            Comparison.Above => (t >= maximum, t < minimum),
            Comparison.AtOrAbove => (t > maximum, t <= minimum),
            Comparison.Below => (t <= minimum, t > maximum),
            Comparison.AtOrBelow => (t < minimum, t >= maximum),
            _ => (t < minimum || t > maximum || (isTruth && t is not (0 or 1)), minimum >= maximum),
        };
        if (never || always)
        {
            errors.Add(
                band.Text,
                $"'{band.Key}' is {band.Text.Describe()}, which is {(never ? "never" : "always")} so; "
                + $"expected a threshold inside {Range(minimum, maximum)}{UnitOf(function, quantity)}, "
                + $"the values of {WindowText.NameOf(function)} of {quantity.Name}");
        }
    }

    private static string UnitOf(WindowFunction function, Quantity quantity) => function switch
    {
        WindowFunction.Count => " readings",
        _ => quantity.Unit.Length > 0 ? " " + quantity.Unit : "",
    };

    private static string Range(double minimum, double maximum) =>
        double.IsInfinity(maximum) ? $"{ErrorText.Number(minimum)} and up" : $"{ErrorText.Number(minimum)} to {ErrorText.Number(maximum)}";

    private void CheckTogether(RuleFields fields, IReadOnlyList<PlacedBand> bands)
    {
        if (bands.Count > 1 && bands.Any(b => b.Band.Severity == Severity.Fault))
        {
            errors.Add(fields.Key("fault")!, $"'fault' beside '{bands[0].Key}'; expected a rule of its own: a fault is not a colour");
            return;
        }

        for (var i = 1; i < bands.Count; i++)
        {
            var (worse, lesser) = (bands[i - 1], bands[i]);
            if (Direction(worse.Band.Comparison) != Direction(lesser.Band.Comparison))
            {
                errors.Add(lesser.Text, $"'{lesser.Key}' is {lesser.Text.Describe()} but '{worse.Key}' is {worse.Text.Describe()}; expected bands that look the same way, or two rules");
            }
            else if (!IsLesser(worse.Band, lesser.Band))
            {
                var side = Direction(worse.Band.Comparison) switch { > 0 => "below", < 0 => "above", _ => "unlike" };
                errors.Add(lesser.Text, $"'{lesser.Key}' is {lesser.Text.Describe()} but '{worse.Key}' is {worse.Text.Describe()}; expected '{lesser.Key}' {side} '{worse.Key}'");
            }
        }
    }

    private static int Direction(Comparison comparison) => comparison switch
    {
        Comparison.Above or Comparison.AtOrAbove => 1,
        Comparison.Below or Comparison.AtOrBelow => -1,
        _ => 0,
    };

    private static bool IsLesser(Band worse, Band lesser) => Direction(worse.Comparison) switch
    {
        > 0 => lesser.Threshold < worse.Threshold,
        < 0 => lesser.Threshold > worse.Threshold,
        _ => lesser.Threshold != worse.Threshold,
    };

    /// <summary>A deadband wider than what is left of the range latches the alert for ever, silently.</summary>
    private void CheckCanClear(YamlNode at, IReadOnlyList<PlacedBand> bands, WindowFunction function, Quantity quantity, double deadband)
    {
        var least = bands[^1];
        var direction = Direction(least.Band.Comparison);
        if (direction == 0)
        {
            errors.Add(at, $"'deadband' is {at.Describe()} with '=='; expected none: equal has no inside");
            return;
        }

        var (minimum, maximum) = Domain(function, quantity);
        var inside = least.Band.Threshold - (direction * deadband);
        if (inside < minimum || inside > maximum)
        {
            errors.Add(
                at,
                $"'deadband' is {at.Describe()}, so '{least.Key}: {least.Text.Text}' would never clear: it needs {ErrorText.Number(inside)}; "
                + $"expected a way back inside {Range(minimum, maximum)}, the values of {WindowText.NameOf(function)} of {quantity.Name}");
        }
    }
}
