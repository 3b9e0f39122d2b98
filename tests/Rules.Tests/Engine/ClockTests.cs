namespace PingAnIoT.Rules.Tests;

/// <summary>What time does: lateness, outages, restarts, silence.</summary>
public sealed class ClockTests
{
    [Fact]
    public void A_stale_sample_after_an_outage_fires_no_hold() => new Scenario(Scenario.Rule(hold: "30s")).Run("""
        at    0s p1 10
        at 3600s tick
        at 3600s p1 99 from 100s     # measured before the outage, sent after it
        to 3700s
        at 3701s p1 10               # nothing was known of the hours between
        to 3800s
        """);

    [Fact]
    public void A_reading_speaks_for_five_minutes_and_no_longer() => new Scenario(Scenario.Rule(hold: "4m")).Run("""
        at    0s p1 99
        at  299s p1 99               -> p1.pressure red @240s
        at  300s p2 99
        at  601s p2 99               # more than 5 minutes later: the hold starts here
        at  840s p2 99
        at  841s p2 99               -> p2.pressure red @841s
        """);

    [Fact]
    public void Ticks_let_a_reading_speak_no_longer_than_the_carry() => new Scenario(Scenario.Rule(hold: "6m")).Run("""
        at 0s p1 99
        to 1000s
        """);

    [Fact]
    public void A_backlog_gives_what_the_live_run_gave()
    {
        Reading[] readings = [.. Enumerable.Range(0, 200).Select(i => new Reading(
            0, 0, ReadingFlags.None, Scenario.Epoch + (i * 7_000_000L), Scenario.Epoch + (i * 7_000_000L), 80 + (i / 13 % 3 * 10)))];
        var live = Run(readings.SelectMany(r => Enumerable.Range(0, 7).Select(s => Reading.Tick(r.ReceiveTimeMicros + (s * 1_000_000L))).Prepend(r)));
        var backlog = Run(readings.Select(r => r with { ReceiveTimeMicros = Scenario.Epoch + 86_400_000_000 }));
        live.Should().HaveCountGreaterThan(8);
        backlog.Should().Equal(live);

        static List<string> Run(IEnumerable<Reading> readings)
        {
            var scenario = new Scenario();
            var result = new List<string>();
            var engine = new Engine(
                scenario.Register, new RuleSet([Scenario.Rule(hold: "30s", clear: "20s", function: WindowFunction.Mean, window: "25s")]),
                new EngineOptions(), t => result.Add($"{Scenario.Show(t)} {t.EpisodeMicros} {t.Ordinal} {t.WindowValue}"));
            engine.Apply(readings.ToArray(), 0);
            return result;
        }
    }

    [Fact]
    public void Ticks_do_not_overtake_a_backlog_that_comes_faster_than_it_was_measured() => new Scenario(Scenario.Rule(hold: "30s")).Run("""
        at 240s tick
        at 240s p1 99 from  0s       # 4 minutes behind: it still speaks
        to 249s
        at 249s p1 99 from 10s
        to 258s
        at 258s p1 10 from 20s       # 18 s after the first, 20 s by its own clock
        to 400s
        """);

    [Fact]
    public void A_gateway_that_is_behind_by_the_same_all_the_time_is_judged_as_one_that_is_not() => new Scenario(Scenario.Rule(hold: "30s")).Run("""
        at 200s tick
        at 200s p1 99 from  0s
        to 220s
        at 220s p1 99 from 20s
        to 231s
        at 232s tick                 -> p1.pressure red @30s
        at 240s p1 10 from 40s       -> p1.pressure normal @40s
        to 400s
        """);

    [Fact]
    public void A_backlog_that_comes_more_slowly_than_it_was_measured_is_a_silence_like_any_other() => new Scenario(Scenario.Rule(hold: "30s")).Run("""
        at 200s tick
        at 200s p1 99 from  0s
        to 231s
        at 232s tick                 -> p1.pressure red @30s
        at 240s p1 10 from 20s       -> p1.pressure normal @30s
        """);

    [Fact]
    public void A_backlog_from_beyond_the_carry_is_not_moved_by_ticks_however_slowly_it_comes() => new Scenario(Scenario.Rule(hold: "30s")).Run("""
        at 400s tick
        at 400s p1 99 from  0s
        to 480s
        at 480s p1 99 from 20s
        to 560s
        at 560s p1 99 from 40s       -> p1.pressure red @30s
        """);

