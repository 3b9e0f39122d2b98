namespace PingAnIoT.Bench;

/// <summary>The server of a run, which may be killed and comes back at the same ports with the same data. Threading: used from one flow of control.</summary>
internal sealed class CityServer(string folder, string register) : IAsyncDisposable
{
    private ServerChild child = null!;
    private TimeSpan processorOfThoseBefore;
    private long peakOfThoseBefore;

    public string Data { get; } = Path.Combine(folder, "data");

    public ServerChild Child => child;

    /// <summary>Of all its lives.</summary>
    public TimeSpan ProcessorTime => processorOfThoseBefore + child.ProcessorTime;

    /// <summary>Of the life that had the most.</summary>
    public long PeakBytes => Math.Max(peakOfThoseBefore, child.PeakBytes);

    public async Task StartAsync()
    {
        Directory.CreateDirectory(Data);
        child = await ServerChild.StartAsync(Data, Settings(new Dictionary<string, string>(StringComparer.Ordinal)));
    }

    /// <summary>kill -9, and the next one at once.</summary>
    public async Task CrashAsync()
    {
        var ports = child.SamePorts;
        processorOfThoseBefore = ProcessorTime;
        peakOfThoseBefore = PeakBytes;
        child.Kill();
        await child.DisposeAsync();
        child = await ServerChild.StartAsync(Data, Settings(ports));
    }

    public ValueTask DisposeAsync() => child is null ? ValueTask.CompletedTask : child.DisposeAsync();

    private Dictionary<string, string> Settings(IReadOnlyDictionary<string, string> more) => new(more, StringComparer.Ordinal)
    {
        // Nobody acknowledges the alerts: every missed deadline is a warning.
        ["Register"] = register, ["Telemetry__LogLevel"] = "Error",
    };
}
