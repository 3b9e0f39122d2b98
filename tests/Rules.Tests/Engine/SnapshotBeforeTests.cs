using System.Text;
using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>A snapshot as the version before wrote it: a server that is replaced by a newer one goes on where it was.</summary>
public sealed class SnapshotBeforeTests
{
    private const int SecondsBefore = 100;
    private const int SecondsAfter = 300;

    private static readonly RuleSet Rules = new(
    [
        Scenario.Rule("mean", WindowFunction.Mean, "20s", hold: "5s", clear: "10s", bands: [new Band(Severity.Red, Comparison.Above, 55, null), new Band(Severity.Yellow, Comparison.Above, 48, "limit")]),
        Scenario.Rule("high", hold: "3s", deadband: 5),
        Scenario.Rule("low", WindowFunction.Min, "2000s", quantity: "flow", bands: [new Band(Severity.Yellow, Comparison.Below, 0.5, null)]),
        Scenario.Absent("silent", "60s"),
        Scenario.Absent("flow-silent", "45s", anyQuantity: false, quantity: "flow"),
        Scenario.Combined("both", Combination.All),
        Scenario.Combined("then", Combination.Then) with { WithinMicros = 10_000_000 },
        Scenario.Rule("votes", WindowFunction.Votes, "20s", bands: [new Band(Severity.Red, Comparison.Above, 80, null)]) with { Times = 2, Place = Place.Grid },
    ]);

    // 100 seconds of Live, as the release before saved them.
    private static readonly byte[] Written = Convert.FromBase64String(Resources.Text("snapshot-4.txt"));

    [Fact]
    public void What_the_version_before_wrote_goes_on_as_if_nothing_had_happened()
    {
        var through = new List<Transition>();
        var register = NewRegister();
        var straight = new Engine(register, Rules, new EngineOptions(), through.Add);
        Live(straight, register, 0, SecondsBefore);
        through.Select(t => t.RuleId).Distinct().Should().HaveCountGreaterThan(4, "there is something to go on with");
        through.Clear();
        Live(straight, register, SecondsBefore, SecondsAfter);

        var after = new List<Transition>();
        register = NewRegister();
        var restored = new Engine(register, RuleSet.Empty, new EngineOptions(), after.Add);
        restored.Restore([new MemoryStream(Written)], takeRules: true);
        Live(restored, register, SecondsBefore, SecondsAfter);

        through.Select(t => t.RuleId).Distinct().Should().HaveCountGreaterThan(4, "and something comes of it");
        after.Select(Show).Should().Equal(through.Select(Show));
    }

    [Fact]
    public void Of_the_version_before_too_a_wrong_one_with_right_checksums_is_refused_or_harmless() =>
        Gen.Select(Gen.Double.Unit, Gen.Byte).Array[1, 3].Sample(changes =>
        {
            var register = NewRegister();
            var engine = new Engine(register, Rules, new EngineOptions(), _ => { });
            var changed = SnapshotSurgery.Changed(Written, changes, SnapshotBlocks.VersionBefore);
            try
            {
                engine.Restore([new MemoryStream(changed)], takeRules: true);
            }
            catch (InvalidDataException)
            {
                return;
            }

            Live(engine, register, SecondsBefore, SecondsBefore + 20);
            engine.Save(Stream.Null);
        });

    private static string Show(Transition t) => $"{t.RuleId} {Scenario.Show(t)} {t.EpisodeMicros} {t.Ordinal} {t.Change} [{string.Join(' ', t.Evidence)}]";

    private static DeviceRegister NewRegister()
    {
        var register = new DeviceRegister(Catalog.Default);
        foreach (var name in new[] { "a", "b", "c", "gone" })
        {
            register.Register(new DeviceRecord
            {
                Device = name, Kind = 0, Gateways = name == "c" ? ["gw1", "gw2"] : ["gw1"], Territory = name == "c" ? "d1/s1/c1/g2" : "d1/s1/c1/g1", IsRetired = name == "gone",
                SetPoints = name == "b" ? new Dictionary<string, double> { ["limit"] = 40 } : new Dictionary<string, double>(),
            });
        }

        foreach (var name in new[] { "gw1", "gw2" })
        {
            register.Register(new DeviceRecord { Device = name, Kind = Catalog.Default.FindKind(Catalog.GatewayKind) });
        }

        return register;
    }

    /// <summary>Readings of few digits and of many, some late, devices that fall silent and a gateway that goes: every second from one to another.</summary>
    private static void Live(Engine engine, DeviceRegister register, int from, int to)
    {
        var catalog = Catalog.Default.Kinds[0];
        var stranger = register.FindOrEnrol(0, "stranger"u8, "gw2");
        for (var second = from; second < to; second++)
        {
            var now = Scenario.Epoch + (second * 1_000_000L);
            var readings = new List<Reading> { Reading.Tick(now) };
            foreach (var device in new[] { 0, 1, 2, 3, stranger })
            {
                var isSilent = device == 1 ? second is > 20 and < 250 : device == 2 && second > 90;
                for (var i = 0; i < (second % 3 == 0 ? 3 : 2) && !isSilent; i++)
                {
                    var quantity = catalog.FindQuantity(Encoding.UTF8.GetBytes(i == 0 ? "pressure" : i == 1 ? "methane" : "flow"));
                    var step = (second * 7919L) + (device * 104_729L) + (i * 1299709L);
                    var value = (step * step % 1000 / 10.0) + (i == 2 ? 1 / 3.0 : 0);
                    readings.Add(new Reading(device, (ushort)quantity, ReadingFlags.None, now - (step % 5 == 0 ? 1_500_000 : 0), now, value));
                }
            }

            if (second is 40 or 200)
            {
                readings.Add(new Reading(register.Find(Catalog.Default.FindKind(Catalog.GatewayKind), "gw1"u8), 0, ReadingFlags.None, now, now, second == 40 ? 0 : 1));
            }

            engine.Apply(readings.ToArray(), second);
            if (second == 50)
            {
                engine.Retire(3, now, second);
            }
        }
    }
}
