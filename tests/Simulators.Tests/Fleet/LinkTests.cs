using System.Text.Json;

namespace PingAnIoT.Simulators.Tests;

/// <summary>What links do to messages: nothing that is stored is lost or doubled, and nothing is done beyond what the sort says.</summary>
public sealed class LinkTests
{
    private const string Head = "fleet district\nseed 7\nstart 2026-03-01T06:00+08:00\nlength 30m\n";
    private const double Start = Played.Start;

    [Theory]
    [InlineData("outage for 5m")]
    [InlineData("flapping for 10m")]
    [InlineData("mass-reconnect for 30s")]
    [InlineData("blink for 20s")]
    public void What_is_stored_arrives_once_and_only_while_the_link_is_up(string what)
    {
        var (healthy, ill) = Play($"at 10m gateway/gw-gas-02 {what}", out var source, out var gateway);
        ill.Select(s => s.Topic + s.Payload).Order(StringComparer.Ordinal).Should().Equal(healthy.Select(s => s.Topic + s.Payload).Order(StringComparer.Ordinal)).And.OnlyHaveUniqueItems();
        ill.Should().OnlyContain(s => source.IsUp(gateway, s.Seconds));
        ill.Zip(ill.Skip(1)).Should().OnlyContain(p => p.First.Seconds <= p.Second.Seconds);
        ill.Count(s => !healthy.Contains(s)).Should().BeGreaterThan(0, "some are late");
        source.LostReadings.Should().Be(0);
    }

    [Fact]
    public void A_backlog_goes_out_in_order_before_what_is_new()
    {
        var (healthy, ill) = Play("at 10m gateway/gw-gas-02 outage for 5m", out var source, out var gateway);
        source.IsUp(gateway, Start + 599.9).Should().BeTrue();
        source.IsUp(gateway, Start + 600).Should().BeFalse();
        source.IsUp(gateway, Start + 899.9).Should().BeFalse();
        source.IsUp(gateway, Start + 900).Should().BeTrue();
        ill.Select(s => s.Payload).Should().Equal(healthy.Select(s => s.Payload));
        var stored = healthy.Count(s => s.Seconds >= Start + 600 && s.Seconds < Start + 900);
        stored.Should().BeGreaterThan(500);
        ill.Count(s => s.Seconds >= Start + 900 && s.Seconds < Start + 900 + (stored * 0.001) + 0.01).Should().BeGreaterThanOrEqualTo(stored);
    }

    [Fact]
    public void A_full_store_keeps_what_came_first()
    {
        var plan = Played.Plan(Head + "at 10m gateway/gw-gas-02 outage for 5m");
        var gateway = plan.Fleet.FindGateway("gw-gas-02");
        var source = new FleetSource(plan, new FleetSourceOptions { StoreMessages = 100 });
        var sent = Played.Of(source, gateway).ToList();
        var all = Played.Of(new FleetSource(plan), gateway).ToList();
        var first = all.FindIndex(s => s.Seconds >= Start + 900);
        sent.Skip(first).Take(100).Select(s => s.Payload).Should().Equal(all.Skip(first).Take(100).Select(s => s.Payload));
        source.LostReadings.Should().Be(all.Sum(s => s.Readings) - sent.Sum(s => s.Readings)).And.BeGreaterThan(0);
    }

    [Fact]
    public void A_gateway_that_is_off_loses_just_what_was_measured_meanwhile()
    {
        var (healthy, ill) = Play("at 10m gateway/gw-gas-02 gateway-loss for 5m", out var source, out _);
        ill.Should().Equal(healthy.Where(s => s.Seconds < Start + 600 || s.Seconds >= Start + 900));
        source.LostReadings.Should().Be(healthy.Sum(s => s.Readings) - ill.Sum(s => s.Readings));
    }

    [Fact]
    public void A_share_is_sent_twice_with_the_same_bytes()
    {
        var (healthy, ill) = Play("at 5m gateway/gw-gas-02 duplicates severity 0.4 for 20m", out _, out _);
        var copies = ill.GroupBy(s => s.Topic + s.Payload).ToList();
        copies.Should().HaveCount(healthy.Count).And.OnlyContain(c => c.Count() <= 2);
        var within = healthy.Count(s => s.Seconds >= Start + 300 && s.Seconds < Start + 1500);
        var twice = copies.Where(c => c.Count() == 2).ToList();
        (twice.Count / (double)within).Should().BeApproximately(0.2, 0.03);
        twice.Should().OnlyContain(c => c.Last().Seconds - c.First().Seconds >= 1 && c.Last().Seconds - c.First().Seconds <= FleetSorts.DuplicateSeconds);
    }

