using System.Globalization;

namespace PingAnIoT.Rules.Tests;

/// <summary>Alone, as it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(RegisterMemoryTests), DisableParallelization = true)]
[Collection(nameof(RegisterMemoryTests))]
public sealed class RegisterMemoryTests
{
    /// <summary>What a device costs beyond the strings of its record; a city of 1,419,000 must fit beside everything else.</summary>
    [Fact]
    public void Memory_per_device_is_bounded()
    {
        const int devices = 200_000;
        var records = new DeviceRecord[devices];
        for (var i = 0; i < devices; i++)
        {
            records[i] = new DeviceRecord { Device = string.Create(CultureInfo.InvariantCulture, $"d{i:D6}"), Kind = 0, Gateways = [] };
        }

        var register = new DeviceRegister(Catalog.Default);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var record in records)
        {
            register.Register(record);
        }

        var bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / devices;
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes:F0} bytes per device beside its record");
        bytes.Should().BeLessThan(70);
        GC.KeepAlive(records);
        GC.KeepAlive(register);
    }
}
