using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>
/// The quick way through a payload and the strict one say the same. A line break at the end changes nothing that a payload means and is something
/// that the quick way does not take, so each payload is compared with itself so written.
/// </summary>
public sealed class QuickReadTests
{
    private const long ReceiveMicros = 1_760_000_000_000_000;

    private static readonly string[] Payloads =
    [
        """{"t":1759999999.5,"pressure":412.5,"valve":true}""",
        """{ "pressure" : -0.25 , "methane" : 0 , "valve" : false }""",
        """{"pressure":012}""", """{"pressure":1.}""", """{"pressure":.5}""", """{"pressure":-}""", """{"pressure":1e2}""", """{"pressure":1E-2}""",
        """{"pressure":123456789012345678}""", """{"pressure":1234567890123456789}""", """{"pressure":0.1234567890123456}""", """{"pressure":truefalse}""",
        """{"pressure":1,}""", """{"pressure":1}}""", """{"pressure":1,"pressure":1}""", """{"t":1,"t":2,"pressure":1}""", """{"pressure":-0}""", "{}",
        """{"pre\u0073sure":1}""", """{"pressure":"1"}""", """{"pressure":null}""", """{"pressure":true}""", """{"valve":1}""", """{"nobody":1,"pressure":1}""",
        """[{"bn":"gas-pipe/d1/","n":"pressure","u":"kPa","v":412.5,"t":-1},{"n":"methane","v":2}]""",
        """[{"n":"pressure","v":1,"vb":true}]""", """[{"n":"pressure","vs":"1"}]""", """[{"n":"valve","vb":true},{"n":"pressure","v":1,"x":[1,2]}]""",
        """[{"bver":10,"bt":1759999990,"bu":"Pa","n":"pressure","v":412500}]""", """[{"bver":11,"n":"pressure","v":1}]""", "[]", "[{}]", """[{"n":"pressure"}]""",
        """[{"bn":"gas-pipe/d1/","bt":1759999990.25,"n":"pressure","v":1.5},{"n":"methane","v":2},{"bn":"gas-pipe/d2/","n":"flow","v":-3.25},{"bn":"gas-pipe/d1/","n":"valve","vb":true}]""",
        """[ { "n" : "gas-pipe/d1/pressure" , "v" : 1 } , { "n" : "gas-pipe/d1/flow" , "u" : "l/s", "v" : 0.001 } ]""", """[{"n":"pre~ssure","v":1}]""", """[{"n":"a-name-that-is-longer-than-32-bytes","v":1}]""",
        """[{"n":"pressure","v":1},]""", """[{"n":"pressure","v":1}] x""", """[{"n":"pressure","v":1,"must_":1}]""", """[{"n":"pressure","s":3}]""",
    ];

    [Fact]
    public void Every_payload_says_the_same_either_way()
    {
        foreach (var payload in Payloads)
        {
            Compare(Encoding.UTF8.GetBytes(payload), payload);
        }
    }

    [Fact]
    public void Every_changed_payload_says_the_same_either_way()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PINGAN_FUZZ_SEED"), out var given) ? given : 20_261_122;
        var random = new Random(seed);
        var bytes = Encoding.ASCII.GetBytes("{}[]\",:.-+eE0123456789truefalsnbuv \\/\t\u007f");
        for (var i = 0; i < 100_000; i++)
        {
            var payload = Encoding.UTF8.GetBytes(Payloads[random.Next(Payloads.Length)]).ToList();
            for (var changes = random.Next(1, 4); changes > 0 && payload.Count > 1; changes--)
            {
                var at = random.Next(payload.Count);
                switch (random.Next(3))
                {
                    case 0:
                        payload[at] = bytes[random.Next(bytes.Length)];
                        break;
                    case 1:
                        payload.Insert(at, bytes[random.Next(bytes.Length)]);
                        break;
                    default:
                        payload.RemoveAt(at);
                        break;
                }
            }

            Compare([.. payload], $"seed {seed} case {i}: {Encoding.UTF8.GetString([.. payload])}");
        }
    }

    private static void Compare(byte[] payload, string because)
    {
        foreach (var topic in new[] { "pingan/v1/gw/gas-pipe/d1", "pingan/v1/gw" })
        {
            Decode(topic, payload).Should().Be(Decode(topic, [.. payload, (byte)'\n']), because);
        }
    }

    private static string Decode(string topic, byte[] payload)
    {
        var register = new DeviceRegister(Catalog.Default);
        register.Register(new DeviceRecord { Device = "d1", Kind = Catalog.Default.FindKind("gas-pipe"), Gateways = ["gw"] });
        var readings = new ReadingBatch();
        var refusals = new List<Refusal>();
        var reason = new MessageDecoder(register).Decode(
            new MessageContext("gw", ReceiveMicros), Encoding.UTF8.GetBytes(topic), payload, PayloadFormat.Detect, readings, refusals);

        // Only the strict way refuses a message whole, and which of two reasons it finds in a broken-off payload depends on what follows.
        return reason != RefusalReason.None
            ? "refused"
            : $"{string.Join('\n', readings.Readings.ToArray())}\n{string.Join('\n', refusals)}";
    }
}
