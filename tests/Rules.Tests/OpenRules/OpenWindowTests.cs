using System.Collections.Immutable;
using System.Reactive.Linq;

namespace PingAnIoT.Rules.Tests;

/// <summary>Windows of the engine as open rules get them, against the naive query.</summary>
public sealed class OpenWindowTests
{
    private const int Seeds = 60;
    private static readonly EngineOptions Options = new();

    [Theory]
    [InlineData("mean(10s)", WindowFunction.Mean)]
    [InlineData("mean(1s)", WindowFunction.Mean)]
    [InlineData("min(10s)", WindowFunction.Min)]
    [InlineData("max(10m)", WindowFunction.Max)]
    [InlineData("sum(10s)", WindowFunction.Sum)]
    [InlineData("count(7s)", WindowFunction.Count)]
    [InlineData("range(10s)", WindowFunction.Range)]
    [InlineData("rate(30s)", WindowFunction.Rate)]
    [InlineData("delta(10s)", WindowFunction.Delta)]
    [InlineData("stddev(20s)", WindowFunction.StdDev)]
    [InlineData("ewma(15s)", WindowFunction.Ewma)]
    [InlineData("quantile(0.9, 1m)", WindowFunction.Quantile, 0.9)]
    public async Task A_window_is_what_the_naive_query_gives(string asked, WindowFunction function, double share = 0)
    {
        var rule = Scenario.Rule(function: function, window: asked[(asked.LastIndexOfAny(['(', ' ']) + 1)..^1]) with { Share = share };
        var windows = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var got = new List<(string Series, long End, double Value)>();
            using var run = new OpenRuleRun([new QuickRule((given, _) => Into(got, given)) { Series = [$"gas-pipe/*/pressure {asked}"] }], batch: 1 + (seed % 9));
            var journal = Journal(seed);
            foreach (var (second, device, measured, value) in journal)
            {
                _ = device.Length == 0 ? run.Tick(second) : run.At(second, device, value, measured: measured);
            }

            await run.DoneAsync();
            run.Reports.Should().BeEmpty();
            var expected = Naive(journal, rule);
            got.OrderBy(w => w.Series, StringComparer.Ordinal).Should().Equal(expected.OrderBy(w => w.Series, StringComparer.Ordinal), "seed {0}", seed);
            windows += expected.Count;
        }

        windows.Should().BeGreaterThan(Seeds);
    }

    [Fact]
    public async Task Readings_and_windows_of_a_series_come_together_each_window_before_the_reading_that_ended_it()
    {
        var got = new List<string>();
        using var run = new OpenRuleRun([new QuickRule((given, _) => given
            .Do(r => got.Add(FormattableString.Invariant($"{r.Window}{OpenRuleRun.Seconds(OpenRuleEpisodes.Micros(r.EventTime))} {r.Value}"))).IgnoreElements().Select(_ => default(OpenFinding)!))
        {
            Series = ["gas-pipe/p1/pressure", "gas-pipe/*/pressure max(10s)", "gas-pipe/p1/pressure max(10s)"],
        }]);
        await run.At(3, "p1", 1).At(10, "p1", 2).At(12, "p1", 9).At(12.1, "p1", 3, measured: 10.1).At(12.2, "p1", 4, measured: 10).At(12.5, "p2", 5).At(13, "p1", 6).Tick(600).DoneAsync();
        run.Reports.Should().BeEmpty();
        got.Should().Equal("3 1", "10 2", "12 9", "max(10s)10 2", "13 6");
    }

    private static IObservable<OpenFinding> Into(List<(string Series, long End, double Value)> got, IObservable<OpenReading> given) => given
        .Do(w => got.Add((w.Series, OpenRuleEpisodes.Micros(w.EventTime), w.Value))).IgnoreElements().Select(_ => default(OpenFinding)!);

    /// <summary>Of each series the readings that count, by the window they are in; what is behind the newest by more than the allowed lateness is over.</summary>
    private static IList<(string Series, long End, double Value)> Naive(List<(double Second, string Device, double Measured, double Value)> journal, Rule rule) => journal.ToObservable()
        .Where(r => r.Device.Length > 0)
        .Select(r => (r.Device, Reading: new Reading(0, 0, ReadingFlags.None, OpenRuleRun.Epoch + (long)(r.Measured * 1e6), 0, r.Value)))
        .GroupBy(r => r.Device, r => r.Reading)
        .SelectMany(series => series
            .Scan(ImmutableList<Counted>.Empty, (history, r) => CountedReadings.Counts(history, r, Options)
                ? [.. history.Add(new Counted(r.EventTimeMicros, r.Value, 0, 0)).OrderBy(c => c.Event)]
                : history)
            .SelectMany(history => history
                .GroupBy(c => (long)Math.Ceiling(c.Event / (decimal)rule.WindowMicros) * rule.WindowMicros)
                .Where(window => window.Key < history[^1].Event - Options.AllowedLatenessMicros))
            .Select(window => (
                $"gas-pipe/{series.Key}/pressure", window.Key,
                new BandOracle(rule, new DeviceRecord { Device = series.Key, Kind = 0 }, "", Options) { History = [.. window] }.WindowValue()))
            .Distinct())
        .Where(window => double.IsFinite(window.Item3))
        .ToList().Wait();

    /// <summary>Two devices, late readings and too late ones, repeats, gaps, ticks.</summary>
    private static List<(double Second, string Device, double Measured, double Value)> Journal(int seed)
    {
        var random = new Random(seed);
        var journal = new List<(double Second, string Device, double Measured, double Value)>();
        var second = random.Next(600) / 10.0;
        for (var i = 0; i < 120; i++)
        {
            second += random.Next(30) == 0 ? random.Next(3_000) / 10.0 : random.Next(40) / 10.0;
            var measured = second - (random.Next(5) switch { 0 => random.Next(25) / 10.0, 1 when random.Next(4) == 0 => random.Next(100) / 10.0, _ => 0 });
            journal.Add(
                random.Next(10) == 0 ? (second, "", second, 0)
                : random.Next(12) == 0 && journal.Count > 0 && journal[^1].Device.Length > 0 ? (second, journal[^1].Device, journal[^1].Measured, journal[^1].Value)
                : (second, random.Next(3) == 0 ? "p2" : "p1", measured, random.Next(1_000) / 10.0));
        }

        return journal;
    }
}
