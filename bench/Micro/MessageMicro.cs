using System.Text;
using BenchmarkDotNet.Attributes;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>A message decoded, over a register of 1,000 devices; <see cref="DecodeBenchmark"/> has it over many, beside the platform's own reader.</summary>
public class MessageMicro
{
    private const int Devices = 1_000;
    private readonly byte[] topic = DecodeBenchmark.PlainTopic(1);
    private readonly byte[] plain = DecodeBenchmark.Plain(1);
    private readonly byte[] senml = DecodeBenchmark.SenmlOne(1);
    private readonly byte[] name = Encoding.UTF8.GetBytes(DecodeBenchmark.Name(1));
    private readonly MessageContext context = new("gw-042", DecodeBenchmark.ReceiveMicros);
    private readonly ReadingBatch readings = new(16);
    private readonly List<Refusal> refusals = [];
    private readonly DeviceRegister register = new(Catalog.Default);
    private MessageDecoder decoder = null!;

    [GlobalSetup]
    public void Make()
    {
        for (var i = 0; i < Devices; i++)
        {
            register.Register(new DeviceRecord { Device = DecodeBenchmark.Name(i), Kind = 0, Gateways = ["gw-042"] });
        }

        decoder = new MessageDecoder(register);
        if (Plain() != 3 || Senml() != 3 || refusals.Count > 0)
        {
            throw new InvalidOperationException("the messages are not taken");
        }
    }

    [Benchmark(Description = "a device found by its name")]
    public int Find() => register.Find(0, name);

    [Benchmark(Description = "a plain message of 3 readings decoded")]
    public int Plain() => Decode(plain);

    [Benchmark(Description = "a SenML message of 3 readings decoded")]
    public int Senml() => Decode(senml);

    private int Decode(byte[] payload)
    {
        readings.Clear();
        decoder.Decode(context, topic, payload, PayloadFormat.Detect, readings, refusals);
        return readings.Count;
    }
}