    [Fact]
    public void A_share_is_overtaken_by_no_more_than_the_bound()
    {
        var (healthy, ill) = Play("at 5m gateway/gw-gas-02 reorder severity 0.4 for 20m", out _, out _);
        var due = healthy.ToDictionary(s => s.Topic + s.Payload, s => s.Seconds);
        var late = ill.Select(s => s.Seconds - due[s.Topic + s.Payload]).Where(s => s > 0).ToList();
        ill.Should().HaveCount(healthy.Count);
        late.Should().OnlyContain(s => s <= FleetSorts.ReorderSeconds + 0.001);
        (late.Count / (double)healthy.Count(s => s.Seconds >= Start + 300 && s.Seconds < Start + 1500)).Should().BeApproximately(0.2, 0.03);
    }

    [Fact]
    public void A_wrong_clock_changes_the_times_and_nothing_else()
    {
        var (healthy, ill) = Play("at 5m gateway/gw-gas-02 clock-skew severity 0.5 for 20m", out _, out _);
        ill.Select(s => (s.Topic, s.Seconds, Values(s))).Should().Equal(healthy.Select(s => (s.Topic, s.Seconds, Values(s))));
        var skews = healthy.Zip(ill).Select(p => Time(p.Second) - Time(p.First)).ToList();
        skews.Should().OnlyContain(s => Math.Abs(s) <= 120.001);
        skews.Count(s => Math.Abs(s) > 0.01).Should().BeInRange(healthy.Count * 5 / 8, healthy.Count * 6 / 8);
    }

    /// <summary>Of each gateway, behind and ahead, at once and growing: the truth gives back the moment at which a time was first shown.</summary>
    [Fact]
    public void The_truth_knows_when_a_wrong_clock_first_showed_a_time()
    {
        var plan = Played.Plan(Head + "at 5m gateway/all clock-skew severity 0.5 for 12m\nat 20m gateway/all clock-skew severity 1 for 5m");
        var millis = (long)(Start * 1000);
        var bends = new HashSet<string>();
        foreach (var device in plan.Fleet.Gateways.Select((_, g) => Enumerable.Range(0, plan.Fleet.Devices).Select(plan.Fleet.Device).First(d => d.Gateway == g)))
        {
            var newest = long.MinValue;
            for (var at = millis; at < millis + 1_800_000; at++)
            {
                var shown = at + plan.Links.SkewMillis(device.Gateway, at);
                if (shown > newest && (at % 5_000 == 0 || shown > newest + 1))
                {
                    plan.TruthLinks.FirstShown(device.Name, shown / 1000.0).Should().BeApproximately(at / 1000.0, 0.0015);
                }

                newest = Math.Max(newest, shown);
            }

            var (early, late) = (plan.Links.SkewMillis(device.Gateway, millis + 301_000), plan.Links.SkewMillis(device.Gateway, millis + 1_010_000));
            bends.Add((late < 0 ? "behind" : "ahead") + (early == late ? " at once" : " growing"));
        }

        bends.Should().HaveCount(4);
        plan.TruthLinks.FirstShown("stranger-0001", Start).Should().Be(Start);
        plan.TruthLinks.GatewayOf("stranger-0001").Should().BeNull();
    }

    [Fact]
    public void A_late_batch_brings_every_sample_at_its_end()
    {
        var (healthy, ill) = Play("at 5m gas-pipe/gp-0002 late-batch for 17m", out var source, out _);
        static bool IsOne(Sent s) => s.Topic.EndsWith("gp-0002", StringComparison.Ordinal);
        ill.Where(s => !IsOne(s)).Should().Equal(healthy.Where(s => !IsOne(s)));
        var own = ill.Where(IsOne).ToList();
        own.Should().NotContain(s => s.Seconds > Start + 305 && s.Seconds < Start + 1319);
        own.Sum(s => s.Readings).Should().Be(healthy.Where(IsOne).Sum(s => s.Readings));
        own.Count(s => s.Readings > 100).Should().BeGreaterThanOrEqualTo(5);
        source.LostReadings.Should().Be(0);
    }

