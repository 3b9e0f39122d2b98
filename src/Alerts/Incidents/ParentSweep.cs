using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// Ends what alerts were behind: their gateway is back, or one of several, and they have had time to speak. Whatever is silent still is told now, the
/// notice that was not told before. An entry for each, so that it is told once, whatever is interrupted.
/// </summary>
internal static class ParentSweep
{
    /// <returns>True when there may be more.</returns>
    public static bool Run(LedgerTransaction transaction, int most)
    {
        foreach (var (parent, children) in transaction.Incidents.Behind)
        {
            // Every second, of all that are dead: those are not unpacked.
            if (transaction.FindPacked(parent) is { IsActive: true } || (transaction.FindAlert(parent) is { } gateway && IsWaiting(transaction, gateway)))
            {
                continue;
            }

            foreach (var id in children.Values)
            {
                var child = transaction.FindAlert(id)!;
                if (!child.Parents.Contains(parent, StringComparer.Ordinal))
                {
                    // Another of its gateways came back at the same time, and it has left already.
                    continue;
                }

                if (most-- == 0)
                {
                    return true;
                }

                Leave(transaction, child, parent);
            }
        }

        return false;
    }

    /// <summary>When those behind it are told; null while it is dead.</summary>
    public static long? DueMicros(Alert gateway, DeadlinePolicy policy) =>
        gateway.IsActive ? null : gateway.ChangedAtMicros + (policy.AfterGateway.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>
    /// Receive time never steps back: for long after a clock that was ahead is put right, the gateway was back in what is yet to come. That is no
    /// reason to wait; but by a little it is ahead with every small step, and those that are about to speak are not called silent for that.
    /// </summary>
    private static bool IsWaiting(LedgerTransaction transaction, Alert gateway) =>
        DueMicros(gateway, transaction.Policy) is not { } due
        || (due > transaction.NowMicros && gateway.ChangedAtMicros - transaction.NowMicros <= due - gateway.ChangedAtMicros);

    private static void Leave(LedgerTransaction transaction, Alert child, string parent)
    {
        var next = transaction.Incidents.BehindOf(child.Parents.Select(p => transaction.FindAlert(p)?.Device ?? child.Gateway));
        var isUntold = next is null && child is { IsOpen: true, IsActive: false };
        var facts = new ParentOverFacts(parent, next is null && child is { IsOpen: true, Colour: Severity.Fault }, next, isUntold ? true : null);
        var key = string.Create(CultureInfo.InvariantCulture, $"behind/{parent}/{child.Id}/{transaction.HeadSequence}");
        transaction.Append(EntryKind.ParentOver, child.Id, "deadline", key, transaction.NowMicros, new EntryBody { ParentOver = facts });
    }
}
