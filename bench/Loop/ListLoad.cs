using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>So many messages in their order at a fixed rate, once. Threading: owned by the fleet's thread.</summary>
internal sealed class ListLoad(int messages, double perSecond, Func<int, WireFrame> frame, TimeProvider time) : IWireLoad
{
    private readonly long begun = time.GetTimestamp();
    private int next;

    public long Fill(WireClient client, long now)
    {
        while (next < messages)
        {
            var due = begun + (long)(next / perSecond * time.TimestampFrequency);
            if (due > now)
            {
                return due;
            }

            if (client.TryPublish(frame(next), next, now).IsEmpty)
            {
                return long.MaxValue;
            }

            next++;
        }

        return long.MaxValue;
    }

    /// <summary>Until all are acknowledged.</summary>
    public async Task RunAsync(WireClient client, WireCounters counters)
    {
        using var done = new CancellationTokenSource();
        var running = new WireFleet([client], this, time).RunAsync(done.Token);
        while (counters.Acknowledged < messages && !running.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), time);
        }

        await done.CancelAsync();
        await running;
    }
}
