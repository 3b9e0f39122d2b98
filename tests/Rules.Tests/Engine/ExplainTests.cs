using System.Globalization;
using System.Text;

namespace PingAnIoT.Rules.Tests;

/// <summary>What the engine says of a series when it is asked, at each stage of a rule's life. Times are seconds of the story.</summary>
public sealed class ExplainTests
{
    private static readonly Band[] Colours =
    [
        new(Severity.Red, Comparison.Above, 480, null), new(Severity.Yellow, Comparison.Above, 450, "limit"),
    ];

    private readonly Scenario scenario = new(
        Scenario.Rule("over", WindowFunction.Mean, "20s", hold: "30s", deadband: 10, clear: "40s", bands: Colours), Scenario.Absent("silent", "120s"));

    [Fact]
    public void Before_anything_comes()
    {
        Is("p1", """
            no tick yet; no reading
            over ?: red > 480, yellow > 450
            silent not watched
            """);
        scenario.Run("to 1s");
        Is("p1", """
            as of 1; no reading
            over ?: red > 480, yellow > 450
            silent heard 0, listened 1, due 120 [gw1 ?]
            """);
    }

    [Fact]
    public void Quiet()
    {
        scenario.Run("""
            to  10s
            at  10s p1 400
            at  15s p1 420
            to  20s
            """);
        Is("p1", """
            as of 20; newest 420 @15, kept 2, clock 18 to 315
            over 410 of 2: red > 480, yellow > 450
            silent heard 15, listened 5, due 135 [gw1 ?]
            """);
    }

    [Fact]
    public void Pending()
    {
        scenario.Run("""
            to  10s
            at  10s p1 460
            at  12s p1 520
            to  20s
            """);
        Is("p1", """
            as of 20; newest 520 @12, kept 2, clock 18 to 312
            over 490 of 2: red > 480 crossed since 12 due 42, yellow > 450 crossed since 10 due 40
            silent heard 12, listened 8, due 132 [gw1 ?]
            """);
    }

    [Fact]
    public void Active_and_worsening()
    {
        scenario.Run("""
            to  10s
            at  10s p1 460
            at  38s p1 470
            to  41s                   -> p1.pressure yellow @40s
            at  41s p1 560
            to  42s
            """);
        Is("p1", """
            as of 42; newest 560 @41, kept 2, clock 41 to 341
            over 515 of 2: red > 480 crossed since 41 due 71, yellow > 450 crossed
            over says yellow, episode 40, ordinal 1
            silent heard 41, listened 1, due 161 [gw1 ?]
            """);
    }

    [Fact]
    public void Clear_pending_and_in_the_deadband()
    {
        scenario.Run("""
            to  10s
            at  10s p1 500
            to  40s
            at  41s p1 500            -> p1.pressure red @40s
            to  70s
            at  70s p1 475
            to  71s
            """);
        Is("p1", """
            as of 71; newest 475 @70, kept 1, clock 70 to 370
            over 475 of 1: red > 480 violated, yellow > 450 crossed
            over says red, episode 40, ordinal 1
            silent heard 70, listened 1, due 190 [gw1 ?]
            """);
        scenario.Run("""
            to  95s
            at  95s p1 400
            to  96s
            """);
        Is("p1", """
            as of 96; newest 400 @95, kept 1, clock 95 to 395
            over 400 of 1: red > 480 since 95 due 135, yellow > 450 since 95 due 135
            over says red, episode 40, ordinal 1
            silent heard 95, listened 1, due 215 [gw1 ?]
            """);
    }

    [Fact]
    public void Silent_with_its_gateway_away_and_back()
    {
        scenario.Run("""
            to  10s
            at  10s p1 400
            to  60s
            at  60s gateway gw1 off
            to  80s
            """);
        Is("p1", """
            as of 80; newest 400 @10, kept 1, clock 78 to 310
            over 400 of 1: red > 480, yellow > 450
            silent heard 10, listened 50, nobody listens [gw1 off]
            """);
        scenario.Run("""
            at  80s gateway gw1 on
            to  90s
            """);
        Is("p1", """
            as of 90; newest 400 @10, kept 1, clock 88 to 310
            over 400 of 1: red > 480, yellow > 450
            silent heard 10, listened 60, due 150 [gw1 on]
            """);
        scenario.Run("""
            to 149s                   -> p3.pressure fault @120s, p2.pressure fault @140s
            at 150s tick              -> p1.pressure fault @150s
            """);
        Is("p1", """
            as of 150; newest 400 @10, kept 1, clock 148 to 310
            over 400 of 1: red > 480, yellow > 450
            silent heard 10, listened 120 [gw1 on]
            silent says fault, episode 150, ordinal 1
            """);
    }

    [Fact]
    public void A_set_point_is_the_devices_own()
    {
        scenario.Run("at 10s p2 700");
        Is("p2", """
            no tick yet; newest 700 @10, kept 1, clock 10 to 310
            over 700 of 1: red > 480 crossed since 10 due 40, yellow > 1000 (limit) crossed since 10 due 40
            silent heard 10, listened 0 [gw1 ?]
            """);
    }

    [Fact]
    public void A_stale_reading_is_advanced_by_no_tick()
    {
        scenario.Run("""
            to  20s
            at  20s p1 500 from -400s
            """);
        Is("p1", """
            as of 20; newest 500 @-400, kept 1, clock -400 by readings alone
            over 500 of 1: red > 480 crossed since -400 due -370 with a reading, yellow > 450 crossed since -400 due -370 with a reading
            silent heard 20, listened 0, due 140 [gw1 ?]
            """);
    }

