using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// What it costs to decode one message, on one thread, over a register of 100,000 devices: nanoseconds and allocated bytes.
/// The messages are few enough to stay in the processor's cache, where a message that has just been received is. The figure is that of the
/// fastest tenth of many short runs, as the machine may be busy with something else.
/// </summary>
internal static class DecodeBenchmark
{
    private const int Devices = 100_000;
    private const int Rounds = 400;
    internal const long ReceiveMicros = 1_760_000_000_000_000;

    public static int Run(TextWriter output)
    {
        var register = new DeviceRegister(Catalog.Default);
        for (var i = 0; i < Devices; i++)
        {
            register.Register(new DeviceRecord { Device = Name(i), Kind = 0, Gateways = ["gw-042"] });
        }

        MeasureReader(output);
        Measure(output, register, "plain, 3 readings", 3, 4_000, PlainTopic, Plain);
        Measure(output, register, "SenML JSON, 3 readings", 3, 4_000, PlainTopic, SenmlOne);
        Measure(output, register, "SenML JSON pack of 100", 100, 40, _ => "pingan/v1/gw-042"u8.ToArray(), i => Encoding.UTF8.GetBytes(SenmlPackOf100(i)));
        Measure(output, register, "SenML JSON pack of 100, 3 of a device", 100, 400, _ => "pingan/v1/gw-042"u8.ToArray(), i => Encoding.UTF8.GetBytes(SenmlPackByThree(i)));
        Measure(output, register, "SenML CBOR pack of 100", 100, 40, _ => "pingan/v1/gw-042"u8.ToArray(), CborPackOf100);
        return 0;
    }

    private static void Measure(
        TextWriter output, DeviceRegister register, string name, int readingsEach, int messages, Func<int, byte[]> topicOf, Func<int, byte[]> payloadOf)
    {
        var topics = new byte[messages][];
        var payloads = new byte[messages][];
        for (var i = 0; i < messages; i++)
        {
            topics[i] = topicOf(i);
            payloads[i] = payloadOf(i);
        }

        var decoder = new MessageDecoder(register);
        var context = new MessageContext("gw-042", ReceiveMicros);
        var readings = new ReadingBatch(1024);
        var refusals = new List<Refusal>(16);
        var rounds = new double[Rounds];
        var allocated = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < messages; i++)
            {
                readings.Clear();
                var reason = decoder.Decode(context, topics[i], payloads[i], PayloadFormat.Detect, readings, refusals);
                if (reason != RefusalReason.None || readings.Count != readingsEach || refusals.Count != 0)
                {
                    throw new InvalidOperationException($"{name}: {reason}, {readings.Count} readings");
                }
            }

            rounds[round] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / messages;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Array.Sort(rounds);
        var best = rounds[Rounds / 10];

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"decode: {name} ({payloads[0].Length} B): {best:F0} ns/message, {best / readingsEach:F0} ns/reading, {(double)allocated / messages:F1} B allocated/message"));
    }

    /// <summary>What the platform's reader takes for the same 121 bytes when nothing is made of them: the floor, in the same run.</summary>
    private static void MeasureReader(TextWriter output)
    {
        const int messages = 4_000;
        var payloads = new byte[messages][];
        for (var i = 0; i < messages; i++)
        {
            payloads[i] = Plain(i);
        }

        var rounds = new double[Rounds];
        var tokens = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var payload in payloads)
            {
                var reader = new Utf8JsonReader(payload);
                while (reader.Read())
                {
                    tokens++;
                }
            }

            rounds[round] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / messages;
        }

        Array.Sort(rounds);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"decode: Utf8JsonReader alone, same plain messages: {rounds[Rounds / 10]:F0} ns/message, {tokens / Rounds / messages} tokens"));
    }

    internal static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"gp-{i % Devices * 7919L % Devices:D8}");

    internal static byte[] PlainTopic(int i) => Encoding.UTF8.GetBytes($"pingan/v1/gw-042/gas-pipe/{Name(i)}");

    /// <summary>121 bytes, as in the figures this is compared with.</summary>
    internal static byte[] Plain(int i)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"t":{{1759999990 + (i % 9)}}.{{i % 1000:D3}},"pressure":{{400 + (i % 50)}}.{{i % 100:D2}},"temperature":{{10 + (i % 20)}}.{{i % 10}},"methane":0.{{i % 100:D2}}""");
        return Encoding.UTF8.GetBytes(text.PadRight(120) + "}");
    }

    internal static byte[] SenmlOne(int i) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""[{"bt":{{1759999990 + (i % 9)}}.{{i % 1000:D3}},"n":"pressure","u":"kPa","v":{{400 + (i % 50)}}.25},{"n":"temperature","u":"Cel","v":{{10 + (i % 20)}}.5},{"n":"methane","u":"%LEL","v":0.25}]"""));

    private static string SenmlPackOf100(int i)
    {
        var text = new StringBuilder("[");
        for (var r = 0; r < 100; r++)
        {
            text.Append(r == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$"""{"bn":"gas-pipe/{{Name((i * 100) + r)}}/","n":"pressure","u":"kPa","v":{{400 + r}}.25,"t":-{{r % 10}}}""");
        }

        return text.Append(']').ToString();
    }

    private static string SenmlPackByThree(int i)
    {
        var text = new StringBuilder();
        for (var r = 0; r < 100; r++)
        {
            text.Append(r == 0 ? """[{"bt":1759999990.250},""" : ",").Append((r % 3) switch
            {
                0 => string.Create(CultureInfo.InvariantCulture, $$"""{"bn":"gas-pipe/{{Name((i * 34) + (r / 3))}}/","n":"pressure","v":{{400 + r}}.25}"""),
                1 => """{"n":"methane","v":0.25}""",
                _ => string.Create(CultureInfo.InvariantCulture, $$"""{"n":"flow","v":{{100 + r}}.5}"""),
            });
        }

        return text.Append(']').ToString();
    }

    private static byte[] CborPackOf100(int i)
    {
        var bytes = new List<byte> { 0x98, 100 };
        for (var r = 0; r < 100; r++)
        {
            var name = $"gas-pipe/{Name((i * 100) + r)}/";
            bytes.AddRange([0xa5, 0x21, 0x78, (byte)name.Length, .. Encoding.UTF8.GetBytes(name)]);
            bytes.AddRange([0x00, 0x68, .. "pressure"u8, 0x01, 0x63, .. "kPa"u8, 0x06, (byte)(0x20 + (r % 10)), 0x02, 0xfb]);
            var value = BitConverter.DoubleToUInt64Bits(400.25 + r);
            for (var shift = 56; shift >= 0; shift -= 8)
            {
                bytes.Add((byte)(value >> shift));
            }
        }

        return [.. bytes];
    }
}
