using System.Globalization;

namespace PingAnIoT.Rules.Tests;

/// <summary>T-11: devices' clocks that are wrong in every way, and a server's clock that steps, change nothing that the naive query does not say too.</summary>
public sealed class ClockThreatTests
{
    private const long Second = 1_000_000;
    private const long Hour = 3_600 * Second;
    private const long Day = 24 * Hour;

    // 1970 and 2099 as a device without a battery and one set by hand would send them.
    private static readonly long[] Offsets =
        [0, 0, -Hour, Hour, -30 * Day, 30 * Day, -6 * Hour, 1, -1, 300 * Second, -300 * Second, -Scenario.Epoch + Day, 2_300_000_000_000_000];

    /// <summary>PINGAN_SKEWS asks for more.</summary>
    [Fact]
    public void T_11_Random_skews_of_devices_and_server_give_what_the_naive_query_gives()
    {
        var cases = int.Parse(Environment.GetEnvironmentVariable("PINGAN_SKEWS") ?? "600", CultureInfo.InvariantCulture);
        var failures = new List<string>();
        long transitions = 0;
        for (var seed = 0; seed < cases; seed++)
        {
            var skewed = Skew(OracleCase.Make(seed), new Random(seed));
            var expected = OracleTests.Show(OracleQuery.Judge(skewed.Journal, OracleCase.MakeRegister(false).Register, skewed.Rules, skewed.Options));
            transitions += expected.Count;
            if (!expected.SequenceEqual(OracleTests.Show(EngineRun.Straight(skewed, out _))) || !expected.SequenceEqual(OracleTests.Show(EngineRun.Hostile(skewed))))
            {
                failures.Add($"seed {seed}");
            }
        }

        transitions.Should().BeGreaterThan(cases, "skews in which nothing happens show nothing");
        Threat.Report("T-11", cases, failures, $"random skews against the naive query, {transitions} transitions");
    }

    /// <summary>A hold that is over, and a silence, by the server's listening: not early, not missed, whatever the device's clock says.</summary>
    [Fact]
    public void T_11_No_clock_of_a_device_makes_a_hold_or_a_silence_come_early_or_not_at_all()
    {
        var failures = new List<string>();
        long[] skews = [0, -Second, Second, -Hour, Hour, -30 * Day, 30 * Day, -20_000 * Day, 26_000 * Day];
        long[] jitters = [0, 300_000, 1_900_000];
        foreach (var skew in skews)
        {
            foreach (var jitter in jitters)
            {
                var emitted = Story(skew, jitter);

                // Red since second 0, held for 30 s: said within what ticks allow; silent since second 60, for 90 s.
                var raised = emitted.Find(t => t.RuleId == "high" && t.Change == TransitionChange.Raised);
                var silent = emitted.Find(t => t.RuleId == "silent" && t.Change == TransitionChange.Raised);
                Expect(raised is not null && raised.EventTimeMicros - skew - Scenario.Epoch is >= 30_000_000 and < 33_000_000, $"high: {Show(raised, skew)}");
                Expect(silent is not null && silent.ReceiveTimeMicros - Scenario.Epoch is >= 150_000_000 and <= 153_000_000, $"silent: {Show(silent, 0)}");

                void Expect(bool holds, string what)
                {
                    if (!holds)
                    {
                        failures.Add(string.Create(CultureInfo.InvariantCulture, $"skew {skew / 1e6} s, jitter {jitter / 1e6} s: {what}"));
                    }
                }
            }
        }

        Threat.Report("T-11", skews.Length * jitters.Length * 2, failures, "holds and silences at wrong clocks");
    }

    /// <summary>A reading a second for a minute, some overtaken by later ones, then none; the server's clock ticks on.</summary>
    private static List<Transition> Story(long skew, long jitter)
    {
        var emitted = new List<Transition>();
        var scenario = new Scenario();
        var engine = new Engine(
            scenario.Register, new RuleSet([Scenario.Rule(hold: "30s"), Scenario.Absent("silent", "90s")]), new EngineOptions(), t =>
            {
                if (t.Series.Contains("/p1/", StringComparison.Ordinal))
                {
                    emitted.Add(t);
                }
            });
        for (var second = 0; second < 400; second++)
        {
            var now = Scenario.Epoch + (second * Second);
            engine.Apply([Reading.Tick(now)], 0);
            if (second <= 60)
            {
                engine.Apply([new Reading(0, 0, ReadingFlags.None, now + skew - (second % 2 * jitter), now, 99)], 0);
            }
        }

        return emitted;
    }

    private static string Show(Transition? transition, long skew) =>
        transition is null ? "never" : Scenario.Show(transition with { EventTimeMicros = transition.EventTimeMicros - skew });

    /// <summary>Each device's clock is off, drifts and may step; the server's ticks may step back or far ahead; what comes may be hours out of order.</summary>
    private static OracleCase Skew(OracleCase plain, Random random)
    {
        var offset = Enumerable.Range(0, 16).Select(_ => Offsets[random.Next(Offsets.Length)]).ToArray();
        var drift = Enumerable.Range(0, 16).Select(_ => 1 + ((random.NextDouble() - 0.5) / 10)).ToArray();
        long server = 0;
        var journal = new List<Reading>();
        foreach (var reading in plain.Journal)
        {
            server += random.Next(30) == 0 ? new[] { -Hour, -Second, Second, Hour, 30 * Day }[random.Next(5)] : 0;
            var receive = reading.ReceiveTimeMicros + server;
            if (reading.IsTick || reading.IsReset)
            {
                journal.Add(reading with { ReceiveTimeMicros = receive, EventTimeMicros = reading.EventTimeMicros + server });
                continue;
            }

            offset[reading.Device] = random.Next(20) == 0 ? Offsets[random.Next(Offsets.Length)] : offset[reading.Device];
            var since = (long)((reading.EventTimeMicros - Scenario.Epoch) * drift[reading.Device]);
            var late = random.Next(12) == 0 ? random.NextInt64(6 * Hour) : 0;
            journal.Add(reading with { ReceiveTimeMicros = receive, EventTimeMicros = Scenario.Epoch + since + offset[reading.Device] - late });
            if (random.Next(12) == 0)
            {
                // The same moment again with another value: two devices of one name, or a clock that stands still.
                journal.Add(journal[^1] with { Value = random.Next(11) });
            }
        }

        return plain with { Journal = journal };
    }
}
