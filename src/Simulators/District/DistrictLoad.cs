using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>
/// Lets each gateway of a district publish its devices as their readings fall due. A gateway that has just come begins with what it
/// stored meanwhile, as real ones do. Threading: owned by the fleet's thread.
/// </summary>
public sealed class DistrictLoad : IWireLoad
{
    /// <summary>How far back the first readings go.</summary>
    public const double StoredSeconds = 120;

    private readonly FaultPlan plan;
    private readonly TimeProvider time;
    private readonly double startSeconds;
    private readonly long startTimestamp;

    public DistrictLoad(District district, TimeProvider time)
    {
        this.time = time;
        startSeconds = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        startTimestamp = time.GetTimestamp();
        plan = new FaultPlan(district, startSeconds, StoredSeconds);
    }

    public IReadOnlyList<(DistrictDevice Device, Fault Fault)> Truth => plan.Truth;

    /// <summary>What a connection publishes; goes into <see cref="WireClient.Load"/>.</summary>
    public object LoadOf(IEnumerable<DistrictDevice> devices)
    {
        var queue = new PriorityQueue<DistrictDevice, double>();
        var stagger = 0.0;
        foreach (var device in devices)
        {
            queue.Enqueue(device, startSeconds - StoredSeconds + (stagger += 0.137) % device.PeriodSeconds);
        }

        return queue;
    }

    public long Fill(WireClient client, long now)
    {
        var unix = startSeconds + ((double)(now - startTimestamp) / time.TimestampFrequency);
        plan.Advance(unix);
        var queue = (PriorityQueue<DistrictDevice, double>)client.Load!;
        while (queue.TryPeek(out var device, out var due) && due <= unix)
        {
            if (client.InFlight >= client.Options.WindowMessages - 1 || !TryPublish(client, device, due, now))
            {
                return long.MaxValue;
            }

            queue.DequeueEnqueue(device, due + device.PeriodSeconds);
        }

        return queue.TryPeek(out _, out var next)
            ? startTimestamp + (long)((next - startSeconds) * time.TimestampFrequency)
            : long.MaxValue;
    }

    private static bool TryPublish(WireClient client, DistrictDevice device, double due, long now)
    {
        var (topic, payload) = device is SmokeDetector
            ? ($"pingan/v1/{device.Gateway}", $"[{device.SenmlRecords(due)}]")
            : ($"pingan/v1/{device.Gateway}/{device.Kind}/{device.Name}", device.Payload(due));
        var frame = WireFrames.Publish(client.Options.Version, topic, Encoding.UTF8.GetBytes(payload));
        return !client.TryPublish(frame, 0, now).IsEmpty;
    }
}
