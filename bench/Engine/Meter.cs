namespace PingAnIoT.Bench;

/// <summary>
/// Processor time of the process, wall time and bytes allocated by this thread, summed over the stretches between <see cref="Begin"/> and
/// <see cref="End"/>. Processor time of the whole process, so that a peer's garbage collection on other threads counts as its own.
/// </summary>
internal sealed class Meter
{
    private TimeSpan processorAt;
    private long wallAt;
    private long allocatedAt;

    public double ProcessorSeconds { get; private set; }

    public double WallSeconds { get; private set; }

    /// <summary>The longest single stretch by the wall clock.</summary>
    public double LongestSeconds { get; private set; }

    /// <summary>By the wall clock, per item of the stretch that took the least: how it is when nobody else uses the machine.</summary>
    public double LeastSecondsEach { get; private set; } = double.PositiveInfinity;

    public long AllocatedBytes { get; private set; }

    public void Begin()
    {
        allocatedAt = GC.GetAllocatedBytesForCurrentThread();
        wallAt = TimeProvider.System.GetTimestamp();
        processorAt = Environment.CpuUsage.TotalTime;
    }

    public void End(int items = 1)
    {
        ProcessorSeconds += (Environment.CpuUsage.TotalTime - processorAt).TotalSeconds;
        var wall = TimeProvider.System.GetElapsedTime(wallAt).TotalSeconds;
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocatedAt;
        WallSeconds += wall;
        LongestSeconds = Math.Max(LongestSeconds, wall);
        LeastSecondsEach = Math.Min(LeastSecondsEach, wall / items);
    }

    public double Time(Action action)
    {
        Begin();
        action();
        End();
        return WallSeconds;
    }

    /// <summary>Bytes of the process in memory, once everything that is garbage has been given back.</summary>
    public static long ResidentBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
