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

        // The last tenth is for newcomers of other gateways.
        var room = capacity - (capacity / 10);
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

        if (taken != room || register.Count != Known + room)
        {
            failures.Add($"{taken} strangers were taken, {register.Count} devices are known; expected {room} and {Known + room}");
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

        Threat.Report("T-18", Strangers, failures, $"invented devices, {room} taken");
    }

    [Fact]
    public void T_18_Newcomers_behind_other_gateways_are_judged_after_a_flood_and_after_a_restart()
    {
        const int Flood = 100_000;
        const int Gateways = 10;
        var (register, emitted) = (new DeviceRegister(Catalog.Default), new List<Transition>());
        var rules = new RuleSet([Scenario.Rule()]);
        var engine = new Engine(register, rules, new EngineOptions(), emitted.Add);
        var now = Scenario.Epoch;
        for (var i = 0; i < Flood; i++)
        {
            Hear(register.FindOrEnrol(0, Encoding.ASCII.GetBytes($"s{i}"), "gw9"), 10);
        }

        // Each of the others gets a hundredth of the room, until all of it is taken.
        int[] honest = [.. Enumerable.Range(0, Gateways).SelectMany(g => Enumerable.Range(0, 101).Select(d => register.FindOrEnrol(0, Encoding.ASCII.GetBytes($"h{g}-{d}"), $"gw2{g}")))];
        Array.ForEach(honest, device => Hear(device, 99));
        var failures = new List<string>();
        if (honest.Count(d => d >= 0) != Gateways * 100 || emitted.Count != Gateways * 100 || register.Count != register.UnregisteredCapacityDevices)
        {
            failures.Add($"of {honest.Length} newcomers {honest.Count(d => d >= 0)} are known and {emitted.Count} raised an alert, {register.Count} devices are known");
        }

        using var saved = new MemoryStream();
        engine.Save(saved);
        saved.Position = 0;
        (register, var open) = (new DeviceRegister(Catalog.Default), emitted.Count);
        engine = new Engine(register, rules, new EngineOptions(), emitted.Add);
        engine.Restore(saved);
        for (var g = 0; g < Gateways; g++)
        {
            Hear(register.FindOrEnrol(0, Encoding.ASCII.GetBytes($"h{g}-0"), $"gw2{g}"), 10);
        }

        if (register.Count != register.UnregisteredCapacityDevices || emitted.Count(t => t.Change == TransitionChange.Normal) != Gateways || emitted.Count != open + Gateways)
        {
            failures.Add($"after a restart {register.Count} devices are known, {emitted.Count - open} alerts of {Gateways} ended");
        }

        // One of the flood that is put into the register leaves its place to another.
        register.Register(new DeviceRecord { Device = "s1", Kind = 0, Gateways = ["gw9"] });
        if (register.FindOrEnrol(0, "late"u8, "gw9") >= 0 || register.FindOrEnrol(0, "late"u8, "gw30") < 0)
        {
            failures.Add("a place that became free is not for who has none");
        }

        Threat.Report("T-18", Flood, failures, "invented devices behind one gateway, newcomers behind ten others");

        void Hear(int device, double value)
        {
            now += 1_000;
            if (device >= 0)
            {
                engine.Apply([new Reading(device, 0, ReadingFlags.None, now, now, value)], 0);
            }
        }
    }
}
