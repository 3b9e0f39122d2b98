namespace PingAnIoT.Simulators;

/// <summary>Whether the truth is dangerous.</summary>
/// <param name="seed">The device's.</param>
/// <param name="values">The truth, in the order of the model's quantities.</param>
/// <param name="healthy">What it would be at the same moment without the ailment.</param>
public delegate bool DangerTest(ulong seed, ReadOnlySpan<double> values, ReadOnlySpan<double> healthy);

/// <summary>What makes a sort dangerous: the limit from which on it must be found.</summary>
/// <param name="Sort">Of what.</param>
/// <param name="Limit">The limit in words, with its source.</param>
/// <param name="Quantities">How many quantities, from the first, a device must report so that it can be found.</param>
/// <param name="IsPassed">The limit itself; null for what never is a danger.</param>
public sealed record Danger(Sort Sort, string Limit, int Quantities, DangerTest? IsPassed)
{
    /// <summary>How long the limit must be passed without a break before it counts.</summary>
    public double HoldSeconds { get; init; }

    /// <summary>How often it must be passed anew within <see cref="WithinSeconds"/> before it counts; at most <see cref="DangerSearch.MostTimes"/>.</summary>
    public int Times { get; init; } = 1;

    public double WithinSeconds { get; init; } = double.PositiveInfinity;

    /// <summary>How finely the truth is searched; shorter than the shortest time for which it is passed.</summary>
    public double StepSeconds { get; init; } = 1;

    /// <summary>It changes ever more slowly, so the steps may grow with its age.</summary>
    public bool IsSmooth { get; init; }
}

/// <summary>Finds the first dangerous moment by looking: steps, then halving. The truth is a pure function, so this is exact to the hundredth of a second.</summary>
public static class DangerSearch
{
    /// <summary>Room for the last passings of one search.</summary>
    public const int MostTimes = 8;

    /// <summary>A smooth course is looked at this many times per e-fold of its age.</summary>
    private const double LooksPerFold = 500;

    private const double ExactSeconds = 0.01;

    /// <returns>Unix seconds; NaN when it is never dangerous before its end.</returns>
    public static double First(DeviceModel model, Danger danger, ulong seed, Ailment ailment)
    {
        if (danger.IsPassed is null)
        {
            return double.NaN;
        }

        Span<double> passings = stackalloc double[MostTimes];
        passings.Fill(double.NegativeInfinity);
        var (count, wasPassed, since) = (0, false, double.NaN);
        var before = ailment.Onset;
        for (var time = ailment.Onset; time < ailment.End; time += Step(danger, time - ailment.Onset))
        {
            var isPassed = IsPassed(model, danger, seed, ailment, time);
            if (isPassed && !wasPassed)
            {
                since = Begin(model, danger, seed, ailment, before, time);
                passings[count++ % MostTimes] = since;
            }

            if (isPassed && time >= since + danger.HoldSeconds && count >= danger.Times
                && since - passings[(count - danger.Times) % MostTimes] <= danger.WithinSeconds)
            {
                return since + danger.HoldSeconds;
            }

            (before, wasPassed) = (time, isPassed);
        }

        return double.NaN;
    }

    private static double Step(Danger danger, double age) =>
        danger.IsSmooth ? Math.Max(danger.StepSeconds, age / LooksPerFold) : danger.StepSeconds;

    private static bool IsPassed(DeviceModel model, Danger danger, ulong seed, Ailment ailment, double time)
    {
        Span<double> values = stackalloc double[model.Quantities.Count];
        Span<double> healthy = stackalloc double[model.Quantities.Count];
        model.Sample(seed, time, [ailment], values);
        model.Sample(seed, time, [], healthy);
        return danger.IsPassed!(seed, values, healthy);
    }

    /// <summary>Between a moment before it and one after it, the moment itself.</summary>
    private static double Begin(DeviceModel model, Danger danger, ulong seed, Ailment ailment, double before, double after)
    {
        while (after - before > ExactSeconds)
        {
            var middle = (before + after) / 2;
            (before, after) = IsPassed(model, danger, seed, ailment, middle) ? (before, middle) : (middle, after);
        }

        return after;
    }
}
