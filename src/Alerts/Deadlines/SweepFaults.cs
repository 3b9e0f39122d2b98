namespace PingAnIoT.Alerts;

/// <summary>
/// Alerts whose breach cannot be written, by whatever defect: the sweep leaves them out until the next start, so that one of them does not stand still the time of all.
/// The auditor tells of what has not fired. Threading: the writer's.
/// </summary>
internal sealed class SweepFaults
{
    /// <summary>Where there are more, it is not they who are at fault.</summary>
    private const int Most = 1_000;
    private const int DeadlinesOfOne = 10;
    private readonly HashSet<string> left = new(StringComparer.Ordinal);

    /// <summary>The alert whose deadline is being breached; null for none.</summary>
    public string? At { get; set; }

    /// <summary>After a failure each breach is written by itself, so that it shows which cannot be.</summary>
    public bool IsCareful { get; private set; }

    /// <summary>Deadlines that they can have: one of each step and end.</summary>
    public int MostRows => left.Count * DeadlinesOfOne;

    public bool LeavesOut(string alertId) => left.Contains(alertId);

    /// <summary>The sweep was given up.</summary>
    public void Failed()
    {
        if (IsCareful && At is { } alert && left.Count < Most)
        {
            left.Add(alert);
        }

        (At, IsCareful) = (null, true);
    }

    public void Succeeded() => IsCareful = false;
}
