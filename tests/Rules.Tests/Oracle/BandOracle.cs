using System.Collections.Immutable;

namespace PingAnIoT.Rules.Tests;

/// <summary>A counted reading and the server time at which it came.</summary>
internal sealed record Counted(long Event, double Value, long Receive, long ServerTime);

/// <summary>One band's latch: on or off, and since when it has been about to change.</summary>
internal sealed record BandLatch(bool IsOn, long? Since);

/// <summary>
/// One rule with bands over one series, in the plainest code there is: the whole history is kept and everything is worked out anew from it.
/// What it says is the specification of the engine.
/// </summary>
internal sealed record BandOracle(Rule Rule, DeviceRecord Device, string Series, EngineOptions Options)
{
    public ImmutableList<long> Ticks { get; init; } = [];

    /// <summary>By event time.</summary>
    public ImmutableList<Counted> History { get; init; } = [];

    public ImmutableList<BandLatch> Bands { get; init; } = [.. Rule.Bands.Select(_ => new BandLatch(false, null))];

    public double Value { get; init; }

    public OracleEpisode Episode { get; init; } = new();

    /// <summary>What the last step brought about.</summary>
    public ImmutableList<Transition> Fired { get; init; } = [];

    public BandOracle Step(Reading reading)
    {
        var next = this with { Fired = [] };
        return reading.IsTick ? next.Tick(reading.ReceiveTimeMicros) : reading.IsReset ? next.Reset(reading) : next.Take(reading);
    }

    private BandOracle Reset(Reading reading) => !Rule.IsLatched || reading.Quantity != Rule.Quantity || Worst() == Bands.Count
        ? this
        : (this with { Bands = [.. Bands.Select(_ => new BandLatch(false, null))] }).Fire(Worst(), Bands.Count, reading.ReceiveTimeMicros, reading.ReceiveTimeMicros);

    private BandOracle Tick(long receive)
    {
        var next = this with { Ticks = Ticks.Add(receive) };
        if (History.Count == 0 || History[^1].Receive - History[^1].Event > Options.CarryMicros)
        {
            return next;
        }

        var last = History[^1];
        var elapsed = ServerTime.Now(next.Ticks, Options) - last.ServerTime - Options.AllowedLatenessMicros;
        return next.Advance(last.Event + Math.Min(elapsed, Options.CarryMicros), receive);
    }

    private BandOracle Take(Reading reading)
    {
        if (!CountedReadings.Counts(History, reading, Options))
        {
            return this;
        }

        var next = this;
        if (History.Count > 0 && reading.EventTimeMicros > History[^1].Event)
        {
            next = reading.EventTimeMicros - History[^1].Event <= Options.CarryMicros
                ? Advance(reading.EventTimeMicros, reading.ReceiveTimeMicros)
                : this with { Bands = [.. Bands.Select(b => b with { Since = null })] };
        }

        next = next with { History = CountedReadings.Add(History, reading, Ticks, Options) };
        var asOf = next.History[^1].Event;
        return next.Observe(asOf).Advance(asOf, reading.ReceiveTimeMicros);
    }

    private BandOracle Observe(long asOf)
    {
        var value = WindowValue();
        var isOpen = Rule.During is not { } schedule || IsOpen(schedule, asOf);
        if (isOpen && !double.IsFinite(value))
        {
            return this;
        }

        return this with
        {
            Value = double.IsFinite(value) ? value : Value,
            Bands = [.. Bands.Select((latch, b) => latch with
            {
                Since = (latch.IsOn ? !Rule.IsLatched && !(isOpen && Violates(b)) : isOpen && Crosses(b)) ? latch.Since ?? asOf : null,
            })],
        };
    }

    /// <summary>Is a band or a worse one crossed, by the readings in the window?</summary>
    public bool Crosses(int band) => Enumerable.Range(0, band + 1).Any(b => Rule.Function switch
    {
        WindowFunction.Code => Rule.Codes.Any(range => WindowValue() % 1 == 0 && range.From <= WindowValue() && WindowValue() <= range.To),
        WindowFunction.Stuck => Window()[0].Value == Window()[1].Value,
        WindowFunction.Times => Window().Count(c => IsBeyond(b, Threshold(b), c.Value)) >= Rule.Times,
        _ => IsBeyond(b, Threshold(b), WindowValue()),
    });

