using System.Text;
using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>A register from a table is the register that the same devices make one by one; its image is the table, or it is refused.</summary>
public sealed class RegisterTableTests
{
    private const int Shards = 3;
    private static readonly byte[] Key = [.. Enumerable.Range(1, RegisterImage.KeyBytes).Select(i => (byte)i)];

    private static readonly string[] Territories = ["", "d01", "d01/s03/c07/g0112", "d01/s03/c07/g0113", "d02/s01/c01/g0001", "d02/s01/c01/g0001/x", "区/街/居/格"];
    private static readonly Gen<string> Territory = Gen.Int[0, Territories.Length - 1].Select(i => Territories[i]);

    private static readonly Gen<DeviceRecord> Device = Gen.Select(
        Gen.Int[0, Catalog.Default.Kinds.Count - 1], Gen.Int[0, 400], Territory, Gen.Int[0, 3], Gen.Int[0, 9],
        (kind, number, territory, gateways, rest) => new DeviceRecord
        {
            Device = "dev-" + number,
            Kind = kind,
            Gateways = [.. Enumerable.Range(0, gateways).Select(g => "gw" + ((number + g) % 5))],
            Territory = territory,
            Latitude = number / 7.0,
            Longitude = -number,
            Address = rest % 2 == 0 ? "" : "No " + number + " 路",
            OwnerUnit = rest % 3 == 0 ? "" : "owner " + rest,
            IsRetired = rest == 9,
            SetPoints = Enumerable.Range(0, rest % 4).ToDictionary(i => "set" + i, i => rest > 5 ? number : i + 0.5, StringComparer.Ordinal),
        });

    private static readonly Gen<DeviceRecord[]> Devices = Device.Array[0, 300].Select(all => all.DistinctBy(d => (d.Kind, d.Device)).ToArray());

    [Fact]
    public void Through_table_and_image_it_is_the_register_that_the_devices_make_one_by_one() => Devices.Sample(
        devices =>
        {
            var oneByOne = new DeviceRegister(Catalog.Default);
            foreach (var device in devices)
            {
                oneByOne.Register(device);
            }

            var (table, notes) = Read(Image(devices));
            notes.Should().Be("a note");
            var loaded = new DeviceRegister(Catalog.Default);
            loaded.Load(table);
            Compare(loaded, oneByOne, devices);

            // And so it goes on.
            foreach (var register in (DeviceRegister[])[loaded, oneByOne])
            {
                register.FindOrEnrol(0, "stranger"u8, "gw1");
                register.Register(new DeviceRecord { Device = "dev-1", Kind = 0, Gateways = ["gw9"], Territory = "d09/s01/c01/g0001" });
            }

            Compare(loaded, oneByOne, [.. devices.Where(d => d is not { Kind: 0, Device: "dev-1" }), oneByOne[oneByOne.Find(0, "dev-1"u8)]]);
            loaded[loaded.Find(0, "stranger"u8)].Should().BeEquivalentTo(oneByOne[oneByOne.Find(0, "stranger"u8)]);
        },
        iter: 200);

