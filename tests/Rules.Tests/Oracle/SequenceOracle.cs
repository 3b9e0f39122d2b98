using System.Collections.Immutable;

namespace PingAnIoT.Rules.Tests;

/// <summary>
/// One sequence over one device, in the plainest code there is. Of its parts, each a <see cref="BandOracle"/>, only the history and what it makes
/// of it are used.
/// </summary>
internal sealed record SequenceOracle(Rule Rule, DeviceRecord Device, BandOracle First, BandOracle Second, EngineOptions Options)
{
    public ImmutableList<long> Ticks { get; init; } = [];

    /// <summary>Was the first true when it was last known? Null while it never was known.</summary>
    public bool? FirstWas { get; init; }

    /// <summary>When the first became true, while "then" waits for its second.</summary>
    public long? Since { get; init; }

    /// <summary>The reading with which it became true.</summary>
    public Counted? Began { get; init; }

    public LatchOracle Latch { get; init; } = new(Rule);

    public OracleEpisode Episode { get; init; } = new();

    public ImmutableList<Transition> Fired { get; init; } = [];

    private bool IsRaised => Latch.Bands[0].IsOn;

    /// <summary>"Then not" while nothing is raised: it waits, whether anything comes or not.</summary>
    private bool WaitsInSilence => Rule.Combination == Combination.ThenNot && !IsRaised;

    private Counted? Newest => new[] { First, Second }.Where(p => p.History.Count > 0).Select(p => p.History[^1]).MaxBy(c => c.Event);

    public static SequenceOracle Over(Rule rule, int device, DeviceRegister register, EngineOptions options) =>
        new(rule, register[device], Part(rule.Parts[0], device, register, options), Part(rule.Parts[1], device, register, options), options);

    private static BandOracle Part(Rule part, int device, DeviceRegister register, EngineOptions options) =>
        new(part, register[device], register.SeriesName(device, part.Quantity), options);

    public SequenceOracle Step(Reading reading)
    {
        var next = this with { Fired = [] };
        return reading.IsTick ? next.Tick(reading.ReceiveTimeMicros) : reading.IsReset ? next.Reset(reading) : next.Take(reading);
    }

    private SequenceOracle Reset(Reading reading) => !Rule.IsLatched || reading.Quantity != Rule.Quantity || !IsRaised
        ? this
        : (this with { Latch = new LatchOracle(Rule) }).Fire(isRaise: false, reading.ReceiveTimeMicros, reading.ReceiveTimeMicros);

    private SequenceOracle Tick(long receive)
    {
        var next = this with { Ticks = Ticks.Add(receive) };
        if (Newest is not { } newest || newest.Receive - newest.Event > Options.CarryMicros)
        {
            return next;
        }

        var elapsed = ServerTime.Now(next.Ticks, Options) - newest.ServerTime - Options.AllowedLatenessMicros;
        return next.Advance(newest.Event + (WaitsInSilence ? elapsed : Math.Min(elapsed, Options.CarryMicros)), receive);
    }

    private SequenceOracle Take(Reading reading)
    {
        bool isOfFirst = reading.Quantity == First.Rule.Quantity, isOfSecond = reading.Quantity == Second.Rule.Quantity;
        if (!CountedReadings.Counts((isOfFirst ? First : Second).History, reading, Options))
        {
            return this;
        }

        var next = this;
        if (Newest is { } before && reading.EventTimeMicros > before.Event)
        {
            next = WaitsInSilence || reading.EventTimeMicros - before.Event <= Options.CarryMicros
                ? Advance(reading.EventTimeMicros, reading.ReceiveTimeMicros)
                : this with { Latch = Latch.Drop() };
        }

        next = next with
        {
            First = isOfFirst ? First with { History = CountedReadings.Add(First.History, reading, Ticks, Options) } : First,
            Second = isOfSecond ? Second with { History = CountedReadings.Add(Second.History, reading, Ticks, Options) } : Second,
        };
        var asOf = next.Newest!.Event;
        return next.Judge(asOf, isOfFirst).Advance(asOf, reading.ReceiveTimeMicros);
    }