    [Theory]
    [InlineData(30, 1)]
    [InlineData(200, 2)]
    [InlineData(3600, 3)]
    public void A_gateways_backlog_under_ticks_gives_what_the_live_run_gave(int secondsBehind, int seed)
    {
        var random = new Random(seed);
        var readings = Enumerable.Range(0, 900).Select(i => new Reading(
            i % 3, 0, ReadingFlags.None, Scenario.Epoch + (i * 3_000_000L), 0, i < 860 ? (i / 30 % 2 * 60) + random.Next(60) : 10)).ToList();
        var live = Run(readings.Select(r => r with { ReceiveTimeMicros = r.EventTimeMicros }));

        // All of it is sent by 1.05 to 20 times as fast as it was measured, as the line allows.
        var now = Scenario.Epoch + (secondsBehind * 1_000_000L);
        var backlog = new List<Reading>();
        foreach (var reading in readings)
        {
            now = Math.Max(now + (3_000_000L * 100 / random.Next(105, 2000)), reading.EventTimeMicros);
            backlog.Add(reading with { ReceiveTimeMicros = now });
        }

        live.Should().HaveCountGreaterThan(20);
        Run(backlog).Should().Equal(live, "seed {0}", seed);

        static List<string> Run(IEnumerable<Reading> readings)
        {
            var scenario = new Scenario();
            var result = new List<string>();
            var engine = new Engine(
                scenario.Register, new RuleSet([Scenario.Rule(hold: "20s", clear: "10s")]), new EngineOptions(),
                t => result.Add($"{Scenario.Show(t)} {t.EpisodeMicros} {t.Ordinal} {t.WindowValue}"));
            var tick = 0L;
            foreach (var reading in readings)
            {
                for (tick = tick == 0 ? reading.ReceiveTimeMicros : tick; tick <= reading.ReceiveTimeMicros; tick += 1_000_000)
                {
                    engine.Apply([Reading.Tick(tick)], 0);
                }

                engine.Apply([reading], 0);
            }

            return [.. result.Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public void A_late_reading_takes_its_place_and_one_too_late_or_repeated_does_not()
    {
        var scenario = new Scenario(Scenario.Rule(function: WindowFunction.Mean, window: "10s")).Run("""
            at 10s p1 80
            at 11s p1 100 from 9s        # counted: the mean as of 10 s is 90
            at 12s p1 120 from 8s        -> p1.pressure red @10s
            at 12s p1 900 from 8s        # the same again
            at 12s p1 -900 from 7.9s     # over 2 s late
            """);
        scenario.Engine.Counters.Evaluated.Should().Be(3);
        scenario.Engine.Counters.Duplicates.Should().Be(1);
        scenario.Engine.Counters.Late.Should().Be(1);
    }

    [Fact]
    public void Event_times_of_a_series_never_go_back_and_no_two_episodes_share_a_name() => new Scenario(Scenario.Rule(hold: "10s")).Run("""
        at  0s tick
        at  0s p1 99
        to 12s                       -> p1.pressure red @10s
        at 13s p1 10 from 5s         -> p1.pressure normal @10s
        """);

    [Fact]
    public void Silence_is_a_fault_and_the_next_reading_ends_it() => new Scenario(Scenario.Absent("silent", "60s")).Run("""
        at   0s tick
        at 0.5s p1 1
        at   1s p2.methane 1
        to  59s
        at  60s tick                 -> p3.pressure fault @60s
        at  61s tick                 -> p1.pressure fault @60.5s, p2.pressure fault @61s
        to  70s
        at  70s p1.flow 2            -> p1.pressure normal @70s
        to 129s
        at 130s tick                 -> p1.pressure fault @130s
        """);

    [Fact]
    public void Evidence_of_a_silence_is_what_came_last_also_where_it_was_not_measured_last()
    {
        var scenario = new Scenario(Scenario.Absent("silent", "60s")).Run("""
            at  0s tick
            at  1s p1 1
            at  2s p1.methane 2
            at  2s p1 3 from 0.5s
            at  1s p2 1
            at  2s p2.methane 2
            to 59s
            at 60s tick                -> p3.pressure fault @60s
            to 61s
            at 62s tick                -> p1.pressure fault @62s, p2.pressure fault @62s
            """);
        scenario.Transitions.Where(t => t.Device.Device != "p3").Select(t => (t.Device.Device, Evidence: t.Evidence.Single().Value)).Should().BeEquivalentTo([("p1", 3.0), ("p2", 2.0)]);
    }

    [Fact]
    public void Two_silences_of_a_device_begin_each_where_it_was_first_listened_for()
    {
        var scenario = new Scenario(Scenario.Absent("silent", "60s")).Run("""
            at  0s tick
            at  1s p1 1
            to 29s
            """);
        scenario.Replace(Scenario.Absent("silent", "60s"), Scenario.Absent("mute", "40s"));
        scenario.Run("""
            at 30s tick
            at 31s p2 1
            to 59s
            at 60s tick                -> p3.pressure fault @60s
            at 61s tick                -> p1.pressure fault @61s
            to 69s
            at 70s tick                -> p1.pressure fault @70s, p3.pressure fault @70s
            at 71s tick                -> p2.pressure fault @71s
            at 72s p1 1                -> p1.pressure normal @72s, p1.pressure normal @72s
            """);
    }

    [Fact]
    public void Absence_of_one_quantity_is_not_ended_by_another() => new Scenario(Scenario.Absent("silent", "60s", anyQuantity: false)).Run("""
        at  0s tick
        at  0s p2 1
        at  0s p3 1
        to 50s
        at 50s p1.methane 1
        at 51s p2 1
        at 51s p3 1
        to 59s
        at 60s tick                  -> p1.pressure fault @60s
        to 100s
        """);

    [Fact]
    public void Time_the_server_was_down_is_not_silence() => new Scenario(Scenario.Absent("silent", "60s")).Run("""
        at     0s tick
        to    50s
        restart
        at 10000s tick               # counts for 5 s
        to 10004s
        at 10005s tick               -> p1.pressure fault @10005s, p2.pressure fault @10005s, p3.pressure fault @10005s
        """);

    [Fact]
    public void Time_a_gateway_is_away_is_not_its_devices_silence() => new Scenario(Scenario.Absent("silent", "60s")).Run("""
        at    0s tick
        to   30s
        at 30.5s gateway gw1 off
        to   59s
        at   60s tick                -> p3.pressure fault @60s
        to 1000s
        at 1000.5s gateway gw1 on
        to 1029s
        at 1030s tick                -> p1.pressure fault @1030s, p2.pressure fault @1030s
        """);

    [Fact]
    public void Ten_thousand_devices_returning_are_not_ten_thousand_faults()
    {
        var register = new DeviceRegister(Catalog.Default);
        var gateway = register.Register(new DeviceRecord { Device = "gw", Kind = Catalog.Default.FindKind(Catalog.GatewayKind) });
        var devices = Enumerable.Range(0, 10_000)
            .Select(i => register.Register(new DeviceRecord { Device = $"p{i}", Kind = 0, Gateways = ["gw"] })).ToArray();
        var emitted = new List<Transition>();
        var engine = new Engine(register, new RuleSet([Scenario.Absent("silent", "150s")]), new EngineOptions(), emitted.Add);
        long second = 0;
        Report(true);
        for (; second < 300; second++)
        {
            Second(isSending: true);
        }

        Report(false);
        for (; second < 2000; second++)
        {
            Second(isSending: false);
        }

        Report(true);
        for (; second < 2300; second++)
        {
            Second(isSending: true);
        }

        emitted.Should().BeEmpty();
        for (; second < 2600; second++)
        {
            Second(isSending: false);
        }

        emitted.Should().HaveCount(10_000, "real silence is still found");

        long Now() => Scenario.Epoch + (second * 1_000_000);
        void Report(bool online) => engine.Apply([new Reading(gateway, 0, ReadingFlags.None, Now(), Now(), online ? 1 : 0)], 0);
        void Second(bool isSending)
        {
            engine.Apply([Reading.Tick(Now())], 0);
            for (var i = (int)(second % 60); isSending && i < devices.Length; i += 60)
            {
                engine.Apply([new Reading(devices[i], 0, ReadingFlags.None, Now(), Now(), 1)], 0);
            }
        }
    }
}
