namespace PingAnIoT.Rules.Tests;

/// <summary>First one thing, then another, or not.</summary>
public sealed class SequenceTests
{
    /// <summary>First the pressure above 90, then (not) methane above 50.</summary>
    private static Rule Of(
        Combination combination, string within = "10s", string hold = "0s", string clear = "0s", Severity severity = Severity.Red, double deadband = 0, string second = "methane")
    {
        Rule[] parts =
        [
            Scenario.Rule("", deadband: deadband, bands: [new Band(severity, Comparison.Above, 90, null)]),
            Scenario.Rule("", quantity: second, deadband: deadband, bands: [new Band(severity, Comparison.Above, 50, null)]),
        ];
        return parts[0] with
        {
            Id = "sequence", Combination = combination, Parts = parts, WithinMicros = Scenario.Micros(within), ClearHoldMicros = Scenario.Micros(clear),
            HoldMicros = Scenario.Micros(combination == Combination.ThenNot ? within : hold),
        };
    }

    private static Rule Then(string within = "10s", string hold = "0s", string clear = "0s", Severity severity = Severity.Red, double deadband = 0) =>
        Of(Combination.Then, within, hold, clear, severity, deadband);

    private static Rule ThenNot(string within = "10s", string clear = "0s", Severity severity = Severity.Red, double deadband = 0) =>
        Of(Combination.ThenNot, within, "0s", clear, severity, deadband);

    [Fact]
    public void Then_is_raised_by_the_second_within_the_time_and_ends_with_it() =>
        new Scenario(Then()).Run("""
            at  0s p1 10
            at  1s p1.methane 10
            at  2s p1 95                  # becomes true
            at  8s p1.methane 60          -> p1.pressure red @8s
            at  9s p1 10                  # the first no longer matters
            at 10s p1.methane 10          -> p1.pressure normal @10s
            at 11s p1.methane 60          # followed once, it counts no more
            """);

    [Fact]
    public void Then_is_not_raised_when_the_second_comes_too_late_or_before()
        => new Scenario(Then()).Run("""
            at  0s p1 10
            at  1s p1.methane 60
            at  2s p1.methane 10          # before, and over
            at  3s p1 95
            at 13s p1.methane 60          # ten seconds after is not within ten seconds
            at 14s p1 95                  # has been true all along
            """);

    [Fact]
    public void A_second_that_is_true_already_need_not_change()
    {
        new Scenario(Then()).Run("""
            at 0s p1 10
            at 1s p1.methane 60
            at 2s p1 95                   -> p1.pressure red @2s
            """);
        new Scenario(ThenNot()).Run("""
            at  0s p1 10
            at  1s p1.methane 60
            at  2s p1 95                  # answered at once
            at  3s p1.methane 10
            to 60s
            """);
    }

    /// <summary>Found by the oracle: the reading that makes the first known to be false crosses nothing, and must not be passed over for that.</summary>
    [Fact]
    public void A_first_that_was_not_known_becomes_false_by_a_reading_that_crosses_nothing() =>
        new Scenario(Then()).Run("""
            at 400s p1.methane 10
            at 401s p1 10 from 10s        # too old to be known now
            at 402s p1 10
            at 403s p1 95
            at 404s p1.methane 60         -> p1.pressure red @404s
            """);

    [Fact]
    public void Then_waits_anew_each_time_the_first_becomes_true() =>
        new Scenario(Then()).Run("""
            at  0s p1 10
            at  1s p1 95
            at  8s p1 10
            at  9s p1 95                  # again: ten more seconds
            at 18s p1.methane 60          -> p1.pressure red @18s
            """);

    [Fact]
    public void Then_not_is_raised_when_the_time_has_run_out_on_a_tick_or_by_a_reading()
    {
        new Scenario(ThenNot()).Run("""
            at  0s tick
            at  1s p1 10
            at  2s p1 95
            to 13s
            at 14s tick                   -> p1.pressure red @12s
            at 20s p1.methane 60          -> p1.pressure normal @20s
            to 60s
            """);
        new Scenario(ThenNot()).Run("""
            at  1s p1 10
            at  2s p1 95
            at 30s p1.methane 60          -> p1.pressure red @12s, p1.pressure normal @30s
            """);
    }