    /// <summary>Of a lift that reports by exception, and of firmware that batches: each sample once, in its order, by the clock or not.</summary>
    [Theory]
    [InlineData("elevator", false)]
    [InlineData("smoke-detector", false)]
    [InlineData("elevator", true)]
    public void A_late_batch_holds_reports_by_exception_too_and_sends_all_in_order(string kind, bool isPacks)
    {
        var options = new FleetSourceOptions { Form = isPacks ? PayloadForm.Packs : PayloadForm.Senml };
        var device = Enumerable.Range(0, 320).Select(Played.Plan(Head).Fleet.Device).First(d => d.Model.Kind == kind && (kind == "elevator" || d.Samples > 1));
        var (what, path) = ($"at 6m {kind}/{device.Name} burst severity 1 for 90s\n", kind + "/" + device.Name);
        var (without, with) = (Messages(Played.Plan(Head + what)), Messages(Played.Plan(Head + what + $"at 5m {path} late-batch for 17m")));

        with.SelectMany(m => m).Order().Should().Equal(without.SelectMany(m => m).Distinct().Order(), "what batching firmware told by exception already is held once");
        var held = with.Where(m => m[^1].Millis >= (Start + 300) * 1000 && m[^1].Millis < (Start + 1320) * 1000).SelectMany(m => m).ToList();
        held.Should().HaveCountGreaterThan(60).And.BeInAscendingOrder();
        with.Should().OnlyContain(m => isPacks || m.Count <= HeldSamples.MostInMessage);
        var reported = held.Select(s => s.Millis % (device.ReportSeconds / device.Samples * 1000)).Distinct();
        reported.Should().HaveCountGreaterThan(1, "the burst and the waves are reported by exception");
        with.Where(m => m[0].Millis >= (Start + 1320) * 1000).Should().HaveCountGreaterThan(5, "and then it goes on");

        List<List<(long Millis, string Values)>> Messages(TruthPlan plan) =>
        [
            .. Played.Of(new FleetSource(plan, options), device.Gateway).Select(m => Samples(m, path)).Where(m => m.Count > 0),
        ];
    }

    /// <summary>What a SenML message says of one device, sample by sample.</summary>
    private static List<(long Millis, string Values)> Samples(Sent sent, string path)
    {
        using var payload = JsonDocument.Parse(sent.Payload);
        var (samples, isOne) = (new List<(long, string)>(), sent.Topic.EndsWith(path, StringComparison.Ordinal));
        foreach (var record in payload.RootElement.EnumerateArray())
        {
            isOne = record.TryGetProperty("bn", out var name) ? name.GetString() == path + "/" : isOne;
            if (isOne && record.TryGetProperty("bt", out var time))
            {
                samples.Add(((long)Math.Round(time.GetDouble() * 1000), ""));
            }

            if (isOne)
            {
                samples[^1] = (samples[^1].Item1, samples[^1].Item2 + record.GetProperty("n") + (record.TryGetProperty("v", out var value) ? value : record.GetProperty("vb")) + " ");
            }
        }

        return samples;
    }

    private static string Values(Sent sent) => sent.Payload[(sent.Payload.IndexOf(',', StringComparison.Ordinal) + 1)..];

    private static double Time(Sent sent) => double.Parse(sent.Payload[sent.Payload.IndexOf(':', StringComparison.Ordinal)..sent.Payload.IndexOf(',', StringComparison.Ordinal)][1..]);

    /// <summary>The gateway gw-gas-02 without and with what a timeline says.</summary>
    private static (List<Sent> Healthy, List<Sent> Ill) Play(string line, out FleetSource source, out int gateway)
    {
        var options = new FleetSourceOptions { Form = PayloadForm.Plain };
        var (healthy, ill) = (Played.Plan(Head), Played.Plan(Head + line));
        gateway = ill.Fleet.Device(ill.Fleet.Find("gas-pipe", "gp-0002")).Gateway;
        ill = Played.Plan(Head + line.Replace("gw-gas-02", ill.Fleet.Gateways[gateway], StringComparison.Ordinal));
        source = new FleetSource(ill, options);
        return (Played.Of(new FleetSource(healthy, options), gateway).ToList(), Played.Of(source, gateway).ToList());
    }
}
