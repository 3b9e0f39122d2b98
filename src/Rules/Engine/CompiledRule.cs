namespace PingAnIoT.Rules;

/// <summary>A rule in the shape the hot loop reads. Immutable.</summary>
internal sealed class CompiledRule
{
    /// <summary>One band per severity, and there are four besides normal.</summary>
    public const int BandsMax = 4;

    public CompiledRule(Rule rule)
    {
        Rule = rule;
        Bands = [.. rule.Bands];
        HasSetPoints = Bands.Any(b => b.SetPoint is not null);
        Codes = [.. rule.Codes];
        During = rule.During is null ? null : new CompiledSchedule(rule.During);
    }

    public Rule Rule { get; }

    public Band[] Bands { get; }

    public bool HasSetPoints { get; }

    public CodeRange[] Codes { get; }

    /// <summary>When it judges; null for always.</summary>
    public CompiledSchedule? During { get; }

    public WindowFunction Function => Rule.Function;

    /// <summary>A window value that crosses a band is above this or below <see cref="QuietBottom"/> (device set-points apart).</summary>
    public double QuietTop => Function switch
    {
        WindowFunction.Stuck => 0,
        WindowFunction.Code => Codes[0].From > 0 ? Math.BitDecrement(Codes[0].From) : double.PositiveInfinity,
        _ => TopWithin(0),
    };

    /// <inheritdoc cref="QuietTop"/>
    public double QuietBottom => Function switch
    {
        WindowFunction.Stuck => double.NegativeInfinity,
        WindowFunction.Code => Codes[0].From > 0 ? double.NegativeInfinity : Math.BitIncrement(Codes[^1].To),
        _ => BottomWithin(0),
    };

    /// <summary>A value that violates a band, with so much of a deadband, is above this or below <see cref="BottomWithin"/> (device set-points apart).</summary>
    public double TopWithin(double deadband) => Bands.Min(b => b.Comparison switch
    {
        Comparison.Above => Latch.Left(b.Comparison, b.Threshold, deadband),
        Comparison.AtOrAbove => Math.BitDecrement(Latch.Left(b.Comparison, b.Threshold, deadband)),

        // Near a number from both sides: no interval is worth keeping.
        Comparison.Equal when deadband > 0 => double.NegativeInfinity,

        // The side on which zero lies: what is counted or switched is mostly zero.
        Comparison.Equal when b.Threshold != 0 => Math.BitDecrement(b.Threshold),
        _ => double.PositiveInfinity,
    });

    /// <inheritdoc cref="TopWithin"/>
    public double BottomWithin(double deadband) => Bands.Max(b => b.Comparison switch
    {
        Comparison.Below => Latch.Left(b.Comparison, b.Threshold, deadband),
        Comparison.AtOrBelow => Math.BitIncrement(Latch.Left(b.Comparison, b.Threshold, deadband)),
        Comparison.Equal when b.Threshold == 0 => double.Epsilon,
        _ => double.NegativeInfinity,
    });

    public Severity SeverityOf(int band) => band >= Bands.Length ? Severity.Normal : Bands[band].Severity;

    /// <summary>
    /// How long a device is quiet before <see cref="WindowFunction.Absent"/> says so: its own set-point, in seconds, else the rule's length. A set-point that
    /// is no such length (not above 0 s, or longer than a rule may say) counts for nothing: nobody would hear of it, or everybody all the time.
    /// </summary>
    public long SilenceMicros(DeviceRegister register, int device)
    {
        const double Longest = (double)DurationText.LimitMicros / DurationText.MicrosPerSecond;
        return HasSetPoints && register.HasSetPoints(device) && register[device].SetPoints.TryGetValue(Bands[0].SetPoint!, out var seconds) && seconds is >= 1e-6 and <= Longest
            ? (long)Math.Round(seconds * DurationText.MicrosPerSecond) : Rule.WindowMicros;
    }

    /// <summary>The band's number for one device.</summary>
    public double ThresholdOf(int band, DeviceRecord device)
    {
        var b = Bands[band];
        return b.SetPoint is not null && device.SetPoints.TryGetValue(b.SetPoint, out var own) ? own : b.Threshold;
    }
}
