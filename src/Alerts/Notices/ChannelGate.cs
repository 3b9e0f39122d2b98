namespace PingAnIoT.Alerts;

/// <summary>What a send has done to its channel's circuit.</summary>
internal enum CircuitChange
{
    None,
    Opened,
    Closed,
}

/// <summary>
/// How many sends of a channel run at a time, and its circuit: after so many failures in a row nothing goes through for a while, then one
/// trial. Threading: from any thread.
/// </summary>
internal sealed class ChannelGate(NoticeBounds bounds)
{
    private readonly Lock gate = new();
    private int running;
    private int failures;
    private long openUntilMicros;
    private long deliveredMicros;
    private long failedMicros;
    private string reason = "";

    /// <param name="nowMicros">Server time.</param>
    /// <param name="lane">One place is kept for red: yellows that get no answer must not keep it waiting.</param>
    public bool TryEnter(long nowMicros, NoticeLane lane)
    {
        lock (gate)
        {
            if (Room(nowMicros) is var room && (room == 0 || (lane != NoticeLane.Red && running > 0 && room == 1)))
            {
                return false;
            }

            running++;
            return true;
        }
    }

    /// <summary>How many sends may begin now, if they are red.</summary>
    public int Free(long nowMicros)
    {
        lock (gate)
        {
            return Room(nowMicros);
        }
    }

    /// <param name="failure">"" when it was delivered, why not when it was not, null when nothing was tried.</param>
    /// <param name="nowMicros">Server time.</param>
    public CircuitChange Leave(string? failure, long nowMicros)
    {
        lock (gate)
        {
            running--;
            if (failure is null)
            {
                return CircuitChange.None;
            }

            var wasOpen = failures >= bounds.CircuitFailures;
            if (failure.Length == 0)
            {
                (failures, deliveredMicros) = (0, nowMicros);
                return wasOpen ? CircuitChange.Closed : CircuitChange.None;
            }

            failures++;
            (failedMicros, reason) = (nowMicros, failure);
            openUntilMicros = nowMicros + (bounds.CircuitOpen.Ticks / TimeSpan.TicksPerMicrosecond);
            return failures == bounds.CircuitFailures ? CircuitChange.Opened : CircuitChange.None;
        }
    }

    /// <summary>How it has fared since the start.</summary>
    public ChannelHealth Read(ChannelConfig channel)
    {
        lock (gate)
        {
            return new ChannelHealth(channel.Name, channel.Type)
            {
                IsOpen = failures >= bounds.CircuitFailures, FailuresInRow = failures, DeliveredMicros = deliveredMicros, FailedMicros = failedMicros, Reason = reason,
            };
        }
    }

    private int Room(long nowMicros) => failures >= bounds.CircuitFailures
        ? running > 0 || nowMicros < openUntilMicros ? 0 : 1
        : Math.Max(0, bounds.SendsPerChannel - running);
}
