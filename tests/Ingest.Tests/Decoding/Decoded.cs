using System.Text;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>A decoder with a small register, and what came out of it as text.</summary>
internal sealed class Decoded
{
    public const long Now = 1_760_000_000_000_000;
    private readonly MessageDecoder decoder;

    public Decoded(int unregisteredCapacity = 10)
    {
        Register = new DeviceRegister(Catalog.Default, unregisteredCapacity);
        Add("gas-pipe", "p1", "gw1");
        Add("gas-pipe", "p2", "gw1");
        Add("gas-pipe", "shared", "gw1", "gw2");
        Add("gas-pipe", "theirs", "gw2");
        Add("smoke-detector", "s1", "gw1");
        Add("charging-pile", "c1", "gw1");
        Add("elevator", "e1", "gw1");
        decoder = new MessageDecoder(Register);
    }

    public DeviceRegister Register { get; }

    public ReadingBatch Readings { get; } = new(4);

    public List<Refusal> Refusals { get; } = [];

    public RefusalReason Decode(string topic, ReadOnlySpan<byte> payload, PayloadFormat format = PayloadFormat.Detect)
    {
        Readings.Clear();
        Refusals.Clear();
        return decoder.Decode(new MessageContext("gw1", Now), Encoding.UTF8.GetBytes(topic), payload, format, Readings, Refusals);
    }

    public RefusalReason Decode(string topic, string payload, PayloadFormat format = PayloadFormat.Detect) =>
        Decode(topic, Encoding.UTF8.GetBytes(payload), format);

    /// <summary>Each reading as <c>series=value@seconds from now</c>, each refusal as its reason; joined by a space.</summary>
    public string Text()
    {
        var parts = new List<string>();
        foreach (var reading in Readings.Readings)
        {
            var flag = reading.Flags.HasFlag(ReadingFlags.TimeReplaced) ? "!" : "";
            parts.Add(FormattableString.Invariant(
                $"{Register.SeriesName(reading.Device, reading.Quantity)}={reading.Value:R}@{(reading.EventTimeMicros - Now) / 1e6:R}{flag}"));
        }

        parts.AddRange(Refusals.Select(refusal => refusal.Reason.ToString()));
        return string.Join(' ', parts);
    }

    private void Add(string kind, string device, params string[] gateways) =>
        Register.Register(new DeviceRecord { Device = device, Kind = Catalog.Default.FindKind(kind), Gateways = gateways });
}
