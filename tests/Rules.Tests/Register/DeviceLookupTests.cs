using System.Globalization;
using System.Text;

namespace PingAnIoT.Rules.Tests;

/// <summary>Many look-ups together say what each would say alone.</summary>
public sealed class DeviceLookupTests
{
    [Fact]
    public void Looking_up_many_at_once_finds_the_same_as_one_by_one()
    {
        const int seed = 7;
        var random = new Random(seed);
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < 5_000; i++)
        {
            register.Register(new DeviceRecord { Device = Name(random.Next(10_000)), Kind = random.Next(3), Gateways = ["g"] });
        }

        var missed = 0;
        for (var round = 0; round < 500; round++)
        {
            var texts = new List<byte>();
            var lookups = new DeviceLookup[random.Next(0, 50)];
            for (var i = 0; i < lookups.Length; i++)
            {
                var name = Encoding.UTF8.GetBytes(Name(random.Next(10_000)));
                lookups[i] = new DeviceLookup { Kind = random.Next(-1, 3), NameStart = texts.Count, NameLength = name.Length };
                texts.AddRange(name);
            }

            register.Find(lookups, texts.ToArray());
            foreach (var lookup in lookups)
            {
                var alone = lookup.Kind < 0 ? -1 : register.Find(lookup.Kind, texts.ToArray().AsSpan(lookup.NameStart, lookup.NameLength));
                lookup.Device.Should().Be(alone, $"seed {seed} round {round}");
                missed += alone < 0 ? 1 : 0;
            }
        }

        missed.Should().BeInRange(100, 24_000, "both outcomes are to be seen");
    }

    /// <summary>From 1 to 64 bytes long, as the hash takes each length another way.</summary>
    private static string Name(int i) => i.ToString(CultureInfo.InvariantCulture).PadLeft(i % 65, 'x');
}
