using System.Text.Json;
using System.Text.Json.Serialization;
using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>Series of every form, states, silences and places: what is put back goes on as what was never put away, and what cannot be is refused.</summary>
public sealed class SnapshotPropertyTests
{
    private const int Devices = 5;

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static readonly RuleSet Rules = new(
    [
        Scenario.Rule("high", hold: "20s", deadband: 5, clear: "5s"),
        Scenario.Rule("mean", WindowFunction.Mean, "100s", bands: [new Band(Severity.Red, Comparison.Above, 70, null), new Band(Severity.Yellow, Comparison.Above, 40, null)]),
        Scenario.Rule("long", WindowFunction.Max, "20000s", quantity: "methane", bands: [new Band(Severity.Yellow, Comparison.Above, 99, null)]),
        Scenario.Absent("silent", "60s"),
        Scenario.Absent("methane-silent", "90s", anyQuantity: false, quantity: "methane"),
        Scenario.Combined("both", Combination.All),
        Scenario.Combined("then", Combination.Then) with { WithinMicros = 30_000_000 },
        Scenario.Rule("votes", WindowFunction.Votes, "40s", hold: "5s", bands: [new Band(Severity.Red, Comparison.Above, 80, null)]) with { Times = 2, Place = Place.Grid },
    ]);

    // Decimals of few digits above all, so that most series are packed; a third makes one wide, and so do many readings.
    private static readonly Gen<double> Value = Gen.Frequency((30, Gen.Int[0, 1000].Select(tenths => tenths / 10.0)), (1, Gen.Double[0, 100]), (1, Gen.Const(-0.0)));
    private static readonly Gen<long> Step = Gen.Frequency((12, Gen.Long[1, 9_000_000]), (1, Gen.Long[30_000_000, 200_000_000]));
    private static readonly Gen<(long Step, int Device, int Quantity, double Value, int Late)[]> Story =
        Gen.Select(Step, Gen.Int[0, Devices - 1], Gen.Int[0, 2], Value, Gen.Int[0, 9]).Array[1, 300];

    [Fact]
    public void What_is_put_back_goes_on_as_what_was_never_put_away() => Gen.Select(Story, Story).Sample((before, after) =>
    {
        List<Transition> straightOn = [], putBack = [];
        var register = NewRegister();
        var engine = new Engine(register, Rules, new EngineOptions(), straightOn.Add);
        var now = Live(engine, before, Scenario.Epoch);
        straightOn.Clear();
        var saved = Save(engine);
        var again = new Engine(register, Rules, new EngineOptions(), putBack.Add);
        again.Restore(new MemoryStream(saved));
        Save(again).Should().HaveCount(saved.Length, "it is the same state, though places may tell their devices in another order");
        Explain(again).Should().Equal(Explain(engine));

        Live(engine, after, now);
        Live(again, after, now);
        putBack.Select(Show).Order(StringComparer.Ordinal).Should().Equal(straightOn.Select(Show).Order(StringComparer.Ordinal), "their order across series is not promised");
        Explain(again).Should().Equal(Explain(engine));
    });

    /// <summary>A device changes by a reading, a hold, a silence, a first sight, its end or other rules before its turn to be written, and after.</summary>
    [Fact]
    public void What_is_saved_while_readings_are_judged_is_what_there_was_when_it_began()
    {
        var others = new RuleSet([.. Rules.Rules.Where(r => r.Id is not ("high" or "both")), Scenario.Rule("new", bands: [new Band(Severity.Red, Comparison.Above, 55, null)])]);
        Gen.Select(Story, Story, Gen.Int[0, 3].Array[Devices + 2, Devices + 2], Gen.Int[0, 9]).Sample((before, meanwhile, stretches, what) =>
        {
            var register = NewRegister();
            var engine = new Engine(register, Rules, new EngineOptions(), _ => { });
            var now = Live(engine, before, Scenario.Epoch);
            var atOnce = Save(engine);
            using var stream = new MemoryStream();
            engine.BeginSave(stream);
            var isOver = false;
            for (var i = 0; i < stretches.Length && !isOver; i++)
            {
                now = Live(engine, [.. meanwhile.Skip(i * meanwhile.Length / stretches.Length).Take(1 + (meanwhile.Length / stretches.Length))], now);
                if (i == 2 && what == 0)
                {
                    engine.Replace(others);
                }
                else if (i == 2 && what == 1)
                {
                    engine.Retire(Devices - 1, now, now);
                }

                isOver = engine.SaveMore(stretches[i]);
            }

            while (!isOver)
            {
                isOver = engine.SaveMore(1);
            }

            engine.SaveMore(1).Should().BeTrue("there is nothing more to save");
            Again(stream.ToArray()).Should().Equal(Again(atOnce));

            // And the next is as good.
            Save(engine).Should().NotBeEmpty();
            byte[] Again(byte[] saved)
            {
                var again = new Engine(register, Rules, new EngineOptions(), _ => { });
                again.Restore(new MemoryStream(saved));
                return Save(again);
            }
        });
    }

