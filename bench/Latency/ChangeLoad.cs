using System.Globalization;
using System.Text;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// Messages at a fixed rate, of which every n-th changes a device's colour. The time in each is when it was due, not when it got away:
/// a generator that is held up makes the latency longer, not the sample smaller. Threading: owned by the fleet's thread.
/// </summary>
internal sealed class ChangeLoad(double messagesPerSecond, int changeEvery, int devices, string name, TimeProvider time) : IWireLoad
{
    private const string TimeSlot = "0000000000.000000";
    private readonly long startTimestamp = time.GetTimestamp();
    private readonly long startMicros = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
    private readonly Dictionary<int, WireFrame[]> frames = [];
    private long next;

    public long Changes { get; private set; }

    public long Published => next;

    public bool IsStopped { get; set; }

    public long Fill(WireClient client, long now)
    {
        while (!IsStopped)
        {
            var due = startTimestamp + (long)(next / messagesPerSecond * time.TimestampFrequency);
            if (due > now)
            {
                return due;
            }

            var isChange = next % changeEvery == 0;
            var device = isChange ? (int)(next / changeEvery % devices) : devices + (int)(next % devices);
            var frame = Frames(device)[isChange && next / changeEvery / devices % 2 == 0 ? 1 : 0];
            var written = client.TryPublish(frame, next, now);
            if (written.IsEmpty)
            {
                return long.MaxValue;
            }

            var micros = startMicros + (long)((due - startTimestamp) * 1e6 / time.TimestampFrequency);
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{micros / 1_000_000:D10}.{micros % 1_000_000:D6}"))
                .CopyTo(written[(written.Length - TimeSlot.Length - 1)..]);
            Changes += isChange ? 1 : 0;
            next++;
        }

        return long.MaxValue;
    }

    private WireFrame[] Frames(int device)
    {
        if (!frames.TryGetValue(device, out var pair))
        {
            pair = [.. new[] { 1, 60 }.Select(methane => WireFrames.Publish(
                WireVersion.Mqtt311,
                string.Create(CultureInfo.InvariantCulture, $"pingan/v1/gw-latency/gas-pipe/{name}-{device:D6}"),
                Encoding.ASCII.GetBytes($"{{\"pressure\":380.5,\"flow\":12.5,\"methane\":{methane},\"t\":{TimeSlot}}}")))];
            frames[device] = pair;
        }

        return pair;
    }
}
