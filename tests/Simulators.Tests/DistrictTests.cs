using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Simulators.Tests;

/// <summary>The district is repeatable, speaks the catalog's words and stays within what can be true.</summary>
public sealed class DistrictTests
{
    private const double Noon = 1_760_068_800;

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        static string Play(int seed)
        {
            var district = District.Build(seed, 10);
            var plan = new FaultPlan(district, Noon, 120);
            var text = new System.Text.StringBuilder(DistrictRegister.Csv(district));
            for (var t = Noon - 120; t < Noon + 200; t += 10)
            {
                plan.Advance(t);
                district.Devices.ToList().ForEach(d => text.Append(d.Payload(t)).Append('\n'));
            }

            return text.ToString();
        }

        Play(7).Should().Be(Play(7)).And.NotBe(Play(8));
    }

    [Fact]
    public void Every_reading_of_a_day_is_of_the_catalog_and_can_be_true()
    {
        var district = District.Build(11, 10);
        var plan = new FaultPlan(district, Noon, 120);
        var readings = 0;
        for (var t = Noon - 120; t < Noon + 86_400; t += 60)
        {
            plan.Advance(t);
            foreach (var device in district.Devices)
            {
                var kind = Catalog.Default.Kinds[Catalog.Default.FindKind(device.Kind)];
                using var payload = JsonDocument.Parse(device.Payload(t));
                foreach (var field in payload.RootElement.EnumerateObject().Skip(1))
                {
                    var quantity = kind.Quantities.Single(q => q.Name == field.Name);
                    quantity.IsBoolean.Should().Be(field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False, field.Name);
                    if (!quantity.IsBoolean)
                    {
                        field.Value.GetDouble().Should().BeInRange(quantity.Minimum, quantity.Maximum, field.Name);
                    }

                    readings++;
                }
            }
        }

        readings.Should().BeGreaterThan(300_000);
        plan.Truth.Select(t => t.Fault.Kind).Distinct().Should().HaveCount(Enum.GetValues<FaultKind>().Length);
    }

    [Fact]
    public void Records_of_a_pack_say_the_same_as_the_plain_object()
    {
        var device = District.Build(3, 10).Devices.OfType<SmokeDetector>().First();
        using var pack = JsonDocument.Parse($"[{device.SenmlRecords(Noon)}]");
        var records = pack.RootElement.EnumerateArray().ToList();
        records[0].GetProperty("bn").GetString().Should().Be($"smoke-detector/{device.Name}/");
        records.Select(r => r.GetProperty("n").GetString()).Should().Equal("smoke", "temperature", "battery", "alarm");
        records[3].GetProperty("vb").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public void The_register_has_a_row_per_device_with_territory_and_both_languages()
    {
        var rows = DemoDistrict.RegisterCsv(1).TrimEnd('\n').Split('\n');
        rows.Should().HaveCount(321);
        rows[0].Should().StartWith(DistrictRegister.Header);
        rows.Skip(1).Should().OnlyContain(r => r.Split(',').Length == rows[0].Split(',').Length && r.Contains("d01/s0") && r.Contains("街道") || r.Contains('镇'));
        DemoDistrict.Gateways(1).Should().HaveCount(16);
    }

    [Fact]
    public void A_gateway_first_sends_what_it_stored_and_then_keeps_pace()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds((long)Noon));
        var district = District.Build(5, 10);
        var load = new DistrictLoad(district, time);
        var client = new WireClient(new WireOptions { Host = "127.0.0.1", Port = 1, ClientId = "gw-gas-01", WindowMessages = 30_000, WindowBytes = 8 << 20 }, new WireCounters(), time);
        var pipes = district.Devices.OfType<GasPipe>().ToList();
        client.Load = load.LoadOf(pipes);
        load.Fill(client, time.GetTimestamp());
        client.InFlight.Should().BeCloseTo(pipes.Count * 24, (uint)pipes.Count);
        var stored = client.InFlight;
        time.Advance(TimeSpan.FromSeconds(50));
        var due = load.Fill(client, time.GetTimestamp());
        (client.InFlight - stored).Should().Be(pipes.Count * 10);
        due.Should().BeGreaterThan(time.GetTimestamp());
    }
}
