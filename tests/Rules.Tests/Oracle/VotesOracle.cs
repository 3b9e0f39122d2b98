using System.Collections.Immutable;

namespace PingAnIoT.Rules.Tests;

/// <summary>A reading as a vote: whose, when, and of the rule's bands those it crossed and violated when it came.</summary>
internal sealed record Vote(int Device, long Event, double Value, ImmutableList<bool> Crosses, ImmutableList<bool> Violates);

/// <summary>One rule over the devices of one place, in the plainest code there is: every vote ever given is kept and counted anew.</summary>
internal sealed record VotesOracle(Rule Rule, string Place, DeviceRegister Register, EngineOptions Options)
{
    public ImmutableList<long> Ticks { get; init; } = [];

    public ImmutableDictionary<int, ImmutableList<Counted>> Histories { get; init; } = ImmutableDictionary<int, ImmutableList<Counted>>.Empty;

    public Counted? Newest { get; init; }

    public ImmutableList<Vote> Votes { get; init; } = [];

    public LatchOracle Latch { get; init; } = new(Rule);

    /// <summary>The device whose reading began it, and the value last judged.</summary>
    public (int Device, double Value) Told { get; init; }

    public OracleEpisode Episode { get; init; } = new();

    public ImmutableList<Transition> Fired { get; init; } = [];

    /// <summary>The place of a device; null where its territory does not reach so far down.</summary>
    public static string? PlaceOf(Rule rule, DeviceRecord device)
    {
        var parts = device.Territory.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length < (int)rule.Place ? null : string.Join('/', parts.Take((int)rule.Place));
    }

    public VotesOracle Step(Reading reading)
    {
        var next = this with { Fired = [] };
        return reading.IsTick ? next.Tick(reading.ReceiveTimeMicros) : reading.IsReset ? next.Reset(reading) : next.Take(reading);
    }

    private VotesOracle Reset(Reading reading) => !Rule.IsLatched || Latch.Worst() == Rule.Bands.Count
        ? this
        : (this with { Latch = new LatchOracle(Rule) }).Fire(Latch.Worst(), Rule.Bands.Count, reading.ReceiveTimeMicros, reading.ReceiveTimeMicros);

    private VotesOracle Tick(long receive)
    {
        var next = this with { Ticks = Ticks.Add(receive) };
        if (Newest is null || Newest.Receive - Newest.Event > Options.CarryMicros)
        {
            return next;
        }

        var elapsed = ServerTime.Now(next.Ticks, Options) - Newest.ServerTime - Options.AllowedLatenessMicros;
        return next.Advance(Newest.Event + Math.Min(elapsed, Options.CarryMicros), receive);
    }

    private VotesOracle Take(Reading reading)
    {
        var history = Histories.GetValueOrDefault(reading.Device, []);
        if (!CountedReadings.Counts(history, reading, Options))
        {
            return this;
        }

        var next = this with { Histories = Histories.SetItem(reading.Device, CountedReadings.Add(history, reading, Ticks, Options)) };
        if (Newest is null || reading.EventTimeMicros > Newest.Event)
        {
            next = Newest is not null && reading.EventTimeMicros - Newest.Event <= Options.CarryMicros
                ? next.Advance(reading.EventTimeMicros, reading.ReceiveTimeMicros)
                : next with { Latch = next.Latch.Drop() };
            next = next with { Newest = CountedReadings.Add([], reading, Ticks, Options)[0] };
        }

        return next.Judge(reading).Advance(next.Newest!.Event, reading.ReceiveTimeMicros);
    }

    private VotesOracle Judge(Reading reading)
    {
        var alone = Alone(reading.Device) with { History = CountedReadings.Add([], reading, [], Options) };
        var bands = Enumerable.Range(0, Rule.Bands.Count).ToList();
        var vote = new Vote(reading.Device, reading.EventTimeMicros, reading.Value, [.. bands.Select(alone.Crosses)], [.. bands.Select(alone.Violates)]);
        var next = this with { Votes = Votes.Add(vote) };
        if (Latch.IsIdle && !vote.Crosses.Contains(true))
        {
            return next;
        }

        return next with
        {
            Told = (Latch.IsIdle ? reading.Device : Told.Device, reading.Value),
            Latch = Latch.Observe(Newest!.Event, b => next.Has(v => v.Crosses[b]), b => next.Has(v => v.Violates[b])),
        };
    }

    private bool Has(Func<Vote, bool> isFor) => Recent().Where(isFor).DistinctBy(v => v.Device).Count() >= Rule.Times;

    private IEnumerable<Vote> Recent() => Votes.Where(v => v.Event > Newest!.Event - Rule.WindowMicros);

    /// <summary>The rule over one device alone.</summary>
    private BandOracle Alone(int device) =>
        new(Rule with { Function = WindowFunction.Last, WindowMicros = 0 }, Register[device], Register.SeriesName(device, Rule.Quantity), Options);

    private VotesOracle Advance(long to, long receive)
    {
        var next = this;
        foreach (var (after, from, worst, due) in Latch.Advance(to))
        {
            next = next with { Latch = after };
            next = from == worst ? next : next.Fire(from, worst, due, receive);
        }

        return next;
    }

    private VotesOracle Fire(int from, int to, long due, long receive)
    {
        var episode = Episode.Next(due, isRaise: from == Rule.Bands.Count);
        var alone = Alone(Told.Device);
        var witnesses = Recent().Where(v => v.Violates.Contains(true)).GroupBy(v => v.Device).Select(g => g.MaxBy(v => v.Event)!)
            .Select(v => new Evidence(v.Event, v.Value, Register.SeriesName(v.Device, Rule.Quantity)));
        var kind = Register.Catalog.Kinds[Rule.Kind];
        return this with
        {
            Episode = episode,
            Fired = Fired.Add(new Transition
            {
                Rule = Rule, Series = $"{kind.Name}/{Place}/{kind.Quantities[Rule.Quantity].Name}", Device = Register[Told.Device],
                EpisodeMicros = episode.Name, Ordinal = episode.Ordinal,
                Change = from == Rule.Bands.Count ? TransitionChange.Raised : to == Rule.Bands.Count ? TransitionChange.Normal : TransitionChange.ColourChanged,
                From = from == Rule.Bands.Count ? Severity.Normal : Rule.Bands[from].Severity,
                To = to == Rule.Bands.Count ? Severity.Normal : Rule.Bands[to].Severity,
                EventTimeMicros = episode.LastChange!.Value, ReceiveTimeMicros = receive, WindowValue = Told.Value,
                Threshold = to < from ? alone.Threshold(to) : alone.Left(from),
                Evidence = [.. witnesses.OrderBy(e => e.EventTimeMicros).ThenBy(e => e.Series, StringComparer.Ordinal).TakeLast(8)],
            }),
        };
    }
}
