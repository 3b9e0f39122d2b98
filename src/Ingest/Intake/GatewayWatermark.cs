using System.Collections.Concurrent;

namespace PingAnIoT.Ingest;

/// <summary>How far the readings of a gateway have come.</summary>
/// <param name="EventTimeMicros">The newest event time of all that it has sent.</param>
/// <param name="ReceiveTimeMicros">When its newest batch of readings was taken in.</param>
/// <param name="LagMicros">How far the newest event time of that batch lay behind then; below 0 where its clocks run ahead.</param>
public readonly record struct GatewayWatermark(long EventTimeMicros, long ReceiveTimeMicros, long LagMicros);

/// <summary>
/// The watermark of one gateway. What it says of its own coming and going is no measurement and does not count.
/// Threading: noted by the release thread, read by any.
/// </summary>
internal sealed class GatewayMark
{
    private readonly Lock gate = new();
    private GatewayWatermark? newest;

    public GatewayWatermark? Newest
    {
        get
        {
            lock (gate)
            {
                return newest;
            }
        }
    }

    public void Note(MessageBatch batch)
    {
        var until = long.MinValue;
        foreach (ref readonly var reading in batch.Readings.Readings)
        {
            until = reading.IsForEveryShard ? until : Math.Max(until, reading.EventTimeMicros);
        }

        if (until == long.MinValue)
        {
            return;
        }

        var received = batch.Context.ReceiveTimeMicros;
        lock (gate)
        {
            newest = new GatewayWatermark(Math.Max(until, newest?.EventTimeMicros ?? until), received, received - until);
        }
    }
}

/// <summary>
/// The watermarks of the gateways that have had a lane since the start: as many as there are credentials and gateways of bridges.
/// Threading: any thread.
/// </summary>
internal sealed class GatewayMarks
{
    private readonly ConcurrentDictionary<string, GatewayMark> marks = new(StringComparer.Ordinal);

    public GatewayMark Of(string gateway) => marks.GetOrAdd(gateway, _ => new GatewayMark());

    public GatewayWatermark? Find(string gateway) => marks.TryGetValue(gateway, out var mark) ? mark.Newest : null;
}
