using System.Collections.Immutable;

namespace PingAnIoT.Rules.Tests;

/// <summary>A gateway's report: name, online or not, and the server time of it.</summary>
internal sealed record GatewayReport(string Gateway, bool IsOnline, long ServerTime);

/// <summary>The last sign of life: listening time and receive time; and the reading, if there was one.</summary>
internal sealed record Life(long Listening, long Receive, Evidence? Reading);

/// <summary>One absence rule over one device, in the plainest code there is.</summary>
internal sealed record AbsenceOracle(Rule Rule, DeviceRecord Device, string Series, EngineOptions Options)
{
    public ImmutableList<long> Ticks { get; init; } = [];

    public ImmutableList<GatewayReport> Reports { get; init; } = [];

    public ImmutableDictionary<int, ImmutableList<Counted>> History { get; init; } = ImmutableDictionary<int, ImmutableList<Counted>>.Empty;

    public Life? Life { get; init; }

    public bool IsActive { get; init; }

    public OracleEpisode Episode { get; init; } = new();

    private long Silence =>
        Rule.Bands[0].SetPoint is { } name && Device.SetPoints.TryGetValue(name, out var own) && own > 0 ? (long)(own * 1_000_000) : Rule.WindowMicros;

    public ImmutableList<Transition> Fired { get; init; } = [];

    public AbsenceOracle Report(string gateway, Reading reading) => this with
    {
        Fired = [],
        Reports = Device.Gateways.Contains(gateway)
            ? Reports.Add(new GatewayReport(gateway, reading.Value != 0, ServerTime.At(Ticks, reading.ReceiveTimeMicros, Options))) : Reports,
    };

    public AbsenceOracle Step(Reading reading)
    {
        var next = this with { Fired = [] };
        return reading.IsTick ? next.Tick(reading.ReceiveTimeMicros) : next.Take(reading);
    }

    private AbsenceOracle Tick(long receive)
    {
        var next = this with { Ticks = Ticks.Add(receive) };
        var now = next.Listened(ServerTime.Now(next.Ticks, Options));
        if (next.Life is null)
        {
            return Device.IsUnregistered ? next : next with { Life = new Life(now, next.Ticks.Max(), null) };
        }

        var silence = now - next.Life.Listening;
        if (IsActive || silence < Silence || !next.IsListening(Reports))
        {
            return next;
        }

        return next.Fire(true, silence == receive - next.Life.Receive ? next.Life.Receive + Silence : receive, receive);
    }

    private AbsenceOracle Take(Reading reading)
    {
        var history = History.GetValueOrDefault(reading.Quantity, []);
        if ((!Rule.AnyQuantity && reading.Quantity != Rule.Quantity) || !CountedReadings.Counts(history, reading, Options))
        {
            return this;
        }

        var listening = Listened(ServerTime.At(Ticks, reading.ReceiveTimeMicros, Options));
        var next = this with
        {
            History = History.SetItem(reading.Quantity, CountedReadings.Add(history, reading, Ticks, Options)),
            Life = new Life(
                Math.Max(listening, Life?.Listening ?? long.MinValue), Math.Max(reading.ReceiveTimeMicros, Life?.Receive ?? long.MinValue),
                new Evidence(reading.EventTimeMicros, reading.Value)),
        };
        return IsActive ? next.Fire(false, reading.ReceiveTimeMicros, reading.ReceiveTimeMicros) : next;
    }

    private bool IsListening(ImmutableList<GatewayReport> reports)
    {
        var known = reports.GroupBy(r => r.Gateway).Select(g => g.Last().IsOnline).ToList();
        return known.Contains(true) || !known.Contains(false);
    }

    /// <summary>Listening time at a server time: what passed of it between reports, while listening.</summary>
    private long Listened(long serverTime)
    {
        long listened = 0, since = -2 * Options.SilenceGapCapMicros;
        for (var i = 0; i <= Reports.Count; i++)
        {
            var until = i < Reports.Count ? Reports[i].ServerTime : serverTime;
            listened += IsListening(Reports.GetRange(0, i)) ? Math.Max(0, until - since) : 0;
            since = Math.Max(since, until);
        }

        return listened;
    }

    private AbsenceOracle Fire(bool active, long due, long receive)
    {
        var episode = Episode.Next(due, active);
        var severity = Rule.Bands[0].Severity;
        var seconds = Silence / 1e6;
        return this with
        {
            IsActive = active,
            Episode = episode,
            Fired = Fired.Add(new Transition
            {
                Rule = Rule, Series = Series, Device = Device, EpisodeMicros = episode.Name, Ordinal = episode.Ordinal,
                Change = active ? TransitionChange.Raised : TransitionChange.Normal,
                From = active ? Severity.Normal : severity, To = active ? severity : Severity.Normal,
                EventTimeMicros = episode.LastChange!.Value, ReceiveTimeMicros = receive, WindowValue = active ? seconds : 0, Threshold = seconds,
                Evidence = Life?.Reading is { } reading ? [reading] : [],
            }),
        };
    }
}