    [Fact]
    public void A_rule_over_several_quantities_tells_its_parts()
    {
        Band[] hot = [new(Severity.Red, Comparison.Above, 50, null)];
        var parts = new[] { Scenario.Rule("both"), Scenario.Rule("both", quantity: "temperature", bands: hot) };
        var both = new Scenario(parts[0] with { Combination = Combination.All, Parts = parts, HoldMicros = 30_000_000 });
        both.Run("to 10s");
        Text("p1", both).Should().Be("as of 10; no reading\nboth ?: red > 90\n- ?: red > 90\n- ?: red > 50");
        both.Run("at 10s p1 95");
        Text("p1", both).Should().Be("as of 10; newest 95 @10, kept 1, clock 10 to 310\nboth 95 of 1: red > 90\n- 95 of 1: red > 90 crossed\n- ?: red > 50");
        both.Run("at 12s p1.temperature 60");
        Text("p1", both).Should().Be(
            "as of 10; newest 95 @10, kept 1, clock 10 to 310\n"
            + "both 95 of 2: red > 90 crossed since 12 due 42\n- 95 of 1: red > 90 crossed\n- 60 of 1: red > 50 crossed");
    }

    [Fact]
    public void Asking_at_every_step_changes_nothing()
    {
        const string Story = """
            to  10s
            at  10s p1 500
            to  40s
            at  41s p1 500            -> p1.pressure red @40s
            to  70s
            at  70s p1 440
            to 114s                   -> p1.pressure normal @110s
            at 115s p1 440
            to 119s
            at 120s tick              -> p2.pressure fault @120s, p3.pressure fault @120s
            to 234s
            at 235s tick              -> p1.pressure fault @235s
            """;
        foreach (var line in Story.Split('\n'))
        {
            scenario.Run(line);
            foreach (var device in new[] { "p1", "p2", "p3" })
            {
                Text(device);
            }
        }

        var plain = new Scenario(
            Scenario.Rule("over", WindowFunction.Mean, "20s", hold: "30s", deadband: 10, clear: "40s", bands: Colours), Scenario.Absent("silent", "120s"));
        Saved(scenario.Engine).Should().Equal(Saved(plain.Run(Story).Engine));
    }

    private static byte[] Saved(Engine engine)
    {
        using var stream = new MemoryStream();
        engine.Save(stream);
        return stream.ToArray();
    }

    private void Is(string device, string expected) => Text(device).Should().Be(expected.ReplaceLineEndings("\n"));

    private string Text(string device) => Text(device, scenario);

    private static string Text(string device, Scenario scenario)
    {
        var e = scenario.Engine.Explain(scenario.Register.Find(0, Encoding.UTF8.GetBytes(device)), 0);
        var text = new StringBuilder(e.AsOfMicros is { } asOf ? $"as of {Time(asOf)}; " : "no tick yet; ");
        text.Append(e.Newest is [.., var newest] ? $"newest {Number(newest.Value)} @{Time(newest.EventTimeMicros)}, kept {e.ReadingsKept}, clock {Time(e.ClockMicros!.Value)}" : "no reading");
        text.Append(e.Newest.Count == 0 ? "" : e.ClockEndMicros is { } end ? $" to {Time(end)}" : " by readings alone");
        foreach (var rule in e.Rules.SelectMany(r => r.Parts.Prepend(r)))
        {
            text.Append($"\n{(e.Rules.Contains(rule) ? rule.Rule.Id : "-")} ").Append(double.IsNaN(rule.Value) ? "?" : $"{Number(rule.Value)} of {rule.ReadingsInWindow}");
            text.Append(": ").AppendJoin(", ", rule.Bands.Select(Show)).Append(Says(rule.Rule, rule.Says, rule.EpisodeMicros, rule.Ordinal));
        }

        foreach (var silence in e.Silences)
        {
            var due = silence.DueMicros is { } at ? $", due {Time(at)}" : silence.IsListening ? "" : ", nobody listens";
            text.Append($"\n{silence.Rule.Id} ");
            text.Append(silence.IsWatched
                ? $"heard {Time(silence.LastHeardMicros!.Value)}, listened {Number(silence.ListenedMicros / 1e6)}{due} [{string.Join(' ', silence.Gateways.Select(Show))}]"
                : "not watched");
            text.Append(Says(silence.Rule, silence.Says, silence.EpisodeMicros, silence.Ordinal));
        }

        return text.ToString();
    }

    private static string Show(BandExplanation band) => $"{band.Band.Severity.ToString().ToLowerInvariant()} > {Number(band.Threshold)}"
        + (band.IsSetPoint ? $" ({band.Band.SetPoint})" : "") + (band.IsCrossed ? " crossed" : band.IsViolated ? " violated" : "")
        + (band.PendingSinceMicros is { } since ? $" since {Time(since)} due {Time(band.DueMicros!.Value)}{(band.IsDueOnTicks ? "" : " with a reading")}" : "");

    private static string Show(GatewayExplanation gateway) => $"{gateway.Name} {gateway.IsOnline switch { true => "on", false => "off", _ => "?" }}";

    private static string Says(Rule rule, Severity says, long? episode, int ordinal) => episode is { } began
        ? $"\n{rule.Id} says {says.ToString().ToLowerInvariant()}, episode {Time(began)}, ordinal {ordinal}"
        : "";

    private static string Time(long micros) => Number((micros - Scenario.Epoch) / 1e6);

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
