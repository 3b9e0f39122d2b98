namespace PingAnIoT.Alerts;

/// <summary>One report at a time for each officer, and few in all, so that reading never crowds out the work. Threading: from any thread.</summary>
public sealed class ReportDesk(AlertsMetrics metrics, int most = 2)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> busy = new(StringComparer.Ordinal);

    /// <returns>To be disposed when the report is made; null when the officer's own, or enough others, are being made.</returns>
    public IDisposable? TryEnter(string officer, out bool isOwn)
    {
        lock (gate)
        {
            isOwn = busy.Contains(officer);
            if (!isOwn && busy.Count < most)
            {
                busy.Add(officer);
                return new Place(this, officer);
            }
        }

        metrics.ReportsRefused.Add(1);
        return null;
    }

    private sealed class Place(ReportDesk desk, string officer) : IDisposable
    {
        public void Dispose()
        {
            lock (desk.gate)
            {
                desk.busy.Remove(officer);
            }
        }
    }
}