    [Fact]
    public void Then_not_is_answered_by_the_second_in_time_but_not_at_its_end()
    {
        new Scenario(ThenNot()).Run("""
            at  0s p1 10
            at  2s p1 95
            at 11s p1.methane 60
            at 12s p1.methane 10
            at 60s p1 95
            """);
        new Scenario(ThenNot()).Run("""
            at  0s p1 10
            at  2s p1 95
            at 12s p1.methane 60          -> p1.pressure red @12s, p1.pressure normal @12s
            """);
    }

    [Fact]
    public void Then_not_waits_from_the_oldest_that_is_not_answered_and_goes_on_when_the_first_is_over() =>
        new Scenario(ThenNot()).Run("""
            at  0s p1 10
            at  1s p1 95
            at  5s p1 10                  # what was begun is not taken back
            at  8s p1 95                  # again, while it waits
            at 11s p1 95                  -> p1.pressure red @11s
            at 12s p1 10
            at 13s p1 95                  # while it is raised nothing begins
            at 14s p1.methane 60          -> p1.pressure normal @14s
            at 15s p1.methane 10
            at 40s p1 95
            at 41s p1 10
            at 42s p1 95
            at 60s p1.methane 10          -> p1.pressure red @52s
            """);

    [Fact]
    public void What_is_true_when_it_is_first_heard_of_has_not_become_true() =>
        new Scenario(Then(), ThenNot() with { Id = "not" }).Run("""
            at  0s p1 95
            at  1s p1.methane 60
            at  2s p1.methane 10
            at 30s p1 10
            at 31s p1 95                  # this is known to have become true
            at 41s p1 95                  -> p1.pressure red @41s
            """);

    [Fact]
    public void Silence_neither_begins_nor_answers_anything()
    {
        // Methane is never heard of, then nothing at all: no carry ends the wait.
        new Scenario(ThenNot("600s")).Run("""
            at   0s tick
            at   0s p1 10
            at   1s p1 95
            to 602s
            at 603s tick                  -> p1.pressure red @601s
            """);

        // By readings alone, over a gap in which nothing speaks.
        new Scenario(ThenNot("600s")).Run("""
            at   0s p1 10
            at   1s p1 95
            at 700s p1 10                 -> p1.pressure red @601s
            """);
        new Scenario(Then("600s")).Run("""
            at   0s p1 10
            at   1s p1 95
            at 500s p1.methane 60         -> p1.pressure red @500s
            """);

        // A second heard too long ago is no answer.
        new Scenario(ThenNot("10s")).Run("""
            at   0s p1.methane 60
            at   1s p1 10
            at 290s p1 10
            at 301s p1 95
            at 311s p1 95                 -> p1.pressure red @311s
            """);
    }

    [Fact]
    public void After_a_silence_the_first_is_as_it_was_last_known() =>
        new Scenario(ThenNot()).Run("""
            at    0s p1 10
            at    1s p1 95
            at    2s p1.methane 60
            at    3s p1.methane 10
            at 1000s p1 95                # still: it has not become true again
            at 1020s p1 95
            at 1021s p1 10
            at 2000s p1 95                # was not true when last known
            at 2010s p1 95                -> p1.pressure red @2010s
            """);

    [Fact]
    public void One_old_reading_lets_no_time_run_out_on_ticks_the_next_reading_does() =>
        new Scenario(ThenNot()).Run("""
            at 3600s tick
            at 3600s p1 10 from 0s
            at 3600s p1 95 from 1s
            to 3700s
            at 3701s p1 95                -> p1.pressure red @11s
            """);

