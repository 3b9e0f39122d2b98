using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Simulators.Tests;

/// <summary>Same seed, same bytes; every reading once, at its exact time, in a form that can be read.</summary>
public sealed class FleetSourceTests
{
    private const string Day =
        """
        fleet district
        seed 7
        start 2026-03-01T06:00+08:00
        length 20m
        at 2m  gas-pipe/gp-0003  slow-leak severity 0.5 for 10m
        at 3m  gateway/gw-gas-02 outage for 4m
        at 1m  gateway/gw-fire-01 duplicates severity 0.6 for 15m
        at 1m  gateway/gw-lift-03 reorder severity 0.6 for 15m
        at 4m  elevator/lift-0002 late-batch for 10m
        at 4m  elevator/lift-0002 burst for 4m
        every 5m smoke-detector/* steam for 2m
        """;

    [Theory]
    [InlineData(PayloadForm.Mixed)]
    [InlineData(PayloadForm.Packs)]
    [InlineData(PayloadForm.CborPacks)]
    public void The_same_seed_gives_the_same_bytes_however_it_is_played(PayloadForm form)
    {
        var options = new FleetSourceOptions { Form = form };
        var alone = Hash(Played.All(new FleetSource(Played.Plan(Day), options), 16));
        var plan = Played.Plan(Day);
        var (one, other) = (new FleetSource(plan, options), new FleetSource(plan, options));
        var (first, second) = (new List<Sent>(), new List<Sent>());
        for (var (turn, left) = (0UL, true); left; turn++)
        {
            // Two sources of one plan by turns, gateways in any order.
            left = false;
            for (var g = 0; g < 16; g++)
            {
                left |= Step(one, g, first, Chance.Bits(1, 2, (long)turn * 16 + g) % 4);
                left |= Step(other, 15 - g, second, Chance.Bits(3, 4, (long)turn * 16 + g) % 7);
            }
        }

        Hash(first).Should().Be(alone);
        Hash(second).Should().Be(alone);
        Hash(Played.All(new FleetSource(Played.Plan(Day.Replace("seed 7", "seed 8")), options), 16)).Should().NotBe(alone);
    }

