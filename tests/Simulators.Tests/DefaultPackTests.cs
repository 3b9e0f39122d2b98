using System.Text;
using System.Text.Json;
using PingAnIoT.Rules;

namespace PingAnIoT.Simulators.Tests;

/// <summary>The default rules over simulated devices: silent over a healthy day, and afterwards only about what is in the plan of faults.</summary>
public sealed class DefaultPackTests
{
    private const double Midnight = 1_760_054_400;

    /// <summary>What a window or a clear hold may still say of a fault that is over.</summary>
    private const double AfterSeconds = 900;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Says_nothing_of_a_healthy_day(int seed)
    {
        // Two of each kind: a day of a lift is 43,200 payloads.
        var devices = District.Build(seed, 10).Devices.Take(8).ToList();
        var said = Play(devices, Midnight, Midnight + 86_400, _ => { });
        said.Select(t => $"{t.RuleId} {t.Series} {t.To}").Should().BeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Speaks_only_of_devices_that_have_failed(int seed)
    {
        var district = District.Build(seed, 20);
        var plan = new FaultPlan(district, Midnight + 120, 60);
        var said = Play(district.Devices, Midnight, Midnight + 1800, plan.Advance);
        foreach (var t in said)
        {
            var seconds = t.EventTimeMicros / 1e6;
            plan.Truth.Should().Contain(
                f => IsOf(t, f.Device)
                    && f.Fault.StartSeconds <= seconds && seconds <= f.Fault.EndSeconds + AfterSeconds,
                $"{t.RuleId} {t.Series} {t.To}");
        }

        // Faults the last minutes brought may still be within their hold; a battery must be low for ten minutes, longer than the plan lets it.
        var faults = plan.Truth.Where(f => f.Fault.StartSeconds < Midnight + 1500 && f.Fault.Kind != FaultKind.BatteryLow).ToList();
        faults.Should().HaveCountGreaterThan(40);
        faults.Should().OnlyContain(f => said.Any(t => IsOf(t, f.Device)), "every fault is told");
    }

    /// <summary>Of one of its series, or of those of its grid.</summary>
    private static bool IsOf(Transition transition, DistrictDevice device) =>
        transition.Series.StartsWith($"{device.Kind}/{device.Name}/", StringComparison.Ordinal)
        || transition.Series.StartsWith($"{device.Kind}/{device.Site.Territory}/", StringComparison.Ordinal);

    private static List<Transition> Play(IReadOnlyList<DistrictDevice> devices, double from, double to, Action<double> advance)
    {
        var register = new DeviceRegister(Catalog.Default);
        var said = new List<Transition>();
        var rules = RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default).RuleSet!;
        var engine = new Engine(register, rules, new EngineOptions(), said.Add);
        var numbers = devices.ToDictionary(
            d => d,
            d => register.Register(new DeviceRecord
            {
                Device = d.Name, Kind = Catalog.Default.FindKind(d.Kind), Gateways = [d.Gateway], Territory = d.Site.Territory,
            }));
        var batch = new ReadingBatch();
        for (var now = from; now < to; now++)
        {
            advance(now);
            batch.Clear();
            foreach (var device in devices.Where(d => (now - from) % d.PeriodSeconds == 0))
            {
                Add(batch, device, numbers[device], now);
            }

            batch.Add(Reading.Tick((long)(now * 1e6)));
            engine.Apply(batch.Readings, (long)(now - from) + 1);
        }

        return said;
    }

    private static void Add(ReadingBatch batch, DistrictDevice device, int number, double now)
    {
        var kind = Catalog.Default.Kinds[Catalog.Default.FindKind(device.Kind)];
        var micros = (long)(now * 1e6);
        using var payload = JsonDocument.Parse(device.Payload(now));
        foreach (var field in payload.RootElement.EnumerateObject().Skip(1))
        {
            var value = field.Value.ValueKind == JsonValueKind.Number ? field.Value.GetDouble() : field.Value.GetBoolean() ? 1 : 0;
            batch.Add(new Reading(number, (ushort)kind.FindQuantity(Encoding.UTF8.GetBytes(field.Name)), ReadingFlags.None, micros, micros, value));
        }
    }
}
