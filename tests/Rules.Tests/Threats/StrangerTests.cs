using System.Globalization;
using System.Text;

namespace PingAnIoT.Rules.Tests;

/// <summary>T-18: whoever invents devices gets no more state than is set aside for strangers, and no known device notices.</summary>
public sealed class StrangerTests
{
    private const int Known = 100;

    [Theory]
    [InlineData(0)]
    [InlineData(10_000)]
    public void T_18_A_million_invented_devices_get_no_more_state_than_is_set_aside(int capacity)
    {
        const int Strangers = 1_000_000;
        var failures = new List<string>();
        var register = new DeviceRegister(Catalog.Default, capacity);
        for (var i = 0; i < Known; i++)
        {
            register.Register(new DeviceRecord { Device = $"p{i}", Kind = 0, Gateways = ["gw1"] });
        }

        var emitted = new List<Transition>();
        var engine = new Engine(
            register, new RuleSet([Scenario.Rule(function: WindowFunction.Mean, window: "60s", hold: "10s"), Scenario.Absent("silent", "90s")]), new EngineOptions(), emitted.Add);
        Span<byte> name = stackalloc byte[DeviceRegister.MaximumNameBytes];
        long settled = 0;
        var taken = 0;
        var now = Scenario.Epoch;
        for (var i = 0; i < Strangers; i++)
        {
            if (i % (Strangers / 60) == 0)
            {
                // A second goes by, and every known device is heard.
                now += 1_000_000;
                engine.Apply([Reading.Tick(now), .. Enumerable.Range(0, Known).Select(d => new Reading(d, 0, ReadingFlags.None, now, now, d == 7 ? 99 : 10))], 0);
            }

            if (i == 2 * capacity)
            {
                settled = GC.GetAllocatedBytesForCurrentThread();
            }

            Encoding.ASCII.TryGetBytes(string.Create(CultureInfo.InvariantCulture, $"s{i}-{i * 7919L}"), name, out var length);
            var device = register.FindOrEnrol(0, name[..length], "gw9");
            if (device >= 0)
            {
                taken++;
                engine.Apply([new Reading(device, 0, ReadingFlags.None, now, now, 99)], 0);
            }
        }

        if (taken != capacity || register.Count != Known + capacity)
        {
            failures.Add($"{taken} strangers were taken, {register.Count} devices are known; expected {capacity} and {Known + capacity}");
        }

        // Names of a few dozen characters are made here for each of them; what the register kept would be several times that.
        var perStranger = (GC.GetAllocatedBytesForCurrentThread() - settled) / (double)(Strangers - (2 * capacity));
        if (perStranger > 128)
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{perStranger:F0} bytes for each stranger after the last that was taken"));
        }

        var ofKnown = emitted.Where(t => !t.Device.IsUnregistered).Select(Scenario.Show).ToList();
        if (!ofKnown.SequenceEqual(["p7.pressure red @11s"]))
        {
            failures.Add("known devices: " + string.Join(", ", ofKnown));
        }

        if (register.FindOrEnrol(0, "p5"u8, "gw9") != 5 || register.MayPublish(5, register.GatewayIndex("gw9")))
        {
            failures.Add("a known device is not what it was");
        }

        Threat.Report("T-18", Strangers, failures, $"invented devices, {capacity} taken");
    }
}
