using System.Globalization;
using System.Text;
using CsCheck;

namespace PingAnIoT.Rules.Tests;

public sealed class DeviceRegisterTests
{
    /// <summary>Against a dictionary: the same indexes, the same records, the same rights, whatever the order.</summary>
    [Fact]
    public void Behaves_as_a_dictionary()
    {
        var name = Gen.String[Gen.Char["ab.-_Z9"], 1, 4];
        var step = Gen.Select(Gen.Int[0, 2], name, Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 3]);
        step.List[0, 200].Sample(steps =>
        {
            var register = new DeviceRegister(Catalog.Default, unregisteredCapacityDevices: 5);
            var oracle = new Dictionary<(int, string), int>();
            var owners = new List<string[]>();
            var unregistered = new HashSet<int>();
            foreach (var (kind, device, gateway, isEnrolment, second) in steps)
            {
                var utf8 = Encoding.UTF8.GetBytes(device);
                var known = oracle.TryGetValue((kind, device), out var index);
                if (register.Find(kind, utf8) != (known ? index : -1))
                {
                    return false;
                }

                string[] gateways = isEnrolment || second == 0 ? [$"g{gateway}"] : [$"g{gateway}", $"h{second}"];
                if (isEnrolment)
                {
                    var expected = known ? index : unregistered.Count < 5 ? oracle.Count : -1;
                    if (register.FindOrEnrol(kind, utf8, gateways[0]) != expected)
                    {
                        return false;
                    }

                    if (!known && expected >= 0)
                    {
                        unregistered.Add(expected);
                        oracle.Add((kind, device), expected);
                        owners.Add(gateways);
                    }
                }
                else
                {
                    index = known ? index : oracle.Count;
                    if (register.Register(new DeviceRecord { Device = device, Kind = kind, Gateways = gateways }) != index)
                    {
                        return false;
                    }

                    unregistered.Remove(index);
                    oracle[(kind, device)] = index;
                    if (known)
                    {
                        owners[index] = gateways;
                    }
                    else
                    {
                        owners.Add(gateways);
                    }
                }
            }

            string[] all = ["g0", "g1", "g2", "g3", "h1", "h2", "h3", "nobody"];
            return register.Count == oracle.Count
                && oracle.All(pair => register[pair.Value].Device == pair.Key.Item2 && register[pair.Value].Kind == pair.Key.Item1)
                && Enumerable.Range(0, oracle.Count).All(
                    device => all.All(g => register.MayPublish(device, register.GatewayIndex(g)) == owners[device].Contains(g)));
        });
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("A-z_0.9", true)]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234", true)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345", false)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("é", false)]
    [InlineData("a\n", false)]
    [InlineData("#", false)]
    public void Names_are_held_to_one_alphabet(string name, bool isValid)
    {
        DeviceRegister.IsValidName(name).Should().Be(isValid);
        var register = new DeviceRegister(Catalog.Default);
        (register.FindOrEnrol(0, Encoding.UTF8.GetBytes(name), "g") >= 0).Should().Be(isValid);
        var registering = () => register.Register(new DeviceRecord { Device = name, Kind = 1, Gateways = ["g"] });
        if (isValid)
        {
            registering.Should().NotThrow();
        }
        else
        {
            registering.Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public void A_device_without_gateways_is_nobodys()
    {
        var register = new DeviceRegister(Catalog.Default);
        register.Register(new DeviceRecord { Device = "a", Kind = 0 });
        register.MayPublish(0, register.GatewayIndex("g")).Should().BeFalse();
    }

    [Fact]
    public async Task Readers_see_each_device_whole_while_it_grows()
    {
        const int devices = 50_000;
        var register = new DeviceRegister(Catalog.Default);
        var wrong = 0;
        var reader = Task.Run(() =>
        {
            Span<byte> name = stackalloc byte[16];
            while (register.Count < devices)
            {
                var newest = register.Count - 1;
                for (var i = newest; i >= 0 && i > newest - 50; i--)
                {
                    Encoding.UTF8.TryGetBytes(Name(i), name, out var length);
                    var found = register.Find(i % 4, name[..length]);

                    // The newest may be counted a moment before it can be found.
                    if (found != i && (i < newest || found != -1))
                    {
                        wrong++;
                    }

                    if (found >= 0 && (register[found].Device != Name(i) || !register.MayPublish(found, register.GatewayIndex($"g{i % 7}"))))
                    {
                        wrong++;
                    }
                }
            }
        });
        for (var i = 0; i < devices; i++)
        {
            register.Register(new DeviceRecord { Device = Name(i), Kind = i % 4, Gateways = [$"g{i % 7}"] });
        }

        await reader;
        wrong.Should().Be(0);
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < 1_000; i++)
        {
            register.Register(new DeviceRecord { Device = Name(i), Kind = 0, Gateways = ["g"] });
        }

        var found = 0;
        var gateway = register.GatewayIndex("g");
        LookUp(register, gateway, ref found);
        var before = GC.GetAllocatedBytesForCurrentThread();
        LookUp(register, gateway, ref found);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        found.Should().Be(2_000);
    }

    private static void LookUp(DeviceRegister register, int gateway, ref int found)
    {
        Span<byte> name = stackalloc byte[16];
        "d000000"u8.CopyTo(name);
        for (var i = 0; i < 1_000; i++)
        {
            for (var (digit, rest) = (6, i); digit > 0; digit--, rest /= 10)
            {
                name[digit] = (byte)('0' + (rest % 10));
            }

            var device = register.Find(0, name[..7]);
            found += device == i && register.MayPublish(device, gateway) ? 1 : 0;
        }
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"d{i:D6}");

    [Fact]
    public void A_grid_is_in_one_shard_and_grids_are_dealt_out_evenly()
    {
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < 10_900 * 4; i++)
        {
            var grid = i % 10_900;
            register.Register(new DeviceRecord { Device = $"d{i}", Kind = 0, Territory = $"d{grid % 13}/s{grid % 109}/c{grid % 545}/g{grid}/b{i}" });
        }

        foreach (var shards in (int[])[2, 7, 64])
        {
            var loads = new int[shards];
            for (var i = 0; i < register.Count; i++)
            {
                register.ShardOf(i, shards).Should().Be(register.ShardOf(i % 10_900, shards));
                register.ShardOf(register.PlaceOf(i)!, shards).Should().Be(register.ShardOf(i, shards));
                loads[register.ShardOf(i, shards)]++;
            }

            (loads.Max() - loads.Min()).Should().BeLessThanOrEqualTo(4);
        }
    }

    [Fact]
    public void A_device_keeps_its_shard_and_place_while_the_process_lives()
    {
        var register = new DeviceRegister(Catalog.Default);
        var alone = register.Register(new DeviceRecord { Device = "a", Kind = 0 });
        var street = register.Register(new DeviceRecord { Device = "b", Kind = 0, Territory = "d1/s1" });
        var grid = register.Register(new DeviceRecord { Device = "c", Kind = 0, Territory = "d1/s1/c1/g1" });
        register.Register(new DeviceRecord { Device = "a", Kind = 0, Territory = "d1/s1/c1/g1" });
        register.Register(new DeviceRecord { Device = "c", Kind = 0 });
        (register.PlaceOf(alone), register.PlaceOf(street), register.PlaceOf(grid)).Should().Be((null, "d1/s1", "d1/s1/c1/g1"));
        (register.ShardOf(alone, 7), register.ShardOf(street, 7), register.ShardOf(grid, 7)).Should().Be((0, 0, 1));
    }

    [Theory]
    [InlineData("d1/s1/c1/g1/b1", 4, "d1/s1/c1/g1")]
    [InlineData("d1/s1/c1/g1", 4, "d1/s1/c1/g1")]
    [InlineData("d1/s1/c1", 4, null)]
    [InlineData("d1/s1/c1", 3, "d1/s1/c1")]
    [InlineData("d1/s1/c1", 1, "d1")]
    [InlineData("", 1, null)]
    public void A_place_is_the_beginning_of_a_territory_code(string territory, int parts, string? place) =>
        PlaceNumbers.Prefix(territory, parts).Should().Be(place);
}