    [Fact]
    public void A_stream_that_fails_ends_the_save_and_not_the_judging()
    {
        List<Transition> told = [];
        var engine = new Engine(NewRegister(), Rules, new EngineOptions(), told.Add);
        var now = Live(engine, [.. Enumerable.Range(0, 200).Select(i => (1_000_000L, i % Devices, 0, 50.0, 9))], Scenario.Epoch);
        engine.BeginSave(new FullStream());
        told.Clear();
        Live(engine, [.. Enumerable.Range(0, 100).Select(i => (1_000_000L, i % Devices, 0, 99.0, 9))], now);
        told.Should().NotBeEmpty();
        var more = () => engine.SaveMore(int.MaxValue);
        more.Should().Throw<IOException>();
        engine.SaveMore(1).Should().BeTrue();
        Save(engine).Should().NotBeEmpty();
    }

    /// <summary>Whoever writes a right checksum under wrong bytes.</summary>
    [Fact]
    public void A_wrong_snapshot_with_right_checksums_is_refused_or_harmless()
    {
        var refused = 0;
        var taken = 0;
        Gen.Select(Story, Gen.Select(Gen.Double.Unit, Gen.Byte).Array[1, 3], Story).Sample(
            (before, changes, after) =>
            {
                var engine = new Engine(NewRegister(), Rules, new EngineOptions(), _ => { });
                var now = Live(engine, before, Scenario.Epoch);
                var changed = SnapshotSurgery.Changed(Save(engine), changes);
                var again = new Engine(NewRegister(), Rules, new EngineOptions(), _ => { });
                try
                {
                    again.Restore(new MemoryStream(changed));
                }
                catch (InvalidDataException)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                Interlocked.Increment(ref taken);
                Live(again, after, now);
                again.Restore(new MemoryStream(Save(again)));
            },
            iter: 1000);
        refused.Should().BeGreaterThan(100);
        taken.Should().BeGreaterThan(100, "else nothing of what is taken was tried");
    }

    private static string Show(Transition t) => $"{t.RuleId} {Scenario.Show(t)} {t.EpisodeMicros} {t.Ordinal} {t.Change} {t.WindowValue:r} [{string.Join(' ', t.Evidence)}]";

    private static byte[] Save(Engine engine)
    {
        using var stream = new MemoryStream();
        engine.Save(stream);
        return stream.ToArray();
    }

    private static IEnumerable<string> Explain(Engine engine) =>
        from device in Enumerable.Range(0, Devices) from quantity in Enumerable.Range(0, 2) select JsonSerializer.Serialize(engine.Explain(device, quantity), Json);

    private static DeviceRegister NewRegister()
    {
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < Devices; i++)
        {
            register.Register(new DeviceRecord { Device = $"d{i}", Kind = 0, Gateways = i == 0 ? ["g1", "g2"] : ["g1"], Territory = "d1/s1/c1/g1", IsUnregistered = i == 3 });
        }

        register.Register(new DeviceRecord { Device = "g1", Kind = Catalog.Default.FindKind(Catalog.GatewayKind) });
        return register;
    }

    private sealed class FullStream : MemoryStream
    {
        private int left = 1;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (left-- <= 0)
            {
                throw new IOException("full");
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }

    /// <summary>The last quantity is the gateway's own word.</summary>
    private static long Live(Engine engine, (long Step, int Device, int Quantity, double Value, int Late)[] story, long now)
    {
        foreach (var (step, device, quantity, value, late) in story)
        {
            now += step;
            var reading = quantity == 2 ? new Reading(Devices, 0, ReadingFlags.None, now, now, value > 20 ? 1 : 0)
                : new Reading(device, (ushort)quantity, ReadingFlags.None, now - (late == 0 ? 1_500_000 : 0), now, value);
            engine.Apply([reading], now);
            if (late > 3)
            {
                engine.Apply([Reading.Tick(now)], now);
            }
        }

        return now;
    }
}
