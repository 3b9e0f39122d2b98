namespace PingAnIoT.Rules;

/// <summary>
/// One window of a quantity and the rules on it, which lie side by side. Values within <see cref="Bottom"/> and <see cref="Top"/> cross no
/// band of any of them: nearly all values do, and two comparisons are all they cost.
/// </summary>
internal readonly struct WindowPlan
{
    public readonly WindowFunction Function;
    public readonly int First;
    public readonly int End;
    public readonly double Share;

    /// <summary>Stuck has no window: it looks at the newest two of what is kept.</summary>
    public readonly long Micros;

    /// <summary>Where every rule on the window keeps hours: outside all of them it need not be looked at. Else null.</summary>
    public readonly CompiledSchedule[]? Hours;

    public readonly double Bottom;
    public readonly double Top;

    private WindowPlan(in WindowPlan a, in WindowPlan b)
    {
        this = a;
        Hours = a.Hours is null || b.Hours is null ? null : [.. a.Hours, .. b.Hours];
        Bottom = Math.Max(a.Bottom, b.Bottom);
        Top = Math.Min(a.Top, b.Top);
    }

    public WindowPlan(CompiledRule[] rules, int first, int end)
    {
        var own = rules[first..end];
        (First, End) = (first, end);
        Function = own[0].Function;
        Share = own[0].Rule.Share;
        Micros = Function == WindowFunction.Stuck ? long.MaxValue / 4 : own[0].Rule.WindowMicros;
        Hours = own.All(r => r.During is not null) ? [.. own.Select(r => r.During!)] : null;
        Bottom = own.Max(r => r.QuietBottom);
        Top = own.Min(r => r.QuietTop);
    }

    /// <summary>A window with no rule on it.</summary>
    public WindowPlan(in Window window)
    {
        (Function, Micros, Share) = (window.Function, window.Micros, window.Share);
        (Bottom, Top) = (double.NegativeInfinity, double.PositiveInfinity);
    }

    /// <summary>The same window for the rules of both.</summary>
    public WindowPlan And(in WindowPlan other) => new(this, other);

    /// <summary>Whether its value lies between the least and the greatest reading it covers, or is told by one of them.</summary>
    public bool IsWithinReadings => IsAddedUp
        || Function is WindowFunction.Last or WindowFunction.Min or WindowFunction.Max or WindowFunction.Times or WindowFunction.Code;

    /// <summary>The same but for what is lost in adding up.</summary>
    public bool IsAddedUp => Function is WindowFunction.Mean or WindowFunction.Ewma or WindowFunction.Quantile;
}
