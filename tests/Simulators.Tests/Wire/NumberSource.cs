using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace PingAnIoT.Simulators.Tests;

/// <summary>Each gateway says its own numbers from 0, evenly in time, a topic for each gateway.</summary>
internal sealed class NumberSource(int gateways, int each, double first, double interval) : IFleetSource
{
    private readonly byte[][] topics = [.. Enumerable.Range(0, gateways).Select(g => Encoding.ASCII.GetBytes(Name(g)))];
    private readonly int[] next = new int[gateways];
    private readonly byte[] payload = new byte[64];

    public int Gateways => gateways;

    public Func<int, double, bool> Link { get; init; } = (_, _) => true;

    /// <summary>Bytes that a payload is filled up to; it begins with the number.</summary>
    public Func<int, int> PayloadBytes { get; init; } = _ => 0;

    public Action<int, int>? Taken { get; init; }

    public static string Name(int gateway) => string.Create(CultureInfo.InvariantCulture, $"g{gateway}");

    public double NextSeconds(int gateway) => next[gateway] < each ? first + (next[gateway] * interval) : double.PositiveInfinity;

    public FleetMessage Take(int gateway)
    {
        var seconds = NextSeconds(gateway);
        Taken?.Invoke(gateway, next[gateway]);
        Utf8Formatter.TryFormat(next[gateway], payload, out var length);
        var wanted = PayloadBytes(next[gateway]++);
        var bytes = wanted > payload.Length ? Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(payload, 0, length).PadRight(wanted)) : payload.AsSpan(0, length);
        return new FleetMessage { Gateway = gateway, SendSeconds = seconds, TopicUtf8 = topics[gateway], Payload = bytes, Readings = 3 };
    }

    public bool IsUp(int gateway, double time) => Link(gateway, time);
}
