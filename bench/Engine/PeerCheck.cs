using PingAnIoT.Rules;
using PingAnIoT.Rules.Tests;

namespace PingAnIoT.Bench;

/// <summary>
/// The naive query that holds the engine in the tests holds the peers too, and the engine as they have it: on the readings of fewer series all must find as many changes of
/// band as it does. Run after what is measured, in the same process.
/// </summary>
internal static class PeerCheck
{
    /// <summary>With one reading in 10,000 beyond a band a handful of them change.</summary>
    private const int Series = 10_000;

    /// <param name="measure">Measures so many series, and finds <c>changes</c>.</param>
    /// <exception cref="InvalidOperationException">It finds another number of changes.</exception>
    public static void Check(Action<int, Findings> measure)
    {
        var (expected, found) = (Changes(), new Findings());
        measure(Series, found);
        if (expected == 0 || found["changes"] != expected)
        {
            throw new InvalidOperationException($"{found["changes"]} changes of band where the naive query finds {expected}");
        }
    }

    private static long Changes()
    {
        var workload = Workload.Make("plain", Series);
        var feed = new Feed(workload.Points, workload.Profiles, PeerPart.IntervalSeconds, hasTicks: false);
        var register = workload.MakeRegister();
        var rules = workload.Rules.Rules.ToDictionary(r => (r.Kind, r.Quantity));
        var oracles = new Dictionary<(int Device, int Quantity), BandOracle>(Series);
        var (batch, changes) = (new ReadingBatch(Series), 0L);
        for (var round = 0; round < PeerPart.WarmRounds + PeerPart.TimedRounds; round++)
        {
            batch.Clear();
            feed.Fill(batch, Series, crossings: round >= PeerPart.WarmRounds);
            foreach (ref readonly var reading in batch.Readings)
            {
                var key = (reading.Device, (int)reading.Quantity);
                if (!oracles.TryGetValue(key, out var oracle))
                {
                    oracle = new BandOracle(rules[(register[reading.Device].Kind, reading.Quantity)], register[reading.Device], "", new EngineOptions());
                }

                oracles[key] = oracle = oracle.Step(reading);
                changes += oracle.Fired.Count;
            }
        }

        return changes;
    }
}