    [Fact]
    public void A_record_is_made_once()
    {
        var register = new DeviceRegister(Catalog.Default);
        register.Load(RegisterTable.Of([new DeviceRecord { Device = "p1", Kind = 1 }]));
        register[0].Should().BeSameAs(register[0]);
        var none = () => register[1];
        none.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void It_is_loaded_into_an_empty_register_only()
    {
        var register = new DeviceRegister(Catalog.Default);
        register.Register(new DeviceRecord { Device = "p1", Kind = 0 });
        var load = () => register.Load(RegisterTable.Of([new DeviceRecord { Device = "p2", Kind = 0 }]));
        load.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_device_that_is_there_twice_is_refused()
    {
        var load = () => new DeviceRegister(Catalog.Default).Load(RegisterTable.Of([new DeviceRecord { Device = "p1", Kind = 0 }, new DeviceRecord { Device = "p1", Kind = 0 }]));
        load.Should().Throw<InvalidDataException>().WithMessage("*each device once*");
    }

    /// <summary>Every bit of a small image, one at a time.</summary>
    [Fact]
    public void Not_one_flipped_bit_goes_unnoticed()
    {
        var image = Image([new DeviceRecord { Device = "p1", Kind = 0, Gateways = ["g1", "g2"], Territory = "d01/s01", SetPoints = new Dictionary<string, double> { ["limit"] = 5 } }]);
        var (cases, failures) = (0, 0);
        for (var bit = 0; bit < image.Length * 8; bit++)
        {
            var damaged = (byte[])image.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            cases++;
            failures += IsBelieved(damaged) ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} flipped bits, {failures} unnoticed");
        cases.Should().BeGreaterThan(1_000);
        failures.Should().Be(0);
    }

    [Fact]
    public void Not_one_missing_or_added_byte_goes_unnoticed()
    {
        var image = Image([new DeviceRecord { Device = "p1", Kind = 0, Gateways = ["g1"] }, new DeviceRecord { Device = "p2", Kind = 0, Gateways = ["g1"], IsRetired = true }]);
        IsBelieved(image).Should().BeTrue();
        Enumerable.Range(0, image.Length).Where(length => IsBelieved(image[..length])).Should().BeEmpty();
        IsBelieved([.. image, 0]).Should().BeFalse();
    }

    private static void Compare(DeviceRegister loaded, DeviceRegister expected, IReadOnlyList<DeviceRecord> devices)
    {
        loaded.Count.Should().Be(expected.Count);
        loaded.Retired.Should().Equal(expected.Retired);
        foreach (var device in devices)
        {
            var name = Encoding.UTF8.GetBytes(device.Device);
            var index = expected.Find(device.Kind, name);
            loaded.Find(device.Kind, name).Should().Be(index);
            loaded.ShardOf(index, Shards).Should().Be(expected.ShardOf(index, Shards));
            loaded.PlaceOf(index).Should().Be(expected.PlaceOf(index));
            loaded.HasSetPoints(index).Should().Be(expected.HasSetPoints(index));
            (loaded.KindOf(index), loaded.TerritoryOf(index), loaded.IsRetired(index), loaded.IsUnregistered(index)).Should()
                .Be((device.Kind, device.Territory, device.IsRetired, false));
            loaded.GatewaysOf(index).Should().Equal(device.Gateways);
            for (var gateway = 0; gateway < 10; gateway++)
            {
                loaded.MayPublish(index, loaded.GatewayIndex("gw" + gateway)).Should().Be(expected.MayPublish(index, expected.GatewayIndex("gw" + gateway)));
            }

            var (found, known) = (loaded[index], expected[index]);
            found.SetPoints.Should().Equal(known.SetPoints);
            found.Gateways.Should().Equal(known.Gateways);
            (found with { SetPoints = known.SetPoints, Gateways = known.Gateways }).Should().Be(known);
        }
    }

    /// <summary>Whether a start would go on with it.</summary>
    private static bool IsBelieved(byte[] image)
    {
        try
        {
            using var stream = new MemoryStream(image);
            if (RegisterImage.ReadKey(stream) is not { } key || !key.AsSpan().SequenceEqual(Key))
            {
                return false;
            }

            new DeviceRegister(Catalog.Default).Load(RegisterImage.ReadRest(stream).Table);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static byte[] Image(IEnumerable<DeviceRecord> devices)
    {
        using var stream = new MemoryStream();
        RegisterImage.Write(stream, Key, RegisterTable.Of(devices), "a note");
        return stream.ToArray();
    }

    private static (RegisterTable Table, string Notes) Read(byte[] image)
    {
        using var stream = new MemoryStream(image);
        RegisterImage.ReadKey(stream).Should().Equal(Key);
        return RegisterImage.ReadRest(stream);
    }
}