    /// <summary>Is a band or a worse one violated?</summary>
    public bool Violates(int band) => Rule.Function is WindowFunction.Code or WindowFunction.Stuck
        ? Crosses(band)
        : Enumerable.Range(0, band + 1).Any(b => Rule.Function == WindowFunction.Times
            ? Window().Count(c => IsViolated(b, c.Value)) >= Rule.Times
            : IsViolated(b, WindowValue()));

    private bool IsViolated(int b, double value) => Rule.Bands[b].Comparison == Comparison.Equal
        ? Math.Abs(value - Threshold(b)) <= Rule.Deadband
        : IsBeyond(b, Left(b), value);

    private bool IsBeyond(int b, double threshold, double value) => Rule.Bands[b].Comparison switch
    {
        Comparison.Above => value > threshold,
        Comparison.AtOrAbove => value >= threshold,
        Comparison.Below => value < threshold,
        Comparison.AtOrBelow => value <= threshold,
        _ => value == threshold,
    };

    private BandOracle Advance(long to, long receive)
    {
        var next = this;
        while (next.Bands.Where(b => b.Since is not null).Select(next.Due).Where(due => due <= to).DefaultIfEmpty(long.MaxValue).Min() is var due
            && due < long.MaxValue)
        {
            int from = next.Worst();
            next = next with
            {
                Bands = [.. next.Bands.Select(b => b.Since is not null && next.Due(b) == due ? new BandLatch(!b.IsOn, null) : b)],
            };
            next = next.Worst() == from ? next : next.Fire(from, next.Worst(), due, receive);
        }

        return next;
    }

    private long Due(BandLatch latch) => latch.Since!.Value + (latch.IsOn ? Rule.ClearHoldMicros : Rule.HoldMicros);

    private int Worst() => Bands.FindIndex(b => b.IsOn) is var worst and >= 0 ? worst : Bands.Count;

    public BandOracle Fire(int from, int to, long due, long receive)
    {
        var episode = Episode.Next(due, isRaise: from == Bands.Count);
        return this with
        {
            Episode = episode,
            Fired = Fired.Add(new Transition
            {
                Rule = Rule, Series = Series, Device = Device, EpisodeMicros = episode.Name, Ordinal = episode.Ordinal,
                Change = from == Bands.Count ? TransitionChange.Raised : to == Bands.Count ? TransitionChange.Normal : TransitionChange.ColourChanged,
                From = from == Bands.Count ? Severity.Normal : Rule.Bands[from].Severity,
                To = to == Bands.Count ? Severity.Normal : Rule.Bands[to].Severity,
                EventTimeMicros = episode.LastChange!.Value, ReceiveTimeMicros = receive, WindowValue = Value,
                Threshold = Rule.Function is WindowFunction.Code or WindowFunction.Stuck ? Value
                    : to < from ? Threshold(to) : Left(from),
                Evidence = [.. Window().TakeLast(8).Select(c => new Evidence(c.Event, c.Value))],
            }),
        };
    }

    /// <summary>What must be passed on the way back from a band.</summary>
    public double Left(int b) => Rule.Bands[b].Comparison switch
    {
        Comparison.Above or Comparison.AtOrAbove => Threshold(b) - Rule.Deadband,
        Comparison.Below or Comparison.AtOrBelow => Threshold(b) + Rule.Deadband,
        _ => Threshold(b),
    };

    public double Threshold(int b) => Rule.Bands[b].SetPoint is { } name && Device.SetPoints.TryGetValue(name, out var own) ? own : Rule.Bands[b].Threshold;

    public List<Counted> Window() => Rule.Function == WindowFunction.Stuck ? [.. History.TakeLast(2)]
        : Rule.WindowMicros == 0
        ? [History[^1]]
        : [.. History.Where(c => c.Event > History[^1].Event - Rule.WindowMicros)];

    public double WindowValue()
    {
        var window = Window();
        var values = window.Select(c => c.Value).ToList();
        return Rule.Function switch
        {
            WindowFunction.Last => values[^1],
            WindowFunction.Mean => values.Sum() / values.Count,
            WindowFunction.Sum => values.Sum(),
            WindowFunction.Min => values.Min(),
            WindowFunction.Max => values.Max(),
            WindowFunction.Range => values.Max() - values.Min(),
            WindowFunction.Count => values.Count,
            WindowFunction.Delta => values.Count < 2 ? double.NaN : values[^1] - values[0],
            WindowFunction.StdDev => values.Count < 2 ? double.NaN : Deviation(values),
            WindowFunction.Ewma => Faded(window),
            WindowFunction.Quantile => Between([.. values.Order()], Rule.Share),
            WindowFunction.Code or WindowFunction.Times => values[^1],
            WindowFunction.Stuck => values.Count < 2 ? double.NaN : values[^1],
            _ => values.Count < 2 ? double.NaN : Slope(window),
        };
    }

