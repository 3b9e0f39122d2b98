using System.Reactive.Linq;
using System.Reactive.Subjects;
using PingAnIoT.Rules;
using RulesEngine.Models;
using Package = RulesEngine.RulesEngine;

namespace PingAnIoT.Bench;

/// <summary>
/// What others would use instead, on the readings the engine gets: mean over 60 s against three thresholds, said when the band changes.
/// They are spared hold, deadband, clear hold, lateness, duplicates and ticks. One reading is pushed at a time, on one thread.
/// </summary>
internal static class PeerPart
{
    public const double IntervalSeconds = 10;
    public const int WarmRounds = 10;
    public const int TimedRounds = 5;
    private const int ReadingsInWindow = 6;

    public static void Measure(string peer, int series, Findings findings)
    {
        var workload = Workload.Make("plain", series);
        var feed = new Feed(workload.Points, workload.Profiles, IntervalSeconds, hasTicks: false);
        var before = Meter.ResidentBytes();
        var changes = new long[1];
        var push = peer switch
        {
            "rx-buffer" => RxBuffer(series, changes),
            "rx-scan" => RxScan(series, changes),
            "rules-engine" => RulesEngine(series, changes),
            _ => throw new ArgumentException($"There is no peer '{peer}'.", nameof(peer)),
        };
        for (var i = 0; i < WarmRounds; i++)
        {
            Round(feed, push, crossings: false);
        }

        var rounds = Enumerable.Range(0, TimedRounds).Select(_ => Round(feed, push, crossings: true)).ToList();
        findings["rate"] = Meter.Median(rounds.Select(r => series / r.ProcessorSeconds));
        findings["bytes"] = rounds.Sum(r => r.AllocatedBytes) / (TimedRounds * (double)series);
        findings["changes"] = changes[0];
        findings["resident"] = (Meter.ResidentBytes() - before) / (double)series;
        GC.KeepAlive(push);
    }

    private static Meter Round(Feed feed, Action<Reading> push, bool crossings)
    {
        var batch = new ReadingBatch(Feed.BlockReadings);
        var meter = new Meter();
        for (var left = feed.Points; left > 0; left -= batch.Count)
        {
            batch.Clear();
            feed.Fill(batch, Math.Min(left, Feed.BlockReadings), crossings);
            meter.Begin();
            foreach (ref readonly var reading in batch.Readings)
            {
                push(reading);
            }

            meter.End();
        }

        return meter;
    }

    /// <summary>A sliding buffer of as many readings as 60 s have: a buffer by time would cost a timer per series besides.</summary>
    private static Action<Reading> RxBuffer(int count, long[] changes)
    {
        var readings = new Subject<Reading>();
        readings
            .GroupBy(Key, count)
            .SelectMany(series => series
                .Buffer(ReadingsInWindow, 1)
                .Select(window => SlidingMean.BandOf(window.Average(r => r.Value)))
                .StartWith(0).DistinctUntilChanged().Skip(1))
            .Subscribe(_ => changes[0]++);
        return readings.OnNext;
    }

    private static Action<Reading> RxScan(int count, long[] changes)
    {
        var readings = new Subject<Reading>();
        readings
            .GroupBy(Key, count)
            .SelectMany(series => series
                .Scan(new SlidingMean(), (window, r) => window.Add(r.EventTimeMicros, r.Value))
                .Select(window => SlidingMean.BandOf(window.Mean))
                .StartWith(0).DistinctUntilChanged().Skip(1))
            .Subscribe(_ => changes[0]++);
        return readings.OnNext;
    }

    /// <summary>Three expressions, worst first; the windows are kept beside it in an array and wrapped once, not at each reading.</summary>
    private static Action<Reading> RulesEngine(int count, long[] changes)
    {
        const string Name = "pressure";
        var engine = new Package(
            [
                new Workflow
                {
                    WorkflowName = Name,
                    Rules =
                    [
                        new global::RulesEngine.Models.Rule { RuleName = "red", Expression = "window.Mean > 480" },
                        new global::RulesEngine.Models.Rule { RuleName = "yellow", Expression = "window.Mean > 450" },
                        new global::RulesEngine.Models.Rule { RuleName = "green", Expression = "window.Mean > 420" },
                    ],
                },
            ],
            new ReSettings { EnableFormattedErrorMessage = false, EnableScopedParams = false });
        var windows = new Dictionary<int, (SlidingMean Window, RuleParameter[] Parameters)>(count);
        return reading =>
        {
            var key = Key(reading);
            if (!windows.TryGetValue(key, out var own))
            {
                var fresh = new SlidingMean();
                windows.Add(key, own = (fresh, [new RuleParameter("window", fresh)]));
            }

            own.Window.Add(reading.EventTimeMicros, reading.Value);
            var results = engine.ExecuteAllRulesAsync(Name, own.Parameters).AsTask().GetAwaiter().GetResult();
            var worst = results.FindIndex(r => r.IsSuccess);
            var band = worst < 0 ? 0 : 3 - worst;
            changes[0] += band == own.Window.Band ? 0 : 1;
            own.Window.Band = band;
        };
    }

    private static int Key(Reading reading) => (reading.Device << 2) | reading.Quantity;
}