    [Fact]
    public void The_deadband_keeps_what_is_near_the_threshold_from_becoming_true_again_and_again() =>
        new Scenario(ThenNot(deadband: 10)).Run("""
            at  0s p1 10
            at  1s p1 95
            at  2s p1.methane 60
            at  3s p1.methane 10
            at  4s p1 85                  # not back inside
            at  5s p1 95
            at 30s p1 80
            at 31s p1 95
            at 41s p1 95                  -> p1.pressure red @41s
            """);

    [Fact]
    public void A_hold_of_then_begins_within_the_time_and_may_end_after_it() =>
        new Scenario(Then(hold: "5s", clear: "5s")).Run("""
            at  0s p1 10
            at  1s p1 95
            at  2s p1.methane 60
            at  3s p1.methane 10          # not held
            at 10s p1.methane 60
            at 16s p1.methane 60          -> p1.pressure red @15s
            at 20s p1.methane 10
            at 24s p1.methane 60
            at 25s p1.methane 10
            at 31s p1.methane 10          -> p1.pressure normal @30s
            """);

    [Fact]
    public void The_second_must_last_for_the_clear_hold_to_end_then_not() =>
        new Scenario(ThenNot(clear: "5s")).Run("""
            at  0s p1 10
            at  1s p1 95
            at 12s p1 95                  -> p1.pressure red @11s
            at 13s p1.methane 60
            at 14s p1.methane 10
            at 20s p1.methane 60
            at 26s p1.methane 60          -> p1.pressure normal @25s
            """);

    [Fact]
    public void Latched_it_stays_until_it_is_reset_and_then_takes_a_new_first() =>
        new Scenario(ThenNot() with { IsLatched = true }).Run("""
            at  0s p1 10
            at  1s p1 95
            at 12s p1 95                  -> p1.pressure red @11s
            at 13s p1.methane 60
            at 14s p1.methane 10
            at 20s reset p1               -> p1.pressure normal @20s
            at 50s p1 95
            at 51s p1 10
            at 52s p1 95
            at 70s p1 95                  -> p1.pressure red @62s
            """);

    [Fact]
    public void Outside_its_hours_nothing_begins_and_what_waits_is_dropped()
    {
        // The epoch of scenarios is 08:53:20 UTC: open until 08:54, 40 s on, and from 08:55 to 08:56.
        var schedule = new Schedule("UTC", [new WeekRange((3 * 1440) + 533, (3 * 1440) + 534), new WeekRange((3 * 1440) + 535, (3 * 1440) + 536)]);
        new Scenario(ThenNot() with { During = schedule }).Run("""
            at   0s p1 10
            at  20s p1 95
            at  31s p1 95                 -> p1.pressure red @30s
            at  41s p1 95                 -> p1.pressure normal @41s
            at  42s p1 10
            at  43s p1 95                 # becomes true at no hour of ours
            at 101s p1 95
            at 140s p1 10
            at 155s p1 95
            at 161s p1 10                 # and here waiting ends with the hour
            at 170s p1 10
            """);
    }

    [Fact]
    public void What_waits_and_what_is_known_outlive_a_restart() =>
        new Scenario(ThenNot(), Then() with { Id = "then" }).Run("""
            at  0s p1 10
            restart
            at  1s p1 95
            restart
            at  5s p1 95
            restart
            at  9s p1.methane 60          -> p1.pressure red @9s
            restart
            at 10s p1.methane 10          -> p1.pressure normal @10s
            at 30s p1 10
            at 31s p1 95
            restart
            at 32s p1 95
            at 42s p1 95                  -> p1.pressure red @41s
            restart
            at 43s p1.methane 60          -> p1.pressure normal @43s
            restart
            at 44s p1.methane 10
            at 45s p1 95
            at 60s p1 95
            """);