    private static double Deviation(List<double> values)
    {
        var mean = values.Sum() / values.Count;
        return Math.Sqrt(values.Select(v => (v - mean) * (v - mean)).Sum() / (values.Count - 1));
    }

    private double Faded(List<Counted> window)
    {
        var weights = window.Select(c => Math.Exp(-3.0 * (window[^1].Event - c.Event) / Rule.WindowMicros)).ToList();
        return weights.Zip(window).Select(p => p.First * p.Second.Value).Sum() / weights.Sum();
    }

    /// <summary>A value at rank p(n - 1) counted from 0, straight between its neighbours.</summary>
    private static double Between(List<double> sorted, double p)
    {
        var place = p * (sorted.Count - 1);
        int below = (int)Math.Floor(place), above = (int)Math.Ceiling(place);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    public static bool IsOpen(Schedule schedule, long asOf)
    {
        var zone = schedule.Zone == "UTC+8" ? TimeZoneInfo.CreateCustomTimeZone("z", TimeSpan.FromHours(8), "", "") : TimeZoneInfo.FindSystemTimeZoneById(schedule.Zone);
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddMicroseconds(asOf), zone);
        var minute = ((((int)local.DayOfWeek + 6) % 7) * 24 * 60) + (int)local.TimeOfDay.TotalMinutes;
        return schedule.Ranges.Any(r => r.From <= minute && minute < r.To);
    }

    /// <summary>Least squares: the sum of (t - mean t)(v - mean v) over the sum of (t - mean t)², with t in seconds from the oldest.</summary>
    private static double Slope(List<Counted> window)
    {
        var times = window.Select(c => (c.Event - window[0].Event) / 1e6).ToList();
        var values = window.Select(c => c.Value).ToList();
        double meanTime = times.Sum() / times.Count, meanValue = values.Sum() / values.Count;
        return times.Zip(values).Select(p => (p.First - meanTime) * (p.Second - meanValue)).Sum()
            / times.Select(t => (t - meanTime) * (t - meanTime)).Sum();
    }
}

/// <summary>Names and dates of episodes: never back in time, and no two of one name.</summary>
internal sealed record OracleEpisode(long Name = 0, int Ordinal = 0, long? LastChange = null)
{
    public OracleEpisode Next(long due, bool isRaise)
    {
        var when = Math.Max(due, LastChange is null ? long.MinValue : LastChange.Value + (isRaise ? 1 : 0));
        return isRaise ? new OracleEpisode(when, 1, when) : this with { Ordinal = Ordinal + 1, LastChange = when };
    }
}

/// <summary>Server time: the gaps between ticks, none counting for more than the cap.</summary>
internal static class ServerTime
{
    public static long Now(ImmutableList<long> ticks, EngineOptions options) => Enumerable.Range(1, Math.Max(0, ticks.Count - 1))
        .Select(i => Math.Clamp(ticks[i] - ticks.Take(i).Max(), 0, options.SilenceGapCapMicros)).Sum();

    public static long At(ImmutableList<long> ticks, long receive, EngineOptions options) => ticks.Count == 0
        ? 0
        : Now(ticks, options) + Math.Clamp(receive - ticks.Max(), -options.SilenceGapCapMicros, options.SilenceGapCapMicros);
}

/// <summary>Which readings count.</summary>
internal static class CountedReadings
{
    public static bool Counts(ImmutableList<Counted> history, Reading reading, EngineOptions options) => history.Count == 0
        || (reading.EventTimeMicros >= history[^1].Event - options.AllowedLatenessMicros && history.All(c => c.Event != reading.EventTimeMicros));

    public static ImmutableList<Counted> Add(ImmutableList<Counted> history, Reading reading, ImmutableList<long> ticks, EngineOptions options)
    {
        var counted = new Counted(
            reading.EventTimeMicros, reading.Value, reading.ReceiveTimeMicros, ServerTime.At(ticks, reading.ReceiveTimeMicros, options));
        return [.. history.Add(counted).OrderBy(c => c.Event).TakeLast(options.SeriesReadingsMax)];
    }
}
