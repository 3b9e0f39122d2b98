using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>
/// Finds what is due and records each breach with who is told and what follows, in the transaction that also takes the deadline's row away: once,
/// whatever is interrupted. In due order, also when a breach sets a deadline that is past already.
/// </summary>
internal static class DeadlineSweep
{
    /// <returns>True when there may be more.</returns>
    public static bool Run(LedgerTransaction transaction, int most, SweepFaults faults)
    {
        transaction.Flush();
        var now = transaction.NowMicros;
        var looked = most + faults.MostRows;
        var rows = transaction.Store.DueBy(now, looked);
        var isWhole = rows.Count < looked;
        var horizon = isWhole ? now : rows[^1].Deadline.DueMicros;
        var due = new PriorityQueue<(string AlertId, Deadline Deadline), (long Due, string AlertId, WorkState Step)>(
            Comparer<(long Due, string AlertId, WorkState Step)>.Create(static (a, b) =>
                a.Due != b.Due ? a.Due.CompareTo(b.Due)
                : string.CompareOrdinal(a.AlertId, b.AlertId) is var c and not 0 ? c : a.Step.CompareTo(b.Step)));
        foreach (var (alertId, deadline) in rows.Where(r => !faults.LeavesOut(r.AlertId)))
        {
            due.Enqueue((alertId, deadline), (deadline.DueMicros, alertId, deadline.Step));
        }

        // What is added on the way counts, too: a commit stays bounded.
        var left = 2 * most;
        while (due.TryDequeue(out var next, out _) && left-- > 0)
        {
            faults.At = next.AlertId;
            if (Fire(transaction, next.AlertId, next.Deadline) is { } follows && follows.DueMicros <= horizon)
            {
                due.Enqueue((next.AlertId, follows), (follows.DueMicros, next.AlertId, follows.Step));
            }

            if (faults.IsCareful)
            {
                transaction.Flush();
                transaction.Store.Send();
            }
        }

        faults.At = null;
        transaction.Flush();
        return !isWhole || left <= 0;
    }

    /// <summary>What of one alert is due now.</summary>
    public static void CatchUp(LedgerTransaction transaction, Alert alert)
    {
        while (alert.Deadlines.Where(d => d.DueMicros <= transaction.NowMicros).MinBy(d => (d.DueMicros, d.Step)) is { } deadline)
        {
            Fire(transaction, alert.Id, deadline);
            var after = transaction.FindAlert(alert.Id)!;
            if (ReferenceEquals(after, alert))
            {
                return;
            }

            alert = after;
        }
    }

    public static string KeyOf(string alertId, Deadline deadline) => string.Create(
        CultureInfo.InvariantCulture, $"deadline/{alertId}/{(int)deadline.Step}/{deadline.Level}/{deadline.Round}");

    /// <returns>The next level of the same step, where there is one.</returns>
    private static Deadline? Fire(LedgerTransaction transaction, string alertId, Deadline deadline)
    {
        // An earlier breach of the same sweep may have taken it away.
        var alert = transaction.FindAlert(alertId)!;
        if (!alert.Deadlines.Contains(deadline) || transaction.LeavesOut?.Invoke(alert, deadline) == true)
        {
            return null;
        }

        if (deadline.Step >= WorkState.ShelveEnd)
        {
            End(transaction, alert, deadline.Step);
            return null;
        }

        var body = Escalation.Of(alert, deadline, transaction.NowMicros, transaction.Policy);
        transaction.Append(EntryKind.Breached, alertId, "deadline", KeyOf(alertId, deadline), transaction.NowMicros, body);
        return body.Escalation?.Deadlines?.FirstOrDefault(d => d.Step == deadline.Step && d.Round == deadline.Round && d.Level == deadline.Level + 1);
    }

    /// <summary>The time of a shelf or of an out-of-service is up.</summary>
    private static void End(LedgerTransaction transaction, Alert alert, WorkState end)
    {
        var now = transaction.NowMicros;
        var (kind, what, facts) = end == WorkState.ShelveEnd
            ? (EntryKind.Unshelved, "shelf", new CommandFacts("") { Deadlines = DeadlineSchedule.Unshelved(alert, now) })
            : (EntryKind.ReturnedToService, "out-of-service", new CommandFacts("") { NewRound = true, Deadlines = DeadlineSchedule.Returned(alert, now, transaction.Policy) });
        var key = string.Create(CultureInfo.InvariantCulture, $"{what}/{alert.Id}/{transaction.HeadSequence}");
        transaction.Append(kind, alert.Id, "deadline", key, now, new EntryBody { Command = facts });
    }
}
