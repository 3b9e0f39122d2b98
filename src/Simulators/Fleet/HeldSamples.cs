namespace PingAnIoT.Simulators;

/// <summary>
/// What the devices of one gateway hold back in a late batch: by the clock and by exception alike, and each sample once. When a hold ends its samples leave in
/// their own order, a few in a message, before anything that was measured later. Threading: owned by its gateway's stream.
/// </summary>
internal sealed class HeldSamples
{
    /// <summary>Most samples in one message.</summary>
    public const int MostInMessage = 32;

    private readonly Dictionary<int, Hold> byDevice = [];
    private readonly PriorityQueue<Hold, (long End, int Device)> due = new();

    /// <param name="report">What is held.</param>
    /// <param name="stepMillis">The device's sampling interval.</param>
    /// <param name="endMillis">When the device lets go; the same until it has.</param>
    public void Add(in Report report, int stepMillis, long endMillis)
    {
        if (!byDevice.TryGetValue(report.Device, out var hold))
        {
            hold = byDevice[report.Device] = new Hold(report.Device, endMillis);
            due.Enqueue(hold, (endMillis, report.Device));
        }

        for (var back = report.Samples - 1; back >= 0; back--)
        {
            hold.Moments.Add(report.MillisOf(back, stepMillis));
        }
    }

    /// <summary>The next message of a hold that is over.</summary>
    /// <param name="nowMillis">When the next thing is measured.</param>
    /// <param name="report">The message.</param>
    /// <param name="endMillis">When its hold ended.</param>
    public bool TryTake(long nowMillis, out Report report, out long endMillis)
    {
        (report, endMillis) = (default, 0);
        if (!due.TryPeek(out var hold, out var next) || next.End > nowMillis)
        {
            return false;
        }

        // Firmware that batches may have reported one of its samples by exception already.
        hold.Sorted ??= [.. hold.Moments.Order().Distinct()];
        var moments = hold.Sorted[hold.Taken..Math.Min(hold.Taken + MostInMessage, hold.Sorted.Length)];
        hold.Taken += moments.Length;
        if (hold.Taken == hold.Sorted.Length)
        {
            due.Dequeue();
            byDevice.Remove(hold.Device);
        }

        (report, endMillis) = (new Report(hold.Device, moments.Length, moments[^1], moments), hold.End);
        return true;
    }

    private sealed class Hold(int device, long end)
    {
        public int Device => device;

        public long End => end;

        /// <summary>Unix milliseconds, as they came.</summary>
        public List<long> Moments { get; } = [];

        /// <summary>Once the hold is over.</summary>
        public long[]? Sorted { get; set; }

        public int Taken { get; set; }
    }
}
