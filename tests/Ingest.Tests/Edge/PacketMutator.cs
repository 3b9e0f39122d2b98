using System.Text;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Takes good packets of every type and spoils them: bits, lengths, cuts, joins, repeats.</summary>
internal sealed class PacketMutator(Random random)
{
    private static readonly string[] Connects =
    [
        "@connect4", "@connect5",
        "10[ 'MQTT' 04 EE 003C 'c1' 'pingan/v1/g1/status' 'offline' 'g1' 'secret' ]",
        "10[ 'MQTT' 05 CE 003C [ 11 0000000A 21 0010 27 00001000 22 0000 19 00 17 01 26 'a' 'b' ] 'c1' [ 18 00000001 01 01 03 'x' 08 'r' 09 'c' ] 'pingan/v1/g1/status' 'offline' 'g1' 'secret' ]",
    ];

    private static readonly string[] Packets4 =
    [
        "30[ 'pingan/v1/g1/gas-pipe/p1' @good ]", "32[ 'pingan/v1/g1/gas-pipe/p1' 0007 @good ]", "32[ 'pingan/v1/g1/status' 0007 \"online\" ]",
        "40[ 0001 ]", "82[ 0001 'pingan/v1/g1/notice' 01 'x' 00 ]", "A2[ 0001 'pingan/v1/g1/notice' ]", "C0[]", "E0[]", "62[ 0001 ]",
    ];

    private static readonly string[] Packets5 =
    [
        "30[ 'pingan/v1/g1/gas-pipe/p1' [] @good ]",
        "32[ 'pingan/v1/g1/gas-pipe/p1' 0007 [ 01 01 02 00000001 03 'application/json' 08 'r' 09 'c' 26 'a' 'b' ] @good ]",
        "40[ 0001 10 [ 1F 'x' 26 'a' 'b' ] ]", "82[ 0001 [ 26 'a' 'b' ] 'pingan/v1/g1/notice' 01 ]", "A2[ 0001 [] 'pingan/v1/g1/notice' ]",
        "C0[]", "E0[ 00 [ 11 00000001 1F 'x' ] ]", "F0[ 18 [ 15 'm' 16 'd' ] ]", "50[ 0001 00 [] ]",
    ];

    public byte[] Next(bool connected, int version)
    {
        var pool = !connected ? Connects : version == 4 ? Packets4 : Packets5;
        var bytes = new List<byte>();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            bytes.AddRange(MqttTextPackets.Assemble(pool[random.Next(pool.Length)]));
        }

        for (var i = random.Next(1, 5); i > 0 && bytes.Count > 0; i--)
        {
            Spoil(bytes);
        }

        return [.. bytes];
    }

    private void Spoil(List<byte> bytes)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                break;
            case 3:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 300)));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                bytes[at] = new byte[] { 0, 1, 0x7F, 0x80, 0xFF }[random.Next(5)];
                break;
            case 6:
                bytes.AddRange(bytes.GetRange(at, Math.Min(64, bytes.Count - at)));
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(new string('a', random.Next(1, 5000))));
                break;
        }
    }
}

/// <summary>Topics that try to be somebody else's, and filters that try to hear what is not theirs.</summary>
internal sealed class HostileTopics(Random random)
{
    private static readonly string[] Gateways = ["g1", "g2", "G1", "g1 ", "g%31", "g1\0", "ｇ1", "g1\u0301", "", ".", "..", "+", "#", "$g1", "g1/../g2"];
    private static readonly string[] Kinds = ["gas-pipe", "GAS-PIPE", "gas-pipe ", "elevator/..", "gateway", "toaster", "", "+", "ga\u0073-pipe"];
    private static readonly string[] Roots = ["pingan/v1", "pingan/v2", "PINGAN/v1", "/pingan/v1", "$SYS", "$share/a/pingan/v1", "pingan//v1", "pingán/v1", "pinga\u0301n/v1"];
    private static readonly string[] Tails = ["", "", "", "/", "/status", "/notice", "/x"];

    public byte[] Next()
    {
        var text = random.Next(10) == 0
            ? $"{Pick(Roots)}/{Pick(Gateways)}{Pick(Tails)}"
            : $"{(random.Next(4) > 0 ? Roots[0] : Pick(Roots))}/{(random.Next(3) > 0 ? Gateways[0] : Pick(Gateways))}/{(random.Next(3) > 0 ? Kinds[0] : Pick(Kinds))}/{Device()}{(random.Next(4) > 0 ? "" : Pick(Tails))}";
        var bytes = Encoding.UTF8.GetBytes(text);
        if (random.Next(50) == 0 && bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    public IEnumerable<string> Filters()
    {
        foreach (var root in Roots)
        {
            foreach (var gateway in Gateways)
            {
                foreach (var tail in new[] { "/notice", "/#", "/+/+", "/status", "/gas-pipe/p1", "" })
                {
                    if (root == Roots[0] && gateway == "g1" && tail == "/notice")
                    {
                        continue;
                    }

                    yield return $"{root}/{gateway}{tail}";
                }
            }
        }

        yield return "#";
        yield return "+/+/+/+";
        yield return "$SYS/#";
        yield return "$share/x/#";
    }

    private string Device() => random.Next(5) switch
    {
        0 => $"p{random.Next(50)}",
        1 => $"P{random.Next(50)}",
        2 => new string('d', random.Next(0, 70)),
        3 => "../" + random.Next(50),
        _ => $"é{random.Next(50)}",
    };

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
