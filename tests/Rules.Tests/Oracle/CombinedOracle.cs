using System.Collections.Immutable;

namespace PingAnIoT.Rules.Tests;

/// <summary>
/// One rule over several quantities of a device, in the plainest code there is. Each part is a <see cref="BandOracle"/> of which only the
/// history and what it makes of it are used; the latch is the rule's own.
/// </summary>
internal sealed record CombinedOracle(Rule Rule, DeviceRecord Device, ImmutableList<BandOracle> Parts, EngineOptions Options)
{
    public ImmutableList<long> Ticks { get; init; } = [];

    public LatchOracle Latch { get; init; } = new(Rule);

    public OracleEpisode Episode { get; init; } = new();

    public ImmutableList<Transition> Fired { get; init; } = [];

    /// <summary>The newest reading of all parts; of several the first in the order of the parts.</summary>
    private Counted? Newest => Parts.Where(p => p.History.Count > 0).Select(p => p.History[^1]).MaxBy(c => c.Event);

    public static CombinedOracle Over(Rule rule, int device, DeviceRegister register, EngineOptions options) => new(
        rule, register[device],
        [.. rule.Parts.Select(p => new BandOracle(p, register[device], register.SeriesName(device, p.Quantity), options))], options);

    public CombinedOracle Step(Reading reading)
    {
        var next = this with { Fired = [] };
        return reading.IsTick ? next.Tick(reading.ReceiveTimeMicros) : reading.IsReset ? next.Reset(reading) : next.Take(reading);
    }

    private CombinedOracle Reset(Reading reading) => !Rule.IsLatched || reading.Quantity != Rule.Quantity || Latch.Worst() == Rule.Bands.Count
        ? this
        : (this with { Latch = new LatchOracle(Rule) }).Fire(Latch.Worst(), Rule.Bands.Count, reading.ReceiveTimeMicros, reading.ReceiveTimeMicros);

    private CombinedOracle Tick(long receive)
    {
        var next = this with { Ticks = Ticks.Add(receive) };
        if (Newest is not { } newest || newest.Receive - newest.Event > Options.CarryMicros)
        {
            return next;
        }

        var elapsed = ServerTime.Now(next.Ticks, Options) - newest.ServerTime - Options.AllowedLatenessMicros;
        return next.Advance(newest.Event + Math.Min(elapsed, Options.CarryMicros), receive);
    }

    private CombinedOracle Take(Reading reading)
    {
        if (!CountedReadings.Counts(Parts.First(p => p.Rule.Quantity == reading.Quantity).History, reading, Options))
        {
            return this;
        }

        var next = this;
        if (Newest is { } before && reading.EventTimeMicros > before.Event)
        {
            next = reading.EventTimeMicros - before.Event <= Options.CarryMicros
                ? Advance(reading.EventTimeMicros, reading.ReceiveTimeMicros)
                : this with { Latch = Latch.Drop() };
        }

        next = next with
        {
            Parts = [.. next.Parts.Select(p => p.Rule.Quantity == reading.Quantity
                ? p with { History = CountedReadings.Add(p.History, reading, Ticks, Options) } : p)],
        };
        var asOf = next.Newest!.Event;
        next = next with { Latch = next.Latch.Observe(asOf, b => next.Together(p => next.Crosses(p, b)), b => next.Together(p => next.Violates(p, b))) };
        return next.Advance(asOf, reading.ReceiveTimeMicros);
    }

    /// <summary>Three-valued and, or: what decides decides, else what is not known leaves it open.</summary>
    private bool? Together(Func<BandOracle, bool?> says)
    {
        var decides = Rule.Combination == Combination.Any;
        var all = Parts.Select(says).ToList();
        return all.Contains(decides) ? decides : all.Contains(null) ? null : !decides;
    }

    private bool? Crosses(BandOracle part, int band) => Known(part) ? part.Crosses(band) : null;

    private bool? Violates(BandOracle part, int band) => Known(part) ? part.Violates(band) : null;

    /// <summary>Has a part a value as of its own newest reading, and does that still speak as of the newest of all?</summary>
    private bool Known(BandOracle part) => Value(part) is not null && Newest!.Event - part.History[^1].Event <= Options.CarryMicros;

    private static double? Value(BandOracle part) =>
        part.History.Count > 0 && part.WindowValue() is var value && double.IsFinite(value) ? value : null;

    private CombinedOracle Advance(long to, long receive)
    {
        var next = this;
        foreach (var (after, from, worst, due) in Latch.Advance(to))
        {
            next = next with { Latch = after };
            next = from == worst ? next : next.Fire(from, worst, due, receive);
        }

        return next;
    }

    private CombinedOracle Fire(int from, int to, long due, long receive)
    {
        var episode = Episode.Next(due, isRaise: from == Rule.Bands.Count);
        var telling = Parts.FirstOrDefault(p => to < from ? Crosses(p, to) == true : Violates(p, from) == false)
            ?? Parts.FirstOrDefault(p => Value(p) is not null) ?? Parts[0];
        var witnesses = Parts.GroupBy(p => p.Rule.Quantity).Select(g => g.MaxBy(p => p.Rule.WindowMicros)!).Where(p => p.History.Count > 0);
        return this with
        {
            Episode = episode,
            Fired = Fired.Add(new Transition
            {
                Rule = Rule, Series = Parts[0].Series, Device = Device, EpisodeMicros = episode.Name, Ordinal = episode.Ordinal,
                Change = from == Rule.Bands.Count ? TransitionChange.Raised : to == Rule.Bands.Count ? TransitionChange.Normal : TransitionChange.ColourChanged,
                From = from == Rule.Bands.Count ? Severity.Normal : Rule.Bands[from].Severity,
                To = to == Rule.Bands.Count ? Severity.Normal : Rule.Bands[to].Severity,
                ToldBy = telling.Rule, EventTimeMicros = episode.LastChange!.Value, ReceiveTimeMicros = receive, WindowValue = Value(telling) ?? double.NaN,
                Threshold = telling.Rule.Function == WindowFunction.Code ? Value(telling) ?? double.NaN : to < from ? telling.Threshold(to) : telling.Left(from),
                Evidence = [.. witnesses.SelectMany(p => p.Window().Select(c => new Evidence(c.Event, c.Value, p.Series)))
                    .OrderBy(e => e.EventTimeMicros).TakeLast(8)],
            }),
        };
    }
}
