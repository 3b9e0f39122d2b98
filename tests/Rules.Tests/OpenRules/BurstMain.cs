using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace PingAnIoT.Rules.Tests;

/// <summary>Two gas pipes of one grid lose 30 % of their pressure within a minute of each other: a burst main, not a broken sensor.</summary>
internal sealed class BurstMain : IOpenRule
{
    private const double Drop = 0.30;
    private const double Back = 0.90;
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(1);

    public string Id => "burst-main";

    public string Revision => "1";

    public string TitleZh => "疑似主管爆裂";

    public string TitleEn => "Burst main";

    public string Basis => "site (example; set on site)";

    public IReadOnlyList<string> Series => ["gas-pipe/*/pressure"];

    public TimeSpan WarmUp => 2 * Within;

    public IObservable<OpenFinding> Watch(IObservable<OpenReading> readings, IScheduler scheduler) => readings
        .Where(r => r.Device.Territory.Length > 0)
        .GroupBy(r => r.Series)
        .SelectMany(series => series.Scan(Pipe.Unknown, (pipe, reading) => pipe.With(reading)).Skip(1))
        .GroupBy(pipe => pipe.Newest.Device.Territory)
        .SelectMany(grid => grid.Scan(Grid.Quiet, (state, pipe) => state.With(pipe)))
        .Select(grid => grid.Says)
        .OfType<OpenFinding>();

    /// <summary>One pipe: its last minute, and since when it is down from what.</summary>
    private sealed record Pipe(OpenReading Newest, ImmutableList<OpenReading> Minute, OpenReading? Before, DateTimeOffset Since)
    {
        public static Pipe Unknown { get; } = new(default, [], null, default);

        public bool IsDown => Before is not null;

        public Pipe With(OpenReading reading)
        {
            var minute = Minute.RemoveAll(r => r.EventTime <= reading.EventTime - Within).Add(reading);
            if (Before is { } level)
            {
                return this with { Newest = reading, Minute = minute, Before = reading.Value >= level.Value * Back ? null : level };
            }

            var highest = minute.MaxBy(r => r.Value);
            return reading.Value <= highest.Value * (1 - Drop)
                ? new Pipe(reading, minute, highest, reading.EventTime)
                : new Pipe(reading, minute, null, default);
        }
    }

    /// <summary>All pipes of a grid. The alert is of the pipe that went down first, and lasts while two are down.</summary>
    private sealed record Grid(ImmutableDictionary<string, Pipe> Pipes, Pipe? First, OpenFinding? Says)
    {
        public static Grid Quiet { get; } = new(ImmutableDictionary<string, Pipe>.Empty, null, null);

        public Grid With(Pipe pipe)
        {
            var pipes = Pipes.SetItem(pipe.Newest.Series, pipe);
            var down = pipes.Values.Where(p => p.IsDown).OrderBy(p => p.Since).ToList();
            if (First is { } first)
            {
                return down.Count >= 2
                    ? new Grid(pipes, first, Says)
                    : new Grid(pipes, null, new OpenFinding(first.Newest.Series, Severity.Normal, pipe.Newest.EventTime, pipe.Newest.Value, first.Before!.Value.Value * Back));
            }

            var pair = down.Zip(down.Skip(1)).FirstOrDefault(p => p.Second.Since - p.First.Since <= Within);
            return pair.First is null ? new Grid(pipes, null, null) : new Grid(pipes, pair.First, new OpenFinding(
                pair.First.Newest.Series, Severity.Red, pair.Second.Since, pair.Second.Newest.Value, pair.Second.Before!.Value.Value * (1 - Drop))
            {
                Evidence = [pair.First.Before!.Value, pair.First.Newest, pair.Second.Before!.Value, pair.Second.Newest],
            });
        }
    }
}