    [Fact]
    public void Every_reading_by_the_clock_comes_once_at_its_exact_time()
    {
        var fleet = new Fleet(FleetShape.Town, 4, PlainModel.All);
        var sent = Played.All(new FleetSource(TruthPlan.Healthy(fleet, Played.Start, Played.Start + 180), new FleetSourceOptions { Form = PayloadForm.Plain }), fleet.Gateways.Length);
        sent.Should().HaveCount(30_000);
        sent.Sum(s => s.Readings).Should().Be((int)fleet.Points * 3);
        var byTopic = sent.GroupBy(s => s.Topic).ToDictionary(g => g.Key, g => g.ToList());
        for (var number = 0; number < fleet.Devices; number++)
        {
            var device = fleet.Device(number);
            var own = byTopic[$"pingan/v1/{fleet.Gateways[device.Gateway]}/{device.Model.Kind}/{device.Name}"];
            own.Select(s => s.Seconds).Should().Equal(Enumerable.Range(0, 3).Select(k => Math.Round(Played.Start + device.PhaseSeconds + (60 * k), 3)));
            own.Should().OnlyContain(s => Math.Abs(TimeOf(s) - s.Seconds) < 1e-9);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forms_say_the_same_and_the_decoder_refuses_nothing(bool isReal)
    {
        var fleet = new Fleet(FleetShape.District, 4, isReal ? DeviceModels.All : PlainModel.All);
        var plan = TruthPlan.Healthy(fleet, Played.Start, Played.Start + 120);
        var all = Enum.GetValues<PayloadForm>().Select(form => Readings(fleet, new FleetSource(plan, new FleetSourceOptions { Form = form }))).ToList();
        all[0].Should().HaveCountGreaterThan(10_000).And.OnlyHaveUniqueItems();
        all.Skip(1).Should().OnlyContain(readings => readings.SequenceEqual(all[0]));
    }

    [Fact]
    public void Firmware_that_batches_sends_its_samples_together()
    {
        var fleet = new Fleet(FleetShape.District, 4, PlainModel.All);
        var device = Enumerable.Range(0, fleet.Devices).Select(fleet.Device).First(d => d.Samples > 1);
        device.ReportSeconds.Should().Be(60);
        var sent = Played.Of(new FleetSource(TruthPlan.Healthy(fleet, Played.Start, Played.Start + 600), new FleetSourceOptions { Form = PayloadForm.Plain }), device.Gateway).Where(s => s.Topic.EndsWith(device.Name, StringComparison.Ordinal)).ToList();
        sent.Should().HaveCount(10).And.OnlyContain(s => s.Readings == 6 * device.Quantities);
        sent.SelectMany(Times).Distinct().Zip(sent.SelectMany(Times).Distinct().Skip(1)).Should().OnlyContain(p => Math.Abs(p.Second - p.First - 10) < 1e-6);
    }

    [Fact]
    public void One_that_ails_reports_at_once_and_a_healthy_one_does_not()
    {
        var plan = Played.Plan("fleet district\nseed 2\nstart 2026-03-01T06:00+08:00\nlength 10m\nat 5m pipe-network/net-0002 burst severity 1 for 2m");
        var device = plan.Fleet.Device(plan.Fleet.Find("pipe-network", "net-0002"));
        var sent = Played.Of(new FleetSource(plan), device.Gateway).Where(s => s.Topic.Contains("/pipe-network/")).ToList();
        var between = sent.Where(s => Math.Abs(((s.Seconds - Phase(plan.Fleet, s)) % 30) - 0) is > 0.01 and < 29.99).ToList();
        between.Should().HaveCount(2).And.OnlyContain(s => s.Topic.EndsWith(device.Name, StringComparison.Ordinal));
        (between[0].Seconds - Played.Start - 300).Should().BeInRange(0, 1);
        (between[1].Seconds - Played.Start - 420).Should().BeInRange(0, 1);
    }

    [Fact]
    public void Packs_hold_no_more_than_asked_and_nothing_older_than_their_time()
    {
        var fleet = new Fleet(FleetShape.Town, 4, PlainModel.All);
        var options = new FleetSourceOptions { Form = PayloadForm.Packs, PackReadings = 50, PackSeconds = 0.5 };
        var sent = Played.All(new FleetSource(TruthPlan.Healthy(fleet, Played.Start, Played.Start + 60), options), fleet.Gateways.Length);
        sent.Should().OnlyContain(s => s.Readings <= 50 && Times(s).All(t => t <= s.Seconds && t > s.Seconds - 0.5));
        sent.Sum(s => s.Readings).Should().Be((int)fleet.Points);
    }

    private static double Phase(Fleet fleet, Sent sent) => fleet.Device(fleet.Find(sent.Topic.Split('/')[3], sent.Topic.Split('/')[4])).PhaseSeconds;

    private static bool Step(FleetSource source, int gateway, List<Sent> sent, ulong messages)
    {
        for (var i = 0UL; i < messages && !double.IsPositiveInfinity(source.NextSeconds(gateway)); i++)
        {
            sent.Add(Played.Next(source, gateway));
        }

        return !double.IsPositiveInfinity(source.NextSeconds(gateway));
    }

    private static string Hash(IEnumerable<Sent> sent) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sent.GroupBy(s => s.Gateway).OrderBy(g => g.Key).SelectMany(g => g)))));

    private static double TimeOf(Sent sent) => Times(sent).Last();

    private static IEnumerable<double> Times(Sent sent)
    {
        using var payload = JsonDocument.Parse(sent.Payload);
        return payload.RootElement.ValueKind == JsonValueKind.Object
            ? [payload.RootElement.GetProperty("t").GetDouble()]
            : [.. payload.RootElement.EnumerateArray().Where(r => r.TryGetProperty("bt", out _)).Select(r => r.GetProperty("bt").GetDouble())];
    }

    /// <summary>What the system's own decoder takes from all messages, in order; it must refuse none.</summary>
    private static List<(int Device, int Quantity, long Micros, double Value)> Readings(Fleet fleet, FleetSource source)
    {
        var register = new DeviceRegister(Catalog.Default);
        using var csv = new StringWriter();
        FleetRegister.WriteCsv(fleet, csv);
        new RegisterCsv(Catalog.Default).Read(new StringReader(csv.ToString()), "register.csv").AddTo(register);
        var (decoder, batch, refusals) = (new MessageDecoder(register), new ReadingBatch(), new List<Refusal>());
        foreach (var sent in Played.Raw(source, fleet.Gateways.Length))
        {
            var before = batch.Count;
            decoder.Decode(new MessageContext(fleet.Gateways[sent.Gateway], (long)(sent.Seconds * 1e6)), sent.Topic, sent.Payload, PayloadFormat.Detect, batch, refusals)
                .Should().Be(RefusalReason.None);
            (batch.Count - before).Should().Be(sent.Readings);
        }

        refusals.Should().BeEmpty();
        return [.. batch.Readings.ToArray().Select(r => (r.Device, (int)r.Quantity, r.EventTimeMicros, r.Value)).Order()];
    }
}
