using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Which deadlines an alert has after a raise or a change of colour. Pure.</summary>
internal static class DeadlineSchedule
{
    /// <param name="alert">As it was; null for a new one.</param>
    /// <param name="to">The colour now.</param>
    /// <param name="reopens">Work begins anew.</param>
    /// <param name="receiveMicros">Server receive time: the sender's clock sets no deadline.</param>
    /// <param name="policy">What is due when.</param>
    /// <returns>All of the alert's deadlines from here on: never later than one it already had. Null when nothing changes.</returns>
    public static IReadOnlyList<Deadline>? After(Alert? alert, Severity to, bool reopens, long receiveMicros, DeadlinePolicy policy)
    {
        if (alert is not null && !reopens && !Colours.IsWorse(alert.PeakColour, to))
        {
            return null;
        }

        var round = alert is null ? 1 : alert.Round + 1;
        var work = alert is null || reopens ? WorkState.Raised : alert.Work;
        var deadlines = alert is null ? [] : alert.Deadlines.ToList();
        foreach (var rule in policy.Rules)
        {
            if (rule.Colour != to || rule.Step <= work)
            {
                continue;
            }

            var due = receiveMicros + (rule.Within.Ticks / TimeSpan.TicksPerMicrosecond);
            var running = deadlines.FindIndex(d => d.Step == rule.Step && d.Level == rule.Level);
            if (running < 0)
            {
                deadlines.Add(new Deadline(rule.Step, rule.Level, round, due));
            }
            else if (due < deadlines[running].DueMicros)
            {
                deadlines[running] = new Deadline(rule.Step, rule.Level, round, due);
            }
        }

        return deadlines;
    }
}