    [Fact]
    public void New_times_and_colours_keep_what_waits_another_part_or_form_ends_it()
    {
        var scenario = new Scenario(ThenNot("60s")).Run("""
            at 0s p1 10
            at 1s p1 95
            """);
        scenario.Replace(ThenNot("20s", severity: Severity.Yellow)).Should().BeEmpty();
        scenario.Run("at 22s p1 95 -> p1.pressure yellow @21s");
        scenario.Replace(ThenNot("20s")).Should().Equal(new ReloadNote("sequence", 1, "the colour it showed is gone from the rule"));
        scenario.Run("""
            at 30s p1 95                  # has not become true
            at 31s p1 10
            at 32s p1 95
            at 53s p1 95                  -> p1.pressure red @52s
            """);
        scenario.Replace(Then("20s")).Should().Equal(new ReloadNote("sequence", 1, "its window means something else now"));
        scenario.Run("""
            at 60s p1 95
            at 61s p1.methane 60          # nothing is known yet to have become true
            """);
        scenario.Replace(Of(Combination.Then, second: "flow")).Should().Equal(new ReloadNote("sequence", 0, "its window means something else now"));
    }

    [Fact]
    public void A_transition_tells_the_second_and_rests_on_the_reading_that_began_it()
    {
        var scenario = new Scenario(ThenNot(deadband: 5)).Run("""
            at  0s p1 10
            at  1s p1 95
            at  2s p1 10
            at  3s p1.methane 20
            at 12s p1 10                  -> p1.pressure red @11s
            at 13s p1.methane 60          -> p1.pressure normal @13s
            """);
        scenario.Transitions.Select(t => (t.WindowValue, t.Threshold)).Should().Equal((20, 50), (60, 50));
        scenario.Transitions[0].Evidence.Should().Equal(
            new Evidence(Scenario.Epoch + 1_000_000, 95, "gas-pipe/p1/pressure"), new Evidence(Scenario.Epoch + 3_000_000, 20, "gas-pipe/p1/methane"));

        var unheard = new Scenario(ThenNot()).Run("""
            at  0s p1 10
            at  1s p1 95
            at 12s p1 10                  -> p1.pressure red @11s
            """).Transitions[0];
        (unheard.WindowValue, unheard.Threshold).Should().Be((95, 90), "nothing is known of the second, so the first tells it");

        var then = new Scenario(Then(deadband: 5)).Run("""
            at  0s p1 10
            at  1s p1 95
            at  3s p1.methane 60          -> p1.pressure red @3s
            at  4s p1.methane 40          -> p1.pressure normal @4s
            """);
        then.Transitions.Select(t => (t.WindowValue, t.Threshold)).Should().Equal((60, 50), (40, 45));
    }

    [Fact]
    public void Explained_it_tells_since_when_and_until_when_it_waits()
    {
        Waits(new Scenario(ThenNot("600s")).Run("at 0s p1 10"), null, null, isDueOnTicks: false);
        Waits(new Scenario(ThenNot("600s")).Run("""
            at 0s p1 10
            at 1s p1 95 from 0.5s
            """), 0.5, 600.5, isDueOnTicks: true);
        Waits(new Scenario(ThenNot("600s")).Run("""
            at 3600s p1 10 from 0s
            at 3600s p1 95 from 1s
            """), 1, 601, isDueOnTicks: false);
        Waits(new Scenario(Then("600s")).Run("""
            at 0s p1 10
            at 1s p1 95
            """), 1, 601, isDueOnTicks: false);
        Waits(new Scenario(Then("600s")).Run("""
            at 0s p1 10
            at 1s p1 95
            at 2s p1.methane 60           -> p1.pressure red @2s
            """), null, null, isDueOnTicks: false);
    }

    private static void Waits(Scenario scenario, double? since, double? until, bool isDueOnTicks)
    {
        var rule = scenario.Engine.Explain(scenario.Register.Find(0, "p1"u8), 0).Rules.Should().ContainSingle().Which;
        rule.WaitingSinceMicros.Should().Be((long?)(Scenario.Epoch + (since * 1_000_000)));
        rule.WaitingUntilMicros.Should().Be((long?)(Scenario.Epoch + (until * 1_000_000)));
        rule.Parts.Should().HaveCount(2);
        rule.Bands.Should().ContainSingle().Which.IsDueOnTicks.Should().Be(isDueOnTicks);
    }
}
