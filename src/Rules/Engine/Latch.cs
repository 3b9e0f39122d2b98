using System.Runtime.InteropServices;

namespace PingAnIoT.Rules;

/// <summary>
/// The on-delay, off-delay and deadband of a rule's bands. Each band latches by itself: on when it (or a worse one) was crossed for the hold,
/// off when neither it nor a worse one was violated, deadband included, for the clear hold. The worst band that is on is what the rule says.
/// </summary>
internal static class Latch
{
    /// <summary>Is the value on the bad side?</summary>
    public static bool IsCrossed(Comparison comparison, double value, double threshold) => comparison switch
    {
        Comparison.Above => value > threshold,
        Comparison.AtOrAbove => value >= threshold,
        Comparison.Below => value < threshold,
        Comparison.AtOrBelow => value <= threshold,
        _ => value == threshold,
    };

    /// <summary>Is the value still too near the bad side for the band to be left?</summary>
    public static bool IsViolated(Comparison comparison, double value, double threshold, double deadband) => comparison == Comparison.Equal
        ? Math.Abs(value - threshold) <= deadband
        : IsCrossed(comparison, value, Left(comparison, threshold, deadband));

    /// <summary>The threshold with the deadband applied: what must be passed on the way back.</summary>
    public static double Left(Comparison comparison, double threshold, double deadband) => comparison switch
    {
        Comparison.Above or Comparison.AtOrAbove => threshold - deadband,
        Comparison.Below or Comparison.AtOrBelow => threshold + deadband,
        _ => threshold,
    };

    /// <summary>Takes in what the rule makes of the readings as of a time: pendings start, go on or are cancelled. Nothing elapses yet.</summary>
    public static void Observe(ref RuleState state, CompiledRule rule, in Verdict verdict, long asOf)
    {
        var count = rule.Bands.Length;
        state.Value = double.IsFinite(verdict.Value) ? verdict.Value : state.Value;
        if (verdict.Crossed < count || state.Current < count || state.HasPending)
        {
            Observe(ref state, rule, new Bounds(verdict.Crossed, verdict.Crossed), new Bounds(verdict.Violated, verdict.Violated), asOf);
        }
    }

    /// <summary>The same of what is only partly known: bands of which nothing is known stay as they are.</summary>
    public static void Observe(ref RuleState state, CompiledRule rule, Bounds crossed, Bounds violated, long asOf)
    {
        var any = false;
        for (var b = 0; b < rule.Bands.Length; b++)
        {
            ref var since = ref state.Since[b];
            if (b < state.Current ? b < crossed.Low : b >= violated.High || rule.Rule.IsLatched)
            {
                since = Never.Micros;
            }
            else if (since == Never.Micros && (b < state.Current ? b >= crossed.High : b < violated.Low))
            {
                since = asOf;
            }

            any |= since != Never.Micros;
        }

        state.HasPending = any;
    }

    /// <summary>Back to normal by hand: what is still crossed is raised anew, after its hold, by the readings that come.</summary>
    /// <returns>False, with nothing changed, for a rule that is not latched or says nothing.</returns>
    public static bool Reset(ref RuleState state, CompiledRule rule)
    {
        if (!rule.Rule.IsLatched || state.Current == rule.Bands.Length)
        {
            return false;
        }

        Drop(ref state);
        state.Current = (byte)rule.Bands.Length;
        return true;
    }

    /// <summary>Forgets what was pending: the reading it rested on speaks no longer.</summary>
    public static void Drop(ref RuleState state)
    {
        ((Span<long>)state.Since).Fill(Never.Micros);
        state.HasPending = false;
    }

    /// <returns>When the rule next says something else if nothing more arrives, or <see cref="long.MaxValue"/>.</returns>
    public static long NextDue(in RuleState state, Rule rule)
    {
        var due = long.MaxValue;
        for (var b = 0; b < state.Current; b++)
        {
            due = state.Since[b] == Never.Micros ? due : Math.Min(due, state.Since[b] + rule.HoldMicros);
        }

        var current = state.Current;
        if (current < rule.Bands.Count && state.Since[current] != Never.Micros)
        {
            due = Math.Min(due, state.Since[current] + rule.ClearHoldMicros);
        }

        return due;
    }

    /// <summary>Moves to the band that is on at <paramref name="due"/>, which <see cref="NextDue"/> gave.</summary>
    public static void Step(ref RuleState state, Rule rule, long due)
    {
        int from = state.Current, to = from, count = rule.Bands.Count;
        for (var b = from - 1; b >= 0; b--)
        {
            to = state.Since[b] != Never.Micros && state.Since[b] + rule.HoldMicros <= due ? b : to;
        }

        if (to == from)
        {
            do
            {
                to++;
            }
            while (to < count && state.Since[to] != Never.Micros && state.Since[to] + rule.ClearHoldMicros <= due);
        }

        Span<long> since = state.Since;
        since[Math.Min(from, to)..Math.Max(from, to)].Fill(Never.Micros);
        state.Current = (byte)to;
        state.HasPending = since[..count].ContainsAnyExcept(Never.Micros);
    }
}