    private SequenceOracle Judge(long asOf, bool isOfFirst)
    {
        var firstIs = !isOfFirst ? FirstWas : (FirstWas == true ? Violates(First) : Crosses(First)) ?? FirstWas;
        var hasBecome = FirstWas == false && firstIs == true;
        var next = this with { FirstWas = firstIs };
        if (Rule.During is { } schedule && !BandOracle.IsOpen(schedule, asOf))
        {
            return next with { Since = null, Latch = Latch.Observe(asOf, _ => false, _ => false) };
        }

        return Rule.Combination == Combination.Then ? next.JudgeThen(asOf, hasBecome) : next.JudgeThenNot(asOf, hasBecome);
    }

    private SequenceOracle JudgeThen(long asOf, bool hasBecome)
    {
        var next = hasBecome && !IsRaised ? this with { Since = asOf, Began = First.History[^1] }
            : asOf - Since >= Rule.WithinMicros ? this with { Since = null }
            : this;
        var isAsked = next.Since is not null || Latch.HasPending || IsRaised;
        return next with { Latch = Latch.Observe(asOf, _ => isAsked ? Crosses(Second) : false, _ => isAsked ? Violates(Second) : false) };
    }

    private SequenceOracle JudgeThenNot(long asOf, bool hasBecome)
    {
        if (Crosses(Second) == true)
        {
            return this with { Latch = Latch.Observe(asOf, _ => false, _ => false) };
        }

        return this with
        {
            Began = hasBecome && Latch.IsIdle ? First.History[^1] : Began,
            Latch = Latch.Observe(asOf, _ => hasBecome ? true : null, _ => Violates(Second) == false ? true : null),
        };
    }

    private bool? Crosses(BandOracle part) => Known(part) ? part.Crosses(0) : null;

    private bool? Violates(BandOracle part) => Known(part) ? part.Violates(0) : null;

    private bool Known(BandOracle part) => Value(part) is not null && Newest!.Event - part.History[^1].Event <= Options.CarryMicros;

    private static double? Value(BandOracle part) =>
        part.History.Count > 0 && part.WindowValue() is var value && double.IsFinite(value) ? value : null;

    private SequenceOracle Advance(long to, long receive)
    {
        var next = this;
        foreach (var (after, _, _, due) in Latch.Advance(to))
        {
            next = (next with { Latch = after }).Fire(after.Bands[0].IsOn, due, receive);
        }

        return next;
    }

    private SequenceOracle Fire(bool isRaise, long due, long receive)
    {
        var episode = Episode.Next(due, isRaise);
        var telling = Value(Second) is null ? First : Second;
        var value = Value(Second) ?? Began!.Value;
        List<Counted> seen = Second.History.Count == 0 ? [] : Second.Window();
        return this with
        {
            Episode = episode,
            Since = isRaise ? null : Since,
            Fired = Fired.Add(new Transition
            {
                Rule = Rule, Series = First.Series, Device = Device, EpisodeMicros = episode.Name, Ordinal = episode.Ordinal,
                Change = isRaise ? TransitionChange.Raised : TransitionChange.Normal,
                From = isRaise ? Severity.Normal : Rule.Bands[0].Severity, To = isRaise ? Rule.Bands[0].Severity : Severity.Normal,
                ToldBy = telling.Rule, EventTimeMicros = episode.LastChange!.Value, ReceiveTimeMicros = receive, WindowValue = value,
                Threshold = telling.Rule.Function == WindowFunction.Code ? value
                    : isRaise || Rule.Combination == Combination.ThenNot ? telling.Threshold(0) : telling.Left(0),
                Evidence = [.. seen.TakeLast(7).Select(c => new Evidence(c.Event, c.Value, Second.Series))
                    .Prepend(new Evidence(Began!.Event, Began.Value, First.Series)).Distinct().OrderBy(e => e.EventTimeMicros)],
            }),
        };
    }
}
