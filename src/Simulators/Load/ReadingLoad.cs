using System.Globalization;
using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>
/// Healthy gas-pipe readings of many devices from frames encoded beforehand; only the time in them is written anew for each send.
/// Threading: owned by the fleet's thread.
/// </summary>
public sealed class ReadingLoad : IWireLoad
{
    private const string TimeSlot = "0000000000.000000";
    private const int LookEvery = 64;

    /// <summary>In turn: a pressure that never moves is a broken instrument, not a healthy one.</summary>
    private static readonly string[] PressureDecimals = ["25", "75"];

    private readonly LoadShape shape;
    private readonly TimeProvider time;
    private readonly long startMicros;
    private readonly long startTimestamp;
    private long begun;

    public ReadingLoad(LoadShape shape, TimeProvider time)
    {
        this.shape = shape;
        this.time = time;
        startTimestamp = time.GetTimestamp();
        startMicros = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
    }

    /// <summary>Readings handed to connections so far.</summary>
    public long Readings { get; private set; }

    /// <summary>True once <see cref="LoadShape.Messages"/> are published.</summary>
    public bool IsDone => shape.Messages > 0 && begun >= shape.Messages;

    /// <summary>Makes the frames of one gateway and puts them into the client.</summary>
    public static void Prepare(WireClient client, LoadShape shape, int gateway)
    {
        var devices = Enumerable.Range(0, shape.Devices).Where(d => d % shape.Gateways == gateway).ToArray();
        client.Load = new Turn([.. PressureDecimals.SelectMany(decimals => shape.ReadingsPerMessage <= 3
            ? devices.Select(d => OneDevice(client, shape, gateway, d, decimals))
            : devices.Chunk((shape.ReadingsPerMessage + 2) / 3).Select(chunk => Pack(client, shape, gateway, chunk, decimals)))]);
    }

    public long Fill(WireClient client, long now)
    {
        var turn = (Turn)client.Load!;
        var micros = Micros(now);
        var interval = shape.RatePerSecond > 0 ? time.TimestampFrequency * shape.Gateways / shape.RatePerSecond : 0;
        if (turn.Due == 0)
        {
            turn.Due = now + (interval * (client.GetHashCode() & 63) / 64);
        }

        for (var i = 0; i < LookEvery && !IsDone; i++)
        {
            if (interval > 0 && turn.Due > now)
            {
                return (long)turn.Due;
            }

            var (frame, timeOffset, readings) = turn.Frames[turn.Next];
            var written = client.TryPublish(frame, begun, now);
            if (written.IsEmpty)
            {
                return long.MaxValue;
            }

            WriteTime(written.Slice(timeOffset, TimeSlot.Length), micros);
            turn.Next = turn.Next + 1 == turn.Frames.Length ? 0 : turn.Next + 1;
            turn.Due += interval;
            Readings += readings;
            begun++;
        }

        return IsDone ? long.MaxValue : now;
    }

    /// <summary>Writes seconds with six decimals over a slot of 17 bytes.</summary>
    internal static void WriteTime(Span<byte> slot, long micros)
    {
        var seconds = micros / 1_000_000;
        var rest = (int)(micros % 1_000_000);
        for (var i = 16; i > 10; i--)
        {
            slot[i] = (byte)('0' + (rest % 10));
            rest /= 10;
        }

        for (var i = 9; i >= 0; i--)
        {
            slot[i] = (byte)('0' + (seconds % 10));
            seconds /= 10;
        }
    }

    private static int Vary(LoadShape shape, int device, int range) => (int)((((uint)device * 2_654_435_761) + (uint)shape.Seed) % (uint)range);

    private long Micros(long now) => startMicros + (long)((double)(now - startTimestamp) * 1_000_000 / time.TimestampFrequency);

    private static (WireFrame Frame, int TimeOffset, int Readings) OneDevice(WireClient client, LoadShape shape, int gateway, int device, string decimals)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"t\": {TimeSlot}, \"pressure\": {360 + Vary(shape, device, 40)}.{decimals}, \"methane\": 0.25, \"flow\": {100 + Vary(shape, device, 50)}.5");
        var payload = (body.PadRight(Math.Max(body.Length, shape.PayloadBytes - 1)) + "}");
        var topic = $"pingan/v1/{LoadShape.GatewayName(gateway)}/gas-pipe/{LoadShape.DeviceName(device)}";
        return Frame(client, shape, topic, payload, 3);
    }

    private static (WireFrame Frame, int TimeOffset, int Readings) Pack(WireClient client, LoadShape shape, int gateway, int[] devices, string decimals)
    {
        var records = new StringBuilder("[");
        var count = 0;
        foreach (var device in devices)
        {
            Record(device, "pressure", $"{360 + Vary(shape, device, 40)}.{decimals}");
            Record(device, "methane", "0.25");
            Record(device, "flow", $"{100 + Vary(shape, device, 50)}.5");
        }

        return Frame(client, shape, $"pingan/v1/{LoadShape.GatewayName(gateway)}", records.Append(']').ToString(), count);

        void Record(int device, string quantity, string value)
        {
            if (count == shape.ReadingsPerMessage)
            {
                return;
            }

            records.Append(count == 0 ? "{" : ",{");
            if (quantity == "pressure")
            {
                records.Append(CultureInfo.InvariantCulture, $"\"bn\":\"gas-pipe/{LoadShape.DeviceName(device)}/\",");
            }

            records.Append(count == 0 ? $"\"bt\":{TimeSlot}," : "");
            records.Append($"\"n\":\"{quantity}\",\"v\":{value}}}");
            count++;
        }
    }

    private static (WireFrame Frame, int TimeOffset, int Readings) Frame(WireClient client, LoadShape shape, string topic, string payload, int readings)
    {
        var frame = WireFrames.Publish(client.Options.Version, topic, Encoding.UTF8.GetBytes(payload), shape.Qos);
        var slot = frame.Bytes.AsSpan(frame.PayloadOffset).IndexOf(Encoding.ASCII.GetBytes(TimeSlot));
        return (frame, frame.PayloadOffset + slot, readings);
    }

    private sealed class Turn((WireFrame Frame, int TimeOffset, int Readings)[] frames)
    {
        public readonly (WireFrame Frame, int TimeOffset, int Readings)[] Frames = frames;
        public int Next;
        public double Due;
    }
}
